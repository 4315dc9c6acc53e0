// Database tokens: JWTs signed with Ed25519 by a key pair of the database or of its group. Rotation
// replaces the pair, which ends every token that the old one signed.

import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { signJwt, verifyJwt } from '../frame/jwt.mjs';

/** @returns {string} A new private key, PEM. */
export function newSigningKey() {
  const { privateKey } = generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Seconds of an expiration such as `2w1d30m`; null for `never`, undefined when it cannot be read.
 *
 * @param {string} expiration
 * @returns {number | null | undefined}
 */
export function parseExpiration(expiration) {
  if (expiration === '' || expiration === 'never' || expiration === 'none') return null;
  if (!/^(\d{1,6}[wdhms])+$/.test(expiration)) return undefined;
  /** @type {Record<string, number>} */
  const unit_s = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };
  let total_s = 0;
  for (const [, count, unit = ''] of expiration.matchAll(/(\d+)([wdhms])/g)) {
    total_s += Number(count) * (unit_s[unit] ?? 0);
  }
  return total_s > 0 ? total_s : undefined;
}

/**
 * @param {string} signingKey
 * @param {{id?: string, group?: string, access: 'ro' | 'rw', now_ms: number,
 *   lifetime_s: number | null}} grant
 * @returns {string}
 */
export function mintToken(signingKey, { id, group, access, now_ms, lifetime_s }) {
  const iat = Math.floor(now_ms / 1000);
  return signJwt('EdDSA', createPrivateKey(signingKey), {
    a: access,
    iat,
    ...(lifetime_s === null ? {} : { exp: iat + lifetime_s }),
    ...(id === undefined ? {} : { id }),
    ...(group === undefined ? {} : { gid: group }),
  });
}

/**
 * What a request's Authorization header allows, or the server's words for why it allows nothing.
 *
 * @param {string | undefined} header
 * @param {string[]} signingKeys
 * @param {number} now_ms
 * @returns {{mayWrite: boolean} | {refused: string}}
 */
export function authorize(header, signingKeys, now_ms) {
  if (header === undefined || header === '') {
    return { refused: 'The `Authorization` HTTP header is required but was not specified' };
  }
  const [, scheme = '', token = ''] = /^(\S+) +(\S+)$/.exec(header) ?? [];
  if (token === '') return { refused: 'The `Authorization` HTTP header has invalid value' };
  if (scheme.toLowerCase() !== 'bearer') {
    return {
      refused: 'The authentication scheme in the `Authorization` HTTP header is not supported',
    };
  }
  for (const key of signingKeys) {
    const claims = verifyJwt('EdDSA', createPublicKey(createPrivateKey(key)), token);
    if (claims === null) continue;
    if (typeof claims.exp === 'number' && claims.exp * 1000 <= now_ms) {
      return { refused: 'The JWT has expired' };
    }
    return { mayWrite: claims.a !== 'ro' };
  }
  return { refused: 'The JWT is invalid' };
}
