// The two ways into PostgreSQL, by libpq and over HTTP, lead to the same place: for every row of
// the matrix the same report, and in the end two databases that pg_dump cannot tell apart.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { before, test } from 'node:test';
import pg from 'pg';
import { handleSql } from '../../tools/sandbox/neon/sql.mjs';
import { makeFile, matrix } from '../migration/matrix.mjs';
import { newFolder, program, psqlProgram, startServer } from './support.mjs';

/** Values as the server prints them. */
const rawTypes = { getTypeParser: () => (/** @type {string} */ text) => text };

let byLibpq = '';
let overHttp = '';
let endpoint = '';

before(async (context) => {
  const server = startServer(/** @type {any} */ (context));
  byLibpq = server.newDatabase();
  overHttp = server.newDatabase();
  endpoint = await newEndpoint(/** @type {any} */ (context), overHttp);
});

/**
 * SQL over HTTP for one database; the connection string that comes in only has to look like one.
 *
 * @param {{after: (done: () => void) => void}} context @param {string} url
 */
async function newEndpoint(context, url) {
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    types: /** @type {any} */ (rawTypes),
  });
  pool.on('error', () => undefined);
  const server = createServer(
    (request, response) => void handleSql(() => pool.connect(), request, response),
  );
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  context.after(() => server.close());
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return `http://127.0.0.1:${address.port}/sql`;
}

/**
 * @param {string[]} words
 * @returns {Promise<{code: number | null, out: string, error: string}>}
 */
function fairway(...words) {
  const env = { ...process.env, FAIRWAY_NEON_URL: endpoint };
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let [out, error] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (error += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

for (const [index, one] of matrix().entries()) {
  if (!one.targets.postgres) continue;
  test(`row ${one.number}: ${one.title}`, async (context) => {
    const file = makeFile(newFolder(context), one);
    const migrate = ['migrate', file, '--schema', `row${index}`, '--json'];
    const [libpq, http] = await Promise.all([
      fairway(...migrate, '--into', byLibpq),
      fairway(...migrate, '--into', 'postgres://user@host/database', '--over', 'http'),
    ]);
    assert.equal(http.code, libpq.code, http.out + http.error + libpq.error);
    if (libpq.code === 0) assert.deepEqual(JSON.parse(http.out), JSON.parse(libpq.out));
  });
}

/** @param {string} url */
function dumpOf(url) {
  const words = ['--restrict-key=same', '--no-comments', url];
  const options = { encoding: /** @type {'utf8'} */ ('utf8'), maxBuffer: 1 << 28 };
  return execFileSync(join(dirname(psqlProgram), 'pg_dump'), words, options);
}

test('both databases are the same, in every object and every row', () => {
  assert.deepEqual(dumpOf(overHttp).split('\n'), dumpOf(byLibpq).split('\n'));
});
