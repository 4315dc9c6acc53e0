// Anthropic in the sandbox, asked by its official client.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { addFault, chargesOf, newSandbox, set } from './help.mjs';

/** @param {import('node:test').TestContext} t */
async function open(t) {
  const { origin } = await newSandbox(t);
  const apiKey = 'sandbox-anthropic-key';
  return {
    origin,
    client: new Anthropic({ apiKey, baseURL: `${origin}/anthropic`, maxRetries: 0 }),
  };
}

const user = (/** @type {string} */ content) => [{ role: /** @type {const} */ ('user'), content }];
const model = 'claude-haiku-4-5';
const long = 'river stone '.repeat(1200);

test('a message is answered, counted and charged', async (t) => {
  const { origin, client } = await open(t);
  const asked = { model, messages: user('Repeat: Grüße 🚀'), max_tokens: 100 };
  const answer = await client.messages.create(asked);
  assert.deepEqual(answer.content, [{ type: 'text', text: 'Grüße 🚀', citations: null }]);
  assert.equal(answer.stop_reason, 'end_turn');
  assert.equal(answer.model, 'claude-haiku-4-5-20251001');
  const counted = await client.messages.countTokens({ model, messages: asked.messages });
  assert.equal(counted.input_tokens, answer.usage.input_tokens);
  const cut = await client.messages.create({ ...asked, max_tokens: 2 });
  assert.equal(cut.stop_reason, 'max_tokens');
  assert.equal(cut.usage.output_tokens, 2);
  const charges = await chargesOf(origin, 'anthropic');
  assert.deepEqual(
    charges.map(({ usage }) => usage.output_tokens),
    [answer.usage.output_tokens, 2],
  );
  assert.equal(charges[0]?.usage.uncached_tokens, answer.usage.input_tokens);
});

test('what is marked is written to the cache once, and read afterwards', async (t) => {
  const { client } = await open(t);
  const ask = (/** @type {'5m' | '1h'} */ ttl, /** @type {string} */ more) =>
    client.messages.create({
      model,
      max_tokens: 20,
      system: [{ type: 'text', text: long, cache_control: { type: 'ephemeral', ttl } }],
      messages: user(more),
    });
  const first = (await ask('5m', 'one')).usage;
  assert.ok((first.cache_creation_input_tokens ?? 0) > 2000);
  assert.equal(first.cache_creation?.ephemeral_5m_input_tokens, first.cache_creation_input_tokens);
  const again = (await ask('5m', 'two')).usage;
  assert.equal(again.cache_read_input_tokens, first.cache_creation_input_tokens);
  assert.equal(again.cache_creation_input_tokens, 0);
  assert.ok(again.input_tokens < 20);
});

test('a stream has the events of the provider, with usage that adds up', async (t) => {
  const { origin, client } = await open(t);
  const weather = {
    name: 'get_weather',
    input_schema: {
      type: /** @type {const} */ ('object'),
      properties: { city: { type: 'string' } },
    },
  };
  const stream = client.messages.stream({
    model,
    max_tokens: 2000,
    messages: user('Use get_weather now'),
    tools: [weather],
  });
  const seen = new Set();
  stream.on('streamEvent', ({ type }) => void seen.add(type));
  const final = await stream.finalMessage();
  assert.equal(final.stop_reason, 'tool_use');
  const [block] = final.content;
  assert.ok(
    block?.type === 'tool_use' && typeof (/** @type {any} */ (block.input).city) === 'string',
  );
  assert.ok(seen.has('message_start') && seen.has('message_delta') && seen.has('message_stop'));
  const [charge] = await chargesOf(origin, 'anthropic');
  assert.equal(charge?.usage.output_tokens, final.usage.output_tokens);
  const raw = await fetch(`${origin}/anthropic/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': 'sandbox-anthropic-key', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ model, max_tokens: 9, stream: true, messages: user('x') }),
  });
  assert.match(await raw.text(), /event: ping\ndata: \{"type":"ping"\}\n\n/);
});

test('refusals have the shape that the client makes its errors of', async (t) => {
  const { origin, client } = await open(t);
  const create = (/** @type {any} */ more) =>
    client.messages.create({ model, max_tokens: 9, messages: user('x'), ...more });
  await assert.rejects(create({ model: 'claude-0' }), Anthropic.NotFoundError);
  await assert.rejects(create({ temperature: 0.5 }), /temperature/);
  const over = { max_tokens: 1_000_000, stream: true };
  await assert.rejects(create(over), Anthropic.BadRequestError);
  const stranger = client.withOptions({ apiKey: 'sk-ant-x' });
  await assert.rejects(
    stranger.messages.create({ model, max_tokens: 9, messages: user('x') }),
    Anthropic.AuthenticationError,
  );
  await addFault(origin, { match: { provider: 'anthropic' }, kind: 'status', status: 529 });
  await assert.rejects(create({}), { status: 529, type: 'overloaded_error' });
  await set(origin, { anthropic: { requests_per_minute: 1 } });
  await create({});
  await assert.rejects(create({}), Anthropic.RateLimitError);
});
