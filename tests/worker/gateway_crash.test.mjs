// The edge is killed while answers stream: what was held is free again, what was charged stays, and
// nothing is charged twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { charged, makeKey, ownerOf, startGateway } from './gateway_support.mjs';
import { runtimePids, until } from './support.mjs';

const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
// gpt-4o-mini: 0.15 and 0.60 dollars a million.
const costOfUsage = 12 * 150 + 5 * 600;
const ended = 40;
const held = 60;

/** @param {import('node:http').ServerResponse} response */
function begin(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('data: {"choices":[{"delta":{"content":"a"}}],"usage":null}\n\n');
}

/** @param {import('node:http').ServerResponse} response */
function end(response) {
  response.write(`data: ${JSON.stringify({ choices: [], usage })}\n\n`);
  response.end('data: [DONE]\n\n');
}

test('after SIGKILL in the middle of 100 streams every hold has ended', async (t) => {
  let isHolding = true;
  let closed = 0;
  const gateway = await startGateway(t, ({ body }, response) => {
    begin(response);
    if (body.user === 'held' && isHolding) response.on('close', () => ++closed);
    else end(response);
  });
  const owner = await ownerOf(gateway, 'ann');
  const { key } = await makeKey(owner);
  // A call holds what 16,384 tokens cost: room for a hundred, not for a hundred and sixty.
  const limit = { method: 'PUT', body: JSON.stringify({ limit_nanos: 1_200_000_000 }) };
  assert.equal((await owner.person.call('/api/limits', limit)).status, 200);
  const ask = (/** @type {string} */ user) =>
    fetch(`${gateway.edge.base}/api/proxy/openai/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o-mini', stream: true, user, messages: [] }),
    });
  const many = (/** @type {number} */ count, /** @type {string} */ user) =>
    Promise.all(Array.from({ length: count }, () => ask(user)));

  const cut = await many(held, 'held');
  const whole = await many(ended, 'ended');
  await Promise.all(whole.map((answer) => answer.text()));
  for (const pid of runtimePids()) process.kill(pid, 'SIGKILL');
  await Promise.all(cut.map((answer) => assert.rejects(answer.text())));
  await until(
    async () => [gateway.edge.restarts(), closed],
    ([restarts, gone]) => restarts > 0 && gone === held,
  );

  isHolding = false;
  const again = await until(
    () => many(1, 'again').catch(() => []),
    (answers) => answers.length === 1,
  );
  const next = [...again, ...(await many(99, 'again'))];
  assert.deepEqual([...new Set(next.map(({ status }) => status))], [200]);
  await Promise.all(next.map((answer) => answer.text()));
  const rows = await charged(owner, ended + 100);
  assert.equal(new Set(rows.map((/** @type {any} */ row) => row.id)).size, ended + 100);
  const now = await until(
    async () => (await owner.person.get('/api/usage/current')).json,
    ({ cost_nanos }) => cost_nanos === (ended + 100) * costOfUsage,
  );
  assert.ok(now.cost_nanos + now.lent_nanos <= 1_200_000_000);
});
