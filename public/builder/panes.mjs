// The two panes that show what a project holds: its files as text, its tables as rows.
import { byId, cellOf, element, problem, textOfError, words } from './widgets.mjs';

/**
 * @typedef {import('./engine.mjs').PreviewDatabase} PreviewDatabase
 * @typedef {import('./store.mjs').Project['files']} Files
 */

const rows_per_page = 50;

/** @type {Files} */
let files_shown = [];
/** @type {PreviewDatabase | null} */
let database_shown = null;
let first_row = 0;

/** @param {Files} files */
export function showFiles(files) {
  files_shown = files;
  const list = byId('file', HTMLSelectElement);
  const paths = files.map((file) => file.path).sort();
  list.replaceChildren(...paths.map((path) => element('option', { value: path }, path)));
  list.value = paths.includes('server.js') ? 'server.js' : (paths[0] ?? '');
  showFile();
}

function showFile() {
  const path = byId('file', HTMLSelectElement).value;
  const file = files_shown.find((one) => one.path === path);
  const text = byId('file-text', HTMLElement);
  text.textContent = file ? new TextDecoder().decode(file.bytes) : '';
  text.scrollTop = 0;
}

/** @param {PreviewDatabase | null} database null when SQLite could not open it */
export function showTables(database) {
  if (database !== database_shown) first_row = 0;
  database_shown = database;
  const list = byId('table', HTMLSelectElement);
  const chosen = list.value;
  try {
    const tables = database?.tables() ?? [];
    list.replaceChildren(
      ...tables.map(({ name, rows }) => element('option', { value: name }, `${name} (${rows})`)),
    );
    if (tables.some(({ name }) => name === chosen)) list.value = chosen;
    words('data-size', tables.length === 1 ? '1 table' : `${tables.length} tables`);
  } catch (error) {
    problem('problem', `The rows cannot be read: ${textOfError(error)}`);
  }
  showRows();
}

function showRows() {
  const place = byId('rows', HTMLElement);
  const table = byId('table', HTMLSelectElement).value;
  if (!database_shown || table === '') {
    return place.replaceChildren(element('p', { class: 'small' }, 'No table to show.'));
  }
  try {
    const page = database_shown.page(table, rows_per_page + 1, first_row);
    const rows = page.rows.slice(0, rows_per_page);
    place.replaceChildren(tableOf(page.columns, rows));
    const last = first_row + rows.length;
    words('rows-words', rows.length === 0 ? 'No rows here.' : `Rows ${first_row + 1} to ${last}`);
    byId('rows-before', HTMLButtonElement).hidden = first_row === 0;
    byId('rows-after', HTMLButtonElement).hidden = page.rows.length <= rows_per_page;
  } catch (error) {
    const sentence = `This table cannot be read: ${textOfError(error)}`;
    place.replaceChildren(element('p', { class: 'small' }, sentence));
  }
}

/** @param {string[]} columns @param {Parameters<typeof cellOf>[0][][]} rows */
function tableOf(columns, rows) {
  const head = columns.map((name) => element('th', { scope: 'col' }, name));
  const body = rows.map((row) => element('tr', {}, ...row.map(cellOf)));
  return element(
    'table',
    {},
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

/** @param {number} row */
function goTo(row) {
  first_row = row;
  showRows();
}

byId('file', HTMLSelectElement).addEventListener('change', showFile);
byId('table', HTMLSelectElement).addEventListener('change', () => goTo(0));
byId('rows-before', HTMLButtonElement).addEventListener('click', () => {
  goTo(Math.max(0, first_row - rows_per_page));
});
byId('rows-after', HTMLButtonElement).addEventListener('click', () => {
  goTo(first_row + rows_per_page);
});
