// The cache of prompts: the caller marks where something ends that will come again. What an earlier
// call of the same key and model marked, word for word from the beginning, is read; what lies
// between that and the last mark is written. Fewer than 1024 tokens are never kept.

import { createHash } from 'node:crypto';

const least_tokens = 1024;
const entries_max = 200_000;
const lifetimes_ms = { '5m': 5 * 60_000, '1h': 3_600_000 };

/** @typedef {{read: number, written_5m: number, written_1h: number}} CacheUse */
/** @typedef {import('./prompt.mjs').Stretch} Stretch */
/** @typedef {(scope: string, stretches: Stretch[]) => CacheUse} PromptCache */

/** @param {import('../frame/clock.mjs').Clock} clock @returns {PromptCache} */
export function createPromptCache(clock) {
  /** @type {Map<string, number>} */
  const until_ms = new Map();
  return (scope, stretches) => {
    const now_ms = clock.now_ms();
    const hash = createHash('sha256').update(scope);
    let at = 0;
    /** @type {{end: number, name: string, lifetime: import('./prompt.mjs').Lifetime}[]} */
    const marks = [];
    for (const { tokens, cached } of stretches) {
      hash.update(Int32Array.from(tokens));
      at += tokens.length;
      if (cached === null || at < least_tokens) continue;
      marks.push({ end: at, name: hash.copy().digest('base64'), lifetime: cached });
    }
    const read = marks.findLast(({ name }) => (until_ms.get(name) ?? 0) > now_ms)?.end ?? 0;
    const use = { read, written_5m: 0, written_1h: 0 };
    let known = read;
    for (const { end, name, lifetime } of marks) {
      until_ms.set(name, now_ms + lifetimes_ms[lifetime]);
      if (end <= known) continue;
      use[lifetime === '1h' ? 'written_1h' : 'written_5m'] += end - known;
      known = end;
    }
    for (const name of until_ms.keys()) {
      if (until_ms.size <= entries_max) break;
      until_ms.delete(name);
    }
    return use;
  };
}
