// What the status page shows of the databases: tables with row counts, and one page of a table.
// Reads through a process of its own, so that a strange file cannot take the sandbox down.

import { statSync } from 'node:fs';
import { createEngine } from './engine.mjs';
import { html } from '../status/html.mjs';
import { page } from '../status/layout.mjs';

const rows_per_page = 50;

/** @typedef {import('./platform_state.mjs').TursoState} TursoState */
/** @typedef {{name: string, rows: number}[]} Tables */

/**
 * @typedef {object} Inspector
 * @property {(file: string) => Promise<Tables | null>} tables  Null when it cannot be read.
 * @property {(file: string, table: string, offset: number) => Promise<any>} view
 * @property {() => Promise<void>} stop
 */

/**
 * Reads database files for display; a file that did not change is not read again.
 *
 * @returns {Inspector}
 */
export function createInspector() {
  const engine = createEngine('');
  /** @type {Map<string, {stamp: string, tables: Tables | null}>} */
  const known = new Map();
  return {
    async tables(file) {
      const stamp = stampOf(file);
      if (statSync(file, { throwIfNoEntry: false }) === undefined) return [];
      const before = known.get(file);
      if (before?.stamp === stamp) return before.tables;
      const tables = await engine.call('inspect', { image: file }).catch(() => null);
      known.set(file, { stamp, tables });
      return tables;
    },
    view: (file, table, offset) =>
      engine.call('view', { image: file, table, offset, limit: rows_per_page }).catch(() => null),
    stop: () => engine.stop(),
  };
}

/**
 * @param {TursoState} state
 * @param {Inspector} inspector
 */
export async function summarize(state, inspector) {
  const databases = await Promise.all(
    [...state.hosts.values()].map(async (host) => ({
      name: host.record.name,
      id: host.record.id,
      hostname: host.hostname,
      group: host.record.group,
      is_draft: host.record.is_draft,
      created_at_ms: host.record.created_at_ms,
      storage_bytes: await host.storageBytes(),
      ...host.usage,
      tables: host.record.is_draft ? [] : await inspector.tables(host.file),
    })),
  );
  return { databases };
}

/** @param {string} file */
function stampOf(file) {
  return ['', '-wal']
    .map((ending) => {
      const found = statSync(`${file}${ending}`, { throwIfNoEntry: false });
      return `${found?.size ?? 0}:${found?.mtimeMs ?? 0}`;
    })
    .join();
}

/**
 * The page /view/turso/?database=...&table=...&from=0, or null.
 *
 * @param {TursoState} state
 * @param {Inspector} inspector
 * @param {URL} url
 * @returns {Promise<string | null>}
 */
export async function tablePage({ hosts }, inspector, url) {
  const database = url.searchParams.get('database') ?? '';
  const table = url.searchParams.get('table') ?? '';
  const from = Math.max(0, Math.floor(Number(url.searchParams.get('from') ?? 0)) || 0);
  const host = hosts.get(database);
  if (host === undefined || host.record.is_draft) return null;
  const view = await inspector.view(host.file, table, from);
  if (view === null) return null;
  const link = (/** @type {number} */ to, /** @type {string} */ words) =>
    html`<a href="?${new URLSearchParams({ database, table, from: String(to) })}">${words}</a>`;
  const last = Math.min(from + rows_per_page, view.total);
  return page(
    `${table} in ${database}`,
    html` <p><a href="/">All of the sandbox</a></p>
      <h1>${table}</h1>
      <p>
        Database <strong>${database}</strong>, rows ${view.total === 0 ? 0 : from + 1} to ${last} of
        ${view.total}. Cells are cut after 200 characters; this page changes nothing.
      </p>
      <div class="scroll" tabindex="0" role="region" aria-label="Rows of ${table}">
        <table>
          <thead>
            <tr>
              ${view.columns.map(
                (/** @type {string} */ name) => html`<th scope="col">${name}</th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${view.rows.map(
              (/** @type {any[]} */ row) =>
                html`<tr>
                  ${row.map((cell) => html`<td class="${cell.storage}">${cellWords(cell)}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p>
        ${from > 0 ? link(Math.max(0, from - rows_per_page), 'Rows before') : ''}
        ${last < view.total ? link(last, 'Rows after') : ''}
      </p>`,
  );
}

/** @param {{storage: string, text: string}} cell */
function cellWords({ storage, text }) {
  if (storage === 'null') return 'NULL';
  return storage === 'blob' ? `x'${text}'` : text;
}
