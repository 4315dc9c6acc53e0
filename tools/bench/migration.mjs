// See tools/bench/migration.

import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { realDatabases } from '../../tests/migration/real_databases.mjs';
import { program, psqlProgram, startServer } from '../../tests/postgres/support.mjs';

/** @typedef {{name: string, file: string, rows: number}} Source */

const rows = Number(process.argv[2] ?? 1_000_000);
const rounds = 3;
const root = new URL('../..', import.meta.url).pathname;
/** @type {(() => void)[]} */
const endings = [];
const folder = mkdtempSync(join(tmpdir(), 'fairway-bench-'));
const path = (/** @type {string} */ name) => join(folder, name);
const schema = `CREATE TABLE items(id bigint, name text, price float8, created bigint, done boolean,
  note text)`;

function main() {
  makeDatabase();
  const made = { name: 'six columns', file: path('app.db'), rows };
  const server = startServer({ after: (end) => void endings.push(end) });
  heading(made);
  measurePostgres(made.file, server.newDatabase());
  measureFiles(made);
  measureWasm(made);
  const [airports] = realDatabases.filter(({ name }) => name === 'airports');
  const real = { ...airports, rows: rowsIn(airports.file) };
  heading(real);
  measureFiles(real);
  measureWasm(real);
}

/** @param {Source} source */
function heading({ name, file, rows }) {
  const size = (statSync(file).size / 1e6).toFixed(1);
  console.log(`\n${name}: ${rows} rows, ${size} MB, load ${loadavg()[0]?.toFixed(1)}`);
}

/** @param {string} file @param {string} url */
function measurePostgres(file, url) {
  const empty = () => void sql(url, 'DROP TABLE IF EXISTS items CASCADE');
  run('sqlite3', ['-csv', file, 'SELECT * FROM items'], { out: path('rows.csv') });
  const copy = best('\\copy of the same rows from CSV', rows, () => {
    empty();
    sql(url, schema);
    return run(psqlProgram, ['-X', '-q', url, '-c', `\\copy items FROM '${path('rows.csv')}' CSV`]);
  });
  const migrated = best(
    'fairway migrate, verified',
    rows,
    () => {
      empty();
      return fairway('migrate', file, '--into', url);
    },
    copy,
  );
  best('fairway verify', rows, () => fairway('verify', file, url), migrated);
  pgloader(url, empty, copy);
}

// `.dump` does not wait for the disk, an export does.
/** @param {Source} source */
function measureFiles({ file, rows }) {
  const out = path('out');
  const dumped = `sqlite3 "${file}" .dump >"${path('dump.sql')}"`;
  const dump = best('sqlite3 .dump', rows, () => run('bash', ['-c', dumped]));
  best('the same, and sync', rows, () =>
    run('bash', ['-c', `${dumped} && sync "${path('dump.sql')}"`]),
  );
  for (const form of [
    ['--to', 'postgres'],
    ['--to', 'postgres', '--inserts'],
    ['--to', 'libsql'],
    ['--to', 'libsql', '--image'],
    ['--to', 'sqlite'],
  ]) {
    const words = ['export', file, ...form, '--out', out];
    best(`fairway export ${form.join(' ')}`, rows, () => fairway(...words), dump, {
      bytes: statSync(file).size,
      memory: memoryOf(words) - statSync(file).size,
    });
  }
  best('fairway inspect', rows, () => fairway('inspect', file), dump);
}

// The same code natively and as wasm, on one thread.
/** @param {Source} source */
function measureWasm({ file }) {
  const wasi = ['--no-warnings', join(root, 'cmake/wasi/run.mjs')];
  for (const { name, words } of [
    { name: 'native', words: [join(root, 'build/native/fairway_migration_bench')] },
    {
      name: 'wasi',
      words: ['node', ...wasi, join(root, 'build/worker/fairway_migration_bench.wasm')],
    },
    { name: 'emscripten', words: ['node', join(root, 'build/web/fairway_migration_bench.cjs')] },
  ]) {
    const program = words.at(-1) ?? '';
    console.log(`${name}: ${existsSync(program) ? '' : `${program} is not built`}`);
    if (!existsSync(program)) continue;
    const [command = '', ...rest] = words;
    const ended = spawnSync(command, [...rest, file], { encoding: 'utf8' });
    console.log((ended.stdout + ended.stderr).replaceAll(/^/gmu, '  ').trimEnd());
  }
}

/** @param {string} file */
function rowsIn(file) {
  const database = new DatabaseSync(file, { readOnly: true });
  const tables = database.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
  );
  let count = 0;
  for (const { name } of tables.all()) {
    count += Number(database.prepare(`SELECT count(*) AS n FROM "${name}"`).get()?.n);
  }
  database.close();
  return count;
}

/** The most bytes it held at once, the mapped file among them. @param {string[]} words */
function memoryOf(words) {
  const script =
    'import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); ' +
    'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)';
  return Number(
    spawnSync('python3', ['-c', script, program, ...words], { encoding: 'utf8' }).stdout,
  );
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
    rows,
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
 * @param {string} name @param {number} rows @param {() => number} measure @param {number} [anchor]
 * @param {{bytes: number, memory: number}} [sizes]
 */
function best(name, rows, measure, anchor, sizes) {
  const seconds = Math.min(...Array.from({ length: rounds }, measure));
  const rate = Math.round(rows / seconds).toLocaleString('en');
  const ratio = anchor === undefined ? '' : `${(anchor / seconds).toFixed(2)} of the speed above`;
  const more =
    sizes === undefined
      ? ''
      : `  ${(sizes.bytes / 1e6 / seconds).toFixed(0)} MB/s, ${(sizes.memory / 1e6).toFixed(0)} MB`;
  const line = `${name.padEnd(40)} ${seconds.toFixed(2)} s ${rate.padStart(12)} rows/s  ${ratio}`;
  console.log((line + more).trimEnd());
  return seconds;
}

try {
  main();
} finally {
  for (const end of endings.reverse()) end();
  rmSync(folder, { recursive: true, force: true });
}
