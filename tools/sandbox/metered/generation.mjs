// A model at work: tokens come one after the other at the pace of the settings, and whoever pays is
// charged for what was made, whether somebody took it or not. By default the work ends when nobody
// listens any more; what was made until then is charged.

import { sleep } from '../frame/clock.mjs';

/**
 * @typedef {object} Pace
 * @property {number} first_token_ms
 * @property {number} chunk_ms  Between two tokens.
 * @property {boolean} goes_on_alone  To the end although the other side is gone.
 */

/** As fast as it goes, for tests. */
export const default_pace = { first_token_ms: 0, chunk_ms: 0, goes_on_alone: false };

/**
 * @typedef {object} Made  What was made so far; reasoning is among the output.
 * @property {number} output_tokens
 * @property {number} reasoning_tokens
 * @property {boolean} isWhole
 */

/**
 * @typedef {object} Generation
 * @property {() => Promise<unknown>} begin  Until the first token is there; `tokens` begins too.
 * @property {() => AsyncGenerator<{index: number, piece: string}>} tokens
 *   Of all answers in turn. Once only. Ends early when the response is closed.
 * @property {Made} made
 */

/**
 * @param {{answers: import('./answers.mjs').Answer[], pace: Pace,
 *   clock: import('../frame/clock.mjs').Clock,
 *   response: import('../frame/http.mjs').Response}} parts
 * @returns {Generation}
 */
export function generate({ answers, pace, clock, response }) {
  const made = { output_tokens: 0, reasoning_tokens: 0, isWhole: false };
  const isAlone = () => response.destroyed && !pace.goes_on_alone;
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => response.once('close', () => resolve()));
  const pause = (/** @type {number} */ duration_ms) => {
    // The turn of others comes between any two tokens: they may tell that the other side is gone.
    if (duration_ms === 0) return new Promise((resolve) => void setImmediate(resolve));
    const slept = sleep(clock, duration_ms);
    return pace.goes_on_alone ? slept : Promise.race([slept, closed]);
  };
  /** @type {Promise<unknown> | null} */
  let begun = null;
  const begin = () => (begun ??= pause(pace.first_token_ms));
  async function* tokens() {
    await begin();
    if (isAlone()) return;
    for (const { reasoning_tokens } of answers) {
      made.reasoning_tokens += reasoning_tokens;
      made.output_tokens += reasoning_tokens;
    }
    const longest = Math.max(0, ...answers.map(({ pieces }) => pieces.length));
    for (let at = 0; at < longest; ++at) {
      for (const [index, { pieces }] of answers.entries()) {
        const piece = pieces[at];
        if (piece === undefined) continue;
        if (made.output_tokens > made.reasoning_tokens) await pause(pace.chunk_ms);
        if (isAlone()) return;
        made.output_tokens += 1;
        yield { index, piece };
      }
    }
    made.isWhole = true;
  }
  return { begin, tokens, made };
}

/**
 * Makes everything at once, for an answer that is no stream; false when nobody waits for it.
 *
 * @param {Generation} generation
 */
export async function generateAll({ tokens, made }) {
  for await (const token of tokens()) void token;
  return made.isWhole;
}
