// See tools/bench/migration.

import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { program, psqlProgram, startServer } from '../../tests/postgres/support.mjs';

const rows = Number(process.argv[2] ?? 1_000_000);
const rounds = 3;
/** @type {(() => void)[]} */
const endings = [];
const folder = mkdtempSync(join(tmpdir(), 'fairway-bench-'));
const path = (/** @type {string} */ name) => join(folder, name);
const schema = `CREATE TABLE items(id bigint, name text, price float8, created bigint, done boolean,
  note text)`;

function main() {
  makeDatabase();
  const server = startServer({ after: (end) => void endings.push(end) });
  const url = server.newDatabase();
  const empty = () => void sql(url, 'DROP TABLE IF EXISTS items CASCADE');
  run('sqlite3', ['-csv', path('app.db'), 'SELECT * FROM items'], { out: path('rows.csv') });
  console.log(`${rows} rows, ${megabytes('app.db')} MB, load ${loadavg()[0]?.toFixed(1)}`);

  const copy = best('\\copy of the same rows from CSV', () => {
    empty();
    sql(url, schema);
    return run(psqlProgram, ['-X', '-q', url, '-c', `\\copy items FROM '${path('rows.csv')}' CSV`]);
  });
  const migrated = best(
    'fairway migrate, verified',
    () => {
      empty();
      return fairway('migrate', path('app.db'), '--into', url);
    },
    copy,
  );
  best('fairway verify', () => fairway('verify', path('app.db'), url), migrated);
  pgloader(url, empty, copy);
  const dump = best('sqlite3 .dump', () =>
    run('sqlite3', [path('app.db'), '.dump'], { out: path('dump.sql') }),
  );
  for (const form of [[], ['--inserts']]) {
    best(
      `fairway export ${form.join('')}`,
      () =>
        fairway('export', path('app.db'), '--to', 'postgres', '--out', path('out.sql'), ...form),
      dump,
    );
  }
  best('fairway inspect', () => fairway('inspect', path('app.db')), dump);
}

function makeDatabase() {
  const database = new DatabaseSync(path('app.db'));
  database.exec(`CREATE TABLE items(id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL,
    created INTEGER, done BOOLEAN, note TEXT);
    WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ${rows})
    INSERT INTO items SELECT x, 'item ' || x, x * 0.37, 1700000000000 + x * 977, x % 2,
      'a note of some length about item ' || x || ' with text that fills' FROM n;`);
  database.close();
}

/** @param {string} url @param {() => void} empty @param {number} copy */
function pgloader(url, empty, copy) {
  if (!existsSync('/usr/bin/pgloader')) {
    console.log('pgloader                             is not installed');
    return;
  }
  const [, database = '', host = ''] = /@\/(\w+)\?host=(.*)$/.exec(url) ?? [];
  const target = `postgresql://postgres@unix:${decodeURIComponent(host)}:5432/${database}`;
  best(
    'pgloader',
    () => {
      empty();
      return run('pgloader', [path('app.db'), target], { out: path('pgloader.log') });
    },
    copy,
  );
}

/** @param {string[]} words */
const fairway = (...words) => run(program, words, { out: path('fairway.log') });

/**
 * Its time in seconds.
 * @param {string} command @param {string[]} words @param {{out?: string}} [options]
 */
function run(command, words, options = {}) {
  const out = options.out === undefined ? 'ignore' : openSync(options.out, 'w');
  const start = performance.now();
  const ended = spawnSync(command, words, { stdio: ['ignore', out, 'pipe'], encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  if (out !== 'ignore') closeSync(out);
  if (ended.status !== 0) throw new Error(`${command} ${words.join(' ')}: ${ended.stderr}`);
  return seconds;
}

/** @param {string} url @param {string} text */
const sql = (url, text) => run(psqlProgram, ['-X', '-q', url, '-c', text]);

/**
 * Prints the best time, and how it stands to another.
 * @param {string} name @param {() => number} measure @param {number} [anchor]
 */
function best(name, measure, anchor) {
  const seconds = Math.min(...Array.from({ length: rounds }, measure));
  const rate = Math.round(rows / seconds).toLocaleString('en');
  const ratio = anchor === undefined ? '' : `${(anchor / seconds).toFixed(2)} of the speed above`;
  console.log(`${name.padEnd(36)} ${seconds.toFixed(2)} s ${rate.padStart(12)} rows/s  ${ratio}`);
  return seconds;
}

/** @param {string} name */
const megabytes = (name) => (statSync(path(name)).size / 1e6).toFixed(0);

try {
  main();
} finally {
  for (const end of endings.reverse()) end();
  rmSync(folder, { recursive: true, force: true });
}
