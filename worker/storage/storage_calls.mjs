// A key's calls to the storage: who signed them, what they cost, what they do; and once a day what
// lies there.

import { readAtMost } from '../body.mjs';
import { describe, log } from '../log.mjs';
import { lateSignature, wrongSignature } from '../meter_failures.mjs';
import { runOperation } from './objects.mjs';
import { isSigned } from './signature.mjs';
import { errorResponse } from './xml.mjs';

/** @typedef {import('../meter_core.mjs').MeterCore} MeterCore */
/** @typedef {import('../meter.mjs').Call} Call */
/** @typedef {import('../meter_failures.mjs').Failure} Failure */
/**
 * What of the key's object is used here.
 * @typedef {object} Owner
 * @property {(meter: MeterCore, question: Record<string, unknown>) => Promise<{control: any,
 *   bytes: Bytes}>} begin
 * @property {(meter: MeterCore, number: number, upstream: Response) => Promise<unknown>} end
 * @property {(call: Call, failure: Failure) => Response} refuse
 * @property {() => Promise<MeterCore | null>} reopened
 */

const day_ms = 86_400_000;
// An app's file comes from our own address: a browser must not take it for a page of ours.
const foreignFile = {
  'content-security-policy': "sandbox; default-src 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};
const dueName = 'storage_due';
// Beside the apps' parts of the bucket: no app is called so.
const sampleFolder = '.samples/';

export class StorageCalls {
  /** @type {R2Bucket} */ #bucket;
  /** @type {DurableObjectState['storage']} */ #storage;
  /** @type {Owner} */ #owner;
  #interval_ms;

  /**
   * @param {R2Bucket} bucket @param {DurableObjectState['storage']} storage
   * @param {Owner} owner @param {unknown} interval a setting, for tests: once a day without it
   */
  constructor(bucket, storage, owner, interval) {
    this.#bucket = bucket;
    this.#storage = storage;
    this.#owner = owner;
    this.#interval_ms = Number(interval) || day_ms;
  }

  /** @param {MeterCore} meter @param {Call} call @param {Request} request
   *  @returns {Promise<Response>} */
  async answer(meter, call, request) {
    const response = await this.#run(meter, call, request);
    for (const [name, value] of Object.entries(foreignFile)) response.headers.set(name, value);
    if (response.status >= 400) await readAtMost(request, 0).catch(() => null);
    if (request.method !== 'HEAD' || response.body === null) return response;
    return new Response(null, { status: response.status, headers: response.headers });
  }

  /** @param {MeterCore} meter @param {Call} call @param {Request} request
   *  @returns {Promise<Response>} */
  async #run(meter, call, request) {
    /** @type {import('./signature.mjs').Claim} */
    const claim = JSON.parse(decodeURIComponent(request.headers.get('x-fairway-claim') ?? ''));
    const { secrets } = meter.ask({ op: 'signers' }).control;
    if (!(await isSigned(claim, secrets))) return this.#owner.refuse(call, wrongSignature);
    if (claim.isLate) return this.#owner.refuse(call, lateSignature);
    const { id, key, service, method, path } = call;
    const question = { id, key, service, method, path, headers: [], callback: '', signed: true };
    const begun = await this.#owner.begin(meter, { op: 'begin', ...question });
    const { refusal, start } = begun.control;
    if (refusal) return new Response(begun.bytes, refusal);
    const response = await this.#operate(start, call, request, claim.payload);
    await this.#owner.end(meter, start.number, response);
    if (response.ok && method !== 'GET' && method !== 'HEAD') await this.#note();
    response.headers.set('x-amz-request-id', id);
    return response;
  }

  /** @param {{operation: string, app_id: string}} start @param {Call} call
   *  @param {Request} request @param {string} payload */
  async #operate({ operation, app_id }, call, request, payload) {
    const { pathname, searchParams: query } = new URL(call.path, 'https://storage');
    const [, name = '', rest = ''] = /^\/([^/]+)\/?([^]*)$/.exec(pathname) ?? [];
    try {
      const key = decodeURIComponent(rest);
      const asked = { operation, request, query, root: `${app_id}/${name}/`, key, payload };
      const response = await runOperation(this.#bucket, asked);
      const { status, headers } = response;
      return new Response(response.body, { status, headers, encodeBody: 'manual' });
    } catch (error) {
      log('error', 'storage_failed', { call_id: call.id, ...describe(error) });
      return errorResponse('InternalError', 500);
    }
  }

  /** Something may lie there from now on. */
  async #note() {
    if (this.#storage.kv.get(dueName) !== undefined) return;
    this.#storage.kv.put(dueName, Date.now() + this.#interval_ms);
    await this.wake();
  }

  /** Wakes the object when it has to look again. */
  async wake() {
    const due_ms = /** @type {number | undefined} */ (this.#storage.kv.get(dueName));
    if (due_ms === undefined) return;
    const next_ms = await this.#storage.getAlarm();
    if (next_ms === null || next_ms > due_ms) await this.#storage.setAlarm(due_ms);
  }

  /** Charges what lies there, once it is time. */
  async sampleWhenDue() {
    const due_ms = /** @type {number | undefined} */ (this.#storage.kv.get(dueName));
    if (due_ms === undefined || Date.now() < due_ms) return;
    const meter = await this.#owner.reopened();
    if (meter === null) return;
    const { app_id } = meter.ask({ op: 'signers' }).control;
    const bytes = await this.#weigh(`${app_id}/`);
    const isMine = await this.#charge(meter, app_id, bytes);
    if (bytes > 0) {
      this.#storage.kv.put(dueName, Date.now() + this.#interval_ms);
    } else {
      this.#storage.kv.delete(dueName);
      await this.#bucket.delete(sampleFolder + app_id);
    }
    log('info', 'storage_sampled', { app_id, bytes, isMine });
  }

  /** @param {string} prefix */
  async #weigh(prefix) {
    let bytes = 0;
    /** @type {string | undefined} */
    let cursor;
    do {
      const found = await this.#bucket.list({ prefix, ...(cursor ? { cursor } : {}) });
      for (const { size } of found.objects) bytes += size;
      cursor = found.truncated ? found.cursor : undefined;
    } while (cursor !== undefined);
    return bytes;
  }

  /**
   * From the last sample of the app to now, whichever of its keys took that: the mark in the bucket
   * moves on for one of them only. Who dies between the mark and the charge has charged nothing.
   * @param {MeterCore} meter @param {string} app_id @param {number} bytes
   */
  async #charge(meter, app_id, bytes) {
    const mark = sampleFolder + app_id;
    const last = await this.#bucket.head(mark);
    const now_ms = Date.now();
    const from_ms = last === null ? now_ms - this.#interval_ms : last.uploaded.getTime();
    const id = `call_${crypto.randomUUID().replaceAll('-', '')}`;
    const duration_ms = Math.max(0, now_ms - from_ms);
    const question = { op: 'stored', id, service: 'storage', bytes, duration_ms };
    const { refusal, start } = (await this.#owner.begin(meter, question)).control;
    // What the limit does not cover is asked for again with the next sample.
    if (refusal) return false;
    const onlyIf = last === null ? new Headers({ 'if-none-match': '*' }) : sameAs(last);
    const put = await this.#bucket.put(mark, new TextEncoder().encode(id), { onlyIf });
    await this.#owner.end(meter, start.number, new Response(null, { status: put ? 200 : 503 }));
    return put !== null;
  }
}

/** @param {R2Object} object */
function sameAs({ httpEtag }) {
  return new Headers({ 'if-match': httpEtag });
}
