// `fairway migrate` and `verify` over Neon's HTTP endpoint: the sandbox's, over a real PostgreSQL
// server, read by the official driver.

import { neon, neonConfig } from '@neondatabase/serverless';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startSandbox } from '../../tools/sandbox/sandbox.mjs';
import { addFault } from '../sandbox/help.mjs';
import { fairwayAside, fairwayKilled, newFolder, shopSql, sqlite3 } from './help.mjs';

const chinook = new URL('../data/migration/chinook.db', import.meta.url).pathname;

/** @type {import('../../tools/sandbox/sandbox.mjs').Sandbox} */
let sandbox;
/** @type {string} */
let state;

/** The connection string of a new, empty database. */
async function newProject() {
  const response = await fetch(`${sandbox.origin}/neon/api/v2/projects`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-neon-key' },
    body: '{"project":{}}',
  });
  const made = /** @type {any} */ (await response.json());
  return /** @type {string} */ (made.connection_uris[0].connection_uri);
}

/** @param {string[]} words @param {string} [url] */
const run = (words, url = `${sandbox.origin}/neon/sql`) =>
  fairwayAside([...words, '--over', 'http'], { FAIRWAY_NEON_URL: url });

/**
 * Rows as texts.
 * @param {string} uri @param {string} sql
 */
async function ask(uri, sql) {
  const rows = await neon(uri, { arrayMode: true }).query(sql);
  return /** @type {any[][]} */ (rows);
}

/** What an outsider would see: tables and views with their schemas. @param {string} uri */
const objectsIn = (uri) =>
  ask(
    uri,
    `SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n
       ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v')
       AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  ).then((rows) => rows.map(([name]) => name));

/** @param {string} uri */
const schemasIn = (uri) =>
  ask(
    uri,
    `SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^(pg_|information)' ORDER BY 1`,
  ).then((rows) => rows.map(([name]) => name));

/**
 * A way to the endpoint that calls `heard` when a request has had its effect, before its answer is
 * passed on.
 *
 * @param {import('node:test').TestContext} t
 */
async function newWay(t) {
  const way = {
    url: '',
    seen: 0,
    bytes_max: 0,
    heard: /** @type {(number: number, body: string) => unknown} */ (() => undefined),
  };
  const server = createServer(async (request, response) => {
    const number = ++way.seen;
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    way.bytes_max = Math.max(way.bytes_max, body.length);
    const names = Object.entries(request.headers).filter(([name]) => name.startsWith('neon-'));
    const answer = await fetch(`${sandbox.origin}/neon/sql`, {
      method: 'POST',
      headers: Object.fromEntries(names.map(([name, value]) => [name, String(value)])),
      body,
    });
    const text = await answer.text();
    await way.heard(number, String(body));
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  way.url = `http://127.0.0.1:${address.port}/sql`;
  return way;
}

const hostileSql = `
  CREATE TABLE cell(id INTEGER PRIMARY KEY, words TEXT, bytes BLOB, number REAL, whole INTEGER,
    flag BOOLEAN, at DATETIME, absent TEXT);
  INSERT INTO cell VALUES(1, 'quotes " and '' and \\ and {},NULL', x'00ff5c22', 0.1, 1, 1,
    '2024-01-01 00:00:00', NULL);
  INSERT INTO cell VALUES(2, char(1,7,8,9,10,11,12,13,27,34,92,127)||'ü€😀', x'', -0.0,
    9223372036854775807, 0, '2024-02-29T23:59:59.123Z', 'NULL');
  INSERT INTO cell VALUES(3, cast(x'6100ff62' as text), NULL, 9e999, -9223372036854775808, NULL,
    NULL, '\\N');
  INSERT INTO cell VALUES(4, '', zeroblob(3), 5e-324, 0, 1, NULL, '');
  CREATE TABLE "odder ""name"("sel'ect" INT, [b c] TEXT, "d\\e" TEXT);
  INSERT INTO "odder ""name" VALUES(9007199254740993, '$1', '\\'), (NULL, '$$fairway$', NULL);`;

const manySql = `
  CREATE TABLE many(a, b TEXT);
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 6000)
  INSERT INTO many SELECT i % 7, printf('%0500d', i) FROM n;
  CREATE TABLE pair(a INTEGER PRIMARY KEY AUTOINCREMENT, many INT REFERENCES pair(a), t TEXT);
  INSERT INTO pair VALUES(1, NULL, cast(x'00' as text)), (2, 1, 'x');
  CREATE INDEX many_a ON many(a);
  CREATE VIEW large AS SELECT b, a + 1 AS next FROM many;
  CREATE VIEW small AS SELECT a FROM pair;
  CREATE TABLE log(what TEXT);
  CREATE TRIGGER pair_log AFTER INSERT ON pair BEGIN INSERT INTO log VALUES(new.t); END;
  PRAGMA user_version = 7;`;

before(async () => {
  state = mkdtempSync(join(tmpdir(), 'fairway-sandbox-'));
  sandbox = await startSandbox({ state });
  neonConfig.fetchEndpoint = () => `${sandbox.origin}/neon/sql`;
});
after(async () => {
  await sandbox.close();
  rmSync(state, { recursive: true, force: true });
});

test('Chinook: every sum equal; a second run finds it, a changed cell is found', async () => {
  const uri = await newProject();
  const first = await run(['migrate', chinook, '--into', uri, '--json']);
  assert.equal(first.code, 0, first.err);
  const report = JSON.parse(first.out);
  assert.equal(report.differences, 0);
  assert.equal(report.tables.length, 11);
  assert.deepEqual(await schemasIn(uri), ['public']);
  const [[tracks, keys]] = /** @type {any} */ (
    await ask(
      uri,
      `SELECT (SELECT count(*) FROM "Track"),
          (SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated)`,
    )
  );
  assert.deepEqual([tracks, keys], ['3503', '11']);
  const again = await run(['migrate', chinook, '--into', uri]);
  assert.equal(again.code, 0, again.err);
  assert.match(again.out, /Already there/u);
  assert.equal((await run(['verify', chinook, uri])).code, 0);
  await ask(uri, `UPDATE "Track" SET "Name" = 'other' WHERE "TrackId" = 5`);
  assert.equal((await run(['verify', chinook, uri])).code, 4);
  const refused = await run(['migrate', chinook, '--into', uri]);
  assert.equal(refused.code, 3, refused.err);
  const beside = await run(['migrate', chinook, '--into', uri, '--schema', 'Be "side']);
  assert.equal(beside.code, 0, beside.err);
  assert.deepEqual(await schemasIn(uri), ['Be "side', 'public']);
});

test('hostile cells arrive as they are', async (t) => {
  const uri = await newProject();
  const source = join(newFolder(t), 'hostile.db');
  sqlite3(source, hostileSql + shopSql.replace('PRAGMA user_version=7;', ''));
  const migrated = await run(['migrate', source, '--into', uri, '--json']);
  assert.equal(migrated.code, 0, migrated.err);
  const sql = neon(uri);
  const rows = await sql`SELECT words, encode(bytes, 'hex') AS bytes, number::text, whole::text,
      absent FROM cell ORDER BY id`;
  assert.deepEqual(rows[0], {
    words: 'quotes " and \' and \\ and {},NULL',
    bytes: '00ff5c22',
    number: '0.1',
    whole: '1',
    absent: null,
  });
  assert.equal(rows[1]?.words, '\u0001\u0007\b\t\n\u000b\f\r\u001b"\\\u007fü€😀');
  assert.equal(rows[1]?.absent, 'NULL');
  assert.equal(rows[1]?.number, '0', 'SQLite keeps no negative zero');
  assert.equal(rows[2]?.words, 'a\u2400\ufffdb');
  assert.equal(rows[2]?.number, 'Infinity');
  assert.equal(rows[2]?.absent, '\\N');
  assert.deepEqual([rows[3]?.words, rows[3]?.absent, rows[3]?.bytes], ['', '', '000000']);
  const exact = await sql`SELECT row_key, encode(bytes, 'hex') AS bytes FROM fairway.exact_cells
      WHERE table_name = 'cell'`;
  assert.deepEqual(exact, [{ row_key: '3', bytes: '6100ff62' }]);
  const odd = await ask(uri, `SELECT * FROM "odder ""name" ORDER BY 1`);
  assert.deepEqual(odd, [
    ['9007199254740993', '$1', '\\'],
    [null, '$$fairway$', null],
  ]);
  assert.deepEqual(JSON.parse(migrated.out).differences, 0);
});

test('cells larger than a request travel in pieces', async (t) => {
  const uri = await newProject();
  const source = join(newFolder(t), 'large.db');
  sqlite3(
    source,
    `CREATE TABLE large(id INTEGER PRIMARY KEY, words TEXT, bytes BLOB, more TEXT);
       INSERT INTO large VALUES(1, replace(hex(zeroblob(900000)), '00', '€"\\é'),
         zeroblob(1500000), 'x');
       INSERT INTO large VALUES(2, 'small', NULL, 'y');
       INSERT INTO large VALUES(3, replace(hex(zeroblob(450000)), '00', 'ab'),
         randomblob(300000), replace(hex(zeroblob(350000)), '00', 'cd'));`,
  );
  const way = await newWay(t);
  const migrated = await run(['migrate', source, '--into', uri], way.url);
  assert.equal(migrated.code, 0, migrated.err);
  assert.ok(way.bytes_max < 1.2 * (1 << 20), `${way.bytes_max} bytes at once`);
  const rows = await ask(uri, 'SELECT length(words), length(bytes), more FROM large ORDER BY id');
  assert.deepEqual(rows[0], [3_600_000, 1_500_000, 'x']);
  assert.deepEqual(rows[1], [5, null, 'y']);
  assert.deepEqual(await objectsIn(uri), ['public.large']);
});

test('killed at any request, the same command goes on and loads each row once', async (t) => {
  const uri = await newProject();
  const source = join(newFolder(t), 'many.db');
  sqlite3(source, manySql);
  const way = await newWay(t);
  const words = ['migrate', source, '--into', uri, '--over', 'http'];
  let deaths = 0;
  for (let deadly = 1; ; deadly += 1) {
    const command = { kill: () => {} };
    way.seen = 0;
    way.heard = async (number) => {
      if (number !== deadly) return;
      const [settled] = await ask(uri, `SELECT to_regclass('public.many')::text`);
      const objects = await objectsIn(uri);
      const outside = objects.filter((name) => !name.startsWith('fairway_'));
      assert.equal(outside.length > 0, settled?.[0] !== null, 'never a part of it');
      command.kill();
    };
    const ended = await fairwayKilled(words, { FAIRWAY_NEON_URL: way.url }, command);
    if (ended.signal === null) {
      assert.equal(ended.code, 0, ended.err);
      break;
    }
    deaths += 1;
  }
  assert.ok(deaths > 12, `${deaths} deaths`);
  way.heard = () => undefined;
  const [counts] = await ask(
    uri,
    `SELECT count(*), count(DISTINCT b), (SELECT count(*) FROM pair), (SELECT count(*) FROM log),
        (SELECT count(*) FROM large), (SELECT count(*) FROM fairway.exact_cells),
        (SELECT value FROM fairway.settings) FROM many`,
  );
  assert.deepEqual(counts, ['6000', '6000', '2', '0', '6000', '1', '7']);
  assert.deepEqual(await schemasIn(uri), ['fairway', 'public']);
  assert.equal((await run(['verify', source, uri])).code, 0);
  const sql = neon(uri);
  await sql.transaction([
    sql`SET LOCAL search_path = pg_catalog`,
    sql`INSERT INTO public.pair(t) VALUES ('fired')`,
  ]);
  assert.deepEqual(await ask(uri, 'SELECT what FROM log'), [['fired']], 'its tables are found');
  assert.deepEqual(await ask(uri, 'SELECT max(a) FROM pair'), [['3']], 'the identity goes on');
});

test('lost answers at every request: each batch is loaded once, in one run', async (t) => {
  const source = join(newFolder(t), 'few.db');
  sqlite3(
    source,
    'CREATE TABLE t(a, b); INSERT INTO t VALUES(1, 2), (3, 4); CREATE INDEX i ON t(a);',
  );
  const way = await newWay(t);
  const counted = await run(['migrate', source, '--into', await newProject()], way.url);
  assert.equal(counted.code, 0, counted.err);
  for (let lost = 0; lost < way.seen; lost += 1) {
    const uri = await newProject();
    // A delay of nothing lets requests pass until it is the turn of the one that is lost.
    if (lost > 0) {
      const match = { provider: 'neon', path: '/sql' };
      await addFault(sandbox.origin, { match, kind: 'delay', delay_ms: 0, times: lost });
    }
    await addFault(sandbox.origin, { match: { path: '/sql' }, kind: 'lose_answer' });
    const migrated = await run(['migrate', source, '--into', uri]);
    assert.equal(migrated.code, 0, `request ${lost}: ${migrated.err}`);
    assert.deepEqual(await ask(uri, 'SELECT count(*) FROM t'), [['2']]);
    assert.deepEqual(await schemasIn(uri), ['public']);
  }
});

test('what another state of the file has left behind is removed', async (t) => {
  const uri = await newProject();
  const source = join(newFolder(t), 'a.db');
  sqlite3(source, "CREATE TABLE t(a); INSERT INTO t VALUES('first'); CREATE TABLE u(a);");
  const way = await newWay(t);
  const command = { kill: () => {} };
  way.heard = (number) => number === 6 && command.kill();
  const killed = await fairwayKilled(
    ['migrate', source, '--into', uri, '--over', 'http'],
    { FAIRWAY_NEON_URL: way.url },
    command,
  );
  assert.notEqual(killed.signal, null);
  assert.equal((await schemasIn(uri)).length, 3);
  sqlite3(source, "UPDATE t SET a = 'second'");
  const other = await run(['migrate', source, '--into', uri]);
  assert.equal(other.code, 0, other.err);
  assert.deepEqual(await ask(uri, 'SELECT a FROM t'), [['second']]);
  assert.deepEqual(await schemasIn(uri), ['public']);
});

test('a table made meanwhile is not touched, and nothing else is left', async (t) => {
  const uri = await newProject();
  const source = join(newFolder(t), 'a.db');
  sqlite3(source, "CREATE TABLE t(a); INSERT INTO t VALUES('x'); CREATE TABLE u(a);");
  const way = await newWay(t);
  way.heard = (number) => number === 5 && ask(uri, 'CREATE TABLE u(theirs int)');
  const refused = await run(['migrate', source, '--into', uri], way.url);
  assert.equal(refused.code, 3, refused.out + refused.err);
  assert.deepEqual(await objectsIn(uri), ['public.u']);
  assert.deepEqual(await schemasIn(uri), ['public']);
});

test('wrong passwords, addresses and words are told apart', async (t) => {
  const uri = await newProject();
  const source = join(newFolder(t), 'a.db');
  sqlite3(source, 'CREATE TABLE t(a)');
  const wrong = await run(['migrate', source, '--into', uri.replace(/npg_\w+/u, 'other')]);
  assert.equal(wrong.code, 3);
  assert.match(wrong.err, /password/u);
  assert.doesNotMatch(wrong.err, /other@/u);
  const nowhere = await run(['migrate', source, '--into', 'postgres:///x']);
  assert.notEqual(nowhere.code, 0);
  const words = ['migrate', source, '--into', uri, '--over', 'smoke'];
  assert.equal((await fairwayAside(words)).code, 2);
});
