// The page at `/`: what exists, how the providers shall misbehave, what was called. It asks for a
// fresh copy of itself every three seconds while it is looked at, and puts it in only if something
// changed, so that focus and selection stay.

import { html } from './html.mjs';
import { page } from './layout.mjs';

/** @type {{words: string, order: Record<string, unknown>}[]} */
const fault_buttons = [
  { words: 'Next call answers 500', order: { kind: 'status', status: 500 } },
  { words: 'Next call answers 429', order: { kind: 'status', status: 429, retry_after_s: 2 } },
  { words: 'Next answer is lost', order: { kind: 'lose_answer' } },
  { words: 'Next call is refused', order: { kind: 'refuse' } },
  { words: 'Next change is half done', order: { kind: 'half_done', match: { method: 'POST' } } },
  { words: 'Next call takes 5 s', order: { kind: 'delay', delay_ms: 5000 } },
  { words: 'Every call takes 1 s', order: { kind: 'delay', delay_ms: 1000, times: -1 } },
  { words: '20 % of calls fail', order: { seed: 7, percent: 20 } },
];

/**
 * @param {Record<string, any>} state  The answer of GET /state.
 * @param {number} now_ms
 * @returns {string}
 */
export function statusPage(state, now_ms) {
  return page(
    'Fairway sandbox',
    html` <h1>Fairway sandbox</h1>
      <p>
        A local cloud on this machine: nothing here reaches the internet, and nothing costs money.
        It listens at <code>${state.origin}</code>.
      </p>
      <div id="live" aria-live="off">
        ${databases(state.databases)} ${neonProjects(state.neon_projects ?? [])}
        ${sites(state.sites)} ${faults(state.faults)} ${settings(state.settings)}
        ${calls(state.calls, now_ms)}
      </div>
      <h2>Start over</h2>
      <p>Removes every database, site and token of this sandbox.</p>
      <button
        type="button"
        data-confirm="Remove everything that exists in this sandbox?"
        data-path="/reset"
        data-body="{}"
      >
        Remove everything
      </button>
      <script type="module" src="/live_page.mjs"></script>`,
  );
}

/** @param {any[]} list */
function databases(list) {
  return html`<h2>Databases</h2>
    ${
      list.length === 0
        ? html`<p>None yet. Fairway creates one when an app is deployed.</p>`
        : html`<div class="grid">${list.map(database)}</div>`
    }`;
}

/** @param {any[]} list  None shows nothing: most apps are elsewhere. */
function neonProjects(list) {
  if (list.length === 0) return '';
  return html`<h2>Projects at Neon</h2>
    <div class="grid">
      ${list.map(
        ({ id, name, created_at }) =>
          html`<section class="card">
            <h3>${name}</h3>
            <p><code>${id}</code><br />Made ${created_at}</p>
          </section>`,
      )}
    </div>`;
}

/** @param {any} one */
function database({ name, hostname, group, is_draft, storage_bytes, tables }) {
  const view = (/** @type {string} */ table) =>
    `/view/turso/?${new URLSearchParams({ database: name, table })}`;
  const content = is_draft
    ? html`<p class="warn">Waits for its upload</p>`
    : tables === null
      ? html`<p class="bad">The file cannot be read</p>`
      : tables.length === 0
        ? html`<p>No tables</p>`
        : html`<ul>
            ${tables.map(
              (/** @type {any} */ table) =>
                html`<li>
                  <a href="${view(table.name)}">${table.name}</a>, ${count(table.rows, 'row')}
                </li>`,
            )}
          </ul>`;
  return html`<section class="card">
    <h3>${name}</h3>
    <p><code>${hostname}</code><br />Group ${group}, ${size(storage_bytes)}</p>
    ${content}
  </section>`;
}

/** @param {any[]} list */
function sites(list) {
  return html`<h2>Sites</h2>
    ${
      list.length === 0
        ? html`<p>None yet. A deployed app appears here with its links.</p>`
        : html`<div class="grid">${list.map(site)}</div>`
    }`;
}

/** @param {any} one */
function site({ name, url, deployments = [] }) {
  return html`<section class="card">
    <h3>${name}</h3>
    <p>
      ${url ? link(url) : 'Not published'}<br />
      <a href="/view/cloudflare/?${new URLSearchParams({ site: name })}">Deployments and logs</a>
    </p>
    ${
      deployments.length === 0
        ? ''
        : html`<ul>
            ${deployments
              .slice(0, 5)
              .map(
                (/** @type {any} */ one) =>
                  html`<li>${one.url ? link(one.url) : one.id} ${one.branch ?? ''}</li>`,
              )}
          </ul>`
    }
  </section>`;
}

/** @param {string} url */
function link(url) {
  return /^https?:\/\//.test(url) ? html`<a href="${url}" rel="noopener">${url}</a>` : html`${url}`;
}

/** @param {any[]} list */
function faults(list) {
  return html`<h2>Misbehave</h2>
    <p>For the calls that Fairway makes to the providers.</p>
    <div class="row">
      ${fault_buttons.map(
        ({ words, order }) =>
          html`<button type="button" data-path="/faults" data-body="${JSON.stringify(order)}">
            ${words}
          </button>`,
      )}
    </div>
    ${
      list.length === 0
        ? html`<p>No fault is waiting.</p>`
        : html`<ul>
              ${list.map(
                (rule) =>
                  html` <li>
                    ${ruleWords(rule)}
                    <button type="button" data-method="DELETE" data-path="/faults/${rule.id}">
                      Remove
                    </button>
                  </li>`,
              )}
            </ul>
            <button type="button" data-method="DELETE" data-path="/faults">Behave again</button>`
    }`;
}

/** @param {any} rule */
function ruleWords({ fault, times, percent, seed, match }) {
  const what =
    fault === null
      ? `${percent} % of calls, seed ${seed}`
      : `${fault.kind}${fault.kind === 'status' ? ` ${fault.status}` : ''}`;
  const where = [match.provider, match.method, match.path].filter(Boolean).join(' ');
  return (
    `${what}, ${times < 0 ? 'until removed' : count(times, 'time')}` +
    `${where === '' ? '' : `, for ${where}`}`
  );
}

/** @param {Record<string, Record<string, unknown>>} all */
function settings(all) {
  const switches = Object.entries(all).flatMap(([provider, values]) =>
    Object.entries(values).flatMap(([name, value]) =>
      typeof value !== 'boolean' ? [] : [{ provider, name, value }],
    ),
  );
  return html`<h2>Switches</h2>
    <div class="row">
      ${switches.map(
        ({ provider, name, value }) =>
          html` <button
            type="button"
            aria-pressed="${value}"
            data-path="/settings"
            data-body="${JSON.stringify({ [provider]: { [name]: !value } })}"
          >
            ${provider}: ${name.replaceAll('_', ' ')} is ${value ? 'on' : 'off'}
          </button>`,
      )}
    </div>`;
}

/**
 * @param {any[]} list
 * @param {number} now_ms
 */
function calls(list, now_ms) {
  if (list.length === 0)
    return html`<h2>Recent calls</h2>
      <p>None yet.</p>`;
  return html`<h2>Recent calls</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Recent calls">
      <table>
        <thead>
          <tr>
            ${['When', 'Provider', 'Call', 'Answer', 'Took', 'Fault', 'Note'].map(
              (words) => html`<th scope="col">${words}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${list.slice(0, 60).map(
            (call) =>
              html`<tr>
                <td class="number">${ago(now_ms - call.at_ms)}</td>
                <td>${call.provider}</td>
                <td><code>${call.method} ${call.path}</code></td>
                <td
                  class="${
                    call.status === 0 || call.status >= 500
                      ? 'bad'
                      : call.status >= 400
                        ? 'warn'
                        : 'ok'
                  }"
                >
                  ${call.status === 0 ? 'cut' : call.status}
                </td>
                <td class="number">${Math.round(call.duration_ms)} ms</td>
                <td>${call.fault}</td>
                <td>${call.note}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}

/**
 * @param {number} number
 * @param {string} noun
 */
function count(number, noun) {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** @param {number} bytes */
function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 ** 2
    ? `${Math.round(bytes / 1024)} KB`
    : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

/** @param {number} duration_ms */
function ago(duration_ms) {
  const duration_s = Math.max(0, Math.round(duration_ms / 1000));
  if (duration_s < 60) return 'under 1 min ago';
  return duration_s < 3600
    ? `${Math.floor(duration_s / 60)} min ago`
    : `${Math.floor(duration_s / 3600)} h ago`;
}
