// What the worker's tests share: an edge of their own on a free port, and people who call it.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';

import { startEdge } from '../../tools/serve/local_edge.mjs';

export const root = join(import.meta.dirname, '../..');
export const built = process.env.FAIRWAY_WORKER_BUILD ?? join(root, 'build/worker');

/** @param {'fairway' | 'probe'} name */
export function wasmOf(name) {
  const path = join(built, `${name}.wasm`);
  if (!existsSync(path)) throw new Error(`${path} is missing. To build it: tools/build worker`);
  return readFileSync(path);
}

export function scratchFolder() {
  const path = mkdtempSync(join(tmpdir(), 'fairway-edge-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Pages with the names that the product has. @param {string} folder */
function layAssets(folder) {
  mkdirSync(join(folder, 'builder/preview'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>dashboard</title>');
  writeFileSync(join(folder, 'builder/index.html'), '<!doctype html><title>builder</title>');
  writeFileSync(join(folder, 'builder/preview/index.html'), '<!doctype html><title>it</title>');
  writeFileSync(join(folder, 'app.js'), 'export {};\n');
}

/**
 * @typedef {object} Reply
 * @property {number} status
 * @property {Headers} headers
 * @property {any} json null when the body is no JSON
 * @property {string} text
 */
/**
 * @typedef {object} Caller
 * @property {(path: string, headers?: Record<string, string>) => Promise<Reply>} get
 * @property {(path: string, body: unknown, headers?: Record<string, string>) =>
 *   Promise<Reply>} post the body as it is when it is text or bytes, else as JSON
 * @property {(path: string, init: RequestInit) => Promise<Reply>} call
 */

/** @param {string} base @param {Record<string, string>} always headers of every call
 *  @returns {Caller} */
export function caller(base, always = {}) {
  /** @type {Caller['call']} */
  const call = async (path, init) => {
    const headers = { ...always, .../** @type {Record<string, string>} */ (init.headers ?? {}) };
    const response = await fetch(base + path, { redirect: 'manual', ...init, headers });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : null,
    };
  };
  return {
    call,
    get: (path, headers = {}) => call(path, { headers }),
    post: (path, body, headers = {}) => {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      const sent = isRaw ? body : JSON.stringify(body);
      return call(path, { method: 'POST', body: /** @type {BodyInit} */ (sent), headers });
    },
  };
}

/**
 * An edge with state and pages of its own.
 * @param {'fairway' | 'probe'} wasm
 * @param {{settings?: Record<string, string>, state?: string,
 *   layMore?: (folder: string) => void}} [options]
 */
export async function startTestEdge(wasm, options = {}) {
  const scratch = scratchFolder();
  const assets = join(scratch.path, 'assets');
  layAssets(assets);
  options.layMore?.(assets);
  /** @type {any[]} */
  const lines = [];
  let restarts = 0;
  const edge = await startEdge({
    port: 0,
    host: '127.0.0.1',
    state: options.state ?? join(scratch.path, 'state'),
    wasm: wasmOf(wasm),
    assets,
    settings: { HOME_PATH: '/builder/', ...options.settings },
    log: (line) => lines.push(parsed(line)),
    restarted: () => void ++restarts,
  });
  const base = `http://127.0.0.1:${new URL(edge.url).port}`;
  return {
    base,
    /** What the operator would read. */
    lines,
    restarts: () => restarts,
    nobody: caller(base),
    /** @param {string} user */
    as: (user) => caller(base, { authorization: `Bearer ${user}` }),
    stop: async () => {
      await edge.stop();
      scratch.remove();
    },
  };
}

/** @param {string} line */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return { text: line };
  }
}

/**
 * Asks again until the answer is right; fails after `wait_ms` with the last answer.
 * @template T
 * @param {() => Promise<T>} ask @param {(answer: T) => boolean} isRight
 * @param {number} [wait_ms]
 */
export async function until(ask, isRight, wait_ms = 10_000) {
  const deadline = Date.now() + wait_ms;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`still wrong: ${JSON.stringify(answer)}`);
    await scheduler.wait(20);
  }
}

/** The runtimes that this test process has started. */
export function runtimePids() {
  const list = execFileSync('ps', ['-o', 'pid=,comm=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  });
  return list
    .split('\n')
    .filter((line) => line.includes('workerd'))
    .map((line) => Number.parseInt(line, 10));
}

/**
 * Somebody else's server on a free port.
 * @param {import('node:http').RequestListener} listener
 */
export async function startUpstream(listener) {
  const server = createServer(listener);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** @param {import('node:http').IncomingMessage} message @returns {Promise<Buffer>} */
export async function bodyOf(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
