// Twilio in the sandbox, asked by its official client.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import twilio from 'twilio';
import { chargesOf, newSandbox } from './help.mjs';

const account = `AC${'0'.repeat(32)}`;

/** @param {string} origin @param {string} token */
function clientOf(origin, token) {
  class Requests extends twilio.RequestClient {
    /** @param {any} options */
    request(options) {
      const uri = options.uri.replace('https://api.twilio.com', `${origin}/twilio`);
      return super.request({ ...options, uri });
    }
  }
  return twilio(account, token, { httpClient: new Requests() });
}

test('a message arrives, costs what the carrier takes, and its sender is told', async (t) => {
  const { origin } = await newSandbox(t);
  /** @type {(told: {signature: string, params: Record<string, string>}) => void} */
  let tell = () => undefined;
  const told = new Promise((resolve) => (tell = resolve));
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const signature = String(request.headers['x-twilio-signature']);
    tell({ signature, params: Object.fromEntries(new URLSearchParams(body)) });
    response.writeHead(204).end();
  });
  await new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(undefined)));
  t.after(() => server.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const statusCallback = `http://127.0.0.1:${port}/told?x=1`;
  const client = clientOf(origin, 'sandbox-twilio-token');
  const body = '🙂'.repeat(67);
  const order = { to: '+12025550143', from: '+15005550006', body, statusCallback };
  const sent = await client.messages.create(order);
  assert.equal(sent.status, 'queued');
  assert.equal(sent.numSegments, '3');
  const { signature, params } = /** @type {any} */ (await told);
  assert.equal(params.MessageStatus, 'delivered');
  assert.ok(twilio.validateRequest('sandbox-twilio-token', signature, statusCallback, params));
  const read = await client.messages(sent.sid).fetch();
  assert.equal(read.price, '-0.03840');
  const [charge] = await chargesOf(origin, 'twilio');
  assert.deepEqual([charge?.units, charge?.price], [3, '-0.03840']);
  await assert.rejects(client.messages.create({ ...order, to: '123' }), { code: 21211 });
  await assert.rejects(clientOf(origin, 'x').messages.create(order), { status: 401, code: 20003 });
});
