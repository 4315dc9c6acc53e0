// The control port's own routes: status page, state, faults, switches, reset.
//
//   GET  /                     status page
//   GET  /state                what exists, recent calls, faults, switches
//   GET  /charges              and other lists of the providers, oldest first; ?provider=openai
//   GET  /faults               POST /faults {match, times, kind, ...} or {seed, percent, kinds?}
//   DELETE /faults[/<id>]
//   POST /settings             {"turso": {"over_quota": true}}
//   POST /reset                everything is gone, as on first start
//
// Only this machine's own pages and tools may change things: a request with a foreign Origin is
// refused, so that no web page can reach in.

import { readFileSync } from 'node:fs';
import { BadRequest, isLoopbackHost, readJson, send, sendJson } from './http.mjs';
import { statusPage } from '../status/status_page.mjs';

/** @type {Record<string, {type: string, bytes: Buffer}>} */
const files = {
  '/live_page.mjs': statusFile('live_page.mjs', 'text/javascript'),
  '/style.css': statusFile('style.css', 'text/css'),
};

/** @param {string} name @param {string} type */
function statusFile(name, type) {
  return { type, bytes: readFileSync(new URL(`../status/${name}`, import.meta.url)) };
}

/**
 * @typedef {object} ControlParts
 * @property {string} origin
 * @property {Map<string, import('../sandbox.mjs').Provider>} providers
 * @property {import('./calls.mjs').Calls} calls
 * @property {import('./faults.mjs').Faults} faults
 * @property {import('./clock.mjs').Clock} clock
 * @property {() => Promise<void>} reset
 */

/**
 * @param {ControlParts} parts
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createControl(parts) {
  return {
    provider: 'sandbox',
    prefix: '',
    handle: (request, response, call) => route(parts, request, response, call),
    summary: () => ({}),
    close: () => undefined,
    reset: () => undefined,
  };
}

/**
 * @param {ControlParts} parts
 * @returns {Promise<Record<string, any>>}
 */
export async function currentState({ origin, providers, calls, faults }) {
  const state = { origin, databases: [], sites: [], settings: settingsOf({ providers }) };
  for (const provider of providers.values()) Object.assign(state, await provider.summary());
  return { ...state, faults: faults.list(), calls: calls.list() };
}

/**
 * @param {{providers: Map<string, import('../sandbox.mjs').Provider>}} parts
 * @returns {Record<string, unknown>}
 */
function settingsOf({ providers }) {
  return Object.fromEntries(
    [...providers.values()].flatMap(({ provider, settings }) =>
      settings === undefined ? [] : [[provider, settings]],
    ),
  );
}

/**
 * @param {ControlParts} parts
 * @param {import('./http.mjs').Request} request
 * @param {import('./http.mjs').Response} response
 * @param {import('./serve.mjs').CallContext} call
 */
async function route(parts, request, response, { url, path }) {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (method !== 'GET') refuseForeignOrigin(request);
  if (method === 'GET') return show(parts, response, url);
  if (method === 'POST' && path === '/faults') {
    return sendJson(response, 200, { id: addFault(parts, await readJson(request)) });
  }
  if (method === 'DELETE' && /^\/faults(\/\d+)?$/.test(path)) {
    const id = path.split('/')[2];
    parts.faults.remove(id === undefined ? undefined : Number(id));
    return sendJson(response, 200, { faults: parts.faults.list() });
  }
  if (method === 'POST' && path === '/settings') {
    for (const [name, changes] of Object.entries(await readJson(request))) {
      const provider = parts.providers.get(name);
      if (provider === undefined) throw new BadRequest(400, `There is no provider ${name}`);
      changeSettings(provider, changes ?? {});
    }
    return sendJson(response, 200, { settings: settingsOf(parts) });
  }
  if (method === 'POST' && path === '/reset') {
    await parts.reset();
    return sendJson(response, 200, { reset: true });
  }
  throw new BadRequest(404, 'The sandbox has no such address');
}

/**
 * @param {ControlParts} parts
 * @param {import('./http.mjs').Response} response
 * @param {URL} url
 */
async function show(parts, response, url) {
  if (url.pathname === '/state') return sendJson(response, 200, await currentState(parts));
  if (url.pathname === '/faults') return sendJson(response, 200, { faults: parts.faults.list() });
  if (url.pathname === '/') {
    return sendPage(response, statusPage(await currentState(parts), parts.clock.now_ms()));
  }
  const lists = [...parts.providers.values()].filter(({ lists = {} }) =>
    Object.hasOwn(lists, url.pathname.slice(1)),
  );
  if (lists.length > 0) return sendJson(response, 200, listed(lists, url));
  const file = files[url.pathname];
  if (file !== undefined) {
    return send(response, 200, file.bytes, { 'content-type': `${file.type}; charset=utf-8` });
  }
  const view = /^\/view\/([\w-]+)\//.exec(url.pathname);
  const provider = parts.providers.get(view?.[1] ?? '');
  const page = (await provider?.page?.(url)) ?? null;
  if (page === null) throw new BadRequest(404, 'The sandbox has no such page');
  return sendPage(response, page, 200, provider?.styles);
}

/**
 * @param {import('../sandbox.mjs').Provider[]} providers
 * @param {URL} url
 */
function listed(providers, url) {
  const name = url.pathname.slice(1);
  const asked = url.searchParams.get('provider');
  const chosen = providers.filter(({ provider }) => asked === null || provider === asked);
  return { [name]: chosen.flatMap(({ lists = {} }) => lists[name]?.() ?? []) };
}

/**
 * HTML with a policy that lets nothing in from outside: names and cells on these pages come from
 * strangers.
 *
 * @param {import('./http.mjs').Response} response
 * @param {string} html
 * @param {number} [status]
 * @param {string} [styles]  More sources of style sheets.
 */
export function sendPage(response, html, status = 200, styles = '') {
  send(response, status, html, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy':
      `default-src 'none'; img-src data:; style-src 'self' ${styles}; ` +
      "script-src 'self'; connect-src 'self'; form-action 'self' " +
      "http://localhost:* http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
}

/** @param {import('./http.mjs').Request} request */
function refuseForeignOrigin(request) {
  const origin = request.headers.origin;
  if (origin === undefined) return;
  if (URL.canParse(origin) && isLoopbackHost(new URL(origin).host)) return;
  throw new BadRequest(403, 'Only pages of this machine may control the sandbox');
}

/**
 * @param {ControlParts} parts
 * @param {Record<string, any>} order
 */
function addFault({ faults }, order) {
  try {
    return faults.add(order);
  } catch (error) {
    if (error instanceof RangeError) throw new BadRequest(400, error.message);
    throw error;
  }
}

/**
 * A switch of a provider, changed by name; throws BadRequest when there is no such switch.
 *
 * @param {import('../sandbox.mjs').Provider} provider
 * @param {Record<string, unknown>} changes
 */
function changeSettings(provider, changes) {
  const settings = provider.settings ?? {};
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(settings, name) || typeof settings[name] !== typeof value) {
      throw new BadRequest(400, `${provider.provider} has no such setting: ${name}`);
    }
  }
  Object.assign(settings, changes);
}
