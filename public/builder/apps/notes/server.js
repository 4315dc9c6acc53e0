// Notes: a notebook whose tables have the shape that Prisma gives them. Dates are integer
// milliseconds.
import { database } from './database.js';
import { Fields } from './lib/fields.js';
import { Problem, answerWith, json, readJson, requirePassword } from './lib/http.js';
import { newId } from './lib/ids.js';

const password = process.env.NOTES_PASSWORD;
const note_columns = `n.id, n.title, n.body, n.pinned, n.archivedAt, n.wordCount, n.meta,
  n.createdAt, n.updatedAt,
  u.name AS author,
  (SELECT json_group_array(name) FROM (SELECT t.name FROM "_NoteToTag" l JOIN "Tag" t ON t.id = l.B
   WHERE l.A = n.id ORDER BY t.name)) AS tags`;
const id_path = /^\/api\/notes\/([a-z0-9]{8,40})$/;

/** @typedef {import('./lib/http.js').Call} Call */

/** @param {Request} request */
export async function handle(request) {
  return answerWith(request, [
    { method: 'GET', path: /^\/api\/notebook$/, answer: readNotebook },
    { method: 'GET', path: /^\/api\/notes$/, answer: guarded(listNotes) },
    { method: 'POST', path: /^\/api\/notes$/, answer: guarded(addNote) },
    { method: 'GET', path: id_path, answer: guarded(readNote) },
    { method: 'PUT', path: id_path, answer: guarded(changeNote) },
    { method: 'PATCH', path: id_path, answer: guarded(flagNote) },
    { method: 'DELETE', path: id_path, answer: guarded(removeNote) },
    { method: 'GET', path: /^\/api\/tags$/, answer: guarded(listTags) },
  ]);
}

/** @param {(call: Call) => Promise<Response>} answer */
function guarded(answer) {
  /** @param {Call} call */
  return async (call) => {
    requirePassword(call.request, password);
    return answer(call);
  };
}

async function readNotebook() {
  return json({ title: process.env.SITE_TITLE || 'Notes', locked: Boolean(password) });
}

/** @param {Call} call */
async function listNotes({ url }) {
  const search = url.searchParams.get('search') ?? '';
  const tag = url.searchParams.get('tag') ?? '';
  const rows = await database.all(
    `SELECT ${note_columns} FROM "Note" n JOIN "User" u ON u.id = n.authorId
     WHERE (? = '' OR instr(lower(n.title || ' ' || n.body), lower(?)) > 0)
       AND (? = '' OR EXISTS (SELECT 1 FROM "_NoteToTag" l JOIN "Tag" t ON t.id = l.B
                           WHERE l.A = n.id AND t.name = ?))
     ORDER BY n.archivedAt IS NOT NULL, n.pinned DESC, n.updatedAt DESC LIMIT 200`,
    [search, search, tag, tag],
  );
  return json({ notes: rows.map(outward) });
}

/** @param {Call} call */
async function readNote({ params }) {
  return json(await noteWith(params[0] ?? ''));
}

/** @param {Call} call */
async function addNote({ request }) {
  const note = checkedNote(await readJson(request));
  const id = newId();
  const now = Date.now();
  await database.batch([
    {
      sql: `INSERT INTO "User" (id, email, name, updatedAt) VALUES (?, ?, 'You', ?)
            ON CONFLICT (email) DO NOTHING`,
      values: [newId(), owner(), now],
    },
    {
      sql: `INSERT INTO "Note" (id, title, body, wordCount, meta, authorId, createdAt, updatedAt)
            SELECT ?, ?, ?, ?, '{}', id, ?, ? FROM "User" WHERE email = ?`,
      values: [id, note.title, note.body, note.words, now, now, owner()],
    },
    ...tagStatements(id, note.tags),
  ]);
  return json(await noteWith(id), 201);
}

/** @param {Call} call */
async function changeNote({ request, params }) {
  const id = params[0] ?? '';
  const note = checkedNote(await readJson(request));
  await noteWith(id);
  await database.batch([
    {
      sql: 'UPDATE "Note" SET title = ?, body = ?, wordCount = ?, updatedAt = ? WHERE id = ?',
      values: [note.title, note.body, note.words, Date.now(), id],
    },
    { sql: 'DELETE FROM "_NoteToTag" WHERE A = ?', values: [id] },
    ...tagStatements(id, note.tags),
  ]);
  return json(await noteWith(id));
}

/** @param {Call} call */
async function flagNote({ request, params }) {
  const id = params[0] ?? '';
  const { pinned, archived } = await readJson(request);
  if (typeof pinned !== 'boolean' && typeof archived !== 'boolean') {
    throw new Problem(400, 'Send "pinned" or "archived" as true or false.');
  }
  await noteWith(id);
  if (typeof pinned === 'boolean') {
    await database.run('UPDATE "Note" SET pinned = ? WHERE id = ?', [pinned, id]);
  }
  if (typeof archived === 'boolean') {
    await database.run('UPDATE "Note" SET archivedAt = ? WHERE id = ?', [
      archived ? Date.now() : null,
      id,
    ]);
  }
  return json(await noteWith(id));
}

/** @param {Call} call */
async function removeNote({ params }) {
  const id = params[0] ?? '';
  await noteWith(id);
  await database.batch([
    { sql: 'DELETE FROM "_NoteToTag" WHERE A = ?', values: [id] },
    { sql: 'DELETE FROM "Note" WHERE id = ?', values: [id] },
  ]);
  return json({ removed: true });
}

async function listTags() {
  const tags = await database.all(
    `SELECT t.name, t.color, count(l.A) AS notes FROM "Tag" t LEFT JOIN "_NoteToTag" l ON l.B = t.id
     GROUP BY t.id ORDER BY t.name`,
  );
  return json({ tags });
}

/** @param {string} id */
async function noteWith(id) {
  const [row] = await database.all(
    `SELECT ${note_columns} FROM "Note" n JOIN "User" u ON u.id = n.authorId WHERE n.id = ?`,
    [id],
  );
  if (!row) throw new Problem(404, 'There is no such note.');
  return outward(row);
}

/** @param {Record<string, unknown>} row */
function outward(row) {
  return {
    ...row,
    pinned: row.pinned === 1,
    tags: JSON.parse(String(row.tags)),
    meta: parsed(String(row.meta ?? 'null')),
  };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function owner() {
  return process.env.OWNER_EMAIL || 'you@example.com';
}

/**
 * @param {string} note_id
 * @param {string[]} tags
 */
function tagStatements(note_id, tags) {
  return tags.flatMap((name) => [
    {
      sql: 'INSERT INTO "Tag" (id, name) VALUES (?, ?) ON CONFLICT (name) DO NOTHING',
      values: [newId(), name],
    },
    {
      sql: 'INSERT INTO "_NoteToTag" (A, B) SELECT ?, id FROM "Tag" WHERE name = ?',
      values: [note_id, name],
    },
  ]);
}

/** @param {Record<string, unknown>} values */
function checkedNote(values) {
  const fields = new Fields(values);
  const title = fields.text('title', { label: 'Title', max: 200, required: true });
  const body = fields.text('body', { label: 'Note', max: 20_000 });
  const given = Array.isArray(values.tags) ? values.tags : [];
  const tags = [
    ...new Set(given.map((tag) => String(tag).trim().toLowerCase()).filter((tag) => tag !== '')),
  ];
  if (tags.length > 10 || tags.some((tag) => tag.length > 40)) {
    fields.refuse('tags', 'A note may have at most 10 tags of at most 40 characters.', '');
  }
  fields.done();
  return { title, body, tags, words: body.split(/\s+/u).filter(Boolean).length };
}
