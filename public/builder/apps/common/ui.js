// The small front-end kit of these apps. Text from people only ever goes through textContent.

/**
 * @param {string} name
 * @param {Record<string, string | boolean | EventListener>} [attributes] on<event> adds a listener
 * @param {...(Node | string | null)} children
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null));
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

/** A refusal from the server, with words for the visitor. */
export class Refused extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {Record<string, string>} fields
   */
  constructor(status, message, fields) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

let password = '';

/** @param {string} value kept in this tab's memory only */
export function usePassword(value) {
  password = value;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body] JSON, or a Blob that is sent as it is
 * @returns {Promise<any>}
 */
export async function call(method, path, body) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (password !== '') headers['x-password'] = password;
  const raw = body instanceof Blob;
  if (body !== undefined) headers['content-type'] = raw ? body.type : 'application/json';
  let response;
  try {
    const content = body === undefined ? undefined : raw ? body : JSON.stringify(body);
    response = await fetch(path, { method, headers, body: content });
  } catch {
    throw new Refused(0, 'The site cannot be reached. Check the connection and try again.', {});
  }
  const text = await response.text();
  let value;
  try {
    value = text === '' ? {} : JSON.parse(text);
  } catch {
    value = {};
  }
  if (response.ok) return value;
  const words = value.error ?? `The site answered ${response.status}.`;
  throw new Refused(response.status, words, value.fields ?? {});
}

/**
 * Runs what a click asks for: the button is held meanwhile, a refusal is shown.
 * @param {Element | null} button
 * @param {() => Promise<void>} work
 */
export async function act(button, work) {
  const held = button instanceof HTMLButtonElement ? button : null;
  if (held?.getAttribute('aria-disabled') === 'true') return;
  held?.setAttribute('aria-disabled', 'true');
  try {
    say('');
    await work();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) askPassword();
    say(error instanceof Error ? error.message : String(error), 'bad');
  } finally {
    held?.removeAttribute('aria-disabled');
  }
}

/**
 * @param {string} words
 * @param {'good' | 'bad'} [kind]
 */
export function say(words, kind = 'good') {
  const line = byId('message', HTMLElement);
  line.textContent = words;
  line.dataset.kind = kind;
  line.hidden = words === '';
}

/** Shows the field for the password of the site. */
function askPassword() {
  const box = byId('password-box', HTMLElement);
  box.hidden = false;
  byId('password', HTMLInputElement).focus();
}

/** Wires the password field that every app has. */
export function listenForPassword() {
  const field = byId('password', HTMLInputElement);
  field.addEventListener('input', () => usePassword(field.value));
}

/**
 * Two presses instead of a dialog: the first one asks.
 * @param {string} label
 * @param {string} question
 * @param {() => Promise<void>} work
 */
export function carefulButton(label, question, work) {
  const button = element('button', { type: 'button', class: 'quiet' }, label);
  let asked = false;
  button.addEventListener('click', () => {
    if (asked) return void act(button, work);
    asked = true;
    button.textContent = question;
    button.classList.add('danger');
  });
  button.addEventListener('blur', () => {
    asked = false;
    button.textContent = label;
    button.classList.remove('danger');
  });
  return button;
}

/** @param {string | number} when a date that the server keeps in UTC */
export function dateWords(when) {
  const date = typeof when === 'number' ? new Date(when) : new Date(`${when.replace(' ', 'T')}Z`);
  if (Number.isNaN(date.getTime())) return String(when);
  return date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
