// Mail through the gateway, by the official clients of SendGrid and Resend and by the plain form,
// with the sandbox's mail boxes behind it: everyone who got a mail is charged for, nobody else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import sendgrid from '@sendgrid/mail';
import { Resend } from 'resend';

import { addFault, chargesOf, control } from '../sandbox/help.mjs';
import { charged, makeKey, ownerOf } from './gateway_support.mjs';
import { startProduct } from './product.mjs';

// Nanodollars a recipient.
const prices = /** @type {Record<string, number>} */ ({ sendgrid: 1_300_000, resend: 1_000_000 });

/** @param {import('node:test').TestContext} t @param {Record<string, string>} [settings] */
async function open(t, settings = {}) {
  const product = await startProduct(t, settings);
  const owner = await ownerOf(product, 'ann');
  const { key } = await makeKey(owner);
  const base = `${product.edge.base}/api/proxy`;
  return { origin: product.sandbox.origin, owner, key, base, lines: product.edge.lines };
}

/** @param {{key: string, base: string}} app */
function sendGridOf({ key, base }) {
  const { MailService } = /** @type {any} */ (sendgrid);
  /** @type {typeof sendgrid & {client: any}} */
  const service = new MailService();
  service.setApiKey(key);
  service.client.setDefaultRequest('baseUrl', `${base}/sendgrid/`);
  return service;
}

/** @param {{key: string, base: string}} app */
const resendOf = ({ key, base }) => new Resend(key, { baseUrl: `${base}/resend` });

/** @param {string} origin */
const mailsOf = async (origin) => (await control(origin, 'GET', '/mails')).json.mails;

/** The books and the provider agree. @param {Awaited<ReturnType<typeof open>>} app
 *  @param {string} service @param {number} calls */
async function assertExact({ origin, owner }, service, calls) {
  const rows = await charged(owner, calls);
  const sum = rows.reduce(
    (/** @type {number} */ all, /** @type {any} */ row) => all + row.cost_nanos,
    0,
  );
  const charges = await chargesOf(origin, service);
  const recipients = charges.reduce((all, { units }) => all + units, 0);
  assert.equal(sum, recipients * prices[service]);
  return rows;
}

const mail = { from: 'shop@example.com', subject: 'Hello', text: 'Grüße 🚀' };

test("SendGrid's own client sends, and every recipient is charged", async (t) => {
  const app = await open(t);
  const service = sendGridOf(app);
  const [answer] = await service.send({
    ...mail,
    to: ['a@example.com', { email: 'b@example.com', name: 'B' }],
    cc: 'c@example.com',
    bcc: ['d@example.com'],
    attachments: [{ content: 'aGk=', filename: 'a.txt', type: 'text/plain' }],
  });
  assert.equal(answer.statusCode, 202);
  assert.match(answer.headers['x-message-id'], /./);
  await service.sendMultiple({ ...mail, to: ['e@example.com', 'f@example.com'] });
  const [first, ...rest] = await mailsOf(app.origin);
  assert.deepEqual(first.to, ['a@example.com', 'b@example.com']);
  assert.equal(first.text, 'Grüße 🚀');
  assert.equal(rest.length, 2);
  // Only checked, not sent; refused by the provider; not sold.
  const checked = await service.send({
    ...mail,
    to: 'g@example.com',
    mailSettings: { sandboxMode: { enable: true } },
  });
  assert.equal(checked[0].statusCode, 200);
  const twice = { ...mail, to: ['h@example.com', 'H@example.com'] };
  await assert.rejects(service.send(twice), { code: 400 });
  const template = { ...mail, to: 'h@example.com', templateId: 'd-1' };
  await assert.rejects(service.send(template), (/** @type {any} */ error) => {
    assert.equal(error.code, 400);
    return /template_id/.test(error.response.body.errors[0].message);
  });
  const rows = await assertExact(app, 'sendgrid', 4);
  assert.deepEqual(rows.map((/** @type {any} */ row) => row.units).sort(), [0, 0, 2, 4]);
  assert.equal(rows[0].unit_type, 'recipients');
  assert.equal(JSON.stringify(app.lines).includes(app.key), false);
});

test("Resend's own client sends one and many, and reads only its own", async (t) => {
  const app = await open(t);
  const resend = resendOf(app);
  const one = await resend.emails.send({ ...mail, to: ['a@example.com', 'b@example.com'] });
  assert.equal(one.error, null);
  const id = one.data?.id ?? '';
  const read = await resend.emails.get(id);
  assert.equal(read.data?.subject, 'Hello');
  const batch = await resend.batch.send([
    { ...mail, to: 'c@example.com' },
    { ...mail, to: 'd@example.com', cc: ['e@example.com'] },
  ]);
  assert.equal(batch.data?.data.length, 2);
  const list = [
    { ...mail, to: 'f@example.com' },
    { ...mail, to: 'not an address@' },
  ];
  const some = await resend.batch.send(list, { batchValidation: 'permissive' });
  assert.equal(some.data?.data.length, 1);
  const strict = await resend.batch.send(list);
  assert.equal(strict.error?.name, 'validation_error');
  await assertExact(app, 'resend', 5);

  const other = await makeKey(app.owner);
  const stranger = resendOf({ ...app, key: other.key });
  assert.equal((await stranger.emails.get(id)).error?.name, 'not_found');
});

test('the plain form sends by whichever provider is set', async (t) => {
  const app = await open(t);
  const send = (/** @type {unknown} */ body, /** @type {Record<string, string>} */ more = {}) =>
    fetch(`${app.base}/email/send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, ...more },
      body: JSON.stringify(body),
    });
  const answer = await send({
    to: ['Ann <ann@example.com>', 'b@example.com'],
    subject: 'x',
    html: '<b>',
  });
  assert.equal(answer.status, 200);
  const told = /** @type {any} */ (await answer.json());
  assert.equal(told.recipients, 2);
  const [got] = await mailsOf(app.origin);
  assert.equal(got.from, 'hello@fairway.test');
  assert.deepEqual(got.to, ['ann@example.com', 'b@example.com']);
  assert.ok(got.id.startsWith(told.id));
  const wrong = await send({ to: 'nobody', subject: 'x', text: 'y' });
  assert.equal(wrong.status, 400);
  assert.equal(/** @type {any} */ (await wrong.json()).error.code, 'invalid_field');
  await assertExact(app, 'sendgrid', 1);
});

test('one mail under one Idempotency-Key goes out once, also when nobody answered', async (t) => {
  const app = await open(t, { SENDGRID_API_KEY: '' });
  const post = (/** @type {string} */ service, /** @type {string} */ name) =>
    fetch(`${app.base}/${service}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'idempotency-key': name },
      body: JSON.stringify({ ...mail, to: 'a@example.com' }),
    });
  const many = await Promise.all(Array.from({ length: 12 }, () => post('email/send', 'one')));
  const ids = await Promise.all(many.map(async (one) => /** @type {any} */ (await one.json()).id));
  assert.equal(new Set(ids).size, 1);
  assert.equal((await mailsOf(app.origin)).length, 1);
  // Resend knows the name again; the mail that was sent before its answer got lost is the same one.
  await addFault(app.origin, { match: { provider: 'resend' }, kind: 'lose_answer' });
  assert.equal((await post('email/send', 'two')).status, 502);
  assert.equal((await post('email/send', 'two')).status, 200);
  assert.equal((await mailsOf(app.origin)).length, 2);
  await assertExact(app, 'resend', 3);
});

test('a mail that nobody knows of is not sent again under its key', async (t) => {
  const app = await open(t);
  const post = (/** @type {string} */ name) =>
    fetch(`${app.base}/email/send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${app.key}`, 'idempotency-key': name },
      body: JSON.stringify({ ...mail, to: 'a@example.com' }),
    });
  await addFault(app.origin, { match: { provider: 'sendgrid' }, kind: 'lose_answer' });
  for (let i = 0; i < 2; ++i) {
    const lost = await post('one');
    assert.equal(lost.status, 502);
    assert.equal(lost.headers.get('x-should-retry'), 'false');
    assert.equal(lost.headers.get('x-fairway-reason'), 'outcome_unknown');
  }
  assert.equal((await mailsOf(app.origin)).length, 1);
  assert.equal((await post('two')).status, 200);
});

test('fifty at once never pass the limit', async (t) => {
  const app = await open(t);
  const limit_nanos = 20 * prices.sendgrid;
  const put = { method: 'PUT', body: JSON.stringify({ limit_nanos }) };
  assert.equal((await app.owner.person.call('/api/limits', put)).status, 200);
  const service = sendGridOf(app);
  const to = ['a@example.com', 'b@example.com', 'c@example.com'];
  const ends = await Promise.allSettled(
    Array.from({ length: 50 }, () => service.send({ ...mail, to })),
  );
  const sent = ends.filter(({ status }) => status === 'fulfilled').length;
  assert.ok(sent > 0 && sent <= 6, `${sent} were sent`);
  for (const end of ends) {
    if (end.status === 'fulfilled') continue;
    assert.equal(end.reason.code, 402);
    assert.equal(end.reason.response.headers['x-fairway-reason'], 'spend_limit_reached');
  }
  assert.equal((await mailsOf(app.origin)).length, sent);
  await assertExact(app, 'sendgrid', sent);
});

test('a wrong key is refused in the words of each client', async (t) => {
  const { base } = await open(t);
  const key = 'SG.nothing';
  await assert.rejects(sendGridOf({ key, base }).send({ ...mail, to: 'a@example.com' }), {
    code: 401,
  });
  const { error } = await resendOf({ key, base }).emails.send({ ...mail, to: 'a@example.com' });
  assert.equal(error?.name, 'invalid_api_key');
});
