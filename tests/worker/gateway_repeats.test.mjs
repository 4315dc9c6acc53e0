// Calls that come again: the same Idempotency-Key, or an SDK that repeats a call by itself.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';

import { charged, makeKey, ownerOf, startGateway } from './gateway_support.mjs';
import { until } from './support.mjs';

const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const chat = {
  model: 'gpt-4o-mini',
  messages: [{ role: /** @type {const} */ ('user'), content: 'Hello' }],
};

/** @param {import('node:http').ServerResponse} response @param {number} number */
function reply(response, number) {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ id: `c${number}`, choices: [], usage }));
}

/**
 * @param {string} base @param {string} key @param {Record<string, string>} headers
 * @param {Record<string, unknown>} [more]
 */
function ask(base, key, headers, more = {}) {
  return fetch(`${base}/api/proxy/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...chat, ...more }),
  });
}

/** @param {Response} response */
async function idIn(response) {
  return /** @type {any} */ (await response.json()).id;
}

test('a call under the same Idempotency-Key is made and charged once', async (t) => {
  /** @type {(() => void)[]} */
  const held = [];
  let count = 0;
  const gateway = await startGateway(t, ({ body }, response) => {
    const number = ++count;
    if (body.user === 'slow') held.push(() => reply(response, number));
    else reply(response, number);
  });
  const { base } = gateway.edge;
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  const named = { 'idempotency-key': 'order 1' };
  const first = await ask(base, key, named);
  assert.equal(first.headers.get('x-fairway-replayed'), null);
  assert.equal(await idIn(first), 'c1');
  const again = await ask(base, key, named);
  assert.equal(again.headers.get('x-fairway-replayed'), 'true');
  assert.equal(again.headers.get('content-type'), 'application/json');
  assert.equal(await idIn(again), 'c1');

  const other = await ask(base, key, named, { user: 'else' });
  assert.equal(other.status, 409);
  const { error } = /** @type {any} */ (await other.json());
  assert.equal(error.code, 'idempotency_key_reused');
  assert.equal(other.headers.get('x-should-retry'), 'false');

  // Of many at once one goes out, and all get its answer.
  const slow = { 'idempotency-key': 'order 2' };
  const many = Array.from({ length: 20 }, () => ask(base, key, slow, { user: 'slow' }));
  await until(
    async () => held.length,
    (length) => length > 0,
  );
  held[0]();
  const ids = await Promise.all(many.map(async (answer) => idIn(await answer)));
  assert.deepEqual([...new Set(ids)], ['c2']);
  // Another key of the same app knows nothing of it.
  const second = await makeKey(owner);
  assert.equal(await idIn(await ask(base, second.key, named)), 'c3');

  const revoked = await owner.person.call(`/api/keys/${second.id}`, { method: 'DELETE' });
  assert.equal(revoked.status, 200);
  assert.equal((await ask(base, second.key, named)).status, 401);
  await charged(owner, 3);
  assert.equal(gateway.asked.length, 3);
});

test('a stream is given again as it came, also to who comes in its middle', async (t) => {
  /** @type {(value: undefined) => void} */
  let goOn = () => {};
  const waited = new Promise((resolve) => (goOn = resolve));
  const gateway = await startGateway(t, async (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n');
    await waited;
    response.write('data: {"choices":[{"delta":{"content":"b"}}],"usage":null}\n\n');
    response.write(`data: ${JSON.stringify({ choices: [], usage })}\n\n`);
    response.end('data: [DONE]\n\n');
  });
  const { base } = gateway.edge;
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  const named = { 'idempotency-key': 'stream' };
  const first = await ask(base, key, named, { stream: true });
  const joined = await ask(base, key, named, { stream: true });
  assert.equal(joined.headers.get('x-fairway-replayed'), 'true');
  goOn(undefined);
  const [one, two] = await Promise.all([first.text(), joined.text()]);
  assert.match(one, /"a".*"b".*\[DONE\]\n\n$/s);
  assert.equal(two, one);
  assert.equal(await (await ask(base, key, named, { stream: true })).text(), one);
  await charged(owner, 1);
});

test("an SDK's own retry is charged once, and a call that failed is made anew", async (t) => {
  let failures = 2;
  const gateway = await startGateway(t, (_asked, response) => {
    if (failures-- > 0) response.writeHead(500).end('{}');
    else reply(response, 1);
  });
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  const client = new OpenAI({ apiKey: key, baseURL: `${gateway.edge.base}/api/proxy/openai/v1` });
  const answer = await client.chat.completions.create(chat);
  assert.equal(answer.id, 'c1');
  assert.equal(gateway.asked.length, 3);
  // The answer got lost on its way: the SDK asks once more.
  const retry = await ask(gateway.edge.base, key, { 'x-stainless-retry-count': '1' });
  assert.equal(retry.status, 200);
  const sent = { 'x-stainless-retry-count': '0' };
  const fresh = await ask(gateway.edge.base, key, sent);
  assert.equal(fresh.headers.get('x-fairway-replayed'), null);
  const lost = await ask(gateway.edge.base, key, { 'x-stainless-retry-count': '1' });
  assert.equal(lost.headers.get('x-fairway-replayed'), 'true');
  const rows = await charged(owner, gateway.asked.length);
  const costs = rows.filter((/** @type {any} */ row) => row.cost_nanos > 0);
  assert.equal(costs.length, gateway.asked.length - 2);
});
