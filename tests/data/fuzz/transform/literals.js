const r = /[/]\/`/g, t = `a${`b${{c:"}"}.c}`}`; a / b / c; // end
/* open