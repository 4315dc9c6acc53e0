// Anthropic's own client through the gateway, with the sandbox's Anthropic behind it: every token
// that the provider charges for is charged for, cached or not, no more and no less.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';

import { addFault, chargesOf, set } from '../sandbox/help.mjs';
import { charged, makeKey, ownerOf } from './gateway_support.mjs';
import { startProduct } from './product.mjs';

// Nanodollars a token: uncached, read, written for 5 minutes, for an hour, output.
const prices = /** @type {Record<string, number[]>} */ ({
  'claude-haiku-4-5-20251001': [1000, 100, 1250, 2000, 5000],
  'claude-fable-5-1': [10_000, 250, 12_500, 20_000, 50_000],
  'claude-opus-5': [5000, 500, 6250, 10_000, 25_000],
});

/** What a call costs there. @param {{model: string, usage: Record<string, number>}} one */
function costOf({ model, usage }) {
  const amounts = [
    usage.uncached_tokens,
    usage.cache_read_tokens,
    usage.cache_write_5m_tokens,
    usage.cache_write_1h_tokens,
    usage.output_tokens,
  ];
  return amounts.reduce((sum, amount, kind) => sum + amount * prices[model][kind], 0);
}

/** @param {string} content */
const user = (content) => [{ role: /** @type {const} */ ('user'), content }];
const long = 'river stone '.repeat(1200);
const inOrder = (/** @type {number[]} */ list) => list.sort((one, two) => one - two);

/** @param {import('node:test').TestContext} t */
async function open(t) {
  const product = await startProduct(t);
  const owner = await ownerOf(product, 'ann');
  const { key } = await makeKey(owner);
  const baseURL = `${product.edge.base}/api/proxy/anthropic`;
  const client = new Anthropic({ apiKey: key, baseURL, maxRetries: 0 });
  return { origin: product.sandbox.origin, owner, key, baseURL, client };
}

/** The books have exactly what the provider charges. @param {Awaited<ReturnType<typeof open>>} app
 *  @param {number} count */
async function assertExact({ origin, owner }, count) {
  const rows = await charged(owner, count);
  const costs = rows.map((/** @type {any} */ row) => row.cost_nanos);
  const charges = await chargesOf(origin, 'anthropic');
  const paid = costs.filter((/** @type {number} */ nanos) => nanos > 0);
  assert.deepEqual(inOrder(paid), inOrder(charges.map(costOf)));
  return { rows, charges };
}

test("every token is charged at the provider's price, whatever is called", async (t) => {
  const app = await open(t);
  const { client, key, baseURL } = app;
  const model = 'claude-haiku-4-5';
  const whole = await client.messages.create({ model, max_tokens: 99, messages: user('Hi?') });
  assert.match(/** @type {any} */ (whole.content[0]).text, /^You wrote: "Hi\?"/);
  for (const ttl of /** @type {const} */ (['5m', '1h', '5m'])) {
    const cache_control = /** @type {const} */ ({ type: 'ephemeral', ttl });
    const system = [{ type: /** @type {const} */ ('text'), text: long + ttl, cache_control }];
    const asked = { model: 'claude-fable-5-1', max_tokens: 50, system, messages: user(ttl) };
    await client.messages.create(asked);
  }
  const final = await client.messages
    .stream({ model: 'claude-opus-5', max_tokens: 300, messages: user('Repeat: Grüße, 世界 🚀') })
    .finalMessage();
  assert.equal(/** @type {any} */ (final.content[0]).text, 'Grüße, 世界 🚀');
  const thinking = await client.messages.create({
    model: 'claude-opus-5',
    max_tokens: 3000,
    thinking: { type: 'enabled', budget_tokens: 1024 },
    messages: user('think'),
  });
  assert.equal(thinking.content[0]?.type, 'thinking');
  const { input_tokens } = await client.messages.countTokens({ model, messages: user('Hi?') });
  assert.equal(input_tokens, whole.usage.input_tokens);
  assert.ok((await client.models.list()).data.length > 0);
  // The header of older clients.
  const old = await fetch(`${baseURL}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ model, max_tokens: 9, temperature: 0.3, messages: user('old') }),
  });
  assert.equal(old.status, 200);
  const { charges } = await assertExact(app, 9);
  assert.equal(charges.length, 7);
  assert.ok(charges[3].usage.cache_read_tokens > 2000);
  assert.ok(charges[2].usage.cache_write_1h_tokens > 2000);
});

test('a caller who hangs up pays what the provider charges', async (t) => {
  const app = await open(t);
  await set(app.origin, { anthropic: { chunk_ms: 3 } });
  const stream = await app.client.messages.create({
    model: 'claude-opus-5',
    max_tokens: 400,
    messages: user('Write 90 tokens'),
    stream: true,
  });
  let events = 0;
  for await (const event of stream) {
    assert.ok(event);
    if (++events === 9) break;
  }
  const { rows, charges } = await assertExact(app, 1);
  assert.equal(charges[0].usage.output_tokens, 90);
  assert.equal(rows[0].request.outcome, 'ok');
});

test('an overloaded or busy provider costs nothing, and the client tries again', async (t) => {
  const app = await open(t);
  const create = (/** @type {Anthropic} */ client) =>
    client.messages.create({ model: 'claude-opus-5', max_tokens: 50, messages: user('x') });
  for (const status of [529, 429]) {
    await addFault(app.origin, { match: { provider: 'anthropic' }, kind: 'status', status });
    await assert.rejects(create(app.client), { status });
  }
  const match = { provider: 'anthropic' };
  await addFault(app.origin, { match, kind: 'status', status: 529 });
  const answer = await create(app.client.withOptions({ maxRetries: 2 }));
  assert.equal(answer.role, 'assistant');
  await assertExact(app, 4);
  await addFault(app.origin, { match, kind: 'stream_error', after_events: 6 });
  const broken = app.client.messages.stream({
    model: 'claude-opus-5',
    max_tokens: 400,
    messages: user('Write 90 tokens'),
  });
  await assert.rejects(broken.finalMessage(), /[Oo]verloaded/);
  const [row] = await charged(app.owner, 5);
  assert.equal(row.request.outcome, 'failed');
});

test('refusals are of the shape that the client knows, and it does not repeat them', async (t) => {
  const { client, owner, origin } = await open(t);
  const limit = { method: 'PUT', body: JSON.stringify({ limit_nanos: 1000 }) };
  assert.equal((await owner.person.call('/api/limits', limit)).status, 200);
  const patient = client.withOptions({ maxRetries: 2 });
  const messages = user('x');
  await assert.rejects(
    patient.messages.create({ model: 'claude-opus-5', max_tokens: 9, messages }),
    (/** @type {any} */ error) =>
      error.status === 402 && error.error.error.details.error_code === 'spend_limit_reached',
  );
  await assert.rejects(
    client.withOptions({ apiKey: 'sk-ant-x' }).models.list(),
    Anthropic.AuthenticationError,
  );
  assert.deepEqual(await chargesOf(origin, 'anthropic'), []);
});
