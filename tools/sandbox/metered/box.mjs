// What a provider of mail or messages was given to send: nothing leaves this machine, so this is
// where it arrives. The last five hundred of this run, newest first on the page, and for tests by
// GET /mails and GET /messages.

import { html } from '../status/html.mjs';
import { page } from '../status/layout.mjs';

const kept_max = 500;

/**
 * @template {{id: string, at_ms: number}} T
 * @returns {{add: (one: T) => T, list: () => T[], find: (id: string) => T | undefined,
 *   clear: () => void}}  Oldest first.
 */
export function createBox() {
  /** @type {T[]} */
  let kept = [];
  return {
    add(one) {
      kept.push(one);
      if (kept.length > kept_max) kept = kept.slice(-kept_max);
      return one;
    },
    list: () => [...kept],
    find: (id) => kept.find((one) => one.id === id),
    clear() {
      kept = [];
    },
  };
}

/**
 * @param {string} title
 * @param {{at_ms: number, heading: string, lines: string[], text: string}[]} letters
 */
export function boxPage(title, letters) {
  const cards = letters.toReversed().map(
    ({ at_ms, heading, lines, text }) =>
      html`<section class="card">
        <h3>${heading}</h3>
        <p>${lines.map((line) => html`${line}<br />`)} ${new Date(at_ms).toISOString()}</p>
        <pre>${text}</pre>
      </section>`,
  );
  const none = html`<p>Nothing was sent yet.</p>`;
  return page(
    title,
    html`<p><a href="/">Sandbox</a></p>
      <h1>${title}</h1>
      ${cards.length === 0 ? none : html`<div class="grid">${cards}</div>`}`,
  );
}
