// Messages through the gateway, by Twilio's own client and by the plain form, with the sandbox's
// Twilio behind it: charged by segments, and in the end what the carrier took.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import twilio from 'twilio';

import { addFault, chargesOf, control, set } from '../sandbox/help.mjs';
import { charged, makeKey, ownerOf } from './gateway_support.mjs';
import { startProduct } from './product.mjs';
import { until } from './support.mjs';

// Nanodollars a segment, before the carrier has told its price.
const price = 12_800_000;
const account = `AC${'1'.repeat(32)}`; // anything: the gateway puts its own there
const from = '+15005550006';

/** @param {import('node:test').TestContext} t @param {Record<string, string>} [settings] */
async function open(t, settings = {}) {
  const product = await startProduct(t, settings);
  const owner = await ownerOf(product, 'ann');
  const { key } = await makeKey(owner);
  const base = `${product.edge.base}/api/proxy`;
  return { origin: product.sandbox.origin, owner, key, base, client: clientOf(base, key) };
}

/** Its own client, which has no option for another host.
 * @param {string} base @param {string} key */
function clientOf(base, key) {
  class Requests extends twilio.RequestClient {
    /** @param {any} options */
    request(options) {
      const uri = options.uri.replace('https://api.twilio.com', `${base}/twilio`);
      return super.request({ ...options, uri });
    }
  }
  return twilio(account, key, { httpClient: new Requests() });
}

/** @param {string} origin */
const messagesOf = async (origin) => (await control(origin, 'GET', '/messages')).json.messages;

/** What the owner pays in the end. @param {any} owner */
const costOf = async (owner) => (await owner.person.get('/api/usage/current')).json.cost_nanos;

test('a message is charged by segments, and then as its carrier charges', async (t) => {
  const app = await open(t);
  await set(app.origin, { twilio: { delivery_ms: 1500 } });
  const sent = await app.client.messages.create({ to: '+12025550142', from, body: 'Grüße' });
  assert.equal(sent.numSegments, '1');
  assert.equal(sent.price, null);
  // Escapes may not lie on both sides of a cut: three segments, not two.
  const body = `${'a'.repeat(152)}€${'b'.repeat(152)}`;
  const long = await app.client.messages.create({ to: '+12025550143', from, body });
  assert.equal(long.numSegments, '3');
  const first = await charged(app.owner, 2);
  const costs = first.map((/** @type {any} */ row) => row.cost_nanos).sort();
  assert.deepEqual(costs, [price, 3 * price].sort());
  // The carrier tells: 1.18 cents a segment for the one, 1.28 for the other.
  const rows = await charged(app.owner, 4);
  const back = rows.filter((/** @type {any} */ row) => row.endpoint === 'messages/price');
  assert.deepEqual(back.map((/** @type {any} */ row) => row.cost_nanos).sort(), [-1_000_000, 0]);
  const charges = await chargesOf(app.origin, 'twilio');
  const taken = charges.reduce((sum, one) => sum - Math.round(Number(one.price) * 1e9), 0);
  assert.equal(await costOf(app.owner), taken);

  const read = await app.client.messages(sent.sid).fetch();
  assert.equal(read.status, 'delivered');
  const other = clientOf(app.base, (await makeKey(app.owner)).key);
  await assert.rejects(other.messages(sent.sid).fetch(), { status: 404 });
});

test('a message that cannot be delivered costs what the carrier takes for it', async (t) => {
  const { origin, owner, base, key } = await open(t);
  const answer = await fetch(`${base}/sms/send`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}` },
    body: JSON.stringify({ to: '+12025550001', text: 'Hello' }),
  });
  assert.equal(answer.status, 200);
  const told = /** @type {any} */ (await answer.json());
  assert.equal(told.segments, 1);
  const [message] = await messagesOf(origin);
  assert.equal(message.id, told.id);
  assert.equal(message.from, from);
  await charged(owner, 2);
  await until(
    () => costOf(owner),
    (nanos) => nanos === 1_000_000,
  );
});

test('a price that nobody tells is asked for', async (t) => {
  const { client, owner, origin } = await open(t, { MESSAGE_PRICE_MS: '1000' });
  await set(origin, { twilio: { tells_status: false } });
  await client.messages.create({ to: '+12025550142', from, body: 'x' });
  await until(
    () => costOf(owner),
    (nanos) => nanos === 11_800_000,
    60_000,
  );
});

test('nobody but Twilio can tell a price', async (t) => {
  const { owner, base, key, client, origin } = await open(t);
  await set(origin, { twilio: { delivery_ms: 60_000 } });
  const { sid } = await client.messages.create({ to: '+12025550142', from, body: 'x' });
  const keyId = key.split('_')[2];
  const url = `${base}/twilio/status/${keyId}`;
  const tell = (/** @type {string} */ signature, /** @type {any} */ params) =>
    fetch(url, {
      method: 'POST',
      headers: { 'x-twilio-signature': signature },
      body: new URLSearchParams(params),
    });
  const params = { MessageSid: sid, MessageStatus: 'delivered' };
  const by = (/** @type {string} */ token) => twilio.getExpectedTwilioSignature(token, url, params);
  assert.equal((await tell(by('guessed'), params)).status, 403);
  assert.equal((await tell('', params)).status, 403);
  const right = by('sandbox-twilio-token');
  assert.equal((await tell(right, { ...params, MessageSid: 'SM0' })).status, 403);
  // Rightly signed, but the carrier has not told a price yet.
  assert.equal((await tell(right, params)).status, 204);
  const [row] = await charged(owner, 1);
  assert.equal(row.cost_nanos, price);
});

test('what has no price is refused, in the words of the client', async (t) => {
  const { client, base, origin, owner } = await open(t);
  const create = (/** @type {any} */ more) =>
    client.messages.create({ to: '+12025550142', from, body: 'x', ...more });
  await assert.rejects(create({ to: '+493012345678' }), { status: 404, code: 21408 });
  await assert.rejects(create({ to: 'whatsapp:+12025550142' }), { status: 404 });
  await assert.rejects(create({ mediaUrl: ['https://example.com/a.png'] }), { status: 400 });
  await assert.rejects(create({ messagingServiceSid: `MG${'0'.repeat(32)}` }), { status: 400 });
  await assert.rejects(create({ statusCallback: 'https://example.com' }), { status: 400 });
  await assert.rejects(
    clientOf(base, 'nothing').messages.create({ to: '+12025550142', body: 'x' }),
    {
      status: 401,
      code: 20003,
    },
  );
  await addFault(origin, { match: { provider: 'twilio' }, kind: 'status', status: 429 });
  await assert.rejects(create({}), { status: 429, code: 20429 });
  assert.deepEqual(await messagesOf(origin), []);
  assert.equal(await costOf(owner), 0);
});

test('fifty at once never pass the limit', async (t) => {
  const { client, owner, origin } = await open(t);
  await set(origin, { twilio: { delivery_ms: 600_000 } });
  const put = { method: 'PUT', body: JSON.stringify({ limit_nanos: 7 * price + 1 }) };
  assert.equal((await owner.person.call('/api/limits', put)).status, 200);
  const ends = await Promise.allSettled(
    Array.from({ length: 50 }, () =>
      client.messages.create({ to: '+12025550142', from, body: '🙂'.repeat(36) }),
    ),
  );
  const sent = ends.filter(({ status }) => status === 'fulfilled').length;
  assert.ok(sent > 0 && sent <= 3, `${sent} were sent`);
  for (const end of ends) {
    if (end.status === 'rejected') assert.equal(end.reason.status, 402);
  }
  assert.equal((await messagesOf(origin)).length, sent);
  await charged(owner, sent);
  assert.equal(await costOf(owner), sent * 2 * price);
});
