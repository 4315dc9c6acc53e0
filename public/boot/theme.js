// Before the first picture: the theme that the person chose, if they chose one.
try {
  const theme = localStorage.getItem('fairway.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing follows the system.
}
