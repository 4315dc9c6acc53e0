// Reading bodies whose size somebody else decides.

import { noBytes } from './frame.mjs';

/**
 * The whole body, or null when it is larger than `sizeMax` bytes (the rest is not read).
 * @param {Request | Response} message @param {number} sizeMax
 * @returns {Promise<Bytes | null>}
 */
export async function readAtMost(message, sizeMax) {
  if (message.body === null) return noBytes;
  const announced = message.headers.get('content-length');
  if (announced !== null && Number(announced) > sizeMax) {
    await message.body.cancel().catch(() => {});
    return null;
  }
  /** @type {Bytes[]} */
  const chunks = [];
  let total = 0;
  for await (const chunk of message.body) {
    total += chunk.length;
    if (total > sizeMax) return null;
    chunks.push(chunk);
  }
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
