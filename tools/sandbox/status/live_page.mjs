// In the browser, on the status page: buttons that change the sandbox, and a quiet refresh that
// leaves focus and selection alone.

const live = /** @type {HTMLElement} */ (document.getElementById('live'));

async function refresh() {
  const answer = await fetch('/', { cache: 'no-store' });
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const next = fresh.getElementById('live');
  const isSelecting = getSelection()?.isCollapsed === false;
  const isBusy = live.contains(document.activeElement) || isSelecting;
  if (next !== null && next.innerHTML !== live.innerHTML && !isBusy) {
    live.replaceChildren(...next.childNodes);
  }
}

/** @param {HTMLElement} button */
async function press({ dataset }) {
  if (dataset.confirm !== undefined && !confirm(dataset.confirm)) return;
  await fetch(dataset.path ?? '/', { method: dataset.method ?? 'POST', body: dataset.body });
  location.reload();
}

addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button[data-path]') : null;
  if (button instanceof HTMLElement) void press(button);
});

setInterval(() => {
  if (document.visibilityState === 'visible') refresh().catch(() => undefined);
}, 3000);
