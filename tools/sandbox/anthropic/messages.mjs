// POST /v1/messages and /v1/messages/count_tokens. Charged once, for what was made until then;
// input is charged whole.

import { answerTo } from '../metered/answers.mjs';
import { tokenUsage } from '../metered/charges.mjs';
import { sendAnswer, sendEvents, usageManners } from '../metered/event_stream.mjs';
import { generate, generateAll } from '../metered/generation.mjs';
import { tokenizer } from '../metered/tokens.mjs';
import { sendJson } from '../frame/http.mjs';
import { ApiError, errorBody, invalid, newId } from './errors.mjs';
import { modelOf } from './models.mjs';
import { promptOf } from './prompt.mjs';

/**
 * @typedef {object} AnthropicState
 * @property {import('../frame/clock.mjs').Clock} clock
 * @property {import('../metered/charges.mjs').Charges} charges
 * @property {import('./prompt_cache.mjs').PromptCache} cache
 * @property {import('../metered/allowance.mjs').TakeAllowance} allowance
 * @property {import('../metered/generation.mjs').Pace & {requests_per_minute: number}} settings
 */
/**
 * @typedef {object} Run
 * @property {string} id
 * @property {import('./models.mjs').Model} model
 * @property {import('../metered/answers.mjs').Answer} answer
 * @property {import('../metered/generation.mjs').Generation} generation
 * @property {import('./prompt_cache.mjs').CacheUse} cache
 * @property {number} uncached
 */
/** @typedef {import('../metered/event_stream.mjs').StreamEvent} StreamEvent */

const thinking_tokens = 48;
/** @type {Record<string, string>} */
const reasons = { end: 'end_turn', stop: 'stop_sequence', length: 'max_tokens', tool: 'tool_use' };
const not_since_2026 = ['temperature', 'top_p', 'top_k'];

/**
 * @param {AnthropicState} state
 * @param {string} key
 * @param {Record<string, any>} body
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext & {version: string}} call
 */
export async function handleMessages(state, key, body, response, { streamFault, note, version }) {
  const run = await startRun(state, { key, body, version }, response);
  const way = { clock: state.clock, fault: streamFault };
  const { goes_on_alone } = state.settings;
  try {
    if (body.stream === true) {
      const events = messageEvents(run, usageManners(streamFault));
      const id = String(response.getHeader('request-id'));
      const error = { event: 'error', data: errorBody(529, '', id) };
      await sendEvents(response, events, { ...way, goes_on_alone, error });
    } else if (await generateAll(run.generation)) {
      const { usage, ...rest } = message(run);
      await sendAnswer(response, { ...rest, usage }, way);
    }
  } finally {
    settle(state, key, run);
    note(`${run.id} ${run.model.snapshot}`);
  }
}

/** @param {Record<string, any>} body @param {import('../frame/http.mjs').Response} response */
export async function handleCountTokens(body, response) {
  talkingModel(body);
  const { size } = promptOf(body, await tokenizer('o200k_base'));
  sendJson(response, 200, { input_tokens: size });
}

/** @param {Record<string, any>} body */
function talkingModel({ model }) {
  if (typeof model !== 'string') throw invalid('model: Field required');
  const found = modelOf(model);
  if (found === undefined) throw new ApiError(404, `model: ${model}`);
  return found;
}

/**
 * @param {AnthropicState} state
 * @param {{key: string, body: Record<string, any>, version: string}} order
 * @param {import('../frame/http.mjs').Response} response
 * @returns {Promise<Run>}
 */
async function startRun(state, { key, body, version }, response) {
  const model = talkingModel(body);
  const refused = not_since_2026.find((name) => body[name] !== undefined);
  if (version >= '2026-10-21' && refused !== undefined) {
    throw invalid(`${refused}: Extra inputs are not permitted`);
  }
  const tokens_max = body.max_tokens;
  if (!Number.isInteger(tokens_max) || tokens_max < 1) throw invalid('max_tokens: Field required');
  if (tokens_max > model.output_tokens_max) {
    const words =
      `max_tokens: ${tokens_max} > ${model.output_tokens_max}, which is the maximum allowed ` +
      `number of output tokens for ${model.id}`;
    throw invalid(words);
  }
  const coder = await tokenizer('o200k_base');
  const prompt = promptOf(body, coder);
  if (prompt.size > model.context_tokens) {
    throw invalid(`prompt is too long: ${prompt.size} tokens > ${model.context_tokens} maximum`);
  }
  takeAllowance(state, response, key, model.id);
  const cache = state.cache(JSON.stringify([key, model.id]), prompt.stretches);
  const answer = answerTo(coder, {
    ...prompt,
    seed: JSON.stringify([model.id, body.messages]),
    choice: choiceOf(body.tool_choice),
    schema: null,
    stops: body.stop_sequences ?? [],
    tokens_max,
    reasoning_tokens: body.thinking?.type === 'enabled' ? thinking_tokens : 0,
  });
  const uncached = prompt.size - cache.read - cache.written_5m - cache.written_1h;
  const { settings: pace, clock } = state;
  const generation = generate({ answers: [answer], pace, clock, response });
  return { id: newId('msg_'), model, answer, generation, cache, uncached };
}

/** @param {any} choice @returns {import('../metered/answers.mjs').Ask['choice']} */
function choiceOf(choice) {
  if (choice?.type === 'tool') return { name: String(choice.name) };
  return choice?.type === 'any' || choice?.type === 'none' ? choice.type : 'auto';
}

/**
 * @param {AnthropicState} state @param {import('../frame/http.mjs').Response} response
 * @param {string} key @param {string} model
 */
function takeAllowance({ settings, allowance, clock }, response, key, model) {
  const taken = allowance(`${key} ${model}`, settings.requests_per_minute);
  const reset = new Date(clock.now_ms() + taken.reset_ms).toISOString().replace(/\.\d+Z$/, 'Z');
  response.setHeader('anthropic-ratelimit-requests-limit', String(taken.limit));
  response.setHeader('anthropic-ratelimit-requests-remaining', String(taken.remaining));
  response.setHeader('anthropic-ratelimit-requests-reset', reset);
  if (!taken.isOver) return;
  const words = `This request would exceed the limit of ${taken.limit} requests per minute.`;
  throw new ApiError(429, words, { 'retry-after': String(Math.ceil(taken.reset_ms / 1000)) });
}

/** @param {AnthropicState} state @param {string} key @param {Run} run */
function settle({ charges }, key, { id, model, generation: { made }, cache, uncached }) {
  charges.add({
    id,
    key,
    model: model.snapshot,
    outcome: made.isWhole ? 'whole' : 'cut',
    ...tokenUsage({
      uncached_tokens: uncached,
      cache_read_tokens: cache.read,
      cache_write_5m_tokens: cache.written_5m,
      cache_write_1h_tokens: cache.written_1h,
      output_tokens: made.output_tokens,
      reasoning_tokens: made.reasoning_tokens,
    }),
  });
}

/** @param {Run} run @param {number} output_tokens of the whole message so far */
function usageOf({ uncached, cache }, output_tokens) {
  return {
    input_tokens: uncached,
    cache_creation_input_tokens: cache.written_5m + cache.written_1h,
    cache_read_input_tokens: cache.read,
    cache_creation: {
      ephemeral_5m_input_tokens: cache.written_5m,
      ephemeral_1h_input_tokens: cache.written_1h,
    },
    output_tokens,
    service_tier: 'standard',
    inference_geo: 'not_available',
  };
}

/** @param {Run} run */
function headOf({ id, model }) {
  return { id, type: 'message', role: 'assistant', model: model.snapshot };
}

/** @param {Run} run */
function message(run) {
  const { answer } = run;
  const { output_tokens } = run.generation.made;
  const text = answer.pieces.join('');
  const thought = { type: 'thinking', thinking: 'A moment.', signature: 'c2FuZGJveA==' };
  const said =
    answer.tool === null
      ? { type: 'text', text, citations: null }
      : { type: 'tool_use', id: newId('toolu_'), name: answer.tool, input: parsed(text) };
  return {
    ...headOf(run),
    content: answer.reasoning_tokens > 0 ? [thought, said] : [said],
    stop_reason: reasons[answer.ending],
    stop_sequence: answer.stop,
    usage: usageOf(run, output_tokens),
  };
}

/** What was cut is no JSON; then nothing of it can be used. @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/**
 * @param {Run} run
 * @param {ReturnType<typeof usageManners>} manners
 * @returns {AsyncGenerator<StreamEvent>}
 */
async function* messageEvents(run, manners) {
  const { answer, generation } = run;
  const event = (/** @type {string} */ type, /** @type {any} */ more = {}) => ({
    event: type,
    data: { type, ...more },
  });
  const usage = manners === 'told' ? { usage: usageOf(run, 1) } : {};
  const head = { ...headOf(run), content: [], stop_reason: null, stop_sequence: null, ...usage };
  await generation.begin();
  yield event('message_start', { message: head });
  let index = 0;
  const delta = (/** @type {any} */ one) => event('content_block_delta', { index, delta: one });
  if (answer.reasoning_tokens > 0) {
    const content_block = { type: 'thinking', thinking: '', signature: '' };
    yield event('content_block_start', { index, content_block });
    yield delta({ type: 'thinking_delta', thinking: 'A moment.' });
    yield delta({ type: 'signature_delta', signature: 'c2FuZGJveA==' });
    yield event('content_block_stop', { index });
    index = 1;
  }
  const content_block =
    answer.tool === null
      ? { type: 'text', text: '' }
      : { type: 'tool_use', id: newId('toolu_'), name: answer.tool, input: {} };
  yield event('content_block_start', { index, content_block });
  yield event('ping');
  for await (const { piece } of generation.tokens()) {
    yield delta(
      answer.tool === null
        ? { type: 'text_delta', text: piece }
        : { type: 'input_json_delta', partial_json: piece },
    );
  }
  if (!generation.made.isWhole) return;
  yield event('content_block_stop', { index });
  yield event('message_delta', {
    delta: { stop_reason: reasons[answer.ending], stop_sequence: answer.stop },
    ...(manners === 'untold' ? {} : { usage: usageOf(run, generation.made.output_tokens) }),
  });
  yield { ...event('message_stop'), isLast: true };
}
