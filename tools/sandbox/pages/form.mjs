// What the multipart body of a deployment means: a manifest of files, words about the commit, rule
// files, and the site's code, which is either one module or a bundle (a multipart body inside a
// part, whose boundary has to be read off its first line).

import { readAssetRules, readRoutes } from '../hosting/site_rules.mjs';
import { ApiError, invalid } from './answers.mjs';

/** @typedef {import('../hosting/workerd_config.mjs').Module} Module */

/**
 * @typedef {object} Upload
 * @property {unknown} manifest
 * @property {string | null} branch
 * @property {{commit_hash: string, commit_message: string, commit_dirty: boolean}} commit
 * @property {import('../hosting/site_rules.mjs').AssetRules} rules
 * @property {import('../hosting/site_rules.mjs').Routes} routes
 * @property {Module[]} modules
 * @property {Record<string, any>} metadata  Of the bundle: compatibility settings and bindings.
 * @property {string[]} warnings
 */

export const form_bytes_max = 64 * 1024 * 1024;
const code_bytes_max = 25 * 1024 * 1024;
const text_bytes_max = 1024 * 1024;
const modules_max = 1000;

/** @type {Record<string, Module['type'] | null>} */
const moduleTypes = {
  'application/javascript+module': 'esModule',
  'text/javascript+module': 'esModule',
  'application/javascript': 'commonJsModule',
  'text/javascript': 'commonJsModule',
  'application/wasm': 'wasm',
  'text/plain': 'text',
  'application/octet-stream': 'data',
  'application/json': 'json',
  'application/source-map': null,
};

/**
 * @param {Uint8Array} body
 * @param {string} contentType
 * @returns {Promise<Upload>}
 */
export async function readUpload(body, contentType) {
  if (!/^multipart\/form-data;/i.test(contentType)) {
    throw invalid('A deployment is created by multipart/form-data');
  }
  const form = await readForm(body, contentType);
  const manifest = await textOf(form, 'manifest');
  if (manifest === null) {
    throw new ApiError(
      400,
      8000096,
      'A "manifest" field was expected in the request body but was not provided.',
    );
  }
  const { rules, warnings } = readAssetRules(
    (await textOf(form, '_headers')) ?? '',
    (await textOf(form, '_redirects')) ?? '',
  );
  const { modules, metadata } = await readCode(form);
  const routes = await textOf(form, '_routes.json');
  return {
    manifest: parse(manifest, 'manifest'),
    branch: await textOf(form, 'branch'),
    commit: {
      commit_hash: (await textOf(form, 'commit_hash')) ?? '',
      commit_message: ((await textOf(form, 'commit_message')) ?? '').slice(0, 384),
      commit_dirty: (await textOf(form, 'commit_dirty')) === 'true',
    },
    rules,
    warnings,
    modules,
    metadata,
    routes: readRouteFile(routes),
  };
}

/** @param {string | null} text */
function readRouteFile(text) {
  try {
    return text === null ? { include: ['/*'], exclude: [] } : readRoutes(text);
  } catch (error) {
    throw invalid(/** @type {Error} */ (error).message);
  }
}

/**
 * @param {Uint8Array} body
 * @param {string} contentType
 */
async function readForm(body, contentType) {
  const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (body);
  try {
    return await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw invalid('The body is not a sound multipart/form-data body');
  }
}

/**
 * @param {FormData} form
 * @param {string} name
 * @returns {Promise<string | null>}
 */
async function textOf(form, name) {
  const values = form.getAll(name);
  if (values.length > 1) throw invalid(`The field ${name} stands more than once`);
  const value = values[0] ?? null;
  const text = value === null || typeof value === 'string' ? value : await value.text();
  const bytes_max = name === 'manifest' ? form_bytes_max : text_bytes_max;
  if (text !== null && text.length > bytes_max) throw invalid(`The field ${name} is too large`);
  return text;
}

/**
 * @param {FormData} form
 * @returns {Promise<{modules: Module[], metadata: Record<string, any>}>}
 */
async function readCode(form) {
  const single = await bytesOf(form, '_worker.js');
  const bundle = await bytesOf(form, '_worker.bundle');
  if (single !== null && bundle !== null) {
    throw invalid('_worker.js and _worker.bundle exclude each other');
  }
  if (single !== null) {
    return { modules: [{ name: '_worker.js', type: 'esModule', bytes: single }], metadata: {} };
  }
  return bundle === null ? { modules: [], metadata: {} } : readBundle(bundle);
}

/**
 * @param {FormData} form
 * @param {string} name
 */
async function bytesOf(form, name) {
  const value = form.get(name);
  if (value === null) return null;
  const content = typeof value === 'string' ? value : await value.arrayBuffer();
  const bytes = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  if (bytes.length <= code_bytes_max) return bytes;
  throw invalid(`${name} may have ${code_bytes_max} bytes at most`);
}

/** @param {Buffer} bundle */
async function readBundle(bundle) {
  const firstLine = bundle.subarray(0, 200).toString('latin1').split('\r\n')[0] ?? '';
  const boundary = /^--([\w'()+,./:=? -]{1,70})$/.exec(firstLine)?.[1];
  if (boundary === undefined) throw invalid('_worker.bundle does not begin with a boundary');
  const form = await readForm(bundle, `multipart/form-data; boundary="${boundary}"`);
  const metadata = parse((await textOf(form, 'metadata')) ?? '{}', 'metadata of _worker.bundle');
  const main = metadata?.main_module ?? metadata?.body_part;
  /** @type {Module[]} */
  const modules = [];
  const names = new Set();
  for (const [name, value] of form.entries()) {
    if (name === 'metadata') continue;
    const type = typeof value === 'string' ? 'esModule' : moduleTypes[mediaType(value.type)];
    if (type === undefined) throw invalid(`The module ${name} has a type that is not supported`);
    if (names.has(name)) throw invalid(`The module ${name} stands more than once`);
    names.add(name);
    if (type === null) continue;
    const bytes =
      typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer());
    modules.push({ name, type, bytes });
  }
  if (modules.length > modules_max) throw invalid(`A bundle has ${modules_max} modules at most`);
  const entry = modules.find(({ name }) => name === main);
  if (entry === undefined) throw invalid('The metadata of _worker.bundle names no module of it');
  return { metadata, modules: [entry, ...modules.filter((module) => module !== entry)] };
}

const mediaType = (/** @type {string} */ type) => type.split(';')[0]?.trim().toLowerCase() ?? '';

/**
 * @param {string} text
 * @param {string} what
 */
function parse(text, what) {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`The ${what} is not JSON`);
  }
}
