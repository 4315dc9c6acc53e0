// The front: pages, sign-in, and the door to each user's account.
//
// A request to /api/ is authenticated here by the core, on an instance without a database, and then
// answered inside the user's own Account object. Cookies and tokens go no further than this.

import core from '../build/worker/fairway.wasm';

import { readAtMost } from './body.mjs';
import { noBytes } from './frame.mjs';
import { answerCall } from './gateway.mjs';
import { Pool } from './instance.mjs';
import { describe, log } from './log.mjs';
import { BlobStore } from './ports/blobs.mjs';
import { answerPort } from './ports/ports.mjs';
import { bodyTooLarge, guarded, trapped, unavailable } from './respond.mjs';
import { settingsFrom } from './settings.mjs';
import { SignIns } from './sign_ins.mjs';

export { Account } from './account.mjs';
export { Meter } from './meter.mjs';

/** @typedef {import('./env.d.ts').Env} Env */
/** @typedef {import('./instance.mjs').World} World */

// Routes that belong to no account: the core answers them here.
const openPaths = new Set(['/api/health', '/api/session']);
const openBodyBytesMax = 65_536;
// What of the caller's headers goes on to their account when something is changed.
const passedOn = ['content-type', 'idempotency-key'];
// What the core looks at to know who asks.
const frontHeaders = new Set(['authorization', 'cookie', 'sec-fetch-site', 'x-fairway']);

/** @type {Pool | undefined} */
let pool;
const signIns = new SignIns();

export default {
  /** @param {Request} request @param {Env} env */
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname.startsWith('/api/proxy/')) {
      return answerCall(request, url, env, (control) => runHere(env, control, noBytes));
    }
    if (url.pathname.startsWith('/api/')) return answerApi(request, url, env);
    return guarded(await answerPage(request, url, env), url);
  },
};

/** @param {Request} request @param {URL} url @param {Env} env */
async function answerPage(request, url, env) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return new Response('Only GET works here.\n', { status: 405, headers: { allow: 'GET, HEAD' } });
  }
  if (url.pathname === '/') {
    return new Response(null, { status: 302, headers: { location: env.HOME_PATH } });
  }
  const isDashboard = url.pathname === '/app/dashboard' || url.pathname === '/app/dashboard/';
  const target = new URL(isDashboard ? '/' : url.pathname, url);
  return env.ASSETS.fetch(new Request(target, request));
}

/** @param {Request} request @param {URL} url @param {Env} env */
async function answerApi(request, url, env) {
  const requestId = `req_${crypto.randomUUID().replaceAll('-', '')}`;
  try {
    const front = new Front(request, url, env, requestId);
    if (!openPaths.has(url.pathname)) return await front.passOn();
    return guarded(await front.answer(), url, requestId);
  } catch (error) {
    log('error', 'front_failed', { request_id: requestId, ...describe(error) });
    return guarded(trapped(requestId), url, requestId);
  }
}

class Front {
  /** @param {Request} request @param {URL} url @param {Env} env @param {string} requestId */
  constructor(request, url, env, requestId) {
    this.request = request;
    this.url = url;
    this.env = env;
    this.requestId = requestId;
  }

  /** An open route, answered by the core here. */
  async answer() {
    const bytes = await readAtMost(this.request, openBodyBytesMax);
    if (bytes === null) return bodyTooLarge(this.requestId);
    return responseOf(await this.#run('request', bytes));
  }

  /** Every other route: who asks, and then their account's answer, which is guarded there. */
  async passOn() {
    const { request, url, env, requestId } = this;
    const user = signIns.find(request, url, Date.now()) ?? (await this.#authenticate());
    if (user instanceof Response) return guarded(user, url, requestId);
    const { method, body } = request;
    const isReading = method === 'GET' || method === 'HEAD';
    /** @type {Record<string, string>} */
    const headers = {
      'x-fairway-user-id': encodeURIComponent(user.id),
      'x-fairway-user-email': encodeURIComponent(user.email),
      'x-fairway-request-id': requestId,
    };
    for (const name of isReading ? [] : passedOn) {
      const value = request.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    const account = env.ACCOUNT.get(env.ACCOUNT.idFromName(user.id));
    try {
      return await account.fetch(request.url, { method, headers, body });
    } catch (error) {
      log('error', 'account_failed', { request_id: requestId, ...describe(error) });
      return guarded(unavailable(requestId), url, requestId);
    }
  }

  /** The user, verified by the core, or the answer that refuses. */
  async #authenticate() {
    const who = await this.#run('authenticate', noBytes);
    const { user, valid_until_ms } = who.control;
    if (!user) return responseOf(who);
    signIns.keep(this.request, this.url, user, valid_until_ms, Date.now());
    return /** @type {import('./sign_ins.mjs').User} */ (user);
  }

  /** @param {'request' | 'authenticate'} run @param {Bytes} bytes */
  #run(run, bytes) {
    const control = {
      run,
      method: this.request.method,
      scheme: this.url.protocol.slice(0, -1),
      path: this.url.pathname,
      query: this.url.search.slice(1),
      headers: [...this.request.headers].filter(([name]) => frontHeaders.has(name)),
      user: null,
      request_id: this.requestId,
    };
    return runHere(this.env, control, bytes);
  }
}

/** Runs the core here, outside of any account.
 * @param {Env} env @param {unknown} control @param {Bytes} bytes */
function runHere(env, control, bytes) {
  pool ??= new Pool(core, settingsFrom(env));
  return pool.run(control, bytes, () => frontWorld(env));
}

/** @param {import('./frame.mjs').Frame} answer */
function responseOf({ control, bytes }) {
  const { status, headers } = control;
  return new Response(bytes.length === 0 ? null : bytes, { status, headers });
}

/** @param {Env} env @returns {World} */
function frontWorld(env) {
  const blobs = new BlobStore(env.BLOBS, 'nobody');
  return {
    turn: (enter) => enter(),
    query: () => {
      throw new Error('there is no database outside of an account');
    },
    ask: (question, signal) => answerPort(question, signal, blobs),
  };
}
