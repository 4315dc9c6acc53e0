// Whole databases to PostgreSQL: apps', and databases that people use. Cells and schema are judged
// by an outsider.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { appDatabases } from '../migration/apps.mjs';
import { realDatabases } from '../migration/real_databases.mjs';
import { differences } from './cells.mjs';
import { schemaDifferences } from './schema_judge.mjs';
import { fairway, newFolder, newSqlite, psql, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
let url = '';
before((context) => {
  server = startServer(/** @type {any} */ (context));
  url = server.newDatabase();
});

/** @param {string} file @param {string} schema */
async function judge(file, schema) {
  psql(url, 'DROP SCHEMA IF EXISTS fairway CASCADE');
  const ended = await fairway('migrate', file, '--into', url, '--schema', schema, '--json');
  assert.equal(ended.code, 0, ended.out + ended.error);
  const report = JSON.parse(ended.out);
  assert.deepEqual(report.declared, []);
  assert.deepEqual(differences(file, url, { renames: report.renames, schema }), []);
  assert.deepEqual(schemaDifferences(file, url, schema, report), []);
}

for (const [index, app] of appDatabases().entries()) {
  test(`${app.name}, to PostgreSQL`, async (context) => {
    await judge(newSqlite(newFolder(context), app.sql), `app${index}`);
  });
}

for (const [index, database] of realDatabases.entries()) {
  test(`${database.name}, to PostgreSQL`, async () => {
    await judge(database.file, `real${index}`);
  });
}

test('the judge sees what is missing', async (context) => {
  const [, , , app] = appDatabases();
  assert.ok(app);
  const file = newSqlite(newFolder(context), app.sql);
  const ended = await fairway('migrate', file, '--into', url, '--schema', 'hurt', '--json');
  const report = JSON.parse(ended.out);
  const wounds = [
    'ALTER TABLE "Item" DROP CONSTRAINT "Item_orderId_fkey"',
    'ALTER TABLE "Item" DROP CONSTRAINT "Item_pkey"',
    'ALTER TABLE "Item" ALTER COLUMN "count" SET DEFAULT 2',
    'ALTER TABLE "Order" ALTER COLUMN "state" DROP NOT NULL',
    'DROP INDEX "Product_sku_key"',
    'ALTER TABLE "Customer" ALTER COLUMN id RESTART WITH 51',
  ];
  for (const wound of wounds) {
    const before = schemaDifferences(file, url, 'hurt', report).length;
    psql(url, `SET search_path TO hurt; ${wound}`);
    const after = schemaDifferences(file, url, 'hurt', report).length;
    assert.ok(after > before, wound);
  }
  psql(url, `SET search_path TO hurt; UPDATE "Product" SET title = title || ' ' WHERE id = 1`);
  assert.equal(differences(file, url, { renames: report.renames, schema: 'hurt' }).length, 1);
});
