// One call of a model: what it is asked, what it reads, what it makes, and what that costs. Charged
// once, for what was made until then; input is charged whole.

import { randomBytes } from 'node:crypto';
import { tokenUsage } from '../metered/charges.mjs';
import { answerTo } from '../metered/answers.mjs';
import { generate } from '../metered/generation.mjs';
import { tokenizer } from '../metered/tokens.mjs';
import { ApiError, invalid, unknownModel } from './errors.mjs';
import { modelOf } from './models.mjs';
import { lastWords, tokensOf } from './prompt.mjs';

/**
 * @typedef {object} OpenAiState
 * @property {import('../frame/clock.mjs').Clock} clock
 * @property {import('../metered/charges.mjs').Charges} charges
 * @property {import('./prompt_cache.mjs').PromptCache} cache
 * @property {import('../metered/allowance.mjs').TakeAllowance} allowance
 * @property {Map<string, any>} responses  Kept for GET and for previous_response_id.
 * @property {import('../metered/generation.mjs').Pace & {requests_per_minute: number,
 *   tokens_per_minute: number, quota_is_used_up: boolean}} settings
 */

/**
 * @typedef {object} Order
 * @property {string} key
 * @property {string} id
 * @property {import('./models.mjs').Model} model
 * @property {import('./prompt.mjs').Turn[]} turns
 * @property {import('../metered/answers.mjs').Tool[]} tools
 * @property {import('../metered/answers.mjs').Ask['choice']} choice
 * @property {any} schema
 * @property {string[]} stops
 * @property {number} answers  How many.
 * @property {number | null} tokens_max
 * @property {string} limit_name  Of the field that `tokens_max` came from.
 * @property {number} reasoning_tokens
 * @property {unknown} service_tier
 * @property {unknown} cache_key
 * @property {string | null} prediction
 */

/**
 * @typedef {object} Usage
 * @property {number} input
 * @property {number} cached
 * @property {number} cache_write
 * @property {number} output
 * @property {number} reasoning
 * @property {number} accepted  Of a prediction.
 * @property {number} rejected  Charged as output.
 */

/**
 * @typedef {object} Run
 * @property {string} id
 * @property {import('./models.mjs').Model} model
 * @property {number} created
 * @property {string} service_tier
 * @property {import('../metered/answers.mjs').Answer[]} answers
 * @property {import('../metered/generation.mjs').Generation} generation
 * @property {() => Usage} usage
 * @property {() => void} settle
 */

/** @param {string} prefix */
export const newId = (prefix) => `${prefix}${randomBytes(18).toString('hex').slice(0, 29)}`;

/** The model of a body that talks; throws ApiError. @param {Record<string, any>} body */
export function talkingModel({ model }) {
  if (model === undefined) {
    throw new ApiError(400, 'you must provide a model parameter');
  }
  const found = modelOf(model);
  if (found === undefined) throw unknownModel(model);
  if (found.dimensions > 0) {
    throw new ApiError(404, 'This is not a chat model and thus not supported here.', {
      param: 'model',
    });
  }
  return found;
}

/** @param {unknown} asked */
function tierOf(asked) {
  return asked === 'flex' || asked === 'priority' || asked === 'fast' ? asked : 'default';
}

/**
 * @param {OpenAiState} state
 * @param {Order} order
 * @param {import('../frame/http.mjs').Response} response
 * @returns {Promise<Run>}
 */
export async function startRun(state, order, response) {
  const { model, key, turns, tools } = order;
  const coder = await tokenizer(model.encoding);
  const tokens = tokensOf(coder, turns, tools);
  const tokens_max = roomFor(order, tokens.length);
  takeAllowance(state, response, key, model.id, tokens.length);
  const scope = JSON.stringify([key, model.id, order.cache_key ?? '']);
  const { cached, written } = state.cache(scope, tokens);
  const ask = {
    ...lastWords(turns),
    ...order,
    seed: JSON.stringify([model.id, turns]),
    tokens_max,
  };
  const answers = Array.from({ length: order.answers }, (_, index) => answerTo(coder, ask, index));
  const generation = generate({ answers, pace: state.settings, clock: state.clock, response });
  const predicted = predictedTokens(coder, order.prediction, answers[0]?.pieces ?? []);
  let isSettled = false;
  /** @type {Run} */
  const run = {
    id: order.id,
    model,
    created: Math.floor(state.clock.now_ms() / 1000),
    service_tier: tierOf(order.service_tier),
    answers,
    generation,
    usage: () => ({
      input: tokens.length,
      cached,
      cache_write: model.tellsCacheWrites ? written : 0,
      output: generation.made.output_tokens + predicted.rejected,
      reasoning: generation.made.reasoning_tokens,
      ...predicted,
    }),
    settle() {
      if (isSettled) return;
      isSettled = true;
      state.charges.add({
        id: order.id,
        key,
        model: model.snapshot,
        outcome: generation.made.isWhole ? 'whole' : 'cut',
        ...tokenUsage(bucketsOf(run.usage())),
      });
    },
  };
  return run;
}

/** @param {Usage} usage */
const bucketsOf = ({ input, cached, cache_write, output, reasoning }) => ({
  uncached_tokens: input - cached - cache_write,
  cache_read_tokens: cached,
  cache_write_tokens: cache_write,
  output_tokens: output,
  reasoning_tokens: reasoning,
});

/** @param {Order} order @param {number} input_tokens */
function roomFor({ model, tokens_max, limit_name }, input_tokens) {
  const { context_tokens, output_tokens_max } = model;
  if (input_tokens > context_tokens) {
    const words =
      `This model's maximum context length is ${context_tokens} tokens. However, your messages ` +
      `resulted in ${input_tokens} tokens. Please reduce the length of the messages.`;
    throw invalid('messages', words, 'context_length_exceeded');
  }
  if (tokens_max !== null && tokens_max > output_tokens_max) {
    const words =
      `${limit_name} is too large: ${tokens_max}. This model supports at most ` +
      `${output_tokens_max} completion tokens, whereas you provided ${tokens_max}.`;
    throw invalid(limit_name, words, 'invalid_value');
  }
  return Math.min(tokens_max ?? output_tokens_max, context_tokens - input_tokens);
}

/**
 * @param {import('../metered/tokens.mjs').Tokenizer} coder
 * @param {string | null} prediction
 * @param {string[]} pieces
 */
function predictedTokens(coder, prediction, pieces) {
  if (prediction === null) return { accepted: 0, rejected: 0 };
  const predicted = coder.pieces(prediction);
  const differs = predicted.findIndex((piece, index) => piece !== pieces[index]);
  const accepted = differs < 0 ? predicted.length : differs;
  return { accepted, rejected: predicted.length - accepted };
}

/**
 * Sets the headers that tell what is left, and refuses what passes it.
 *
 * @param {OpenAiState} state
 * @param {import('../frame/http.mjs').Response} response
 * @param {string} key
 * @param {string} model
 * @param {number} tokens
 */
export function takeAllowance({ settings, allowance }, response, key, model, tokens) {
  if (settings.quota_is_used_up) {
    const words = 'You exceeded your current quota, please check your plan and billing details.';
    throw new ApiError(429, words, { type: 'insufficient_quota', code: 'insufficient_quota' });
  }
  const requests = allowance(`requests ${key} ${model}`, settings.requests_per_minute);
  const spent = allowance(`tokens ${key} ${model}`, settings.tokens_per_minute, tokens);
  for (const [name, { limit, remaining, reset_ms }] of Object.entries({
    requests,
    tokens: spent,
  })) {
    response.setHeader(`x-ratelimit-limit-${name}`, String(limit));
    response.setHeader(`x-ratelimit-remaining-${name}`, String(remaining));
    response.setHeader(`x-ratelimit-reset-${name}`, durationWords(reset_ms));
  }
  const over = requests.isOver ? requests : spent.isOver ? spent : null;
  if (over === null) return;
  const what = requests.isOver ? 'requests per min (RPM)' : 'tokens per min (TPM)';
  const words =
    `Rate limit reached for ${model} in organization org-sandbox on ${what}: Limit ` +
    `${over.limit}. Please try again in ${durationWords(over.reset_ms)}.`;
  throw new ApiError(429, words, {
    type: requests.isOver ? 'requests' : 'tokens',
    code: 'rate_limit_exceeded',
    headers: {
      'retry-after': String(Math.ceil(over.reset_ms / 1000)),
      'retry-after-ms': String(over.reset_ms),
    },
  });
}

/** As "12ms", "6s" or "6m0s". @param {number} duration_ms */
export function durationWords(duration_ms) {
  if (duration_ms < 1000) return `${Math.round(duration_ms)}ms`;
  const duration_s = Math.round(duration_ms / 1000);
  return duration_s < 60 ? `${duration_s}s` : `${Math.floor(duration_s / 60)}m${duration_s % 60}s`;
}
