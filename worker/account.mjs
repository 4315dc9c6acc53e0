// One user: one Durable Object, one SQLite, and the alarm that moves their jobs on.
//
// A turn of the core that may write is one transaction, together with the alarm that it makes
// necessary: a job that is stored has an alarm that will run it, wherever the machine dies. Alarms
// fire at least once; jobs go on from their journal.

import { DurableObject } from 'cloudflare:workers';
import core from '../build/worker/fairway.wasm';

import { readAtMost } from './body.mjs';
import { noBytes } from './frame.mjs';
import { Pool } from './instance.mjs';
import { describe, log } from './log.mjs';
import { BlobStore } from './ports/blobs.mjs';
import { answerPort } from './ports/ports.mjs';
import { Pump } from './pump.mjs';
import { apiHeaders, bodyTooLarge, guarded, trapped } from './respond.mjs';
import { settingsFrom } from './settings.mjs';
import { runSql } from './sql.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */
/** @typedef {import('./instance.mjs').World} World */
/** @typedef {import('./env.d.ts').Env} Env */

const bodyBytesMax = 8 << 20;

/** @extends {DurableObject<Env>} */
export class Account extends DurableObject {
  /** @type {Pool} */ #pool;
  /** @type {Pump} */ #pump;
  /** @type {BlobStore | null} */ #blobs = null;
  /** @type {World | null} */ #reading = null;
  /** @type {string | undefined} the user, once it is stored */ #userId;
  /** @type {Promise<unknown> | null} ends when the schema is the newest */ #opened = null;

  /** @param {DurableObjectState} ctx @param {Env} env */
  constructor(ctx, env) {
    super(ctx, env);
    this.#pool = new Pool(core, settingsFrom(env));
    this.#pump = new Pump({
      run: (isAlone) => this.#runJobs(isAlone),
      setAlarm: (at_ms) => void ctx.storage.setAlarm(at_ms),
      trapped: (error) => log('error', 'jobs_trapped', describe(error)),
    });
  }

  /**
   * A request that the front has authenticated.
   * @param {Request} request
   */
  async fetch(request) {
    const url = new URL(request.url);
    if (url.pathname === '/meter') return this.#serveMeter(request);
    const requestId = header(request, 'x-fairway-request-id');
    const isReading = request.method === 'GET' || request.method === 'HEAD';
    const bytes = await readAtMost(request, bodyBytesMax);
    if (bytes === null) return guarded(bodyTooLarge(requestId), url, requestId);
    const user = {
      id: this.#remember(header(request, 'x-fairway-user-id')),
      email: header(request, 'x-fairway-user-email'),
    };
    const control = {
      run: 'request',
      method: request.method,
      scheme: url.protocol.slice(0, -1),
      host: url.host,
      path: url.pathname,
      query: url.search.slice(1),
      headers: isReading ? [] : passedOn(request),
      user,
      request_id: requestId,
    };
    try {
      await (this.#opened ??= this.#open());
      const answer = await this.#pool.run(control, bytes, (instance) =>
        isReading ? this.#readingWorld() : this.#world(instance, 'after_writing'),
      );
      const { status } = answer.control;
      const own = await this.#tellMeters(answer.control.headers);
      const headers = apiHeaders(url, requestId, own);
      return new Response(answer.bytes.length === 0 ? null : answer.bytes, { status, headers });
    } catch (trap) {
      log('error', 'request_trapped', { request_id: requestId, ...describe(trap) });
      return guarded(trapped(requestId), url, requestId);
    }
  }

  /**
   * A key's meter asks (shared/gateway/serve_meter.h). Only its object can: no address of the front
   * leads here. An account that nobody signed in to has no keys, and is not made by asking.
   * @param {Request} request
   */
  async #serveMeter(request) {
    const account = header(request, 'x-fairway-user-id');
    if (this.#user() === undefined) return Response.json({ failure: noKey });
    if (this.#user() !== account) throw new Error('an account was asked for another user');
    const question = /** @type {any} */ (await request.json());
    await (this.#opened ??= this.#open());
    if (question.verb === 'recall') {
      // The meters that hold a float give back what they do not need.
      const others = question.borrowers.filter(
        (/** @type {string} */ id) => id !== question.key_id,
      );
      await Promise.all(others.map((/** @type {string} */ id) => this.#askMeter(id, 'recall', {})));
      return Response.json({});
    }
    return Response.json(await this.#askCore(account, question));
  }

  /** @param {string} account @param {unknown} question @returns {Promise<any>} */
  async #askCore(account, question) {
    const control = { run: 'meter', account, question };
    const world = (/** @type {Instance} */ instance) => this.#world(instance, 'after_writing');
    return (await this.#pool.run(control, noBytes, world)).control;
  }

  /** @param {string} keyId @param {'recall' | 'changed'} what @param {unknown} body */
  async #askMeter(keyId, what, body) {
    const { METER } = this.env;
    const meter = METER.get(METER.idFromName(keyId));
    const init = { method: 'POST', body: JSON.stringify(body) };
    const response = await meter.fetch(`https://meter/meter/${what}`, init);
    if (!response.ok) throw new Error(`a meter answered ${response.status}`);
  }

  /** Tells the meters of changed keys, and takes the header that names them off the answer.
   * @param {[string, string][]} headers */
  async #tellMeters(headers) {
    const names = headers.find(([name]) => name === 'x-fairway-meters-changed');
    if (names === undefined) return headers;
    await this.#tell(names[1].split(','));
    return headers.filter((header) => header !== names);
  }

  async alarm() {
    await this.#pump.handleAlarm();
  }

  /** Brings the schema up, once in the life of this object: newer code comes with a new one. */
  #open() {
    const opening = this.#pool.run({ run: 'open' }, noBytes, (instance) =>
      this.#world(instance, 'after_writing'),
    );
    opening.catch(() => (this.#opened = null));
    return opening;
  }

  /** @param {boolean} isAlone */
  async #runJobs(isAlone) {
    const control = { run: 'jobs', alone: isAlone };
    await this.#pool.run(control, noBytes, (instance) => this.#world(instance, 'always'));
    await this.#tellUntold().catch((error) => log('info', 'meters_wait', describe(error)));
  }

  /** Jobs revoke keys, too. What is not told now is told after the next run; a meter that works
   * asks by itself within half a minute. */
  async #tellUntold() {
    const ask = async (/** @type {Record<string, unknown>} */ control) => {
      const world = (/** @type {Instance} */ instance) => this.#world(instance, 'after_writing');
      return (await this.#pool.run(control, noBytes, world)).control;
    };
    const { keys } = await ask({ run: 'untold' });
    if (keys.length === 0) return;
    await this.#tell(keys);
    await ask({ run: 'told', keys });
  }

  /** @param {string[]} keys whose meters hear what holds for them now */
  async #tell(keys) {
    const account = String(this.#user());
    const tell = async (/** @type {string} */ key_id) => {
      const { grant } = await this.#askCore(account, { verb: 'grant', key_id });
      await this.#askMeter(key_id, 'changed', { grant });
    };
    await Promise.all(keys.map(tell));
  }

  /** An alarm is not told whose account it is, so the object keeps the user's id.
   * @param {string} id */
  #remember(id) {
    if (this.#user() === undefined) this.ctx.storage.kv.put('user_id', id);
    if (this.#user() !== id) throw new Error('an account was asked for another user');
    return id;
  }

  #user() {
    return (this.#userId ??= /** @type {string | undefined} */ (
      this.ctx.storage.kv.get('user_id')
    ));
  }

  #blobStore() {
    return (this.#blobs ??= new BlobStore(this.env.BLOBS, String(this.#user())));
  }

  /** For requests that change nothing: without a transaction, which costs as much as they do, and
   * so without statements that write.
   * @returns {World} */
  #readingWorld() {
    const { sql } = this.ctx.storage;
    const blobs = this.#blobStore();
    this.#reading ??= {
      turn: (enter) => enter(),
      query: (question) => runSql(sql, question, 'read').answer,
      ask: (question, signal) => answerPort(question, signal, blobs),
    };
    return this.#reading;
  }

  /** @param {Instance} instance
   *  @param {'always' | 'after_writing'} lookForJobs when the pump is told what is due
   *  @returns {World} */
  #world(instance, lookForJobs) {
    const blobs = this.#blobStore();
    const { storage } = this.ctx;
    let changed = false;
    return {
      turn: (enter) => {
        changed = lookForJobs === 'always';
        let due_ms = -1;
        storage.transactionSync(() => {
          enter();
          if (changed) due_ms = instance.nextJobMs();
        });
        if (changed) this.#pump.due(due_ms);
      },
      query: (question) => {
        const answered = runSql(storage.sql, question, 'write');
        changed ||= answered.changed;
        return answered.answer;
      },
      ask: (question, signal) => answerPort(question, signal, blobs),
    };
  }
}

const noKey = { reaction: 'ask_permission', code: 'key_unknown', message: '', hint: '' };

/** What the caller sent and the front let through. @param {Request} request */
function passedOn(request) {
  return [...request.headers].filter(([name]) => !name.startsWith('x-fairway-'));
}

/** @param {Request} request @param {string} name */
function header(request, name) {
  return decodeURIComponent(request.headers.get(name) ?? '');
}
