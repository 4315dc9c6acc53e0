// JSON Web Tokens, compact form, with the three algorithms that the sandbox signs with.

import { createHmac, sign, timingSafeEqual, verify } from 'node:crypto';

/** @typedef {import('node:crypto').KeyObject} KeyObject */
/** @typedef {'EdDSA' | 'ES256' | 'HS256'} Algorithm */
/** @typedef {Record<string, any>} Claims */

/** @param {unknown} value */
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * @param {Algorithm} algorithm
 * @param {KeyObject | Buffer} key  Private key, or the secret for HS256.
 * @param {Claims} claims
 * @param {Record<string, string>} [header]  More header fields, such as kid.
 * @returns {string}
 */
export function signJwt(algorithm, key, claims, header = {}) {
  const signed = `${encode({ alg: algorithm, typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${signed}.${signature(algorithm, key, signed).toString('base64url')}`;
}

/**
 * @param {Algorithm} algorithm
 * @param {KeyObject | Buffer} key
 * @param {string} signed
 * @returns {Buffer}
 */
function signature(algorithm, key, signed) {
  const bytes = Buffer.from(signed);
  if (algorithm === 'HS256') return createHmac('sha256', key).update(bytes).digest();
  const pair = /** @type {KeyObject} */ (key);
  if (algorithm === 'EdDSA') return sign(null, bytes, pair);
  return sign('sha256', bytes, { key: pair, dsaEncoding: 'ieee-p1363' });
}

/**
 * The claims of a token with a right signature, or null. Expiry is not looked at.
 *
 * @param {Algorithm} algorithm  The one that the caller expects; the token cannot choose.
 * @param {KeyObject | Buffer} key  Public key, or the secret for HS256.
 * @param {string} token
 * @returns {Claims | null}
 */
export function verifyJwt(algorithm, key, token) {
  const [head = '', body = '', proof = '', ...rest] = token.split('.');
  if (rest.length > 0 || proof === '') return null;
  try {
    if (JSON.parse(Buffer.from(head, 'base64url').toString()).alg !== algorithm) return null;
    if (!isSignedBy(algorithm, key, `${head}.${body}`, Buffer.from(proof, 'base64url')))
      return null;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
    return claims !== null && typeof claims === 'object' ? claims : null;
  } catch {
    return null;
  }
}

/**
 * @param {Algorithm} algorithm
 * @param {KeyObject | Buffer} key
 * @param {string} signed
 * @param {Buffer} proof
 */
function isSignedBy(algorithm, key, signed, proof) {
  if (algorithm === 'HS256') {
    const expected = signature('HS256', key, signed);
    return expected.length === proof.length && timingSafeEqual(expected, proof);
  }
  const bytes = Buffer.from(signed);
  const pair = /** @type {KeyObject} */ (key);
  if (algorithm === 'EdDSA') return verify(null, bytes, pair, proof);
  return verify('sha256', bytes, { key: pair, dsaEncoding: 'ieee-p1363' }, proof);
}
