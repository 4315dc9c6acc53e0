// The preview database: SQLite (sql.js) in this tab, with the interface that the apps program
// against. Integers beyond 2^53 come as BigInt, blobs as Uint8Array, errors with SQLite's code: as
// in production.

/**
 * @typedef {null | number | bigint | string | Uint8Array} Cell
 * @typedef {Cell | boolean} Bindable
 * @typedef {Record<string, Cell>} Row
 * @typedef {{ changes: number, lastInsertRowid: number | bigint }} Changes
 * @typedef {{ sql: string, values?: Bindable[] }} Statement
 * @typedef {{ name: string, rows: number }} TableFacts
 * @typedef {{ columns: string[], rows: Cell[][] }} TablePage
 */

/** An error of the database, with a code such as SQLITE_CONSTRAINT_UNIQUE. */
export class DatabaseError extends Error {
  /**
   * @param {string} message
   * @param {string} code
   */
  constructor(message, code) {
    super(message);
    this.name = 'DatabaseError';
    this.code = code;
  }
}

const file_start = 'SQLite format 3\0';

/** @param {Uint8Array} bytes */
export function looksLikeDatabase(bytes) {
  return bytes.length >= 512 && String.fromCharCode(...bytes.subarray(0, 16)) === file_start;
}

export class PreviewDatabase {
  /**
   * @param {import('sql.js').SqlJsStatic} sqlite
   * @param {Uint8Array | null} bytes null: an empty database
   * @param {() => void} changed called after each write
   */
  constructor(sqlite, bytes, changed) {
    this.database = new sqlite.Database(bytes && withoutLog(bytes));
    this.changed = changed;
    /**
     * Whether the database differs from the bytes that it was opened with or that bytes() gave
     * last.
     */
    this.written = false;
    try {
      this.#prepareConnection();
      // Reads the schema, so that a file that is no database is refused here.
      this.database.exec('SELECT count(*) FROM sqlite_master');
    } catch (error) {
      this.database.close();
      throw translated(error);
    }
  }

  /**
   * @param {string} sql one statement
   * @param {Bindable[]} [values]
   * @returns {Row[]}
   */
  all(sql, values = []) {
    return this.#oneStatement(sql, values, (statement) => {
      const names = statement.getColumnNames();
      const rows = [];
      while (statement.step()) {
        const cells = readCells(statement);
        rows.push(Object.fromEntries(names.map((name, at) => [name, cells[at] ?? null])));
      }
      return rows;
    });
  }

  /**
   * @param {string} sql one statement
   * @param {Bindable[]} [values]
   * @returns {Changes}
   */
  run(sql, values = []) {
    const before = this.#total('total_changes()');
    this.#oneStatement(sql, values, (statement) => {
      while (statement.step());
    });
    const changed = this.#total('total_changes()') !== before;
    return {
      changes: changed ? this.database.getRowsModified() : 0,
      lastInsertRowid: this.#total('last_insert_rowid()'),
    };
  }

  /**
   * All statements or none.
   * @param {Statement[]} statements
   * @returns {Changes[]}
   */
  batch(statements) {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const changes = statements.map((one) => this.run(one.sql, one.values));
      this.database.exec('COMMIT');
      return changes;
    } catch (error) {
      this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Runs a script of our own, such as the schema and the first rows of an app.
   * @param {string} sql
   */
  script(sql) {
    this.database.exec(sql);
    this.#write();
  }

  /** @returns {Uint8Array} the database as a file; the connection lives on */
  bytes() {
    const bytes = this.database.export();
    this.#prepareConnection();
    this.written = false;
    return bytes;
  }

  /** @returns {TableFacts[]} */
  tables() {
    const names = this.all(
      `SELECT name FROM sqlite_master
       WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY name`,
    );
    return names.map(({ name }) => {
      const [row] = this.all(`SELECT count(*) AS n FROM ${quoted(String(name))}`);
      return { name: String(name), rows: Number(row?.n ?? 0) };
    });
  }

  /**
   * @param {string} table
   * @param {number} limit
   * @param {number} offset
   * @returns {TablePage}
   */
  page(table, limit, offset) {
    const sql = `SELECT * FROM ${quoted(table)} LIMIT ? OFFSET ?`;
    return this.#oneStatement(sql, [limit, offset], (statement) => {
      const columns = statement.getColumnNames();
      const rows = [];
      while (statement.step()) rows.push(readCells(statement));
      return { columns, rows };
    });
  }

  close() {
    this.database.close();
  }

  #write() {
    this.written = true;
    this.changed();
  }

  /**
   * Settings of a connection are lost when sql.js exports; a file from outside is not to be
   * trusted.
   */
  #prepareConnection() {
    this.database.exec(
      'PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON',
    );
  }

  /** @param {string} expression */
  #total(expression) {
    const statement = this.database.prepare(`SELECT ${expression}`);
    statement.step();
    const [cell] = readCells(statement);
    statement.free();
    return typeof cell === 'number' || typeof cell === 'bigint' ? cell : 0;
  }

  /**
   * @template Result
   * @param {string} sql
   * @param {Bindable[]} values
   * @param {(statement: import('sql.js').Statement) => Result} use
   * @returns {Result}
   */
  #oneStatement(sql, values, use) {
    let statement;
    try {
      const statements = this.database.iterateStatements(sql);
      const first = statements.next();
      if (first.done) throw new DatabaseError('The SQL holds no statement.', 'SQL_NO_STATEMENT');
      if (/[^\s;]/.test(statements.getRemainingSQL())) {
        throw new DatabaseError('The SQL holds more than one statement.', 'SQL_MANY_STATEMENTS');
      }
      statement = first.value;
      statement.bind(/** @type {any} */ (values.map(bindable)));
      const result = use(statement);
      if (!/^\s*(SELECT|VALUES|EXPLAIN)\b/i.test(sql)) this.#write();
      return result;
    } catch (error) {
      throw translated(error);
    } finally {
      statement?.free();
    }
  }
}

/**
 * The header of a file in WAL mode says so in two bytes; SQLite in a tab has no shared memory for
 * that mode.
 * @param {Uint8Array} bytes
 */
function withoutLog(bytes) {
  if (!looksLikeDatabase(bytes) || (bytes[18] !== 2 && bytes[19] !== 2)) return bytes;
  const copy = bytes.slice();
  copy[18] = copy[19] = 1;
  return copy;
}

/** @param {string} name */
export function quoted(name) {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * A value as sql.js takes it. It has no 64-bit binding: whole numbers beyond 32 bits go as doubles
 * and
 * BigInt as text, which columns with a numeric type turn into the same integer as in production.
 * @param {Bindable | undefined} value
 */
function bindable(value) {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value === null || ['number', 'bigint', 'string'].includes(typeof value)) return value;
  if (value instanceof Uint8Array) return value;
  throw new DatabaseError(`A value of the kind ${typeof value} cannot be stored.`, 'ARGS_INVALID');
}

/** @param {import('sql.js').Statement} statement */
function readCells(statement) {
  // The published types of sql.js lack the second parameter.
  const get = /** @type {(params: null, config: { useBigInt: boolean }) => Cell[]} */ (
    /** @type {unknown} */ (statement.get.bind(statement))
  );
  return get(null, { useBigInt: true }).map(plain);
}

/** @param {Cell} cell @returns {Cell} */
function plain(cell) {
  if (typeof cell !== 'bigint') return cell;
  const number = Number(cell);
  return Number.isSafeInteger(number) ? number : cell;
}

const codes = /** @type {const} */ ([
  ['UNIQUE constraint failed', 'SQLITE_CONSTRAINT_UNIQUE'],
  ['FOREIGN KEY constraint failed', 'SQLITE_CONSTRAINT_FOREIGNKEY'],
  ['NOT NULL constraint failed', 'SQLITE_CONSTRAINT_NOTNULL'],
  ['CHECK constraint failed', 'SQLITE_CONSTRAINT_CHECK'],
  ['file is not a database', 'SQLITE_NOTADB'],
  ['malformed', 'SQLITE_CORRUPT'],
]);

/** sql.js tells errors by their words only. @param {unknown} error */
function translated(error) {
  if (error instanceof DatabaseError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const found = codes.find(([words]) => message.includes(words));
  return new DatabaseError(message, found?.[1] ?? 'SQLITE_ERROR');
}
