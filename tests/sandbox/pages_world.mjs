// What the tests of the sandbox's Cloudflare share: a sandbox of their own, calls to its API as a
// plain client makes them, uploads, and wrangler as a process.

import blake3 from 'blake3-wasm';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../tools/sandbox/sandbox.mjs';
import { newFolder } from './help.mjs';

export const token = 'sandbox-cloudflare-token';
const wranglerFile = fileURLToPath(
  new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url),
);

/** @typedef {Awaited<ReturnType<typeof openWorld>>} World */

/**
 * A sandbox in a new folder, with stages as short as they can be. `restart` closes it and starts it
 * again on the same folder.
 *
 * @param {import('node:test').TestContext} test
 * @param {{clock?: import('../../tools/sandbox/frame/clock.mjs').Clock}} [options]
 */
export async function openWorld(test, options = {}) {
  const folder = newFolder(test);
  const state = join(folder, 'state');
  const start = async () => {
    const sandbox = await startSandbox({ state, ...options });
    Object.assign(sandbox.providers.get('cloudflare')?.settings ?? {}, { stage_ms: 0 });
    return sandbox;
  };
  const world = {
    folder,
    state,
    sandbox: await start(),
    async restart() {
      await world.sandbox.close();
      world.sandbox = await start();
    },
  };
  test.after(() => world.sandbox.close());
  return world;
}

/**
 * @param {World} world
 * @param {Record<string, unknown>} changes
 */
export function set(world, changes) {
  Object.assign(world.sandbox.providers.get('cloudflare')?.settings ?? {}, changes);
}

/**
 * @param {World} world
 * @param {string} method
 * @param {string} path  After /client/v4; `~` stands for the account's Pages projects.
 * @param {any} [body]   A form goes as it is, everything else as JSON.
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{status: number, headers: Headers, success: boolean, result: any,
 *   errors: {code: number, message: string}[], result_info: any}>}
 */
export async function call(world, method, path, body, headers = {}) {
  const address = path.replace('~', '/accounts/sandbox/pages/projects');
  const url = `${world.sandbox.origin}/client/v4${address}`;
  const isRaw = body instanceof FormData || typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    body: isRaw ? body : body && JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, ...headers },
  });
  return {
    status: response.status,
    headers: response.headers,
    .../** @type {any} */ (await response.json()),
  };
}

/**
 * @param {World} world
 * @param {string} name
 * @param {object} [more]
 */
export async function createProject(world, name, more = {}) {
  const { result } = await call(world, 'POST', '~', { name, production_branch: 'main', ...more });
  return result;
}

/**
 * The hash of a file as wrangler computes it, written down here once more so that the sandbox is
 * not its own witness.
 *
 * @param {string | Uint8Array} content
 * @param {string} path
 */
export function hashOf(content, path) {
  const base64 = Buffer.from(content).toString('base64');
  return blake3
    .hash(base64 + extname(path).slice(1))
    .toString('hex')
    .slice(0, 32);
}

/**
 * Uploads the files of a site as a client does and answers its manifest.
 *
 * @param {World} world
 * @param {string} project
 * @param {Record<string, string | Uint8Array>} files  By path.
 */
export async function upload(world, project, files) {
  const {
    result: { jwt },
  } = await call(world, 'GET', `~/${project}/upload-token`);
  const asUpload = { authorization: `Bearer ${jwt}` };
  const manifest = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, hashOf(content, path)]),
  );
  const { result: missing } = await call(
    world,
    'POST',
    '/pages/assets/check-missing',
    { hashes: Object.values(manifest) },
    asUpload,
  );
  const bodies = Object.entries(files)
    .filter(([path]) => missing.includes(manifest[path]))
    .map(([path, content]) => entry(manifest[path] ?? '', content, typeOf(path)));
  const sent = await call(world, 'POST', '/pages/assets/upload', bodies, asUpload);
  return { manifest, missing, sent, jwt };
}

/**
 * @param {string} key
 * @param {string | Uint8Array} content
 * @param {string} contentType
 */
export const entry = (key, content, contentType) => ({
  key,
  value: Buffer.from(content).toString('base64'),
  metadata: { contentType },
  base64: true,
});

/** @param {string} path */
function typeOf(path) {
  /** @type {Record<string, string>} */
  const types = { '.html': 'text/html', '.txt': 'text/plain', '.js': 'text/javascript' };
  return types[extname(path)] ?? 'application/octet-stream';
}

/**
 * Deploys and waits for the end of it.
 *
 * @param {World} world
 * @param {string} project
 * @param {Record<string, string | Uint8Array>} files  By path.
 * @param {Record<string, string>} [fields]  Text fields and, by names with `_`, files of the form.
 */
export async function deploy(world, project, files, fields = {}) {
  const { manifest } = await upload(world, project, files);
  const { status, result, errors } = await call(
    world,
    'POST',
    `~/${project}/deployments`,
    formOf(manifest, fields),
  );
  if (result === null) throw new Error(`${status} ${JSON.stringify(errors)}`);
  return finished(world, project, result.id);
}

/**
 * @param {object} manifest
 * @param {Record<string, string>} fields
 */
export function formOf(manifest, fields) {
  const form = new FormData();
  form.append('manifest', JSON.stringify(manifest));
  for (const [name, value] of Object.entries({ branch: 'main', ...fields })) {
    if (name.startsWith('_')) form.append(name, new File([value], name));
    else form.append(name, value);
  }
  return form;
}

/**
 * Polls a deployment until it has ended.
 *
 * @param {World} world
 * @param {string} project
 * @param {string} id
 */
export async function finished(world, project, id) {
  for (;;) {
    const { result } = await call(world, 'GET', `~/${project}/deployments/${id}`);
    const { name, status } = result.latest_stage;
    if (name === 'deploy' && status !== 'active') return result;
    await wait(5);
  }
}

/**
 * A page as it is answered, redirects not followed.
 *
 * @param {string} url
 * @param {RequestInit} [options]
 */
export async function visit(url, options = {}) {
  const response = await fetch(url, { redirect: 'manual', ...options });
  return {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
    to: response.headers.get('location'),
  };
}

/**
 * The body of a bundle, as wrangler packs it: a multipart body as a file of its own.
 *
 * @param {Record<string, string>} modules  By name; the first one is the entry.
 * @param {object} [metadata]
 */
export async function bundleOf(modules, metadata = {}) {
  const form = new FormData();
  form.append('metadata', JSON.stringify({ main_module: Object.keys(modules)[0], ...metadata }));
  for (const [name, code] of Object.entries(modules)) {
    form.append(name, new File([code], name, { type: 'application/javascript+module' }));
  }
  return new Response(form).text();
}

/**
 * Writes files under a folder.
 *
 * @param {string} folder
 * @param {Record<string, string>} files
 */
export function writeFiles(folder, files) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/**
 * Runs the real wrangler against an API; answers what it printed.
 *
 * @param {string} folder  Its home and working directory.
 * @param {string} api     Base address up to /client/v4.
 * @param {string[]} words
 * @returns {Promise<{status: number | null, text: string}>}
 */
export function wrangler(folder, api, words) {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const child = spawn(process.execPath, [wranglerFile, ...words], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      HOME: home,
      CI: '1',
      NO_COLOR: '1',
      WRANGLER_SEND_METRICS: 'false',
      CLOUDFLARE_API_BASE_URL: api,
      CLOUDFLARE_ACCOUNT_ID: 'sandbox',
      CLOUDFLARE_API_TOKEN: token,
    },
  });
  let text = '';
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (bytes) => void (text += bytes.toString('utf8')));
  }
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, text })));
}
