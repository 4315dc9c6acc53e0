// Small helpers for handlers: read a body within a limit, answer JSON or text.

/**
 * @typedef {import('node:http').IncomingMessage} Request
 * @typedef {import('node:http').ServerResponse} Response
 */

/** A request that cannot be served, answered by the frame in the provider's own error shape. */
export class BadRequest extends Error {
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
 * The whole body, or BadRequest 413 as soon as it passes the limit.
 *
 * @param {Request} request
 * @param {number} limit_bytes
 * @returns {Promise<Buffer>}
 */
export async function readBody(request, limit_bytes) {
  const declared_bytes = Number(request.headers['content-length'] ?? 0);
  if (declared_bytes > limit_bytes) throw new BadRequest(413, tooLarge(limit_bytes));
  /** @type {Buffer[]} */
  const pieces = [];
  let size_bytes = 0;
  // Not destroyed on leaving: the connection must live long enough to carry the refusal.
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    size_bytes += piece.length;
    if (size_bytes > limit_bytes) throw new BadRequest(413, tooLarge(limit_bytes));
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** @param {number} limit_bytes */
const tooLarge = (limit_bytes) => `The body is larger than ${limit_bytes} bytes`;

/**
 * The body as a JSON object; an empty body counts as `{}`. The Content-Type is not looked at: the
 * official clients send JSON as text/plain too.
 *
 * @param {Request} request
 * @param {number} [limit_bytes]
 * @returns {Promise<Record<string, any>>}
 */
export async function readJson(request, limit_bytes = 1 << 20) {
  const text = (await readBody(request, limit_bytes)).toString('utf8').trim();
  if (text === '') return {};
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadRequest(400, 'The body is not valid JSON');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new BadRequest(400, 'The body must be a JSON object');
  }
  return value;
}

/**
 * The value as JSON; -0 keeps its sign, as it does at the providers.
 *
 * @param {unknown} value
 */
export function jsonText(value) {
  const { rawJSON } = /** @type {any} */ (JSON);
  return JSON.stringify(value, (_, item) => (Object.is(item, -0) ? rawJSON('-0.0') : item));
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {unknown} value
 * @param {Record<string, string>} [headers]
 */
export function sendJson(response, status, value, headers = {}) {
  send(response, status, jsonText(value), { 'content-type': 'application/json', ...headers });
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {string} text
 * @param {Record<string, string>} [headers]
 */
export function sendText(response, status, text, headers = {}) {
  send(response, status, text, { 'content-type': 'text/plain; charset=utf-8', ...headers });
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {string | Buffer} body
 * @param {Record<string, string>} headers
 */
export function send(response, status, body, headers) {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { 'content-length': String(bytes.length), ...headers });
  response.end(bytes);
}

/**
 * The bearer token of a request, or ''.
 *
 * @param {Request} request
 * @returns {string}
 */
export function bearer(request) {
  const match = /^bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? '';
}

/**
 * True when the request was sent to this machine by a loopback name, which a page of the internet
 * that rebinds its own host name to 127.0.0.1 cannot do.
 *
 * @param {Request} request
 * @returns {boolean}
 */
export function isForLoopback(request) {
  return isLoopbackHost(request.headers.host ?? '');
}

/**
 * @param {string} host  Host with or without port.
 * @returns {boolean}
 */
export function isLoopbackHost(host) {
  return /^(localhost|([\w-]+\.)+localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host);
}
