// The prompt of a call as the model reads it: turns, then tokens. Both ways of asking (messages of
// chat completions, items of responses) come down to the same turns.

import { invalid } from './errors.mjs';

/**
 * @typedef {object} Turn
 * @property {string} role
 * @property {string} text
 * @property {string} [name]
 * @property {number} [image_tokens]
 */

const image_tokens = { low: 85, high: 765 };
// Stand for the marks between turns and for tokens of an image; no token has such a number.
const mark = -1;
const pixel = -2;

const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];

/** @param {unknown} messages @returns {Turn[]} */
export function turnsOfMessages(messages) {
  if (!Array.isArray(messages)) {
    throw invalid(
      'messages',
      "Invalid type for 'messages': expected an array of objects.",
      'invalid_type',
    );
  }
  if (messages.length === 0) {
    const words = "Invalid 'messages': empty array. Expected an array with minimum length 1.";
    throw invalid('messages', words, 'empty_array');
  }
  return messages.map((message, index) => {
    const at = `messages[${index}]`;
    if (!roles.includes(message?.role)) {
      throw invalid(`${at}.role`, `Invalid value: '${message?.role}'.`, 'invalid_value');
    }
    const { text, images } = contentOf(message.content, `${at}.content`);
    const calls = (message.tool_calls ?? []).map(
      (/** @type {any} */ call) =>
        `${call?.function?.name ?? ''}${call?.function?.arguments ?? ''}`,
    );
    return {
      role: message.role,
      text: text + calls.join(''),
      image_tokens: images,
      ...(typeof message.name === 'string' ? { name: message.name } : {}),
    };
  });
}

/**
 * @param {Record<string, any>} body  Of POST /v1/responses.
 * @returns {Turn[]}
 */
export function turnsOfInput({ input, instructions }) {
  const before = typeof instructions === 'string' ? [{ role: 'system', text: instructions }] : [];
  if (typeof input === 'string') return [...before, { role: 'user', text: input }];
  if (!Array.isArray(input)) throw invalid('input', "Invalid type for 'input'.", 'invalid_type');
  const items = input.map((item, index) => {
    switch (item?.type ?? 'message') {
      case 'function_call':
        return { role: 'assistant', text: `${item.name}${item.arguments}` };
      case 'function_call_output':
        return { role: 'tool', text: textOf(item.output) };
      case 'reasoning':
        return { role: 'assistant', text: '' };
      case 'message': {
        const { text, images } = contentOf(item.content, `input[${index}].content`);
        return { role: String(item.role ?? 'user'), text, image_tokens: images };
      }
      default:
        throw invalid(`input[${index}]`, `Invalid value: '${item.type}'.`, 'invalid_value');
    }
  });
  return [...before, ...items];
}

/** @param {unknown} output */
const textOf = (output) => (typeof output === 'string' ? output : JSON.stringify(output ?? ''));

/**
 * @param {any} content
 * @param {string} param
 */
function contentOf(content, param) {
  if (content === null || content === undefined) return { text: '', images: 0 };
  if (typeof content === 'string') return { text: content, images: 0 };
  if (!Array.isArray(content)) {
    throw invalid(param, `Invalid type for '${param}'.`, 'invalid_type');
  }
  let text = '';
  let images = 0;
  for (const part of content) {
    if (['text', 'input_text', 'output_text', 'refusal'].includes(part?.type)) {
      text += part.text ?? part.refusal ?? '';
    } else if (['image_url', 'input_image'].includes(part?.type)) {
      images +=
        (part.image_url?.detail ?? part.detail) === 'low' ? image_tokens.low : image_tokens.high;
    } else {
      throw invalid(param, `Invalid value: '${part?.type}'.`, 'invalid_value');
    }
  }
  return { text, images };
}

/**
 * The prompt as numbers of tokens, of which the length is what counts: three marks a turn, three
 * before the answer.
 *
 * @param {import('../metered/tokens.mjs').Tokenizer} tokenizer
 * @param {Turn[]} turns
 * @param {import('../metered/answers.mjs').Tool[]} tools
 * @returns {number[]}
 */
export function tokensOf(tokenizer, turns, tools) {
  /** @type {number[]} */
  const tokens = [];
  const add = (/** @type {number[]} */ more) => {
    for (const one of more) tokens.push(one);
  };
  if (tools.length > 0) {
    add(Array.from({ length: 9 }, () => mark));
    for (const { name, schema } of tools) add(tokenizer.encode(name + JSON.stringify(schema)));
  }
  for (const { role, text, name, image_tokens: images = 0 } of turns) {
    add([mark, ...tokenizer.encode(role), mark]);
    if (name !== undefined) add([mark, ...tokenizer.encode(name)]);
    add(tokenizer.encode(text));
    add(Array.from({ length: images }, () => pixel));
    add([mark]);
  }
  add([mark, mark, mark]);
  return tokens;
}

/** What the last user said, and the result of a tool if that came last. @param {Turn[]} turns */
export function lastWords(turns) {
  const last = turns.at(-1);
  return {
    text: turns.findLast(({ role }) => role === 'user')?.text ?? last?.text ?? '',
    toolResult: last?.role === 'tool' || last?.role === 'function' ? last.text : null,
  };
}
