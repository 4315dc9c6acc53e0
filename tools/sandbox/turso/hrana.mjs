// Hrana over HTTP, versions 2 and 3, JSON: a pipeline of requests on a stream, and the cursor. Only
// the protocol lives here; SQL runs in the engine process.

import { jsonText } from '../frame/http.mjs';
import { badJson, decodeValue, ProtocolError } from './hrana_values.mjs';
import { SqlRefused } from './sql_text.mjs';

const stored_texts_max = 50;
const stored_text_bytes_max = 5_000;

/** An error of the whole request: `{"error": message}` with a status. */
export class ServerError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * @typedef {object} HranaParts
 * @property {import('./hrana_streams.mjs').Streams} streams
 * @property {import('./engine.mjs').EngineProcess} engine
 * @property {import('./engine_connection.mjs').Access} access
 * @property {2 | 3} version
 * @property {(usage: {rows_read: number, rows_written: number}) => void} count
 */

/** @typedef {import('./hrana_streams.mjs').Stream} Stream */

/**
 * Answers a pipeline. A protocol error ends the stream.
 *
 * @param {HranaParts} parts
 * @param {Record<string, any>} body
 * @param {boolean} isCutShort  Only the first half of the requests is run, then it fails.
 */
export async function runPipeline(parts, body, isCutShort) {
  if (!Array.isArray(body.requests)) throw badJson('missing field `requests`');
  const stream = parts.streams.acquire(body.baton);
  const requests = isCutShort
    ? body.requests.slice(0, Math.ceil(body.requests.length / 2))
    : body.requests;
  const results = [];
  try {
    for (const request of requests) results.push(await tryRequest(parts, stream, request ?? {}));
  } catch (error) {
    parts.streams.drop(stream);
    throw error;
  }
  const baton = parts.streams.release(stream);
  if (isCutShort) throw new ServerError(500, 'internal server error');
  return { baton, base_url: null, results };
}

/**
 * Answers a cursor: one JSON document a line.
 *
 * @param {HranaParts} parts
 * @param {Record<string, any>} body
 * @returns {Promise<string>}
 */
export async function runCursor(parts, body) {
  const stream = parts.streams.acquire(body.baton);
  try {
    const steps = decodeBatch(body.batch, stream, parts.version);
    const outcome = await runProgram(parts, stream, 'cursor', steps);
    const lines = [
      { baton: parts.streams.release(stream), base_url: null },
      ...cursorEntries(outcome),
    ];
    return lines.map((line) => `${jsonText(line)}\n`).join('');
  } catch (error) {
    parts.streams.drop(stream);
    throw error;
  }
}

/** @param {any} outcome */
function cursorEntries({ refused, results, errors }) {
  if (refused !== undefined) return [{ type: 'error', error: refused }];
  const entries = results.flatMap((/** @type {any} */ result, /** @type {number} */ step) => {
    if (errors[step] !== null) return [{ type: 'step_error', step, error: errors[step] }];
    if (result === null) return [];
    const { cols, rows, affected_row_count, last_insert_rowid } = result;
    return [
      { type: 'step_begin', step, cols },
      ...rows.map((/** @type {any} */ row) => ({ type: 'row', row })),
      { type: 'step_end', affected_row_count, last_insert_rowid },
    ];
  });
  return [...entries, { type: 'replication_index', replication_index: null }];
}

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 * @param {Record<string, any>} request
 */
async function tryRequest(parts, stream, request) {
  try {
    return await runRequest(parts, stream, request);
  } catch (error) {
    if (error instanceof SqlRefused) return failed({ message: error.message, code: error.code });
    throw error;
  }
}

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 * @param {Record<string, any>} request
 */
async function runRequest(parts, stream, request) {
  const { type } = request;
  const isOnDatabase = ['execute', 'batch', 'sequence', 'describe', 'get_autocommit'].includes(
    type,
  );
  if (isOnDatabase && stream.isClosed) throw new ProtocolError('Stream for this baton was closed');
  switch (type) {
    case 'execute':
      return execute(parts, stream, request);
    case 'batch':
      return batch(parts, stream, request);
    case 'sequence':
      return sequence(parts, stream, request);
    case 'describe':
      return describe(parts, stream, request);
    case 'get_autocommit':
      return autocommit(parts, stream);
    case 'store_sql':
      return storeText(stream, request);
    case 'close_sql':
      stream.texts.delete(integer(request.sql_id));
      return ok({ type });
    case 'close':
      stream.isClosed = true;
      return ok({ type });
    default:
      throw badJson(`unknown variant \`${String(type)}\` of a request`);
  }
}

/** @param {Record<string, unknown>} response */
const ok = (response) => ({ type: 'ok', response });
/** @param {{message: string, code: string}} error */
const failed = (error) => ({ type: 'error', error });

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 * @param {Record<string, any>} request
 */
async function execute(parts, stream, { stmt }) {
  const query = decodeQuery(stmt, stream);
  const outcome = await runProgram(parts, stream, 'execute', [{ query, condition: null }]);
  const error = outcome.refused ?? outcome.errors[0];
  return error === null || error === undefined
    ? ok({ type: 'execute', result: outcome.results[0] })
    : failed(error);
}

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 * @param {Record<string, any>} request
 */
async function batch(parts, stream, request) {
  const steps = decodeBatch(request.batch, stream, parts.version);
  const outcome = await runProgram(parts, stream, 'batch', steps);
  if (outcome.refused !== undefined) return failed(outcome.refused);
  return ok({
    type: 'batch',
    result: {
      step_results: outcome.results,
      step_errors: outcome.errors,
      replication_index: null,
    },
  });
}

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 * @param {Record<string, any>} request
 */
async function sequence(parts, stream, request) {
  const query = { sql: textOf(request, stream), positional: [], named: [], wantRows: false };
  const outcome = await runProgram(parts, stream, 'sequence', [{ query, condition: null }]);
  const error = outcome.refused ?? outcome.errors.find((/** @type {any} */ one) => one !== null);
  return error === undefined ? ok({ type: 'sequence' }) : failed(error);
}

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 * @param {Record<string, any>} request
 */
async function describe(parts, stream, request) {
  const sql = textOf(request, stream);
  const { refused, result } = await parts.engine.call('describe', {
    stream: stream.engineStream,
    sql,
  });
  return refused === undefined ? ok({ type: 'describe', result }) : failed(refused);
}

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 */
async function autocommit(parts, stream) {
  if (parts.version < 3) {
    throw new ProtocolError(
      'The `get_autocommit` request is only supported in protocol version hrana3 and higher',
    );
  }
  const is_autocommit = await parts.engine.call('autocommit', { stream: stream.engineStream });
  return ok({ type: 'get_autocommit', is_autocommit });
}

/**
 * @param {Stream} stream
 * @param {Record<string, any>} request
 */
function storeText(stream, { sql_id, sql }) {
  const id = integer(sql_id);
  if (typeof sql !== 'string') throw badJson('missing field `sql`');
  const size_bytes = Buffer.byteLength(sql);
  if (stream.texts.has(id)) throw new ProtocolError(`SQL text ${id} already exists`);
  if (stream.texts.size >= stored_texts_max) {
    return failed({
      code: 'SQL_STORE_TOO_MANY',
      message:
        'The server already stores ' + `${stream.texts.size} SQL texts, it cannot store more`,
    });
  }
  if (size_bytes > stored_text_bytes_max) {
    return failed({
      code: 'SQL_STORE_TOO_LARGE',
      message:
        'The statement is too large to be ' + `stored: ${(size_bytes / 1000).toFixed(1)} KB/5.0 KB`,
    });
  }
  stream.texts.set(id, sql);
  return ok({ type: 'store_sql' });
}

/**
 * @param {HranaParts} parts
 * @param {Stream} stream
 * @param {string} mode
 * @param {unknown[]} steps
 */
async function runProgram(parts, stream, mode, steps) {
  const outcome = await parts.engine.call('program', {
    stream: stream.engineStream,
    mode,
    steps,
    access: parts.access,
  });
  parts.streams.noteTransaction(stream, outcome.isAutocommit);
  if (outcome.failed !== undefined) {
    throw new ServerError(outcome.failed.status, outcome.failed.message);
  }
  for (const result of outcome.results ?? []) if (result !== null) parts.count(result);
  return outcome;
}

/**
 * @param {any} given
 * @param {Stream} stream
 * @param {number} version
 */
function decodeBatch(given, stream, version) {
  if (!Array.isArray(given?.steps)) throw badJson('missing field `steps`');
  return given.steps.map((/** @type {any} */ step, /** @type {number} */ index) => {
    const query = decodeQuery(step?.stmt, stream);
    if (step.condition !== undefined && step.condition !== null) {
      checkCondition(step.condition, index, version);
    }
    return { query, condition: step.condition ?? null };
  });
}

/**
 * @param {any} condition
 * @param {number} steps  How many came before.
 * @param {number} version
 */
function checkCondition(condition, steps, version) {
  switch (condition?.type) {
    case 'ok':
    case 'error':
      if (!Number.isInteger(condition.step) || condition.step < 0 || condition.step >= steps) {
        throw new ProtocolError('Invalid reference to step in a batch condition');
      }
      return;
    case 'not':
      return checkCondition(condition.cond, steps, version);
    case 'and':
    case 'or':
      if (!Array.isArray(condition.conds)) throw badJson('missing field `conds`');
      for (const one of condition.conds) checkCondition(one, steps, version);
      return;
    case 'is_autocommit':
      if (version >= 3) return;
      throw new ProtocolError(
        'BatchCond of type `is_autocommit` is only supported in protocol ' +
          'version hrana3 and higher',
      );
    default:
      throw new ProtocolError('BatchCond type not recognized');
  }
}

/**
 * @param {any} stmt
 * @param {Stream} stream
 * @returns {import('./engine_connection.mjs').Query}
 */
function decodeQuery(stmt, stream) {
  if (stmt === null || typeof stmt !== 'object') throw badJson('missing field `stmt`');
  const sql = textOf(stmt, stream);
  const { args = [], named_args = [], want_rows } = stmt;
  if (!Array.isArray(args) || !Array.isArray(named_args)) throw badJson('args must be a list');
  if (args.length > 0 && named_args.length > 0) {
    throw new SqlRefused(
      'ARGS_BOTH_POSITIONAL_AND_NAMED',
      'Specifying both positional and named arguments is not supported',
    );
  }
  return {
    sql,
    positional: args.map(decodeValue),
    wantRows: want_rows !== false,
    named: named_args.map((argument) => {
      if (typeof argument?.name !== 'string') throw badJson('a named argument needs a name');
      return /** @type {[string, any]} */ ([argument.name, decodeValue(argument.value)]);
    }),
  };
}

/**
 * @param {Record<string, any>} holder
 * @param {Stream} stream
 * @returns {string}
 */
function textOf({ sql, sql_id }, stream) {
  const isGiven = sql !== undefined && sql !== null;
  const isStored = sql_id !== undefined && sql_id !== null;
  if (isGiven && isStored) {
    throw new ProtocolError('Either `sql` or `sql_id` are required, but not both');
  }
  if (isGiven && typeof sql === 'string') return sql;
  if (!isStored) throw new ProtocolError('Either `sql` or `sql_id` are required');
  const stored = stream.texts.get(integer(sql_id));
  if (stored === undefined) throw new ProtocolError(`SQL text ${sql_id} not found`);
  return stored;
}

/** @param {unknown} value */
function integer(value) {
  if (!Number.isInteger(value)) throw badJson('`sql_id` must be an integer');
  return /** @type {number} */ (value);
}
