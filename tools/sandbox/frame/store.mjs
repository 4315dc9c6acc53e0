// What the sandbox must still know after a restart: named collections of JSON documents in one
// SQLite file. Every write is one transaction, on disk before the call returns, so the process may
// be killed at any line. Not for large bytes: files lie beside it in the state folder.

import Engine from 'libsql';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @template T
 * @typedef {object} Collection
 * @property {(key: string) => T | undefined} get
 * @property {(key: string, value: T) => void} put
 * @property {(key: string) => boolean} remove  True when there was one.
 * @property {() => T[]} list  In the order of first insertion.
 */

/**
 * @typedef {object} Store
 * @property {<T>(name: string) => Collection<T>} collection
 * @property {(name: string) => Buffer} secret  32 random bytes, made on first use, then kept.
 * @property {<T>(work: () => T) => T} atomically  All writes of `work` or none; not nested.
 * @property {() => void} clear  Forgets everything except the secrets.
 * @property {() => void} close
 */

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS entries(
    id INTEGER PRIMARY KEY AUTOINCREMENT, collection TEXT NOT NULL, key TEXT NOT NULL,
    value TEXT NOT NULL, UNIQUE(collection, key));
  CREATE TABLE IF NOT EXISTS secrets(name TEXT PRIMARY KEY, hex TEXT NOT NULL);`;

/**
 * @param {string} stateFolder  Made when missing.
 * @returns {Store}
 */
export function openStore(stateFolder) {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const engine = new Engine(join(stateFolder, 'sandbox.db'), { timeout: 5000 });
  engine.exec(schema);
  const one = engine.prepare('SELECT value FROM entries WHERE collection = ? AND key = ?');
  const all = engine.prepare('SELECT value FROM entries WHERE collection = ? ORDER BY id');
  const put = engine.prepare(`INSERT INTO entries(collection, key, value) VALUES(?, ?, ?)
    ON CONFLICT(collection, key) DO UPDATE SET value = excluded.value`);
  const remove = engine.prepare('DELETE FROM entries WHERE collection = ? AND key = ?');
  const readSecret = engine.prepare('SELECT hex FROM secrets WHERE name = ?');
  const writeSecret = engine.prepare('INSERT INTO secrets(name, hex) VALUES(?, ?)');
  return {
    collection: (name) => ({
      get(key) {
        const row = /** @type {{value: string} | undefined} */ (one.get([name, key]));
        return row === undefined ? undefined : JSON.parse(row.value);
      },
      put: (key, value) => void put.run([name, key, JSON.stringify(value)]),
      remove: (key) => remove.run([name, key]).changes > 0,
      list: () =>
        /** @type {{value: string}[]} */ (all.all([name])).map((row) => JSON.parse(row.value)),
    }),
    secret(name) {
      const row = /** @type {{hex: string} | undefined} */ (readSecret.get([name]));
      if (row !== undefined) return Buffer.from(row.hex, 'hex');
      const bytes = randomBytes(32);
      writeSecret.run([name, bytes.toString('hex')]);
      return bytes;
    },
    atomically: (work) => engine.transaction(work).immediate(),
    clear: () => engine.exec('DELETE FROM entries'),
    close: () => engine.close(),
  };
}
