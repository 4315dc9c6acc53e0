// The production database of a published app: libSQL over HTTP (Hrana version 2), one request a
// call.
//
// Each call is a stream of its own that is closed at once, so nothing is held between requests.
// Reads are sent again when the answer is lost, busy (429) or a server error; writes never are:
// their effect would be unknown. Integers beyond 2^53 are BigInt, blobs Uint8Array. Errors carry
// `code`: SQLite's own (SQLITE_CONSTRAINT_UNIQUE), or DATABASE_NOT_CONFIGURED,
// DATABASE_UNREACHABLE, DATABASE_REFUSED, ARGS_INVALID. No error names the token.

/**
 * @typedef {null | number | bigint | string | Uint8Array} Cell
 * @typedef {Cell | boolean | ArrayBuffer} Bindable
 * @typedef {{ changes: number, lastInsertRowid: number | bigint }} Changes
 * @typedef {{ sql: string, values?: Bindable[] }} Statement
 * @typedef {{ url?: string, authToken?: string, timeout_ms?: number, fetch?: typeof fetch,
 *   sleep?: (ms: number) => Promise<void> }} Settings
 */

const tries = 4;
const first_pause_ms = 100;
const longest_pause_ms = 2000;
const smallest_integer = -(2n ** 63n);
const largest_integer = 2n ** 63n - 1n;

export class DatabaseError extends Error {
  /**
   * @param {string} message
   * @param {string} code
   */
  constructor(message, code) {
    super(message);
    this.name = 'DatabaseError';
    this.code = code;
  }
}

/**
 * Opens nothing yet: a missing setting is reported by the first statement, so that the rest of the
 * site works.
 * @param {Settings} settings
 */
export function openDatabase(settings) {
  return {
    /**
     * The rows of one statement.
     * @param {string} sql
     * @param {Bindable[]} [values]
     * @returns {Promise<Record<string, Cell>[]>}
     */
    async all(sql, values = []) {
      const statement = encodedStatement({ sql, values }, true);
      const [result] = await runPipeline(
        settings,
        [{ type: 'execute', stmt: statement }],
        isRead(sql) ? tries : 1,
      );
      return rowsOf(result.result);
    },

    /**
     * One statement for its effect.
     * @param {string} sql
     * @param {Bindable[]} [values]
     * @returns {Promise<Changes>}
     */
    async run(sql, values = []) {
      const statement = encodedStatement({ sql, values }, false);
      const [result] = await runPipeline(
        settings,
        [{ type: 'execute', stmt: statement }],
        isRead(sql) ? tries : 1,
      );
      return changesOf(result.result);
    },

    /**
     * All statements or none, in one transaction.
     * @param {Statement[]} statements
     * @returns {Promise<Changes[]>}
     */
    async batch(statements) {
      if (statements.length === 0) return [];
      const [result] = await runPipeline(
        settings,
        [{ type: 'batch', batch: transactionOf(statements) }],
        1,
      );
      const { step_results, step_errors } = result.result;
      const error = step_errors.find(
        (/** @type {unknown} */ one) => one !== null && one !== undefined,
      );
      if (error) throw statementError(error);
      return statements.map((_statement, at) => changesOf(step_results[at + 1]));
    },
  };
}

/**
 * Step 0 begins, each next one runs when the one before did, the last but one commits, the last
 * undoes.
 * @param {Statement[]} statements
 */
function transactionOf(statements) {
  const steps = statements.map((statement, at) => ({
    stmt: encodedStatement(statement, false),
    condition: { type: 'ok', step: at },
  }));
  const commit = steps.length + 1;
  return {
    steps: [
      { stmt: { sql: 'BEGIN IMMEDIATE' } },
      ...steps,
      { stmt: { sql: 'COMMIT' }, condition: { type: 'ok', step: commit - 1 } },
      { stmt: { sql: 'ROLLBACK' }, condition: { type: 'not', cond: { type: 'ok', step: commit } } },
    ],
  };
}

/**
 * @param {Settings} settings
 * @param {unknown[]} requests
 * @param {number} tries_max
 * @returns {Promise<any[]>} the responses, without that of the closing request
 */
async function runPipeline(settings, requests, tries_max) {
  const body = JSON.stringify({ requests: [...requests, { type: 'close' }] });
  for (let attempt = 1; ; attempt++) {
    const { answer, error, pause_ms } = await sendOnce(settings, body);
    if (answer) return requests.map((_request, at) => responseOf(answer.results?.[at]));
    if (pause_ms === null || attempt >= tries_max) throw error;
    const wait_ms = Math.max(pause_ms, first_pause_ms * 2 ** (attempt - 1) * (0.5 + Math.random()));
    await (settings.sleep ?? sleep)(Math.min(wait_ms, longest_pause_ms));
  }
}

/**
 * @typedef {{ answer?: any, error?: DatabaseError, pause_ms: number | null }} Sent pause_ms null:
 * not worth another try
 * @param {Settings} settings
 * @param {string} body
 * @returns {Promise<Sent>}
 */
async function sendOnce(settings, body) {
  const address = pipelineAddress(settings.url);
  /** @type {Record<string, string>} */
  const headers = { 'content-type': 'application/json' };
  if (settings.authToken) headers.authorization = `Bearer ${settings.authToken}`;
  try {
    const response = await (settings.fetch ?? fetch)(address, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(settings.timeout_ms ?? 10_000),
    });
    const text = await response.text();
    if (response.status === 200) return { answer: JSON.parse(text), pause_ms: null };
    const busy = response.status === 429 || response.status >= 500;
    const asked_s = Number(response.headers.get('retry-after') ?? 0);
    return {
      error: refusalOf(response.status, text),
      pause_ms: busy ? (asked_s || 0) * 1000 : null,
    };
  } catch (error) {
    const why =
      error instanceof Error && error.name === 'TimeoutError'
        ? 'it took too long to answer'
        : 'the connection failed';
    return {
      error: new DatabaseError(`The database cannot be reached: ${why}.`, 'DATABASE_UNREACHABLE'),
      pause_ms: 0,
    };
  }
}

/** @param {string | undefined} url */
function pipelineAddress(url) {
  const parts = /^(libsql|https?|wss?):\/\/([^/?#]+)/.exec(url ?? '');
  if (!parts) {
    throw new DatabaseError(
      'The database is not set up: TURSO_DATABASE_URL is missing or no address.',
      'DATABASE_NOT_CONFIGURED',
    );
  }
  const scheme = parts[1] === 'http' || parts[1] === 'ws' ? 'http' : 'https';
  return `${scheme}://${parts[2]}/v2/pipeline`;
}

/**
 * @param {number} status
 * @param {string} text
 */
function refusalOf(status, text) {
  let words = '';
  try {
    const value = JSON.parse(text);
    words = String(value.error?.message ?? value.error ?? value.message ?? '');
  } catch {
    words = text;
  }
  return new DatabaseError(
    `The database answered ${status}: ${words.slice(0, 200)}`,
    'DATABASE_REFUSED',
  );
}

/** @param {any} result */
function responseOf(result) {
  if (result?.type === 'ok') return result.response;
  if (result?.type === 'error') throw statementError(result.error);
  throw new DatabaseError('The database gave an answer of an unknown form.', 'DATABASE_REFUSED');
}

/** @param {any} error */
function statementError(error) {
  return new DatabaseError(
    String(error?.message ?? 'The statement failed.'),
    String(error?.code ?? 'SQLITE_ERROR'),
  );
}

/**
 * True for statements that can be sent twice without a second effect.
 * @param {string} sql
 */
function isRead(sql) {
  const start = sql.replace(/^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, '');
  if (/^(?:SELECT|VALUES|EXPLAIN)\b/i.test(start)) return true;
  return /^WITH\b/i.test(start) && !/\b(?:INSERT|UPDATE|DELETE|REPLACE)\b/i.test(start);
}

/**
 * @param {Statement} statement
 * @param {boolean} want_rows
 */
function encodedStatement({ sql, values = [] }, want_rows) {
  return { sql, args: values.map(encodedValue), want_rows };
}

/** @param {Bindable} value */
function encodedValue(value) {
  if (value === null) return { type: 'null' };
  if (typeof value === 'string') return { type: 'text', value };
  if (typeof value === 'boolean') return { type: 'integer', value: value ? '1' : '0' };
  if (typeof value === 'bigint') {
    if (value < smallest_integer || value > largest_integer)
      throw invalid('an integer beyond 64 bits');
    return { type: 'integer', value: `${value}` };
  }
  if (typeof value === 'number') return encodedNumber(value);
  if (value instanceof Uint8Array) return { type: 'blob', base64: base64Of(value) };
  if (value instanceof ArrayBuffer)
    return { type: 'blob', base64: base64Of(new Uint8Array(value)) };
  throw invalid(value === undefined ? 'undefined' : `a value of the kind ${typeof value}`);
}

/** @param {number} value */
function encodedNumber(value) {
  if (Number.isSafeInteger(value)) return { type: 'integer', value: value.toFixed(0) };
  if (Number.isNaN(value)) return { type: 'null' };
  if (!Number.isFinite(value)) throw invalid('an infinite number');
  return { type: 'float', value };
}

/** @param {string} what */
function invalid(what) {
  return new DatabaseError(
    `A statement was given ${what}, which the database cannot store.`,
    'ARGS_INVALID',
  );
}

/**
 * @param {{ cols: { name: string | null }[], rows: any[][] }} result
 * @returns {Record<string, Cell>[]}
 */
function rowsOf({ cols, rows }) {
  return rows.map((row) =>
    Object.fromEntries(
      row.map((cell, at) => [cols[at]?.name ?? `column${at}`, decodedValue(cell)]),
    ),
  );
}

/** @param {any} result @returns {Changes} */
function changesOf(result) {
  return {
    changes: result.affected_row_count,
    lastInsertRowid: decodedInteger(result.last_insert_rowid ?? '0'),
  };
}

/** @param {any} cell @returns {Cell} */
function decodedValue(cell) {
  switch (cell.type) {
    case 'null':
      return null;
    case 'integer':
      return decodedInteger(cell.value);
    case 'float':
      return cell.value;
    case 'text':
      return cell.value;
    case 'blob':
      return bytesOf(cell.base64);
    default:
      throw new DatabaseError('The database sent a value of an unknown kind.', 'DATABASE_REFUSED');
  }
}

/** @param {string | number} digits */
function decodedInteger(digits) {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

/** @param {Uint8Array} bytes */
function base64Of(bytes) {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** Padded or not. @param {string} base64 */
function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** @param {number} ms @returns {Promise<void>} */
function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
