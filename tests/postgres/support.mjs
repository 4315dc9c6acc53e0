// What these tests share: a PostgreSQL server in a temporary folder on a unix socket, SQLite files,
// the built command, and a comparison of cells that uses nothing of ours: node's own SQLite reads
// the one side, psql the other.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

/** @typedef {import('node:test').TestContext} TestContext */

const root = new URL('../..', import.meta.url).pathname;
export const program = process.env.FAIRWAY_COMMAND ?? join(root, 'build/native/fairway');

const versions = '/usr/lib/postgresql';
const [version = ''] = readdirSync(versions).sort((one, other) => Number(other) - Number(one));
const binaries = join(versions, version, 'bin');
/** Not the wrapper in /usr/bin, which takes a tenth of a second. */
export const psqlProgram = join(binaries, 'psql');

/** As the user postgres where we are root: the server refuses to run as root. */
const asServer = process.getuid?.() === 0 ? ['runuser', '-u', 'postgres', '--'] : [];

/** @param {string[]} words */
function run(words) {
  const [command = '', ...rest] = words;
  return execFileSync(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
}

/** @param {{after: (done: () => void) => void}} test */
export function newFolder(test) {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-postgres-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A server of our own, without durability.
 * @param {{after: (done: () => void) => void}} test
 */
export function startServer(test) {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-server-'));
  if (asServer.length > 0) {
    const uid = Number(run(['id', '-u', 'postgres']));
    chownSync(folder, uid, uid);
  }
  chmodSync(folder, 0o755);
  const data = join(folder, 'data');
  const control = [...asServer, join(binaries, 'pg_ctl'), '-D', data];
  run([
    ...asServer,
    join(binaries, 'initdb'),
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  ]);
  const settings =
    `-c listen_addresses= -c unix_socket_directories=${folder} -c fsync=off ` +
    '-c max_connections=50';
  run([...control, '-w', '-l', join(folder, 'log'), '-o', settings, 'start']);
  test.after(() => {
    run([...control, '-m', 'immediate', 'stop']);
    rmSync(folder, { recursive: true, force: true });
  });
  let databases = 0;
  return {
    folder,
    /** A new, empty database; answers its URL. */
    newDatabase() {
      const name = `test${++databases}`;
      psql(urlOf(folder, 'postgres'), `CREATE DATABASE ${name}`);
      return urlOf(folder, name);
    },
  };
}

/** @param {string} folder @param {string} database */
function urlOf(folder, database) {
  return `postgres://postgres@/${database}?host=${encodeURIComponent(folder)}`;
}

/**
 * What psql prints, one line a row.
 * @param {string} url @param {string} sql
 */
export function psql(url, sql) {
  return execFileSync(psqlProgram, ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', url], {
    input: sql,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PGOPTIONS: '-c timezone=UTC -c client_min_messages=error' },
  }).replace(/\n$/, '');
}

/**
 * A session that stays open; each call answers what the statements print.
 * @param {string} url
 * @param {{after: (done: () => void) => void}} test
 */
export function openSession(url, test) {
  const child = spawn(psqlProgram, ['-X', '-q', '-A', '-t', url], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  test.after(() => child.kill());
  let out = '';
  let heard = () => {};
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
    heard();
  });
  const mark = '-- said --\n';
  return async (/** @type {string} */ sql) => {
    out = '';
    child.stdin.write(`${sql}\n;\n\\echo ${mark}`);
    while (!out.endsWith(mark)) await new Promise((resolve) => (heard = () => resolve(null)));
    return out.slice(0, -mark.length);
  };
}

/** @param {string} url @param {string} file */
export function psqlFile(url, file) {
  return promisify(execFile)(psqlProgram, ['-X', '-q', '-f', file, url], { maxBuffer: 1 << 28 });
}

/**
 * @param {string} folder @param {string} sql
 * @param {(database: DatabaseSync) => void} [more]
 */
export function newSqlite(folder, sql, more) {
  const path = join(mkdtempSync(join(folder, 'db-')), 'app.db');
  const database = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true });
  database.exec(sql);
  more?.(database);
  database.close();
  return path;
}

/**
 * @param {string[]} words
 * @returns {Promise<{code: number | null, out: string, error: string}>}
 */
export function fairway(...words) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, error] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (error += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, error }));
  });
}

/** @param {string} name */
export const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
