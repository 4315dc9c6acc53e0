// The conformance matrix on a real PostgreSQL server: one test a row. Whatever a case says, the
// cells are compared by an outsider too.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { compareSaid, makeFile, matrix, planOf, sumsThatDiffer } from '../migration/matrix.mjs';
import { differences } from './cells.mjs';
import { fairway, newFolder, psql, startServer } from './support.mjs';

/** @typedef {import('../migration/matrix.mjs').Case} Case */
/** @typedef {import('../migration/matrix.mjs').Expectation} Expectation */

/** @type {ReturnType<typeof startServer>} */
let server;
let url = '';
before((context) => {
  server = startServer(/** @type {any} */ (context));
  url = server.newDatabase();
});

for (const [index, one] of matrix().entries()) {
  const expected = one.targets.postgres;
  if (!expected) continue;
  test(`row ${one.number} to PostgreSQL, ${expected.outcome}: ${one.title}`, async (context) => {
    const file = makeFile(newFolder(context), one);
    const schema = `row${index}`;
    psql(url, 'DROP SCHEMA IF EXISTS fairway CASCADE');
    const into = ['--into', url, '--schema', schema, '--json'];
    const ended = await fairway('migrate', file, ...into, ...planWords(file, expected));
    const code = Number(stepsOf(expected, 'exit')[0] ?? (expected.outcome === 'REFUSE' ? 3 : 0));
    assert.equal(ended.code, code, ended.out + ended.error);
    for (const words of stepsOf(expected, 'error')) {
      assert.match(ended.out + ended.error, new RegExp(words, 'u'));
    }
    if (code !== 0) {
      assert.equal(askPostgres('public', tablesIn(schema)), '', 'nothing is kept');
      return;
    }
    checkReport(JSON.parse(ended.out), expected);
    checkCells(file, schema, JSON.parse(ended.out), expected);
    checkSteps(schema, expected);
  });
}

/** @param {string} file @param {Expectation} expected */
function planWords(file, expected) {
  const plan = planOf(expected);
  if (plan === null) return [];
  writeFileSync(`${file}.json`, JSON.stringify(plan));
  return ['--plan', `${file}.json`];
}

/** @param {Expectation} expected @param {string} mark */
function stepsOf(expected, mark) {
  return expected.steps.filter((step) => step.mark === mark).map((step) => step.words);
}

/** @param {string} schema */
const tablesIn = (schema) => `SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`;

/** @param {string} schema @param {string} sql */
function askPostgres(schema, sql) {
  return psql(url, `\\pset null NULL\nSET search_path TO ${schema};\n${sql}`);
}

/** @param {any} report @param {Expectation} expected */
function checkReport(report, expected) {
  assert.equal(report.differences, 0);
  assert.deepEqual(sumsThatDiffer(report), []);
  const { got, wanted } = compareSaid(report, expected);
  assert.deepEqual(got, wanted);
  if (expected.outcome !== 'EXACT') {
    const outcomes = report.decisions.map((/** @type {any} */ one) => one.outcome);
    assert.ok(outcomes.includes(expected.outcome), `${expected.outcome} among ${outcomes}`);
  }
  const declared = report.declared.map(
    (/** @type {any} */ cell) => `${cell.table}.${cell.column} ${cell.rowid}`,
  );
  assert.deepEqual(declared, stepsOf(expected, 'declared'));
}

/** @param {string} file @param {string} schema @param {any} report @param {Expectation} expected */
function checkCells(file, schema, report, expected) {
  const isEmptied = report.declared.some((/** @type {any} */ cell) => /as NULL/u.test(cell.why));
  if (isEmptied) return;
  const dates = stepsOf(expected, 'dates')[0] === 's' ? 's' : 'ms';
  const tagged = report.decisions
    .filter((/** @type {any} */ one) => one.choice === 'tagged_text')
    .map((/** @type {any} */ one) => `${one.table}.${one.column}`);
  const { renames } = report;
  assert.deepEqual(differences(file, url, { renames, schema, dates, tagged }), []);
}

/** @param {string} schema @param {Expectation} expected */
function checkSteps(schema, expected) {
  for (const step of expected.steps) {
    const { mark, words, lines } = step;
    if (mark === 'type') {
      const [, place = '', type = ''] = /^(\S+) (.*)$/u.exec(words) ?? [];
      assert.equal(typeOf(schema, place), type, place);
    }
    if (mark === '?') assert.equal(askPostgres(schema, words), lines.join('\n'), words);
    if (mark === '>') askPostgres(schema, words);
    if (mark === '!') assert.throws(() => askPostgres(schema, words), /ERROR/u, words);
  }
}

/** @param {string} schema @param {string} place */
function typeOf(schema, place) {
  const [table, column] = place.split('.');
  return psql(
    url,
    `SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attname = '${column}' AND
     attrelid = (quote_ident('${schema}') || '.' || quote_ident('${table}'))::regclass`,
  );
}
