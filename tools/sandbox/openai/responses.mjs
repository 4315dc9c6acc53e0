// POST /v1/responses and what was kept of it. Answers are kept of this run only, the last thousand.

import { generateAll } from '../metered/generation.mjs';
import { sendAnswer, sendEvents, usageManners } from '../metered/event_stream.mjs';
import { tokenizer } from '../metered/tokens.mjs';
import { sendJson } from '../frame/http.mjs';
import { ApiError, integer, invalid, missing } from './errors.mjs';
import { reasoningTokens } from './models.mjs';
import { tokensOf, turnsOfInput } from './prompt.mjs';
import { wholeResponse } from './response_body.mjs';
import { responseEvents } from './response_events.mjs';
import { newId, startRun, talkingModel } from './run.mjs';

/** @typedef {import('./run.mjs').Run} Run */

const kept_max = 1000;

/**
 * @param {import('./run.mjs').OpenAiState} state
 * @param {string} key
 * @param {Record<string, any>} body
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
export async function handleResponses(state, key, body, response, { streamFault, note }) {
  if (body.background === true) {
    throw invalid('background', 'The sandbox answers in the foreground only.', 'invalid_value');
  }
  const order = orderOf(state, key, body);
  const run = await startRun(state, order, response);
  const way = { clock: state.clock, fault: streamFault };
  const { goes_on_alone } = state.settings;
  try {
    if (body.stream === true) {
      const events = responseEvents(run, body, usageManners(streamFault));
      const words = 'The server had an error while processing your request';
      const data = { type: 'error', code: 'server_error', message: words, param: null };
      const error = { event: 'error', data: { ...data, sequence_number: 0 } };
      await sendEvents(response, events, { ...way, goes_on_alone, error });
    } else if (await generateAll(run.generation)) {
      await sendAnswer(response, wholeResponse(run, body), way);
    }
  } finally {
    run.settle();
    note(`${run.id} ${run.model.snapshot}`);
  }
  if (body.store !== false && run.generation.made.isWhole) keep(state, key, run, body, order.turns);
}

/**
 * @param {import('./run.mjs').OpenAiState} state
 * @param {string} key
 * @param {Run} run
 * @param {Record<string, any>} body
 * @param {import('./prompt.mjs').Turn[]} turns
 */
function keep({ responses }, key, run, body, turns) {
  const [answer] = run.answers;
  const said = { role: 'assistant', text: `${answer?.tool ?? ''}${answer?.pieces.join('') ?? ''}` };
  responses.set(run.id, { key, body: wholeResponse(run, body), turns: [...turns, said] });
  const [oldest] = responses.keys();
  if (responses.size > kept_max && oldest !== undefined) responses.delete(oldest);
}

/**
 * @param {import('./run.mjs').OpenAiState} state
 * @param {string} key
 * @param {Record<string, any>} body
 * @returns {import('./run.mjs').Order}
 */
function orderOf({ responses }, key, body) {
  const model = talkingModel(body);
  if (body.input === undefined) throw missing('input');
  const earlier = body.previous_response_id ?? null;
  const kept = responses.get(earlier);
  if (earlier !== null && kept?.key !== key) {
    const words = `Previous response with id '${earlier}' not found.`;
    throw new ApiError(400, words, {
      param: 'previous_response_id',
      code: 'previous_response_not_found',
    });
  }
  const format = body.text?.format ?? {};
  return {
    key,
    id: newId('resp_'),
    model,
    turns: [...(kept?.turns ?? []), ...turnsOfInput(body)],
    tools: toolsOf(body),
    choice: choiceOf(body.tool_choice),
    schema: format.type === 'json_schema' ? (format.schema ?? {}) : null,
    stops: [],
    answers: 1,
    tokens_max: integer(body, 'max_output_tokens', 16, 2 ** 53, null),
    limit_name: 'max_output_tokens',
    reasoning_tokens: reasoningTokens(model, body.reasoning?.effort),
    service_tier: body.service_tier,
    cache_key: body.prompt_cache_key,
    prediction: null,
  };
}

/** @param {Record<string, any>} body */
const toolsOf = ({ tools }) =>
  (tools ?? [])
    .filter((/** @type {any} */ tool) => tool?.type === 'function')
    .map((/** @type {any} */ tool) => ({ name: String(tool.name), schema: tool.parameters ?? {} }));

/** @param {any} choice @returns {import('../metered/answers.mjs').Ask['choice']} */
function choiceOf(choice) {
  if (choice === 'none' || choice === undefined || choice === 'auto') return choice ?? 'auto';
  return choice === 'required' ? 'any' : { name: String(choice?.name) };
}

/**
 * POST /v1/responses/input_tokens: what the prompt would count.
 *
 * @param {Record<string, any>} body
 * @param {import('../frame/http.mjs').Response} response
 */
export async function handleInputTokens(body, response) {
  const model = talkingModel(body);
  const coder = await tokenizer(model.encoding);
  const input_tokens = tokensOf(coder, turnsOfInput(body), toolsOf(body)).length;
  return sendJson(response, 200, { object: 'response.input_tokens', input_tokens });
}

/**
 * @param {import('./run.mjs').OpenAiState} state
 * @param {string} verb
 * @param {string} id
 * @param {import('../frame/http.mjs').Response} response
 */
export function handleKeptResponse({ responses }, verb, id, response) {
  const kept = responses.get(id);
  if (kept === undefined) throw new ApiError(404, `Response with id '${id}' not found.`);
  switch (verb) {
    case 'GET':
      return sendJson(response, 200, kept.body);
    case 'DELETE':
      responses.delete(id);
      return sendJson(response, 200, { id, object: 'response', deleted: true });
    case 'POST/cancel':
      throw new ApiError(400, 'Cannot cancel a synchronous response.');
  }
  throw new ApiError(405, 'Not allowed.');
}
