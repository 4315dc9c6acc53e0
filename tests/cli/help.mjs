// What the tests of the command line share: the built command, scratch folders, databases from SQL.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const command = process.env.FAIRWAY_COMMAND ?? join(root, 'build', 'native', 'fairway');

/** @param {import('node:test').TestContext} test */
export function newFolder(test) {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-cli-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * @param {string[]} words
 * @param {Record<string, string>} [environment]
 */
export function fairway(words, environment = {}) {
  const ended = spawnSync(command, words, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 1 << 28,
  });
  return { code: ended.status, out: ended.stdout, err: ended.stderr };
}

/**
 * The same without holding up this process, which may be the server that is spoken to.
 *
 * @param {string[]} words
 * @param {Record<string, string>} [environment]
 * @returns {Promise<{code: number | null, out: string, err: string}>}
 */
export function fairwayAside(words, environment = {}) {
  const child = spawn(command, words, { env: { ...process.env, ...environment } });
  let out = '';
  let err = '';
  child.stdout.on('data', (piece) => (out += piece));
  child.stderr.on('data', (piece) => (err += piece));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

/**
 * As fairwayAside, with `way.kill` set to what kills it.
 *
 * @param {string[]} words
 * @param {Record<string, string>} environment
 * @param {{kill: () => void}} way
 * @returns {Promise<{code: number | null, signal: string | null, err: string}>}
 */
export function fairwayKilled(words, environment, way) {
  const child = spawn(command, words, { env: { ...process.env, ...environment } });
  let err = '';
  child.stderr.on('data', (piece) => (err += piece));
  way.kill = () => child.kill('SIGKILL');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, err }));
  });
}

/**
 * SQL through the sqlite3 shell, an independent reader and writer.
 *
 * @param {string} file
 * @param {string} sql
 */
export function sqlite3(file, sql) {
  const ended = spawnSync('sqlite3', ['-bail', file], { input: sql, encoding: 'utf8' });
  if (ended.status !== 0) throw new Error(`sqlite3: ${ended.stderr}`);
  return ended.stdout.trim();
}

// Every class of cell, hidden and negative rowids, keys without rowid, computed columns, marks of
// AUTOINCREMENT, full text, a view and triggers.
export const shopSql = `
  PRAGMA user_version=7;
  CREATE TABLE item(
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, price REAL, photo BLOB);
  INSERT INTO item VALUES(5,'it''s',0.1,x'00ff'),(9223372036854775806,'ü€😀',-0.0,x'');
  INSERT INTO item VALUES(7,cast(x'6100ff62' as text),9e999,NULL),(8,char(10)||'\\.',5e-324,'text');
  DELETE FROM item WHERE id = 9223372036854775806;
  CREATE TABLE hidden(a, b); INSERT INTO hidden(rowid,a,b) VALUES(-9,1,'x'),(40,1,'x');
  CREATE TABLE word(w TEXT PRIMARY KEY, n INT) WITHOUT ROWID;
  INSERT INTO word VALUES('a',1),('b',2);
  CREATE TABLE made(a INT, twice INT AS (a*2) STORED, thrice INT AS (a*3));
  INSERT INTO made(a) VALUES(2);
  CREATE TABLE "odd ""name"("select" INT, [b c] TEXT);
  INSERT INTO "odd ""name" VALUES(9007199254740993,'');
  CREATE VIRTUAL TABLE docs USING fts5(title, body);
  INSERT INTO docs VALUES('hello','the wide world'),('second','row');
  CREATE TABLE log(what TEXT);
  CREATE TRIGGER made_log AFTER INSERT ON made BEGIN INSERT INTO log VALUES('made '||new.a); END;
  CREATE INDEX item_name ON item(name COLLATE NOCASE) WHERE price IS NOT NULL;
  CREATE VIEW cheap AS SELECT name FROM item WHERE price < 1;
`;
