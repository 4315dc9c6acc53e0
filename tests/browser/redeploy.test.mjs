// A second deployment that would lose something in production, or replaces its rows: what the
// dialog says first, what it waits for, and what is there afterwards.

import assert from 'node:assert/strict';
import initSqlJs from 'sql.js';

import { changeStored } from './store.mjs';
import { stage } from './support.mjs';
import { apps, comeToChoices, deployButton, dialogCalled, untilLive } from './steps.mjs';

/** @typedef {import('./support.mjs').Scene} Scene */
/** @typedef {import('playwright-core').Locator} Locator */

const { scene } = stage();
const app = apps.guestbook;
const sqlite = await initSqlJs();

/** The guestbook's table as its code uses it, without two columns that it does not need. */
const narrower = `CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    message TEXT NOT NULL,
    mood TEXT,
    website TEXT NOT NULL DEFAULT '',
    likes INTEGER NOT NULL DEFAULT 0 CHECK (likes >= 0),
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
  );
  CREATE INDEX entries_created_at ON entries (created_at DESC);
  INSERT INTO entries (name, message) VALUES ('Preview', 'Only in the preview');`;

/** @param {string} sql */
function databaseFrom(sql) {
  const database = new sqlite.Database();
  database.exec(sql);
  const bytes = database.export();
  database.close();
  return bytes;
}

/** A live guestbook with a narrower preview in the builder, at the choices again.
 *  @param {Scene} parts */
async function comeAgain({ page, product }) {
  const others = (await product.atProviders()).databases;
  const { id, dialog } = await comeToChoices(page, product, app);
  await deployButton(dialog).click();
  await untilLive(page, app);
  const { databases } = await product.atProviders();
  const database = databases.find((name) => !others.includes(name)) ?? '';
  await page.goto(`${product.url}/app/dashboard`);
  await changeStored(page, id, { database: databaseFrom(narrower) });
  await page.goto(`${product.url}/app/dashboard?deploy=${id}`);
  const again = dialogCalled(page, `Deploy ${app.name}`);
  await again.getByRole('radiogroup', { name: 'Rows in production' }).waitFor();
  return { id, dialog: again, database };
}

scene('what would be lost is shown with its rows and waits for a yes', {}, async (parts) => {
  const { page, product, picture } = parts;
  const { dialog, database } = await comeAgain(parts);
  const lost = dialog.getByRole('list', { name: 'What production would lose' });
  await lost.waitFor();
  const words = await lost.getByRole('listitem').allInnerTexts();
  assert.deepEqual(
    words.map((text) => /"entries"\."(\w+)" is not in the preview/.exec(text)?.[1]),
    ['source_id', 'edited_at'],
  );
  // As many as hold a value there.
  assert.match(words[0] ?? '', /\b6 rows/);
  assert.match(words[1] ?? '', /\b2 rows/);
  await picture('1 it waits');
  await page.setViewportSize({ width: 390, height: 844 });
  await dialogCalled(page, `Deploy ${app.name}`)
    .getByText('Needs your yes', { exact: true })
    .waitFor();
  await picture('2 it waits on a phone');
  await page.setViewportSize({ width: 1440, height: 900 });
  assert.ok(await deployButton(dialog).isDisabled(), 'not without a yes');
  await dialog.getByRole('checkbox', { name: 'Yes, make these changes' }).click();
  await picture('3 said yes');
  await deployButton(dialog).click();
  const live = await untilLive(page, app);
  await live.getByText(/^What the changes took out is kept in the database until /).waitFor();
  await picture('4 live');
  const columns = await product.rowsOf(database, "SELECT name FROM pragma_table_info('entries')");
  assert.equal(columns.length, 7);
  const rows = await product.rowsOf(
    database,
    "SELECT count(*), sum(name = 'Preview') FROM entries",
  );
  assert.deepEqual(rows, [['10', '0']]);
});

scene(
  "the preview's rows in place of production's",
  { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  async (parts) => {
    const { page, product, picture } = parts;
    const { dialog, database } = await comeAgain(parts);
    await dialog.getByRole('radio', { name: "Replace them with the preview's" }).click();
    await dialog.getByText(`${database}, is kept for seven days`).waitFor();
    await picture('1 chosen');
    await dialog.getByRole('button', { name: 'Deploy and replace rows' }).click();
    const live = await untilLive(page, app);
    await live.getByText(`The database of before, ${database}, is kept until`).waitFor();
    await picture('2 live');
    const { databases } = await product.atProviders();
    assert.ok(databases.includes(database), 'the old one is there');
    const now = databases.find((name) => name.startsWith(`${database}-`)) ?? '';
    assert.deepEqual(await product.rowsOf(now, 'SELECT name FROM entries'), [['Preview']]);
    assert.deepEqual(await product.rowsOf(database, 'SELECT count(*) FROM entries'), [['10']]);
  },
);
