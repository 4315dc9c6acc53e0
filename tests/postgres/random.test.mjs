// Databases that nobody thought of: declared types and values at random, from a seed. Whatever is
// in them, they are carried whole, or refused with a reason; never broken off.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { differences } from './cells.mjs';
import { fairway, newFolder, newSqlite, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

const types = [
  'INTEGER',
  'INT',
  'TEXT',
  'REAL',
  'BLOB',
  'NUMERIC',
  'DECIMAL(8,3)',
  'BOOLEAN',
  '',
  'DATETIME',
  'TIMESTAMP',
  'DATE',
  'TIME',
  'JSON',
  'UUID',
  'VARCHAR(5)',
  'FLOAT',
  'SMALLINT',
  'STRING',
  'ANY',
  'BIGINT',
  'DOUBLE PRECISION',
  'CHAR(3)',
  'CLOB',
  'MONEY',
];
const values = [
  'NULL',
  '0',
  '1',
  '-1',
  '2',
  '255',
  '70000',
  '9223372036854775807',
  '-9223372036854775808',
  '1700000000123',
  '0.5',
  '1e300',
  '-0.0',
  '9e999',
  '2.0',
  '2460000.5',
  '123456789.123456789',
  "''",
  "'x'",
  "'12'",
  "'12.50'",
  "'true'",
  "'NO'",
  "'2024-02-29'",
  "'2024-02-29 10:11:12'",
  "'2024-02-29T10:11:12.5Z'",
  "'2024-02-30'",
  "'10:11'",
  "'[1, 2]'",
  '\'{"a":1}\'',
  "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
  "x''",
  "x'00ff'",
  "x'61'",
  "'tab\tline\nback\\slash'",
  "CAST(x'61ff' AS TEXT)",
  "'a' || char(0) || 'b'",
  "'Infinity'",
  "'nan'",
  "'1e5'",
  "' 7 '",
  "'0x10'",
  "'äöü😀'",
  "'9223372036854775808'",
];

/** Numbers from a seed (Mulberry32). @param {number} seed */
function randomOf(seed) {
  return (/** @type {number} */ below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** @param {number} seed */
function databaseOf(seed) {
  const random = randomOf(seed);
  const tables = [];
  for (let table = 0; table < 1 + random(3); table++) {
    const columns = Array.from({ length: 1 + random(5) }, () => types[random(types.length)] ?? '');
    // Each column takes its values from a few of the list, so that some columns are uniform.
    const choices = columns.map(() =>
      Array.from({ length: 1 + random(3) }, () => values[random(values.length)] ?? 'NULL'),
    );
    const key = random(3) === 0 ? 'id INTEGER PRIMARY KEY, ' : '';
    const names = columns.map((type, i) => `c${i} ${type}`).join(', ');
    tables.push(`CREATE TABLE t${table}(${key}${names})`);
    for (let row = 0; row < random(12); row++) {
      const cells = choices.map((some) => some[random(some.length)]);
      tables.push(`INSERT INTO t${table}(${columns.map((_, i) => `c${i}`)}) VALUES (${cells})`);
    }
  }
  return tables.join(';\n');
}

const seeds = Number(process.env.FAIRWAY_SEEDS ?? 60);
const first = Number(process.env.FAIRWAY_FIRST_SEED ?? 1);

test(`${seeds} databases at random`, async (context) => {
  const folder = newFolder(context);
  const url = server.newDatabase();
  for (let seed = first; seed < first + seeds; seed++) {
    const sql = databaseOf(seed);
    const file = newSqlite(folder, sql);
    const schema = `seed${seed}`;
    const migrated = await fairway('migrate', file, '--into', url, '--schema', schema, '--json');
    assert.equal(migrated.code, 0, `seed ${seed}: ${migrated.error}\n${sql}`);
    const { renames, declared, decisions } = JSON.parse(migrated.out);
    const strays = declared.filter((/** @type {any} */ cell) => /as NULL/.test(cell.why));
    if (strays.length > 0) continue;
    const found = differences(file, url, { renames, schema });
    const said = decisions
      .map((/** @type {any} */ one) => `${one.table}.${one.column} ${one.why}`)
      .join('\n');
    assert.deepEqual(found, [], `seed ${seed}\n${sql}\n${said}`);
  }
});
