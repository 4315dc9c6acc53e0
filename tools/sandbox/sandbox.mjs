// The sandbox: a local cloud. It speaks the protocols of the providers that Fairway deploys to,
// with real engines behind them, on loopback ports only and without any account. Meant for trying
// Fairway at home and for its tests; it holds no secret worth stealing and must never be put on a
// network.
//
//   /                 status page            /state /faults /settings /reset   control
//   /turso            Turso platform API     (every database listens on a port of its own)
//   /client/v4        Cloudflare API         (every site listens on ports of its own)
//   /identity         sign-in and tokens, shaped like Supabase Auth
//
// Everything that exists is kept in the state folder and stands again, on the same ports, after the
// process was killed at any line. Faults and the list of calls are of this run only.

import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { recentCalls } from './frame/calls.mjs';
import { systemClock } from './frame/clock.mjs';
import { createControl } from './frame/control.mjs';
import { createFaults } from './frame/faults.mjs';
import { isForLoopback, sendJson } from './frame/http.mjs';
import { listen, runCall, serve } from './frame/serve.mjs';
import { openStore } from './frame/store.mjs';
import { makers } from './providers.mjs';

/**
 * What every provider is made from.
 *
 * @typedef {object} ProviderParts
 * @property {import('./frame/store.mjs').Store} store
 * @property {import('./frame/clock.mjs').Clock} clock
 * @property {import('./frame/calls.mjs').Calls} calls
 * @property {string} origin       Of the control port, such as http://127.0.0.1:8790.
 * @property {string} stateFolder  For files; a provider uses a sub-folder with its own name.
 * @property {(service: import('./frame/serve.mjs').Service & {port: number}) =>
 *   Promise<import('./frame/serve.mjs').Listener>} serve
 *   A loopback port of the provider's own, with faults and the list of calls like the control port.
 */

/**
 * @typedef {import('./frame/serve.mjs').Service & {
 *   prefix: string,
 *   summary: () => Record<string, unknown> | Promise<Record<string, unknown>>,
 *   settings?: Record<string, unknown>,
 *   page?: (url: URL) => string | null | Promise<string | null>,
 *   styles?: string,
 *   lists?: Record<string, () => unknown[]>,
 *   close: () => void | Promise<void>,
 *   reset: () => void | Promise<void>,
 * }} Provider
 *   summary: merged into GET /state, such as {databases: [...]} or {sites: [{name, url, ...}]}.
 *   settings: switches that POST /settings {"<provider>": {...}} may change, by name and type.
 *   page: HTML of a page of the provider's own under /view/<provider>/, null when there is none.
 *   styles: sources of style sheets on its pages beside the sandbox's own.
 *   lists: what tests read by GET /<name>, of all providers together, such as charges.
 *   close: frees ports and files, keeps the state.
 *   reset: everything is gone, as on first start. The store is empty already when it is called.
 */

/**
 * @typedef {object} Sandbox
 * @property {string} origin
 * @property {Map<string, Provider>} providers
 * @property {import('./frame/faults.mjs').Faults} faults
 * @property {import('./frame/calls.mjs').Calls} calls
 * @property {() => Promise<void>} reset
 * @property {() => Promise<void>} close  Safe to repeat.
 */

/**
 * @param {{port?: number, state: string, clock?: import('./frame/clock.mjs').Clock}} options
 *   Port 0 (the default) takes a free one.
 * @returns {Promise<Sandbox>}
 */
export async function startSandbox({ port = 0, state, clock = systemClock() }) {
  const stateFolder = resolve(state);
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const store = openStore(stateFolder);
  const frame = { clock, calls: recentCalls(), faults: createFaults() };
  /** @type {Map<string, Provider>} */
  const providers = new Map();
  /** @type {Provider | null} */
  let control = null;
  const listener = await listen(port, (request, response) => {
    if (!isForLoopback(request)) {
      return sendJson(response, 421, { error: 'The sandbox answers only to loopback host names' });
    }
    const service = providerOf(providers, request.url ?? '/') ?? control;
    if (service === null) return sendJson(response, 503, { error: 'The sandbox is starting' });
    if (service !== control) return void runCall(frame, service, request, response);
    return void runCall({ ...frame, ...quiet }, service, request, response);
  }).catch((error) => {
    store.close();
    throw error;
  });
  const origin = `http://127.0.0.1:${listener.port}`;
  const parts = {
    store,
    clock,
    calls: frame.calls,
    origin,
    stateFolder,
    serve: (/** @type {any} */ service) => serve(frame, service),
  };
  const reset = async () => {
    store.clear();
    for (const provider of providers.values()) await provider.reset();
    frame.faults.remove();
    frame.calls.clear();
  };
  /** @type {Promise<void> | null} */
  let closing = null;
  const close = () =>
    (closing ??= (async () => {
      await listener.close();
      for (const provider of providers.values()) await provider.close();
      store.close();
    })());
  try {
    for (const make of makers) {
      const provider = await make(parts);
      providers.set(provider.provider, provider);
    }
  } catch (error) {
    await close();
    throw error;
  }
  control = createControl({ origin, providers, reset, ...frame });
  return { origin, providers, faults: frame.faults, calls: frame.calls, reset, close };
}

/** Control calls are not listed and never misbehave. */
const quiet = { calls: { ...recentCalls(0), add: () => undefined }, faults: createFaults() };

/**
 * @param {Map<string, Provider>} providers
 * @param {string} address
 */
function providerOf(providers, address) {
  for (const provider of providers.values()) {
    const next = address.slice(provider.prefix.length, provider.prefix.length + 1);
    if (address.startsWith(provider.prefix) && ['', '/', '?'].includes(next)) return provider;
  }
  return null;
}
