// One app key: one Durable Object, which owns every call of the key from before it is sent to the
// provider until it is charged (shared/gateway/meter.h). It holds the upstream's answer itself, so
// that a caller who hangs up changes nothing about what is charged.
//
// The end of an answer leaves only when its row is on the disk; everything before leaves at once.
// A call that comes again (the same Idempotency-Key, or an SDK's own retry) gets the first one's
// answer and is charged once.

import { DurableObject } from 'cloudflare:workers';

import { readAtMost } from './body.mjs';
import { noBytes } from './frame.mjs';
import { describe, log } from './log.mjs';
import { MessagePrices } from './message_prices.mjs';
import { MeterBooks } from './meter_books.mjs';
import {
  Refused,
  broken,
  inFlight,
  noKey,
  otherCall,
  refusedKey,
  tooLarge,
  unknownOutcome,
  unreachable,
} from './meter_failures.mjs';
import { Replays } from './replays.mjs';
import { StorageCalls } from './storage/storage_calls.mjs';
import { PassedStream, answerBytesMax } from './upstream_body.mjs';

/** @typedef {import('./env.d.ts').Env} Env */
/** @typedef {import('./meter_core.mjs').MeterCore} MeterCore */
/** @typedef {import('./recording.mjs').Recording} Recording */
/**
 * A call that came in.
 * @typedef {object} Call
 * @property {string} id @property {string} service @property {string} key
 * @property {string} method @property {string} path @property {[string, string][]} headers
 * @property {Bytes} body @property {string} callback
 */
/**
 * A call that was let through.
 * @typedef {object} Start
 * @property {number} number @property {string} url @property {[string, string][]} headers
 * @property {boolean} stream @property {number} output_tokens_max
 * @property {boolean} repeatable the provider knows it again, or nothing happens twice
 */

const bodyBytesMax = 20 << 20;
const shownHeaders = [
  'content-type',
  'x-request-id',
  'request-id',
  'x-message-id',
  'openai-version',
  'openai-processing-ms',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
];

/** @extends {DurableObject<Env>} */
export class Meter extends DurableObject {
  /** @type {MeterBooks} */ #books;
  /** @type {Replays} */ #replays;
  /** @type {StorageCalls} */ #storage;
  /** @type {MessagePrices} */ #prices;

  /** @param {DurableObjectState} ctx @param {Env} env */
  constructor(ctx, env) {
    super(ctx, env);
    this.#books = new MeterBooks(ctx, env);
    this.#replays = new Replays(ctx.storage.kv);
    this.#prices = new MessagePrices(this.#books, ctx.storage, env.MESSAGE_PRICE_MS);
    const owner = {
      begin: (/** @type {MeterCore} */ meter, /** @type {any} */ question) =>
        this.#ask(meter, question, noBytes),
      end: (
        /** @type {MeterCore} */ meter,
        /** @type {number} */ number,
        /** @type {any} */ answer,
      ) => this.#end(meter, number, answer, 'whole', noBytes),
      refuse: (/** @type {Call} */ call, /** @type {any} */ failure) => this.#refuse(call, failure),
      reopened: () => this.#books.reopened(),
    };
    this.#storage = new StorageCalls(env.STORAGE, ctx.storage, owner, env.STORAGE_SAMPLE_MS);
  }

  /** @param {Request} request */
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/meter/changed') {
      const { grant } = /** @type {{grant: unknown}} */ (await request.json());
      await this.#books.changed(grant);
      await this.#books.giveBack();
      return new Response(null, { status: 204 });
    }
    if (pathname === '/meter/recall') {
      await this.#books.giveBack();
      return new Response(null, { status: 204 });
    }
    if (pathname === '/meter/message') {
      const { id } = /** @type {{id: string}} */ (await request.json());
      return new Response(null, { status: (await this.#prices.told(id)) ? 204 : 503 });
    }
    return this.#answer(request);
  }

  async alarm() {
    const next_ms = this.#replays.forgetOld();
    await this.#books.handleAlarm();
    await this.#storage.sampleWhenDue();
    await this.#prices.askWhenDue();
    await this.#storage.wake();
    await this.#prices.wake();
    // Answers hold what people wrote: they go after their time, also when nobody calls any more.
    const { storage } = this.ctx;
    if (next_ms !== null && (await storage.getAlarm()) === null) await storage.setAlarm(next_ms);
  }

  /** @param {Request} request */
  async #answer(request) {
    const call = {
      id: header(request, 'x-fairway-call-id'),
      service: header(request, 'x-fairway-service'),
      key: header(request, 'x-fairway-key'),
      method: request.method,
      path: header(request, 'x-fairway-path'),
      headers: [...request.headers],
      body: noBytes,
      callback: header(request, 'x-fairway-callback'),
    };
    try {
      if (call.service === 'storage') {
        if (!this.#books.knows(call.key)) return this.#refuse(call, noKey);
        return await this.#storage.answer(await this.#books.opened(), call, request);
      }
      const body = await readAtMost(request, bodyBytesMax);
      if (!this.#books.knows(call.key)) return this.#refuse(call, noKey);
      const meter = await this.#books.opened();
      if (body === null) return this.#refuse(call, tooLarge);
      return await this.#once(meter, { ...call, body });
    } catch (error) {
      if (error instanceof Refused) return this.#refuse(call, error.failure);
      this.#broke(error, call.id);
      return this.#refuse(call, broken);
    }
  }

  /** A call that was made before is not made again. @param {MeterCore} meter @param {Call} call */
  async #once(meter, call) {
    const name = await this.#replays.nameOf(call);
    if (name === null) return this.#make(meter, call, null);
    for (;;) {
      const found = this.#replays.find(name);
      if (found === null) return this.#make(meter, call, name);
      const { control, bytes } = meter.ask({ op: 'check', ...withoutBody(call) });
      if (control.refusal) return refused({ control, bytes });
      if (found.fingerprint !== name.fingerprint) return this.#refuse(call, otherCall);
      if (!found.isKept) return this.#refuse(call, inFlight);
      const answer = await found.response();
      if (answer !== null) return answer;
    }
  }

  /**
   * @param {MeterCore} meter @param {Call} call
   * @param {import('./replays.mjs').Name | null} name it is remembered by
   */
  async #make(meter, call, name) {
    const recording = name && this.#replays.begin(name);
    try {
      const begun = await this.#ask(meter, { op: 'begin', ...withoutBody(call) }, call.body);
      if (begun.control.refusal) {
        recording?.breakOff('refused');
        return refused(begun);
      }
      return await this.#send(
        meter,
        begun.control.start,
        { ...call, body: begun.bytes },
        recording,
      );
    } catch (error) {
      recording?.breakOff(error);
      throw error;
    } finally {
      if (name && recording) this.#replays.keepWhenEnded(name, recording);
    }
  }

  /** Begins a call, borrowing first where the float is too small.
   * @param {MeterCore} meter @param {Record<string, unknown>} question @param {Bytes} body */
  async #ask(meter, question, body) {
    const answer = this.#books.turn(() => meter.ask(question, body));
    if (!answer.control.needs) return answer;
    await this.#books.borrow(meter, answer.control.needs);
    return this.#books.turn(() => meter.ask({ ...question, has_borrowed: true }, body));
  }

  /** @param {MeterCore} meter @param {Start} start @param {Call} call
   *  @param {Recording | null} recording */
  async #send(meter, start, call, recording) {
    let upstream;
    try {
      upstream = await fetch(start.url, {
        method: call.method,
        headers: start.headers,
        body: call.method === 'GET' ? null : call.body,
        redirect: 'manual',
      });
    } catch (error) {
      log('info', 'upstream_unreachable', { call_id: call.id, ...describe(error) });
      await this.#end(meter, start.number, null, 'cut', noBytes);
      return this.#lose(start, call, recording);
    }
    const headers = shown(upstream.headers);
    headers.set('x-fairway-call-id', call.id);
    if (start.output_tokens_max > 0) {
      headers.set('x-fairway-output-tokens-max', String(start.output_tokens_max));
    }
    if (start.stream && upstream.ok && upstream.body !== null) {
      recording?.begin(upstream.status, headers);
      const stream = this.#pass(meter, start.number, upstream, recording);
      return new Response(stream, { status: upstream.status, headers });
    }
    return this.#whole(meter, start, upstream, { call, headers, recording });
  }

  /** Nobody knows what became of a call. Where it might happen twice, who asks again under the same
   * Idempotency-Key is told the same.
   * @param {Start} start @param {Call} call @param {Recording | null} recording */
  #lose(start, call, recording) {
    if (start.repeatable) {
      recording?.breakOff('no answer');
      return this.#refuse(call, unreachable);
    }
    const { service, id } = call;
    const frame = this.#books.bare().ask({ op: 'refuse', service, id, failure: unknownOutcome });
    const { status, headers } = frame.control.refusal;
    recording?.begin(status, new Headers(headers));
    recording?.add(frame.bytes);
    recording?.end();
    return refused(frame);
  }

  /**
   * @param {MeterCore} meter @param {Start} start @param {Response} upstream
   * @param {{call: Call, headers: Headers, recording: Recording | null}} about
   */
  async #whole(meter, start, upstream, { call, headers, recording }) {
    const read = await readAtMost(upstream, answerBytesMax).catch((error) => {
      log('info', 'upstream_cut', { call_id: call.id, ...describe(error) });
      return null;
    });
    const how = read === null ? 'cut' : 'whole';
    const end = await this.#end(meter, start.number, upstream, how, read ?? noBytes);
    if (end?.control.key_refused) {
      log('error', 'upstream_refused', { call_id: call.id, status: upstream.status });
      recording?.breakOff('no answer');
      return this.#refuse(call, refusedKey);
    }
    if (read === null) return this.#lose(start, call, recording);
    const plain = end?.control.plain;
    if (plain) headers.set('content-type', 'application/json');
    const status = plain?.status ?? upstream.status;
    const bytes = plain ? end.bytes : read;
    if (!upstream.ok) recording?.breakOff(`status ${status}`);
    recording?.begin(status, headers);
    recording?.add(bytes);
    recording?.end();
    return new Response(bytes.length === 0 ? null : bytes, { status, headers });
  }

  /**
   * The provider's stream on its way to the caller.
   * @param {MeterCore} meter @param {number} number @param {Response} upstream
   * @param {Recording | null} recording
   */
  #pass(meter, number, upstream, recording) {
    const body = /** @type {ReadableStream<Bytes>} */ (upstream.body);
    let last = noBytes; // what completes the answer waits for its row
    const source = new PassedStream(body, {
      feed: (bytes) => {
        const fed = meter.feed(number, bytes);
        if (fed.isComplete) last = fed.passed;
        else recording?.add(fed.passed);
        return fed;
      },
      end: async (isWhole) => {
        const tail = isWhole ? meter.ask({ op: 'tail', number }).bytes : noBytes;
        await this.#end(meter, number, upstream, isWhole ? 'stream' : 'cut', noBytes);
        recording?.add(last);
        recording?.add(tail);
        if (isWhole) recording?.end();
        else recording?.breakOff('the stream broke off');
        return tail;
      },
      broke: (error) => {
        recording?.breakOff(error);
        this.#broke(error, '');
      },
    });
    this.ctx.waitUntil(source.settled);
    return source.stream;
  }

  /**
   * Charges a call. When this returns, the row is on the disk.
   * @param {MeterCore} meter @param {number} number
   * @param {Response | null} upstream null: it never answered
   * @param {'whole' | 'stream' | 'cut'} how @param {Bytes} body
   */
  async #end(meter, number, upstream, how, body) {
    if (!this.#books.isPresent(meter)) return null; // A crash of the core ended it.
    const { status, headers } = upstream ?? { status: 0, headers: new Headers() };
    const named = ['x-message-id', 'x-request-id', 'request-id'].map((name) => headers.get(name));
    const upstream_id = named.find((id) => id !== null) ?? '';
    const question = { op: 'end', number, status, upstream_id, how };
    let end = this.#books.turn(() => meter.ask(question, body));
    const { needs_vocabulary } = end.control;
    if (needs_vocabulary) {
      const vocabulary = await this.#vocabulary(needs_vocabulary);
      if (!this.#books.isPresent(meter)) return null;
      if (vocabulary !== null) meter.ask({ op: 'vocabulary' }, vocabulary);
      end = this.#books.turn(() => meter.ask({ ...question, without_vocabulary: true }, body));
    }
    await this.ctx.storage.sync();
    this.#books.deliverSoon();
    const { awaits_price, row } = end.control;
    if (awaits_price) this.ctx.waitUntil(this.#prices.charged(row.upstream_id));
    return end;
  }

  /** With which tokens are counted that nobody reported (shared/metering/tokens.h).
   * @param {string} name */
  async #vocabulary(name) {
    try {
      const answer = await this.env.ASSETS.fetch(`https://assets/tokens/${name}.ranks`);
      if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
      log('error', 'vocabulary_missing', { name, status: answer.status });
    } catch (error) {
      log('error', 'vocabulary_missing', { name, ...describe(error) });
    }
    return null;
  }

  /** @param {Call} call @param {import('./meter_failures.mjs').Failure} failure */
  #refuse({ service, id }, failure) {
    return refused(this.#books.bare().ask({ op: 'refuse', service, id, failure }));
  }

  /** @param {unknown} error @param {string} id */
  #broke(error, id) {
    const words = this.#books.bare().lastWords;
    log('error', 'meter_broke', { call_id: id, words, ...describe(error) });
    this.#books.forget();
  }
}

/** @param {Call} call */
function withoutBody({ id, key, service, method, path, headers, callback }) {
  return { id, key, service, method, path, headers, callback };
}

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
