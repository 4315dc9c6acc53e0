// A response as it is told: before the model began, and whole.

import { newId } from './run.mjs';

/** @typedef {import('./run.mjs').Run} Run */

/** @param {Run} run */
function usageOf(run) {
  const { input, cached, cache_write, output, reasoning } = run.usage();
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: cached, cache_write_tokens: cache_write },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + output,
  };
}

/**
 * The answer without its output, as it is before the model began.
 *
 * @param {Run} run
 * @param {Record<string, any>} body
 */
export function emptyResponse(run, body) {
  return {
    id: run.id,
    object: 'response',
    created_at: run.created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: null,
    model: run.model.snapshot,
    output: /** @type {any[]} */ ([]),
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    service_tier: run.service_tier,
    store: body.store ?? true,
    temperature: body.temperature ?? 1,
    text: body.text ?? { format: { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: body.tools ?? [],
    top_p: body.top_p ?? 1,
    truncation: body.truncation ?? 'disabled',
    usage: /** @type {any} */ (null),
    user: null,
    metadata: body.metadata ?? {},
  };
}

/**
 * @param {Run} run
 * @param {Record<string, any>} body
 * @param {any[]} [output]  As it was streamed.
 */
export function wholeResponse(run, body, output = outputOf(run)) {
  const isCut = run.answers[0]?.ending === 'length';
  return {
    ...emptyResponse(run, body),
    status: isCut ? 'incomplete' : 'completed',
    incomplete_details: isCut ? { reason: 'max_output_tokens' } : null,
    output,
    usage: usageOf(run),
  };
}

/** @param {Run} run */
function outputOf(run) {
  const [answer] = run.answers;
  if (answer === undefined) return [];
  const text = answer.pieces.join('');
  const items = [];
  if (answer.reasoning_tokens > 0) items.push(reasoningItem());
  if (answer.tool !== null) items.push(toolItem(answer.tool, text, 'completed'));
  else items.push(messageItem(newId('msg_'), [textPart(text)], statusOf(run)));
  return items;
}

/** @param {Run} run */
export const statusOf = ({ answers: [answer] }) =>
  answer?.ending === 'length' ? 'incomplete' : 'completed';

export const reasoningItem = () => ({ id: newId('rs_'), type: 'reasoning', summary: [] });

/** @param {string} text */
export const textPart = (text) => ({ type: 'output_text', annotations: [], logprobs: [], text });

/** @param {string} id @param {any[]} content @param {string} status */
export const messageItem = (id, content, status) => ({
  id,
  type: 'message',
  status,
  content,
  role: 'assistant',
});

/** @param {string} name @param {string} input @param {string} status */
export const toolItem = (name, input, status) => ({
  id: newId('fc_'),
  type: 'function_call',
  status,
  arguments: input,
  call_id: newId('call_'),
  name,
});
