// '@builder/preview-database' inside the preview: every call goes to the SQLite of the builder's
// tab.
const ask = /** @type {any} */ (globalThis).askBuilder;

/** @param {string} _name the preview has one database, whatever its name */
export function openDatabase(_name) {
  return {
    /** @param {string} sql @param {unknown[]} [values] */
    all: (sql, values = []) => ask({ kind: 'all', sql, values }),
    /** @param {string} sql @param {unknown[]} [values] */
    run: (sql, values = []) => ask({ kind: 'run', sql, values }),
    /** @param {{ sql: string, values?: unknown[] }[]} statements */
    batch: (statements) => ask({ kind: 'batch', statements }),
  };
}
