// How an upstream sends its answers: whole, or as server-sent events while they are made, with the
// faults that only this place can do. It waits for a reader that is slow, so that no answer is held
// in memory.

import { sleep } from '../frame/clock.mjs';
import { jsonText } from '../frame/http.mjs';

/**
 * @typedef {import('../frame/http.mjs').Response} Response
 * @typedef {import('../frame/faults.mjs').Fault} Fault
 */

/**
 * @typedef {object} StreamEvent
 * @property {string} [event]  Name, where the provider's events have one.
 * @property {unknown} data    Text is sent as it is.
 * @property {boolean} [isLast]  Comes last whatever happens to the order.
 */

/**
 * @typedef {object} Way
 * @property {import('../frame/clock.mjs').Clock} clock
 * @property {Fault | null} fault
 * @property {boolean} goes_on_alone  Makes the rest although the other side is gone.
 * @property {StreamEvent} error   Sent by `stream_error`, after which nothing comes.
 */

/** @param {Fault | null} fault @returns {'told' | 'late' | 'untold'} */
export function usageManners(fault) {
  if (fault?.kind === 'no_usage') return 'untold';
  return fault?.kind === 'late_usage' ? 'late' : 'told';
}

/** @param {StreamEvent} event */
function textOf({ event, data }) {
  const body = typeof data === 'string' ? data : jsonText(data);
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${body}\n\n`;
}

/**
 * Resolves when the stream has ended, whichever way.
 *
 * @param {Response} response
 * @param {AsyncIterable<StreamEvent>} events
 * @param {Way} way
 */
export async function sendEvents(response, events, way) {
  const { fault, clock } = way;
  const isEnding = fault?.kind === 'cut' || fault?.kind === 'stream_error';
  let sent = 0;
  for await (const event of fault?.kind === 'wrong_order' ? disordered(events) : events) {
    if (isEnding && sent === fault.after_events) break;
    if (response.destroyed) {
      if (way.goes_on_alone) continue;
      break;
    }
    if (fault?.kind === 'slow') await sleep(clock, fault.delay_ms);
    if (sent === 0) writeHead(response);
    await write(response, Buffer.from(textOf(event)), fault);
    sent += 1;
  }
  if (response.destroyed) return;
  if (sent === 0) writeHead(response);
  if (fault?.kind === 'cut') return void response.destroy();
  if (fault?.kind === 'stream_error') await write(response, Buffer.from(textOf(way.error)), null);
  response.end();
}

/** @param {Response} response */
function writeHead(response) {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  });
  response.flushHeaders();
}

/**
 * The last three events, before those that must be last, the other way round.
 *
 * @param {AsyncIterable<StreamEvent>} events
 */
async function* disordered(events) {
  /** @type {StreamEvent[]} */
  const held = [];
  for await (const event of events) {
    if (event.isLast) yield* held.splice(0).reverse();
    if (event.isLast) yield event;
    else held.push(event);
    if (held.length > 3) yield /** @type {StreamEvent} */ (held.shift());
  }
  yield* held.reverse();
}

/**
 * @param {Response} response
 * @param {Buffer} bytes
 * @param {Fault | null} fault
 */
async function write(response, bytes, fault) {
  if (fault?.kind === 'cut') {
    // What comes before the cut has to arrive.
    await new Promise((resolve) => void response.write(bytes, resolve));
    return;
  }
  const sizes = fault?.kind === 'split' ? pieceSizes(fault.piece_bytes) : null;
  for (let at = 0; at < bytes.length && !response.destroyed;) {
    const size = sizes === null ? bytes.length : (sizes.next().value ?? 1);
    const taken = response.write(bytes.subarray(at, at + size));
    at += size;
    if (!taken) await drained(response);
    else if (sizes !== null) await new Promise((resolve) => void setImmediate(resolve));
  }
}

/** @param {Response} response @returns {Promise<void>} */
function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

/** @param {number} fixed @returns {Generator<number, never>} */
function* pieceSizes(fixed) {
  for (let state = 7; ; state = (state * 5 + 3) % 97) yield fixed > 0 ? fixed : 1 + (state % 9);
}

/**
 * A whole answer.
 *
 * @param {Response} response
 * @param {Record<string, unknown>} body  Its `usage` is left out by `no_usage`.
 * @param {Pick<Way, 'clock' | 'fault'>} way
 */
export async function sendAnswer(response, body, { clock, fault }) {
  const { usage, ...rest } = body;
  const bytes = Buffer.from(jsonText(fault?.kind === 'no_usage' ? rest : body));
  if (fault?.kind === 'slow') await sleep(clock, fault.delay_ms);
  const headers = { 'content-type': 'application/json' };
  if (fault?.kind === 'split') {
    response.writeHead(200, headers);
    await write(response, bytes, fault);
    return void response.end();
  }
  response.writeHead(200, { ...headers, 'content-length': String(bytes.length) });
  if (fault?.kind === 'cut') {
    await write(response, bytes.subarray(0, bytes.length / 2), fault);
    return void response.destroy();
  }
  response.end(bytes);
}
