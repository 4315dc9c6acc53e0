// Databases at random to libSQL: a server, a script and a file for Turso hold what the source
// does.
// FAIRWAY_SEEDS and FAIRWAY_FIRST_SEED say how many and which.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { fileOfSeeds, judgeGroups, seedCount } from '../migration/random.mjs';
import { askClient, askFile, contentOf } from '../migration/sqlite_cells.mjs';
import { newClient, newDatabase, newSandbox } from '../sandbox/help.mjs';
import { fairwayAside, newFolder } from './help.mjs';

/** @type {Awaited<ReturnType<typeof newSandbox>>} */
let sandbox;
before(async (context) => {
  sandbox = await newSandbox(/** @type {any} */ (context));
});

test(`${seedCount} databases at random, to libSQL`, async (context) => {
  const folder = newFolder(context);
  let servers = 0;
  await judgeGroups(async (seeds) => {
    const { path, sql } = fileOfSeeds(folder, seeds);
    const said = `seeds ${seeds}\n${seeds.length === 1 ? sql : ''}`;
    const content = await contentOfFile(path);
    const target = await newDatabase(sandbox.origin, `seeds${(servers += 1)}`);
    const token = { TURSO_AUTH_TOKEN: target.token };
    const ended = await fairwayAside(['migrate', path, '--into', target.url, '--json'], token);
    assert.equal(ended.code, 0, `${ended.err}${said}`);
    assert.deepEqual(await contentOf(askClient(newClient(target))), content, said);
    for (const way of [[], ['--image']]) {
      const out = `${path}.out`;
      const made = await fairwayAside(['export', path, '--to', 'libsql', ...way, '--out', out]);
      assert.equal(made.code, 0, `${made.err}${said}`);
      const database = new DatabaseSync(way.length > 0 ? out : ':memory:');
      if (way.length === 0) database.exec(readFileSync(out, 'utf8'));
      assert.deepEqual(await contentOf(askFile(database)), content, said);
      database.close();
    }
  });
});

/** @param {string} path */
async function contentOfFile(path) {
  const database = new DatabaseSync(path);
  const content = await contentOf(askFile(database));
  database.close();
  return content;
}
