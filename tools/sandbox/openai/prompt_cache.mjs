// The automatic cache of prompts: from 1024 tokens on, in steps of 128, what was the beginning of
// an earlier prompt of the same key and model is not read again.

import { createHash } from 'node:crypto';

const least_tokens = 1024;
const step_tokens = 128;
const lifetime_ms = 10 * 60_000;
const entries_max = 200_000;

/**
 * @typedef {(scope: string, tokens: number[]) => {cached: number, written: number}} PromptCache
 *   How many tokens were known, and how many are from now on.
 */

/** @param {import('../frame/clock.mjs').Clock} clock @returns {PromptCache} */
export function createPromptCache(clock) {
  /** @type {Map<string, number>} */
  const until_ms = new Map();
  return (scope, tokens) => {
    const now_ms = clock.now_ms();
    const hash = createHash('sha256').update(scope);
    let cached = 0;
    let end = least_tokens;
    for (let from = 0; end <= tokens.length; from = end, end += step_tokens) {
      hash.update(Int32Array.from(tokens.slice(from, end)));
      const name = hash.copy().digest('base64');
      if ((until_ms.get(name) ?? 0) > now_ms) cached = end;
      until_ms.delete(name);
      until_ms.set(name, now_ms + lifetime_ms);
    }
    for (const name of until_ms.keys()) {
      if (until_ms.size <= entries_max) break;
      until_ms.delete(name);
    }
    const known = end - step_tokens;
    return { cached, written: known < least_tokens ? 0 : known - cached };
  };
}
