// SQL over HTTP as Neon's proxy speaks it: POST /sql with a query or a batch of queries in one
// transaction, every value a text. The SQL itself is PostgreSQL's.

import { BadRequest, readBody, send, sendJson } from '../frame/http.mjs';

const body_bytes_max = 10 << 20;
const answer_bytes_max = 10 << 20;

/** @type {Record<string, string>} */
const isolation_levels = {
  ReadUncommitted: 'READ UNCOMMITTED',
  ReadCommitted: 'READ COMMITTED',
  RepeatableRead: 'REPEATABLE READ',
  Serializable: 'SERIALIZABLE',
};

/** An answer 400 in the proxy's own words, which have no SQLSTATE, or with one. */
export class SqlError extends Error {
  /** @param {string} message @param {string | null} [code] */
  constructor(message, code = null) {
    super(message);
    this.code = code;
  }
}

/** @typedef {{query: string, params: (string | null)[], arrayMode: boolean | null}} Query */

/**
 * @param {(connection: string) => Promise<import('pg').PoolClient>} connect  Throws SqlError.
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 */
export async function handleSql(connect, request, response) {
  const { headers } = request;
  const text = (await readBody(request, body_bytes_max)).toString('utf8');
  try {
    const connection = headers['neon-connection-string'];
    if (typeof connection !== 'string') {
      throw new SqlError('missing connection string (invalid header: Neon-Connection-String)');
    }
    const { queries, isBatch } = readQueries(text);
    const form = {
      isRaw: headers['neon-raw-text-output'] === 'true',
      isArray: headers['neon-array-mode'] === 'true',
    };
    const begin = isBatch ? beginOf(headers) : null;
    const results = await runQueries(await connect(connection), queries, begin, form);
    const answer = Buffer.from(JSON.stringify(isBatch ? { results } : results[0]));
    if (answer.length > answer_bytes_max) {
      return sendJson(response, 507, {
        message: `response is too large (max is ${answer_bytes_max} bytes)`,
      });
    }
    send(response, 200, answer, {
      'content-type': 'application/json',
      'access-control-allow-origin': '*',
    });
  } catch (error) {
    if (error instanceof BadRequest) throw error;
    sendJson(response, 400, errorOf(error));
  }
}

/**
 * @param {string} text
 * @returns {{queries: Query[], isBatch: boolean}}
 */
function readQueries(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new SqlError(`could not parse the HTTP request body: ${String(error)}`);
  }
  const isBatch = Array.isArray(body?.queries);
  const queries = (isBatch ? body.queries : [body]).map(readQuery);
  return { queries, isBatch };
}

/**
 * @param {any} given
 * @returns {Query}
 */
function readQuery(given) {
  if (typeof given?.query !== 'string') {
    throw new SqlError('could not parse the HTTP request body: missing field `query`');
  }
  const params = (given.params ?? []).map((/** @type {unknown} */ value) => {
    if (value === null || typeof value === 'string') return value;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  });
  return { query: given.query, params, arrayMode: given.arrayMode ?? null };
}

/** @param {import('node:http').IncomingHttpHeaders} headers */
function beginOf(headers) {
  const level = headers['neon-batch-isolation-level'];
  const words = ['BEGIN'];
  if (typeof level === 'string') {
    const sql = isolation_levels[level];
    if (sql === undefined) throw new SqlError('invalid isolation level');
    words.push(`ISOLATION LEVEL ${sql}`);
  }
  if (headers['neon-batch-read-only'] === 'true') words.push('READ ONLY');
  if (headers['neon-batch-deferrable'] === 'true') words.push('DEFERRABLE');
  return words.join(' ');
}

/**
 * @param {import('pg').PoolClient} client
 * @param {Query[]} queries
 * @param {string | null} begin
 * @param {{isRaw: boolean, isArray: boolean}} form
 */
async function runQueries(client, queries, begin, form) {
  let isGood = false;
  try {
    if (begin !== null) await client.query(begin);
    const results = [];
    for (const query of queries) results.push(await runQuery(client, query, form));
    if (begin !== null) await client.query('COMMIT');
    isGood = true;
    return results;
  } catch (error) {
    if (begin !== null)
      await client.query('ROLLBACK').then(
        () => (isGood = true),
        () => undefined,
      );
    throw error;
  } finally {
    // Whatever a session has set must not reach the next one.
    if (isGood) await client.query('DISCARD ALL').catch(() => (isGood = false));
    client.release(!isGood);
  }
}

/**
 * @param {import('pg').PoolClient} client
 * @param {Query} query
 * @param {{isRaw: boolean, isArray: boolean}} form
 */
async function runQuery(client, { query, params, arrayMode }, form) {
  const result = await client.query(
    /** @type {any} */ ({ text: query, values: params, rowMode: 'array', queryMode: 'extended' }),
  );
  const rowAsArray = arrayMode ?? form.isArray;
  /** @type {any[]} */
  const fields = result.fields;
  const rows = result.rows.map((/** @type {any} */ row) => {
    const cells = row.map((/** @type {string | null} */ cell, /** @type {number} */ column) =>
      form.isRaw ? cell : jsonOf(cell, fields[column].dataTypeID),
    );
    if (rowAsArray) return cells;
    return Object.fromEntries(fields.map(({ name }, column) => [name, cells[column]]));
  });
  return {
    command: result.command ?? '',
    rowCount: result.rowCount ?? null,
    rows,
    fields: fields.map((field) => ({
      name: field.name,
      dataTypeID: field.dataTypeID,
      tableID: field.tableID,
      columnID: field.columnID,
      dataTypeSize: field.dataTypeSize,
      dataTypeModifier: field.dataTypeModifier,
      format: 'text',
    })),
    rowAsArray,
  };
}

/**
 * What the proxy makes of a value without raw output. Arrays stay texts here.
 *
 * @param {string | null} text
 * @param {number} type
 */
function jsonOf(text, type) {
  if (text === null) return null;
  switch (type) {
    case 16:
      return text === 't';
    case 21:
    case 23:
      return Number(text);
    case 700:
    case 701:
      return Number.isFinite(Number(text)) ? Number(text) : text;
    case 114:
    case 3802:
      return JSON.parse(text);
    default:
      return text;
  }
}

/** @param {any} error */
function errorOf(error) {
  const from = (/** @type {string} */ name) => error[name] ?? null;
  return {
    message: error.message,
    code: from('code'),
    detail: from('detail'),
    hint: from('hint'),
    position: from('position'),
    internalPosition: from('internalPosition'),
    internalQuery: from('internalQuery'),
    severity: from('severity'),
    where: from('where'),
    table: from('table'),
    column: from('column'),
    schema: from('schema'),
    dataType: from('dataType'),
    constraint: from('constraint'),
    file: from('file'),
    line: from('line'),
    routine: from('routine'),
  };
}
