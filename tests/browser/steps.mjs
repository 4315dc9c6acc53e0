// What people do, in the words of the screen: make an app, sign in, deploy, look at the report.

import assert from 'node:assert/strict';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').FrameLocator} FrameLocator */
/** @typedef {import('playwright-core').Locator} Locator */
/** @typedef {import('./support.mjs').Product} Product */

/** Where an app runs: its preview in the builder, or its page on the web. */
/** @typedef {Pick<Page, 'getByRole' | 'getByLabel' | 'getByText'>} AppPage */

/**
 * @typedef {object} App
 * @property {string} name
 * @property {string} make the builder's button
 * @property {Record<string, number>} tables rows that a new project has
 * @property {(app: AppPage, word: string) => Promise<void>} add types a row that says `word`
 * @property {string} grown the table that `add` adds to
 * @property {{ variable: string, value: string }} title the variable that sets the page's heading
 * @property {string} look SQL for all that `add` has added, one value a row
 */

/** @type {Record<'guestbook' | 'shop' | 'notes', App>} */
export const apps = {
  guestbook: {
    name: 'Guestbook',
    make: 'Make a guestbook',
    tables: { entries: 10 },
    grown: 'entries',
    title: { variable: 'SITE_TITLE', value: 'Guests of the Æ harbour' },
    look: 'SELECT message FROM entries ORDER BY id',
    async add(app, word) {
      await app.getByLabel('Name').fill('Ada Lovelace');
      await app.getByLabel('Message').fill(`${word} — ☕ 👩‍🚀 'quoted' "twice"`);
      await app.getByRole('button', { name: 'Sign the book' }).click();
      await app.getByRole('listitem').filter({ hasText: word }).waitFor();
    },
  },
  shop: {
    name: 'Shop',
    make: 'Make a shop',
    tables: {},
    grown: 'products',
    title: { variable: 'SHOP_NAME', value: 'Sieves & Sundries' },
    look: 'SELECT name FROM products ORDER BY id',
    async add(app, word) {
      await app.getByLabel('Article number').fill(`SKU-${word}`);
      await app.getByRole('textbox', { name: 'Name' }).last().fill(`Sieve ${word}`);
      await app.getByLabel('Price').fill('12.50');
      await app.getByLabel('Weight in kg').fill('0.25');
      await app.getByLabel('In stock').fill('10');
      await app.getByRole('button', { name: 'Add the product' }).click();
      await app.getByRole('button', { name: `Add to basket: Sieve ${word}` }).click();
      await app.getByRole('textbox', { name: 'Name' }).first().fill('Grace Hopper');
      await app.getByLabel('E-mail').fill('grace@example.com');
      await app.getByRole('button', { name: 'Place the order' }).click();
      await app.getByText(/Thank you\. Order \d+/).waitFor();
    },
  },
  notes: {
    name: 'Notes',
    make: 'Make a notebook',
    tables: {},
    grown: 'Note',
    title: { variable: 'SITE_TITLE', value: 'Notes of the crew' },
    look: 'SELECT title FROM Note ORDER BY createdAt, id',
    async add(app, word) {
      await app.getByLabel('Title').fill(`Note ${word}`);
      await app.getByLabel('Note', { exact: true }).fill('Two lines,\nand a tab\there.');
      await app.getByLabel('Tags, with commas between them').fill('ideas, harbour');
      await app.getByRole('button', { name: 'Keep this note' }).click();
      await app.getByRole('heading', { name: `Note ${word}` }).waitFor();
    },
  },
};

// --- In the builder

/**
 * Makes an app in the builder.
 * @param {Page} page @param {Product} product @param {App} app
 * @returns {Promise<string>} the project's id
 */
export async function makeProject(page, product, app) {
  await page.goto(`${product.url}/builder/`);
  await page.getByRole('button', { name: app.make }).click();
  await page.getByRole('heading', { name: app.name, level: 1 }).waitFor();
  await page.waitForURL(/\?project=/);
  return new URL(page.url()).searchParams.get('project') ?? '';
}

/** The app that runs in the builder's preview. @param {Page} page @param {App} app */
export function previewOf(page, app) {
  return page.getByTitle(`Preview of ${app.name}`).contentFrame();
}

/** @param {Page} page */
export async function pressDeployInBuilder(page) {
  await page.getByRole('button', { name: 'Deploy', exact: true }).click();
  await page.waitForURL(/\/app\/dashboard\?deploy=/);
}

// --- In the dashboard

/** From the signed-out dashboard, by the sandbox's page, and back. @param {Page} page */
export async function signIn(page, person = 'Mara Lindqvist') {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: `Sign in as ${person}` }).click();
  await page.getByRole('button', { name: 'Account' }).waitFor({ state: 'attached' });
}

/** @param {Page} page @param {string} name @returns {Locator} */
export const dialogCalled = (page, name) => page.getByRole('dialog', { name, exact: true });

/** The dialog of choices, ready to deploy. @param {Page} page @param {App} app */
export async function choices(page, app) {
  const dialog = dialogCalled(page, `Deploy ${app.name}`);
  await deployButton(dialog).waitFor();
  return dialog;
}

/** @param {Locator} dialog */
export const deployButton = (dialog) => dialog.getByRole('button', { name: /^Deploy for \$/ });

/** @param {Page} page @param {App} app @returns {Promise<Locator>} the dialog of the live app */
export async function untilLive(page, app) {
  const live = dialogCalled(page, `${app.name} is live`);
  const stopped = page.getByRole('dialog', { name: /was not deployed|needs you/ });
  await live.or(stopped).waitFor({ timeout: 90_000 });
  if (await stopped.isVisible()) throw new Error(await stopped.ariaSnapshot());
  return live;
}

/**
 * From an empty browser to the dialog of choices.
 * @param {Page} page @param {Product} product @param {App} app @param {string} [person]
 */
export async function comeToChoices(page, product, app, person) {
  const id = await makeProject(page, product, app);
  await pressDeployInBuilder(page);
  await signIn(page, person);
  return { id, dialog: await choices(page, app) };
}

/**
 * Opens the live app by the dialog's button, in a tab of its own.
 * @param {Page} page @param {Locator} dialog
 */
export async function openLive(page, dialog) {
  const opened = page.context().waitForEvent('page');
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  const tab = await opened;
  await tab.waitForLoadState();
  return tab;
}

/**
 * What the dialog of choices says will be carried.
 * @param {Locator} dialog
 * @returns {Promise<Record<string, number>>} rows by table
 */
export async function tablesToCarry(dialog) {
  await dialog.getByRole('button', { name: 'Show tables' }).click();
  const list = dialog.getByRole('list', { name: 'Tables to carry' });
  await list.waitFor();
  /** @type {Record<string, number>} */
  const rows = {};
  for (const item of await list.getByRole('listitem').all()) {
    const [count = '', name = ''] = await item.getByRole('paragraph').allInnerTexts();
    rows[name] = Number.parseInt(count.replaceAll(',', ''), 10);
  }
  return rows;
}

/**
 * The data report as it is shown, a row each table.
 * @param {Page} page
 * @returns {Promise<string[][]>} table, rows before, rows after, checksums of both, verdict
 */
export async function readReport(page) {
  await page.getByRole('button', { name: 'See the whole report' }).click();
  const report = dialogCalled(page, 'Data report');
  const table = report.getByRole('table', { name: 'Tables' });
  await table.waitFor();
  const rows = [];
  for (const row of await table.getByRole('row').all()) {
    const cells = row.getByRole('rowheader').or(row.getByRole('cell'));
    rows.push((await cells.allInnerTexts()).map((text) => text.trim()));
  }
  await report.getByRole('button', { name: 'Close' }).click();
  return rows.filter((row) => row.length > 0);
}

/**
 * Sums of a report: how many rows each table has on both sides; fails when anything differs.
 * @param {string[][]} rows
 */
export function rowsByTable(rows) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const [name = '', source, target, sumSource = '', sumTarget, verdict] of rows) {
    assert.equal(target, source, `rows of ${name}`);
    assert.equal(sumTarget, sumSource, `checksums of ${name}`);
    assert.match(sumSource, /^[0-9a-f]{16}$/, `checksum of ${name}`);
    assert.equal(verdict, 'same', `verdict of ${name}`);
    counts[name] = Number(source);
  }
  return counts;
}

/**
 * What was ever deployed of a project, as Fairway tells the person of this page.
 * @param {Page} page
 * @param {string} id of the project
 * @returns {Promise<any[]>}
 */
export async function deploymentsOf(page, id) {
  const answer = await page.request.get(new URL('/api/deployments', page.url()).href);
  const { deployments } = await answer.json();
  return deployments.filter((/** @type {any} */ one) => one.project_id === id);
}
