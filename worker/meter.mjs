// One app key: one Durable Object, which owns every call of the key from before it is sent to the
// provider until it is charged (shared/gateway/meter.h). It holds the upstream's answer itself, so
// that a caller who hangs up changes nothing about what is charged.
//
// The end of an answer leaves only when its row is on the disk; everything before leaves at once.
// Rows go to the account a moment later, at least once.

import { DurableObject } from 'cloudflare:workers';
import core from '../build/worker/fairway.wasm';

import { readAtMost } from './body.mjs';
import { noBytes } from './frame.mjs';
import { describe, log } from './log.mjs';
import { MeterCore } from './meter_core.mjs';
import { settingsFrom } from './settings.mjs';
import { runSql } from './sql.mjs';
import { PassedStream, answerBytesMax } from './upstream_body.mjs';

/** @typedef {import('./env.d.ts').Env} Env */
/**
 * A call that was let through.
 * @typedef {object} Start
 * @property {number} number @property {string} url @property {[string, string][]} headers
 * @property {boolean} stream @property {number} output_tokens_max
 */

const bodyBytesMax = 20 << 20;
const rowsAtOnce = 200;
const deliveryPause_ms = 500;
// A float goes back when nobody has called for so long.
const idle_ms = 30_000;
// So long nobody asks again for what the account did not have.
const dry_ms = 250;
const shownHeaders = [
  'content-type',
  'x-request-id',
  'request-id',
  'openai-version',
  'openai-processing-ms',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
];

/** @extends {DurableObject<Env>} */
export class Meter extends DurableObject {
  /** @type {MeterCore | null} */ #core = null;
  /** @type {Promise<MeterCore> | null} */ #opening = null;
  /** @type {Promise<void> | null} */ #delivering = null;
  /** @type {Promise<unknown>} loans one after another */ #loans = Promise.resolve();
  /** @type {{number: number, nanos: number} | null} on its way back to the account */
  #return = null;
  /** @type {Record<string, unknown> | null} asked for and not answered yet */ #loan = null;
  // Of this epoch.
  #loanCount = 0;
  #returnCount = 0;
  #epoch = '';
  #keyId = '';
  #account = '';
  #lastCall_ms = 0;
  #isAwaited = false; // by an alarm
  #dryNanos = 0;
  #dryUntil_ms = 0;

  /** @param {Request} request */
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/meter/changed') return this.#changed(await request.json());
    if (pathname === '/meter/recall') return this.#recall();
    return this.#call(request);
  }

  /** Delivers what is left of earlier calls and gives the float back. */
  async alarm() {
    const key = this.ctx.storage.kv.get('key');
    if (key === undefined) return;
    [this.#keyId, this.#account] = /** @type {[string, string]} */ (key);
    await this.#opened();
    await this.#deliver();
    this.#isAwaited = false;
    if (Date.now() - this.#lastCall_ms < idle_ms) return this.#wake();
    const meter = await this.#opened();
    await (this.#loans = this.#loans.then(() => this.#settleLoan(meter)).catch(() => {}));
    await this.#giveBack();
  }

  async #wake() {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    await this.ctx.storage.setAlarm(Date.now() + idle_ms);
  }

  // --- A call ---

  /** @param {Request} request */
  async #call(request) {
    const id = header(request, 'x-fairway-call-id');
    const service = header(request, 'x-fairway-service');
    const key = header(request, 'x-fairway-key');
    const bytes = await readAtMost(request, bodyBytesMax);
    try {
      const known = await this.#know(key);
      if (!known) return refused(this.#bare().ask({ op: 'refuse', service, id, failure: noKey }));
      const meter = await this.#opened();
      this.#lastCall_ms = Date.now();
      if (bytes === null)
        return refused(meter.ask({ op: 'refuse', service, id, failure: tooLarge }));
      const begun = await this.#begin(
        meter,
        {
          op: 'begin',
          id,
          key,
          service,
          method: request.method,
          path: header(request, 'x-fairway-path'),
          headers: [...request.headers],
        },
        bytes,
      );
      if (begun.control.refusal) return refused(begun);
      return await this.#send(meter, begun.control.start, request.method, begun.bytes, service, id);
    } catch (error) {
      if (error instanceof Refused)
        return refused(this.#bare().ask({ op: 'refuse', service, id, failure: error.failure }));
      this.#broke(error, id);
      return refused(this.#bare().ask({ op: 'refuse', service, id, failure: broken }));
    }
  }

  /** Begins the call, borrowing first where the float is too small.
   * @param {MeterCore} meter @param {Record<string, unknown>} question @param {Bytes} body */
  async #begin(meter, question, body) {
    let answer = this.#turn(() => meter.ask(question, body));
    if (!answer.control.needs) return answer;
    const { nanos_min, nanos_wanted } = answer.control.needs;
    const loan = this.#loans.then(() => this.#borrow(meter, nanos_min, nanos_wanted));
    this.#loans = loan.catch(() => {});
    await loan;
    answer = this.#turn(() => meter.ask({ ...question, has_borrowed: true }, body));
    return answer;
  }

  /** @param {MeterCore} meter @param {number} nanos_min @param {number} nanos_wanted */
  async #borrow(meter, nanos_min, nanos_wanted) {
    if (nanos_min >= this.#dryNanos && Date.now() < this.#dryUntil_ms) return;
    // Whatever is lent goes back by the alarm, wherever this object dies.
    await this.#wake();
    let nanos = await this.#settleLoan(meter);
    const first = await this.#lend(meter, nanos_min, nanos_wanted);
    nanos += first.nanos;
    if (first.borrowers.length > 0) {
      await this.#askAccount({ verb: 'recall', borrowers: first.borrowers });
      const rest = Math.max(1, nanos_min - nanos);
      nanos += (await this.#lend(meter, rest, rest)).nanos;
    }
    if (nanos >= nanos_min) return;
    this.#dryNanos = nanos_min - nanos;
    this.#dryUntil_ms = Date.now() + dry_ms;
  }

  /** @param {MeterCore} meter @param {number} nanos_min @param {number} nanos_wanted */
  async #lend(meter, nanos_min, nanos_wanted) {
    const loan = ++this.#loanCount;
    this.#loan = { verb: 'lend', epoch: this.#epoch, loan, nanos_min, nanos_wanted };
    const answer = await this.#askAccount(this.#loan);
    if (this.#core !== meter) throw new Refused(broken);
    meter.ask({ op: 'borrowed', nanos: answer.nanos });
    this.#loan = null;
    return answer;
  }

  /** A loan whose answer got lost is asked for again: it is the same one.
   * @param {MeterCore} meter */
  async #settleLoan(meter) {
    if (this.#loan === null) return 0;
    const { nanos } = await this.#askAccount(this.#loan);
    if (this.#core !== meter) throw new Refused(broken);
    meter.ask({ op: 'borrowed', nanos });
    this.#loan = null;
    return nanos;
  }

  /**
   * @param {MeterCore} meter @param {Start} start @param {string} method @param {Bytes} body
   * @param {string} service @param {string} id
   */
  async #send(meter, start, method, body, service, id) {
    let upstream;
    try {
      upstream = await fetch(start.url, {
        method,
        headers: start.headers,
        body: method === 'GET' ? null : body,
        redirect: 'manual',
      });
    } catch (error) {
      log('info', 'upstream_unreachable', { call_id: id, service, ...describe(error) });
      await this.#end(meter, start.number, 0, '', 'cut', noBytes);
      return refused(meter.ask({ op: 'refuse', service, id, failure: unreachable }));
    }
    const headers = shown(upstream.headers);
    headers.set('x-fairway-call-id', id);
    if (start.output_tokens_max > 0) {
      headers.set('x-fairway-output-tokens-max', String(start.output_tokens_max));
    }
    const upstreamId =
      upstream.headers.get('x-request-id') ?? upstream.headers.get('request-id') ?? '';
    const isStream = start.stream && upstream.ok && upstream.body !== null;
    if (isStream) {
      const stream = this.#pass(meter, start.number, upstream, upstreamId);
      return new Response(stream, { status: upstream.status, headers });
    }
    return this.#whole(meter, start.number, upstream, upstreamId, headers, service, id);
  }

  /**
   * @param {MeterCore} meter @param {number} number @param {Response} upstream
   * @param {string} upstreamId @param {Headers} headers @param {string} service @param {string} id
   */
  async #whole(meter, number, upstream, upstreamId, headers, service, id) {
    let bytes = null;
    try {
      bytes = await readAtMost(upstream, answerBytesMax);
    } catch (error) {
      log('info', 'upstream_cut', { call_id: id, service, ...describe(error) });
    }
    if (bytes === null) {
      await this.#end(meter, number, upstream.status, upstreamId, 'cut', noBytes);
      return refused(meter.ask({ op: 'refuse', service, id, failure: unreachable }));
    }
    await this.#end(meter, number, upstream.status, upstreamId, 'whole', bytes);
    // The platform's key was refused: nothing that the caller could mend.
    if (upstream.status === 401 || upstream.status === 403) {
      log('error', 'upstream_refused', { call_id: id, service, status: upstream.status });
      return refused(meter.ask({ op: 'refuse', service, id, failure: refusedKey }));
    }
    return new Response(bytes, { status: upstream.status, headers });
  }

  /**
   * The provider's stream on its way to the caller. When the caller hangs up, it is read to its end
   * all the same: the provider charges it.
   * @param {MeterCore} meter @param {number} number @param {Response} upstream
   * @param {string} upstreamId
   */
  #pass(meter, number, upstream, upstreamId) {
    const body = /** @type {ReadableStream<Bytes>} */ (upstream.body);
    const source = new PassedStream(body, {
      feed: (bytes) => meter.feed(number, bytes),
      end: async (isWhole) => {
        const tail = isWhole ? meter.ask({ op: 'tail', number }).bytes : noBytes;
        const how = isWhole ? 'stream' : 'cut';
        await this.#end(meter, number, upstream.status, upstreamId, how, noBytes);
        return tail;
      },
      broke: (error) => this.#broke(error, ''),
    });
    this.ctx.waitUntil(source.settled);
    return source.stream;
  }

  /**
   * Charges a call. When this returns, the row is on the disk.
   * @param {MeterCore} meter @param {number} number @param {number} status
   * @param {string} upstreamId @param {'whole' | 'stream' | 'cut'} how @param {Bytes} body
   */
  async #end(meter, number, status, upstreamId, how, body) {
    if (this.#core !== meter) return; // A crash of the core ended it.
    const question = { op: 'end', number, status, upstream_id: upstreamId, how };
    this.#turn(() => meter.ask(question, body));
    await this.ctx.storage.sync();
    this.#deliverSoon();
  }

  // --- The account ---

  /** Whose key it is; the first sight of it is kept for the alarm. @param {string} key */
  async #know(key) {
    const { key_id, account } = this.#bare().ask({ op: 'parse', key }).control;
    if (!key_id) return false;
    if (this.#keyId === '') [this.#keyId, this.#account] = [key_id, account];
    return this.#keyId === key_id && this.#account === account;
  }

  /** The core with an epoch of its own; opens it when there is none. */
  #opened() {
    this.#opening ??= this.#open();
    this.#opening.catch(() => (this.#opening = null));
    return this.#opening;
  }

  async #open() {
    const meter = this.#bare();
    this.#epoch = crypto.randomUUID();
    this.#return = null;
    this.#loan = null;
    this.#loanCount = this.#returnCount = 0;
    const { rows } = this.#turn(() => meter.ask({ op: 'open', epoch: this.#epoch })).control;
    const { grant } = await this.#askAccount({ verb: 'open', epoch: this.#epoch, rows });
    if (this.#core !== meter) throw new Refused(broken);
    this.#turn(() => {
      meter.ask({ op: 'opened', grant });
      meter.ask({ op: 'delivered', ids: rows.map((/** @type {{id: string}} */ row) => row.id) });
    });
    this.ctx.storage.kv.put('key', [this.#keyId, this.#account]);
    await this.#wake();
    return meter;
  }

  #bare() {
    this.#core ??= new MeterCore(
      core,
      settingsFrom(this.env),
      (question) => runSql(this.ctx.storage.sql, question, 'write').answer,
    );
    return this.#core;
  }

  /** @template T @param {() => T} enter @returns {T} */
  #turn(enter) {
    return this.ctx.storage.transactionSync(enter);
  }

  /** @param {Record<string, unknown>} question @returns {Promise<any>} */
  async #askAccount(question) {
    const { ACCOUNT } = this.env;
    const account = ACCOUNT.get(ACCOUNT.idFromName(this.#account));
    const body = JSON.stringify({ ...question, key_id: this.#keyId });
    const response = await account.fetch('https://account/meter', {
      method: 'POST',
      headers: { 'x-fairway-user-id': encodeURIComponent(this.#account) },
      body,
    });
    if (!response.ok) throw new Refused(busy);
    const answer = /** @type {any} */ (await response.json());
    if (!answer.failure) return answer;
    if (answer.failure.code === 'stale_meter') this.#forget();
    throw new Refused(answer.failure);
  }

  #deliverSoon() {
    this.#delivering ??= (async () => {
      await new Promise((resolve) => setTimeout(resolve, deliveryPause_ms));
      this.#delivering = null;
      await this.#deliver();
    })().catch((error) => log('info', 'delivery_waits', describe(error)));
    this.ctx.waitUntil(this.#delivering);
  }

  /** Brings rows to the account's books. What fails is left for the alarm. */
  async #deliver() {
    const meter = await this.#opened();
    for (;;) {
      const { rows } = meter.ask({ op: 'deliver', count: rowsAtOnce }).control;
      if (rows.length === 0 && this.#return === null) return;
      const back = this.#return;
      await this.#askAccount({
        verb: 'settle',
        epoch: this.#epoch,
        rows,
        return: back?.number ?? 0,
        returned_nanos: back?.nanos ?? 0,
      });
      if (this.#core !== meter) return;
      if (this.#return === back) this.#return = null;
      const ids = rows.map((/** @type {{id: string}} */ row) => row.id);
      this.#turn(() => meter.ask({ op: 'delivered', ids }));
    }
  }

  async #giveBack() {
    const meter = await this.#opened();
    if (this.#return === null) {
      const { nanos } = meter.ask({ op: 'rest' }).control;
      if (nanos > 0) this.#return = { number: ++this.#returnCount, nanos };
    }
    await this.#deliver();
  }

  // --- What the account says ---

  /** @param {any} change */
  async #changed(change) {
    if (this.#core === null || this.#opening === null) return new Response(null, { status: 204 });
    const meter = await this.#opened();
    meter.ask({ op: 'changed', grant: change.grant });
    return new Response(null, { status: 204 });
  }

  /** Another key needs what lies idle here. Waits for no loan of its own: two keys would wait for
   * each other. */
  async #recall() {
    if (this.#opening !== null) await this.#giveBack();
    return new Response(null, { status: 204 });
  }

  // --- Trouble ---

  /** @param {unknown} error @param {string} id */
  #broke(error, id) {
    log('error', 'meter_broke', { call_id: id, words: this.#core?.lastWords, ...describe(error) });
    this.#forget();
  }

  /** As after a crash: what was only in memory is gone, and a new epoch begins. */
  #forget() {
    this.#core = null;
    this.#opening = null;
  }
}

/** @typedef {{reaction: string, code: string, message: string, hint: string}} Failure */

class Refused extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.code);
    this.failure = failure;
  }
}

/** @param {string} reaction @param {string} code @param {string} message @param {string} hint */
function failure(reaction, code, message, hint) {
  return { reaction, code, message, hint };
}

const noKey = failure(
  'ask_permission',
  'key_unknown',
  'This is no key of a deployed app, or not one in use.',
  "The app's owner makes a key in Fairway and gives it to the app.",
);
const tooLarge = failure(
  'fix_input',
  'body_too_large',
  'The request is larger than 20 MiB.',
  'Send less at once.',
);
const busy = failure(
  'retry_later',
  'account_unavailable',
  'The books of this account did not answer just now. Nothing was sent.',
  'Try again in a moment.',
);
const broken = failure(
  'report_bug',
  'meter_broke',
  'Fairway made a mistake and stopped this call.',
  'Fairway must act: the operator finds the cause under the call id.',
);
const unreachable = failure(
  'retry_later',
  'upstream_unreachable',
  'The provider did not answer, or broke off.',
  'Try again in a moment.',
);
const refusedKey = failure(
  'report_bug',
  'upstream_refused',
  "The provider refused the platform's key.",
  'The operator must act.',
);

/** @param {{control: any, bytes: Bytes}} frame */
function refused({ control, bytes }) {
  const { status, headers } = control.refusal;
  return new Response(bytes, { status, headers });
}

/** @param {Headers} headers */
function shown(headers) {
  const kept = new Headers();
  for (const name of shownHeaders) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept;
}

/** @param {Request} request @param {string} name */
function header(request, name) {
  return decodeURIComponent(request.headers.get(name) ?? '');
}
