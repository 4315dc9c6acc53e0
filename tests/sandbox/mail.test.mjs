// SendGrid and Resend in the sandbox, asked by their official clients.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import sendgrid from '@sendgrid/mail';
import { Resend } from 'resend';
import { chargesOf, control, newSandbox } from './help.mjs';

const mail = { from: 'shop@example.com', subject: '<b>Hello</b>', text: 'Grüße' };

test('SendGrid takes a mail for everyone once, and shows it', async (t) => {
  const { origin } = await newSandbox(t);
  const { MailService } = /** @type {any} */ (sendgrid);
  const service = new MailService();
  service.setApiKey('sandbox-sendgrid-key');
  service.client.setDefaultRequest('baseUrl', `${origin}/sendgrid/`);
  const [answer] = await service.send({ ...mail, to: ['a@example.com', 'b@example.com'] });
  assert.equal(answer.statusCode, 202);
  await assert.rejects(service.send({ ...mail, to: ['a@example.com', 'A@example.com'] }), {
    code: 400,
  });
  const [charge, ...others] = await chargesOf(origin, 'sendgrid');
  assert.equal(charge?.id, answer.headers['x-message-id']);
  assert.equal(charge?.units, 2);
  assert.deepEqual(others, []);
  const page = await (await fetch(`${origin}/view/sendgrid/`)).text();
  assert.match(page, /&lt;b&gt;Hello&lt;\/b&gt;.*Grüße/s);
  service.setApiKey('SG.x'); // which sets the address back
  service.client.setDefaultRequest('baseUrl', `${origin}/sendgrid/`);
  await assert.rejects(service.send({ ...mail, to: 'a@example.com' }), { code: 401 });
});

test('Resend knows a key of idempotency again', async (t) => {
  const { origin } = await newSandbox(t);
  const resend = new Resend('sandbox-resend-key', { baseUrl: `${origin}/resend` });
  const send = (/** @type {string} */ to) =>
    resend.emails.send({ ...mail, to }, { idempotencyKey: 'one' });
  const first = await send('a@example.com');
  assert.equal((await send('a@example.com')).data?.id, first.data?.id);
  assert.equal((await send('b@example.com')).error?.name, 'invalid_idempotent_request');
  const { mails } = (await control(origin, 'GET', '/mails')).json;
  assert.equal(mails.length, 1);
  assert.equal((await resend.emails.get(first.data?.id ?? '')).data?.subject, mail.subject);
  const stranger = new Resend('re_x', { baseUrl: `${origin}/resend` });
  assert.equal((await stranger.emails.get('x')).error?.name, 'invalid_api_key');
});
