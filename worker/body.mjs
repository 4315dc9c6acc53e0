// Reading bodies whose size somebody else decides.

import { noBytes } from './frame.mjs';

// A caller who is cut off while sending sees a broken connection instead of the answer. So this
// much more of a request is read, and thrown away.
const drainedBytesMax = 8 << 20;

/**
 * The whole body, or null when it is larger than `sizeMax` bytes.
 * @param {Request | Response} message @param {number} sizeMax
 * @returns {Promise<Bytes | null>}
 */
export async function readAtMost(message, sizeMax) {
  if (message.body === null) return noBytes;
  const readMax = message instanceof Request ? sizeMax + drainedBytesMax : sizeMax;
  const announced = message.headers.get('content-length');
  if (announced !== null && Number(announced) > readMax) {
    await message.body.cancel().catch(() => {});
    return null;
  }
  /** @type {Bytes[]} */
  const chunks = [];
  let total = 0;
  for await (const chunk of message.body) {
    total += chunk.length;
    if (total > readMax) return null;
    if (total <= sizeMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (total > sizeMax) return null;
  return chunks.length === 1 ? chunks[0] : joined(chunks, total);
}

/** @param {Bytes[]} chunks @param {number} total */
function joined(chunks, total) {
  const all = new Uint8Array(total);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
