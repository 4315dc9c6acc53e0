// What every provider gets from the frame: faults of each kind, the list of calls, control, and
// state that survives a kill.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { blankSecrets } from '../../tools/sandbox/frame/calls.mjs';
import { manualClock } from '../../tools/sandbox/frame/clock.mjs';
import { createFaults } from '../../tools/sandbox/frame/faults.mjs';
import {
  addFault,
  closing,
  control,
  execute,
  newClient,
  newDatabase,
  newFolder,
  newSandbox,
  pipeline,
  platform,
} from './help.mjs';

const databases = '/organizations/fairway/databases';
const create = (/** @type {string} */ origin, /** @type {string} */ name) =>
  platform(origin, 'POST', databases, { name, group: 'default' });
const exists = async (/** @type {string} */ origin, /** @type {string} */ name) =>
  (await platform(origin, 'GET', `${databases}/${name}`)).status === 200;
const onCreate = { method: 'POST', path: '/databases$' };

test('status: answered so, with Retry-After, and nothing happens', async (t) => {
  const { origin } = await newSandbox(t);
  await addFault(origin, { match: onCreate, kind: 'status', status: 429, retry_after_s: 3 });
  const answer = await create(origin, 'a');
  assert.deepEqual(
    [answer.status, answer.headers.get('retry-after'), answer.json.error],
    [429, '3', 'too many requests'],
  );
  assert.equal(await exists(origin, 'a'), false);
  assert.equal((await create(origin, 'a')).status, 200);
});

test('refuse: cut before anything happens', async (t) => {
  const { origin } = await newSandbox(t);
  await addFault(origin, { match: onCreate, kind: 'refuse' });
  await assert.rejects(create(origin, 'a'), /fetch failed/);
  assert.equal(await exists(origin, 'a'), false);
});

test('lose_answer: it happened, and nobody was told', async (t) => {
  const { origin } = await newSandbox(t);
  await addFault(origin, { match: onCreate, kind: 'lose_answer' });
  await assert.rejects(create(origin, 'a'), /fetch failed/);
  assert.equal(await exists(origin, 'a'), true);
  assert.equal((await create(origin, 'a')).status, 409);
});

test('half_done: it happened and an error is answered', async (t) => {
  const { origin } = await newSandbox(t);
  await addFault(origin, { match: onCreate, kind: 'half_done' });
  assert.equal((await create(origin, 'a')).status, 500);
  assert.equal(await exists(origin, 'a'), true);
});

test('half_done on a pipeline: half of its requests ran', async (t) => {
  const { origin } = await newSandbox(t);
  const database = await newDatabase(origin, 'a');
  await pipeline(database, [execute('CREATE TABLE a(b)'), closing]);
  await addFault(origin, { match: { path: 'pipeline' }, kind: 'half_done' });
  const insert = (/** @type {number} */ value) => execute(`INSERT INTO a VALUES (${value})`);
  const cut = await pipeline(database, [insert(1), insert(2), insert(3), closing]);
  assert.equal(cut.status, 500);
  const rows = (await newClient(database).execute('SELECT b FROM a')).rows;
  assert.deepEqual(
    rows.map(({ b }) => b),
    [1n, 2n],
  );
});

test("delay: late, by the sandbox's clock", async (t) => {
  const clock = manualClock();
  const { origin } = await newSandbox(t, clock);
  await addFault(origin, { match: onCreate, kind: 'delay', delay_ms: 60_000 });
  const late = create(origin, 'a');
  while ((await control(origin, 'GET', '/faults')).json.faults.length > 0);
  assert.equal(await exists(origin, 'a'), false);
  clock.advance(60_000);
  assert.equal((await late).status, 200);
});

test('faults reach the database hosts and the identity, by provider', async (t) => {
  const { origin } = await newSandbox(t);
  const database = await newDatabase(origin, 'a');
  await addFault(origin, { match: { provider: 'turso' }, kind: 'status', status: 503, times: 2 });
  await addFault(origin, { match: { provider: 'identity' }, kind: 'status', status: 500 });
  const jwks = await fetch(`${origin}/identity/auth/v1/.well-known/jwks.json`);
  assert.deepEqual([jwks.status, (await jwks.json()).error_code], [500, 'unexpected_failure']);
  assert.equal((await pipeline(database, [closing])).status, 503);
  assert.equal((await pipeline(database, [closing])).status, 503);
  assert.equal((await pipeline(database, [closing])).status, 200);
});

test('faults stay until their times are used up, or they are removed', async (t) => {
  const { origin } = await newSandbox(t);
  const {
    json: { id },
  } = await addFault(origin, { kind: 'status', status: 500, times: -1 });
  assert.equal((await platform(origin, 'GET', '/locations')).status, 500);
  assert.equal((await platform(origin, 'GET', '/locations')).status, 500);
  assert.deepEqual((await control(origin, 'DELETE', `/faults/${id}`)).json.faults, []);
  assert.equal((await platform(origin, 'GET', '/locations')).status, 200);
  await addFault(origin, { kind: 'refuse', times: -1 });
  await control(origin, 'DELETE', '/faults');
  assert.equal((await platform(origin, 'GET', '/locations')).status, 200);
});

test('seeded faults are the same for the same seed', () => {
  const draw = (/** @type {number} */ seed) => {
    const faults = createFaults();
    faults.add({ seed, percent: 20 });
    return Array.from(
      { length: 500 },
      () => faults.take({ method: 'GET', path: '/', provider: 'turso' })?.kind ?? '',
    );
  };
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
  const hits = draw(7).filter((kind) => kind !== '').length;
  assert.ok(hits > 60 && hits < 140, `${hits} of 500`);
  assert.equal(new Set(draw(7)).size, 6);
});

test('orders that cannot be understood are refused', async (t) => {
  const { origin } = await newSandbox(t);
  for (const order of [
    {},
    { kind: 'explode' },
    { kind: 'status', status: 200 },
    { kind: 'delay', delay_ms: -1 },
    { kind: 'refuse', match: { path: '(' } },
    { kind: 'refuse', times: 1.5 },
    { seed: 1, percent: 101 },
    { seed: 1, percent: 5, kinds: [] },
    { kind: 'refuse', match: 1 },
  ]) {
    assert.equal((await addFault(origin, order)).status, 400, JSON.stringify(order));
  }
  assert.equal(
    (await control(origin, 'POST', '/settings', { turso: { nothing: true } })).status,
    400,
  );
  assert.equal(
    (await control(origin, 'POST', '/settings', { turso: { over_quota: 1 } })).status,
    400,
  );
  assert.equal((await control(origin, 'POST', '/settings', { nobody: {} })).status, 400);
  assert.equal((await control(origin, 'POST', '/nothing', {})).status, 404);
  const set = await control(origin, 'POST', '/settings', { turso: { over_quota: true } });
  assert.equal(set.json.settings.turso.over_quota, true);
});

test('no web page reaches in: foreign origins and host names are refused', async (t) => {
  const { origin } = await newSandbox(t);
  const foreign = await fetch(`${origin}/reset`, {
    method: 'POST',
    headers: { origin: 'https://example.com' },
  });
  assert.equal(foreign.status, 403);
  const own = await fetch(`${origin}/faults`, { method: 'DELETE', headers: { origin } });
  assert.equal(own.status, 200);
  const { port } = new URL(origin);
  const status = await new Promise((resolve, reject) => {
    import('node:http').then(({ get }) =>
      get(
        {
          host: '127.0.0.1',
          port,
          path: '/state',
          headers: { host: `rebound.example.com:${port}` },
        },
        (response) => resolve(response.statusCode),
      ).on('error', reject),
    );
  });
  assert.equal(status, 421);
});

test('calls are listed without secrets', async (t) => {
  const { origin } = await newSandbox(t);
  const database = await newDatabase(origin, 'a');
  await pipeline(database, [execute("SELECT 'canary-in-sql'"), closing]);
  await fetch(`${origin}/identity/auth/v1/user?access_token=canary-token&x=1`);
  await fetch(`${origin}/turso/v1/${database.token}`);
  const state = await control(origin, 'GET', '/state');
  const words = JSON.stringify(state.json);
  for (const secret of [database.token, 'canary', 'sandbox-turso-token']) {
    assert.equal(words.includes(secret), false, secret);
  }
  assert.ok(words.includes('access_token=***&x=1'));
  assert.ok(
    state.json.calls.some(
      (/** @type {any} */ call) =>
        call.path === '/v2/pipeline' && call.note === 'database a' && call.status === 200,
    ),
  );
  assert.equal(blankSecrets('/a?refresh_token=1&b=2&jwt=3'), '/a?refresh_token=***&b=2&jwt=***');
});

/**
 * @param {import('node:test').TestContext} t
 * @param {string} state
 * @param {string} [port]
 */
async function startProcess(t, state, port = '0') {
  const main = fileURLToPath(new URL('../../tools/sandbox/main.mjs', import.meta.url));
  const child = spawn(process.execPath, [main, '--port', port, '--state', state], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, origin: JSON.parse(line).origin };
}

test('after kill -9 everything that was answered is there, on the same ports', async (t) => {
  const state = newFolder(t);
  const first = await startProcess(t, state);
  const kept = await newDatabase(first.origin, 'kept');
  await create(first.origin, 'gone');
  await platform(first.origin, 'DELETE', `${databases}/gone`);
  await newClient(kept).executeMultiple('CREATE TABLE a(b); INSERT INTO a VALUES (1)');
  await pipeline(kept, [execute('BEGIN IMMEDIATE'), execute('INSERT INTO a VALUES (2)')]);
  const signedIn = await (
    await fetch(`${first.origin}/identity/auth/v1/token?grant_type=password`, {
      method: 'POST',
      body: JSON.stringify({ email: 'ana@example.com', password: 'sandbox' }),
    })
  ).json();
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');

  const second = await startProcess(t, state, new URL(first.origin).port);
  assert.equal(second.origin, first.origin);
  assert.equal(await exists(second.origin, 'gone'), false);
  const rows = (await newClient(kept).execute('SELECT b FROM a')).rows;
  assert.deepEqual(
    rows.map(({ b }) => b),
    [1n],
  );
  await newClient(kept).execute('INSERT INTO a VALUES (3)');
  const user = await fetch(`${second.origin}/identity/auth/v1/user`, {
    headers: { authorization: `Bearer ${signedIn.access_token}` },
  });
  assert.equal((await user.json()).email, 'ana@example.com');

  second.child.kill('SIGTERM');
  const [code] = await once(second.child, 'exit');
  assert.equal(code, 0);
});

test('the command line names what is wrong', async (t) => {
  const main = fileURLToPath(new URL('../../tools/sandbox/main.mjs', import.meta.url));
  const { origin } = await newSandbox(t);
  /** @type {[string[], RegExp][]} */
  const cases = [
    [['--port', 'x'], /usage/],
    [['--nothing'], /usage/],
    [['--port', new URL(origin).port, '--state', newFolder(t)], /port is taken/],
  ];
  for (const [words, said] of cases) {
    const child = spawn(process.execPath, [main, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    child.stderr.on('data', (piece) => (output += piece));
    const [code] = await once(child, 'close');
    assert.equal(code, 1);
    assert.match(output, said);
  }
});
