// The prompt of a call as the model reads it: tools, system, messages, in this order, as stretches
// of tokens that end where the caller marked the cache. Anthropic's vocabulary is not public, so
// that of another provider counts; a marker's place is what matters here.

import { invalid } from './errors.mjs';

/** @typedef {'5m' | '1h'} Lifetime */
/**
 * @typedef {object} Stretch
 * @property {number[]} tokens
 * @property {Lifetime | null} cached  The caller wants all up to its end kept for so long.
 */
/**
 * @typedef {object} Prompt
 * @property {Stretch[]} stretches
 * @property {number} size  All tokens.
 * @property {string} text  What the user said last.
 * @property {string | null} toolResult  If it came last.
 * @property {import('../metered/answers.mjs').Tool[]} tools
 */

const mark = -1;
const pixel = -2;
const image_tokens = 1600;
const markers_max = 4;

/**
 * @param {Record<string, any>} body
 * @param {import('../metered/tokens.mjs').Tokenizer} coder
 * @returns {Prompt}
 */
export function promptOf(body, coder) {
  /** @type {Stretch[]} */
  const stretches = [];
  const add = (/** @type {number[]} */ tokens, /** @type {any} */ control) =>
    void stretches.push({ tokens, cached: lifetimeOf(control) });
  const tools = (body.tools ?? []).map((/** @type {any} */ tool) => {
    if (typeof tool?.name !== 'string') throw invalid('tools.0.name: Field required');
    const schema = tool.input_schema ?? {};
    const words = [tool.name, tool.description ?? '', JSON.stringify(schema)].join(' ');
    add([mark, ...coder.encode(words)], tool.cache_control);
    return { name: tool.name, schema };
  });
  for (const { tokens, control } of blocksOf(body.system ?? [], coder, 'system')) {
    add([mark, ...tokens], control);
  }
  const messages = body.messages;
  if (!Array.isArray(messages)) throw invalid('messages: Field required');
  if (messages.length === 0) throw invalid('messages: at least one message is required');
  for (const [index, { role, content }] of messages.entries()) {
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw invalid(`messages.${index}.role: Input should be 'user' or 'assistant'`);
    }
    add([mark, ...coder.encode(role), mark], undefined);
    for (const { tokens, control } of blocksOf(content, coder, `messages.${index}.content`)) {
      add(tokens, control);
    }
  }
  const last = stretches.at(-1);
  if (last !== undefined) last.cached ??= lifetimeOf(body.cache_control);
  if (stretches.filter(({ cached }) => cached !== null).length > markers_max) {
    throw invalid('A maximum of 4 blocks with cache_control may be provided.');
  }
  const size = stretches.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return { stretches, size, tools, ...lastWords(messages) };
}

/** @param {any} control @returns {Lifetime | null} */
function lifetimeOf(control) {
  if (control === undefined || control === null) return null;
  if (control.type !== 'ephemeral') throw invalid("cache_control: Input should be 'ephemeral'");
  return control.ttl === '1h' ? '1h' : '5m';
}

/**
 * @param {any} content
 * @param {import('../metered/tokens.mjs').Tokenizer} coder
 * @param {string} param
 * @returns {{tokens: number[], control: any}[]}
 */
function blocksOf(content, coder, param) {
  if (typeof content === 'string') return [{ tokens: coder.encode(content), control: undefined }];
  if (!Array.isArray(content)) throw invalid(`${param}: Input should be a valid list`);
  return content.map((block) => {
    const control = block?.cache_control;
    if (block?.type === 'image') {
      return { tokens: Array.from({ length: image_tokens }, () => pixel), control };
    }
    return { tokens: coder.encode(textOf(block, param)), control };
  });
}

/** @param {any} block @param {string} param @returns {string} */
function textOf(block, param) {
  switch (block?.type) {
    case 'text':
      return String(block.text ?? '');
    case 'thinking':
      return '';
    case 'tool_use':
      return `${block.name}${JSON.stringify(block.input ?? {})}`;
    case 'tool_result':
      if (typeof block.content === 'string') return block.content;
      return (block.content ?? []).map((/** @type {any} */ one) => textOf(one, param)).join('');
    default:
      throw invalid(`${param}: Input tag '${block?.type}' is not one that is known here`);
  }
}

/** @param {any[]} messages */
function lastWords(messages) {
  const blocks = (/** @type {any} */ content) =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  const saidBy = messages.findLast(({ role }) => role === 'user');
  const said = blocks(saidBy?.content ?? '').filter(
    (/** @type {any} */ one) => one.type === 'text',
  );
  const results = blocks(messages.at(-1)?.content ?? '').filter(
    (/** @type {any} */ one) => one.type === 'tool_result',
  );
  return {
    text: said.map((/** @type {any} */ one) => one.text).join(''),
    toolResult: results.length > 0 ? textOf(results.at(-1), 'messages') : null,
  };
}
