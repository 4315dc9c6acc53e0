// SendGrid in the sandbox, under /sendgrid: POST /v3/mail/send. Nothing is sent; the mail box is at
// /view/sendgrid/, and GET /charges tells the recipients. The key is sandbox-sendgrid-key.

import { randomBytes } from 'node:crypto';
import { bearer, readBody, send, sendJson } from '../frame/http.mjs';
import { createMailState, deliver, mailParts } from './mail_box.mjs';

const body_bytes_max = 30 << 20;
const parts_max = 1000;

/**
 * @param {import('../sandbox.mjs').ProviderParts} sandbox
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createSendGrid({ clock }) {
  const state = createMailState('sendgrid', clock);
  return {
    provider: 'sendgrid',
    prefix: '/sendgrid',
    handle: (request, response, call) => handle(state, request, response, call),
    sendError: (response, status, message) => sendErrors(response, status, message),
    ...mailParts(state, 'Mail sent by SendGrid', 'sendgrid'),
  };
}

/** @param {import('../frame/http.mjs').Response} response @param {number} status
 *  @param {string} message @param {string | null} [field] */
function sendErrors(response, status, message, field = null) {
  sendJson(response, status, { errors: [{ message, field, help: null }] });
}

/**
 * @param {import('./mail_box.mjs').MailState} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
async function handle(state, request, response, { path, note }) {
  const key = bearer(request);
  const words = 'The provided authorization grant is invalid, expired, or revoked';
  if (!/^sandbox-sendgrid-key(-[\w-]+)?$/.test(key)) return sendErrors(response, 401, words);
  if (request.headers.accept === undefined) return sendErrors(response, 406, 'Accept is missing');
  if (request.method !== 'POST' || path !== '/v3/mail/send') {
    return sendErrors(response, 404, 'not found');
  }
  /** @type {any} */
  let mail;
  try {
    mail = JSON.parse((await readBody(request, body_bytes_max)).toString('utf8'));
  } catch {
    return sendErrors(response, 400, 'Bad Request');
  }
  const wrong = mistakeIn(mail);
  if (wrong !== null) return sendErrors(response, 400, wrong.message, wrong.field);
  if (mail.mail_settings?.sandbox_mode?.enable === true) return void send(response, 200, '', {});
  const id = randomBytes(16).toString('base64url');
  const text = mail.content?.[0]?.value ?? '';
  const mails = mail.personalizations.map((/** @type {any} */ part, /** @type {number} */ at) => ({
    id: `${id}.${at}`,
    provider: 'sendgrid',
    from: mail.from.email,
    to: addresses(part.to),
    cc: addresses(part.cc),
    bcc: addresses(part.bcc),
    subject: part.subject ?? mail.subject,
    text,
  }));
  deliver(state, key, mails, id);
  note(`${id} ${mails.length} parts`);
  return send(response, 202, '', { 'x-message-id': id });
}

/** @param {any[] | undefined} list @returns {string[]} */
const addresses = (list) => (list ?? []).map(({ email }) => String(email));

/** @param {any} mail */
function mistakeIn(mail) {
  const wrong = (/** @type {string} */ field, /** @type {string} */ message) => ({
    field,
    message,
  });
  const parts = mail?.personalizations;
  if (!Array.isArray(parts) || parts.length === 0 || parts.length > parts_max) {
    return wrong('personalizations', 'The personalizations field is required.');
  }
  for (const [at, part] of parts.entries()) {
    const field = `personalizations.${at}.to`;
    const everyone = [...addresses(part.to), ...addresses(part.cc), ...addresses(part.bcc)];
    if (addresses(part.to).length === 0) return wrong(field, 'The to array is required.');
    if (everyone.some((one) => !/^[^@\s]+@[^@\s]+$/.test(one))) {
      return wrong(field, 'Does not contain a valid address.');
    }
    if (new Set(everyone.map((one) => one.toLowerCase())).size < everyone.length) {
      const words =
        'Each email address in the personalization block should be unique between to, cc, and bcc.';
      return wrong(`personalizations.${at}`, words);
    }
  }
  if (typeof mail.from?.email !== 'string') return wrong('from', 'The from object is required.');
  if (!Array.isArray(mail.content) && mail.template_id === undefined) {
    return wrong('content', 'Unless a valid template_id is provided, the content is required.');
  }
  return null;
}
