// Deployed apps call language models through the gateway: what goes out, what comes back, what is
// charged, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { charged, makeKey, ownerOf, startGateway } from './gateway_support.mjs';
import { until } from './support.mjs';

const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const chat = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] };
// gpt-4o-mini: 0.15 and 0.60 dollars a million.
const costOfUsage = 12 * 150 + 5 * 600;

/** @param {import('node:http').ServerResponse} response @param {unknown} body
 *  @param {number} [status] */
function reply(response, body, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_up' });
  response.end(JSON.stringify(body));
}

/** @param {string} base @param {string} key @param {unknown} body @param {RequestInit} [init] */
function ask(base, key, body, init = {}) {
  return fetch(`${base}/api/proxy/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  });
}

test('a call passes, is charged to the nano, and carries no secret out or in', async (t) => {
  const gateway = await startGateway(t, (_asked, response) => {
    reply(response, { id: 'c1', choices: [], usage });
  });
  const owner = await ownerOf(gateway, 'ann');
  const { key, hint } = await makeKey(owner);
  assert.match(key, /^fw_live_/);
  const answer = await ask(gateway.edge.base, key, chat);
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { id: 'c1', choices: [], usage });
  assert.equal(answer.headers.get('x-request-id'), 'req_up');

  const [sent] = gateway.asked;
  assert.equal(sent.path, '/v1/chat/completions');
  assert.equal(sent.headers.authorization, 'Bearer the-platforms-own-key');
  assert.equal(JSON.stringify(sent.headers).includes(key), false);
  assert.deepEqual(sent.body, { max_completion_tokens: 16_384, ...chat });

  const [row] = await charged(owner, 1);
  assert.equal(row.cost_nanos, costOfUsage);
  assert.equal(row.units, 17);
  assert.equal(row.request.outcome, 'ok');
  assert.equal(row.request.upstream_id, 'req_up');
  const now = (await owner.person.get('/api/usage/current')).json;
  assert.equal(now.cost_nanos, costOfUsage);
  const { keys } = (await owner.person.get(`/api/apps/${owner.app}/keys`)).json;
  assert.equal(keys[0].hint, hint);
  assert.equal(JSON.stringify(keys).includes(key), false);
  assert.equal(JSON.stringify(gateway.edge.lines).includes(key), false);
});

test('hundreds at once never pass the limit, and every answer is charged once', async (t) => {
  const gateway = await startGateway(t, ({ body }, response) => {
    const completion_tokens = body.max_tokens;
    setImmediate(() => reply(response, { usage: { ...usage, completion_tokens } }));
  });
  const owner = await ownerOf(gateway, 'ann');
  const limit = 20_000_000;
  const set = await owner.person.call('/api/limits', {
    method: 'PUT',
    body: JSON.stringify({ limit_nanos: limit }),
  });
  assert.equal(set.status, 200);
  const keys = await Promise.all([makeKey(owner), makeKey(owner), makeKey(owner)]);
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, i) =>
      ask(gateway.edge.base, keys[i % 3].key, { ...chat, max_tokens: 200 + (i % 50) }),
    ),
  );
  const passed = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 402);
  assert.equal(passed.length + refused.length, 300);
  assert.ok(passed.length > 50, `${passed.length} passed`);
  assert.ok(refused.length > 50, `${refused.length} were refused`);
  assert.equal(refused[0].headers.get('x-should-retry'), 'false');
  const { error } = /** @type {any} */ (await refused[0].json());
  assert.equal(error.code, 'spend_limit_reached');
  assert.match(error.message, /limit/);

  const rows = await charged(owner, passed.length);
  const sum = rows.reduce(
    (/** @type {number} */ all, /** @type {any} */ row) => all + row.cost_nanos,
    0,
  );
  assert.ok(sum <= limit, `${sum} of ${limit}`);
  const now = (await owner.person.get('/api/usage/current')).json;
  assert.equal(now.cost_nanos, sum);
  assert.ok(now.cost_nanos + now.lent_nanos <= limit);
});

/** @param {import('node:http').ServerResponse} response @param {any} asked
 *  @param {boolean} [isCut] */
async function stream(response, asked, isCut = false) {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
  const shows = asked.stream_options?.include_usage === true;
  const extra = shows ? ',"usage":null' : '';
  for (const word of ['Hel', 'lo ', 'you']) {
    const data = `{"id":"c","choices":[{"index":0,"delta":{"content":"${word}"}}]${extra}}`;
    response.write(`data: ${data}\n\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (isCut) return void response.destroy();
  if (shows) {
    response.write(`data: ${JSON.stringify({ id: 'c', choices: [], usage })}\n\n`);
  }
  response.end('data: [DONE]\n\n');
}

test('a stream comes as it was asked for, and is charged by the usage we asked for', async (t) => {
  const gateway = await startGateway(t, ({ body }, response) => stream(response, body));
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  const plain = await ask(gateway.edge.base, key, { ...chat, stream: true });
  assert.equal(plain.headers.get('content-type'), 'text/event-stream');
  const bytes = await plain.text();
  assert.equal(bytes.includes('usage'), false);
  assert.equal(bytes.split('\n\n').length, 5);
  assert.ok(bytes.endsWith('data: [DONE]\n\n'));
  const [row] = await charged(owner, 1);
  assert.equal(row.cost_nanos, costOfUsage);
  const stream_options = { include_usage: true };
  const asked = await ask(gateway.edge.base, key, { ...chat, stream: true, stream_options });
  assert.match(await asked.text(), /"prompt_tokens":12/);
  await charged(owner, 2);
});

test('who hangs up in the middle of a stream is charged what the provider charges', async (t) => {
  /** @type {(value: unknown) => void} */
  let goOn = () => {};
  const gone = new Promise((resolve) => (goOn = resolve));
  const gateway = await startGateway(t, async ({ body }, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n');
    await gone;
    await stream(response, body);
  });
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  const controller = new AbortController();
  const { signal } = controller;
  const answer = await ask(gateway.edge.base, key, { ...chat, stream: true }, { signal });
  const reader = /** @type {ReadableStream<Uint8Array>} */ (answer.body).getReader();
  await reader.read();
  controller.abort();
  goOn(undefined);
  const [row] = await charged(owner, 1);
  assert.equal(row.cost_nanos, costOfUsage);
});

test('a stream that the provider breaks off is charged by what came, and says so', async (t) => {
  const gateway = await startGateway(t, ({ body }, response) => stream(response, body, true));
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  const answer = await ask(gateway.edge.base, key, { ...chat, stream: true });
  await assert.rejects(answer.text());
  const [row] = await charged(owner, 1);
  assert.equal(row.request.outcome, 'cut');
  assert.equal(row.request.estimated, true);
  assert.ok(row.cost_nanos > 0);
});

test('a refused, failed or unreachable call costs nothing', async (t) => {
  const gateway = await startGateway(t, ({ body }, response) => {
    if (body.user === 'gone') return response.destroy();
    return reply(response, { error: { message: 'slow down', type: 'x', code: null } }, 429);
  });
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  assert.equal((await ask(gateway.edge.base, key, chat)).status, 429);
  const unreachable = await ask(gateway.edge.base, key, { ...chat, user: 'gone' });
  assert.equal(unreachable.status, 502);
  const rows = await charged(owner, 2);
  assert.deepEqual(
    rows.map((/** @type {any} */ row) => [row.cost_nanos, row.request.outcome]),
    [
      [0, 'failed'],
      [0, 'failed'],
    ],
  );
  assert.equal((await ask(gateway.edge.base, key, { ...chat, model: 'gpt-unheard' })).status, 404);
  assert.equal((await ask(gateway.edge.base, `${key}x`, chat)).status, 401);
  const other = `${key.slice(0, 40)}${key[40] === '0' ? '1' : '0'}${key.slice(41)}`;
  const mistyped = await ask(gateway.edge.base, other, chat);
  assert.equal(mistyped.status, 401);
  assert.equal(mistyped.headers.get('x-should-retry'), 'false');
  assert.equal(gateway.asked.length, 2);
});

test('a key is for what it was made for, and revoked at once', async (t) => {
  const gateway = await startGateway(t, (_asked, response) => reply(response, { usage }));
  const owner = await ownerOf(gateway, 'ann');
  const made = await makeKey(owner, {
    services: ['openai'],
    models: ['gpt-4o-mini'],
    requests_per_minute: 3,
  });
  const base = gateway.edge.base;
  assert.equal((await ask(base, made.key, { ...chat, model: 'gpt-4o' })).status, 403);
  const claude = await fetch(`${base}/api/proxy/anthropic/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': made.key, 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ model: 'claude-opus-4-5', max_tokens: 5, messages: [] }),
  });
  assert.equal(claude.status, 403);
  assert.equal(/** @type {any} */ (await claude.json()).error.type, 'permission_error');
  for (let i = 0; i < 3; ++i) assert.equal((await ask(base, made.key, chat)).status, 200);
  const fast = await ask(base, made.key, chat);
  assert.equal(fast.status, 429);
  assert.equal(fast.headers.get('x-should-retry'), 'false');
  const revoked = await owner.person.call(`/api/keys/${made.id}`, { method: 'DELETE' });
  assert.equal(revoked.json.state, 'revoked');
  assert.equal((await ask(base, made.key, chat)).status, 401);
});

test('an account that stops in the middle loses no charge and no money', async (t) => {
  const gateway = await startGateway(t, ({ body }, response) => stream(response, body));
  const owner = await ownerOf(gateway, 'ann');
  const stranger = await ownerOf(gateway, 'bob');
  const { key } = await makeKey(owner);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => ask(gateway.edge.base, key, { ...chat, stream: true })),
  );
  await Promise.all(answers.map((answer) => answer.text()));
  const rows = await charged(owner, 100);
  assert.equal(new Set(rows.map((/** @type {any} */ row) => row.id)).size, 100);
  assert.ok(rows.every((/** @type {any} */ row) => row.cost_nanos === costOfUsage));
  const theirs = (await stranger.person.get('/api/usage/history')).json;
  assert.deepEqual(theirs.calls, []);
  await until(
    async () => (await owner.person.get('/api/usage/current')).json,
    (now) => now.cost_nanos === 100 * costOfUsage,
  );
  const csv = await owner.person.get('/api/usage/history?format=csv');
  assert.equal(csv.text.trim().split('\r\n').length, 101);
});
