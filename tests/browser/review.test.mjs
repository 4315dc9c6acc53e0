// The migration review: what is said about a database, what is chosen, and files that are made
// without a connection.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import initSqlJs from 'sql.js';

import { changeStored } from './store.mjs';
import { stage } from './support.mjs';
import { apps, choices, comeToChoices, dialogCalled } from './steps.mjs';

/** @typedef {import('playwright-core').Page} Page */

const { product, scene } = stage();
const app = apps.guestbook;
const sqlite = await initSqlJs();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const studio = `
  CREATE TABLE bookings (id INTEGER PRIMARY KEY, starts_at DATETIME, created_at DATETIME,
    price REAL);
  CREATE TABLE members (id INTEGER PRIMARY KEY, email TEXT UNIQUE, note TEXT, photo BLOB);
  CREATE TABLE payments (id INTEGER PRIMARY KEY, amount REAL, refunded BOOLEAN);
  CREATE TABLE passes (id INTEGER PRIMARY KEY, code);
  CREATE VIEW by_day AS SELECT starts_at, count(*) AS bookings FROM bookings GROUP BY starts_at;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
    INSERT INTO bookings SELECT i, CASE WHEN i % 5 = 0 THEN '2024-05-01 12:00:00'
      ELSE 1700000000 + i END, 1700000000000 + i, i / 4.0 FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
    INSERT INTO members SELECT i, 'm' || i || '@example.org',
      CASE WHEN i = 31 THEN CAST(x'636166e9' AS TEXT) WHEN i % 4 = 0 THEN NULL ELSE 'ok' END,
      CASE WHEN i % 3 = 0 THEN x'00ff' END FROM n;
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
    INSERT INTO payments SELECT i, i * 1.25, CASE WHEN i < 4 THEN 2 ELSE i % 2 END FROM n;
  INSERT INTO passes (code) VALUES ('A-1'), ('A-2'), (51), ('A-3');
`;

/** @param {string} sql */
function databaseFrom(sql) {
  const database = new sqlite.Database();
  database.exec(sql);
  const bytes = database.export();
  database.close();
  return bytes;
}

/** Every cell, as SQLite names it. @param {Uint8Array | null} bytes @param {string} [script] */
function cellsOf(bytes, script) {
  const database = new sqlite.Database(bytes);
  if (script !== undefined) database.exec(script);
  const cells = ['bookings', 'members', 'payments', 'passes'].map((table) => {
    const [columns] = database.exec(`SELECT name FROM pragma_table_info('${table}')`);
    const quoted = (columns?.values ?? []).map(([name]) => `typeof(${name}), hex(${name})`);
    return database.exec(`SELECT rowid, ${quoted.join(', ')} FROM ${table} ORDER BY rowid`);
  });
  database.close();
  return cells;
}

/** The review of a project with this database. @param {Page} page @param {Uint8Array} bytes */
async function comeToReview(page, bytes) {
  const { id } = await comeToChoices(page, product, app);
  await changeStored(page, id, { database: bytes });
  await page.goto(`${product.url}/app/dashboard?deploy=${id}`);
  const dialog = await choices(page, app);
  await dialog.getByRole('button', { name: 'Review', exact: true }).click();
  const review = page.getByRole('main', { name: 'Data to carry' });
  await review.getByRole('table', { name: 'Columns' }).waitFor();
  return { id, review };
}

/** What the browser saves after this button. @param {Page} page @param {string} name */
async function exported(page, name) {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name }).click();
  const download = await saving;
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

scene('decisions are taken, changed and accepted, and nothing is sent', {}, async (parts) => {
  const { page, context, picture } = parts;
  const { id, review } = await comeToReview(page, databaseFrom(studio));
  /** @type {string[]} */
  const asked = [];
  context.on('request', (request) => {
    // The browser fetches the icon again when the address bar changes.
    if (!request.url().endsWith('/icons/fairway.svg')) asked.push(request.url());
  });
  await review.getByRole('heading', { name: /columns need a decision$/ }).waitFor();
  await review.getByRole('button', { name: 'bookings.starts_at, Mixed dates' }).waitFor();
  await review.getByText('320 integer, 80 text').waitFor();
  await review.getByRole('radio', { name: 'members, 120 rows, 1 decision' }).waitFor();
  await picture('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture('dark');
  await page.emulateMedia({ colorScheme: 'light' });

  const broken = review.getByRole('radiogroup', { name: 'Choice for members.note, Broken text' });
  await broken.getByRole('radio', { name: 'Keep bytes' }).click();
  await broken.getByRole('radio', { name: 'Keep bytes', checked: true }).waitFor();
  await page.keyboard.press('Control+Enter');
  const dialog = await choices(page, app);
  await dialog.getByText(/decisions accepted for PostgreSQL$/).waitFor();
  await dialog.getByRole('button', { name: 'Review', exact: true }).click();
  await broken.getByRole('radio', { name: 'Keep bytes', checked: true }).waitFor();
  await page.getByRole('button', { name: 'Use safe choices' }).click();
  await broken.getByRole('radio', { name: /^Replace 1/, checked: true }).waitFor();
  await page.getByRole('button', { name: 'Back', exact: true }).click();
  await choices(page, app);
  assert.deepEqual(asked, []);
  assert.ok(page.url().endsWith(`?deploy=${id}`));
});

scene('files are written without a connection', {}, async ({ page, context, picture }) => {
  const bytes = databaseFrom(studio);
  const { id } = await comeToReview(page, bytes);
  await context.setOffline(true);
  const cells = cellsOf(bytes);

  const postgres = await exported(page, 'PostgreSQL script');
  assert.equal(postgres.name, `${id}-postgres.sql`);
  const script = postgres.bytes.toString('utf8');
  assert.match(script, /CREATE TABLE "bookings"/);
  assert.match(script, /^COPY "?.*passes/m);
  assert.match(script, /COMMIT;\s*$/);

  const libsql = await exported(page, 'libSQL script');
  assert.equal(libsql.name, `${id}-libsql.sql`);
  assert.deepEqual(cellsOf(null, libsql.bytes.toString('utf8')), cells);

  const file = await exported(page, 'SQLite file');
  assert.equal(file.name, `${id}.sqlite`);
  assert.equal(file.bytes.subarray(0, 15).toString('latin1'), 'SQLite format 3');
  assert.deepEqual([file.bytes[18], file.bytes[19]], [1, 1], 'no WAL mark');
  assert.deepEqual(cellsOf(new Uint8Array(file.bytes)), cells);
  await page.getByText(`${id}.sqlite is written`, { exact: true }).waitFor();
  await picture('written');
});

scene('by keys alone, and for everybody', {}, async ({ page, picture }) => {
  const { review } = await comeToReview(page, databaseFrom(studio));
  await page.keyboard.press('ArrowDown');
  const first = review.getByRole('button', { name: 'bookings.starts_at, Mixed dates' });
  await first.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('ArrowDown');
  const second = review.getByRole('button', { name: 'members.note, Broken text' });
  await second.and(page.locator(':focus')).waitFor();
  await page.keyboard.press('2');
  await review.getByRole('radio', { name: 'Keep bytes', checked: true }).waitFor();
  await picture('the row with the keyboard');
  await page.keyboard.press('Enter');
  const details = dialogCalled(page, 'members.note');
  await details.getByText(/rowid 31/).waitFor();
  await picture('details');
  await page.keyboard.press('Escape');
  await details.waitFor({ state: 'detached' });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => /** @type {any} */ (globalThis).axe.run());
  const told = violations.map((/** @type {any} */ one) => `${one.id}: ${one.help}`);
  assert.deepEqual(told, []);
  await page.keyboard.press('Escape');
  await choices(page, app);
});

scene(
  'on a phone, rows have two lines and open their details',
  { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
  async ({ page, picture }) => {
    const { id } = await comeToChoices(page, product, app);
    await changeStored(page, id, { database: databaseFrom(studio) });
    await page.goto(`${product.url}/app/dashboard?deploy=${id}&review=data`);
    const list = page.getByRole('list', { name: 'Columns' });
    const row = list.getByRole('button', { name: 'bookings.starts_at, Mixed dates' });
    await row.waitFor();
    await picture('rows');
    await row.click();
    const details = dialogCalled(page, 'bookings.starts_at');
    await details.getByRole('radio', { name: 'As text' }).click();
    await details.getByRole('radio', { name: 'As text', checked: true }).waitFor();
    await picture('details');
    await details.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: /^Accept \d+ decisions$/ }).click();
    await choices(page, app);
  },
);

scene('a corrupt database says why', {}, async ({ page, picture }) => {
  const { id } = await comeToChoices(page, product, app);
  const bytes = databaseFrom(studio);
  await changeStored(page, id, { database: bytes.fill(0xa5, Math.floor(bytes.length / 2)) });
  await page.goto(`${product.url}/app/dashboard?deploy=${id}&review=data`);
  const review = page.getByRole('main', { name: 'Data to carry' });
  await review.getByText(/^The preview database is damaged: /).waitFor();
  await review.getByRole('button', { name: 'Look again' }).waitFor();
  await picture('damaged');
  await changeStored(page, id, { database: databaseFrom(studio) });
  await review.getByRole('button', { name: 'Look again' }).click();
  await review.getByRole('table', { name: 'Columns' }).waitFor();
});
