// Guestbook: entries with a mood and likes. Everyone may write; changing an entry needs the
// password when one is set.
import { database } from './database.js';
import { Fields } from './lib/fields.js';
import {
  Problem,
  answerWith,
  idFrom,
  json,
  mayEdit,
  readJson,
  requirePassword,
} from './lib/http.js';

const { SITE_TITLE = 'Guestbook', BLOCKED_WORDS = '', ADMIN_PASSWORD } = process.env;
const page_size = 20;
const columns = 'id, name, message, mood, website, likes, source_id, created_at, edited_at';

/** @param {Request} request */
export async function handle(request) {
  return answerWith(request, [
    { method: 'GET', path: /^\/api\/site$/, answer: readSite },
    { method: 'GET', path: /^\/api\/entries$/, answer: listEntries },
    { method: 'POST', path: /^\/api\/entries$/, answer: addEntry },
    { method: 'GET', path: /^\/api\/entries\/(\d{1,16})$/, answer: readEntry },
    { method: 'PUT', path: /^\/api\/entries\/(\d{1,16})$/, answer: changeEntry },
    { method: 'DELETE', path: /^\/api\/entries\/(\d{1,16})$/, answer: removeEntry },
    { method: 'POST', path: /^\/api\/entries\/(\d{1,16})\/like$/, answer: likeEntry },
  ]);
}

/** @typedef {import('./lib/http.js').Call} Call */

/** @param {Call} call */
async function readSite({ request }) {
  const [row] = await database.all(
    'SELECT count(*) AS entries, coalesce(sum(likes), 0) AS likes FROM entries',
  );
  return json({ title: SITE_TITLE, may_edit: mayEdit(request, ADMIN_PASSWORD), ...row });
}

/** @param {Call} call */
async function listEntries({ url }) {
  const before = Number(url.searchParams.get('before') ?? Number.MAX_SAFE_INTEGER);
  if (!Number.isSafeInteger(before)) throw new Problem(400, '"before" must be the id of an entry.');
  const rows = await database.all(
    `SELECT ${columns} FROM entries WHERE id < ? ORDER BY id DESC LIMIT ?`,
    [before, page_size + 1],
  );
  return json({ entries: rows.slice(0, page_size), more: rows.length > page_size });
}

/** @param {Call} call */
async function addEntry({ request }) {
  const entry = checkedEntry(await readJson(request));
  const { lastInsertRowid } = await database.run(
    'INSERT INTO entries (name, message, mood, website) VALUES (?, ?, ?, ?)',
    [entry.name, entry.message, entry.mood, entry.website],
  );
  return json(await entryWith(Number(lastInsertRowid)), 201);
}

/** @param {Call} call */
async function readEntry({ params }) {
  return json(await entryWith(idFrom(params[0] ?? '')));
}

/** @param {Call} call */
async function changeEntry({ request, params }) {
  requirePassword(request, ADMIN_PASSWORD);
  const id = idFrom(params[0] ?? '');
  const entry = checkedEntry(await readJson(request));
  await database.run(
    `UPDATE entries SET name = ?, message = ?, mood = ?, website = ?,
         edited_at = CURRENT_TIMESTAMP WHERE id = ?`,
    [entry.name, entry.message, entry.mood, entry.website, id],
  );
  return json(await entryWith(id));
}

/** @param {Call} call */
async function removeEntry({ request, params }) {
  requirePassword(request, ADMIN_PASSWORD);
  const { changes } = await database.run('DELETE FROM entries WHERE id = ?', [
    idFrom(params[0] ?? ''),
  ]);
  if (changes === 0) throw new Problem(404, 'There is no such entry.');
  return json({ removed: true });
}

/** @param {Call} call */
async function likeEntry({ params }) {
  const id = idFrom(params[0] ?? '');
  await database.run('UPDATE entries SET likes = likes + 1 WHERE id = ?', [id]);
  return json(await entryWith(id));
}

/** @param {number} id */
async function entryWith(id) {
  const [row] = await database.all(`SELECT ${columns} FROM entries WHERE id = ?`, [id]);
  if (!row) throw new Problem(404, 'There is no such entry.');
  return row;
}

/** @param {Record<string, unknown>} values */
function checkedEntry(values) {
  const fields = new Fields(values);
  const entry = {
    name: fields.text('name', { label: 'Name', max: 80, required: true }),
    message: fields.text('message', { label: 'Message', max: 2000, required: true }),
    mood: fields.text('mood', { label: 'Mood', max: 8 }) || null,
    website: fields.text('website', { label: 'Website', max: 200 }),
  };
  if (entry.website !== '' && !/^https?:\/\/[^\s/]+/.test(entry.website)) {
    fields.refuse('website', 'Website must start with http:// or https://.', '');
  }
  const blocked = blockedWord(`${entry.name} ${entry.message} ${entry.website}`);
  if (blocked) fields.refuse('message', `The word "${blocked}" is not welcome here.`, '');
  fields.done();
  return entry;
}

/** @param {string} text */
function blockedWord(text) {
  const words = BLOCKED_WORDS.split(',')
    .map((word) => word.trim().toLowerCase())
    .filter(Boolean);
  const lower = text.toLowerCase();
  return words.find((word) => lower.includes(word));
}
