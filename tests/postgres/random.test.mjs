// Databases at random. Whatever is in them, they are carried whole; never broken off.
// FAIRWAY_SEEDS and FAIRWAY_FIRST_SEED say how many and which.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { fileOfSeeds, judgeGroups, seedCount } from '../migration/random.mjs';
import { differences } from './cells.mjs';
import { fairway, newFolder, psql, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

test(`${seedCount} databases at random, to PostgreSQL`, async (context) => {
  const folder = newFolder(context);
  const url = server.newDatabase();
  await judgeGroups(async (seeds) => {
    const { path, sql } = fileOfSeeds(folder, seeds);
    const said = `seeds ${seeds}\n${seeds.length === 1 ? sql : ''}`;
    psql(url, 'DROP SCHEMA IF EXISTS made CASCADE; DROP SCHEMA IF EXISTS fairway CASCADE');
    const ended = await fairway('migrate', path, '--into', url, '--schema', 'made', '--json');
    assert.equal(ended.code, 0, `${ended.error}${said}`);
    const { renames, declared, differences: found } = JSON.parse(ended.out);
    assert.equal(found, 0, said);
    const emptied = new Set(
      declared.filter((/** @type {any} */ cell) => /as NULL/.test(cell.why)).map(tableOf),
    );
    const differ = differences(path, url, { renames, schema: 'made' });
    assert.deepEqual(
      differ.filter(({ table }) => !emptied.has(table)),
      [],
      said,
    );
  });
});

/** @param {{table: string}} cell */
const tableOf = (cell) => cell.table;
