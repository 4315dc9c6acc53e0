// POST /v1/chat/completions.

import { randomBytes, randomInt } from 'node:crypto';
import { generateAll } from '../metered/generation.mjs';
import { sendAnswer, sendEvents, usageManners } from '../metered/event_stream.mjs';
import { errorBody, integer, invalid, missing } from './errors.mjs';
import { reasoningTokens } from './models.mjs';
import { turnsOfMessages } from './prompt.mjs';
import { newId, startRun, talkingModel } from './run.mjs';

/**
 * @typedef {import('./run.mjs').Run} Run
 * @typedef {import('../metered/event_stream.mjs').StreamEvent} StreamEvent
 */

const fingerprint = 'fp_sandbox';
/** @type {Record<string, string>} */
const reasons = { end: 'stop', stop: 'stop', length: 'length', tool: 'tool_calls' };

/**
 * @param {import('./run.mjs').OpenAiState} state
 * @param {string} key
 * @param {Record<string, any>} body
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
export async function handleChat(state, key, body, response, { streamFault, note }) {
  const run = await startRun(state, orderOf(key, body), response);
  const way = { clock: state.clock, fault: streamFault };
  const { goes_on_alone } = state.settings;
  try {
    if (body.stream === true) {
      const events = chatEvents(run, body, usageManners(streamFault));
      const error = {
        data: errorBody(500, 'The server had an error while processing your request'),
      };
      await sendEvents(response, events, { ...way, goes_on_alone, error });
    } else if (await generateAll(run.generation)) {
      await sendAnswer(response, completion(run), way);
    }
  } finally {
    run.settle();
    note(`${run.id} ${run.model.snapshot}`);
  }
}

/**
 * @param {string} key
 * @param {Record<string, any>} body
 * @returns {import('./run.mjs').Order}
 */
function orderOf(key, body) {
  const model = talkingModel(body);
  if (body.messages === undefined) throw missing('messages');
  const format = body.response_format ?? {};
  return {
    key,
    id: newId('chatcmpl-'),
    model,
    turns: turnsOfMessages(body.messages),
    tools: (body.tools ?? []).map((/** @type {any} */ tool, /** @type {number} */ index) => {
      if (typeof tool?.function?.name !== 'string') throw missing(`tools[${index}].function.name`);
      return { name: tool.function.name, schema: tool.function.parameters ?? {} };
    }),
    choice: choiceOf(body.tool_choice),
    schema: format.type === 'json_schema' ? (format.json_schema?.schema ?? {}) : jsonFor(format),
    stops: [body.stop ?? []].flat(),
    answers: integer(body, 'n', 1, 128, 1),
    ...limitOf(body, model.isReasoning),
    reasoning_tokens: reasoningTokens(model, body.reasoning_effort),
    service_tier: body.service_tier,
    cache_key: body.prompt_cache_key,
    prediction: typeof body.prediction?.content === 'string' ? body.prediction.content : null,
  };
}

/** @param {any} format */
function jsonFor(format) {
  if (format.type !== 'json_object') return null;
  return { properties: { answer: { type: 'string' } } };
}

/** @param {any} choice @returns {import('../metered/answers.mjs').Ask['choice']} */
function choiceOf(choice) {
  if (choice === 'none' || choice === undefined || choice === 'auto') return choice ?? 'auto';
  return choice === 'required' ? 'any' : { name: String(choice?.function?.name) };
}

/** @param {Record<string, any>} body @param {boolean} isReasoning */
function limitOf(body, isReasoning) {
  if (body.stream !== true && body.stream_options !== undefined && body.stream_options !== null) {
    const words = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    throw invalid('stream_options', words);
  }
  const old = body.max_tokens ?? null;
  if (old !== null && isReasoning) {
    const words =
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use " +
      "'max_completion_tokens' instead.";
    throw invalid('max_tokens', words, 'unsupported_parameter');
  }
  if (old !== null && (body.max_completion_tokens ?? null) !== null) {
    const words =
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.";
    throw invalid('max_tokens', words, 'invalid_parameter_combination');
  }
  const limit_name = old === null ? 'max_completion_tokens' : 'max_tokens';
  return { limit_name, tokens_max: integer(body, limit_name, 1, 2 ** 53, null) };
}

/** @param {Run} run */
function usageOf(run) {
  const { input, cached, cache_write, output, reasoning, accepted, rejected } = run.usage();
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    prompt_tokens_details: {
      cached_tokens: cached,
      audio_tokens: 0,
      ...(run.model.tellsCacheWrites ? { cache_write_tokens: cache_write } : {}),
    },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: accepted,
      rejected_prediction_tokens: rejected,
    },
  };
}

/** @param {Run} run @param {string} object */
const headOf = ({ id, created, model, service_tier }, object) => ({
  id,
  object,
  created,
  model: model.snapshot,
  service_tier,
  system_fingerprint: fingerprint,
});

/** @param {Run} run */
function completion(run) {
  const choices = run.answers.map(({ tool, pieces, ending }, index) => {
    const text = pieces.join('');
    const calls = [
      { id: newId('call_'), type: 'function', function: { name: tool, arguments: text } },
    ];
    const message = { role: 'assistant', content: tool === null ? text : null, refusal: null };
    return {
      index,
      message: { ...message, ...(tool === null ? { annotations: [] } : { tool_calls: calls }) },
      logprobs: null,
      finish_reason: reasons[ending],
    };
  });
  return { ...headOf(run, 'chat.completion'), choices, usage: usageOf(run) };
}

/**
 * @param {Run} run
 * @param {Record<string, any>} body
 * @param {ReturnType<typeof usageManners>} manners
 * @returns {AsyncGenerator<StreamEvent>}
 */
async function* chatEvents(run, { stream_options: options }, manners) {
  const tellsUsage = options?.include_usage === true && manners !== 'untold';
  const head = headOf(run, 'chat.completion.chunk');
  const noUsage = tellsUsage && manners === 'told' ? { usage: null } : {};
  const chunk = (/** @type {number} */ index, /** @type {any} */ delta, finish_reason = null) => ({
    data: {
      ...head,
      choices: [{ index, delta, logprobs: null, finish_reason }],
      ...noUsage,
      ...(options?.include_obfuscation === false ? {} : { obfuscation: padding() }),
    },
  });
  await run.generation.begin();
  for (const [index, { tool }] of run.answers.entries()) {
    const call = { index: 0, id: newId('call_'), type: 'function' };
    const calls = [{ ...call, function: { name: tool, arguments: '' } }];
    const delta = { role: 'assistant', content: tool === null ? '' : null, refusal: null };
    yield chunk(index, tool === null ? delta : { ...delta, tool_calls: calls });
  }
  for await (const { index, piece } of run.generation.tokens()) {
    const isTool = run.answers[index]?.tool !== null;
    const calls = [{ index: 0, function: { arguments: piece } }];
    yield chunk(index, isTool ? { tool_calls: calls } : { content: piece });
  }
  if (!run.generation.made.isWhole) return;
  for (const [index, { ending }] of run.answers.entries()) {
    yield chunk(index, {}, /** @type {any} */ (reasons[ending]));
  }
  if (tellsUsage) yield { data: { ...head, choices: [], usage: usageOf(run) } };
  yield { data: '[DONE]', isLast: true };
}

/** Hides how long the words of a chunk are. */
const padding = () => randomBytes(12).toString('base64url').slice(0, randomInt(1, 16));
