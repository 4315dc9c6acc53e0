// Compares a SQLite file with a PostgreSQL database cell by cell, as an outsider would: values of
// both sides are brought into one notation by the type that the column has in PostgreSQL. It shares
// nothing with the code that is tested.

import { DatabaseSync } from 'node:sqlite';
import { psql, quoted } from './support.mjs';

/** @typedef {Record<string, string>} Names */
/**
 * @typedef {{name: string, target: string, columns: string[], names: string[], kinds: string[]}}
 *   Table
 */
/** @typedef {{tables?: Names, columns?: Record<string, Names>}} Renames */

/**
 * The tables whose rows differ, with the first rows of each side that the other lacks. Asks the
 * server twice, however many tables there are.
 * @param {string} path @param {string} url
 * @param {{renames?: Renames, schema?: string, dates?: 'ms' | 's', tagged?: string[]}} [options]
 *   tagged: columns, as table.column, that were carried as tagged texts
 */
export function differences(path, url, options = {}) {
  const { renames = {}, schema = 'public', dates = 'ms', tagged = [] } = options;
  const database = new DatabaseSync(path, { readOnly: true });
  const types = typesOf(url, schema);
  const found = [];
  /** @type {Table[]} */
  const tables = [];
  for (const name of tablesOf(database)) {
    const target = renames.tables?.[name] ?? name;
    const columns = columnsOf(database, name);
    const names = columns.map((column) => renames.columns?.[name]?.[column] ?? column);
    const there = types.get(target) ?? new Map();
    const missing = names.filter((column) => !there.has(column));
    const kinds = columns.map((column, i) =>
      tagged.includes(`${name}.${column}`) ? 'tagged' : (there.get(names[i]) ?? ''),
    );
    if (missing.length > 0) found.push({ table: name, missing });
    else tables.push({ name, target, columns, names, kinds });
  }
  const rows = targetRows(url, schema, tables);
  tables.forEach((table, i) => {
    const here = sourceRows(database, table, dates).sort();
    const there = (rows[i] ?? []).sort();
    const lost = without(here, there);
    const invented = without(there, here);
    if (lost.length + invented.length === 0) return;
    found.push({ table: table.name, lost: lost.slice(0, 3), invented: invented.slice(0, 3) });
  });
  database.close();
  return found;
}

/** @param {DatabaseSync} database */
function tablesOf(database) {
  const rows = database
    .prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' " +
        "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .all();
  return rows.map((row) => String(row.name));
}

/** @param {DatabaseSync} database @param {string} table */
function columnsOf(database, table) {
  const rows = database
    .prepare('SELECT name FROM pragma_table_xinfo(?) WHERE hidden <> 1')
    .all(table);
  return rows.map((row) => String(row.name));
}

/** @param {string} url @param {string} schema @returns {Map<string, Map<string, string>>} */
function typesOf(url, schema) {
  const hex = (/** @type {string} */ name) => `encode(convert_to(${name}, 'UTF8'), 'hex')`;
  const lines = psql(
    url,
    `SELECT ${hex('relname')} || ' ' || ${hex('attname')} || ' ' || format_type(atttypid, NULL)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = to_regnamespace(quote_ident('${schema.replaceAll("'", "''")}'))
    AND relkind = 'r' AND attnum > 0 AND NOT attisdropped ORDER BY relname, attnum`,
  );
  /** @type {Map<string, Map<string, string>>} */
  const tables = new Map();
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const [table = '', column = '', ...type] = line.split(' ');
    const name = Buffer.from(table, 'hex').toString();
    if (!tables.has(name)) tables.set(name, new Map());
    tables.get(name)?.set(Buffer.from(column, 'hex').toString(), type.join(' '));
  }
  return tables;
}

/** @param {DatabaseSync} database @param {Table} table @param {'ms' | 's'} dates */
function sourceRows(database, table, dates) {
  const { columns, kinds } = table;
  if (columns.length === 0) return [];
  const parts = columns.map((column, i) => {
    // A blob in a column of JSON is SQLite's binary form.
    const isJson = kinds[i] === 'json';
    const name = isJson
      ? `iif(typeof(${quoted(column)}) = 'blob', json(${quoted(column)}), ${quoted(column)})`
      : quoted(column);
    return (
      `typeof(${name}), CASE typeof(${name}) WHEN 'real' THEN ${name} WHEN 'integer' ` +
      `THEN CAST(${name} AS TEXT) ELSE hex(CAST(${name} AS BLOB)) END`
    );
  });
  const statement = database.prepare(
    `SELECT ${parts.join(', ')} FROM ${quoted(table.name)} NOT INDEXED`,
  );
  statement.setReturnArrays(true);
  const rows = /** @type {any[][]} */ (/** @type {unknown} */ (statement.all()));
  const recode = textsAreUtf16(database);
  return rows.map((row) =>
    JSON.stringify(
      columns.map((_, i) => {
        const [type, value] = [row[2 * i], row[2 * i + 1]];
        const text = type === 'text' && recode ? utf8Hex(value) : value;
        return sourceText(type, text, kinds[i] ?? '', dates);
      }),
    ),
  );
}

/** @param {DatabaseSync} database */
function textsAreUtf16(database) {
  return database.prepare('PRAGMA encoding').get()?.encoding === 'UTF-16le';
}

/** @param {string} hex of UTF-16, little endian */
function utf8Hex(hex) {
  return Buffer.from(Buffer.from(hex, 'hex').toString('utf16le')).toString('hex');
}

/**
 * The rows of each table, as the other side's are written.
 * @param {string} url @param {string} schema @param {Table[]} tables
 */
function targetRows(url, schema, tables) {
  const queries = tables.map(({ target, names }, i) => {
    if (names.length === 0) return '';
    const parts = names.map(
      (name) => `coalesce(encode(convert_to(${quoted(name)}::text, 'UTF8'), 'hex'), 'null')`,
    );
    return `SELECT concat_ws(' ', ${i}, ${parts.join(', ')}) FROM
    ${quoted(schema)}.${quoted(target)};`;
  });
  /** @type {string[][]} */
  const rows = tables.map(() => []);
  for (const line of psql(url, queries.join('\n')).split('\n')) {
    if (line === '') continue;
    const [index, ...cells] = line.split(' ');
    const kinds = tables[Number(index)]?.kinds ?? [];
    const texts = cells.map((cell, i) =>
      cell === 'null' ? null : targetText(Buffer.from(cell, 'hex').toString(), kinds[i] ?? ''),
    );
    rows[Number(index)]?.push(JSON.stringify(texts));
  }
  return rows;
}

/** @param {string} type @param {any} value @param {string} kind @param {'ms' | 's'} dates */
function sourceText(type, value, kind, dates) {
  if (type === 'null') return null;
  const bytes = type === 'text' || type === 'blob' ? Buffer.from(value, 'hex') : null;
  const text = bytes === null ? String(value) : repaired(bytes);
  switch (kind) {
    case 'double precision':
      return bits(type === 'real' ? value : Number(text));
    case 'boolean':
      return ['1', 'true', 't', 'yes', 'y', 'on'].includes(text.toLowerCase()) ? 'true' : 'false';
    case 'bytea':
      return (bytes ?? Buffer.from(type === 'real' ? realText(value) : text)).toString('hex');
    case 'timestamp with time zone':
      if (bytes !== null) return instant(text);
      if (type === 'real' && value < 5e6) return instant((value - 2440587.5) * 86_400_000);
      return instant(Number(text) * (dates === 's' ? 1000 : 1));
    case 'numeric':
      return plainNumber(text);
    case 'uuid':
      return text.toLowerCase();
    case 'jsonb':
      return sortedJson(text);
    case 'tagged':
      return taggedText(type, value);
    case 'bigint':
    case 'integer':
    case 'smallint':
      return plainNumber(text);
    case 'time without time zone':
      return text.length === 5 ? `${text}:00` : text;
    default:
      return type === 'real' ? realText(value) : text;
  }
}

/** @param {string} text @param {string} kind */
function targetText(text, kind) {
  switch (kind) {
    case 'double precision':
      return bits(Number(text));
    case 'bytea':
      return text.slice(2);
    case 'timestamp with time zone':
      return instant(text);
    case 'numeric':
    case 'bigint':
    case 'integer':
    case 'smallint':
      return plainNumber(text);
    case 'jsonb':
      return sortedJson(text);
    default:
      return text;
  }
}

/** JSON without what jsonb does not keep. @param {string} text */
function sortedJson(text) {
  return JSON.stringify(JSON.parse(text), (_, value) => {
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject ? Object.fromEntries(Object.entries(value).sort()) : value;
  });
}

/** @param {string} type @param {any} value */
function taggedText(type, value) {
  if (type === 'integer') return String(value);
  if (type === 'real') {
    if (Number.isFinite(value)) return realText(value);
    return JSON.stringify({ real: value > 0 ? 'Infinity' : '-Infinity' });
  }
  const bytes = Buffer.from(value, 'hex');
  const text = bytes.toString();
  const isText = type === 'text' && Buffer.from(text).equals(bytes);
  return JSON.stringify(isText ? text : { [type]: bytes.toString('hex') });
}

/** @param {number} number */
function bits(number) {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  return view.getBigUint64(0).toString(16);
}

/** A real among texts. @param {number} number */
function realText(number) {
  if (!Number.isFinite(number)) return number > 0 ? 'Inf' : '-Inf';
  const [digits = '', exponent = ''] = number.toExponential().split('e');
  const power = Number(exponent);
  const sign = Object.is(number, -0) ? '-' : '';
  if (power >= -4 && power < 15) {
    const plain = `${sign}${number}`;
    return plain.includes('.') ? plain : `${plain}.0`;
  }
  const size = String(Math.abs(power)).padStart(2, '0');
  return `${digits.includes('.') ? digits : `${digits}.0`}e${power < 0 ? '-' : '+'}${size}`;
}

/** Plain digits without trailing zeros. @param {string} text */
function plainNumber(text) {
  if (!/^[-+]?[0-9.]+(e[-+]?\d+)?$/i.test(text)) return text;
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^([-+]?)(\d*)\.?(\d*)(?:e([-+]?\d+))?$/i.exec(text) ?? [];
  const point = whole.length + Number(power);
  let digits = whole + fraction;
  if (point < 0) digits = '0'.repeat(-point) + digits;
  const at = Math.max(point, 0);
  digits = digits.padEnd(at, '0');
  const before = digits.slice(0, at).replace(/^0+/, '') || '0';
  const after = digits.slice(at).replace(/0+$/, '');
  const number = after === '' ? before : `${before}.${after}`;
  return sign === '-' && number !== '0' ? `-${number}` : number;
}

/** @param {string | number} value */
function instant(value) {
  if (typeof value === 'number') return new Date(Math.round(value)).toISOString();
  let text = value.trim().replace(' ', 'T');
  if (/^\d{4}-\d\d-\d\d$/.test(text)) text += 'T00:00:00';
  if (!/(Z|[-+]\d\d(:?\d\d)?)$/.test(text.slice(10))) text += 'Z';
  text = text.replace(/([-+]\d\d)$/, '$1:00').replace(/([-+]\d\d)(\d\d)$/, '$1:$2');
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? value : date.toISOString();
}

/** NUL and what is no UTF-8, as the report says they are replaced. @param {Buffer} bytes */
function repaired(bytes) {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replaceAll('\0', '\u2400');
}

/** @param {string[]} some @param {string[]} others */
function without(some, others) {
  const counts = new Map();
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1);
  return some.filter((row) => {
    const left = counts.get(row) ?? 0;
    counts.set(row, left - 1);
    return left <= 0;
  });
}
