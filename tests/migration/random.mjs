// Databases that nobody thought of, from seeds: tables, keys, indexes, views and triggers whose
// names begin with their seed, so that one file holds those of many seeds.

import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const types = [
  ...[
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
  ],
  ...['TIMESTAMP', 'DATE', 'TIME', 'JSON', 'UUID', 'VARCHAR(5)', 'FLOAT', 'SMALLINT', 'STRING'],
  ...['ANY', 'BIGINT', 'DOUBLE PRECISION', 'CHAR(3)', 'CLOB', 'MONEY'],
];
const strictTypes = ['INTEGER', 'INT', 'TEXT', 'REAL', 'BLOB', 'ANY'];
const values = [
  ...['NULL', '0', '1', '-1', '2', '255', '70000', '9223372036854775807', '-9223372036854775808'],
  ...['1700000000123', '0.5', '1e300', '-0.0', '9e999', '-9e999', '2.0', '2460000.5', '5e-324'],
  ...['123456789.123456789', '9007199254740993', "''", "'x'", "'X'", "'x '", "'12'", "'12.50'"],
  ...["'true'", "'NO'", "'on'", "'2024-02-29'", "'2024-02-29 10:11:12'", "'2024-02-30'"],
  ...["'2024-02-29T10:11:12.5Z'", "'2024-02-29T10:11:12+02:00'", "'0000-00-00'", "'10:11'"],
  ...["'[1, 2]'", '\'{"a":1,"b":[true,null]}\'', "'{bad'", '\'"\\u0000"\'', "x''", "x'00ff'"],
  ...["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'"],
  ...["x'61'", "'tab\tline\nback\\slash'", "CAST(x'61ff' AS TEXT)", "CAST(x'eda080' AS TEXT)"],
  ...["'a' || char(0) || 'b'", "'Infinity'", "'nan'", "'1e5'", "' 7 '", "'0x10'", "'äöü😀'"],
  ...["'9223372036854775808'", "'\\.'", "'\\N'", "printf('%.*c', 3000, 'y')"],
];
const names = ['c', 'Name', 'a b', 'select', 'x"y', "it's", 'ü', 'xmin', 'c'.repeat(70), '$1', ''];
const defaults = [
  ...['1', "'x'", 'NULL', '1.5', 'CURRENT_TIMESTAMP', "(datetime('now'))", "x'00'", 'true', '-0'],
  ...['(lower(hex(randomblob(4))))', '(1 + 2)', "'2024-01-01'"],
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

/** @typedef {ReturnType<typeof randomOf>} Random */
/** @param {string} name */
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
/** @template T @param {Random} random @param {T[]} list @returns {T} */
const one = (random, list) => /** @type {T} */ (list[random(list.length)]);

/**
 * @typedef {{name: string, columns: string[], computed: string[], lines: string[]}} Draft
 */

/** @param {Random} random @param {string} name @param {Draft[]} others */
function tableOf(random, name, others) {
  const strict = random(8) === 0;
  const columns = Array.from({ length: 1 + random(5) }, (_, i) => `${one(random, names)}${i}`);
  const lines = columns.map((column) => {
    const words = [quoted(column), one(random, strict ? strictTypes : types)];
    if (random(9) === 0) words.push(`COLLATE ${one(random, ['NOCASE', 'RTRIM', 'BINARY'])}`);
    if (random(9) === 0) words.push(`DEFAULT ${one(random, defaults)}`);
    if (random(12) === 0) words.push('NOT NULL');
    if (random(14) === 0) words.push('UNIQUE');
    const check = one(random, ['IS NOT 7', '<> 5', "NOT LIKE 'q%'", 'IS NULL OR 1']);
    if (random(12) === 0) words.push(`CHECK (${quoted(column)} ${check})`);
    return words.join(' ');
  });
  const key = random(4);
  if (key === 0) lines.unshift(`id INTEGER PRIMARY KEY${random(3) === 0 ? ' AUTOINCREMENT' : ''}`);
  if (key === 1) lines.push(`PRIMARY KEY (${columns.slice(0, 1 + random(2)).map(quoted)})`);
  const computed = [];
  if (random(6) === 0) {
    const from = quoted(one(random, columns));
    const way = one(random, ['STORED', 'VIRTUAL']);
    const how = one(random, [`typeof(${from})`, `${from} * 2`, `coalesce(${from}, 0)`]);
    lines.splice(key === 0 ? 1 : 0, 0, `made ${strict ? 'ANY' : ''} AS (${how}) ${way}`);
    computed.push('made');
  }
  const parent =
    random(3) === 0 ? one(random, [...others, { name, columns, computed, lines }]) : null;
  if (parent && key === 0) {
    const action = one(random, ['', 'ON DELETE CASCADE', 'DEFERRABLE INITIALLY DEFERRED']);
    const keys = lines.findIndex((line) => line.startsWith('PRIMARY KEY'));
    const place = keys < 0 ? lines.length : keys;
    const [column = ''] = columns;
    lines.splice(place, 0, `FOREIGN KEY (${quoted(column)}) REFERENCES ${parent.name} ${action}`);
  }
  const options = [strict ? 'STRICT' : '', key === 1 && random(2) === 0 ? 'WITHOUT ROWID' : ''];
  const sql = `CREATE TABLE ${name}(${lines.join(', ')}) ${options.filter(Boolean).join(', ')}`;
  return { draft: { name, columns, computed, lines }, sql };
}

/** @param {Random} random @param {Draft} table @param {string} prefix */
function objectsOf(random, table, prefix) {
  const statements = [];
  const column = () => quoted(one(random, table.columns));
  const index = `${prefix}_${table.name}`;
  if (random(3) === 0)
    statements.push(`CREATE INDEX ${index}_i ON ${table.name}(${column()} DESC)`);
  if (random(5) === 0) {
    const where = one(random, ['IS NOT NULL', "> ''", '= 1', "LIKE 'x%'"]);
    statements.push(
      `CREATE ${one(random, ['', 'UNIQUE'])} INDEX ${index}_p ON ${table.name}(${column()})
      WHERE ${column()} ${where}`,
    );
  }
  if (random(5) === 0) {
    const how = one(random, ['lower', 'length', 'abs', 'typeof', 'json_valid']);
    statements.push(`CREATE INDEX ${index}_e ON ${table.name}(${how}(${column()}))`);
  }
  if (random(3) === 0) {
    const what = [column(), `typeof(${column()})`, `count(*) OVER ()`, `${column()} || '!'`];
    const where = one(random, ['', `WHERE ${column()} IS NOT NULL`, `WHERE ${column()} > 1`]);
    statements.push(
      `CREATE VIEW ${index}_v(a, b) AS SELECT ${column()}, ${one(random, what)}
      FROM ${table.name} ${where}`,
    );
    if (random(2) === 0) {
      const over = one(random, ['a, count(*) AS n', "ifnull(a, 'none') AS a, b", 'DISTINCT b']);
      const tail = over.includes('count') ? 'GROUP BY a' : '';
      statements.push(`CREATE VIEW ${index}_w AS SELECT ${over} FROM ${index}_v ${tail}`);
    }
  }
  if (random(4) === 0) {
    const when = one(random, ['AFTER INSERT', 'BEFORE UPDATE', 'AFTER DELETE']);
    const body = one(random, [
      `DELETE FROM ${table.name} WHERE ${column()} = 'gone'`,
      `SELECT RAISE(ABORT, 'no') WHERE 1 = 0`,
      `UPDATE ${table.name} SET ${column()} = 1 WHERE ${column()} = 2`,
    ]);
    statements.push(`CREATE TRIGGER ${index}_t ${when} ON ${table.name} BEGIN ${body}; END`);
  }
  return statements;
}

/** Statements, of which SQLite may refuse some. @param {number} seed */
function statementsOf(seed) {
  const random = randomOf(seed);
  const prefix = `s${seed}`;
  const statements = [];
  /** @type {Draft[]} */
  const tables = [];
  const later = [];
  for (let i = 0; i < 1 + random(3); i += 1) {
    const { draft, sql } = tableOf(random, `${prefix}_t${i}`, tables);
    tables.push(draft);
    statements.push(sql);
    // Each column takes its values from a few of the list, so that some columns are uniform.
    const choices = draft.columns.map(() =>
      Array.from({ length: 1 + random(3) }, () => one(random, values)),
    );
    const into = `INSERT OR IGNORE INTO ${draft.name}(${draft.columns.map(quoted)})`;
    for (let row = random(12); row > 0; row -= 1) {
      statements.push(`${into} VALUES (${choices.map((some) => one(random, some))})`);
    }
    later.push(...objectsOf(random, draft, prefix));
  }
  if (random(10) === 0) {
    const text = `${prefix}_text`;
    later.push(`CREATE VIRTUAL TABLE ${text} USING fts5(title, body)`);
    later.push(`INSERT INTO ${text} VALUES ('one', 'some words'), ('two', 'other words')`);
    later.push(`DELETE FROM ${text} WHERE title = 'one'`);
  }
  return [...statements, ...later];
}

/**
 * The file of these seeds, and what SQLite took of their statements.
 * @param {string} folder @param {number[]} seeds
 */
export function fileOfSeeds(folder, seeds) {
  const path = join(mkdtempSync(join(folder, 'seeds-')), 'app.db');
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec('PRAGMA synchronous = OFF; BEGIN');
  const taken = [];
  for (const sql of seeds.flatMap(statementsOf)) {
    try {
      database.exec(sql);
      taken.push(sql);
    } catch {
      // A key that NULL or a double forbids, a type that STRICT does not know.
    }
  }
  database.exec('COMMIT');
  database.close();
  return { path, sql: taken.join(';\n') };
}

export const seedCount = Number(process.env.FAIRWAY_SEEDS ?? 200);
const firstSeed = Number(process.env.FAIRWAY_FIRST_SEED ?? 1);
const seedsAtOnce = 25;

/** The seeds to play, in groups that share a file. */
export function groupsOfSeeds() {
  const seeds = Array.from({ length: seedCount }, (_, i) => firstSeed + i);
  return Array.from({ length: Math.ceil(seedCount / seedsAtOnce) }, (_, i) =>
    seeds.slice(i * seedsAtOnce, (i + 1) * seedsAtOnce),
  );
}

/**
 * Judges each group, and the seeds of one that fails each on its own, so that the failure is small.
 * @param {(seeds: number[]) => Promise<void>} judge
 */
export async function judgeGroups(judge) {
  for (const group of groupsOfSeeds()) {
    try {
      await judge(group);
    } catch (whole) {
      for (const seed of group) await judge([seed]);
      throw whole;
    }
  }
}
