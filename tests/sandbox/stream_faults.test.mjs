// What can go wrong with a stream of a metered upstream, as the official client sees it, and what
// is charged for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { manualClock } from '../../tools/sandbox/frame/clock.mjs';
import { addFault, chargesOf, control, newSandbox, set } from './help.mjs';

const asked = {
  model: 'gpt-4o',
  messages: [{ role: /** @type {const} */ ('user'), content: 'Write 40 tokens' }],
  stream: /** @type {const} */ (true),
  stream_options: { include_usage: true },
};

/** @param {string} origin */
const clientOf = (origin) =>
  new OpenAI({ apiKey: 'sandbox-openai-key', baseURL: `${origin}/openai/v1`, maxRetries: 0 });

/** @param {string} origin */
async function read(origin) {
  const chunks = [];
  for await (const chunk of await clientOf(origin).chat.completions.create(asked)) {
    chunks.push(chunk);
  }
  const text = chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join('');
  return { chunks, text, usages: chunks.filter(({ usage }) => usage != null).length };
}

/** @param {string} origin */
async function readRaw(origin) {
  const response = await fetch(`${origin}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-openai-key' },
    body: JSON.stringify({
      ...asked,
      stream_options: { ...asked.stream_options, include_obfuscation: false },
    }),
  });
  return response.text();
}

test('split: any cut of the bytes gives the same stream', async (t) => {
  const { origin } = await newSandbox(t);
  const whole = await read(origin);
  for (const piece_bytes of [0, 1, 7]) {
    await addFault(origin, { match: { provider: 'openai' }, kind: 'split', piece_bytes });
    assert.equal((await read(origin)).text, whole.text);
  }
});

test('cut: the socket closes after some events, and what was made is charged', async (t) => {
  const { origin } = await newSandbox(t);
  await addFault(origin, { kind: 'cut', after_events: 6 });
  await assert.rejects(read(origin), /terminated/);
  const [charge] = await chargesOf(origin, 'openai');
  assert.equal(charge?.outcome, 'cut');
  // One event has the role; a token more was made when the cut came.
  assert.equal(charge?.usage.output_tokens, 6);
});

test('stream_error: an error after a good beginning', async (t) => {
  const { origin } = await newSandbox(t);
  await addFault(origin, { kind: 'stream_error', after_events: 4 });
  await assert.rejects(read(origin), /The server had an error/);
  assert.equal((await chargesOf(origin, 'openai'))[0]?.outcome, 'cut');
});

test('usage: never, late, before the last words', async (t) => {
  const { origin } = await newSandbox(t);
  await addFault(origin, { kind: 'no_usage' });
  const never = await read(origin);
  assert.equal(never.usages, 0);
  assert.equal((await chargesOf(origin, 'openai'))[0]?.usage.output_tokens, 40);
  await addFault(origin, { kind: 'late_usage' });
  const late = await read(origin);
  assert.equal(late.usages, 1);
  assert.equal(Object.hasOwn(late.chunks[0] ?? {}, 'usage'), false);
  await addFault(origin, { kind: 'wrong_order' });
  const [third, second, first, end] = (await readRaw(origin)).trim().split('\n\n').slice(-4);
  assert.match(third ?? '', /"choices":\[\],"usage":\{"prompt_tokens":/);
  assert.match(second ?? '', /"finish_reason":"stop"/);
  assert.match(first ?? '', /"delta":\{"content":/);
  assert.equal(end, 'data: [DONE]');
});

test('whole answers: cut in the middle, without usage, in pieces', async (t) => {
  const { origin } = await newSandbox(t);
  const { stream, stream_options, ...plain } = asked;
  const ask = () => clientOf(origin).chat.completions.create(plain);
  const whole = await ask();
  await addFault(origin, { kind: 'cut' });
  await assert.rejects(ask());
  await addFault(origin, { kind: 'no_usage' });
  assert.equal(Object.hasOwn(await ask(), 'usage'), false);
  await addFault(origin, { kind: 'split' });
  assert.deepEqual((await ask()).choices, whole.choices);
  await addFault(origin, { kind: 'lose_answer' });
  await assert.rejects(ask());
  const charges = await chargesOf(origin, 'openai');
  assert.deepEqual(
    charges.map(({ units }) => units),
    Array.from({ length: 5 }, () => whole.usage?.total_tokens),
  );
});

test('who leaves pays for what was made so far, or for all if the model goes on', async (t) => {
  const clock = manualClock();
  const { origin } = await newSandbox(t, clock);
  const leave = async () => {
    const stream = await clientOf(origin).chat.completions.create(asked);
    for await (const chunk of stream) {
      void chunk;
      break; // The client closes the connection.
    }
  };
  await set(origin, { openai: { chunk_ms: 10 } });
  await leave();
  let charges = await chargesOf(origin, 'openai');
  while (charges.length < 1) charges = await chargesOf(origin, 'openai');
  assert.equal(charges[0]?.outcome, 'cut');
  assert.ok((charges[0]?.usage.output_tokens ?? 0) <= 1);
  await set(origin, { openai: { chunk_ms: 10, goes_on_alone: true } });
  await leave();
  while (charges.length < 2) {
    clock.advance(10);
    charges = await chargesOf(origin, 'openai');
  }
  assert.equal(charges[1]?.outcome, 'whole');
  assert.equal(charges[1]?.usage.output_tokens, 40);
});

test('the first token comes when the settings say', async (t) => {
  const clock = manualClock();
  const { origin } = await newSandbox(t, clock);
  await set(origin, { openai: { first_token_ms: 500 } });
  let isThere = false;
  const late = read(origin).then((answer) => {
    isThere = true;
    return answer;
  });
  assert.equal(isThere, false);
  while (!isThere) {
    clock.advance(100);
    await control(origin, 'GET', '/faults');
  }
  assert.equal((await late).usages, 1);
});
