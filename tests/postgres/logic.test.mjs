// Scripts run in SQLite and are carried to PostgreSQL: every cell is there, and the queries that
// mean the same have the same answer.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { checkQueries, logicScripts, runInSqlite } from '../migration/logic.mjs';
import { differences } from './cells.mjs';
import { schemaDifferences } from './schema_judge.mjs';
import { fairway, newFolder, psql, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
let url = '';
before((context) => {
  server = startServer(/** @type {any} */ (context));
  url = server.newDatabase();
});

for (const [index, script] of logicScripts().entries()) {
  test(`${script.name} on PostgreSQL`, async (context) => {
    const file = join(newFolder(context), 'app.db');
    await runInSqlite(file, script);
    const schema = `logic${index}`;
    const ended = await fairway('migrate', file, '--into', url, '--schema', schema, '--json');
    assert.equal(ended.code, 0, ended.out + ended.error);
    const report = JSON.parse(ended.out);
    assert.deepEqual(differences(file, url, { renames: report.renames, schema }), []);
    assert.deepEqual(schemaDifferences(file, url, schema, report), []);
    const ask = async (/** @type {string} */ sql) => rowsOf(schema, sql);
    await checkQueries(script, ask, (words) => words.includes('postgres'));
  });
}

/** @param {string} schema @param {string} sql */
function rowsOf(schema, sql) {
  const text = psql(url, `\\pset null NULL\nSET search_path TO ${schema};\n${sql}`);
  if (text === '') return [];
  const lines = text.split('\n').map((line) => line.split('|'));
  return lines.map((line) => line.map((cell) => (cell === 'NULL' ? null : cell)));
}
