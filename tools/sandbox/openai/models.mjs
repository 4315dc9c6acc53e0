// The models that answer here, with what of them matters for counting.

/**
 * @typedef {object} Model
 * @property {string} id
 * @property {string} snapshot  What the answers name; the id itself where there is no dated one.
 * @property {number} created
 * @property {number} context_tokens
 * @property {number} output_tokens_max
 * @property {number} reasoning_tokens  Spent by default before an answer.
 * @property {boolean} isReasoning      Refuses max_tokens.
 * @property {boolean} tellsCacheWrites
 * @property {number} dimensions  Of embeddings; 0 for models that talk.
 * @property {import('../metered/tokens.mjs').Encoding} encoding
 */

/** @param {string} id @param {Partial<Model>} more @returns {Model} */
const model = (id, more) => ({
  id,
  snapshot: id,
  created: 1_750_000_000,
  context_tokens: 128_000,
  output_tokens_max: 16_384,
  reasoning_tokens: 0,
  isReasoning: false,
  tellsCacheWrites: false,
  dimensions: 0,
  encoding: 'o200k_base',
  ...more,
});

const long = { context_tokens: 1_047_576, output_tokens_max: 32_768 };
const reasoning = { isReasoning: true, context_tokens: 400_000, output_tokens_max: 128_000 };
const million = { ...reasoning, context_tokens: 1_050_000 };
const embedding = { context_tokens: 8192, encoding: /** @type {const} */ ('cl100k_base') };

/** @type {Model[]} */
export const models = [
  model('gpt-4', { context_tokens: 8192, output_tokens_max: 8192, encoding: 'cl100k_base' }),
  model('gpt-4o', { snapshot: 'gpt-4o-2024-08-06' }),
  model('gpt-4o-mini', { snapshot: 'gpt-4o-mini-2024-07-18' }),
  model('gpt-4.1', { ...long, snapshot: 'gpt-4.1-2025-04-14' }),
  model('gpt-4.1-mini', { ...long, snapshot: 'gpt-4.1-mini-2025-04-14' }),
  model('gpt-4.1-nano', { ...long, snapshot: 'gpt-4.1-nano-2025-04-14' }),
  model('o3', { ...reasoning, context_tokens: 200_000, reasoning_tokens: 64 }),
  model('o4-mini', { ...reasoning, context_tokens: 200_000, reasoning_tokens: 64 }),
  model('gpt-5', { ...reasoning, reasoning_tokens: 64, snapshot: 'gpt-5-2025-08-07' }),
  model('gpt-5-mini', { ...reasoning, reasoning_tokens: 64, snapshot: 'gpt-5-mini-2025-08-07' }),
  model('gpt-5-nano', { ...reasoning, reasoning_tokens: 64, snapshot: 'gpt-5-nano-2025-08-07' }),
  ...['gpt-5.2', 'gpt-5.4', 'gpt-5.4-mini', 'gpt-5.4-nano', 'gpt-5.5'].map((id) =>
    model(id, million),
  ),
  ...['gpt-5.6-sol', 'gpt-5.6-terra', 'gpt-5.6-luna', 'gpt-6-astra', 'gpt-6-sol', 'gpt-6-luna'].map(
    (id) => model(id, { ...million, tellsCacheWrites: true }),
  ),
  model('text-embedding-3-small', { ...embedding, dimensions: 1536 }),
  model('text-embedding-3-large', { ...embedding, dimensions: 3072 }),
  model('text-embedding-ada-002', { ...embedding, dimensions: 1536 }),
];

/** @type {Record<string, number>} */
const efforts = { none: 0, minimal: 0, low: 16, medium: 64, high: 256, xhigh: 512 };

/** @param {Model} one @param {unknown} effort */
export const reasoningTokens = (one, effort) =>
  one.isReasoning ? (efforts[String(effort)] ?? one.reasoning_tokens) : 0;

/** By its id or its dated snapshot's. @param {unknown} name */
export const modelOf = (name) =>
  models.find(({ id, snapshot }) => id === name || snapshot === name);

/** @param {Model} one */
export const describeModel = ({ id, created }) => ({
  id,
  object: 'model',
  created,
  owned_by: 'system',
});
