// The bytes of an upload on their way into R2: taken out of aws-chunked frames where they come so,
// counted, and summed. The last piece waits until the sum is known to be right, so that R2 never
// gets the whole of a broken upload.

import { noBytes } from '../frame.mjs';

export const objectBytesMax = 5 * 2 ** 30;
const lineBytesMax = 8192;
const decoder = new TextDecoder();
const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; ++bit) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

/** What is wrong with an upload, by S3's code. */
export class BadUpload extends Error {
  /** @param {string} code @param {number} [status] */
  constructor(code, status = 400) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

/** @param {Headers} headers */
export function codingsOf(headers) {
  const said = (headers.get('content-encoding') ?? '').split(',');
  return said.map((coding) => coding.trim()).filter((coding) => coding !== '');
}

/** How many bytes it says it has. @param {Headers} headers */
export function sizeOf(headers) {
  const text = headers.get('x-amz-decoded-content-length') ?? headers.get('content-length');
  const size = Number(text);
  if (text === null || !Number.isInteger(size) || size < 0) {
    throw new BadUpload('MissingContentLength', 411);
  }
  if (size > objectBytesMax) throw new BadUpload('EntityTooLarge', 413);
  return size;
}

/**
 * Passes the body on; `store` gets what R2 takes.
 * @template T
 * @param {ReadableStream<Bytes> | null} body @param {Headers} headers
 * @param {(value: ReadableStream<Bytes> | Bytes) => Promise<T>} store
 * @returns {Promise<T>} rejects with BadUpload
 */
export async function passUpload(body, headers, store) {
  const size = sizeOf(headers);
  const source = readPieces(body, headers);
  if (size === 0) {
    for await (const piece of source) {
      if (piece.length > 0) throw new BadUpload('IncompleteBody');
    }
    return store(noBytes);
  }
  const stream = new FixedLengthStream(size);
  const writer = stream.writable.getWriter();
  const storing = store(stream.readable);
  storing.catch(() => {});
  try {
    let held = noBytes;
    let total = 0;
    for await (const piece of source) {
      total += piece.length;
      if (total > size) throw new BadUpload('IncompleteBody');
      if (held.length > 0) await writer.write(held);
      held = piece;
    }
    if (total !== size) throw new BadUpload('IncompleteBody');
    await writer.write(held);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    await storing.catch(() => {});
    throw error;
  }
  return storing;
}

/** The upload's own bytes; throws BadUpload at the end when their sum is another.
 * @param {ReadableStream<Bytes> | null} body @param {Headers} headers */
async function* readPieces(body, headers) {
  /** @type {Map<string, string>} */
  const trailer = new Map();
  const isFramed = codingsOf(headers).includes('aws-chunked');
  const pieces = body === null ? [] : isFramed ? unframed(body, trailer) : body;
  let crc = 0xffffffff;
  for await (const piece of pieces) {
    if (piece.length === 0) continue;
    crc = summed(crc, piece);
    yield piece;
  }
  const wanted = trailer.get(crcName) ?? headers.get(crcName);
  if (wanted !== null && wanted !== crcText(crc)) throw new BadUpload('BadDigest');
  const announced = headers.get('x-amz-trailer');
  if (announced !== null && !trailer.has(announced)) throw new BadUpload('MalformedTrailerError');
}

export const crcName = 'x-amz-checksum-crc32';

/** @param {number} crc @param {Bytes} bytes */
function summed(crc, bytes) {
  for (const byte of bytes) crc = (crc >>> 8) ^ /** @type {number} */ (table[(crc ^ byte) & 255]);
  return crc;
}

/** @param {number} crc */
function crcText(crc) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, ~crc >>> 0);
  return btoa(String.fromCharCode(...bytes));
}

/**
 * "3\r\nabc\r\n0\r\nname:value\r\n\r\n": what is between the lengths, and the trailer.
 * @param {ReadableStream<Bytes>} body @param {Map<string, string>} trailer
 */
async function* unframed(body, trailer) {
  let held = noBytes;
  let left = -1; // of the chunk; -1: a line comes; -2: the line behind a chunk; -3: the trailer
  let hasEnded = false;
  for await (const piece of body) {
    let at = 0;
    while (at < piece.length) {
      if (left > 0) {
        const end = Math.min(piece.length, at + left);
        yield piece.subarray(at, end);
        left -= end - at;
        at = end;
        if (left === 0) left = -2;
        continue;
      }
      const end = piece.indexOf(10, at);
      held = joined(held, piece.subarray(at, end < 0 ? piece.length : end));
      if (held.length > lineBytesMax) throw new BadUpload('InvalidRequest');
      if (end < 0) break;
      at = end + 1;
      const line = decoder.decode(held).replace(/\r$/, '');
      held = noBytes;
      if (left === -2) {
        if (line !== '') throw new BadUpload('InvalidRequest');
        left = -1;
      } else if (left === -1) {
        if (!/^[0-9a-f]{1,8}$/i.test(line)) throw new BadUpload('InvalidRequest');
        left = parseInt(line, 16);
        if (left === 0) left = -3;
      } else if (line === '') {
        hasEnded = true;
      } else {
        const [name, ...value] = line.split(':');
        trailer.set((name ?? '').trim().toLowerCase(), value.join(':').trim());
      }
    }
  }
  if (left !== -3 || !hasEnded) throw new BadUpload('IncompleteBody');
}

/** @param {Bytes} one @param {Bytes} other */
function joined(one, other) {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
