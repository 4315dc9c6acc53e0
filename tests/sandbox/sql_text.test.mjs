// Cutting SQL into statements and naming their kind.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseStatement,
  parseStatements,
  SqlRefused,
} from '../../tools/sandbox/turso/sql_text.mjs';

/** @param {string} sql */
const texts = (sql) => parseStatements(sql).map((one) => one.sql);

test('statements end at semicolons that are not inside something', () => {
  assert.deepEqual(texts('; SELECT 1;; SELECT 2 ;'), ['SELECT 1', 'SELECT 2']);
  assert.deepEqual(texts('SELECT \';\' -- ;\n; SELECT "a;""b", [c;], `d;` /* ; */'), [
    "SELECT ';'",
    'SELECT "a;""b", [c;], `d;`',
  ]);
  assert.deepEqual(texts('/* only */ -- a comment'), []);
  assert.deepEqual(texts("SELECT 'open; "), ["SELECT 'open; "]);
  const trigger =
    'CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT CASE WHEN 1 THEN 2 END; ' +
    'UPDATE c SET d = 1; END';
  assert.deepEqual(texts(`${trigger}; SELECT 1`), [trigger, 'SELECT 1']);
});

test('kinds', () => {
  /** @type {[string, string][]} */
  const cases = [
    ['select 1', 'read'],
    ['WITH a AS (SELECT 1) SELECT * FROM a', 'read'],
    ['WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a', 'write'],
    ['VALUES (1)', 'read'],
    ['REPLACE INTO a VALUES (1)', 'write'],
    ['DELETE FROM a', 'write'],
    ['BEGIN', 'begin'],
    ['COMMIT', 'end'],
    ['ROLLBACK TO a', 'release'],
    ['SAVEPOINT a', 'savepoint'],
    ['CREATE UNIQUE INDEX a ON b(c)', 'ddl'],
    ['DROP VIEW a', 'ddl'],
    ['EXPLAIN QUERY PLAN DELETE FROM a', 'read'],
    ['PRAGMA main.table_info(a)', 'read'],
  ];
  for (const [sql, kind] of cases) assert.equal(parseStatement(sql).kind, kind, sql);
  for (const sql of [
    'ATTACH a AS b',
    'vacuum',
    'PRAGMA wal_checkpoint',
    'PRAGMA page_size = 512',
    '/* a */ Attach a AS b',
    'CREATE TEMPORARY VIEW a AS SELECT 1',
    'SELECT 1\0',
  ]) {
    assert.throws(() => parseStatement(sql), SqlRefused, sql);
  }
});

test('parameters are numbered as SQLite numbers them', () => {
  assert.deepEqual(parseStatement("SELECT ?, :a, ?5, @b, $c::d(e), ?, :a, '?', a$b").parameters, [
    null,
    ':a',
    null,
    null,
    '?5',
    '@b',
    '$c::d(e)',
    null,
  ]);
});

test('a long text is cut in one pass', () => {
  const long = "it''s ".repeat(1_000_000);
  assert.deepEqual(
    texts(`SELECT '${long}'; SELECT 2`).map((sql) => sql.length),
    [long.length + 9, 8],
  );
});
