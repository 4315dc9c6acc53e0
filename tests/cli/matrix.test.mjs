// The conformance matrix on libSQL: one test a row. Each database goes to a libSQL server, and into
// a script and a file for Turso; all of them are read by SQL alone and hold what the source holds.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { compareSaid, makeFile, matrix, sumsThatDiffer } from '../migration/matrix.mjs';
import { askClient, askFile, contentOf, rowText } from '../migration/sqlite_cells.mjs';
import { newClient, newDatabase, newSandbox } from '../sandbox/help.mjs';
import { fairwayAside, newFolder } from './help.mjs';

/** @typedef {import('../migration/matrix.mjs').Expectation} Expectation */
/** @typedef {import('../migration/sqlite_cells.mjs').Ask} Ask */

/** @type {Awaited<ReturnType<typeof newSandbox>>} */
let sandbox;
before(async (context) => {
  sandbox = await newSandbox(/** @type {any} */ (context));
});

test('each row has a case for both targets', (context) => {
  if (process.env.FAIRWAY_CASES !== undefined) return context.skip('only some are read');
  const have = new Set(
    matrix().flatMap(({ number, targets }) =>
      Object.keys(targets).map((target) => `${number} ${target}`),
    ),
  );
  const missing = Array.from({ length: 100 }, (_, i) => i + 1)
    .flatMap((number) => [`${number} libsql`, `${number} postgres`])
    .filter((row) => !have.has(row));
  // A writer during the read and a crash in the middle are no database.
  assert.deepEqual(missing, ['97 libsql', '97 postgres', '98 libsql', '98 postgres']);
  return undefined;
});

for (const [index, one] of matrix().entries()) {
  const expected = one.targets.libsql;
  if (!expected) continue;
  test(`row ${one.number} to libSQL, ${expected.outcome}: ${one.title}`, async (context) => {
    const folder = newFolder(context);
    const file = makeFile(folder, one);
    const target = await newDatabase(sandbox.origin, `row${index}`);
    const token = { TURSO_AUTH_TOKEN: target.token };
    const ended = await fairwayAside(['migrate', file, '--into', target.url, '--json'], token);
    const code = Number(stepsOf(expected, 'exit')[0] ?? (expected.outcome === 'REFUSE' ? 3 : 0));
    assert.equal(ended.code, code, ended.out + ended.err);
    for (const words of stepsOf(expected, 'error')) {
      assert.match(ended.out + ended.err, new RegExp(words, 'u'));
    }
    const server = askClient(newClient(target));
    if (code !== 0) {
      assert.deepEqual(await server("SELECT name FROM sqlite_schema WHERE type = 'table'"), []);
      if (expected.outcome !== 'REFUSE') await checkFiles(folder, file, await contentOfFile(file));
      return;
    }
    checkReport(JSON.parse(ended.out), expected);
    const content = await contentOfFile(file);
    assert.deepEqual(await contentOf(server), content);
    await checkFiles(folder, file, content);
    await checkSteps(server, expected);
  });
}

/** @param {Expectation} expected @param {string} mark */
function stepsOf(expected, mark) {
  return expected.steps.filter((step) => step.mark === mark).map((step) => step.words);
}

/** @param {any} report @param {Expectation} expected */
function checkReport(report, expected) {
  assert.equal(report.differences, 0);
  assert.deepEqual(sumsThatDiffer(report), []);
  assert.deepEqual(report.declared, []);
  const { got, wanted } = compareSaid(report, expected);
  assert.deepEqual(got, wanted);
  if (expected.outcome !== 'EXACT') {
    const outcomes = report.decisions.map((/** @type {any} */ one) => one.outcome);
    assert.ok(outcomes.includes(expected.outcome), `${expected.outcome} among ${outcomes}`);
  }
}

/** @param {string} file */
async function contentOfFile(file) {
  const database = new DatabaseSync(file);
  const content = await contentOf(askFile(database));
  database.close();
  return content;
}

/** @param {string} folder @param {string} file @param {string[]} content */
async function checkFiles(folder, file, content) {
  for (const [name, words] of Object.entries({ script: [], image: ['--image'] })) {
    const out = join(folder, `out.${name}`);
    const ended = await fairwayAside(['export', file, '--to', 'libsql', ...words, '--out', out]);
    assert.equal(ended.code, 0, ended.err);
    const database = new DatabaseSync(name === 'image' ? out : ':memory:');
    if (name === 'script') database.exec(readFileSync(out, 'utf8'));
    assert.deepEqual(await contentOf(askFile(database)), content, name);
    assert.deepEqual(await askFile(database)('PRAGMA integrity_check'), [['ok']], name);
    if (name === 'image') checkHeader(readFileSync(out));
    database.close();
  }
}

/** What Turso takes: UTF-8, pages of 4,096 bytes, WAL, no auto-vacuum. @param {Buffer} file */
function checkHeader(file) {
  assert.deepEqual([file.readUInt16BE(16), file[18], file[19], file[20]], [4096, 2, 2, 0]);
  assert.equal(file.readUInt32BE(52), 0);
  // A file without tables may leave its encoding open.
  assert.ok(file.readUInt32BE(56) <= 1);
}

/** @param {Ask} server @param {Expectation} expected */
async function checkSteps(server, expected) {
  for (const { mark, words, lines } of expected.steps) {
    if (mark === '?') {
      assert.equal((await server(words)).map(rowText).join('\n'), lines.join('\n'), words);
    }
    if (mark === '>') await server(words);
    if (mark === '!') await assert.rejects(server(words), Error, words);
  }
}
