// Writes what workerd is told about one site: four services in one process of its own, the front,
// the asset server, the site's code, and a ping by which the watcher sees that the process is not
// stuck. The code reaches loopback addresses only, and no file of this machine.

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Module
 * @property {string} name
 * @property {'esModule' | 'commonJsModule' | 'text' | 'data' | 'wasm' | 'json'} type
 * @property {Uint8Array} bytes
 */

/**
 * @typedef {object} Site  Everything that a deployment serves; the bytes of assets lie elsewhere.
 * @property {Record<string, [hash: string, contentType: string]>} files  By path, such as /a.html.
 * @property {import('./site_rules.mjs').AssetRules} rules
 * @property {import('./site_rules.mjs').Routes} routes
 * @property {Module[]} modules  The first one is the entry; none for a site without code.
 * @property {Record<string, string>} environment
 * @property {string} compatibilityDate
 * @property {string[]} compatibilityFlags
 */

/** Compatibility date of the sandbox's own workers. */
const ownDate = '2026-11-01';
const here = fileURLToPath(new URL('.', import.meta.url));
const handlerName = '@cloudflare/pages-shared/dist/asset-server/handler.js';
const handlerFile = createRequire(import.meta.url).resolve(handlerName);

/**
 * Writes the files of a site into its folder. The config is written last, so a folder with one is
 * whole. Files are for the owner only: they hold the site's secrets.
 *
 * @param {string} folder
 * @param {string} contentFolder
 * @param {Site} site
 */
export function writeSite(folder, contentFolder, site) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (/** @type {string} */ name, /** @type {string | Uint8Array} */ content) =>
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  write('files.json', JSON.stringify(site.files));
  write('rules.json', JSON.stringify(site.rules));
  write('routes.json', JSON.stringify(site.routes));
  site.modules.forEach(({ bytes }, index) => write(`module_${index}`, bytes));
  Object.values(site.environment).forEach((value, index) => write(`value_${index}`, value));
  write('config.capnp', configText(resolve(contentFolder), site));
}

/**
 * @param {string} contentFolder
 * @param {Site} site
 */
function configText(contentFolder, site) {
  const hasCode = site.modules.length > 0;
  const services = [
    worker(
      'front',
      [ownModule('front_worker.mjs')],
      [
        '(name = "ASSETS", service = "assets")',
        '(name = "ROUTES", json = embed "routes.json")',
        ...(hasCode ? ['(name = "SITE", service = "site")'] : []),
      ],
    ),
    worker(
      'assets',
      [ownModule('asset_worker.mjs'), embedded(handlerName, 'esModule', handlerFile)],
      [
        '(name = "FILES", json = embed "files.json")',
        '(name = "RULES", json = embed "rules.json")',
        '(name = "CONTENT", service = "content")',
      ],
    ),
    worker('ping', [`(name = "ping.js", esModule = ${text(pingCode)})`], []),
    `(name = "content", disk = (path = ${text(contentFolder)}))`,
    '(name = "nowhere", network = (allow = []))',
    '(name = "loopback", network = (allow = ["127.0.0.0/8", "::1/128"]))',
    ...(hasCode ? [siteWorker(site)] : []),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ${services.join(',\n    ')}
  ],
  sockets = [
    (name = "site", address = "127.0.0.1:0", http = (cfBlobHeader = "cf-blob"), service = "front"),
    (name = "ping", address = "127.0.0.1:0", http = (), service = "ping")
  ]
);
`;
}

const pingCode = 'export default {fetch: () => new Response(null, {status: 204})}';

/**
 * @param {string} name
 * @param {string[]} modules
 * @param {string[]} bindings
 */
function worker(name, modules, bindings) {
  return `(name = ${text(name)}, worker = (compatibilityDate = "${ownDate}",
      globalOutbound = "nowhere", modules = [${modules.join(', ')}],
      bindings = [${bindings.join(', ')}]))`;
}

/** @param {Site} site */
function siteWorker({ modules, environment, compatibilityDate, compatibilityFlags }) {
  const listed = modules.map(({ name, type }, index) => embedded(name, type, `module_${index}`));
  const values = Object.keys(environment).map(
    (name, index) => `(name = ${text(name)}, text = embed "value_${index}")`,
  );
  return `(name = "site", worker = (compatibilityDate = ${text(compatibilityDate)},
      compatibilityFlags = [${compatibilityFlags.map(text).join(', ')}],
      globalOutbound = "loopback", modules = [${listed.join(', ')}],
      bindings = [(name = "ASSETS", service = "assets"), ${values.join(', ')}]))`;
}

const ownModule = (/** @type {string} */ file) => embedded(file, 'esModule', join(here, file));

/**
 * An absolute file is found through the import path `/`, which workerd is started with.
 *
 * @param {string} name
 * @param {string} type
 * @param {string} file
 */
const embedded = (name, type, file) => `(name = ${text(name)}, ${type} = embed ${text(file)})`;

/**
 * A Cap'n Proto text literal.
 *
 * @param {string} value
 */
function text(value) {
  const escaped = value
    .replace(/["\\]/g, '\\$&')
    .replace(
      /[\x00-\x1f\x7f]/g,
      (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
  return `"${escaped}"`;
}
