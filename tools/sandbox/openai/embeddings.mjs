// POST /v1/embeddings: a vector of length one, the same for the same text. Near in meaning is
// nothing here.

import { createHash } from 'node:crypto';
import { sendAnswer } from '../metered/event_stream.mjs';
import { tokenUsage } from '../metered/charges.mjs';
import { tokenizer } from '../metered/tokens.mjs';
import { ApiError, integer, invalid, missing, unknownModel } from './errors.mjs';
import { modelOf } from './models.mjs';
import { newId, takeAllowance } from './run.mjs';

const inputs_max = 2048;
const request_tokens_max = 300_000;

/**
 * @param {import('./run.mjs').OpenAiState} state
 * @param {string} key
 * @param {Record<string, any>} body
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
export async function handleEmbeddings(state, key, body, response, { streamFault }) {
  const model = modelOf(body.model);
  if (body.model === undefined) throw new ApiError(400, 'you must provide a model parameter');
  if (model === undefined) throw unknownModel(body.model);
  if (model.dimensions === 0) {
    throw new ApiError(403, 'You are not allowed to generate embeddings from this model');
  }
  const dimensions = integer(body, 'dimensions', 1, model.dimensions, model.dimensions);
  const { encode } = await tokenizer(model.encoding);
  const inputs = inputsOf(body.input, encode);
  const total = inputs.reduce((sum, { length }) => sum + length, 0);
  const longest = Math.max(...inputs.map(({ length }) => length));
  if (longest > model.context_tokens) {
    const words =
      `This model's maximum context length is ${model.context_tokens} tokens, however you ` +
      `requested ${longest} tokens (${longest} in your prompt; 0 for the completion). Please ` +
      'reduce your prompt; or completion length.';
    throw new ApiError(400, words);
  }
  if (total > request_tokens_max) {
    const words = `Invalid 'input': maximum request size is ${request_tokens_max} tokens.`;
    throw new ApiError(400, words, { type: 'max_tokens_per_request' });
  }
  takeAllowance(state, response, key, model.id, total);
  const isText = body.encoding_format === 'base64';
  const data = inputs.map((tokens, index) => {
    const vector = vectorOf(tokens, dimensions);
    const embedding = isText ? Buffer.from(vector.buffer).toString('base64') : [...vector];
    return { object: 'embedding', index, embedding };
  });
  const charge = {
    id: newId('embd-'),
    key,
    model: model.id,
    outcome: /** @type {const} */ ('whole'),
  };
  state.charges.add({ ...charge, ...tokenUsage({ uncached_tokens: total }) });
  const usage = { prompt_tokens: total, total_tokens: total };
  const answer = { object: 'list', data, model: model.id, usage };
  return sendAnswer(response, answer, { clock: state.clock, fault: streamFault });
}

/**
 * Each input as tokens; throws ApiError.
 *
 * @param {unknown} input
 * @param {(text: string) => number[]} encode
 * @returns {number[][]}
 */
function inputsOf(input, encode) {
  if (input === undefined) throw missing('input');
  const isTokens = (/** @type {any} */ list) =>
    Array.isArray(list) && list.length > 0 && list.every((one) => Number.isInteger(one));
  const inputs = typeof input === 'string' || isTokens(input) ? [input] : input;
  if (!Array.isArray(inputs) || inputs.length === 0 || inputs.length > inputs_max) {
    throw invalid('input', "'$.input' is invalid. Please check the API reference.");
  }
  return inputs.map((one) => {
    if (typeof one === 'string' && one !== '') return encode(one);
    if (isTokens(one)) return /** @type {number[]} */ (one);
    throw invalid('input', "'$.input' is invalid. Please check the API reference.");
  });
}

/** @param {number[]} tokens @param {number} dimensions */
function vectorOf(tokens, dimensions) {
  const hash = createHash('shake256', { outputLength: dimensions * 2 });
  const bytes = hash.update(Int32Array.from(tokens)).digest();
  const vector = Float32Array.from({ length: dimensions }, (_, at) => bytes.readInt16LE(at * 2));
  const length = Math.hypot(...vector) || 1;
  return vector.map((one) => one / length);
}
