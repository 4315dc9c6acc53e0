// The http port: one request out, one answer back. Redirects are not followed, answers are capped,
// and blobs of the body stream from the store to the other side without entering wasm.

import { readAtMost } from '../body.mjs';
import { PortFailure } from './failure.mjs';

const answerBytesMax = 8 << 20;

/** @typedef {import('../frame.mjs').Frame} Frame */
/** @typedef {import('./blobs.mjs').BlobStore} BlobStore */
/** A blob goes out whole, or `size` bytes of it from `offset`.
 * @typedef {{bytes?: number, blob?: string, offset?: number, size?: number,
 *   blob_base64?: string}} Piece */

/**
 * @param {Frame} question @param {AbortSignal} signal @param {BlobStore} blobs
 * @returns {Promise<Frame>}
 */
export async function answerHttp({ control, bytes }, signal, blobs) {
  const stop = new AbortController();
  /** @type {unknown} why the sending was stopped by ourselves */
  let reason = null;
  const end = (/** @type {unknown} */ why) => {
    reason ??= why;
    stop.abort();
  };
  signal.addEventListener('abort', () => end(new Error('nobody waits for it any more')));
  const seconds = Math.round(control.timeout_ms / 1000);
  const timer = setTimeout(
    () => end(noAnswer(control.url, `did not answer within ${seconds} s`)),
    control.timeout_ms,
  );
  try {
    const { body, filled } = await openBody(control.body ?? [], bytes, blobs);
    filled.catch(end);
    const response = await fetch(control.url, {
      method: control.method,
      headers: control.headers,
      body,
      redirect: 'manual',
      cache: 'no-store',
      signal: stop.signal,
    });
    const answer = await readAtMost(response, answerBytesMax);
    if (answer === null) {
      throw new PortFailure(
        'report_bug',
        'answer_too_large',
        `${hostOf(control.url)} answered with more than ${answerBytesMax >> 20} MiB.`,
      );
    }
    return { control: { status: response.status, headers: [...response.headers] }, bytes: answer };
  } catch (error) {
    if (error instanceof PortFailure) throw error;
    if (reason instanceof PortFailure) throw reason;
    throw noAnswer(control.url, 'could not be reached, or cut the connection');
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
}

/** @param {string} url @param {string} what */
function noAnswer(url, what) {
  return new PortFailure('retry_later', 'no_answer', `${hostOf(url)} ${what}.`);
}

/** Only the host: paths and queries may carry what is nobody's business. @param {string} url */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : 'The other side';
}

/**
 * @param {Piece[]} pieces @param {Bytes} bytes @param {BlobStore} blobs
 * @returns {Promise<{body: BodyInit | undefined, filled: Promise<void>}>}
 */
async function openBody(pieces, bytes, blobs) {
  const filled = Promise.resolve();
  if (pieces.length === 0) return { body: undefined, filled };
  if (pieces.every((piece) => piece.bytes !== undefined)) return { body: bytes, filled };
  let total = 0;
  for (const piece of pieces) {
    if (piece.blob !== undefined) {
      const size = await blobs.sizeOf(piece.blob);
      total += piece.size ?? size;
    } else if (piece.blob_base64 !== undefined) {
      total += 4 * Math.ceil((await blobs.sizeOf(piece.blob_base64)) / 3);
    } else total += piece.bytes ?? 0;
  }
  const stream = new FixedLengthStream(total);
  return { body: stream.readable, filled: fill(stream.writable, pieces, bytes, blobs) };
}

/**
 * @param {WritableStream<Bytes>} writable @param {Piece[]} pieces @param {Bytes} bytes
 * @param {BlobStore} blobs
 */
async function fill(writable, pieces, bytes, blobs) {
  const writer = writable.getWriter();
  let at = 0;
  try {
    for (const piece of pieces) {
      if (piece.blob !== undefined) {
        for await (const chunk of await blobs.open(piece.blob, rangeOf(piece))) {
          await writer.write(chunk);
        }
      } else if (piece.blob_base64 !== undefined) {
        await writeBase64(writer, await blobs.open(piece.blob_base64));
      } else {
        const size = piece.bytes ?? 0;
        await writer.write(bytes.subarray(at, at + size));
        at += size;
      }
    }
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

/** @param {Piece} piece @returns {{offset: number, length: number} | undefined} */
function rangeOf({ offset, size }) {
  return size === undefined ? undefined : { offset: offset ?? 0, length: size };
}

const encoder = new TextEncoder();

/** @param {WritableStreamDefaultWriter<Bytes>} writer @param {AsyncIterable<Bytes>} blob */
async function writeBase64(writer, blob) {
  let rest = new Uint8Array(0);
  for await (const chunk of blob) {
    const joined = new Uint8Array(rest.length + chunk.length);
    joined.set(rest);
    joined.set(chunk, rest.length);
    const whole = joined.length - (joined.length % 3);
    rest = joined.slice(whole);
    if (whole > 0) await writer.write(base64(joined.subarray(0, whole)));
  }
  if (rest.length > 0) await writer.write(base64(rest));
}

/** @param {Bytes} bytes */
function base64(bytes) {
  // @ts-expect-error the platform has it, TypeScript's library does not know it yet
  return encoder.encode(bytes.toBase64());
}
