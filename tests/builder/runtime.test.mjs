// The files that travel with every published app, against a database host and a site of our own.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openDatabase } from '../../shared/transform/runtime/database.js';
import { layOut, root } from './support.mjs';

/**
 * A database host on loopback that gives the answers listed, one a request, the last one for ever.
 * @param {import('node:test').TestContext} test
 * @param {{ status?: number, body?: unknown, headers?: Record<string, string>, cut?: true }[]}
 * answers
 */
async function host(test, answers) {
  /** @type {any[]} */
  const asked = [];
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const piece of request) text += piece;
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? {};
    asked.push({ url: request.url, token: request.headers.authorization, ...JSON.parse(text) });
    if (answer.cut) return void request.socket.destroy();
    response.writeHead(answer.status ?? 200, answer.headers);
    response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  test.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { asked, url: `http://127.0.0.1:${port}` };
}

/** @param {unknown} response */
const ok = (response) => ({
  body: { baton: null, base_url: null, results: [{ type: 'ok', response }, { type: 'ok' }] },
});
/** @param {any[][]} rows @param {string[]} names */
const rowsOf = (names, rows) =>
  ok({
    type: 'execute',
    result: {
      cols: names.map((name) => ({ name, decltype: null })),
      rows,
      affected_row_count: 0,
      last_insert_rowid: null,
    },
  });
const sleep = async () => {};

test('values travel exactly in both directions', async (t) => {
  const answer = rowsOf(
    ['a', 'b', 'c', 'd', 'e', 'f', '__proto__'],
    [
      [
        { type: 'integer', value: '9007199254740993' },
        { type: 'integer', value: '-5' },
        { type: 'float', value: 0.1 },
        { type: 'text', value: '😀' },
        { type: 'blob', base64: 'AP8' },
        { type: 'blob', base64: 'AP8=' },
        { type: 'null' },
      ],
    ],
  );
  const { asked, url } = await host(t, [answer]);
  const database = openDatabase({ url, authToken: 'secret', sleep });
  const bytes = new Uint8Array([0, 255]);
  const values = [1, 1.5, 2n ** 63n - 1n, 'x', null, true, bytes, bytes.buffer, Number.NaN];
  const [row] = await database.all('SELECT 1', values);
  assert.deepEqual(Object.values(row ?? {}), [
    9007199254740993n,
    -5,
    0.1,
    '😀',
    bytes,
    bytes,
    null,
  ]);
  assert.equal(asked[0].url, '/v2/pipeline');
  assert.equal(asked[0].token, 'Bearer secret');
  assert.deepEqual(
    asked[0].requests[0].stmt.args.map((/** @type {any} */ one) => one.value ?? one.base64 ?? null),
    ['1', 1.5, '9223372036854775807', 'x', null, '1', 'AP8=', 'AP8=', null],
  );
  assert.equal(asked[0].requests[1].type, 'close');
  for (const value of [undefined, Infinity, 2n ** 63n, new Date(), {}]) {
    await assert.rejects(database.run('SELECT ?', [/** @type {any} */ (value)]), {
      code: 'ARGS_INVALID',
    });
  }
});

test('reads are sent again, writes never', async (t) => {
  for (const trouble of [{ status: 503, body: 'x' }, { status: 429, body: '' }, { cut: true }]) {
    const flaky = [/** @type {any} */ (trouble), rowsOf(['a'], [])];
    const read = await host(t, flaky);
    const reading = openDatabase({ url: read.url, sleep });
    assert.deepEqual(await reading.all('/* a */ -- b\n SELECT 1'), []);
    assert.equal(read.asked.length, 2);
    for (const sql of ['INSERT INTO t VALUES (1)', 'WITH a AS (SELECT 1) DELETE FROM t']) {
      const write = await host(t, flaky);
      const writing = openDatabase({ url: write.url, sleep });
      await assert.rejects(writing.run(sql), /database/);
      assert.equal(write.asked.length, 1, sql);
    }
  }
  const down = await host(t, [{ status: 500, body: '{"error":"down"}' }]);
  const database = openDatabase({ url: down.url, authToken: 'secret', sleep });
  await assert.rejects(database.all('SELECT 1'), (/** @type {any} */ error) => {
    assert.equal(error.code, 'DATABASE_REFUSED');
    assert.doesNotMatch(String(error.stack), /secret/);
    return true;
  });
  assert.equal(down.asked.length, 4);
});

test('errors of SQL carry their code; refusals are not tried again', async (t) => {
  const error = { message: 'UNIQUE constraint failed: t.a', code: 'SQLITE_CONSTRAINT_UNIQUE' };
  const failing = await host(t, [{ body: { results: [{ type: 'error', error }] } }]);
  const database = openDatabase({ url: failing.url, sleep });
  await assert.rejects(database.all('SELECT 1'), error);
  assert.equal(failing.asked.length, 1);
  const closed = await host(t, [{ status: 401, body: '{"error":"Unauthorized"}' }]);
  await assert.rejects(
    openDatabase({ url: closed.url, sleep }).all('SELECT 1'),
    /401: Unauthorized/,
  );
  assert.equal(closed.asked.length, 1);
  await assert.rejects(openDatabase({}).all('SELECT 1'), { code: 'DATABASE_NOT_CONFIGURED' });
});

test('a batch is one transaction', async (t) => {
  const result = { affected_row_count: 1, last_insert_rowid: '7' };
  const step_results = [{}, result, result, {}, null];
  const good = await host(t, [
    ok({ type: 'batch', result: { step_results, step_errors: [null, null, null, null, null] } }),
  ]);
  const database = openDatabase({ url: good.url, sleep });
  const done = { changes: 1, lastInsertRowid: 7 };
  assert.deepEqual(await database.batch([{ sql: 'A' }, { sql: 'B', values: [1] }]), [done, done]);
  const { steps } = good.asked[0].requests[0].batch;
  assert.deepEqual(
    steps.map((/** @type {any} */ step) => step.stmt.sql),
    ['BEGIN IMMEDIATE', 'A', 'B', 'COMMIT', 'ROLLBACK'],
  );
  assert.deepEqual(steps[4].condition, { type: 'not', cond: { type: 'ok', step: 3 } });
  const error = { message: 'no', code: 'SQLITE_CONSTRAINT' };
  const bad = await host(t, [
    ok({ type: 'batch', result: { step_results: [], step_errors: [null, error] } }),
  ]);
  await assert.rejects(openDatabase({ url: bad.url, sleep }).batch([{ sql: 'A' }]), error);
});

test('the entry routes, answers for its release, and outlives the app’s mistakes', async (t) => {
  const { url } = await host(t, [rowsOf(['objects'], [[{ type: 'integer', value: '1' }]])]);
  const runtime = path.join(root, 'shared/transform/runtime');
  const entry = await readFile(path.join(runtime, 'entry.js'), 'utf8');
  const folder = await layOut(t, [
    { path: '_worker.js', bytes: entry.replace("'cloudflare:workers'", "'./env.js'") },
    { path: 'env.js', bytes: `export const env = { TURSO_DATABASE_URL: '${url}' };` },
    { path: 'fairway/database.js', bytes: await readFile(path.join(runtime, 'database.js')) },
    { path: 'fairway/release.js', bytes: "export const release = 'dep-1';" },
    {
      path: 'server.js',
      bytes:
        'export function handle(request) {\n' +
        "  if (request.url.endsWith('/throw')) throw new Error('hidden');\n" +
        "  return request.url.endsWith('/none') ? 1 : new Response('api');\n}",
    },
  ]);
  const worker = (await import(pathToFileURL(path.join(folder, '_worker.js')).href)).default;
  const bindings = { ASSETS: { fetch: async () => new Response('asset') } };
  const get = (/** @type {string} */ target) =>
    worker.fetch(new Request(`https://a.example${target}`), bindings);
  t.mock.method(console, 'error', () => {});
  assert.equal(await (await get('/api/x')).text(), 'api');
  assert.equal(await (await get('/apix')).text(), 'asset');
  assert.deepEqual(await (await get('/.well-known/fairway.json')).json(), {
    release: 'dep-1',
    database: 'ok',
  });
  for (const broken of ['/api/throw', '/api/none']) {
    const answer = await get(broken);
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /hidden/);
  }
});
