// What the sandbox does with whole database files, inside an engine process: dump as SQL, copy,
// check an uploaded image, look for the status page.

import Engine from 'libsql';
import { copyFileSync, existsSync, openSync, writeFileSync, closeSync } from 'node:fs';
import { openConnection, readNumbers } from './engine_connection.mjs';
import { describeError } from './engine_connection.mjs';
import { parseStatement } from './sql_text.mjs';

/** @typedef {import('./engine_connection.mjs').Connection} Connection */

/** @param {string} name */
const quote = (name) => `"${name.replaceAll('"', '""')}"`;

/**
 * Columns as bytes or numbers; see readRows in engine_connection.mjs for why texts come as bytes.
 *
 * @param {string} name  Quoted column.
 */
const cell = (name) =>
  `typeof(${name}), ` +
  `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END`;

/**
 * @param {Connection} connection
 * @param {string} sql
 * @param {any[]} [values]
 * @returns {Iterable<any[]>}
 */
function rows(connection, sql, values = []) {
  const statement = connection.prepare(sql);
  statement.raw(true).safeIntegers(true);
  return /** @type {any} */ (statement.iterate(/** @type {any} */ (values)));
}

/** @param {Uint8Array | null} bytes */
const text = (bytes) => (bytes === null ? '' : Buffer.from(bytes).toString('utf8'));

/**
 * @param {Connection} connection
 * @param {string} sql
 */
export function describeStatement(connection, sql) {
  try {
    const statement = parseStatement(sql);
    const prepared = connection.prepare(statement.sql);
    const cols = prepared.reader ? prepared.columns() : [];
    return {
      result: {
        params: statement.parameters.map((name) => ({ name })),
        cols: cols.map(({ name, type }) => ({ name, decltype: type })),
        is_explain: statement.isExplain,
        is_readonly: statement.kind !== 'write' && statement.kind !== 'ddl',
      },
    };
  } catch (error) {
    return { refused: describeError(error, sql) };
  }
}

/**
 * All of a database as SQL text, like sqlite3's `.dump`.
 *
 * @param {string} file
 * @param {string} to  File that the text goes to.
 * @param {boolean} preserveRowIds
 */
export function dumpDatabase(file, to, preserveRowIds) {
  const connection = openConnection(file);
  const out = openSync(to, 'w');
  /** @type {string[]} */
  let lines = [];
  const flush = () => {
    writeFileSync(out, lines.join(''));
    lines = [];
  };
  const line = (/** @type {string} */ words) => {
    lines.push(`${words}\n`);
    if (lines.length >= 1000) flush();
  };
  try {
    connection.exec('BEGIN');
    line('PRAGMA foreign_keys=OFF;');
    line('BEGIN TRANSACTION;');
    let isSchemaWritten = false;
    for (const { name, sql } of schemaOf(connection, "type = 'table'")) {
      if (/^CREATE VIRTUAL TABLE/i.test(sql)) {
        if (!isSchemaWritten) line('PRAGMA writable_schema=ON;');
        isSchemaWritten = true;
        line(
          'INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql) VALUES(' +
            `'table',${literal('text', Buffer.from(name))},${literal('text', Buffer.from(name))},` +
            `0,${literal('text', Buffer.from(sql))});`,
        );
        continue;
      }
      if (name === 'sqlite_sequence') line('DELETE FROM sqlite_sequence;');
      else if (name.startsWith('sqlite_stat')) line('ANALYZE sqlite_schema;');
      else if (name.startsWith('sqlite_')) continue;
      else line(`${sql.replace(/^CREATE TABLE /i, 'CREATE TABLE IF NOT EXISTS ')};`);
      dumpRows(connection, name, preserveRowIds, line);
    }
    for (const { sql } of schemaOf(connection, "type IN ('index', 'trigger', 'view')")) {
      line(`${sql};`);
    }
    if (isSchemaWritten) line('PRAGMA writable_schema=OFF;');
    line('COMMIT;');
    flush();
    connection.exec('ROLLBACK');
  } finally {
    closeSync(out);
    connection.close();
  }
}

/**
 * @param {Connection} connection
 * @param {string} where
 */
function schemaOf(connection, where) {
  const found = rows(
    connection,
    `SELECT CAST(name AS BLOB), CAST(sql AS BLOB) FROM sqlite_schema
    WHERE sql IS NOT NULL AND ${where} ORDER BY tbl_name = 'sqlite_sequence', rowid`,
  );
  return [...found].map(([name, sql]) => ({ name: text(name), sql: text(sql) }));
}

/**
 * @param {Connection} connection
 * @param {string} table
 * @param {boolean} preserveRowIds
 * @param {(words: string) => void} line
 */
function dumpRows(connection, table, preserveRowIds, line) {
  const columns = columnsOf(connection, table);
  const rowId = preserveRowIds ? rowIdColumn(connection, table, columns) : null;
  const names = columns.map(quote);
  const selected = rowId === null ? names : [rowId, ...names];
  const into = rowId === null ? '' : `(${[rowId, ...names].join(',')})`;
  const insert = `INSERT INTO ${quote(table)}${into} VALUES(`;
  for (const row of rows(connection, `SELECT ${selected.map(cell).join()} FROM ${quote(table)}`)) {
    const values = selected.map((_, index) => literal(row[2 * index], row[2 * index + 1]));
    line(`${insert}${values.join(',')});`);
  }
}

/**
 * Generated columns are left out.
 *
 * @param {Connection} connection
 * @param {string} table
 */
function columnsOf(connection, table) {
  const found = rows(
    connection,
    'SELECT CAST(name AS BLOB) FROM pragma_table_xinfo(?) WHERE hidden = 0',
    [table],
  );
  return [...found].map(([name]) => text(name));
}

/**
 * The name under which a table's hidden row id can be written, if it has one.
 *
 * @param {Connection} connection
 * @param {string} table
 * @param {string[]} columns
 */
function rowIdColumn(connection, table, columns) {
  const taken = new Set(columns.map((name) => name.toLowerCase()));
  for (const name of ['rowid', '_rowid_', 'oid']) {
    if (taken.has(name)) continue;
    try {
      connection.prepare(`SELECT ${name} FROM ${quote(table)}`);
      return name;
    } catch {
      return null;
    }
  }
  return null;
}

/**
 * @param {string} storage
 * @param {any} content
 */
function literal(storage, content) {
  if (storage === 'null') return 'NULL';
  if (storage === 'integer') return String(content);
  if (storage === 'real') return realLiteral(content);
  const bytes = Buffer.from(content);
  if (storage === 'blob') return `X'${bytes.toString('hex')}'`;
  const words = bytes.toString('utf8');
  const isPlain = !words.includes('\0') && Buffer.from(words).equals(bytes);
  if (!isPlain) return `CAST(X'${bytes.toString('hex')}' AS TEXT)`;
  const escaped = `'${words.replaceAll("'", "''")}'`;
  if (!/[\r\n]/.test(words)) return escaped;
  return `replace(replace(${escaped
    .replaceAll('\n', unused(words, 'n'))
    .replaceAll(
      '\r',
      unused(words, 'r'),
    )},'${unused(words, 'n')}',char(10)),'${unused(words, 'r')}',char(13))`;
}

/**
 * A mark for a line break that the text itself does not contain.
 *
 * @param {string} words
 * @param {string} letter
 */
function unused(words, letter) {
  let mark = `\\${letter}`;
  for (let index = 0; words.includes(mark); index++) mark = `(\\${letter}${index})`;
  return mark;
}

/** @param {number} value */
function realLiteral(value) {
  if (!Number.isFinite(value)) return value > 0 ? '1e999' : '-1e999';
  if (Object.is(value, -0)) return '-0.0';
  const words = String(value);
  return /[.e]/.test(words) ? words : `${words}.0`;
}

/**
 * A copy of everything that is committed. This process is the only writer and does nothing else
 * meanwhile, so file and write-ahead log are of one moment.
 *
 * @param {string} file
 * @param {string} to
 */
export function copyDatabase(file, to) {
  const connection = openConnection(file);
  readNumbers(connection, 'SELECT count(*) FROM sqlite_schema');
  copyFileSync(file, to);
  if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${to}-wal`);
  connection.close();
}

/**
 * The reason why an uploaded image is refused, or ''.
 *
 * @param {string} image
 */
export function verifyImage(image) {
  try {
    const connection = new Engine(image);
    const problems = [
      ...rows(connection, 'SELECT CAST(integrity_check AS BLOB) FROM pragma_integrity_check(10)'),
    ];
    connection.close();
    const words = problems.map(([problem]) => text(problem)).join('; ');
    return words === 'ok' ? '' : `integrity check failed: ${words.slice(0, 300)}`;
  } catch (error) {
    return describeError(error, '').message;
  }
}

/**
 * @param {string} image
 * @returns {{name: string, rows: number}[]}
 */
export function inspectDatabase(image) {
  const connection = new Engine(`file:${image}?mode=ro`);
  try {
    const found = rows(
      connection,
      `SELECT CAST(name AS BLOB) FROM sqlite_schema
      WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name LIMIT 200`,
    );
    return [...found].map(([bytes]) => {
      const name = text(bytes);
      const [count] = readNumbers(connection, `SELECT count(*) FROM ${quote(name)}`);
      return { name, rows: Number(count) };
    });
  } finally {
    connection.close();
  }
}

/**
 * One page of a table, cells cut to what a person reads.
 *
 * @param {string} image
 * @param {string} table
 * @param {number} offset
 * @param {number} limit
 */
export function viewTable(image, table, offset, limit) {
  const connection = new Engine(`file:${image}?mode=ro`);
  try {
    const columns = columnsOf(connection, table);
    if (columns.length === 0) return null;
    const shown = columns
      .map(quote)
      .map(
        (name) =>
          `typeof(${name}), CAST(CASE typeof(${name}) ` +
          `WHEN 'blob' THEN hex(substr(${name}, 1, 100)) ` +
          `ELSE substr(CAST(${name} AS BLOB), 1, 800) END AS BLOB)`,
      );
    const [total] = readNumbers(connection, `SELECT count(*) FROM ${quote(table)}`);
    const page = rows(connection, `SELECT ${shown.join()} FROM ${quote(table)} LIMIT ? OFFSET ?`, [
      BigInt(limit),
      BigInt(offset),
    ]);
    return {
      columns,
      total: Number(total),
      rows: [...page].map((row) =>
        columns.map((_, index) => ({
          storage: String(row[2 * index]),
          text: text(row[2 * index + 1]).slice(0, 200),
        })),
      ),
    };
  } finally {
    connection.close();
  }
}
