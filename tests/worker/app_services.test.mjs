// What a deployed app gets: a key and the addresses of the services that its owner has switched on,
// as sealed variables; who pays for its calls; and the end of the key.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startGateway } from './gateway_support.mjs';
import { appFiles, previewOf, signIn } from './product.mjs';
import { until } from './support.mjs';

const server = `export async function handle(request) {
  const { OPENAI_API_KEY, OPENAI_BASE_URL } = process.env;
  if (!OPENAI_API_KEY) return Response.json({ has: false });
  const answer = await fetch(OPENAI_BASE_URL + '/chat/completions', {
    method: 'POST',
    headers: { authorization: 'Bearer ' + OPENAI_API_KEY, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }),
  });
  return Response.json({
    has: true, key: OPENAI_API_KEY, status: answer.status, said: await answer.text() });
}
import { database } from './database.js';
export const rows = () => database.all('SELECT a FROM t', []);
`;
const files = { ...appFiles, 'server.js': server };
const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'gpt-4o-mini',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 },
};
// 1,000 tokens in at $0.15 and 100 out at $0.60 for a million.
const cost_nanos = 150_000 + 60_000;

/** @param {import('node:http').ServerResponse} response */
function complete(response) {
  response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'req-1' });
  response.end(JSON.stringify(completion));
}

/** @param {any} tab @param {string} project @param {Record<string, unknown>} choice */
const choose = (tab, project, choice) => tab.put(`/api/projects/${project}/services`, choice);

/** @param {string} url @returns {Promise<any>} */
const visit = async (url) => (await fetch(`${url}/api/ask`)).json();

/** @param {any} tab @param {number} count */
const callsOf = async (tab, count) =>
  (
    await until(
      async () => (await tab.person.get('/api/usage/history')).json,
      (/** @type {any} */ now) => now.calls.length >= count,
    )
  ).calls;

test('a deployed app calls a model with its own key; the key ends with the app', async (t) => {
  const product = await startGateway(t, (_, response) => complete(response));
  const tab = await signIn(product, 'ann');
  const database = previewOf(product.folder, 'CREATE TABLE t(a); INSERT INTO t VALUES (7);');
  await tab.upload('shop', database, files);
  const first = await tab.deploy('shop');
  assert.equal(first.status, 'live', JSON.stringify(first.failure));
  assert.deepEqual(await visit(first.url), { has: false }, 'nothing without a choice');

  await choose(tab, 'shop', { service: 'openai', payer: 'platform' });
  const second = await tab.deploy('shop');
  assert.equal(second.status, 'live', JSON.stringify(second.failure));
  const answer = await visit(second.url);
  assert.equal(answer.status, 200, answer.said);
  assert.equal(JSON.parse(answer.said).choices[0].message.content, 'Hello');
  const [call] = await callsOf(tab, 1);
  assert.equal(call.cost_nanos, cost_nanos);
  assert.equal(product.asked.at(-1)?.headers.authorization, 'Bearer the-platforms-own-key');
  assert.ok(!JSON.stringify(second.log).includes(answer.key), 'the key is in no log');

  const third = await tab.deploy('shop');
  assert.equal(third.status, 'live');
  assert.equal((await visit(third.url)).key, answer.key, 'a release keeps the key');

  await choose(tab, 'shop', { service: 'openai', payer: 'own', key: 'sk-anns-own-key' });
  assert.equal((await visit(third.url)).status, 200);
  assert.equal(product.asked.at(-1)?.headers.authorization, 'Bearer sk-anns-own-key');
  const calls = await callsOf(tab, 3);
  assert.deepEqual(
    calls.map((/** @type {any} */ one) => one.cost_nanos),
    [0, cost_nanos, cost_nanos],
  );
  const services = (await tab.person.get('/api/projects/shop/services')).text;
  assert.ok(services.includes('-key') && !services.includes('anns'), services);

  await choose(tab, 'shop', { service: 'openai', payer: 'off' });
  const refused = await visit(third.url);
  assert.equal(refused.status, 403, refused.said);
  await choose(tab, 'shop', { service: 'openai', payer: 'platform' });
  assert.equal((await visit(third.url)).status, 200);

  const { projects } = (await tab.person.get('/api/projects')).json;
  const app = projects[0].app.id;
  const gone = await tab.person.call(`/api/apps/${app}`, {
    method: 'DELETE',
    body: JSON.stringify({ confirm: 'shop' }),
  });
  assert.equal((await tab.follow(gone.json.deployment_id)).status, 'removed');
  const late = await fetch(`${product.edge.base}/api/proxy/openai/v1/models`, {
    headers: { authorization: `Bearer ${answer.key}` },
  });
  assert.equal(late.status, 401, 'the key of an app that is gone');
});

test("the owner's own variables are never overwritten", async (t) => {
  const product = await startGateway(t, (_, response) => complete(response));
  const tab = await signIn(product, 'bob');
  await tab.upload('shop', previewOf(product.folder, 'CREATE TABLE t(a);'), files);
  await tab.put('/api/projects/shop/environment', {
    set: { OPENAI_BASE_URL: 'https://elsewhere.example' },
  });
  await choose(tab, 'shop', { service: 'openai', payer: 'platform' });
  const { services } = await tab.plan('shop');
  assert.deepEqual(services[0].set_by_owner, ['OPENAI_BASE_URL']);
  const end = await tab.deploy('shop');
  assert.equal(end.status, 'live', JSON.stringify(end.failure));
  assert.deepEqual(await visit(end.url), { has: false }, 'no key for an address of somebody else');
  assert.match(JSON.stringify(end.log), /OPENAI_BASE_URL stays as you set it/);
});

test('alerts come once a month each, and exports hold every call', async (t) => {
  const product = await startGateway(t, (_, response) => complete(response));
  const tab = await signIn(product, 'eve');
  await tab.upload('shop', previewOf(product.folder, 'CREATE TABLE t(a);'), files);
  await choose(tab, 'shop', { service: 'openai', payer: 'platform' });
  const end = await tab.deploy('shop');
  assert.equal(end.status, 'live', JSON.stringify(end.failure));
  await tab.put('/api/limits', { limit_nanos: 4 * cost_nanos });
  for (let i = 0; i < 6; ++i) await visit(end.url);
  const activity = await until(
    async () => (await tab.person.get('/api/activity')).json.activity,
    (/** @type {any} */ list) => list.some((/** @type {any} */ one) => one.text.startsWith('80 %')),
  );
  const alerts = activity.filter((/** @type {any} */ one) => one.kind === 'spend');
  const percents = alerts.map((/** @type {any} */ one) => one.text.split(' ')[0]);
  assert.equal(new Set(percents).size, percents.length, 'each once');
  assert.ok(percents.includes('50') && percents.includes('80'), String(percents));
  const calls = await callsOf(tab, 3);
  const json = (await tab.person.get('/api/usage/history?format=json')).json;
  assert.deepEqual(json, calls);
  const csv = (await tab.person.get('/api/usage/history?format=csv')).text.trim().split('\r\n');
  assert.equal(csv.length, calls.length + 1);
  const found = (await tab.person.get(`/api/usage/history?find=${calls[0].id}`)).json.calls;
  assert.deepEqual(found, [calls[0]]);
});
