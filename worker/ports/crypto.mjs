// The crypto port on WebCrypto. Keys come as bytes with every call; only the last HMAC key is kept
// imported, since every request is checked with the same one.

import { noBytes } from '../frame.mjs';
import { PortFailure } from './failure.mjs';

/** @typedef {import('../frame.mjs').Frame} Frame */

/** @param {Frame} question @returns {Promise<Frame>} */
export async function answerCrypto({ control, bytes }) {
  const parts = split(bytes, control.sizes ?? [bytes.length]);
  switch (control.verb) {
    case 'sha256':
      return result(await crypto.subtle.digest('SHA-256', parts[0]));
    case 'hmac_sha256':
      return result(await hmacSha256(parts[0], parts[1]));
    case 'seal': {
      const [key, iv, additionalData, text] = parts;
      const algorithm = { name: 'AES-GCM', iv, additionalData, tagLength: 128 };
      return result(await crypto.subtle.encrypt(algorithm, await aesKey(key, 'encrypt'), text));
    }
    case 'open':
      return result(await open(parts));
    case 'es256_verify':
      return { control: { valid: await es256Verify(parts) }, bytes: noBytes };
    default:
      throw new Error(`cryptography cannot ${control.verb}`);
  }
}

/** @param {ArrayBuffer} buffer @returns {Frame} */
function result(buffer) {
  return { control: {}, bytes: new Uint8Array(buffer) };
}

/** @param {Bytes} bytes @param {number[]} sizes */
function split(bytes, sizes) {
  let at = 0;
  return sizes.map((size) => bytes.subarray(at, (at += size)));
}

/** @type {{bytes: Bytes, imported: CryptoKey} | null} */
let lastHmac = null;

/** @param {Bytes} one @param {Bytes} other */
function isSame(one, other) {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** @param {Bytes} key @param {Bytes} text */
async function hmacSha256(key, text) {
  if (lastHmac === null || !isSame(lastHmac.bytes, key)) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    const imported = crypto.subtle.importKey('raw', key, algorithm, false, ['sign']);
    lastHmac = { bytes: key.slice(), imported: await imported };
  }
  return crypto.subtle.sign('HMAC', lastHmac.imported, text);
}

/** @param {Bytes} key @param {'encrypt' | 'decrypt'} use */
function aesKey(key, use) {
  return crypto.subtle.importKey('raw', key, 'AES-GCM', false, [use]);
}

/** @param {Bytes[]} parts */
async function open([key, iv, additionalData, text]) {
  const imported = await aesKey(key, 'decrypt');
  try {
    const algorithm = { name: 'AES-GCM', iv, additionalData, tagLength: 128 };
    return await crypto.subtle.decrypt(algorithm, imported, text);
  } catch {
    throw new PortFailure('report_bug', 'seal_broken', 'A sealed value does not open.');
  }
}

/** @param {Bytes[]} parts */
async function es256Verify([x, y, signature, text]) {
  const point = new Uint8Array(65);
  point[0] = 4; // uncompressed
  point.set(x, 1);
  point.set(y, 33);
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  try {
    const key = await crypto.subtle.importKey('raw', point, curve, false, ['verify']);
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature, text);
  } catch {
    return false; // The point is not on the curve, or the signature has no right size.
  }
}
