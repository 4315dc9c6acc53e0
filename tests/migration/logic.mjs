// Reads and runs scripts in the form of SQLite's sqllogictest: "statement ok", "statement error",
// and "query TYPES SORT [postgres]" with its answer, one value a line, behind "----". The types are
// I, R (three digits behind the point) and T; SORT is nosort, rowsort or valuesort. Queries with
// the label postgres mean the same there. All statements are run first: answers are of the end.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { askFile } from './sqlite_cells.mjs';

/**
 * @typedef {{kind: 'statement' | 'query', words: string[], sql: string, values: string[]}} Record
 * @typedef {{name: string, records: Record[]}} Script
 * @typedef {(sql: string) => Promise<any[][]>} Ask
 */

const folder = new URL('../data/migration/logic/', import.meta.url).pathname;

/** @returns {Script[]} */
export function logicScripts() {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.test'))
    .sort()
    .map((name) => ({ name, records: recordsIn(readFileSync(`${folder}${name}`, 'utf8')) }));
}

/** @param {string} text @returns {Record[]} */
function recordsIn(text) {
  return text
    .trim()
    .split(/\n\n+/u)
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      const [kind, ...words] = heading.split(' ');
      if (kind !== 'statement' && kind !== 'query') throw new Error(`"${heading}" is no record`);
      const bar = lines.indexOf('----');
      const sql = (bar < 0 ? lines : lines.slice(0, bar)).join('\n');
      return { kind, words, sql, values: bar < 0 ? [] : lines.slice(bar + 1) };
    });
}

/**
 * Runs a script in SQLite, whose answers are those of the script.
 * @param {string} file @param {Script} script
 */
export async function runInSqlite(file, script) {
  const database = new DatabaseSync(file);
  for (const { kind, words, sql } of script.records) {
    if (kind === 'query') continue;
    if (words[0] === 'ok') database.exec(sql);
    else assert.throws(() => database.exec(sql), Error, sql);
  }
  await checkQueries(script, askFile(database), () => true);
  database.close();
}

/**
 * @param {Script} script @param {Ask} ask @param {(words: string[]) => boolean} isMeant
 */
export async function checkQueries(script, ask, isMeant) {
  for (const { kind, words, sql, values } of script.records) {
    if (kind === 'statement' || !isMeant(words)) continue;
    const [types = '', order = 'nosort'] = words;
    const rows = (await ask(sql)).map((row) => row.map((cell, i) => shown(cell, types[i] ?? 'T')));
    assert.deepEqual(inOrder(rows, order), inOrder(rowsOf(values, types.length), order), sql);
  }
}

/** @param {string[]} values @param {number} width */
function rowsOf(values, width) {
  return Array.from({ length: values.length / width }, (_, i) =>
    values.slice(i * width, (i + 1) * width),
  );
}

/** @param {string[][]} rows @param {string} order */
function inOrder(rows, order) {
  if (order === 'rowsort') return rows.map((row) => row.join('\n')).sort();
  return order === 'valuesort' ? rows.flat().sort() : rows.map((row) => row.join('\n'));
}

/** @param {unknown} cell @param {string} type */
function shown(cell, type) {
  if (cell === null) return 'NULL';
  if (type === 'R') return Number(cell).toFixed(3);
  return String(cell) === '' ? '(empty)' : String(cell);
}
