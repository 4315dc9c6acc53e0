// The edge worker on this machine: Cloudflare's own runtime (workerd) with the Durable Objects, the
// blob store and the assets simulated on disk. Used by tools/run and by tests/worker.
//
// If the runtime dies it is started again by itself, on the same port and the same state; alarms
// that were due meanwhile fire then.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Log, LogLevel, Miniflare, convertV4MiniflareOptions } from 'miniflare';

const root = join(import.meta.dirname, '../..');
const compatibilityDate = '2026-11-01'; // as in wrangler.toml

/**
 * @typedef {object} EdgeOptions
 * @property {number} port 0 for any free one
 * @property {string} host
 * @property {string | undefined} state folder; without it nothing is kept
 * @property {Uint8Array} wasm the core
 * @property {string} assets folder
 * @property {Record<string, string>} settings
 * @property {(line: string) => void} [log] what the worker prints
 * @property {() => void} [restarted] told when the runtime died and stands again
 */

/** The worker's own modules, by their paths from the root. @param {Uint8Array} wasm */
export function modulesOf(wasm) {
  const folder = join(root, 'worker');
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const paths = names.filter((name) => name.endsWith('.mjs')).map((name) => join(folder, name));
  paths.sort((a, b) => Number(b.endsWith('/index.mjs')) - Number(a.endsWith('/index.mjs')));
  return [
    ...paths.map((path) => ({
      type: /** @type {const} */ ('ESModule'),
      path: relative(root, path),
      contents: readFileSync(path, 'utf8'),
    })),
    {
      type: /** @type {const} */ ('CompiledWasm'),
      path: 'build/worker/fairway.wasm',
      contents: wasm,
    },
  ];
}

/**
 * @param {EdgeOptions} options
 * @returns {Promise<{url: string, stop: () => Promise<void>, runtime: Miniflare}>}
 */
export async function startEdge(options) {
  const print = options.log ?? (() => {});
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      name: 'fairway',
      rootPath: root,
      modulesRoot: '.',
      modules: modulesOf(options.wasm),
      compatibilityDate,
      host: options.host,
      port: 0,
      unsafeDirectSockets: [{ host: options.host, port: options.port }],
      unsafeHandleRuntimeRestart: options.restarted,
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => print(message),
      isolatedResourcePersistencePath: undefined,
      resourcePersistencePath: options.state,
      durableObjects: {
        ACCOUNT: { className: 'Account', useSQLite: true },
        METER: { className: 'Meter', useSQLite: true },
      },
      r2Buckets: { BLOBS: 'fairway-blobs', STORAGE: 'fairway-storage' },
      bindings: options.settings,
      assets: {
        directory: options.assets,
        binding: 'ASSETS',
        routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
      },
    }),
  );
  await runtime.ready;
  const url = await runtime.unsafeGetDirectURL('fairway');
  return {
    url: `http://localhost:${url.port}`,
    runtime,
    stop: () => runtime.dispose(),
  };
}
