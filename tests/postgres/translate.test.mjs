// What the translator makes of SQLite's expressions, SELECTs and triggers, run in both databases
// over the same rows: tests/data/postgres/translate. A line that begins with ! has to be refused.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import { psql, startServer } from './support.mjs';

const root = new URL('../..', import.meta.url).pathname;
const data = join(root, 'tests/data/postgres/translate');
const program =
  process.env.FAIRWAY_TRANSLATE_LINES ?? join(root, 'build/native/fairway_translate_lines');
const tables = JSON.parse(readFileSync(join(data, 'tables.json'), 'utf8'));

/** @typedef {{kind: string, text: string, function?: string}} Line */
/** @typedef {{sql?: string, no?: string, ordered?: boolean}} Answer */

/** @param {Line[]} lines @returns {Answer[]} */
function translated(lines) {
  const input = JSON.stringify({ tables: tables.tables, lines });
  return JSON.parse(execFileSync(program, { input, encoding: 'utf8', maxBuffer: 1 << 28 }));
}

/** @param {string} name */
function linesOf(name) {
  return readFileSync(join(data, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ text: line.replace(/^! /, ''), refused: line.startsWith('! ') }));
}

function newSource() {
  const database = new DatabaseSync(':memory:', { enableDoubleQuotedStringLiterals: true });
  for (const sql of tables.sqlite) database.exec(sql);
  return database;
}

/** One form for a value of either side. @param {any} value */
function plain(value) {
  if (value === null) return null;
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'string') {
    return value.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d(\.\d+)?)\+00:00$/, '$1 $2');
  }
  return Number(value);
}

// Columns that stand as they are: their values are compared by those who carry them over.
const asTheyAre = new Set(['seen', 'touched', 'doc', 'loose']);

// Values of several classes are texts over there.
const asTexts = new Set(['value']);

/** @param {any} one @param {any} other */
function same(one, other) {
  if (typeof one !== 'number' || typeof other !== 'number') return one === other;
  return Math.abs(one - other) <= 1e-12 * Math.max(Math.abs(one), Math.abs(other));
}

/** @param {Record<string, any>[]} rows @param {boolean} ordered */
function listed(rows, ordered) {
  const made = rows.map((row) =>
    Object.entries(row)
      .filter(([name]) => !asTheyAre.has(name))
      .map(([name, value]) => {
        const made = plain(value);
        return [name.slice(0, 50), asTexts.has(name) && made !== null ? String(made) : made];
      }),
  );
  if (!ordered) made.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  return made;
}

/** @param {DatabaseSync} source @param {string} url @param {string} text @param {Answer} answer */
function compare(source, url, text, answer) {
  source.exec(`DROP VIEW IF EXISTS temp.v; CREATE TEMP VIEW v AS ${text}`);
  const statement = source.prepare('SELECT * FROM v');
  statement.setReadBigInts(true);
  const expected = listed(/** @type {any[]} */ (statement.all()), answer.ordered === true);
  const printed = psql(
    url,
    `SELECT coalesce(json_agg(line), '[]') FROM
    (SELECT row_to_json(found) AS line FROM (${answer.sql}) AS found) AS lines`,
  );
  const found = listed(JSON.parse(printed), answer.ordered === true);
  const equal =
    expected.length === found.length &&
    expected.every(
      (row, at) =>
        row.length === found[at]?.length &&
        row.every(
          ([name, value], column) =>
            name === found[at]?.[column]?.[0] && same(value, found[at]?.[column]?.[1]),
        ),
    );
  assert.ok(equal, `${text}\n${answer.sql}\n${JSON.stringify(expected)}\n${JSON.stringify(found)}`);
}

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

/** @param {{text: string, refused: boolean}[]} lines @param {(text: string) => string} query */
function check(lines, query) {
  const url = server.newDatabase();
  psql(url, tables.postgres.join(';\n'));
  const source = newSource();
  const answers = translated(lines.map(({ text }) => ({ kind: 'select', text: query(text) })));
  lines.forEach(({ text, refused }, at) => {
    const answer = answers[at] ?? {};
    assert.equal(answer.no !== undefined, refused, `${text}: ${answer.no ?? answer.sql}`);
    if (!refused) compare(source, url, query(text), answer);
  });
}

describe('the same in both databases', () => {
  test('expressions', () => {
    check(linesOf('expressions.txt'), (text) => `SELECT id AS i, ${text} AS v FROM item`);
  });

  test('SELECTs', () => {
    check(linesOf('selects.txt'), (text) => text);
  });
});

describe('triggers', () => {
  const cases = JSON.parse(readFileSync(join(data, 'triggers.json'), 'utf8'));
  const queries = [
    'SELECT id, qty, name, CASE WHEN flag THEN 1 ELSE 0 END AS f FROM item',
    'SELECT * FROM tag',
    'SELECT * FROM log',
    'SELECT * FROM total',
  ];

  /** What the attempt answers, or its error. @param {() => void} attempt */
  const errorOf = (attempt) => {
    try {
      attempt();
      return '';
    } catch (error) {
      return /** @type {Error} */ (error).message;
    }
  };

  for (const one of cases) {
    test(one.trigger, () => {
      const [answer = {}] = translated([
        { kind: 'trigger', text: one.trigger, function: 'a function' },
      ]);
      assert.equal(answer.no !== undefined, one.refused === true, answer.no ?? answer.sql);
      if (one.refused === true) return;
      const source = newSource();
      source.exec(one.trigger);
      const url = server.newDatabase();
      psql(url, `${tables.postgres.join(';\n')};\n${answer.sql}`);
      for (const sql of one.statements) {
        const expected = errorOf(() => source.exec(sql));
        const found = errorOf(() => psql(url, sql));
        assert.equal(found !== '', expected !== '', `${sql}: ${expected} ${found}`);
        if (expected !== '') assert.ok(found.includes(expected), `${expected}\n${found}`);
      }
      for (const query of queries) compare(source, url, query, { sql: query });
    });
  }
});
