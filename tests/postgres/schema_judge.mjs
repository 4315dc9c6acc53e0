// Whether a schema is over there as it was in SQLite: keys, foreign keys with their actions, unique
// columns, NOT NULL, defaults by value, the next identity, the rows of views. An outsider's view,
// as cells.mjs: PRAGMAs on the one side, the catalog on the other.

import { DatabaseSync } from 'node:sqlite';
import { psql } from './support.mjs';

/** @typedef {Record<string, string>} Names */
/**
 * @typedef {{renames: {tables: Names, columns: Record<string, Names>},
 *   decisions: Record<'outcome' | 'table' | 'column' | 'object' | 'kind', string>[]}} Report
 */
/** @typedef {{database: DatabaseSync, url: string, schema: string, report: Report}} Sides */
/** @typedef {{name: string, type: string, notnull: number, dflt_value: string | null, pk: number,
 *   hidden: number}} Column */

/** @param {string} name */
const quoted = (name) => `"${name.replaceAll('"', '""')}"`;
/** @param {string} text */
const literal = (text) => `'${text.replaceAll("'", "''")}'`;

/**
 * What is missing or other over there, one line each, beside what the report tells.
 * @param {string} file @param {string} url @param {string} schema @param {Report} report
 */
export function schemaDifferences(file, url, schema, report) {
  const sides = { database: new DatabaseSync(file, { readOnly: true }), url, schema, report };
  const found = [];
  for (const table of namesOf(sides, 'table')) {
    const columns = /** @type {Column[]} */ (
      rowsOf(sides, `SELECT * FROM pragma_table_xinfo(${literal(table)}) WHERE hidden <> 1`)
    );
    found.push(
      ...primaryKey(sides, table, columns),
      ...foreignKeys(sides, table),
      ...uniqueKeys(sides, table),
      ...columns.flatMap((column) => columnFacts(sides, table, column)),
      ...nextIdentity(sides, table, columns),
    );
  }
  for (const view of namesOf(sides, 'view')) found.push(...viewRows(sides, view));
  sides.database.close();
  return found;
}

/** @param {Sides} sides @param {string} sql @returns {any[]} */
const rowsOf = ({ database }, sql) => database.prepare(sql).all();

/** @param {Sides} sides @param {'table' | 'view'} type */
function namesOf(sides, type) {
  const list =
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = '${type}' ` +
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
  return rowsOf(sides, list).map((row) => String(row.name));
}

/** @param {Sides} sides @param {string} sql */
function ask({ url, schema }, sql) {
  const text = psql(url, `\\pset null NULL\nSET search_path TO ${quoted(schema)};\n${sql}`);
  return text === '' ? [] : text.split('\n');
}

/** @param {Sides} sides @param {string} table */
const target = ({ report }, table) => report.renames.tables[table] ?? table;
/** @param {Sides} sides @param {string} table @param {string} column */
const targetColumn = ({ report }, table, column) =>
  report.renames.columns[table]?.[column] ?? column;
/** @param {Sides} sides @param {string} table */
const regclass = (sides, table) => `${literal(quoted(target(sides, table)))}::regclass`;

/**
 * The report says that something of this kind is not over there as it was.
 * @param {Sides} sides @param {RegExp} kind @param {string} table @param {string} [column]
 */
function isTold({ report }, kind, table, column) {
  return report.decisions.some(
    (one) =>
      ['REPORT', 'ASK', 'DERIVE'].includes(one.outcome) &&
      kind.test(one.kind) &&
      (one.table === table || one.object === table) &&
      (column === undefined || one.column === column || one.column === ''),
  );
}

/** @param {Sides} sides @param {string} table @param {Column[]} columns */
function primaryKey(sides, table, columns) {
  const key = columns.filter((one) => one.pk > 0).sort((one, other) => one.pk - other.pk);
  const wanted = key.map((one) => targetColumn(sides, table, one.name)).join(',');
  const got = ask(
    sides,
    `SELECT string_agg(attname, ',' ORDER BY place) FROM pg_index, unnest(indkey) WITH ORDINALITY AS
     k(number, place) JOIN pg_attribute ON attnum = number WHERE attrelid = indrelid
     AND indisprimary AND indrelid = ${regclass(sides, table)}`,
  ).join('');
  if (wanted === got || (wanted === '' && got === 'NULL')) return [];
  const told = /^(null_in_key|hidden_rowid|primary_key)$/u;
  if (isTold(sides, told, table) && got === 'NULL') return [];
  return [`${table}: primary key ${wanted}, there ${got}`];
}

/** @param {Sides} sides @param {string} table */
function foreignKeys(sides, table) {
  /** @type {Map<number, any[]>} */
  const keys = new Map();
  for (const row of rowsOf(sides, `PRAGMA foreign_key_list(${literal(table)})`)) {
    keys.set(row.id, [...(keys.get(row.id) ?? []), row]);
  }
  const there = ask(
    sides,
    `SELECT (SELECT string_agg(attname, ',' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS
       k(number, place) JOIN pg_attribute ON attnum = number AND attrelid = conrelid) || ' ' ||
     (SELECT relname FROM pg_class WHERE pg_class.oid = confrelid) || ' ' || confdeltype::text ||
     confupdtype::text FROM pg_constraint WHERE contype = 'f'
     AND conrelid = ${regclass(sides, table)}`,
  );
  /** @type {Record<string, string>} */
  const letters = {
    'NO ACTION': 'a',
    CASCADE: 'c',
    'SET NULL': 'n',
    'SET DEFAULT': 'd',
    RESTRICT: 'r',
  };
  return [...keys.values()].flatMap((rows) => {
    const from = rows.map((row) => targetColumn(sides, table, row.from)).join(',');
    const actions = `${letters[rows[0].on_delete]}${letters[rows[0].on_update]}`;
    const wanted = `${from} ${target(sides, rows[0].table)} ${actions}`;
    const isThere = there.some((line) => line.toLowerCase() === wanted.toLowerCase());
    if (isThere || isTold(sides, /foreign_key/u, table)) return [];
    return [`${table}: foreign key ${wanted}, there ${there.join('; ')}`];
  });
}

/** @param {Sides} sides @param {string} table */
function uniqueKeys(sides, table) {
  const there = ask(
    sides,
    `SELECT indkey::text || ' ' || (indpred IS NOT NULL) || ' ' ||
     coalesce(pg_get_indexdef(indexrelid),
     '') FROM pg_index WHERE indisunique AND indrelid = ${regclass(sides, table)}`,
  );
  const lists = rowsOf(sides, `PRAGMA index_list(${literal(table)})`);
  return lists
    .filter((row) => row.unique === 1 && row.origin !== 'pk')
    .flatMap((index) => {
      const names = rowsOf(sides, `PRAGMA index_info(${literal(index.name)})`).map(
        (row) => row.name,
      );
      const isThere = there.some((line) =>
        names.every((name) => name === null || line.includes(targetColumn(sides, table, name))),
      );
      if (isThere || isTold(sides, /index|collation/u, table)) return [];
      return [`${table}: unique (${names}), there ${there.join('; ')}`];
    });
}

/** @param {Sides} sides @param {string} table @param {Column} column */
function columnFacts(sides, table, column) {
  const name = targetColumn(sides, table, column.name);
  const [line = ''] = ask(
    sides,
    `SELECT attnotnull::text || ' ' || (attidentity <> '' OR attgenerated <> '')::text || ' ' ||
     coalesce(pg_get_expr(adbin, adrelid), '') FROM pg_attribute LEFT JOIN pg_attrdef ON
     adrelid = attrelid AND adnum = attnum WHERE attrelid = ${regclass(sides, table)}
     AND attname = ${literal(name)}`,
  );
  const [, notNull, isMade, value = ''] = /^(\S+) (\S+) (.*)$/u.exec(line) ?? [];
  const found = [];
  if (column.notnull === 1 && notNull !== 'true') found.push(`${table}.${name}: NOT NULL is gone`);
  if (
    column.dflt_value === null ||
    isMade === 'true' ||
    isTold(sides, /default/u, table, column.name)
  ) {
    return found;
  }
  const problem = compareDefaults(sides, column.dflt_value, value);
  if (problem !== '') found.push(`${table}.${name}: ${problem}`);
  return found;
}

/** @param {Sides} sides @param {string} here @param {string} there */
function compareDefaults(sides, here, there) {
  if (/^null$/iu.test(here)) return '';
  if (there === '') return `default ${here} is gone`;
  // What changes from moment to moment is there; its form is another test's.
  if (/current_|now|random|unixepoch|strftime/iu.test(here)) return '';
  const [row] = rowsOf(sides, `SELECT quote(${here}) AS value`);
  const wanted = String(row.value).replace(/^'|'$/gu, '').replaceAll("''", "'");
  const got = ask(sides, `SELECT (${there})::text`).join('\n');
  const isSame =
    got === wanted ||
    Number(got) === Number(wanted) ||
    (got === 'true' && wanted === '1') ||
    (got === 'false' && wanted === '0') ||
    got.toLowerCase() === `\\x${wanted.replace(/^X'/u, '').toLowerCase()}` ||
    Date.parse(got) === Date.parse(`${wanted}Z`) ||
    Date.parse(got) === Number(wanted);
  return isSame ? '' : `default ${here} is ${wanted}, there ${got}`;
}

/** @param {Sides} sides @param {string} table @param {Column[]} columns */
function nextIdentity(sides, table, columns) {
  const key = columns.filter((one) => one.pk > 0);
  const [alias] = key;
  const [made] = rowsOf(sides, `SELECT sql FROM sqlite_schema WHERE name = ${literal(table)}`);
  const isAlias =
    key.length === 1 &&
    alias !== undefined &&
    /^integer$/iu.test(alias.type) &&
    !/WITHOUT\s+ROWID|PRIMARY\s+KEY\s+DESC/iu.test(String(made?.sql));
  if (!isAlias || isTold(sides, /identity_exhausted/u, table)) return [];
  const [{ last }] = rowsOf(
    sides,
    `SELECT CAST(max(0, coalesce(max(${quoted(alias.name)}), 0)) AS TEXT) AS last
     FROM ${quoted(table)}`,
  );
  const marks = namesOfAll(sides).includes('sqlite_sequence')
    ? rowsOf(
        sides,
        `SELECT CAST(seq AS TEXT) AS seq FROM sqlite_sequence WHERE name = ${literal(table)}`,
      )
    : [];
  const before = [BigInt(last), ...marks.map((row) => BigInt(row.seq))];
  const wanted = before.reduce((one, other) => (one > other ? one : other)) + 1n;
  const sequence = `pg_get_serial_sequence(${literal(quoted(target(sides, table)))},
    ${literal(targetColumn(sides, table, alias.name))})`;
  // Without taking it.
  const next = `SELECT format('SELECT last_value + is_called::int FROM %s', ${sequence}) \\gexec`;
  const got = ask(sides, next).join('');
  return got === String(wanted) ? [] : [`${table}: the next id is ${wanted}, there ${got}`];
}

/** @param {Sides} sides */
function namesOfAll(sides) {
  return rowsOf(sides, 'SELECT name FROM sqlite_schema').map((row) => String(row.name));
}

/** @param {Sides} sides @param {string} view */
function viewRows(sides, view) {
  if (isTold(sides, /^view$/u, view)) return [];
  const statement = sides.database.prepare(`SELECT * FROM ${quoted(view)}`);
  statement.setReturnArrays(true);
  const rows = /** @type {any[][]} */ (/** @type {unknown} */ (statement.all()));
  const here = rows.map((row) => row.map(cellText).join('|')).sort();
  const there = ask(sides, `SELECT * FROM ${quoted(target(sides, view))}`)
    .map((line) => line.split('|').map(cellText).join('|'))
    .sort();
  if (JSON.stringify(here) === JSON.stringify(there)) return [];
  return [`view ${view}: ${here.slice(0, 3)}, there ${there.slice(0, 3)}`];
}

/** @param {unknown} cell */
function cellText(cell) {
  if (cell === null) return 'NULL';
  const text = String(cell);
  return text !== '' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
}
