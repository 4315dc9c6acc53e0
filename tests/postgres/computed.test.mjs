// Columns that the database computes: proved on both sides, and carried as plain ones where the two
// would not compute the same.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fairway, newFolder, newSqlite, psql, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

/** @param {string} file @param {string} url */
async function migrated(file, url) {
  const ended = await fairway('migrate', file, '--into', url, '--json');
  assert.equal(ended.code, 0, ended.error);
  return JSON.parse(ended.out);
}

/** @param {any} report */
const computed = (report) =>
  report.decisions
    .filter((/** @type {any} */ one) => one.kind === 'generated')
    .map((/** @type {any} */ one) => [one.column, one.outcome, one.choice]);

test('sums of computed columns are in the report, and other values are found', async (context) => {
  const file = newSqlite(
    newFolder(context),
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT,
      stored INT AS (a + 1) STORED, virtual TEXT AS (b || '!'));
    INSERT INTO t(a, b) VALUES (1, 'x'), (2, NULL), (NULL, 'y')`,
  );
  const url = server.newDatabase();
  const report = await migrated(file, url);
  const columns = report.tables[0].columns.filter((/** @type {any} */ one) => one.generated);
  assert.deepEqual(
    columns.map((/** @type {any} */ one) => one.name),
    ['stored', 'virtual'],
  );
  for (const { checksum_source, checksum_target } of columns) {
    assert.match(checksum_source, /^-?\d+$/);
    assert.equal(checksum_source, checksum_target);
  }
  psql(
    url,
    `ALTER TABLE t DROP COLUMN virtual;
    ALTER TABLE t ADD COLUMN virtual text GENERATED ALWAYS AS (b || '?') STORED`,
  );
  const verified = await fairway('verify', file, url, '--json');
  assert.equal(verified.code, 4);
  const [, , , stored, virtual] = JSON.parse(verified.out).tables[0].columns;
  assert.equal(stored.checksum_source, stored.checksum_target);
  assert.notEqual(virtual.checksum_source, virtual.checksum_target);
});

test('what the server cannot compute for a row is carried, with its words', async (context) => {
  const file = newSqlite(
    newFolder(context),
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b TEXT, n AS (length(b) * a), m AS (id + 1));
    INSERT INTO t(a, b) VALUES (9223372036854775807, 'long'), (2, 'ab')`,
  );
  const url = server.newDatabase();
  const report = await migrated(file, url);
  assert.deepEqual(computed(report), [
    ['n', 'ASK', 'materialize'],
    ['m', 'ASK', 'materialize'],
  ]);
  assert.match(JSON.stringify(report.decisions), /bigint out of range/);
  assert.equal(psql(url, 'SELECT n, m FROM t ORDER BY id'), '3.6893488147419103e+19|2\n4|3');
});

test('a column that SQLite itself cannot compute stays empty', async (context) => {
  const file = newSqlite(
    newFolder(context),
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);
    INSERT INTO t VALUES (1, '{"x":5}'), (2, 'no json');
    ALTER TABLE t ADD COLUMN x AS (json_extract(a, '$.x'))`,
  );
  const url = server.newDatabase();
  const report = await migrated(file, url);
  assert.deepEqual(computed(report), [['x', 'ASK', 'empty']]);
  assert.match(JSON.stringify(report.decisions), /malformed JSON/);
  assert.equal(psql(url, 'SELECT id, a, x FROM t ORDER BY id'), '1|{"x":5}|\n2|no json|');
  assert.equal((await fairway('verify', file, url)).code, 0);
});
