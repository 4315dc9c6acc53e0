// OpenAI's own client through the gateway, with the sandbox's OpenAI behind it: every token that
// the provider charges for is charged for, no more and no less.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import OpenAI from 'openai';

import { makeTokenRanks } from '../../tools/serve/token_ranks.mjs';
import { addFault, chargesOf } from '../sandbox/help.mjs';
import { charged, makeKey, ownerOf } from './gateway_support.mjs';
import { startProduct } from './product.mjs';
import { root } from './support.mjs';

/** @typedef {import('openai').OpenAI} Client */

const maxRetries = 0;
// Nanodollars a token: uncached, cached, output.
const prices = /** @type {const} */ ({
  'gpt-4o-2024-08-06': [2500, 1250, 10_000],
  'gpt-4.1-mini-2025-04-14': [400, 100, 1600],
  'gpt-5-mini-2025-08-07': [250, 25, 2000],
  'text-embedding-3-small': [20, 0, 0],
});

/** @param {string} content */
const user = (content) => [{ role: /** @type {const} */ ('user'), content }];

/** What a call costs there. @param {{model: string, usage: Record<string, number>}} one */
function costOf({ model, usage }) {
  const [uncached, cached, output] = prices[/** @type {keyof typeof prices} */ (model)];
  return (
    usage.uncached_tokens * uncached +
    usage.cache_read_tokens * cached +
    usage.output_tokens * output
  );
}

/** The vocabularies, as they are published. @param {string} folder */
function layTokens(folder) {
  makeTokenRanks(root, join(folder, 'tokens'));
}

/** @param {import('node:test').TestContext} t */
async function open(t) {
  const product = await startProduct(t, {}, layTokens);
  const owner = await ownerOf(product, 'ann');
  const { key } = await makeKey(owner);
  const baseURL = `${product.edge.base}/api/proxy/openai/v1`;
  const { origin } = product.sandbox;
  return { origin, owner, client: new OpenAI({ apiKey: key, baseURL, maxRetries }) };
}

/** Every call that has a price. @param {Client} client */
async function callEverything(client) {
  const model = 'gpt-4o';
  const whole = await client.chat.completions.create({ model, messages: user('How are you?') });
  assert.match(whole.choices[0]?.message.content ?? '', /^You wrote: "How are you\?"/);
  const long = user('river stone '.repeat(700));
  for (let i = 0; i < 2; ++i) await client.chat.completions.create({ model, messages: long, n: 2 });
  const stream = await client.chat.completions.create({
    model: 'gpt-4.1-mini',
    messages: user('Repeat: Grüße, 世界 🚀🚀!'),
    stream: true,
  });
  let said = '';
  for await (const chunk of stream) {
    assert.equal(chunk.usage ?? null, null);
    said += chunk.choices[0]?.delta.content ?? '';
  }
  assert.equal(said, 'Grüße, 世界 🚀🚀!');
  const asked = { model: 'gpt-5-mini', input: 'Repeat: Ünïcödé 🙂' };
  assert.equal((await client.responses.create(asked)).output_text, 'Ünïcödé 🙂');
  const final = await client.responses.stream(asked).finalResponse();
  assert.equal(final.output_text, 'Ünïcödé 🙂');
  const input = ['river', 'stone'];
  const vectors = await client.embeddings.create({ model: 'text-embedding-3-small', input });
  assert.equal(vectors.data[0]?.embedding.length, 1536);
  assert.ok((await client.models.list()).data.length > 0);
}

test("every token is charged at the provider's price, whatever is called", async (t) => {
  const { origin, owner, client } = await open(t);
  await callEverything(client);
  const charges = await chargesOf(origin, 'openai');
  assert.equal(charges.length, 7);
  assert.ok(charges[2].usage.cache_read_tokens > 0);
  assert.equal(charges[0].key, 'sandbox-openai-key');
  const rows = (await charged(owner, 8)).filter((/** @type {any} */ row) => row.units > 0);
  const inOrder = (/** @type {number[]} */ list) => list.sort((one, two) => one - two);
  assert.deepEqual(
    inOrder(rows.map((/** @type {any} */ row) => row.cost_nanos)),
    inOrder(charges.map(costOf)),
  );
});

test('errors reach the client as those of the provider do, and cost nothing', async (t) => {
  const { origin, owner, client } = await open(t);
  const create = (/** @type {any} */ more) =>
    client.chat.completions.create({ model: 'gpt-4o', messages: user('x'), ...more });
  await assert.rejects(create({ model: 'gpt-9' }), OpenAI.NotFoundError);
  await assert.rejects(create({ max_tokens: 0 }), OpenAI.BadRequestError);
  const stranger = new OpenAI({ apiKey: 'sk-x', baseURL: client.baseURL, maxRetries });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  await addFault(origin, { match: { provider: 'openai' }, kind: 'status', status: 429 });
  await assert.rejects(create({}), OpenAI.RateLimitError);
  const limit = { method: 'PUT', body: JSON.stringify({ limit_nanos: 1000 }) };
  assert.equal((await owner.person.call('/api/limits', limit)).status, 200);
  const patient = client.withOptions({ maxRetries: 2 });
  const refused = patient.chat.completions.create({ model: 'gpt-4o', messages: user('x') });
  await assert.rejects(refused, { status: 402, code: 'spend_limit_reached' });
  assert.deepEqual(await chargesOf(origin, 'openai'), []);
  assert.equal((await owner.person.get('/api/usage/current')).json.cost_nanos, 0);
});

test('what the provider does not report is counted with its own vocabulary', async (t) => {
  const { origin, owner, client } = await open(t);
  await addFault(origin, { match: { provider: 'openai' }, kind: 'no_usage' });
  const stream = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: user('Repeat: Grüße, 世界 🚀🚀, und noch ein paar Wörter!'),
    stream: true,
  });
  for await (const chunk of stream) assert.ok(chunk);
  const [row] = await charged(owner, 1);
  const [charge] = await chargesOf(origin, 'openai');
  assert.equal(row.request.outcome, 'ok');
  assert.equal(row.request.estimated, true);
  assert.equal(row.cost_nanos, costOf(charge));
});

test('a stream that breaks off is charged no more than the provider may ask', async (t) => {
  const { origin, owner, client } = await open(t);
  await addFault(origin, { match: { provider: 'openai' }, kind: 'cut', after_events: 20 });
  const stream = await client.chat.completions.create({
    model: 'gpt-4o',
    messages: user('Write 40 tokens'),
    stream: true,
  });
  await assert.rejects(async () => {
    for await (const chunk of stream) assert.ok(chunk);
  });
  const [row] = await charged(owner, 1);
  const [charge] = await chargesOf(origin, 'openai');
  assert.equal(row.request.outcome, 'cut');
  assert.ok(row.cost_nanos > 0 && row.cost_nanos <= 2 * costOf(charge), `${row.cost_nanos}`);
});
