// Calls that may come again, and what they were answered. A call is known by its Idempotency-Key
// for 24 hours, on the disk too; one without, by what was asked, for the ten minutes in which an
// SDK repeats it by itself (it says so by x-stainless-retry-count).
//
// Only answers with a status of success are given again: after any other the call is made anew.

import { Recording } from './recording.mjs';

const keyLife_ms = 24 * 3_600_000;
const retryLife_ms = 600_000;
const recordings_max = 200;
const prefix = 'answer:';
// Beside each answer when it goes, first, so that old ones are found without reading the others.
const expiryPrefix = 'answer-until:';

/** @typedef {{name: string, fingerprint: string, life_ms: number}} Name */
/** @typedef {{fingerprint: string, until_ms: number, status: number,
 *    headers: [string, string][], body: Bytes}} Kept */

export class Replays {
  /** @type {Map<string, {recording: Recording, until_ms: number}>} */ #recent = new Map();
  /** @type {DurableObjectState['storage']['kv']} */ #kv;

  /** @param {DurableObjectState['storage']['kv']} kv */
  constructor(kv) {
    this.#kv = kv;
  }

  /**
   * By what a call is remembered; null when it never comes again.
   * @param {{service: string, method: string, path: string, headers: [string, string][],
   *   body: Bytes}} call
   * @returns {Promise<Name | null>}
   */
  async nameOf({ service, method, path, headers, body }) {
    if (method === 'GET') return null;
    const value = (/** @type {string} */ wanted) => headers.find(([name]) => name === wanted)?.[1];
    const key = value('idempotency-key');
    const retries = value('x-stainless-retry-count');
    if (key === undefined && retries === undefined) return null;
    const fingerprint = `${service} ${path} ${await sha256Hex(body)}`;
    if (key !== undefined) {
      const name = `key ${await sha256Hex(new TextEncoder().encode(key))}`;
      return { name, fingerprint, life_ms: keyLife_ms };
    }
    // The first try is a new call, however much it is like an earlier one.
    if (retries === '0') this.#recent.delete(fingerprint);
    return { name: fingerprint, fingerprint, life_ms: retryLife_ms };
  }

  /** @param {Name} name @returns {Recording | null} */
  find({ name }) {
    const recent = this.#recent.get(name);
    const isRecent = recent !== undefined && recent.until_ms > Date.now();
    if (isRecent && !recent.recording.hasFailed) return recent.recording;
    const kept = /** @type {Kept | undefined} */ (this.#kv.get(prefix + name));
    if (kept === undefined || kept.until_ms <= Date.now()) return null;
    const recording = new Recording(kept.fingerprint);
    recording.begin(kept.status, new Headers(kept.headers));
    recording.add(kept.body);
    recording.end();
    return recording;
  }

  /** @param {Name} name */
  begin({ name, fingerprint, life_ms }) {
    const recording = new Recording(fingerprint);
    this.#recent.delete(name);
    this.#recent.set(name, { recording, until_ms: Date.now() + life_ms });
    // What is under way stays: its repeat would be sent a second time.
    for (const [oldest, { recording: older }] of this.#recent) {
      if (this.#recent.size <= recordings_max) break;
      if (older.hasEnded) this.#recent.delete(oldest);
    }
    return recording;
  }

  /** An answer under an Idempotency-Key outlives this object. @param {Name} name
   *  @param {Recording} recording */
  keepWhenEnded({ name, fingerprint, life_ms }, recording) {
    void recording.ended.then(() => {
      const kept = recording.kept();
      if (kept === null) {
        if (this.#recent.get(name)?.recording === recording) this.#recent.delete(name);
      } else if (life_ms === keyLife_ms) {
        const until_ms = Date.now() + life_ms;
        this.#kv.put(prefix + name, { fingerprint, until_ms, ...kept });
        this.#kv.put(`${expiryPrefix}${until_ms}:${name}`, name);
      }
    });
  }

  /** Drops what is over; tells when the next answer on the disk will be.
   * @returns {number | null} */
  forgetOld() {
    const now_ms = Date.now();
    for (const [name, { until_ms }] of this.#recent) {
      if (until_ms <= now_ms) this.#recent.delete(name);
    }
    /** @type {[string, string][]} */ const over = [];
    let next_ms = null;
    for (const [place, name] of this.#kv.list({ prefix: expiryPrefix })) {
      const until_ms = Number.parseInt(place.slice(expiryPrefix.length));
      if (until_ms > now_ms) {
        next_ms = until_ms;
        break;
      }
      over.push([place, /** @type {string} */ (name)]);
    }
    for (const [place, name] of over) this.#forget(place, name);
    return next_ms;
  }

  /** An answer made anew under the same key lives on. @param {string} place of its end
   *  @param {string} name */
  #forget(place, name) {
    const kept = /** @type {Kept | undefined} */ (this.#kv.get(prefix + name));
    if (kept !== undefined && kept.until_ms <= Date.now()) this.#kv.delete(prefix + name);
    this.#kv.delete(place);
  }
}

/** @param {Bytes} bytes */
async function sha256Hex(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
