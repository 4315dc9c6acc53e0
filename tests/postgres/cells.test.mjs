// Values that go wrong elsewhere, carried to a real server and compared by an outsider: straight,
// by the script, and by the script with INSERTs.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { differences } from './cells.mjs';
import { fairway, newFolder, newSqlite, psql, psqlFile, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

/** Databases by what is hard about them; each is made by SQL alone. */
const databases = {
  'reals to the last bit': `CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL, d DOUBLE);
    INSERT INTO t(r, d) VALUES (0.1, 123456789.123456789), (1.7976931348623157e308, 5e-324),
      (1e-320, 2.2250738585072014e-308), (9e999, -9e999), (-0.0, 0.0), (1e23, 9007199254740993),
      (1e15, 1e14), (0.0001, 0.00001), (NULL, 3), (0.1 + 0.2, 100.0), (1.5e300, -1e-7);`,
  'integers at both ends': `CREATE TABLE t(id BIGINT, a INT, b UNSIGNED BIG INT, c MEDIUMINT,
      d SMALLINT, e TINYINT, f INT8);
    INSERT INTO t VALUES (9223372036854775807, -9223372036854775808, 9007199254740993, 1, 70000,
      300, -1), (NULL, 0, NULL, 2, 3, 4, 5);`,
  'columns without a type, or with a made-up one': `CREATE TABLE t(a, b INTEGER_OR_TEXT, c STRING,
      d ANYTHING); INSERT INTO t VALUES (1, 2, '3', 4), ('x', 'y', 'z', 'w'), (NULL, 1.5, 7, 'q'),
      (x'00ff', 3, '', NULL);`,
  'all storage classes in one column': `CREATE TABLE t(id INTEGER PRIMARY KEY, m TEXT, n BLOB, v);
    INSERT INTO t(m, n, v) VALUES ('a', 'text', 1), (x'0001', x'', 2.5), (NULL, x'00ff', 'three'),
      ('', 12, x'04'), ('10', 1.25, NULL);`,
  blobs: `CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB);
    INSERT INTO t(b) VALUES (x'00ff'), (x''), (NULL), (x'5c785c5c'), (zeroblob(100000)),
      (randomblob(65536)), (randomblob(32765)), (randomblob(17)), (randomblob(1000003));`,
  'hostile texts': `CREATE TABLE t(id INTEGER PRIMARY KEY, t TEXT);
    INSERT INTO t(t) VALUES (char(9, 10, 13, 8, 11, 12, 92)), ('\\.'), ('\\N'), (''), (NULL),
      ('it''s "quoted"'), (char(0x1f600, 0x2028, 0x2029, 0xfeff)), ('back\\slash\\'),
      (char(1, 2, 3, 27, 127)), ('$fairway$ $$ $1'), (printf('%.*c', 200000, 'x')),
      (printf('%.*c', 65535, char(92))), ('0123456789abcde' || char(9)), ('äöü€'),
      ('0123456789abcdef\\'), ('NULL'), (' trailing  ');`,
  'texts that PostgreSQL cannot take': `CREATE TABLE t(id INTEGER PRIMARY KEY, t TEXT);
    INSERT INTO t(t) VALUES ('a' || char(0) || 'b'), (CAST(x'61ff62' AS TEXT)),
      (CAST(x'c0af' AS TEXT)), (CAST(x'eda080' AS TEXT)), ('good'), (CAST(x'e282' AS TEXT)),
      (CAST(x'f09f98' AS TEXT)), (CAST(x'00' AS TEXT));`,
  truth: `CREATE TABLE t(id INTEGER PRIMARY KEY, b BOOLEAN); INSERT INTO t(b) VALUES (0), (1),
      (NULL);
    CREATE TABLE words(b BOOLEAN); INSERT INTO words VALUES ('true'), ('FALSE'), (NULL);
    CREATE TABLE more(b BOOLEAN); INSERT INTO more VALUES (0), (1), (2);
    CREATE TABLE mixed(b BOOLEAN); INSERT INTO mixed VALUES ('yes'), (1), ('true');`,
  instants: `CREATE TABLE ms(d DATETIME); INSERT INTO ms VALUES (1627303906122), (0),
      (1700000000000), (-62135596800000), (253402300799999), (NULL);
    CREATE TABLE iso(d DATETIME); INSERT INTO iso VALUES ('2024-01-01 10:00:00'),
      ('2024-02-29T23:59:59.123Z'), ('2024-01-01T10:00:00+02:00'), ('1969-12-31 23:59:59.999');
    CREATE TABLE mixed(d TIMESTAMP); INSERT INTO mixed VALUES (1627303906122),
      ('2024-01-01 10:00:00'), (NULL);
    CREATE TABLE bad(d DATETIME); INSERT INTO bad VALUES ('2024-02-30 00:00:00'), ('soon');
    CREATE TABLE days(d DATE, t TIME); INSERT INTO days VALUES ('2024-02-29', '10:00:00'),
      ('0001-01-01', '23:59:59'), (NULL, NULL);`,
  decimals: `CREATE TABLE t(id INTEGER PRIMARY KEY, n NUMERIC, d DECIMAL(10,2));
    INSERT INTO t(n, d) VALUES (1.005, 9.99), (123456789012345678, 1), (0.1, 1e-7), (1e20, -0.5),
      ('12345678901234567890.123456789', 2.50), (NULL, 1e300);`,
  'text with a length': `CREATE TABLE t(v VARCHAR(3), c CHAR(4));
    INSERT INTO t VALUES ('toolong', 'ab  '), ('abc', 'abcdefgh');`,
  'json and uuid': `CREATE TABLE t(id INTEGER PRIMARY KEY, j JSON, u UUID);
    INSERT INTO t(j, u) VALUES ('{"b":1, "a":[1,2,{"a":1}], "a":2}',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'), ('[]', 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A12'),
      (NULL, NULL), ('{"x":"\\u0000"}', NULL);
    CREATE TABLE bad(j JSON, u UUID); INSERT INTO bad VALUES ('{oops', 'not a uuid');`,
  'no rows, no key, names': `CREATE TABLE empty(a INTEGER, b TEXT);
    CREATE TABLE "select"("from" TEXT, "a b" INTEGER, "q""uote" TEXT, [brackets] TEXT,
      "userName" TEXT, "ünïcode" TEXT, "a\\b" TEXT, "$1" TEXT);
    INSERT INTO "select" VALUES ('x', 1, 'y', 'z', 'w', 'ü', 'v', 'u'), ('x', 1, 'y', 'z', 'w',
      'ü', 'v', 'u');
    CREATE TABLE nokey(a); INSERT INTO nokey VALUES (1), (1), (NULL);
    CREATE TABLE one(t TEXT); INSERT INTO one VALUES (''), ('\\.'), (NULL);`,
  keys: `CREATE TABLE p(a TEXT, b INT, PRIMARY KEY(a, b)) WITHOUT ROWID;
    INSERT INTO p VALUES ('x', 1), ('x', 2), ('y', -1);
    CREATE TABLE s(id INTEGER PRIMARY KEY AUTOINCREMENT, v TEXT);
    INSERT INTO s VALUES (5, 'a'), (-3, 'b'); UPDATE sqlite_sequence SET seq = 1000;
    CREATE TABLE x(id INTEGER PRIMARY KEY, p INTEGER REFERENCES x(id)); INSERT INTO x VALUES
      (1, 2), (2, 1), (3, NULL);`,
  'utf-16': `PRAGMA encoding='UTF-16le'; CREATE TABLE t(a TEXT, b BLOB);
    INSERT INTO t VALUES ('äöü😀', x'00ff'), ('plain', 'text');`,
};

describe('cells', () => {
  for (const [name, sql] of Object.entries(databases)) {
    test(name, async (context) => {
      const folder = newFolder(context);
      const file = newSqlite(folder, sql);
      const url = server.newDatabase();
      const migrated = await fairway('migrate', file, '--into', url, '--json');
      assert.equal(migrated.code, 0, migrated.error);
      const report = JSON.parse(migrated.out);
      assert.deepEqual(differences(file, url, report), []);
      for (const table of report.tables) {
        assert.equal(table.rows_source, table.rows_target);
        assert.equal(table.row_checksum_source, table.row_checksum_target);
      }
      const verified = await fairway('verify', file, url);
      assert.equal(verified.code, 0, verified.error);
    });

    test(`${name}, by a script`, async (context) => {
      const folder = newFolder(context);
      const file = newSqlite(folder, sql);
      for (const form of [[], ['--inserts']]) {
        const script = join(folder, `out${form.length}.sql`);
        const url = server.newDatabase();
        const exported = await fairway(
          'export',
          file,
          '--to',
          'postgres',
          '--out',
          script,
          ...form,
        );
        assert.equal(exported.code, 0, exported.error);
        await psqlFile(url, script);
        assert.deepEqual(differences(file, url), []);
        const verified = await fairway('verify', file, url);
        assert.equal(verified.code, 0, verified.error);
      }
    });
  }
});

test('cells that cannot be carried exactly are declared, their bytes kept', async (context) => {
  const file = newSqlite(newFolder(context), databases['texts that PostgreSQL cannot take']);
  const url = server.newDatabase();
  const migrated = await fairway('migrate', file, '--into', url, '--json');
  assert.equal(migrated.code, 0, migrated.error);
  const { declared } = JSON.parse(migrated.out);
  assert.deepEqual(
    declared.map((/** @type {any} */ cell) => [cell.table, cell.column, cell.rowid]),
    ['1', '2', '3', '4', '6', '7', '8'].map((rowid) => ['t', 't', rowid]),
  );
  const kept = psql(
    url,
    `SELECT table_name, column_name, row_key, encode(bytes, 'hex')
    FROM fairway.exact_cells ORDER BY row_key`,
  );
  assert.deepEqual(kept.split('\n'), [
    't|t|1|610062',
    't|t|2|61ff62',
    't|t|3|c0af',
    't|t|4|eda080',
    't|t|6|e282',
    't|t|7|f09f98',
    't|t|8|00',
  ]);
});

test('a script whose rows were changed on the way loads nothing', async (context) => {
  const folder = newFolder(context);
  const file = newSqlite(folder, "CREATE TABLE t(a TEXT); INSERT INTO t VALUES ('one'), ('two')");
  const url = server.newDatabase();
  const exported = await fairway('export', file, '--to', 'postgres', '--inserts');
  assert.equal(exported.code, 0, exported.error);
  const changed = exported.out.replace("'two'", "'too'");
  assert.notEqual(changed, exported.out);
  assert.throws(() => psql(url, changed), /are not those of the source/);
  assert.equal(psql(url, "SELECT count(*) FROM pg_class WHERE relname = 't'"), '0');
});
