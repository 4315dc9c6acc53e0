import {
  act,
  byId,
  call,
  carefulButton,
  dateWords,
  element,
  listenForPassword,
  say,
} from './ui.js';

/**
 * @typedef {{ id: number, name: string, message: string, mood: string | null, website: string,
 * likes: number,
 *   source_id: number | string | null, created_at: string, edited_at: string | null }} Entry
 */

const form = byId('form', HTMLFormElement);
const list = byId('entries', HTMLElement);
const more = byId('more', HTMLButtonElement);
const cancel = byId('cancel', HTMLButtonElement);
const send = byId('send', HTMLButtonElement);
/** @type {Entry[]} */
let entries = [];
let changing = 0;

/** @param {Entry} entry */
function card(entry) {
  const face = entry.mood ? element('span', { class: 'face' }, entry.mood) : null;
  const link =
    entry.website === ''
      ? null
      : element(
          'a',
          { href: entry.website, rel: 'nofollow noopener ugc', target: '_blank' },
          'Website',
        );
  const from = entry.source_id === null ? '' : ` · from the old site, number ${entry.source_id}`;
  const when = `${dateWords(entry.created_at)}${entry.edited_at === null ? '' : ', edited'}${from}`;
  const like = element(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-label': `Like the entry of ${entry.name}, ${entry.likes} so far`,
    },
    `♥ ${entry.likes}`,
  );
  like.addEventListener('click', () =>
    act(like, () => put('POST', `/api/entries/${entry.id}/like`)),
  );
  const edit = element('button', { type: 'button', class: 'quiet' }, 'Edit');
  edit.addEventListener('click', () => startChange(entry));
  const remove = carefulButton('Remove', 'Remove this entry?', async () => {
    await call('DELETE', `/api/entries/${entry.id}`);
    entries = entries.filter((one) => one.id !== entry.id);
    await show();
    say('The entry is removed.');
  });
  return element(
    'li',
    { class: 'card' },
    element(
      'div',
      { class: 'who' },
      face,
      element('h3', {}, entry.name),
      link,
      element('span', { class: 'small lead when' }, when),
    ),
    element('p', { class: 'said' }, entry.message),
    element('div', { class: 'row' }, like, edit, remove),
  );
}

async function show() {
  list.replaceChildren(...entries.map(card));
  const site = await call('GET', '/api/site');
  document.title = site.title;
  byId('title', HTMLElement).textContent = site.title;
  byId('figures', HTMLElement).textContent = `${site.entries} entries, ${site.likes} likes`;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
async function put(method, path, body) {
  /** @type {Entry} */
  const entry = await call(method, path, body);
  const at = entries.findIndex((one) => one.id === entry.id);
  if (at < 0) entries.unshift(entry);
  else entries[at] = entry;
  await show();
}

/** @param {Entry} entry */
function startChange(entry) {
  changing = entry.id;
  for (const [name, value] of Object.entries({
    name: entry.name,
    website: entry.website,
    message: entry.message,
    mood: entry.mood ?? '',
  })) {
    const field = form.elements.namedItem(name);
    if (
      field instanceof HTMLInputElement ||
      field instanceof HTMLTextAreaElement ||
      field instanceof HTMLSelectElement
    )
      field.value = value;
  }
  byId('form-title', HTMLElement).textContent = 'Change the entry';
  send.textContent = 'Save the change';
  cancel.hidden = false;
  byId('text', HTMLTextAreaElement).focus();
}

function endChange() {
  changing = 0;
  form.reset();
  byId('form-title', HTMLElement).textContent = 'Write an entry';
  send.textContent = 'Sign the book';
  cancel.hidden = true;
}

/** @param {number} before */
async function load(before) {
  const page = await call('GET', before === 0 ? '/api/entries' : `/api/entries?before=${before}`);
  entries = before === 0 ? page.entries : entries.concat(page.entries);
  more.hidden = !page.more;
  await show();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(send, async () => {
    const values = Object.fromEntries(new FormData(form));
    const words = changing === 0 ? 'Thank you, your entry is in the book.' : 'The change is saved.';
    if (changing === 0) await put('POST', '/api/entries', values);
    else await put('PUT', `/api/entries/${changing}`, values);
    endChange();
    say(words);
  });
});
cancel.addEventListener('click', endChange);
more.addEventListener('click', () => act(more, () => load(entries.at(-1)?.id ?? 0)));
listenForPassword();
void act(null, () => load(0));
