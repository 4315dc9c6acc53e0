// Whole databases to libSQL: apps', and databases that people use. The server holds what the source
// holds, and so do the script and the file for Turso.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { appDatabases } from '../migration/apps.mjs';
import { realDatabases } from '../migration/real_databases.mjs';
import { askClient, askFile, contentOf } from '../migration/sqlite_cells.mjs';
import { newClient, newDatabase, newSandbox } from '../sandbox/help.mjs';
import { fairwayAside, newFolder, sqlite3 } from './help.mjs';

/** @type {Awaited<ReturnType<typeof newSandbox>>} */
let sandbox;
before(async (context) => {
  sandbox = await newSandbox(/** @type {any} */ (context));
});

/** @param {string} file */
async function contentOfFile(file) {
  const database = new DatabaseSync(file, { readOnly: true });
  const content = await contentOf(askFile(database));
  database.close();
  return content;
}

/** @param {string} folder @param {string} file @param {string} name */
async function judge(folder, file, name) {
  const content = await contentOfFile(file);
  // The local server takes a minute for larger ones.
  if (statSync(file).size < 10_000_000) {
    const target = await newDatabase(sandbox.origin, name);
    const token = { TURSO_AUTH_TOKEN: target.token };
    const ended = await fairwayAside(['migrate', file, '--into', target.url, '--json'], token);
    assert.equal(ended.code, 0, ended.out + ended.err);
    assert.equal(firstDifference(await contentOf(askClient(newClient(target))), content), '');
  }
  const image = join(folder, `${name}.image`);
  const script = join(folder, `${name}.sql`);
  const replayed = join(folder, `${name}.db`);
  const out = ['export', file, '--to', 'libsql', '--out'];
  assert.equal((await fairwayAside([...out, image, '--image'])).code, 0);
  assert.equal((await fairwayAside([...out, script])).code, 0);
  sqlite3(replayed, readFileSync(script, 'utf8'));
  assert.equal(firstDifference(await contentOfFile(image), content), '');
  assert.equal(firstDifference(await contentOfFile(replayed), content), '');
}

/**
 * Not deepEqual: it would take minutes to print a difference.
 * @param {string[]} got @param {string[]} wanted
 */
function firstDifference(got, wanted) {
  if (got.length !== wanted.length) return `${got.length} lines, not ${wanted.length}`;
  const place = got.findIndex((line, i) => line !== wanted[i]);
  return place < 0 ? '' : `${got[place]}\nnot\n${wanted[place]}`;
}

for (const [index, app] of appDatabases().entries()) {
  test(`${app.name}, to libSQL`, async (context) => {
    const folder = newFolder(context);
    const file = join(folder, 'app.db');
    sqlite3(file, app.sql);
    await judge(folder, file, `app${index}`);
  });
}

for (const [index, database] of realDatabases.entries()) {
  test(`${database.name}, to libSQL`, async (context) => {
    await judge(newFolder(context), database.file, `real${index}`);
  });
}

// Versions of SQLite read such digits as the double next to the one that is meant.
test('reals of every size keep all their bits in a script', async (context) => {
  const folder = newFolder(context);
  const [file, script] = [join(folder, 'reals.db'), join(folder, 'reals.sql')];
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE r(id INTEGER PRIMARY KEY, x REAL); BEGIN');
  const insert = database.prepare('INSERT INTO r(x) VALUES (?)');
  const view = new DataView(new ArrayBuffer(8));
  let state = 1n;
  for (let i = 0; i < 20_000; i += 1) {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n);
    view.setBigUint64(0, state ^ (state >> 31n));
    insert.run(Number(state >> 40n) / 1e6 - 8);
    if (Number.isFinite(view.getFloat64(0))) insert.run(view.getFloat64(0));
  }
  database.exec('COMMIT; INSERT INTO r(x) VALUES (-26.819604), (5e-324), (-0.0), (1e22), (0.1)');
  const content = await contentOf(askFile(database));
  database.close();
  assert.equal((await fairwayAside(['export', file, '--to', 'libsql', '--out', script])).code, 0);
  const replayed = join(folder, 'replayed.db');
  sqlite3(replayed, readFileSync(script, 'utf8'));
  assert.equal(firstDifference(await contentOfFile(replayed), content), '');
  const newer = new DatabaseSync(':memory:');
  newer.exec(readFileSync(script, 'utf8'));
  assert.equal(firstDifference(await contentOf(askFile(newer)), content), '');
});
