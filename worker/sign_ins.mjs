// Who signed in lately. Reading requests come in crowds (a dashboard that follows a deployment),
// all with the same token: the core verifies it once a minute, not every time.
//
// Kept are only sign-ins that the core has verified, in the memory of this isolate, under exactly
// the headers that they were verified by. None outlives its token, and none lives for more than a
// minute: so much later than without this does a key that was taken back stop working. Requests
// that change something are always verified, for there more counts than the token.

/** @typedef {{id: string, email: string}} User */

const keptMsMax = 60_000;
const keptMax = 1_000;
const keyCharsMax = 4_096;

/**
 * What the core looks at to know who reads; null for requests that are not kept.
 * @param {Request} request @param {URL} url
 */
function keyOf({ method, headers }, url) {
  if (method !== 'GET' && method !== 'HEAD') return null;
  const key = `${url.protocol}\n${headers.get('authorization')}\n${headers.get('cookie')}`;
  return key.length <= keyCharsMax ? key : null;
}

export class SignIns {
  /** @type {Map<string, {user: User, untilMs: number}>} */ #kept = new Map();

  /** @param {Request} request @param {URL} url @param {number} now_ms
   *  @returns {User | null} */
  find(request, url, now_ms) {
    const key = keyOf(request, url);
    const found = key === null ? undefined : this.#kept.get(key);
    return found !== undefined && now_ms < found.untilMs ? found.user : null;
  }

  /** @param {Request} request @param {URL} url @param {User} user whom the core has verified
   *  @param {number} validUntil_ms of the token @param {number} now_ms */
  keep(request, url, user, validUntil_ms, now_ms) {
    const key = keyOf(request, url);
    if (key === null) return;
    this.#kept.delete(key);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < keptMax) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(key, { user, untilMs: Math.min(validUntil_ms, now_ms + keptMsMax) });
  }
}
