// A turn is a transaction; a trap costs one run and no neighbour.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startTestEdge, startUpstream } from './support.mjs';

/** @type {Awaited<ReturnType<typeof startTestEdge>>} */
let edge;
before(async () => {
  edge = await startTestEdge('probe');
});
after(() => edge.stop());

/** @param {import('./support.mjs').Caller} person */
const textsOf = async (person) =>
  (await person.get('/api/probe/rows')).json.map((/** @type {{text: string}} */ row) => row.text);

test('a trap takes back what its turn wrote and answers with report_bug', async () => {
  const ann = edge.as('trap-ann');
  await ann.post('/api/probe/write', 'kept');
  const trapped = await ann.post('/api/probe/write-then-trap', 'gone');
  assert.equal(trapped.status, 500);
  const { error } = trapped.json;
  assert.equal(error.reaction, 'report_bug');
  assert.equal(error.code, 'core_trapped');
  assert.match(error.request_id, /^req_[0-9a-f]{32}$/);
  assert.equal(trapped.headers.get('x-request-id'), error.request_id);
  assert.deepEqual(await textsOf(ann), ['kept']);
  const line = edge.lines.find((one) => one.request_id === error.request_id);
  assert.equal(line.event, 'request_trapped');
  assert.match(line.what, /broken promise: !was_asked_to_trap/);
});

test('turns that ended before the trap are kept', async () => {
  const ann = edge.as('half-ann');
  const trapped = await ann.post('/api/probe/write-wait-write-trap', 'x');
  assert.equal(trapped.status, 500);
  assert.deepEqual(await textsOf(ann), ['x first turn']);
});

test('a call that was asked for in a trapped turn never leaves', async () => {
  let calls = 0;
  const upstream = await startUpstream((_, response) => {
    ++calls;
    response.end();
  });
  const ann = edge.as('call-ann');
  const trapped = await ann.post('/api/probe/call-then-trap', `${upstream.url}/effect`);
  assert.equal(trapped.status, 500);
  assert.deepEqual(await textsOf(ann), []);
  assert.equal(calls, 0);
  await upstream.stop();
});

test('a request that reads cannot write', async () => {
  const ann = edge.as('read-ann');
  const stopped = await ann.get('/api/probe/write');
  assert.equal(stopped.status, 500);
  const line = edge.lines.find((one) => one.request_id === stopped.json.error.request_id);
  assert.match(line.what, /a reading run: INSERT/);
  assert.deepEqual(await textsOf(ann), []);
});

test('running out of stack is a trap like any other', async () => {
  const ann = edge.as('deep-ann');
  assert.equal((await ann.post('/api/probe/overflow', '')).status, 500);
  assert.equal((await ann.post('/api/probe/write', 'still here')).status, 200);
});

test('an instance that has grown is not used again, and nothing else changes', async () => {
  const ann = edge.as('grow-ann');
  for (let i = 0; i < 3; ++i) assert.equal((await ann.post('/api/probe/grow', '')).status, 200);
  assert.equal((await ann.get('/api/probe/echo')).status, 200);
});

test('of many requests at once only the one that traps fails', async () => {
  const ann = edge.as('crowd-ann');
  const sleeping = Array.from({ length: 30 }, () => ann.post('/api/probe/sleep', '80'));
  const trapped = ann.post('/api/probe/write-then-trap', 'gone');
  const writing = Array.from({ length: 30 }, (_, i) => ann.post('/api/probe/write', `row ${i}`));
  assert.equal((await trapped).status, 500);
  for (const reply of await Promise.all([...sleeping, ...writing])) assert.equal(reply.status, 200);
  assert.equal((await textsOf(ann)).length, 30);
});

test('two users share nothing', async () => {
  const [ann, bob] = [edge.as('two-ann'), edge.as('two-bob')];
  await ann.post('/api/probe/write', 'of ann');
  await bob.post('/api/probe/write', 'of bob');
  assert.deepEqual(await textsOf(ann), ['of ann']);
  assert.deepEqual(await textsOf(bob), ['of bob']);
});

test('a caller cannot name another user to the account behind the front', async () => {
  const ann = edge.as('door-ann');
  const reply = await ann.get('/api/probe/echo', {
    'x-fairway-user-id': 'door-bob',
    'x-fairway-request-id': 'forged',
    cookie: 'secret=1',
  });
  assert.equal(reply.json.user.id, 'door-ann');
  assert.match(reply.json.request_id, /^req_/);
  const names = reply.json.headers.map((/** @type {string[]} */ header) => header[0]);
  assert.ok(!names.includes('cookie') && !names.includes('authorization'));
  assert.ok(!names.some((/** @type {string} */ name) => name.startsWith('x-fairway-')));
});

test('values of every kind pass the database unchanged', async () => {
  const ann = edge.as('sql-ann');
  const values = [
    { integer: '0' },
    { integer: '-1' },
    { integer: '4294967296' },
    { integer: '9007199254740991' },
    { integer: '-9007199254740991' },
    { real: 1.5 },
    { real: -1e300 },
    { text: '' },
    { text: 'né \u0000 \u{1f600}' },
    { blob: '' },
    { blob: '00ff10' },
    { null: true },
  ];
  const holes = values.map(() => '?').join();
  const reply = await ann.post('/api/probe/sql', { sql: `SELECT ${holes}`, values });
  assert.deepEqual(reply.json.rows, [values]);
});

test('changes counts rows, not the entries of indexes', async () => {
  const ann = edge.as('changes-ann');
  const run = async (/** @type {string} */ sql) =>
    (await ann.post('/api/probe/sql', { sql, values: [] })).json;
  await run('CREATE TABLE things(id INTEGER PRIMARY KEY, name TEXT UNIQUE, kind TEXT)');
  await run('CREATE INDEX things_kind ON things(kind)');
  const insert =
    "INSERT INTO things(name, kind) VALUES('a', 'x'), ('b', 'x') ON CONFLICT DO NOTHING";
  assert.equal((await run(insert)).changes, 2);
  assert.equal((await run(insert)).changes, 0);
  assert.equal((await run("UPDATE things SET kind = 'y'")).changes, 2);
  assert.equal((await run("DELETE FROM things WHERE name = 'none'")).changes, 0);
  const returned = await run("INSERT INTO things(name) VALUES('c') RETURNING name");
  assert.deepEqual(returned, { changes: 1, rows: [[{ text: 'c' }]] });
  assert.equal((await run('SELECT count(*) FROM things')).changes, 0);
});

test('a refused statement traps, and the operator reads why', async () => {
  const ann = edge.as('refused-ann');
  const reply = await ann.post('/api/probe/sql', { sql: 'SELECT a FROM nowhere', values: [] });
  assert.equal(reply.status, 500);
  const line = edge.lines.find((one) => one.request_id === reply.json.error.request_id);
  assert.match(line.what, /no such table: nowhere/);
});

test('random bytes are asked of the platform each time', async () => {
  const ann = edge.as('random-ann');
  const one = (await ann.post('/api/probe/random', '32')).json.hex;
  const two = (await ann.post('/api/probe/random', '32')).json.hex;
  assert.equal(one.length, 64);
  assert.notEqual(one, two);
});
