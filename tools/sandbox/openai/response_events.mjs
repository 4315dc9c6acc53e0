// The events of a streamed response, in the order in which the official client puts them together.
// Usage comes with the last one only.

import { newId } from './run.mjs';
import {
  emptyResponse,
  messageItem,
  reasoningItem,
  statusOf,
  textPart,
  toolItem,
  wholeResponse,
} from './response_body.mjs';

/**
 * @typedef {import('./run.mjs').Run} Run
 * @typedef {import('../metered/event_stream.mjs').StreamEvent} StreamEvent
 * @typedef {(type: string, more: Record<string, unknown>) => StreamEvent} MakeEvent
 */

/**
 * @param {Run} run
 * @param {Record<string, any>} body
 * @param {'told' | 'late' | 'untold'} manners
 * @returns {AsyncGenerator<StreamEvent>}
 */
export async function* responseEvents(run, body, manners) {
  let sequence_number = 0;
  /** @type {MakeEvent} */
  const event = (type, more) => ({
    event: type,
    data: { type, sequence_number: sequence_number++, ...more },
  });
  const begun = emptyResponse(run, body);
  yield event('response.created', { response: begun });
  yield event('response.in_progress', { response: begun });
  /** @type {any[]} */
  const output = [];
  const [answer] = run.answers;
  if (answer !== undefined && answer.reasoning_tokens > 0) {
    const item = reasoningItem();
    yield event('response.output_item.added', { output_index: 0, item });
    yield event('response.output_item.done', { output_index: 0, item });
    output.push(item);
  }
  const parts = answer?.tool != null ? toolEvents : messageEvents;
  yield* parts(run, event, output);
  if (!run.generation.made.isWhole) return;
  const { usage, ...rest } = wholeResponse(run, body, output);
  const type = statusOf(run) === 'incomplete' ? 'response.incomplete' : 'response.completed';
  yield event(type, { response: { ...rest, usage: manners === 'untold' ? null : usage } });
}

/**
 * @param {Run} run
 * @param {MakeEvent} event
 * @param {any[]} output
 * @returns {AsyncGenerator<StreamEvent>}
 */
async function* messageEvents(run, event, output) {
  const output_index = output.length;
  const item_id = newId('msg_');
  const at = { item_id, output_index, content_index: 0 };
  const item = messageItem(item_id, [], 'in_progress');
  yield event('response.output_item.added', { output_index, item });
  yield event('response.content_part.added', { ...at, part: textPart('') });
  let text = '';
  for await (const { piece } of run.generation.tokens()) {
    text += piece;
    yield event('response.output_text.delta', { ...at, delta: piece, logprobs: [] });
  }
  if (!run.generation.made.isWhole) return;
  yield event('response.output_text.done', { ...at, text, logprobs: [] });
  yield event('response.content_part.done', { ...at, part: textPart(text) });
  const done = messageItem(item_id, [textPart(text)], statusOf(run));
  yield event('response.output_item.done', { output_index, item: done });
  output.push(done);
}

/**
 * @param {Run} run
 * @param {MakeEvent} event
 * @param {any[]} output
 * @returns {AsyncGenerator<StreamEvent>}
 */
async function* toolEvents(run, event, output) {
  const output_index = output.length;
  const item = toolItem(run.answers[0]?.tool ?? '', '', 'in_progress');
  const at = { item_id: item.id, output_index };
  yield event('response.output_item.added', { output_index, item });
  let input = '';
  for await (const { piece } of run.generation.tokens()) {
    input += piece;
    yield event('response.function_call_arguments.delta', { ...at, delta: piece });
  }
  if (!run.generation.made.isWhole) return;
  const whole = { name: item.name, arguments: input };
  yield event('response.function_call_arguments.done', { ...at, ...whole });
  const done = { ...item, arguments: input, status: statusOf(run) };
  yield event('response.output_item.done', { output_index, item: done });
  output.push(done);
}
