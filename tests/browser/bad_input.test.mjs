// What cannot be deployed: each case says what is wrong, why and who must act, and nothing of it
// reaches a provider.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import initSqlJs from 'sql.js';

import { changeStored } from './store.mjs';
import { stage } from './support.mjs';
import {
  apps,
  choices,
  comeToChoices,
  deployButton,
  deploymentsOf,
  dialogCalled,
  makeProject,
  openLive,
  pressDeployInBuilder,
  signIn,
  untilLive,
} from './steps.mjs';

/** @typedef {import('./support.mjs').Scene} Scene */
/** @typedef {import('playwright-core').Page} Page */

const { product, scene } = stage();
const app = apps.guestbook;
const sqlite = await initSqlJs();
const megabyte = 1_048_576;

/** @param {string} sql */
function databaseFrom(sql) {
  const database = new sqlite.Database();
  database.exec(sql);
  const bytes = database.export();
  database.close();
  return bytes;
}

/** A good database with its second half overwritten. */
function corruptDatabase() {
  const rows = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)';
  const bytes = databaseFrom(
    `CREATE TABLE t (a TEXT); INSERT INTO t ${rows} SELECT 'row number ' || i FROM n`,
  );
  return bytes.fill(0xa5, Math.floor(bytes.length / 2));
}

const manyTables = () =>
  databaseFrom(
    `PRAGMA page_size = 512;` +
      Array.from({ length: 2_001 }, (_, at) => `CREATE TABLE t${at} (a)`).join(';'),
  );

/** @type {{ what: string, bytes: () => Uint8Array | null, says: RegExp, advice: RegExp }[]} */
const databases = [
  {
    what: 'no database',
    bytes: () => null,
    says: /^The project has no preview database\.$/,
    advice: /^You must act: open the project in the Builder/,
  },
  {
    what: 'an empty one',
    bytes: () => new Uint8Array(0),
    says: /^The preview database is empty: it has no bytes\.$/,
    advice: /^You: open the project in the builder/,
  },
  {
    what: 'a file that is no database',
    bytes: () => new TextEncoder().encode('name,message\nAda,Hello\n'.repeat(50)),
    says: /^The file is not a SQLite database/,
    advice: /^You: choose the database file that the builder wrote/,
  },
  {
    what: 'a corrupt one',
    bytes: corruptDatabase,
    says: /^The preview database is damaged: /,
    advice: /^You: open the project in the builder again/,
  },
  {
    what: 'an encrypted one',
    bytes: () => randomBytes(16_384),
    says: /^The preview database is encrypted/,
    advice: /^You: export it without a password/,
  },
  {
    what: 'one without tables',
    bytes: () => databaseFrom('PRAGMA user_version = 7'),
    says: /^The preview database has no tables\.$/,
    advice: /^You: let the app’s preview run once|^You: let the app's preview run once/,
  },
  {
    what: 'one with more tables than can be carried',
    bytes: manyTables,
    says: /^The preview database has 2,001 tables; 2,000 can be carried\.$/,
    advice: /^You: drop tables/,
  },
];

scene('databases that cannot be carried', {}, async ({ page, picture }) => {
  const before = await product.atProviders();
  const { id } = await comeToChoices(page, product, app);
  for (const { what, bytes, says, advice } of databases) {
    await changeStored(page, id, { database: bytes() });
    await page.goto(`${product.url}/app/dashboard?deploy=${id}`);
    const dialog = await choices(page, app);
    const data = dialog.getByRole('region', { name: 'Data to carry' });
    await data.getByText(says).waitFor();
    await data.getByText(advice).waitFor();
    await picture(what);
    await checkRefused(page, id, what);
  }
  assert.deepEqual(await product.atProviders(), before);
});

/**
 * The button says why it does nothing, and it does nothing; nor do the keys.
 * @param {Page} page
 * @param {string} id
 * @param {string} what
 */
async function checkRefused(page, id, what) {
  const dialog = await choices(page, app);
  const button = deployButton(dialog);
  assert.equal(await button.getAttribute('aria-disabled'), 'true', what);
  const why = await button.getAttribute('aria-description');
  assert.match(why ?? '', /cannot be carried/, what);
  await button.click({ force: true });
  await page.keyboard.press('Control+Enter');
  assert.deepEqual(await deploymentsOf(page, id), [], what);
  await choices(page, app);
}

scene('a corrupt database is shown in the builder too', {}, async (parts) => {
  const { page, picture } = parts;
  parts.expectPageError(/SQLite cannot open the database file/);
  const id = await makeProject(page, product, app);
  await page.goto(`${product.url}/app/dashboard`);
  await changeStored(page, id, { database: randomBytes(4_096) });
  await page.goto(`${product.url}/builder/?project=${id}`);
  const alert = page.getByRole('alert').filter({ hasText: 'SQLite cannot open' });
  await alert.waitFor();
  await picture('builder');
});

scene('a file larger than the host takes', {}, async ({ page, picture }) => {
  const before = await product.atProviders();
  const { id } = await comeToChoices(page, product, app);
  const big = { 'public/film.txt': 'x'.repeat(26 * megabyte) };
  await changeStored(page, id, { files: big });
  await page.reload();
  await deployButton(await choices(page, app)).click();
  const stopped = dialogCalled(page, `${app.name} was not deployed`);
  await stopped.getByText('The file public/film.txt is larger than 25 MiB.').waitFor();
  await stopped.getByText(/^You\. You must act: make it smaller in the Builder/).waitFor();
  await stopped.getByRole('button', { name: 'Fix in the Builder' }).waitFor();
  await picture('too large');
  assert.deepEqual(await product.atProviders(), before);
});

scene('a project of somebody else', {}, async ({ page, context, picture }) => {
  const { id, dialog } = await comeToChoices(page, product, app, 'Tomas Okafor');
  await deployButton(dialog).click();
  await untilLive(page, app);
  const deployment = (await deploymentsOf(page, id))[0].id;
  const before = await product.atProviders();

  const browser = context.browser();
  assert.ok(browser);
  const stranger = await browser.newContext();
  const other = await stranger.newPage();
  await other.goto(`${product.url}/app/dashboard?deploy=${id}`);
  await signIn(other, 'Ines Duarte');
  const shown = other.getByRole('dialog');
  await shown.getByText('This browser has no project of that name.').waitFor();
  await shown.getByText(/^You must act: open the project in the Builder/).waitFor();
  await picture('seen by a stranger', other);
  assert.doesNotMatch(await other.locator('body').ariaSnapshot(), /127\.0\.0\.1|is live/);
  const asked = [
    `/api/projects/${id}/plan`,
    `/api/deploy/status/${deployment}`,
    `/api/deployments/${deployment}/report`,
  ];
  for (const path of asked) {
    assert.equal((await other.request.get(product.url + path)).status(), 404, path);
  }
  const wish = { headers: { 'x-fairway': '1' }, data: {} };
  const cancel = `${product.url}/api/deployments/${deployment}/cancel`;
  assert.equal((await other.request.post(cancel, wish)).status(), 404);
  await stranger.close();
  assert.deepEqual(await product.atProviders(), before);
});

scene('a name that the provider has given to somebody else', {}, async ({ page, picture }) => {
  const { dialog } = await comeToChoices(page, product, app);
  const section = dialog.getByRole('region', { name: 'Domain' });
  const name = (await section.getByText(/^fw-guestbook-/).innerText()).replace(/\..*/, '');
  await makeForeignDatabase(name);
  await deployButton(dialog).click();
  const live = await untilLive(page, app);
  await live.getByText(new RegExp(`${name}-\\d+ at Turso|fw-guestbook-\\w+ at Turso`)).waitFor();
  const steps = live.getByRole('list', { name: 'Steps' });
  const text = await steps.getByRole('listitem').nth(1).innerText();
  assert.ok(!text.includes(`${name} at Turso`), `another name than ${name}: ${text}`);
  await picture('another name');
  const tables = await product.rowsOf(name, 'SELECT count(*) FROM sqlite_schema');
  assert.deepEqual(tables, [['0']], 'what is somebody else’s stays as it is');
  const tab = await openLive(page, live);
  await tab.getByRole('heading', { name: 'Entries', exact: true }).waitFor();
});

/** @param {string} name */
async function makeForeignDatabase(name) {
  const made = await fetch(`${product.sandbox}/turso/v1/organizations/fairway/databases`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-turso-token' },
    body: JSON.stringify({ name, group: 'default' }),
  });
  assert.equal(made.status, 200);
}

scene('every name is taken', {}, async ({ page, picture }) => {
  await makeProject(page, product, app);
  await pressDeployInBuilder(page);
  await signIn(page);
  const before = await product.atProviders();
  const making = { provider: 'turso', method: 'POST', path: '/databases$' };
  await product.misbehave(making, { kind: 'status', status: 409, times: -1 });
  await deployButton(await choices(page, app)).click();
  const stopped = dialogCalled(page, `${app.name} was not deployed`);
  const what = 'Every name that this project could have is taken';
  await stopped.getByRole('heading', { name: what }).waitFor();
  await stopped.getByText(/^You\. Rename the project, then deploy again\.$/).waitFor();
  await stopped.getByText('The preview in the Builder. Nothing else is left.').waitFor();
  await picture('names taken');
  assert.deepEqual(await product.atProviders(), before);
});
