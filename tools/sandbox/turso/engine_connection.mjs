// One connection to a database file and what a server does on it: bind, run, read every cell as it
// is stored, evaluate the conditions of a batch. Runs inside an engine process only.

import Engine from 'libsql';
import { encodedSize, encodeValue } from './hrana_values.mjs';
import { SqlRefused, parseStatement, parseStatements } from './sql_text.mjs';

/**
 * @typedef {import('./hrana_values.mjs').SqlValue} SqlValue
 * @typedef {import('./sql_text.mjs').Statement} Statement
 */

/**
 * @typedef {object} Query
 * @property {string} sql
 * @property {SqlValue[]} positional
 * @property {[string, SqlValue][]} named
 * @property {boolean} wantRows
 */

/** @typedef {{statement: Statement, query: Query, condition: any}} Step */

/** @typedef {import('libsql').Database} Connection */

/** @typedef {{mayWrite: boolean, blockReads: boolean, blockWrites: boolean}} Access */

/** A fault of the whole request, answered with an HTTP status instead of a statement error. */
export class RequestFailed extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const response_bytes_max = 10 * 1024 * 1024;
const columns_wrapped_max = 900;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A connection that never waits for a lock by itself: waiting would stop the whole process.
 *
 * @param {string} file  Made when missing.
 * @returns {Connection}
 */
export function openConnection(file) {
  const connection = new Engine(file);
  connection.exec(
    'PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; ' +
      'PRAGMA synchronous = FULL; PRAGMA trusted_schema = 0; PRAGMA busy_timeout = 0',
  );
  return connection;
}

/**
 * Parses a program's statements before the first one runs, as a server does: a text that cannot be
 * read fails the whole program.
 *
 * @param {Connection} connection
 * @param {{query: Query, condition: any}[]} steps
 * @param {boolean} isSequence  The one step holds many statements.
 * @returns {Step[]}
 */
export function parseProgram(connection, steps, isSequence) {
  if (isSequence) {
    return steps.flatMap(({ query }) =>
      parseStatements(query.sql).map((statement, index) => ({
        statement,
        query: { ...query, sql: statement.sql },
        condition: index === 0 ? null : { type: 'ok', step: index - 1 },
      })),
    );
  }
  const parsed = steps.map((step) => ({ ...step, statement: parseStatement(step.query.sql) }));
  for (const { statement } of parsed) refuseBadSyntax(connection, statement);
  return parsed;
}

/**
 * @param {Connection} connection
 * @param {Statement} statement
 */
function refuseBadSyntax(connection, statement) {
  try {
    connection.prepare(statement.sql);
  } catch (error) {
    const failure = describeError(error, statement.sql);
    if (failure.code === 'SQL_PARSE_ERROR') throw new SqlRefused(failure.code, failure.message);
  }
}

/**
 * @param {Step[]} steps
 * @param {Access} access
 */
export function checkAccess(steps, access) {
  for (const { statement } of steps) {
    const writes = statement.kind === 'write' || statement.kind === 'ddl';
    if (writes && !access.mayWrite) {
      throw new RequestFailed(
        401,
        'Not authorized to execute query: ' +
          'Current session does not have write permission to the namespace',
      );
    }
  }
}

/**
 * @param {Statement} statement
 * @param {Access} access
 */
function refuseBlocked({ kind }, access) {
  const reads = kind === 'read' || kind === 'begin';
  const writes = kind === 'write' || kind === 'ddl';
  if (access.blockReads && (reads || writes)) throw blocked('read');
  if (access.blockWrites && writes) throw blocked('write');
}

/** @param {string} what */
function blocked(what) {
  return new SqlRefused(
    'BLOCKED',
    `Operation was blocked: SQL ${what} operations are forbidden ` +
      `(${what}s are blocked, do you need to upgrade your plan?)`,
  );
}

/**
 * @param {Connection} connection
 * @param {Step} step
 * @param {Access} access
 * @param {number} room_bytes  How large the rows may become.
 */
export function runStatement(connection, { statement, query }, access, room_bytes) {
  refuseBlocked(statement, access);
  const started_ns = process.hrtime.bigint();
  const raw = connection.prepare(statement.sql);
  const values = bindings(statement, query);
  const result = {
    cols: /** @type {{name: string, decltype: string | null}[]} */ ([]),
    rows: /** @type {Record<string, unknown>[][]} */ ([]),
    affected_row_count: 0,
    last_insert_rowid: /** @type {string | null} */ (null),
    replication_index: /** @type {string | null} */ (null),
    rows_read: 0,
    rows_written: 0,
    query_duration_ms: 0,
  };
  let size_bytes = 0;
  if (raw.reader) {
    result.cols = raw.columns().map(({ name, type }) => ({ name, decltype: type }));
    for (const row of readRows(connection, statement, raw, result.cols.length, values)) {
      result.rows_read += 1;
      for (const value of row) size_bytes += encodedSize(value);
      if (size_bytes > room_bytes) {
        throw new SqlRefused('RESPONSE_TOO_LARGE', 'Response is too large');
      }
      if (query.wantRows) result.rows.push(row.map(encodeValue));
    }
  } else {
    raw.run(/** @type {any} */ (values));
  }
  if (statement.isChange) {
    const [changes, rowid] = readNumbers(connection, 'SELECT changes(), last_insert_rowid()');
    result.affected_row_count = Number(changes);
    result.rows_written = Number(changes);
    if (statement.isInsert) result.last_insert_rowid = String(rowid);
  }
  result.query_duration_ms = Number(process.hrtime.bigint() - started_ns) / 1e6;
  return { result, size_bytes };
}

/**
 * @param {Connection} connection
 * @param {string} sql
 * @returns {bigint[]}
 */
export function readNumbers(connection, sql) {
  const statement = connection.prepare(sql);
  statement.raw(true).safeIntegers(true);
  return /** @type {any} */ (statement.get([]));
}

/**
 * The rows of a statement, each cell as it is stored. The engine's binding for this language cuts
 * texts at a NUL and aborts on texts that are not UTF-8, so a query's texts are fetched as bytes
 * (through a co-routine that evaluates every cell once and keeps the order) and decoded here.
 *
 * @param {Connection} connection
 * @param {Statement} statement
 * @param {ReturnType<Connection['prepare']>} raw
 * @param {number} width
 * @param {SqlValue[]} values
 * @returns {Generator<SqlValue[]>}
 */
function* readRows(connection, statement, raw, width, values) {
  const wrapped = wrappedQuery(connection, statement, width);
  const source = wrapped ?? raw;
  source.raw(true).safeIntegers(true);
  for (const row of /** @type {Iterable<any[]>} */ (source.iterate(/** @type {any} */ (values)))) {
    if (wrapped === null) yield row;
    else yield Array.from({ length: width }, (_, index) => decodeCell(row, index));
  }
}

/**
 * @param {any[]} row  Storage class and content, alternating.
 * @param {number} index
 * @returns {SqlValue}
 */
function decodeCell(row, index) {
  const content = row[2 * index + 1];
  if (row[2 * index] !== 'text') return content;
  try {
    return utf8.decode(content);
  } catch {
    throw new RequestFailed(500, 'Internal Error: `invalid utf-8 sequence in a text value`');
  }
}

/**
 * @param {Connection} connection
 * @param {Statement} statement
 * @param {number} width
 */
function wrappedQuery(connection, statement, width) {
  if (!statement.isQuery || width > columns_wrapped_max) return null;
  const names = Array.from({ length: width }, (_, index) => `c${index}`);
  const cells = names.map(
    (name) =>
      `typeof(${name}), ` +
      `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END`,
  );
  try {
    return connection.prepare(
      `WITH fairway_rows(${names.join()}) AS (SELECT * FROM (\n` +
        `${statement.sql}\n) LIMIT -1 OFFSET 0) SELECT ${cells.join()} FROM fairway_rows`,
    );
  } catch {
    // The query alone is right, but there is no room for it inside another one (expression depth).
    return null;
  }
}

/**
 * Values by position; throws SqlRefused when they do not fit the parameters.
 *
 * @param {Statement} statement
 * @param {Query} query
 * @returns {SqlValue[]}
 */
function bindings({ parameters, isExplain }, { positional, named }) {
  const given = positional.length + named.length;
  if (given > parameters.length) {
    throw badArguments(`too many parameters, expected ${parameters.length} found ${given}`);
  }
  const byName = new Map(named);
  return parameters.map((name, index) => {
    const isNumbered = name === null || name.startsWith('?');
    const value = isNumbered
      ? positional[name === null ? index : Number(name.slice(1)) - 1]
      : (byName.get(name) ?? byName.get(name.slice(1)));
    const isGiven = isNumbered
      ? value !== undefined
      : byName.has(name) || byName.has(name.slice(1));
    if (!isGiven && !isExplain) {
      throw badArguments(`value for parameter ${name ?? index + 1} not found`);
    }
    return value ?? null;
  });
}

/** @param {string} why */
function badArguments(why) {
  return new SqlRefused('ARGS_INVALID', `Arguments do not match SQL parameters: ${why}`);
}

/**
 * @param {any} condition
 * @param {boolean[]} done  By step: it ran and did not fail.
 * @param {boolean} isAutocommit
 * @returns {boolean}
 */
export function holds(condition, done, isAutocommit) {
  switch (condition?.type) {
    case undefined:
      return true;
    case 'ok':
      return done[condition.step] === true;
    case 'error':
      return done[condition.step] === false;
    case 'not':
      return !holds(condition.cond, done, isAutocommit);
    case 'and':
      return condition.conds.every((/** @type {any} */ one) => holds(one, done, isAutocommit));
    case 'or':
      return condition.conds.some((/** @type {any} */ one) => holds(one, done, isAutocommit));
    default:
      return isAutocommit;
  }
}

/**
 * A statement's failure in Hrana's words.
 *
 * @param {any} error
 * @param {string} sql
 * @returns {{message: string, code: string}}
 */
export function describeError(error, sql) {
  if (error instanceof SqlRefused) return { message: error.message, code: error.code };
  const words = String(error?.message ?? error);
  if (/syntax error|unrecognized token|incomplete input/.test(words)) {
    return { message: `SQL string could not be parsed: ${words}`, code: 'SQL_PARSE_ERROR' };
  }
  const column = /^no such column: (.+)$/.exec(words)?.[1];
  if (column !== undefined) {
    const offset = sql.indexOf(column.split('.').pop() ?? column);
    return { message: `SQL input error: ${words} (at offset ${offset})`, code: 'SQL_INPUT_ERROR' };
  }
  const code = typeof error?.code === 'string' ? error.code : 'SQLITE_UNKNOWN';
  return {
    message: `SQLite error: ${words}`,
    code: code === 'SQLITE_ERROR' ? 'SQLITE_UNKNOWN' : code,
  };
}
