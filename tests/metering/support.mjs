// What the tests of metering share: questions to the built program, dice from a seed.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const root = new URL('../..', import.meta.url).pathname;
const program =
  process.env.FAIRWAY_METERING_LINES ?? join(root, 'build/native/fairway_metering_lines');

/**
 * @param {object[]} questions
 * @param {string[]} [words]
 * @returns {any[]} an answer for each
 */
export function ask(questions, words = []) {
  const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
  const output = execFileSync(program, words, { input, encoding: 'utf8', maxBuffer: 1 << 29 });
  const lines = output.split('\n').slice(0, -1);
  if (lines.length !== questions.length) throw new Error(`${lines.length} answers`);
  return lines.map((line) => JSON.parse(line));
}

/** Numbers that look random and are the same in every run. @param {number} seed */
export function newDice(seed) {
  let state = seed >>> 0;
  /** @param {number} end */
  const below = (end) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  };
  return {
    below,
    /** @template T @param {T[]} list @returns {T} */
    one: (list) => /** @type {T} */ (list[below(list.length)]),
  };
}

/** @typedef {ReturnType<typeof newDice>} Dice */
