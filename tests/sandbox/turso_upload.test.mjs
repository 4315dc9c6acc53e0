// Uploading a SQLite file into a draft: the round trip, the provider's rules, what a broken upload
// leaves.

import Engine from 'libsql';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSandbox } from '../../tools/sandbox/sandbox.mjs';
import {
  addFault,
  closing,
  control,
  execute,
  newClient,
  newDatabase,
  newFolder,
  pipeline,
  send,
} from './help.mjs';

/** @typedef {import('node:test').TestContext} TestContext */

/**
 * A file as a preview leaves it, made fit for upload.
 *
 * @param {TestContext} t
 * @param {{pragmas?: string, rows?: number}} [options]
 */
function newImage(t, { pragmas = '', rows = 500 } = {}) {
  const file = join(newFolder(t), 'preview.db');
  const engine = new Engine(file);
  engine.exec(`${pragmas}; PRAGMA page_size = 4096; PRAGMA journal_mode = WAL;
    CREATE TABLE guest(id INTEGER PRIMARY KEY, name TEXT, mark BLOB, at REAL);
    CREATE INDEX guest_name ON guest(name);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO guest SELECT i, 'guest ' || char(0) || i, randomblob(40), i / 3.0 FROM n;
    PRAGMA wal_checkpoint(TRUNCATE);`);
  engine.close();
  return readFileSync(file);
}

/** @param {TestContext} t */
async function newDraft(t) {
  const state = newFolder(t);
  const sandbox = await startSandbox({ state });
  t.after(() => sandbox.close());
  const draft = await newDatabase(sandbox.origin, 'draft', { seed: { type: 'database_upload' } });
  return { sandbox, state, draft, files: () => readdirSync(join(state, 'turso')) };
}

test('an uploaded file is the database, cell by cell', async (t) => {
  const { draft, files } = await newDraft(t);
  const image = newImage(t);
  const early = await pipeline(draft, [execute('SELECT 1')]);
  assert.equal(early.status, 404);
  const answer = await send(draft, '/v1/upload', image);
  assert.deepEqual([answer.status, answer.text], [200, '']);
  const cells = await pipeline(draft, [
    execute('SELECT count(*), sum(length(mark)) FROM guest'),
    execute("SELECT name, at FROM guest WHERE name = 'guest ' || char(0) || 7"),
    closing,
  ]);
  const [counts, one] = cells.json.results.map(
    (/** @type {any} */ each) => each.response.result?.rows,
  );
  assert.deepEqual(counts, [
    [
      { type: 'integer', value: '500' },
      { type: 'integer', value: '20000' },
    ],
  ]);
  assert.deepEqual(one, [
    [
      { type: 'text', value: 'guest \u00007' },
      { type: 'float', value: 7 / 3 },
    ],
  ]);
  await newClient(draft).execute("INSERT INTO guest(name) VALUES ('more')");
  const again = await send(draft, '/v1/upload', image);
  assert.equal(again.status, 400);
  assert.equal(
    files().some((name) => name.includes('upload')),
    false,
  );
});

test('files that break a rule are refused with the rule, and the draft stays', async (t) => {
  const { draft } = await newDraft(t);
  const good = newImage(t);
  const changed = (/** @type {number} */ at, /** @type {number[]} */ bytes) => {
    const copy = Buffer.from(good);
    copy.set(bytes, at);
    return copy;
  };
  const torn = Buffer.from(good);
  torn.fill(0xaa, 4096 * 3, 4096 * 5);
  /** @type {[Uint8Array, RegExp][]} */
  const cases = [
    [Buffer.from('hello'), /not a SQLite database/],
    [Buffer.alloc(0), /not a SQLite database/],
    [changed(18, [1, 1]), /journal mode must be WAL/],
    [newImage(t, { pragmas: 'PRAGMA auto_vacuum = 1' }), /auto_vacuum must be 0/],
    [newImage(t, { pragmas: "PRAGMA encoding = 'UTF-16le'" }), /encoding must be UTF-8/],
    [changed(16, [4, 0]), /page size must be 4096, found 1024/],
    [good.subarray(0, good.length - 4096), /cut short/],
    [torn, /invalid database file/],
  ];
  for (const [image, words] of cases) {
    const answer = await send(draft, '/v1/upload', image);
    assert.equal(answer.status, 400);
    assert.match(answer.json.error, words);
  }
  assert.equal((await send({ ...draft, token: 'x' }, '/v1/upload', good)).status, 401);
  assert.equal((await send(draft, '/v1/upload', good)).status, 200);
});

test('a length must be declared', async (t) => {
  const { draft } = await newDraft(t);
  const status = await new Promise((resolve, reject) => {
    const call = httpRequest(
      `${draft.url}/v1/upload`,
      {
        method: 'POST',
        headers: { authorization: `Bearer ${draft.token}`, 'transfer-encoding': 'chunked' },
      },
      (response) => resolve(response.statusCode),
    );
    call.on('error', reject);
    call.end('SQLite format 3');
  });
  assert.equal(status, 411);
});

test('an upload that breaks off, or is half done, leaves the draft as it was', async (t) => {
  const { draft, sandbox, files } = await newDraft(t);
  const image = newImage(t);
  await new Promise((resolve) => {
    const call = httpRequest(`${draft.url}/v1/upload`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${draft.token}`,
        'content-length': String(image.length),
      },
    });
    call.on('error', resolve);
    call.on('close', resolve);
    call.write(image.subarray(0, 1000), () => call.destroy());
  });
  // The broken one is over, so that the fault is for the next.
  const isOver = () => sandbox.calls.list().some(({ path }) => path === '/v1/upload');
  while (!isOver()) await new Promise((resolve) => setImmediate(resolve));
  await addFault(sandbox.origin, { kind: 'half_done', match: { path: '/v1/upload' } });
  assert.equal((await send(draft, '/v1/upload', image)).status, 500);
  assert.equal((await pipeline(draft, [execute('SELECT 1')])).status, 404);
  assert.equal((await send(draft, '/v1/upload', image)).status, 200);
  assert.equal(
    files().some((name) => name.includes('upload')),
    false,
  );
});

test('a lost answer: the upload happened, and a second one is told so', async (t) => {
  const { draft, sandbox } = await newDraft(t);
  const image = newImage(t);
  await addFault(sandbox.origin, { kind: 'lose_answer', match: { path: '/v1/upload' } });
  await assert.rejects(send(draft, '/v1/upload', image));
  assert.equal((await send(draft, '/v1/upload', image)).status, 400);
  const counted = await pipeline(draft, [execute('SELECT count(*) FROM guest'), closing]);
  assert.equal(counted.json.results[0].response.result.rows[0][0].value, '500');
});

test('chunks: in any order, again, and only complete', async (t) => {
  const { draft, sandbox, files } = await newDraft(t);
  const image = newImage(t, { rows: 4000 });
  const size = Math.ceil(image.length / 3);
  await control(sandbox.origin, 'POST', '/settings', { turso: { chunk_bytes: size } });
  assert.equal((await send(draft, '/v2/upload/chunk/0', image, 'PUT')).status, 400);
  const start = await send(draft, '/v2/upload/start', { db_size_bytes: image.length }, 'PUT');
  assert.equal(start.json.chunk_size, size);
  const put = (/** @type {number} */ index) =>
    send(
      draft,
      `/v2/upload/chunk/${index}`,
      image.subarray(index * size, (index + 1) * size),
      'PUT',
    );
  const short = await send(draft, '/v2/upload/chunk/0', image.subarray(0, size - 1), 'PUT');
  assert.deepEqual(
    [short.status, short.json.error],
    [400, `chunk 0 must have ${size} bytes, not ${size - 1}`],
  );
  assert.equal((await put(3)).status, 400);
  assert.equal((await put(2)).status, 201);
  assert.equal((await put(0)).status, 201);
  assert.equal((await send(draft, '/v2/upload/finalize', undefined, 'PUT')).status, 400);
  assert.equal((await put(1)).status, 201);
  assert.equal((await put(1)).status, 201);
  assert.equal((await send(draft, '/v2/upload/finalize', undefined, 'PUT')).status, 200);
  const counted = await pipeline(draft, [execute('SELECT count(*) FROM guest'), closing]);
  assert.equal(counted.json.results[0].response.result.rows[0][0].value, '4000');
  assert.equal(
    files().some((name) => name.includes('upload')),
    false,
  );
});

test('deleting a draft removes what was uploaded so far', async (t) => {
  const { draft, sandbox, state, files } = await newDraft(t);
  await send(draft, '/v2/upload/start', { db_size_bytes: 9000 }, 'PUT');
  await send(draft, '/v2/upload/chunk/0', 'x'.repeat(9000), 'PUT');
  assert.equal(files().length, 1);
  await fetch(`${sandbox.origin}/turso/v1/organizations/fairway/databases/draft`, {
    method: 'DELETE',
    headers: { authorization: 'Bearer sandbox-turso-token' },
  });
  assert.deepEqual(files(), []);
  assert.ok(existsSync(state));
});
