// Text to tokens and back, with OpenAI's own vocabularies. They take a moment to load, so this
// happens with the first call that needs one.

/** @typedef {'o200k_base' | 'cl100k_base'} Encoding */

/**
 * @typedef {object} Tokenizer
 * @property {(text: string) => number[]} encode  Words that look like special tokens are text.
 * @property {(text: string) => string[]} pieces
 *   The text of each token. One that ends inside a character is '', and the next that completes it
 *   has the whole character.
 */

/** @type {Map<Encoding, Promise<Tokenizer>>} */
const loaded = new Map();

/**
 * @param {Encoding} name
 * @returns {Promise<Tokenizer>}
 */
export function tokenizer(name) {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const loading = load(name);
  loaded.set(name, loading);
  return loading;
}

/** @param {Encoding} name @returns {Promise<Tokenizer>} */
async function load(name) {
  const { encode, decode } =
    name === 'o200k_base'
      ? await import('gpt-tokenizer/encoding/o200k_base')
      : await import('gpt-tokenizer/encoding/cl100k_base');
  /** @type {Set<string>} */
  const none = new Set();
  const tokensOf = (/** @type {string} */ text) => encode(text, { disallowedSpecial: none });
  return {
    encode: tokensOf,
    pieces(text) {
      /** @type {number[]} */
      let open = [];
      return tokensOf(text).map((token) => {
        open.push(token);
        const words = decode(open);
        if (words.includes('\ufffd') && open.length < 8) return '';
        open = [];
        return words;
      });
    },
  };
}
