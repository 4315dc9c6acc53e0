// The dashboard in headless Chromium (software WebGL), on the product as tools/run starts it.
//
//   first frame   from the start of the navigation until the first picture is drawn (the mark
//                 `fairway-drawn`); cold: a new browser profile, warm: a later visit to it
//   frame time    of one turn: the module's picture (of which `module` is the part before the
//                 accessible tree is put into the page), while a long list is being scrolled;
//                 `to its pixels` waits for what the software WebGL makes of it, too
//   idle frames   in five seconds in which nobody does anything
//   click to live from the click on Deploy until the dialog says that the app is live

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';

import { percentile } from './load.mjs';
import { openBrowser, startProduct } from './product.mjs';
import { table } from './table.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').BrowserContext} BrowserContext */

const visits = 5;
const projects = 500;
const turns = 400;
const drawnFrames = 20;
const idleMs = 5_000;
const deployments = 3;

/** @template T @param {(context: BrowserContext) => Promise<T>} use */
async function withBrowser(use) {
  const profile = mkdtempSync(join(tmpdir(), 'fairway-bench-'));
  const context = await openBrowser(profile);
  try {
    return await use(context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/** @param {Page} page @param {string} url */
async function firstFrameMs(page, url) {
  await page.goto(`${url}/app/dashboard`);
  await page.waitForFunction(() => performance.getEntriesByName('fairway-drawn').length > 0);
  return page.evaluate(() => performance.getEntriesByName('fairway-drawn')[0]?.startTime ?? NaN);
}

/** @param {string} url */
async function firstFrames(url) {
  /** @type {number[]} */
  const cold = [];
  /** @type {number[]} */
  const warm = [];
  for (let visit = 0; visit < visits; ++visit) {
    await withBrowser(async (context) => {
      cold.push(await firstFrameMs(await context.newPage(), url));
      // The second visit lets the browser keep the compiled module, later ones find it.
      for (let later = 0; later < 3; ++later) {
        const ms = await firstFrameMs(await context.newPage(), url);
        if (later > 0) warm.push(ms);
      }
    });
  }
  return { cold, warm };
}

/** @param {Page} page */
async function signIn(page) {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).click();
  await page.getByRole('button', { name: 'Account' }).waitFor({ state: 'attached' });
}

/** @param {Page} page @param {number} count */
async function addProjects(page, count) {
  await page.evaluate(async (count) => {
    for (let i = 0; i < count; ++i) {
      const name = `Guest book ${i}`;
      const description = 'Guests sign their names, and the newest ones are shown first.';
      const response = await fetch('/api/projects', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-fairway': '1' },
        body: JSON.stringify({ id: `guest-book-${i}`, name, description }),
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    }
  }, count);
}

/** Until the pixels of one frame are there, again and again. @param {Page} page */
function drawFrames(page) {
  return page.evaluate((count) => {
    const { fairway } = /** @type {any} */ (globalThis);
    const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('canvas'));
    const gl = /** @type {WebGL2RenderingContext} */ (canvas.getContext('webgl2'));
    return Array.from({ length: count }, () => {
      const from = performance.now();
      fairway.turn();
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4));
      return performance.now() - from;
    });
  }, drawnFrames);
}

/** Scrolls the longest list to its end and back, a turn for each step. @param {Page} page */
function scrollThrough(page) {
  return page.evaluate((turns) => {
    const { fairway } = /** @type {any} */ (globalThis);
    const inside = [...document.querySelectorAll('#mirror *')].map((one) => ({
      one,
      room: one.scrollHeight - one.clientHeight,
    }));
    inside.sort((a, b) => b.room - a.room);
    const [longest] = inside;
    if (longest === undefined || longest.room < 10_000) throw new Error('no long list is shown');
    /** @type {number[]} */
    const turns_ms = [];
    /** @type {number[]} */
    const module_ms = [];
    /** @type {Set<string | undefined>} */
    const firstShown = new Set();
    for (let i = 0; i < turns; ++i) {
      const way = 1 - Math.abs(1 - (2 * i) / turns);
      longest.one.scrollTop = Math.round(way * longest.room);
      longest.one.dispatchEvent(new Event('scroll'));
      const from = performance.now();
      fairway.turn();
      turns_ms.push(performance.now() - from);
      module_ms.push(fairway.frameMs);
      firstShown.add(/Guest book \d+/.exec(longest.one.textContent ?? '')?.[0]);
    }
    if (firstShown.size < 50) throw new Error('the list does not follow its scrolling');
    return { turns_ms, module_ms };
  }, turns);
}

/** @param {Page} page */
const framesOf = (page) => page.evaluate(() => /** @type {any} */ (globalThis).fairway.frames);

/** Frames while nobody does anything. @param {Page} page */
async function idleFrames(page) {
  let before = -1;
  for (let now = await framesOf(page); now !== before; now = await framesOf(page)) {
    before = now;
    await scheduler.wait(1_000);
  }
  await scheduler.wait(idleMs);
  return (await framesOf(page)) - before;
}

/**
 * From the builder's Deploy to a live guest book, as a person does it.
 * @param {Page} page @param {string} url
 * @returns {Promise<{clicked_ms: number, live_ms: number}>} of the clock
 */
async function deployGuestbook(page, url) {
  await page.goto(`${url}/builder/`);
  await page.getByRole('button', { name: 'Make a guestbook' }).click();
  await page.waitForURL(/\?project=/);
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.waitForURL(/\/app\/dashboard\?deploy=/);
  const deploy = page.getByRole('button', { name: /^Deploy for \$/ });
  await deploy.waitFor();
  const clicked_ms = Date.now();
  await deploy.click();
  const live = page.getByRole('dialog', { name: 'Guestbook is live' });
  const stopped = page.getByRole('dialog', { name: /was not deployed|needs you/ });
  await live.or(stopped).waitFor({ timeout: 120_000 });
  if (await stopped.isVisible()) throw new Error(await stopped.ariaSnapshot());
  return { clicked_ms, live_ms: Date.now() };
}

/** The steps of the newest deployment. @param {Page} page
 *  @returns {Promise<{name: string, started_at_ms: number, ended_at_ms: number}[]>} */
function stepsOf(page) {
  return page.evaluate(async () => {
    const ask = async (/** @type {string} */ path) => (await fetch(path)).json();
    const [{ id }] = (await ask('/api/deployments')).deployments;
    return (await ask(`/api/deploy/status/${id}`)).steps;
  });
}

/** @param {Page} page @param {string} url */
async function timeDeployments(page, url) {
  /** @type {Record<string, number[]>} */
  const spans = {};
  for (let i = 0; i < deployments; ++i) {
    const { clicked_ms, live_ms } = await deployGuestbook(page, url);
    const steps = await stepsOf(page);
    const add = (/** @type {string} */ name, /** @type {number} */ ms) =>
      (spans[name] ??= []).push(ms);
    add('click to live, ms', live_ms - clicked_ms);
    add('  sending, ms', (steps[0]?.started_at_ms ?? NaN) - clicked_ms);
    for (const { name, started_at_ms, ended_at_ms } of steps) {
      add(`  ${name}, ms`, ended_at_ms - started_at_ms);
    }
    add('  until the dialog says so, ms', live_ms - (steps.at(-1)?.ended_at_ms ?? NaN));
  }
  return spans;
}

/** @param {number[]} values @param {number} digits @returns {string[]} */
function spread(values, digits) {
  return [Math.min(...values), percentile(values, 0.5), percentile(values, 0.95)].map((value) =>
    value.toFixed(digits),
  );
}

export async function benchDashboard() {
  const product = await startProduct();
  try {
    const { cold, warm } = await firstFrames(product.url);
    await withBrowser(async (context) => {
      const page = await context.newPage();
      await page.goto(`${product.url}/app/dashboard`);
      await signIn(page);
      const live = await timeDeployments(page, product.url);
      await addProjects(page, projects);
      await page.goto(`${product.url}/app/dashboard`);
      await page.getByRole('button', { name: 'Account' }).waitFor({ state: 'attached' });
      const idle = await idleFrames(page);
      const { turns_ms, module_ms } = await scrollThrough(page);
      const drawn_ms = await drawFrames(page);
      const rows = [
        ['first frame, cold, ms', ...spread(cold, 0)],
        ['first frame, warm, ms', ...spread(warm, 0)],
        [`frame, ${projects} projects, ms`, ...spread(turns_ms, 2)],
        ['  of it the module, ms', ...spread(module_ms, 2)],
        ['  to its pixels, ms', ...spread(drawn_ms, 0)],
        ...Object.entries(live).map(([name, ms]) => [name, ...spread(ms, 0)]),
        [`idle frames in ${idleMs / 1000} s, ${projects} projects`, String(idle), '', ''],
      ];
      table(['dashboard', 'best', 'p50', 'p95'], rows);
    });
  } finally {
    await product.stop();
  }
}
