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
 * @typedef {{ id: string, title: string, body: string, pinned: boolean, archivedAt: number | null,
 * wordCount: number,
 *   meta: unknown, createdAt: number, updatedAt: number, author: string | null, tags: string[] }}
 * Note
 */

const form = byId('form', HTMLFormElement);
const save = byId('save', HTMLButtonElement);
const cancel = byId('cancel', HTMLButtonElement);
const search = byId('search', HTMLInputElement);
const tagField = byId('tag', HTMLSelectElement);
let changing = '';
let asked = 0;

/** @param {Note} note */
function card(note) {
  const pin = element(
    'button',
    {
      type: 'button',
      class: 'quiet',
      'aria-pressed': String(note.pinned),
      'aria-label': `Pin ${note.title}`,
    },
    '📌 Pin',
  );
  pin.addEventListener('click', () =>
    act(pin, async () => {
      await call('PATCH', `/api/notes/${note.id}`, { pinned: !note.pinned });
      await load();
    }),
  );
  const away = element(
    'button',
    { type: 'button', class: 'quiet' },
    note.archivedAt === null ? 'Put away' : 'Bring back',
  );
  away.addEventListener('click', () =>
    act(away, async () => {
      await call('PATCH', `/api/notes/${note.id}`, { archived: note.archivedAt === null });
      await load();
    }),
  );
  const edit = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Edit ${note.title}` },
    'Edit',
  );
  edit.addEventListener('click', () => startChange(note));
  const remove = carefulButton('Remove', 'Remove this note?', async () => {
    await call('DELETE', `/api/notes/${note.id}`);
    await load();
    say('The note is removed.');
  });
  const tags =
    note.tags.length === 0
      ? null
      : element(
          'ul',
          { class: 'tags', 'aria-label': 'Tags' },
          ...note.tags.map((tag) => element('li', {}, tag)),
        );
  return element(
    'li',
    { class: note.archivedAt === null ? 'card' : 'card put-away' },
    element('h3', {}, note.title),
    element(
      'p',
      { class: 'small lead' },
      `${note.author ?? 'Somebody'} · ${dateWords(note.updatedAt)} · ${note.wordCount} words`,
    ),
    element('p', { class: 'written' }, note.body),
    tags,
    element('div', { class: 'row' }, pin, edit, away, remove),
  );
}

async function load() {
  asked += 1;
  const mine = asked;
  const notebook = await call('GET', '/api/notebook');
  document.title = notebook.title;
  byId('title', HTMLElement).textContent = notebook.title;
  const query = new URLSearchParams({ search: search.value, tag: tagField.value });
  const { notes } = await call('GET', `/api/notes?${query}`);
  const { tags } = await call('GET', '/api/tags');
  if (mine !== asked) return;
  byId('notes', HTMLElement).replaceChildren(...notes.map(card));
  byId('figures', HTMLElement).textContent = `${notes.length} notes shown`;
  const chosen = tagField.value;
  tagField.replaceChildren(
    element('option', { value: '' }, 'All tags'),
    ...tags.map((/** @type {{ name: string, notes: number }} */ tag) =>
      element('option', { value: tag.name }, `${tag.name} (${tag.notes})`),
    ),
  );
  tagField.value = chosen;
}

/** @param {Note} note */
function startChange(note) {
  changing = note.id;
  byId('note-title', HTMLInputElement).value = note.title;
  byId('body', HTMLTextAreaElement).value = note.body;
  byId('tags', HTMLInputElement).value = note.tags.join(', ');
  byId('form-title', HTMLElement).textContent = 'Change the note';
  save.textContent = 'Save the change';
  cancel.hidden = false;
  byId('note-title', HTMLInputElement).focus();
}

function endChange() {
  changing = '';
  form.reset();
  byId('form-title', HTMLElement).textContent = 'New note';
  save.textContent = 'Keep this note';
  cancel.hidden = true;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void act(save, async () => {
    const typed = new FormData(form);
    const note = {
      title: typed.get('title'),
      body: typed.get('body'),
      tags: String(typed.get('tags') ?? '').split(','),
    };
    const words = changing === '' ? 'The note is kept.' : 'The change is saved.';
    if (changing === '') await call('POST', '/api/notes', note);
    else await call('PUT', `/api/notes/${changing}`, note);
    endChange();
    await load();
    say(words);
  });
});
cancel.addEventListener('click', endChange);
search.addEventListener('input', () => act(null, load));
tagField.addEventListener('change', () => act(null, load));
listenForPassword();
byId('password', HTMLInputElement).addEventListener('change', () => act(null, load));
void act(null, load);
