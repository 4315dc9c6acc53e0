// Small pieces of the page. Text from people and files only ever goes through textContent.
import { sizeWords } from './bundle.mjs';

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`The page lacks #${id}`);
  return found;
}

/** @param {string} id @param {string} text */
export function words(id, text) {
  byId(id, HTMLElement).textContent = text;
}

/** Shows what is wrong, or nothing. @param {string} id @param {string} text */
export function problem(id, text) {
  const place = byId(id, HTMLElement);
  place.textContent = text;
  place.hidden = text === '';
}

/**
 * Runs what a button asks for; a second press meanwhile does nothing, a failure is shown.
 * @param {HTMLElement} button
 * @param {string} place where a failure is shown
 * @param {() => Promise<void> | void} work
 */
export async function busy(button, place, work) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  try {
    await work();
  } catch (error) {
    problem(place, textOfError(error));
  } finally {
    button.removeAttribute('aria-disabled');
  }
}

/**
 * Opens a dialog; true when the person pressed its main button.
 * @param {string} id
 * @param {{ title: string, text: string, yes: string, no: string }} [sure] the words of the
 * sure-dialog
 * @returns {Promise<boolean>}
 */
export function askFor(id, sure) {
  const dialog = byId(id, HTMLDialogElement);
  if (sure) {
    words('sure-title', sure.title);
    words('sure-words', sure.text);
    words('sure-yes', sure.yes);
    words('sure-no', sure.no);
  }
  for (const button of dialog.querySelectorAll('[data-close]')) {
    button.addEventListener('click', () => dialog.close('cancel'), { once: true });
  }
  dialog.returnValue = 'cancel';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'go'), { once: true });
  });
}

const tab_names = ['preview', 'files', 'data'];

/** @param {string} name */
export function showTab(name) {
  for (const one of tab_names) {
    const tab = byId(`tab-${one}`, HTMLButtonElement);
    tab.setAttribute('aria-selected', String(one === name));
    tab.tabIndex = one === name ? 0 : -1;
    byId(`panel-${one}`, HTMLElement).hidden = one !== name;
  }
}

/** Click, and arrows as in any list of tabs. @param {(name: string) => void} shown */
export function listenToTabs(shown) {
  for (const [at, name] of tab_names.entries()) {
    const tab = byId(`tab-${name}`, HTMLButtonElement);
    tab.addEventListener('click', () => {
      showTab(name);
      shown(name);
    });
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step === undefined) return;
      const next = tab_names[(at + step + tab_names.length) % tab_names.length] ?? name;
      showTab(next);
      shown(next);
      byId(`tab-${next}`, HTMLButtonElement).focus();
    });
  }
}

/** @param {import('./engine.mjs').Cell} cell */
export function cellOf(cell) {
  if (cell === null) return element('td', { class: 'null' }, 'NULL');
  if (cell instanceof Uint8Array)
    return element('td', { class: 'blob' }, `blob, ${sizeWords(cell.length)}`);
  if (typeof cell === 'string')
    return element('td', {}, cell.length > 300 ? `${cell.slice(0, 300)}…` : cell);
  return element('td', { class: 'number' }, String(cell));
}

/** @param {unknown} error */
export function textOfError(error) {
  return error instanceof Error ? error.message : String(error);
}
