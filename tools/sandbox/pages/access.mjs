// Who may call: API tokens, the short-lived upload tokens of Direct Upload, and the account's limit
// of requests.

import { createHash } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { bearer } from '../frame/http.mjs';
import { ApiError } from './answers.mjs';

/**
 * @typedef {import('../frame/http.mjs').Request} Request
 * @typedef {import('../frame/clock.mjs').Clock} Clock
 */

export const apiToken = 'sandbox-cloudflare-token';
export const accountId = 'sandbox';
const upload_token_s = 30 * 60;
const window_s = 300;
export const files_max = 20_000;

/**
 * Throws the API's own errors: 9106 without a header, 6003 for a malformed one, 10000 for a token
 * that is not known.
 *
 * @param {Request} request
 */
export function requireApiToken(request) {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw new ApiError(400, 9106, 'Missing X-Auth-Key, X-Auth-Email or Authorization headers');
  }
  if (bearer(request) === '') {
    throw new ApiError(400, 6003, 'Invalid request headers', {
      error_chain: [{ code: 6111, message: 'Invalid format for Authorization header' }],
    });
  }
  if (bearer(request) !== apiToken) throw new ApiError(401, 10000, 'Authentication error');
}

/** @param {string} account  From the address. */
export function requireAccount(account) {
  if (account !== accountId) throw new ApiError(403, 10000, 'Authentication error');
}

/**
 * @param {Buffer} secret
 * @param {Clock} clock
 * @param {string} project
 * @returns {Promise<string>}
 */
export function makeUploadToken(secret, clock, project) {
  const now_s = Math.floor(clock.now_ms() / 1000);
  const claims = {
    max_file_count_allowed: files_max,
    account_id: accountId,
    project_name: project,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt(now_s)
    .setExpirationTime(now_s + upload_token_s)
    .sign(secret);
}

/**
 * Throws 8000013 for anything but an upload token that is still good.
 *
 * @param {Buffer} secret
 * @param {Clock} clock
 * @param {Request} request
 */
export async function requireUploadToken(secret, clock, request) {
  const currentDate = new Date(clock.now_ms());
  try {
    await jwtVerify(bearer(request), secret, { algorithms: ['HS256'], currentDate });
  } catch {
    throw new ApiError(401, 8000013, 'Unauthorized: the upload token is missing, wrong or expired');
  }
}

/**
 * The limit of requests per token: after too many within five minutes, all are refused for five.
 *
 * @typedef {(request: Request, quota: number) => {headers: Record<string, string>, wait_s: number}}
 *   RequestLimit  wait_s is 0 for a request that may pass.
 */

/**
 * @param {Clock} clock
 * @returns {RequestLimit}
 */
export function createRequestLimit(clock) {
  /** @type {Map<string, {count: number, ends_ms: number}>} */
  const windows = new Map();
  return (request, quota) => {
    const now_ms = clock.now_ms();
    for (const [key, { ends_ms }] of windows) if (ends_ms <= now_ms) windows.delete(key);
    const who = createHash('sha256').update(bearer(request)).digest('hex');
    const window = windows.get(who) ?? { count: 0, ends_ms: now_ms + window_s * 1000 };
    windows.set(who, window);
    window.count += 1;
    if (window.count === quota + 1) window.ends_ms = now_ms + window_s * 1000;
    const left_s = Math.max(1, Math.ceil((window.ends_ms - now_ms) / 1000));
    const wait_s = window.count > quota ? left_s : 0;
    return {
      wait_s,
      headers: {
        ratelimit: `"default";r=${Math.max(0, quota - window.count)};t=${left_s}`,
        'ratelimit-policy': `"default";q=${quota};w=${window_s}`,
        ...(wait_s > 0 && { 'retry-after': String(wait_s) }),
      },
    };
  };
}
