// The models that answer here, with what of them matters for counting.

/**
 * @typedef {object} Model
 * @property {string} id
 * @property {string} snapshot  What the answers name; the id itself where there is no dated one.
 * @property {string} name
 * @property {number} context_tokens
 * @property {number} output_tokens_max
 */

/** @param {string} id @param {string} name @param {Partial<Model>} [more] @returns {Model} */
const model = (id, name, more) => ({
  id,
  snapshot: id,
  name,
  context_tokens: 1_000_000,
  output_tokens_max: 128_000,
  ...more,
});

const old = { context_tokens: 200_000, output_tokens_max: 64_000 };

/** @type {Model[]} */
export const models = [
  model('claude-fable-5-2', 'Claude Fable 5.2'),
  model('claude-fable-5-1', 'Claude Fable 5.1'),
  model('claude-opus-5-5', 'Claude Opus 5.5'),
  model('claude-opus-5', 'Claude Opus 5'),
  model('claude-opus-4-5', 'Claude Opus 4.5', { ...old, snapshot: 'claude-opus-4-5-20251101' }),
  model('claude-sonnet-5-5', 'Claude Sonnet 5.5'),
  model('claude-sonnet-5', 'Claude Sonnet 5'),
  model('claude-sonnet-4-6', 'Claude Sonnet 4.6', { output_tokens_max: 64_000 }),
  model('claude-haiku-5-5', 'Claude Haiku 5.5'),
  model('claude-haiku-4-5', 'Claude Haiku 4.5', { ...old, snapshot: 'claude-haiku-4-5-20251001' }),
];

/** By its id or its dated snapshot's. @param {unknown} name */
export const modelOf = (name) =>
  models.find(({ id, snapshot }) => id === name || snapshot === name);

/** @param {Model} one */
export const describeModel = ({ snapshot, name, context_tokens, output_tokens_max }) => ({
  type: 'model',
  id: snapshot,
  display_name: name,
  created_at: '2026-01-01T00:00:00Z',
  max_input_tokens: context_tokens,
  max_tokens: output_tokens_max,
});
