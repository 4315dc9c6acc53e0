// Neon's SQL over HTTP and its projects, spoken to by the official driver.

import { neon, neonConfig, NeonDbError } from '@neondatabase/serverless';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { startSandbox } from '../../tools/sandbox/sandbox.mjs';
import { addFault } from './help.mjs';

/** @type {import('../../tools/sandbox/sandbox.mjs').Sandbox} */
let sandbox;
/** @type {string} */
let state;
/** @type {string} */
let uri;

/** @param {string} method @param {string} path @param {unknown} [body] */
async function api(method, path, body) {
  const response = await fetch(`${sandbox.origin}/neon/api/v2${path}`, {
    method,
    headers: { authorization: 'Bearer sandbox-neon-key' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: /** @type {any} */ (await response.json()) };
}

async function newProject(name = 'app') {
  const made = await api('POST', '/projects', { project: { name } });
  assert.equal(made.status, 201, JSON.stringify(made.json));
  return made.json;
}

before(async () => {
  state = mkdtempSync(join(tmpdir(), 'fairway-sandbox-'));
  sandbox = await startSandbox({ state });
  neonConfig.fetchEndpoint = () => `${sandbox.origin}/neon/sql`;
  uri = (await newProject()).connection_uris[0].connection_uri;
});
after(async () => {
  await sandbox.close();
  rmSync(state, { recursive: true, force: true });
});

test('values come back as the driver reads them', async () => {
  const sql = neon(uri);
  const rows = await sql`SELECT ${1}::int AS one, ${'it\'s "ü\\'}::text AS words,
      ${Buffer.from([0, 255])}::bytea AS bytes, ${null}::text AS nothing, 'NaN'::float8 AS number,
      ${'{"a":[1]}'}::jsonb AS json, 9007199254740993 AS large, ARRAY[1, 2] AS list`;
  const [row] = /** @type {any[]} */ (rows);
  assert.deepEqual(row.bytes, Buffer.from([0, 255]));
  assert.deepEqual(
    { ...row, bytes: 0 },
    {
      one: 1,
      words: 'it\'s "ü\\',
      bytes: 0,
      nothing: null,
      number: NaN,
      json: { a: [1] },
      large: '9007199254740993',
      list: [1, 2],
    },
  );
});

test('a transaction is all or nothing, and can be read-only', async () => {
  const sql = neon(uri);
  await sql`CREATE TABLE t(a int PRIMARY KEY)`;
  await assert.rejects(
    sql.transaction([sql`INSERT INTO t VALUES (1)`, sql`INSERT INTO t VALUES (1)`]),
    (error) => {
      assert.ok(error instanceof NeonDbError);
      assert.equal(error.code, '23505');
      assert.equal(error.table, 't');
      assert.equal(error.schema, 'public');
      return true;
    },
  );
  assert.deepEqual(await sql`SELECT * FROM t`, []);
  await assert.rejects(
    sql.transaction([sql`INSERT INTO t VALUES (1)`], { readOnly: true }),
    /read-only/u,
  );
  const [, seen] = await sql.transaction(
    [sql`INSERT INTO t VALUES (2)`, sql`SHOW transaction_isolation`],
    { isolationLevel: 'Serializable' },
  );
  assert.deepEqual(seen, [{ transaction_isolation: 'serializable' }]);
  const full = neon(uri, { fullResults: true });
  const inserted = await full`INSERT INTO t VALUES (3), (4)`;
  assert.equal(inserted.command, 'INSERT');
  assert.equal(inserted.rowCount, 2);
});

test('settings of one request do not reach the next', async () => {
  const sql = neon(uri);
  await sql`SET search_path = nowhere`;
  const [row] = await sql`SELECT current_schema() AS name`;
  assert.equal(row?.name, 'public');
});

test('a wrong password, endpoint, database and statement are told apart', async () => {
  const wrong = neon(uri.replace(/:npg_\w+@/, ':other@'));
  await assert.rejects(wrong`SELECT 1`, /password authentication failed/u);
  await assert.rejects(neon(uri.replace('@ep-', '@ep-other-'))`SELECT 1`, /endpoint could not/u);
  await assert.rejects(neon(uri.replace('/neondb?', '/other?'))`SELECT 1`, /does not exist/u);
  await assert.rejects(neon(uri)`SELEC`, (error) => /** @type {any} */ (error).code === '42601');
});

test('the same bytes without raw output are JSON', async () => {
  const response = await fetch(`${sandbox.origin}/neon/sql`, {
    method: 'POST',
    headers: { 'neon-connection-string': uri },
    body: JSON.stringify({ query: "SELECT true a, 1 b, 1::int8 c, 'inf'::float8 d", params: [] }),
  });
  const answer = /** @type {any} */ (await response.json());
  assert.deepEqual(answer.rows, [{ a: true, b: 1, c: '1', d: 'Infinity' }]);
  const missing = await fetch(`${sandbox.origin}/neon/sql`, { method: 'POST', body: '{}' });
  assert.equal(missing.status, 400);
});

test('a lost answer has had its effect', async () => {
  const sql = neon(uri);
  await sql`CREATE TABLE lost(a int)`;
  await addFault(sandbox.origin, { match: { provider: 'neon' }, kind: 'lose_answer' });
  await assert.rejects(sql`INSERT INTO lost VALUES (1)`);
  assert.deepEqual(await sql`SELECT a FROM lost`, [{ a: 1 }]);
});

test('projects are made, found, apart from each other, removed, and stand again', async () => {
  const made = await newProject('other');
  const other = made.connection_uris[0].connection_uri;
  await neon(other)`CREATE TABLE own(a int)`;
  await assert.rejects(neon(uri)`SELECT * FROM own`, /does not exist/u);
  const found = await api('GET', '/projects?search=other');
  assert.deepEqual(
    found.json.projects.map((/** @type {any} */ one) => one.id),
    [made.project.id],
  );
  const path = `/projects/${made.project.id}`;
  const asked = await api(
    'GET',
    `${path}/connection_uri?database_name=neondb&role_name=neondb_owner`,
  );
  assert.equal(asked.json.uri, other);
  await sandbox.close();
  sandbox = await startSandbox({ state });
  assert.deepEqual(await neon(other)`SELECT * FROM own`, []);
  assert.equal((await api('DELETE', path)).status, 200);
  assert.equal((await api('GET', path)).status, 404);
  await assert.rejects(neon(other)`SELECT 1`, /endpoint could not/u);
});

test('a kill loses nothing that was answered', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-sandbox-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const main = new URL('../../tools/sandbox/main.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--port', '0', '--state', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface(child.stdout), 'line');
  const killed = JSON.parse(line).origin;
  const made = await fetch(`${killed}/neon/api/v2/projects`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-neon-key' },
    body: '{}',
  });
  const own = /** @type {any} */ (await made.json()).connection_uris[0].connection_uri;
  const send = (/** @type {string} */ origin, /** @type {string} */ query) =>
    fetch(`${origin}/neon/sql`, {
      method: 'POST',
      headers: { 'neon-connection-string': own },
      body: JSON.stringify({ query }),
    });
  assert.equal((await send(killed, 'CREATE TABLE kept AS SELECT 1 AS a')).status, 200);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  const next = await startSandbox({ state: folder });
  t.after(() => next.close());
  const answer = await (await send(next.origin, 'SELECT a FROM kept')).json();
  assert.deepEqual(/** @type {any} */ (answer).rows, [{ a: 1 }]);
});
