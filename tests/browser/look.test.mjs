// How it looks and who can use it: the keyboard alone, a phone of 360 pixels, dark mode, and what
// axe-core finds on every page.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { unzipSync } from 'fflate';

import { stage } from './support.mjs';
import {
  apps,
  choices,
  comeToChoices,
  deployButton,
  dialogCalled,
  makeProject,
  openLive,
  pressDeployInBuilder,
  previewOf,
  signIn,
  untilLive,
} from './steps.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

const { scene } = stage();
const app = apps.guestbook;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tabs_max = 80;

// --- Keyboard

/** Presses Tab until this has the focus. @param {Page} page @param {Locator} target
 *  @param {'Tab' | 'Shift+Tab'} [key] */
async function tabTo(page, target, key = 'Tab') {
  await target.waitFor();
  for (let tabs = 0; tabs < tabs_max; ++tabs) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`Tab does not reach ${target}`);
}

scene('the whole way with the keyboard alone', {}, async ({ page, product, context, picture }) => {
  await page.goto(`${product.url}/builder/`);
  await tabTo(page, page.getByRole('button', { name: app.make }));
  await page.keyboard.press('Enter');
  const preview = previewOf(page, app);
  await tabTo(page, preview.getByLabel('Name'));
  await page.keyboard.type('Ada Lovelace');
  await tabTo(page, preview.getByLabel('Message'));
  await page.keyboard.type('Typed without a mouse.');
  await tabTo(page, preview.getByRole('button', { name: 'Sign the book' }));
  await page.keyboard.press('Enter');
  await preview.getByRole('listitem').filter({ hasText: 'Typed without a mouse.' }).waitFor();
  // Backwards: behind the preview comes the browser's own bar, which is not there without a window.
  await tabTo(page, page.getByRole('button', { name: 'Deploy', exact: true }), 'Shift+Tab');
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Sign in', exact: true }));
  await picture('the focus is seen');
  await page.keyboard.press('Enter');
  await tabTo(page, page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }));
  await page.keyboard.press('Space');
  const dialog = await choices(page, app);
  await tabTo(page, dialog.getByRole('button', { name: 'Show tables' }));
  await page.keyboard.press('Enter');
  await dialog.getByRole('list', { name: 'Tables to carry' }).getByText('11 rows').waitFor();
  await tabTo(page, deployButton(dialog));
  await page.keyboard.press('Enter');
  const live = await untilLive(page, app);
  await tabTo(page, page.getByRole('button', { name: 'See the whole report' }));
  await page.keyboard.press('Enter');
  await dialogCalled(page, 'Data report').waitFor();
  await page.keyboard.press('Escape');
  await dialogCalled(page, 'Data report').waitFor({ state: 'detached' });
  await tabTo(page, live.getByRole('button', { name: 'Open', exact: true }));
  const opened = context.waitForEvent('page');
  await page.keyboard.press('Enter');
  const tab = await opened;
  await tab.getByText('Typed without a mouse.').waitFor();
});

// --- A phone

const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** Nothing is wider than the screen. @param {Page} page @param {string} where */
async function checkWidth(page, where) {
  const wide = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const outside = [...document.querySelectorAll('a, button, input, textarea, select')].filter(
      (element) => {
        const box = element.getBoundingClientRect();
        const isShown = box.width > 0 && box.height > 0;
        return isShown && (box.left < -0.5 || box.right > width + 0.5);
      },
    );
    const names = outside.map((element) => element.getAttribute('aria-label') ?? element.id);
    return { over: document.documentElement.scrollWidth - width, names };
  });
  assert.deepEqual(wide, { over: 0, names: [] }, where);
}

scene('a phone of 360 pixels', phone, async ({ page, product, picture }) => {
  await makeProject(page, product, app);
  await checkWidth(page, 'builder');
  await picture('builder');
  await pressDeployInBuilder(page);
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await checkWidth(page, 'signed out');
  await page.getByRole('button', { name: 'Sign in', exact: true }).tap();
  await page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).waitFor();
  await checkWidth(page, 'sign-in page');
  await picture('sign-in page');
  await page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).tap();
  const dialog = await choices(page, app);
  await dialog.getByRole('button', { name: /^Data to carry: 1 table, 10 rows/ }).waitFor();
  await checkWidth(page, 'choices');
  await picture('choices');
  await dialog.getByRole('button', { name: /^Data to carry/ }).tap();
  const sheet = dialogCalled(page, 'Data to carry');
  await sheet.getByText('1 table, 10 rows from the preview').waitFor();
  await checkWidth(page, 'a sheet');
  await picture('a sheet');
  await sheet.getByRole('button', { name: 'Close' }).tap();
  await deployButton(dialog).tap();
  const live = await untilLive(page, app);
  await checkWidth(page, 'live');
  await picture('live');
  await live.getByRole('button', { name: 'Close' }).first().tap();
  await page.getByRole('link', { name: app.name }).first().waitFor();
  await checkWidth(page, 'projects');
  await picture('projects');
});

// --- Dark and light

/** How bright a picture of the page is on average, 0 to 255. @param {Page} page */
async function brightness(page) {
  const png = (await page.screenshot()).toString('base64');
  const reader = await page.context().newPage();
  const sum = await reader.evaluate(async (data) => {
    const answer = await fetch(`data:image/png;base64,${data}`);
    const image = await createImageBitmap(await answer.blob());
    const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
    pen?.drawImage(image, 0, 0);
    const pixels = pen?.getImageData(0, 0, image.width, image.height).data ?? [];
    let total = 0;
    for (let i = 0; i < pixels.length; i += 4) total += pixels[i] + pixels[i + 1] + pixels[i + 2];
    return (total * 4) / (3 * pixels.length);
  }, png);
  await reader.close();
  return sum;
}

scene('dark mode', { colorScheme: 'dark' }, async ({ page, product, picture }) => {
  await makeProject(page, product, app);
  await picture('builder');
  await pressDeployInBuilder(page);
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  assert.ok((await brightness(page)) < 70, 'the canvas is dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.getByRole('button', { name: 'Sign in', exact: true }).hover();
  assert.ok((await brightness(page)) > 180, 'and light as soon as the system is');
  await page.emulateMedia({ colorScheme: 'dark' });
  await signIn(page);
  const dialog = await choices(page, app);
  await picture('choices');
  assert.ok((await brightness(page)) < 70);
  await deployButton(dialog).click();
  await untilLive(page, app);
  await picture('live');
});

// --- axe-core

/** @param {Page} page @param {string} where */
async function checkWithAxe(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run(document, {
      resultTypes: ['violations'],
    });
    return violations.map((/** @type {any} */ one) => ({
      rule: one.id,
      help: one.help,
      at: one.nodes.slice(0, 3).map((/** @type {any} */ node) => node.html.slice(0, 160)),
    }));
  });
  assert.deepEqual(found, [], where);
}

scene('axe-core finds nothing', {}, async ({ page, product }) => {
  await page.goto(`${product.url}/builder/`);
  await page.getByRole('button', { name: app.make }).waitFor();
  await checkWithAxe(page, 'builder, start');
  await makeProject(page, product, app);
  await previewOf(page, app).getByRole('button', { name: 'Sign the book' }).waitFor();
  await checkWithAxe(page, 'builder, project');
  await pressDeployInBuilder(page);
  const enter = page.getByRole('button', { name: 'Sign in', exact: true });
  await enter.waitFor();
  await checkWithAxe(page, 'dashboard, signed out');
  await enter.click();
  await page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).waitFor();
  await checkWithAxe(page, 'sign-in page');
  await page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).click();
  const dialog = await choices(page, app);
  await dialog.getByRole('button', { name: 'Edit the environment' }).click();
  await checkWithAxe(page, 'dashboard, choices');
  await deployButton(dialog).click();
  await dialogCalled(page, `Deploying ${app.name}`).waitFor();
  await checkWithAxe(page, 'dashboard, progress');
  const live = await untilLive(page, app);
  await checkWithAxe(page, 'dashboard, live');
  await page.getByRole('button', { name: 'See the whole report' }).click();
  await dialogCalled(page, 'Data report').waitFor();
  await checkWithAxe(page, 'dashboard, report');
  await page.keyboard.press('Escape');
  await live.getByRole('button', { name: 'Close' }).first().click();
  await page.getByRole('link', { name: app.name }).first().waitFor();
  await checkWithAxe(page, 'dashboard, projects');
  await page.getByRole('link', { name: 'Activity' }).click();
  await page.getByRole('heading', { name: 'Activity', level: 1 }).waitFor();
  await checkWithAxe(page, 'dashboard, activity');
});

// --- What leaves the browser

scene('Export ZIP holds the app and its rows', {}, async ({ page, product }) => {
  await makeProject(page, product, app);
  await app.add(previewOf(page, app), 'in-the-zip');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export ZIP' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'Guestbook.zip');
  const files = unzipSync(readFileSync(await download.path()));
  const names = Object.keys(files);
  for (const name of ['server.js', 'database.js', 'package.json', 'public/index.html']) {
    assert.ok(names.includes(name), name);
  }
  const database = Buffer.from(files['preview.db'] ?? []);
  assert.equal(database.subarray(0, 15).toString(), 'SQLite format 3');
  assert.ok(database.includes('in-the-zip'));
});

scene('the data report can be kept', {}, async ({ page, product }) => {
  const { id, dialog } = await comeToChoices(page, product, app);
  await deployButton(dialog).click();
  const live = await untilLive(page, app);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    live.getByRole('button', { name: 'Download report' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), `fairway-data-report-${id}.json`);
  const report = JSON.parse(readFileSync(await download.path(), 'utf8'));
  const entries = report.tables.find((/** @type {any} */ one) => one.name === 'entries');
  assert.equal(entries.rows_source, 10);
  assert.equal(entries.row_checksum_source, entries.row_checksum_target);
  await openLive(page, live);
});
