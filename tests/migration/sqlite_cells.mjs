// Everything that is in a SQLite database, as text that can be compared: schema, rowids, cells with
// their storage class. An outsider's view: nothing but SQL.

import { DatabaseSync } from 'node:sqlite';

/** @typedef {(sql: string) => Promise<any[][]>} Ask Integers come as text or bigint. */

/** @param {string} name */
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

/** @param {DatabaseSync} database @returns {Ask} */
export function askFile(database) {
  return async (sql) => {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    statement.setReadBigInts(true);
    return /** @type {any[][]} */ (/** @type {unknown} */ (statement.all()));
  };
}

/** @param {import('@libsql/client').Client} client @returns {Ask} */
export function askClient(client) {
  return async (sql) => {
    const answer = await client.execute(sql);
    return answer.rows.map((row) => answer.columns.map((_, i) => row[i]));
  };
}

/**
 * A line for each object of the schema and for each row, sorted within its table.
 * @param {Ask} ask
 */
export async function contentOf(ask) {
  const [encoding] = await ask('PRAGMA encoding');
  const isWide = encoding?.[0] === 'UTF-16le';
  const schema = await ask(
    'SELECT type, name, tbl_name, sql FROM sqlite_schema ' +
      "WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' AND name <> '_fairway_settings' " +
      'ORDER BY type, name',
  );
  const lines = schema.map((row) => row.join(' '));
  const tables = schema
    .filter(([type, , , sql]) => type === 'table' && !/^CREATE VIRTUAL/iu.test(sql))
    .map((row) => String(row[1]));
  for (const table of tables) lines.push(...(await linesOf(ask, table, isWide)));
  return lines;
}

// SQLite answers 2,000 columns at once, and a cell takes two.
const columnsAtOnce = 900;

/** @param {Ask} ask @param {string} table @param {boolean} isWide */
async function linesOf(ask, table, isWide) {
  const name = table.replaceAll("'", "''");
  const listed = await ask(`SELECT name FROM pragma_table_xinfo('${name}') WHERE hidden <> 1`);
  const columns = listed.map((row) => String(row[0]));
  const lower = columns.map((column) => column.toLowerCase());
  const rowid = ['rowid', '_rowid_', 'oid'].find((alias) => !lower.includes(alias));
  const from = ` FROM ${quoted(table)} NOT INDEXED`;
  const withRowid = table !== 'sqlite_sequence' && rowid !== undefined;
  const lines = [];
  for (let start = 0; start < columns.length; start += columnsAtOnce) {
    const cells = columns.slice(start, start + columnsAtOnce).flatMap(cellOf);
    const named = `SELECT CAST(${rowid} AS TEXT), ${cells}${from}`;
    const rows = withRowid ? await allRows(ask, named).catch(() => null) : null;
    const found = rows ?? (await allRows(ask, `SELECT '', ${cells}${from}`));
    lines.push(...found.map((row) => `${table}: ${lineOf(row, isWide)}`).sort());
  }
  return lines;
}

const rowsAtOnce = 5_000;

/** A server answers so much at once. @param {Ask} ask @param {string} sql */
async function allRows(ask, sql) {
  const rows = [];
  for (;;) {
    const more = await ask(`${sql} LIMIT ${rowsAtOnce} OFFSET ${rows.length}`);
    rows.push(...more);
    if (more.length < rowsAtOnce) return rows;
  }
}

/** @param {string} column */
function cellOf(column) {
  const name = quoted(column);
  return [
    `typeof(${name})`,
    `CASE typeof(${name}) WHEN 'real' THEN CASE WHEN abs(${name}) > 1.7976931348623157e308 ` +
      `THEN CAST(${name} AS TEXT) ELSE ${name} END WHEN 'integer' THEN CAST(${name} AS TEXT) ` +
      `ELSE hex(CAST(${name} AS BLOB)) END`,
  ];
}

/** @param {any[]} row @param {boolean} isWide */
function lineOf([rowid, ...cells], isWide) {
  const texts = [];
  for (let i = 0; i < cells.length; i += 2) {
    const [type, value] = [cells[i], cells[i + 1]];
    const text = type === 'text' && isWide ? fromWide(value) : String(value ?? '');
    texts.push(`${type} ${text}`);
  }
  return `${rowid} | ${texts.join(' | ')}`;
}

/** @param {string} hex */
function fromWide(hex) {
  const text = Buffer.from(hex, 'hex').toString('utf16le');
  return Buffer.from(text).toString('hex').toUpperCase();
}

/** One row as the cases write it. @param {any[]} row */
export function rowText(row) {
  return row
    .map((cell) => {
      if (cell === null) return 'NULL';
      if (cell instanceof ArrayBuffer) return Buffer.from(cell).toString('hex');
      if (cell instanceof Uint8Array) return Buffer.from(cell).toString('hex');
      return String(cell);
    })
    .join('|');
}
