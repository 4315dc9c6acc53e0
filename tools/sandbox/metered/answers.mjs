// What a model of the sandbox answers: made from the prompt alone, so that the same prompt gives
// the same answer. It is a parrot that can be told how much to say:
//
//   "Repeat: <text>"        answers the text
//   "... 500 tokens ..."    answers with so many tokens
//   a tool's name           calls the tool, unless its result is there already
//
// Anything else is quoted and followed by some words, which are of several scripts on purpose.

import { createHash } from 'node:crypto';
import { sampleOf } from './samples.mjs';

/**
 * @typedef {object} Tool
 * @property {string} name
 * @property {any} schema  JSON schema of its input.
 */

/**
 * @typedef {object} Ask
 * @property {string} text    What the user said last.
 * @property {string} seed    All of the prompt, or what stands for it.
 * @property {Tool[]} tools   On offer.
 * @property {'auto' | 'none' | 'any' | {name: string}} choice  Of a tool.
 * @property {string | null} toolResult  The last turn, if it is one.
 * @property {any} schema     That the answer has to follow, or null.
 * @property {string[]} stops
 * @property {number} tokens_max
 * @property {number} reasoning_tokens  That the model would spend before it answers.
 */

/**
 * @typedef {object} Answer
 * @property {number} reasoning_tokens
 * @property {string[]} pieces  One a token; of a tool's input as JSON when there is a tool.
 * @property {string | null} tool
 * @property {'end' | 'length' | 'tool' | 'stop'} ending
 * @property {string | null} stop  The stop sequence that was met.
 */

// Each is one token with a blank before it, so that their number is the number of tokens.
const words = (
  'the of and to river stone café für 世界 не мир 🙂 “ price señor 日本 한국 Straße → answer light ' +
  'water number garden morning letter simple careful history window music paper small quiet green'
).split(' ');

/**
 * @param {import('./tokens.mjs').Tokenizer} tokenizer
 * @param {Ask} ask
 * @param {number} [index]  Of several answers to the same.
 * @returns {Answer}
 */
export function answerTo(tokenizer, ask, index = 0) {
  const tool = toolFor(ask);
  const seed = createHash('sha256').update(`${index}\n${ask.seed}`).digest();
  const said =
    tool !== null
      ? JSON.stringify(sampleOf(tool.schema, ask.text))
      : ask.schema !== null
        ? JSON.stringify(sampleOf(ask.schema, ask.text))
        : textFor(ask, seed);
  const { text, stop } = tool === null ? stopped(said, ask.stops) : { text: said, stop: null };
  const reasoning_tokens = Math.min(ask.reasoning_tokens, ask.tokens_max);
  const room = ask.tokens_max - reasoning_tokens;
  const pieces = tokenizer.pieces(text);
  const isCut = pieces.length > room;
  return {
    reasoning_tokens,
    pieces: isCut ? pieces.slice(0, room) : pieces,
    tool: tool?.name ?? null,
    ending: isCut ? 'length' : tool !== null ? 'tool' : stop !== null ? 'stop' : 'end',
    stop: isCut ? null : stop,
  };
}

/** @param {Ask} ask @returns {Tool | null} */
function toolFor({ text, tools, choice, toolResult }) {
  if (choice === 'none') return null;
  if (typeof choice === 'object') return tools.find(({ name }) => name === choice.name) ?? null;
  if (choice === 'any') return tools.find(({ name }) => text.includes(name)) ?? tools[0] ?? null;
  if (toolResult !== null) return null;
  return tools.find(({ name }) => text.includes(name)) ?? null;
}

/** @param {Ask} ask @param {Buffer} seed */
function textFor({ text, toolResult }, seed) {
  if (toolResult !== null) return `The tool answered: ${toolResult}`;
  const repeated = /^\s*repeat:\s*(.*)$/is.exec(text)?.[1];
  if (repeated !== undefined) return repeated;
  const asked = /\b(\d{1,6}) tokens\b/i.exec(text)?.[1];
  if (asked !== undefined) return filler(seed, Number(asked));
  const quote = text.slice(0, 120).replace(/[\ud800-\udbff]$/, '');
  return `You wrote: "${quote}".${filler(seed, 12 + ((seed[0] ?? 0) % 40))}.`;
}

/** @param {Buffer} seed @param {number} count */
function filler(seed, count) {
  let state = seed.readUInt32LE(0) || 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ` ${words[(state >>> 8) % words.length]}`;
  }).join('');
}

/** @param {string} text @param {string[]} stops */
function stopped(text, stops) {
  let at = text.length;
  let stop = null;
  for (const one of stops) {
    const found = one === '' ? -1 : text.indexOf(one);
    if (found < 0 || found >= at) continue;
    at = found;
    stop = one;
  }
  return { text: text.slice(0, at), stop };
}
