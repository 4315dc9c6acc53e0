// Values as Hrana writes them in JSON, and what SQLite is given for them. Integers travel as
// decimal strings so that 64 bits survive, blobs as base64 (sent without padding, taken with or
// without).

/** A message that breaks the protocol; the stream is closed and the caller gets 400 text/plain. */
export class ProtocolError extends Error {}

/** @typedef {null | bigint | number | string | Uint8Array} SqlValue */

/**
 * @param {unknown} value  As parsed from JSON.
 * @returns {SqlValue}
 */
export function decodeValue(value) {
  const { type, value: content, base64 } = /** @type {any} */ (value ?? {});
  switch (type) {
    case 'null':
      return null;
    case 'integer':
      return decodeInteger(content);
    case 'float':
      if (typeof content !== 'number') throw badJson('a float must be a number');
      return content;
    case 'text':
      if (typeof content !== 'string') throw badJson('a text must be a string');
      return content.toWellFormed();
    case 'blob':
      return decodeBase64(base64);
    default:
      throw badJson(`unknown variant \`${String(type)}\` of a value`);
  }
}

/** @param {unknown} content */
function decodeInteger(content) {
  if (typeof content !== 'string' || !/^[+-]?\d{1,20}$/.test(content)) {
    throw badJson('an integer must be a decimal string');
  }
  const integer = BigInt(content.replace(/^\+/, ''));
  if (BigInt.asIntN(64, integer) !== integer) throw badJson('an integer must fit in 64 bits');
  return integer;
}

/** @param {unknown} base64 */
function decodeBase64(base64) {
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw badJson('a blob must be base64');
  }
  return Buffer.from(base64, 'base64');
}

/** @param {string} why */
export function badJson(why) {
  return new ProtocolError(`Cannot deserialize client message from JSON: ${why}`);
}

/**
 * @param {SqlValue} value
 * @returns {Record<string, unknown>}
 */
export function encodeValue(value) {
  if (value === null) return { type: 'null' };
  if (typeof value === 'bigint') return { type: 'integer', value: value.toString() };
  if (typeof value === 'number') return { type: 'float', value };
  if (typeof value === 'string') return { type: 'text', value };
  const base64 = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  return { type: 'blob', base64: base64.replace(/=+$/, '') };
}

/**
 * What a value adds to an answer, roughly.
 *
 * @param {SqlValue} value
 */
export function encodedSize(value) {
  if (value === null) return 15;
  if (typeof value === 'string') return value.length + 26;
  if (typeof value === 'object') return value.byteLength;
  return String(value).length + 30;
}
