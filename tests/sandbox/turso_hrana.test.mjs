// A database host: through @libsql/client, and word for word on the wire.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { manualClock } from '../../tools/sandbox/frame/clock.mjs';
import {
  closing,
  execute,
  newClient,
  newDatabase,
  newSandbox,
  pipeline,
  platform,
  send,
} from './help.mjs';

/** @param {any} answer @param {number} [index] */
const resultOf = (answer, index = 0) => answer.json.results[index].response.result;
/** @param {any} answer @param {number} [index] */
const errorOf = (answer, index = 0) => answer.json.results[index].error;

test('the official client: execute, batch, transaction, many statements', async (t) => {
  const client = newClient(await newDatabase((await newSandbox(t)).origin, 'app'));
  await client.executeMultiple(`
    CREATE TABLE note(id INTEGER PRIMARY KEY, body TEXT, mark BLOB, big INTEGER, ratio REAL);
    CREATE TRIGGER keep AFTER DELETE ON note BEGIN
      INSERT INTO note(body) VALUES (CASE WHEN old.body = ';' THEN 'x' ELSE 'kept' END);
      SELECT 1;
    END;
    -- a comment; with a semicolon
    CREATE VIEW bodies AS SELECT body FROM note;`);
  const inserted = await client.execute({
    sql: 'INSERT INTO note(body, mark, big, ratio) VALUES (?, ?, ?, :ratio)'.replace(':ratio', '?'),
    args: ['a\u0000b 😀', new Uint8Array([0, 255, 1]), 9223372036854775807n, 0.1],
  });
  assert.deepEqual([inserted.rowsAffected, inserted.lastInsertRowid], [1, 1n]);
  const named = await client.execute({
    sql: 'SELECT :a AS a, @b AS b, $c AS c',
    args: { a: 1n, b: 'two', c: null },
  });
  assert.deepEqual({ ...named.rows[0] }, { a: 1n, b: 'two', c: null });
  const [row] = (await client.execute('SELECT * FROM note')).rows;
  assert.equal(row?.body, 'a\u0000b 😀');
  assert.deepEqual(
    new Uint8Array(/** @type {ArrayBuffer} */ (row?.mark)),
    new Uint8Array([0, 255, 1]),
  );
  assert.deepEqual([row?.big, row?.ratio], [9223372036854775807n, 0.1]);
  const many = await client.batch(
    [{ sql: 'INSERT INTO note(body) VALUES (?)', args: ['x'] }, 'SELECT count(*) AS n FROM note'],
    'write',
  );
  assert.equal(many[1]?.rows[0]?.n, 2n);
  await assert.rejects(
    client.batch(['INSERT INTO note(body) VALUES (1)', 'INSERT INTO note(id) VALUES (1)'], 'write'),
    { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' },
  );
  assert.equal((await client.execute('SELECT count(*) AS n FROM note')).rows[0]?.n, 2n);
});

test('interactive transactions are apart until they commit', async (t) => {
  const client = newClient(await newDatabase((await newSandbox(t)).origin, 'app'));
  await client.execute('CREATE TABLE a(b)');
  const transaction = await client.transaction('write');
  await transaction.execute('INSERT INTO a VALUES (1)');
  assert.equal((await client.execute('SELECT count(*) AS n FROM a')).rows[0]?.n, 0n);
  await transaction.commit();
  assert.equal((await client.execute('SELECT count(*) AS n FROM a')).rows[0]?.n, 1n);
  const undone = await client.transaction('write');
  await undone.execute('DELETE FROM a');
  await undone.rollback();
  assert.equal((await client.execute('SELECT count(*) AS n FROM a')).rows[0]?.n, 1n);
});

test('one writer waits for the other, and a transaction is cut after 5 seconds', async (t) => {
  const clock = manualClock();
  const database = await newDatabase((await newSandbox(t, clock)).origin, 'app');
  const first = await pipeline(database, [
    execute('CREATE TABLE a(b)'),
    execute('BEGIN IMMEDIATE'),
    execute('INSERT INTO a VALUES (1)'),
  ]);
  const waiting = pipeline(database, [
    execute('BEGIN IMMEDIATE'),
    execute('INSERT INTO a VALUES (2)'),
    execute('COMMIT'),
    closing,
  ]);
  const untilOpen = pipeline(database, [execute('SELECT count(*) FROM a'), closing]);
  assert.deepEqual(resultOf(await untilOpen).rows, [[{ type: 'integer', value: '0' }]]);
  clock.advance(5_000);
  assert.deepEqual(
    (await waiting).json.results.map((/** @type {any} */ one) => one.type),
    ['ok', 'ok', 'ok', 'ok'],
  );
  const late = await pipeline(database, [execute('INSERT INTO a VALUES (3)')], first.json.baton);
  assert.deepEqual(errorOf(late), {
    message: 'Transaction timed out',
    code: 'TRANSACTION_TIMEOUT',
  });
  const rows = await pipeline(database, [execute('SELECT b FROM a'), closing], late.json.baton);
  assert.deepEqual(resultOf(rows).rows, [[{ type: 'integer', value: '2' }]]);
});

test('a baton works once, and its stream expires', async (t) => {
  const clock = manualClock();
  const database = await newDatabase((await newSandbox(t, clock)).origin, 'app');
  const first = await pipeline(database, [execute('SELECT 1')]);
  assert.match(first.json.baton, /^[A-Za-z0-9+/]{64}$/);
  const second = await pipeline(database, [execute('SELECT 2')], first.json.baton);
  assert.notEqual(second.json.baton, first.json.baton);
  const again = await pipeline(database, [execute('SELECT 2')], first.json.baton);
  assert.deepEqual(
    [again.status, again.headers.get('content-type'), again.text],
    [400, 'text/plain', 'Received a baton that has already been used'],
  );
  clock.advance(9_999);
  const third = await pipeline(database, [execute('SELECT 3')], second.json.baton);
  assert.equal(third.status, 200);
  clock.advance(10_000);
  const expired = await pipeline(database, [execute('SELECT 4')], third.json.baton);
  assert.equal(expired.status, 400);
  assert.deepEqual(expired.json, {
    message: 'The stream has expired due to inactivity',
    code: 'STREAM_EXPIRED',
  });
  clock.advance(300_000);
  const forgotten = await pipeline(database, [execute('SELECT 5')], third.json.baton);
  assert.equal(forgotten.text, 'Received an invalid baton');
  const forged = `${third.json.baton.slice(0, -4)}AAAA`;
  assert.equal((await pipeline(database, [], forged)).text, 'Received an invalid baton');
});

test('a closed stream runs nothing more', async (t) => {
  const database = await newDatabase((await newSandbox(t)).origin, 'app');
  const answer = await pipeline(database, [closing, execute('SELECT 1')]);
  assert.deepEqual([answer.status, answer.text], [400, 'Stream for this baton was closed']);
  const closed = await pipeline(database, [execute('SELECT 1'), closing]);
  assert.equal(closed.json.baton, null);
});

test('values keep their storage class and every bit', async (t) => {
  const database = await newDatabase((await newSandbox(t)).origin, 'app');
  const values = [
    { type: 'null' },
    { type: 'integer', value: '-9223372036854775808' },
    { type: 'integer', value: '9007199254740993' },
    { type: 'float', value: 1 },
    { type: 'float', value: -0.1 },
    { type: 'text', value: '' },
    { type: 'text', value: 'é\u0000\ufeff' },
    { type: 'blob', base64: '' },
    { type: 'blob', base64: 'AQI' },
  ];
  const padded = values.map((value) =>
    value.base64 === 'AQI' ? { ...value, base64: 'AQI=' } : value,
  );
  const marks = values.map(() => '?').join();
  const answer = await pipeline(database, [execute(`SELECT ${marks}`, padded), closing]);
  assert.deepEqual(resultOf(answer).rows, [values]);
  const types = await pipeline(database, [
    execute(`SELECT ${values.map(() => 'typeof(?)').join()}`, padded),
    closing,
  ]);
  assert.deepEqual(
    resultOf(types).rows[0].map((/** @type {any} */ one) => one.value),
    ['null', 'integer', 'integer', 'real', 'real', 'text', 'text', 'blob', 'blob'],
  );
});

test('the sign of zero goes and comes', async (t) => {
  const database = await newDatabase((await newSandbox(t)).origin, 'app');
  const zero = { type: 'float', value: /** @type {any} */ (JSON).rawJSON('-0.0') };
  const answer = await pipeline(database, [
    execute('CREATE TABLE t(a)'),
    execute("INSERT INTO t VALUES (?), (CAST('-0.0' AS REAL)), (0.0)", [zero]),
    execute('SELECT a FROM t'),
    closing,
  ]);
  const reals = resultOf(answer, 2).rows.map((/** @type {any} */ row) => row[0].value);
  assert.deepEqual(reals, [-0, -0, 0]);
});

test('a batch follows its conditions', async (t) => {
  const database = await newDatabase((await newSandbox(t)).origin, 'app');
  const stmt = (/** @type {string} */ sql) => ({ sql });
  const batch = {
    steps: [
      { stmt: stmt('CREATE TABLE a(b UNIQUE)') },
      { stmt: stmt('INSERT INTO a VALUES (1)'), condition: { type: 'ok', step: 0 } },
      { stmt: stmt('INSERT INTO a VALUES (1)'), condition: { type: 'ok', step: 1 } },
      { stmt: stmt('SELECT 1'), condition: { type: 'ok', step: 2 } },
      { stmt: stmt('SELECT 2'), condition: { type: 'error', step: 2 } },
      {
        stmt: stmt('SELECT 3'),
        condition: {
          type: 'and',
          conds: [
            { type: 'not', cond: { type: 'ok', step: 2 } },
            { type: 'or', conds: [{ type: 'ok', step: 1 }] },
          ],
        },
      },
    ],
  };
  const result = resultOf(await pipeline(database, [{ type: 'batch', batch }, closing]));
  assert.deepEqual(
    result.step_results.map((/** @type {any} */ one) => one !== null),
    [true, true, false, false, true, true],
  );
  assert.equal(result.step_errors[2].code, 'SQLITE_CONSTRAINT_UNIQUE');
  assert.equal(result.step_errors[2].message, 'SQLite error: UNIQUE constraint failed: a.b');
  const ahead = { steps: [{ stmt: stmt('SELECT 1'), condition: { type: 'ok', step: 0 } }] };
  const refused = await pipeline(database, [{ type: 'batch', batch: ahead }]);
  assert.deepEqual(
    [refused.status, refused.text],
    [400, 'Invalid reference to step in a batch condition'],
  );
});

test('stored texts: kept on the stream, limited, never overwritten', async (t) => {
  const database = await newDatabase((await newSandbox(t)).origin, 'app');
  const store = (/** @type {number} */ sql_id, sql = 'SELECT 7') => ({
    type: 'store_sql',
    sql_id,
    sql,
  });
  const used = await pipeline(database, [
    store(1),
    { type: 'execute', stmt: { sql_id: 1 } },
    { type: 'close_sql', sql_id: 1 },
    store(1),
  ]);
  assert.deepEqual(resultOf(used, 1).rows, [[{ type: 'integer', value: '7' }]]);
  const again = await pipeline(database, [store(1)], used.json.baton);
  assert.equal(again.text, 'SQL text 1 already exists');
  const missing = await pipeline(database, [{ type: 'execute', stmt: { sql_id: 9 } }]);
  assert.equal(missing.text, 'SQL text 9 not found');
  const many = await pipeline(database, [
    store(0, ' '.repeat(5_001)),
    ...Array.from({ length: 51 }, (_, id) => store(id)),
    closing,
  ]);
  assert.equal(errorOf(many).code, 'SQL_STORE_TOO_LARGE');
  assert.equal(errorOf(many, 51).code, 'SQL_STORE_TOO_MANY');
});

test('statement errors carry the code that clients look for', async (t) => {
  const database = await newDatabase((await newSandbox(t)).origin, 'app');
  const one = { type: 'integer', value: '1' };
  /** @type {[unknown, string, RegExp][]} */
  const cases = [
    [execute(''), 'SQL_NO_STATEMENT', /does not contain/],
    [execute('SELECT 1; SELECT 2'), 'SQL_MANY_STATEMENTS', /more than one/],
    [execute('SELEC 1'), 'SQL_PARSE_ERROR', /could not be parsed/],
    [execute('SELECT missing'), 'SQL_INPUT_ERROR', /no such column: missing \(at offset 7\)/],
    [execute('SELECT * FROM missing'), 'SQLITE_UNKNOWN', /SQLite error: no such table: missing/],
    [execute('SELECT ?', [one, one]), 'ARGS_INVALID', /too many parameters, expected 1 found 2/],
    [execute('SELECT ?'), 'ARGS_INVALID', /value for parameter 1 not found/],
    [
      {
        type: 'execute',
        stmt: { sql: 'SELECT ?', args: [one], named_args: [{ name: 'a', value: one }] },
      },
      'ARGS_BOTH_POSITIONAL_AND_NAMED',
      /not supported/,
    ],
    [execute('VACUUM'), 'SQL_PARSE_ERROR', /unsupported statement: VACUUM/],
    [execute("ATTACH '/etc/passwd' AS x"), 'SQL_PARSE_ERROR', /unsupported statement/],
    [execute("VACUUM INTO '/tmp/x'"), 'SQL_PARSE_ERROR', /unsupported statement/],
    [execute('PRAGMA user_version = 3'), 'SQL_PARSE_ERROR', /unsupported statement/],
    [execute('PRAGMA journal_mode = DELETE'), 'SQL_PARSE_ERROR', /unsupported statement/],
    [execute('PRAGMA writable_schema(1)'), 'SQL_PARSE_ERROR', /unsupported statement/],
    [execute('CREATE TEMP TABLE a(b)'), 'SQL_PARSE_ERROR', /unsupported statement/],
    [execute("SELECT load_extension('x')"), 'SQLITE_UNKNOWN', /not authorized/],
  ];
  const answer = await pipeline(database, [...cases.map(([request]) => request), closing]);
  for (const [index, [request, code, words]] of cases.entries()) {
    const error = errorOf(answer, index);
    assert.deepEqual(
      [error?.code, words.test(error?.message)],
      [code, true],
      `${JSON.stringify(request)}: ${JSON.stringify(error)}`,
    );
  }
  const asked = await pipeline(database, [
    execute('PRAGMA user_version'),
    execute('PRAGMA table_info(x)'),
    execute('PRAGMA foreign_keys'),
    closing,
  ]);
  assert.equal(
    asked.json.results.every((/** @type {any} */ one_) => one_.type === 'ok'),
    true,
  );
});

test('version 3: autocommit, describe, cursor', async (t) => {
  const database = await newDatabase((await newSandbox(t)).origin, 'app');
  const opened = await pipeline(
    database,
    [
      execute('CREATE TABLE a(b INTEGER, c TEXT)'),
      { type: 'get_autocommit' },
      execute('BEGIN'),
      { type: 'get_autocommit' },
      { type: 'describe', sql: 'SELECT b, c FROM a WHERE b = ? OR c = :name' },
      { type: 'describe', sql: 'EXPLAIN INSERT INTO a VALUES (?7, 1)' },
    ],
    null,
    '/v3/pipeline',
  );
  assert.equal(opened.json.results[1].response.is_autocommit, true);
  assert.equal(opened.json.results[3].response.is_autocommit, false);
  assert.deepEqual(resultOf(opened, 4), {
    params: [{ name: null }, { name: ':name' }],
    cols: [
      { name: 'b', decltype: 'INTEGER' },
      { name: 'c', decltype: 'TEXT' },
    ],
    is_explain: false,
    is_readonly: true,
  });
  assert.equal(resultOf(opened, 5).params.length, 7);
  assert.equal(resultOf(opened, 5).is_explain, true);
  const old = await pipeline(database, [{ type: 'get_autocommit' }]);
  assert.equal(old.status, 400);
  const cursor = await send(database, '/v3/cursor', {
    baton: opened.json.baton,
    batch: {
      steps: [
        { stmt: { sql: "INSERT INTO a VALUES (1, 'x') RETURNING b" } },
        { stmt: { sql: 'SELECT missing' } },
        { stmt: { sql: 'SELECT 1' }, condition: { type: 'is_autocommit' } },
        { stmt: { sql: 'COMMIT' } },
      ],
    },
  });
  assert.equal(cursor.headers.get('content-type'), 'text/plain');
  const [head, ...entries] = cursor.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.match(head.baton, /^[A-Za-z0-9+/]{64}$/);
  assert.deepEqual(
    entries.map(({ type, step }) => [type, step]),
    [
      ['step_begin', 0],
      ['row', undefined],
      ['step_end', undefined],
      ['step_error', 1],
      ['step_begin', 3],
      ['step_end', undefined],
      ['replication_index', undefined],
    ],
  );
});

test('a read-only token reads and does not write', async (t) => {
  const { origin } = await newSandbox(t);
  const database = await newDatabase(origin, 'app');
  await pipeline(database, [execute('CREATE TABLE a(b)'), closing]);
  const {
    json: { jwt },
  } = await platform(
    origin,
    'POST',
    '/organizations/fairway/databases/app/auth/tokens?authorization=read-only',
  );
  const reader = { ...database, token: jwt };
  assert.equal((await pipeline(reader, [execute('SELECT * FROM a'), closing])).status, 200);
  const written = await pipeline(reader, [execute('INSERT INTO a VALUES (1)'), closing]);
  assert.equal(written.status, 401);
  assert.match(written.json.error, /^Not authorized to execute query/);
});

/**
 * The answer to a body that only says how large it will be.
 *
 * @param {import('./help.mjs').Address} database
 */
function statusOfHugeBody({ url, token }) {
  return new Promise((resolve, reject) => {
    const call = request(
      `${url}/v2/pipeline`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-length': String(2 ** 33),
        },
      },
      (response) => {
        resolve(response.statusCode);
        call.destroy();
      },
    );
    call.on('error', reject);
    call.flushHeaders();
  });
}

test('strange input gets a clear answer and hurts nobody', async (t) => {
  const { origin } = await newSandbox(t);
  const database = await newDatabase(origin, 'app');
  for (const body of [
    '',
    '{',
    '[]',
    'null',
    '{"requests":1}',
    '{"requests":[{"type":"no"}]}',
    '{"requests":[null]}',
    '{"requests":[{"type":"execute"}]}',
    '{"requests":[{"type":"execute","stmt":{"sql":"SELECT ?","args":' +
      '[{"type":"integer","value":1}]}}]}',
    '{"requests":[{"type":"execute","stmt":{"sql":"SELECT ?","args":' +
      '[{"type":"integer","value":"9223372036854775808"}]}}]}',
    '{"requests":[{"type":"execute","stmt":{"sql":"SELECT ?","args":' +
      '[{"type":"blob","base64":"*"}]}}]}',
    '{"requests":[],"baton":7}',
  ]) {
    const answer = await send(database, '/v2/pipeline', body);
    assert.deepEqual(
      [answer.status, answer.headers.get('content-type')],
      [400, 'text/plain'],
      body,
    );
  }
  assert.equal(await statusOfHugeBody(database), 413);
  assert.equal((await fetch(`${database.url}/v2/pipeline`, { method: 'POST' })).status, 401);
  const large = await pipeline(database, [execute('SELECT zeroblob(11000000)'), closing]);
  assert.equal(errorOf(large).code, 'RESPONSE_TOO_LARGE');
  const broken = await pipeline(database, [execute("SELECT CAST(x'ff' AS TEXT)"), closing]);
  assert.equal(broken.status, 500);
  assert.equal((await pipeline(database, [execute('SELECT 1'), closing])).status, 200);
});

test('an engine that crashes takes its own streams down, and nothing else', async (t) => {
  const { origin } = await newSandbox(t);
  const database = await newDatabase(origin, 'app');
  const other = await newDatabase(origin, 'other');
  await pipeline(database, [execute('CREATE TABLE a(b)'), closing]);
  const open = await pipeline(other, [execute('SELECT 1')]);
  // Texts that are not UTF-8 abort the engine where its rows cannot be fetched as bytes.
  const crash = await pipeline(database, [
    execute("INSERT INTO a VALUES (CAST(x'ff' AS TEXT)) RETURNING b"),
    closing,
  ]);
  assert.equal(crash.status, 500);
  assert.equal((await pipeline(database, [execute('SELECT 1 FROM a'), closing])).status, 200);
  assert.equal(
    (await pipeline(other, [execute('SELECT 1'), closing], open.json.baton)).status,
    200,
  );
});

test('dump, health, version, probes, CORS', async (t) => {
  const { origin } = await newSandbox(t);
  const database = await newDatabase(origin, 'app');
  const client = newClient(database);
  await client.executeMultiple(`CREATE TABLE a(b, c); INSERT INTO a VALUES (1, 'it''s
two lines'), (1e999, x'00ff'), (NULL, 2.0);
    DELETE FROM a WHERE b IS NULL; CREATE INDEX i ON a(b);`);
  const dump = await send(database, '/dump', undefined, 'GET');
  assert.equal(
    dump.text,
    `PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS a(b, c);
INSERT INTO "a" VALUES(1,replace(replace('it''s\\ntwo lines','\\n',char(10)),'\\r',char(13)));
INSERT INTO "a" VALUES(1e999,X'00ff');
CREATE INDEX i ON a(b);
COMMIT;
`,
  );
  const kept = await send(database, '/dump?preserve_row_ids', undefined, 'GET');
  assert.match(kept.text, /INSERT INTO "a"\(rowid,"b","c"\) VALUES\(2,1e999,X'00ff'\);/);
  assert.equal((await fetch(`${database.url}/health`)).status, 200);
  assert.match(await (await fetch(`${database.url}/v2`)).text(), /Hrana over HTTP/);
  assert.equal((await fetch(`${database.url}/dump`)).status, 401);
  const preflight = await fetch(`${database.url}/v2/pipeline`, {
    method: 'OPTIONS',
    headers: {
      origin: 'http://localhost:1',
      'access-control-request-headers': 'authorization',
    },
  });
  assert.equal(preflight.status, 200);
  assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization');
  assert.equal((await send(database, '/nothing', {})).status, 404);
});
