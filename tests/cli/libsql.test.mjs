// `fairway migrate` and `verify` against a libSQL server: the sandbox's, read by the official
// client.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { newClient, newDatabase, newSandbox } from '../sandbox/help.mjs';
import { fairwayAside, fairwayKilled, newFolder, shopSql, sqlite3 } from './help.mjs';

/** @param {import('node:test').TestContext} t */
async function newTarget(t) {
  const sandbox = await newSandbox(t);
  const database = await newDatabase(sandbox.origin, 'app');
  return { sandbox, database, token: { TURSO_AUTH_TOKEN: database.token } };
}

test('an empty database gets everything; the same again finds it there', async (t) => {
  const { database, token } = await newTarget(t);
  const source = join(newFolder(t), 'shop.db');
  sqlite3(source, shopSql);
  const first = await fairwayAside(['migrate', source, '--into', database.url, '--json'], token);
  assert.equal(first.code, 0, first.out + first.err);
  const report = JSON.parse(first.out);
  assert.equal(report.differences, 0);
  assert.deepEqual(report.declared, []);
  const settings = report.decisions.filter(
    (/** @type {{kind: string}} */ d) => d.kind === 'setting',
  );
  assert.equal(settings[0].object, 'user_version');
  const client = newClient(database);
  const items = await client.execute('SELECT hex(name) AS name FROM item ORDER BY id');
  assert.deepEqual(
    items.rows.map((row) => row.name),
    ['69742773', '6100FF62', '0A5C2E'],
  );
  const sequence = await client.execute("SELECT seq FROM sqlite_sequence WHERE name = 'item'");
  assert.equal(sequence.rows[0]?.seq, 9223372036854775806n);
  const found = await client.execute("SELECT title FROM docs WHERE docs MATCH 'wide'");
  assert.equal(found.rows[0]?.title, 'hello');
  const fired = await client.execute('SELECT count(*) AS n FROM log');
  assert.equal(fired.rows[0]?.n, 0n, 'no trigger has fired while rows were loaded');
  const marks = await client.execute(
    "SELECT name FROM sqlite_schema WHERE name LIKE '\\_fairway%' ESCAPE '\\'",
  );
  assert.deepEqual(
    marks.rows.map((row) => row.name),
    ['_fairway_settings'],
  );

  const again = await fairwayAside(['migrate', source, '--into', database.url], token);
  assert.equal(again.code, 0, again.err);
  assert.match(again.out, /Already there/u);
  assert.equal((await fairwayAside(['verify', source, database.url], token)).code, 0);
  await client.execute("UPDATE item SET name = 'other' WHERE id = 5");
  assert.equal((await fairwayAside(['verify', source, database.url], token)).code, 4);
});

test('a redeployment adds what is new and keeps production rows', async (t) => {
  const { database, token } = await newTarget(t);
  const source = join(newFolder(t), 'shop.db');
  sqlite3(source, shopSql);
  const into = ['migrate', source, '--into', database.url];
  assert.equal((await fairwayAside(into, token)).code, 0);
  const client = newClient(database);
  await client.execute("INSERT INTO word VALUES('live', 3)");
  sqlite3(
    source,
    `ALTER TABLE item ADD COLUMN stock INTEGER DEFAULT 0;
     CREATE TABLE added(a); INSERT INTO added VALUES('new');`,
  );
  const wider = await fairwayAside([...into, '--json'], token);
  assert.equal(wider.code, 0, wider.out + wider.err);
  assert.deepEqual(JSON.parse(wider.out).new_tables, ['added']);
  assert.equal((await client.execute('SELECT a FROM added')).rows[0]?.a, 'new');
  assert.equal((await client.execute("SELECT n FROM word WHERE w = 'live'")).rows[0]?.n, 3n);

  sqlite3(source, 'DROP TABLE word');
  const narrower = await fairwayAside(into, token);
  assert.equal(narrower.code, 3, narrower.out + narrower.err);
  assert.match(narrower.err, /"word" is not in the preview any more.*\(3 rows\)/su);
  assert.match(narrower.err, /--yes/u);
  assert.equal((await client.execute('SELECT count(*) AS n FROM word')).rows[0]?.n, 3n);

  const agreed = await fairwayAside([...into, '--yes'], token);
  assert.equal(agreed.code, 0, agreed.out + agreed.err);
  const left = await client.execute(
    "SELECT name FROM sqlite_schema WHERE name = 'word' OR name GLOB '_fairway_kept*'",
  );
  assert.deepEqual(left.rows, []);
  const replaced = await fairwayAside([...into, '--replace'], token);
  assert.equal(replaced.code, 2, 'a new database takes the place of one in libSQL');
});

test('a virtual table that goes waits for a yes', async (t) => {
  const { database, token } = await newTarget(t);
  const source = join(newFolder(t), 'texts.db');
  sqlite3(
    source,
    `CREATE TABLE kept(a); CREATE VIRTUAL TABLE posts USING fts5(title, body);
     INSERT INTO posts VALUES('one', 'a red fox'), ('two', 'a blue sky');
     CREATE VIRTUAL TABLE places USING rtree(id, x0, x1); INSERT INTO places VALUES(7, 1, 2);`,
  );
  const into = ['migrate', source, '--into', database.url];
  assert.equal((await fairwayAside(into, token)).code, 0);
  sqlite3(source, 'DROP TABLE posts; DROP TABLE places');
  const asked = await fairwayAside(into, token);
  assert.equal(asked.code, 3, asked.out + asked.err);
  assert.match(asked.err, /"posts" \(fts5\) is not in the preview any more.*\(2 rows\)/su);
  assert.match(asked.err, /"places" \(rtree\) is not in the preview any more.*\(1 row\)/su);
  const client = newClient(database);
  const found = "SELECT title FROM posts WHERE posts MATCH 'sky'";
  assert.equal((await client.execute(found)).rows[0]?.title, 'two');
  const agreed = await fairwayAside([...into, '--yes'], token);
  assert.equal(agreed.code, 0, agreed.out + agreed.err);
  const left = await client.execute(
    `SELECT name FROM sqlite_schema WHERE name LIKE '%posts%' OR name LIKE '%places%'
     OR name LIKE '%kept_%'`,
  );
  assert.deepEqual(left.rows, []);
});

/**
 * A way to the database on which the command is killed when its request number `deadly` has had its
 * effect, before it hears of it.
 *
 * @param {import('node:test').TestContext} t
 * @param {string} target
 */
async function newDeadlyWay(t, target) {
  const way = { url: '', deadly: 0, seen: 0, kill: () => {} };
  const server = createServer(async (request, response) => {
    way.seen += 1;
    const number = way.seen;
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method ?? 'POST',
      headers: {
        authorization: request.headers.authorization ?? '',
        'content-type': 'application/json',
      },
      body: Buffer.concat(pieces),
    });
    const text = await answer.text();
    if (number === way.deadly) way.kill();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  way.url = `http://127.0.0.1:${address.port}`;
  return way;
}

test('killed at any request, the same command goes on and loads each row once', async (t) => {
  const { database, token } = await newTarget(t);
  const source = join(newFolder(t), 'many.db');
  sqlite3(
    source,
    `CREATE TABLE many(a, b TEXT);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 6000)
     INSERT INTO many SELECT i % 7, printf('%0500d', i) FROM n;
     CREATE TABLE pair(a INTEGER PRIMARY KEY); INSERT INTO pair VALUES(1),(2);
     CREATE INDEX many_a ON many(a);`,
  );
  const way = await newDeadlyWay(t, database.url);
  let deaths = 0;
  for (let deadly = 1; ; deadly += 1) {
    Object.assign(way, { deadly, seen: 0 });
    const ended = await fairwayKilled(['migrate', source, '--into', way.url], token, way);
    if (ended.signal === null) {
      assert.equal(ended.code, 0, ended.err);
      break;
    }
    deaths += 1;
  }
  assert.ok(deaths > 8, `${deaths} deaths`);
  const counted = await newClient(database).execute(
    'SELECT count(*) AS n, count(DISTINCT b) AS d, (SELECT count(*) FROM pair) AS p FROM many',
  );
  const row = counted.rows[0];
  assert.deepEqual([row?.n, row?.d, row?.p], [6000n, 6000n, 2n]);
  assert.equal((await fairwayAside(['verify', source, database.url], token)).code, 0);
});

test('a load of another state of the file is not mixed in', async (t) => {
  const { database, token } = await newTarget(t);
  const source = join(newFolder(t), 'a.db');
  sqlite3(source, "CREATE TABLE t(a); INSERT INTO t VALUES('first'); CREATE TABLE u(a);");
  const way = await newDeadlyWay(t, database.url);
  way.deadly = 4;
  const killed = await fairwayKilled(['migrate', source, '--into', way.url], token, way);
  assert.notEqual(killed.signal, null);
  sqlite3(source, "UPDATE t SET a = 'second'");
  const other = await fairwayAside(['migrate', source, '--into', database.url], token);
  assert.equal(other.code, 3, other.out + other.err);
  assert.match(other.err, /broke off/u);
});

test('a wrong token, an unknown host and a strange address are told apart', async (t) => {
  const { database } = await newTarget(t);
  const source = join(newFolder(t), 'a.db');
  sqlite3(source, 'CREATE TABLE t(a)');
  const refused = await fairwayAside(['migrate', source, '--into', database.url], {
    TURSO_AUTH_TOKEN: 'nonsense',
  });
  assert.notEqual(refused.code, 0);
  assert.match(refused.err, /token|permission|refused/iu);
  const strange = await fairwayAside(['migrate', source, '--into', 'mysql://x/y']);
  assert.equal(strange.code, 2);
  assert.ok(readFileSync(source).length > 0);
});
