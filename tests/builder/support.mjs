// Runs the builder's apps as their bundles, outside a browser: files laid out in a scratch folder,
// '@builder/preview-database' over the builder's own engine (sql.js), requests straight to
// handle().
import assert from 'node:assert/strict';
import { readFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import initSqlJs from 'sql.js';
import { unpackApp } from '../../public/builder/bundle.mjs';
import { PreviewDatabase } from '../../public/builder/engine.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));
const apps_folder = path.join(root, 'public/builder/apps');

/** @typedef {import('../../public/builder/bundle.mjs').App} App */

export const sqlite = await initSqlJs();

/** @type {{ apps: App[] }} */
export const manifest = JSON.parse(await readFile(path.join(apps_folder, 'manifest.json'), 'utf8'));

/** @param {string} source */
export async function appFile(source) {
  return new Uint8Array(await readFile(path.join(apps_folder, source)));
}

/** @param {string} id */
export function appCalled(id) {
  const app = manifest.apps.find((one) => one.id === id);
  assert.ok(app, `an app called ${id}`);
  return app;
}

/** @param {string} sql */
export function databaseFrom(sql) {
  const database = new PreviewDatabase(sqlite, null, () => {});
  database.script(sql);
  return database;
}

/**
 * Writes files into a folder of their own, which is gone when the test ends.
 * @param {import('node:test').TestContext} test
 * @param {Iterable<{ path: string, bytes: Uint8Array | string }>} files
 */
export async function layOut(test, files) {
  const folder = await mkdtemp(path.join(tmpdir(), 'fairway-builder-'));
  test.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  for (const file of files) {
    const target = path.join(folder, file.path);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.bytes);
  }
  return folder;
}

/** @type {Map<string, PreviewDatabase>} folder -> the database of the app that lies there */
const databases = new Map();

registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== '@builder/preview-database') return next(specifier, context);
    const folder = path.dirname(fileURLToPath(String(context.parentURL)));
    return { url: `preview-database:${encodeURIComponent(folder)}`, shortCircuit: true };
  },
  load(url, context, next) {
    if (!url.startsWith('preview-database:')) return next(url, context);
    const folder = JSON.stringify(decodeURIComponent(url.slice('preview-database:'.length)));
    const source = `export const openDatabase = () => globalThis.openPreviewOf(${folder});`;
    return { format: 'module', source, shortCircuit: true };
  },
});
/** @type {any} */ (globalThis).openPreviewOf = (/** @type {string} */ folder) => {
  const database = databases.get(folder);
  return {
    /** @param {string} sql @param {any[]} values */
    all: async (sql, values) => database?.all(sql, values),
    /** @param {string} sql @param {any[]} values */
    run: async (sql, values) => database?.run(sql, values),
    /** @param {any[]} statements */
    batch: async (statements) => database?.batch(statements),
  };
};

/**
 * @typedef {{ status: number, body: any, response: Response }} Answer
 * @typedef {(method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
 * Promise<Answer>} Ask
 */

/**
 * An app with its first rows, in the environment given.
 * @param {import('node:test').TestContext} test
 * @param {string} id
 * @param {Record<string, string>} [environment]
 * @param {string} [sql] in place of the app's own schema and rows
 * @returns {Promise<{ ask: Ask, database: PreviewDatabase }>}
 */
export async function startApp(test, id, environment = {}, sql) {
  const app = await unpackApp(appCalled(id), appFile);
  const folder = await layOut(test, app.files);
  const database = databaseFrom(sql ?? app.sql);
  databases.set(folder, database);
  test.after(() => database.close());
  const before = { ...process.env };
  Object.assign(process.env, environment);
  const server = await import(pathToFileURL(path.join(folder, 'server.js')).href);
  test.after(() => {
    process.env = before;
  });
  return {
    database,
    async ask(method, target, body, headers = {}) {
      const raw = body instanceof Uint8Array || typeof body === 'string';
      const content = body === undefined ? undefined : raw ? body : JSON.stringify(body);
      const request = new Request(`https://app.example${target}`, {
        method,
        headers,
        body: /** @type {BodyInit | undefined} */ (content),
      });
      const response = await server.handle(request);
      const text = await response.clone().text();
      const json = response.headers.get('content-type')?.includes('json');
      return { status: response.status, body: json ? JSON.parse(text) : text, response };
    },
  };
}
