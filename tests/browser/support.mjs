// What the browser tests share: the whole product as tools/run starts it, on free ports and with a
// state folder of its own, and people with a browser each.
//
// The dashboard is a canvas with a mirror of it in the DOM (public/boot/mirror.mjs), so everything
// is found by role and name, as assistive technology finds it. What is scrolled out of sight has no
// node. Pictures are kept in build/test-artifacts/browser/.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { scheduler } from 'node:timers/promises';
import { chromium } from 'playwright-core';

import { childrenOf, commandOf, signal, treeOf, untilGone } from '../../tools/serve/processes.mjs';

/** @typedef {import('playwright-core').Browser} Browser */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {import('playwright-core').BrowserContextOptions} BrowserContextOptions */
/** @typedef {import('playwright-core').Page} Page */

const root = join(import.meta.dirname, '../..');
const pictures = join(root, 'build/test-artifacts/browser');
const start_ms_max = 60_000;
const wait_ms_max = 30_000;
const scene_ms_max = 150_000;

/**
 * Asks again until the answer is right; fails with the last answer.
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} ask
 * @param {(answer: T) => boolean} isRight
 * @param {number} [ms_max]
 */
export async function until(what, ask, isRight, ms_max = wait_ms_max) {
  const deadline = Date.now() + ms_max;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(answer)}`);
    await scheduler.wait(50);
  }
}

// --- The product
// ------------------------------------------------------------------------------------------------

/** Fairway and its sandbox, as processes. */
export class Product {
  constructor() {
    this.state = mkdtempSync(join(tmpdir(), 'fairway-browser-'));
    this.url = '';
    this.sandbox = '';
    this.pid = 0;
    this.output = '';
    this.isRunning = false;
    /** @type {Promise<void>} */
    this.ended = Promise.resolve();
  }

  /** Starts, or starts again on the same ports and state. */
  async start() {
    const port = (/** @type {string} */ url) => (url === '' ? '0' : new URL(url).port);
    const child = spawn(
      process.execPath,
      [
        ...[join(root, 'tools/serve/run.mjs'), '--no-build', '--state', this.state],
        ...['--port', port(this.url), '--sandbox-port', port(this.sandbox)],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: root },
    );
    this.pid = Number(child.pid);
    this.ended = new Promise((resolve) => child.once('exit', () => resolve()));
    this.output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.output += text));
    }
    await until(
      'the product starts',
      async () => ({ code: child.exitCode, output: this.output }),
      ({ code, output }) => code !== null || output.includes('ready after'),
      start_ms_max,
    );
    if (child.exitCode !== null) throw new Error(`The product does not start:\n${this.output}`);
    const run = JSON.parse(readFileSync(join(this.state, 'run.json'), 'utf8'));
    this.url = run.url;
    this.sandbox = run.sandbox;
    this.isRunning = true;
  }

  /** Ends the edge's runtime as a crash does; its keeper starts it again by itself. */
  async killEdge() {
    const isEdge = (/** @type {number} */ pid) => commandOf(pid)?.includes('workerd serve');
    const before = childrenOf(this.pid).filter(isEdge);
    for (const pid of before) signal(pid, 'SIGKILL');
    await untilGone(before);
    await until(
      'the edge is started again',
      () =>
        fetch(`${this.url}/api/health`).then(
          ({ status }) => status,
          () => 0,
        ),
      (status) => status === 200,
    );
  }

  /** Ends everything at once, as when the machine is switched off. */
  async killAll() {
    const pids = treeOf(this.pid);
    this.isRunning = false;
    for (const pid of pids) signal(pid, 'SIGKILL');
    await Promise.all([this.ended, untilGone(pids)]);
  }

  async stop() {
    if (this.pid === 0) return;
    signal(this.pid, 'SIGTERM');
    await this.ended;
    rmSync(this.state, { recursive: true, force: true });
  }

  // --- What the sandbox tells and takes

  /** @param {string} method @param {string} path @param {unknown} [body] @returns {Promise<any>} */
  async control(method, path, body) {
    const init = { method, body: body === undefined ? null : JSON.stringify(body) };
    const response = await fetch(this.sandbox + path, init);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
    return response.json();
  }

  /** What lies at the providers. @returns {Promise<{databases: string[], sites: string[]}>} */
  async atProviders() {
    const { databases, sites } = await this.control('GET', '/state');
    const names = (/** @type {any[]} */ list) => list.map(({ name }) => name).sort();
    return { databases: names(databases), sites: names(sites) };
  }

  /** @param {Record<string, unknown>} match @param {Record<string, unknown>} fault */
  misbehave(match, fault) {
    return this.control('POST', '/faults', { match, ...fault });
  }

  behave() {
    return this.control('DELETE', '/faults');
  }

  /**
   * Rows as the production database answers them, asked past Fairway and past the app.
   * @param {string} name of the database
   * @param {string} sql
   * @returns {Promise<(string | null)[][]>}
   */
  async rowsOf(name, sql) {
    const { databases } = await this.control('GET', '/state');
    const found = databases.find((/** @type {any} */ one) => one.name === name);
    if (!found) throw new Error(`no database ${name}`);
    const path = `/turso/v1/organizations/fairway/databases/${name}/auth/tokens`;
    const authorization = 'Bearer sandbox-turso-token';
    const minted = await fetch(this.sandbox + path, { method: 'POST', headers: { authorization } });
    const { jwt } = /** @type {any} */ (await minted.json());
    const answer = await fetch(`http://${found.hostname}/v2/pipeline`, {
      method: 'POST',
      headers: { authorization: `Bearer ${jwt}` },
      body: JSON.stringify({ requests: [{ type: 'execute', stmt: { sql } }, { type: 'close' }] }),
    });
    const { results } = /** @type {any} */ (await answer.json());
    if (results[0].type !== 'ok') throw new Error(JSON.stringify(results[0]));
    return results[0].response.result.rows.map((/** @type {any[]} */ row) =>
      row.map((cell) => cell.value ?? null),
    );
  }
}

// --- People
// ------------------------------------------------------------------------------------------------

/** @returns {Promise<Browser>} */
export function openBrowser() {
  const found = [process.env.FAIRWAY_CHROMIUM, '/usr/bin/chromium'].find(
    (path) => path && existsSync(path),
  );
  if (!found) throw new Error('No Chromium on this machine. To fix it: tools/setup');
  return chromium.launch({
    executablePath: found,
    args: [
      ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync', '--enable-unsafe-swiftshader'],
    ],
  });
}

/**
 * @typedef {object} Scene
 * @property {Product} product
 * @property {BrowserContext} context one person's browser
 * @property {Page} page
 * @property {(name: string, page?: Page) => Promise<void>} picture keeps a picture of the page
 * @property {(pattern: RegExp) => void} expectPageError lets errors of the page's scripts pass
 */

/**
 * A stage for the scenes of one file: a product and a browser, there before the first and gone
 * after the last.
 */
export function stage() {
  const product = new Product();
  /** @type {Browser | undefined} */
  let browser;
  before(async () => {
    mkdirSync(pictures, { recursive: true });
    await product.start();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await product.stop();
  });

  /**
   * One person and what they do. When it fails, what the page showed is kept.
   * @param {string} title
   * @param {BrowserContextOptions} look
   * @param {(scene: Scene) => Promise<void>} play
   */
  function scene(title, look, play) {
    test(title, { timeout: scene_ms_max }, async () => {
      if (!browser) throw new Error('no browser');
      const context = await newPerson(browser, look);
      const page = await context.newPage();
      /** @type {Error[]} */
      const errors = [];
      /** @type {RegExp[]} */
      const expected = [];
      context.on('weberror', (error) => errors.push(error.error()));
      context.on('console', (message) => {
        // Answers that are no success are looked at by the tests, where they matter.
        const isOfNetwork = message.text().startsWith('Failed to load resource');
        if (message.type() === 'error' && !isOfNetwork) errors.push(new Error(message.text()));
      });
      const name = fileNameOf(title);
      try {
        await play({
          product,
          context,
          page,
          picture: (moment, shown = page) => keepPicture(shown, `${name}, ${moment}`),
          expectPageError: (pattern) => void expected.push(pattern),
        });
        const bad = errors.find((error) => !expected.some((one) => one.test(String(error))));
        if (bad) throw bad;
      } catch (error) {
        await keepFailure(context, name).catch(() => {});
        throw error;
      } finally {
        await context.close();
        // The next scene finds a stage that works, whatever this one has left.
        if (product.isRunning) await product.behave();
        else await product.start();
      }
    });
  }
  return { product, scene };
}

/** @param {Browser} browser @param {BrowserContextOptions} look */
async function newPerson(browser, look) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    locale: 'en-GB',
    timezoneId: 'UTC',
    ...look,
  });
  context.setDefaultTimeout(wait_ms_max);
  return context;
}

/** @param {string} title */
function fileNameOf(title) {
  return title
    .replaceAll(/[^\w,. -]+/g, ' ')
    .slice(0, 90)
    .trim();
}

/** @param {Page} page @param {string} name */
async function keepPicture(page, name) {
  await page.screenshot({ path: join(pictures, `${fileNameOf(name)}.png`) });
}

/**
 * What every tab showed when the scene failed.
 * @param {BrowserContext} context
 * @param {string} name
 */
async function keepFailure(context, name) {
  for (const [at, page] of context.pages().entries()) {
    const path = join(pictures, `${name}, failed ${at + 1}`);
    await page.screenshot({ path: `${path}.png` });
    writeFileSync(`${path}.txt`, `${page.url()}\n${await page.locator('body').ariaSnapshot()}\n`);
  }
}
