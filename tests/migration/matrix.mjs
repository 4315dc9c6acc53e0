// Reads the cases of tests/data/migration/matrix (their form is in its README.md) and makes the
// database files they describe.

import { copyFileSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** @typedef {{mark: string, words: string, lines: string[]}} Step */
/** @typedef {{outcome: string, steps: Step[]}} Expectation */
/**
 * @typedef {{number: number, title: string, sql: string, file: string[],
 *   targets: Record<string, Expectation>}} Case
 */

const folder = new URL('../data/migration/matrix/', import.meta.url).pathname;
const marks = /^(because|says|type|declared|choose|decide|exit|error|dates|\?|!|>)(?: (.*))?$/u;

/** @returns {Case[]} */
export function matrix() {
  const files = readdirSync(folder).filter((name) => name.endsWith('.txt'));
  const only = new RegExp(process.env.FAIRWAY_CASES ?? '', 'u');
  return files
    .sort()
    .flatMap((name) => casesIn(readFileSync(join(folder, name), 'utf8'), name))
    .filter((one) => only.test(`${one.number} ${one.title}`));
}

/** @param {string} text @param {string} name @returns {Case[]} */
function casesIn(text, name) {
  return text
    .split(/^== /mu)
    .slice(1)
    .map((part) => {
      const [heading = '', ...sections] = part.split(/^-- (?=(?:sqlite|file|libsql|postgres)\b)/mu);
      const [, number, title = ''] = /^(\d+) (.*)\n$/u.exec(heading.replace(/\n+$/u, '\n')) ?? [];
      if (number === undefined) throw new Error(`${name}: "${heading}" is no heading`);
      /** @type {Case} */
      const found = { number: Number(number), title, sql: '', file: [], targets: {} };
      for (const section of sections) addSection(found, section, name);
      return found;
    });
}

/** @param {Case} found @param {string} section @param {string} name */
function addSection(found, section, name) {
  const [heading = '', ...lines] = section.replace(/\n+$/u, '').split('\n');
  const [word = '', outcome = ''] = heading.split(' ');
  if (word === 'sqlite') found.sql = lines.join('\n');
  else if (word === 'file') found.file = lines.filter((line) => line !== '');
  else found.targets[word] = { outcome, steps: stepsIn(lines, `${name}, ${found.number}`) };
}

/** @param {string[]} lines @param {string} place @returns {Step[]} */
function stepsIn(lines, place) {
  /** @type {Step[]} */
  const steps = [];
  for (const line of lines) {
    const [, mark, words = ''] = marks.exec(line) ?? [];
    const last = steps.at(-1);
    if (mark !== undefined) steps.push({ mark, words, lines: [] });
    else if (last?.mark === '?') last.lines.push(line);
    else if (line !== '') throw new Error(`${place}: "${line}" says nothing`);
  }
  return steps;
}

/** @param {string} folder @param {Case} one @returns {string} The file's path. */
export function makeFile(folder, one) {
  const path = join(mkdtempSync(join(folder, 'case-')), 'app.db');
  const database = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true });
  // As a database is found: made by whoever did not care.
  database.exec('PRAGMA foreign_keys = OFF');
  if (one.file.includes('wal')) database.exec('PRAGMA journal_mode = WAL');
  if (one.sql !== '') database.exec(one.sql);
  const copy = `${path}-copy`;
  if (one.file.includes('wal')) {
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
  }
  database.close();
  for (const step of one.file) changeFile(path, step);
  return one.file.includes('wal') ? copy : path;
}

/** @param {string} path @param {string} step */
function changeFile(path, step) {
  const [verb, first = '', second = ''] = step.split(' ');
  const bytes = readFileSync(path);
  if (verb === 'bytes') Buffer.from(second, 'hex').copy(bytes, Number(first));
  if (verb === 'bytes') return writeFileSync(path, bytes);
  if (verb === 'cut') return writeFileSync(path, bytes.subarray(0, Number(first)));
  if (verb === 'content') return writeFileSync(path, Buffer.from(first, 'hex'));
  if (verb === 'noise') return writeFileSync(path, noise(Number(first)));
  if (verb !== 'wal') throw new Error(`"${step}" is nothing that can be done to a file`);
}

/** Bytes as of an encrypted file. @param {number} size */
function noise(size) {
  let state = 12_345;
  return Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

/** "ASK mixed_classes t.a": a decision as the cases write it. @param {any} decision */
export function said(decision) {
  const place = [decision.table, decision.column].filter((part) => part !== '').join('.');
  const words = [decision.outcome, decision.kind, place, decision.object];
  return words.filter((word) => word !== '').join(' ');
}

/**
 * What a report says beside plain mappings, and what it was expected to say.
 * @param {any} report @param {Expectation} expected
 */
export function compareSaid(report, expected) {
  const wanted = expected.steps.filter((step) => step.mark === 'says').map((step) => step.words);
  /** @type {string[]} */
  const all = report.decisions.map(said);
  const got = all.filter((line) => wanted.includes(line) || !line.startsWith('MAP '));
  return { got: [...new Set(got)].sort(), wanted: wanted.sort() };
}

/**
 * The plan that makes the choices of a case; null when it makes none.
 * @param {Expectation} expected
 */
export function planOf(expected) {
  const words = (/** @type {string} */ mark) =>
    expected.steps.filter((step) => step.mark === mark).map((step) => step.words);
  const tables = words('choose').map((line) => {
    const [, name, column, choice] = /^([^.]+)\.(\S+) (.*)$/u.exec(line) ?? [];
    return { name, columns: [{ name: column, choice }] };
  });
  const decisions = words('decide').map((line) => {
    const [kind, place = '', object, choice] = line.split(' ');
    const [table, column = ''] = place.split('.');
    return { kind, table, column, object: object === '-' ? '' : object, choice };
  });
  return tables.length + decisions.length > 0 ? { target: 'postgres', tables, decisions } : null;
}

/** Both sides have the same sums in every report. @param {any} report */
export function sumsThatDiffer(report) {
  return report.tables.flatMap((/** @type {any} */ table) =>
    table.columns
      .filter((/** @type {any} */ one) => one.checksum_source !== one.checksum_target)
      .map((/** @type {any} */ one) => `${table.name}.${one.name}`),
  );
}
