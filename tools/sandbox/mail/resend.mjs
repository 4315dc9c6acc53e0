// Resend in the sandbox, under /resend: POST /emails, /emails/batch, GET /emails/{id}. Nothing is
// sent; the mail box is at /view/resend/, and GET /charges tells the recipients. The key is
// sandbox-resend-key. A key of idempotency holds for 24 hours.

import { createHash, randomUUID } from 'node:crypto';
import { BadRequest, bearer, readBody, sendJson } from '../frame/http.mjs';
import { createMailState, deliver, mailParts } from './mail_box.mjs';

const body_bytes_max = 40 << 20;
const batch_max = 100;
const to_max = 50;
const life_ms = 24 * 3_600_000;
/** @type {Record<number, string>} */
const names = {
  401: 'missing_api_key',
  403: 'invalid_api_key',
  404: 'not_found',
  429: 'rate_limit_exceeded',
  500: 'internal_server_error',
};

/**
 * @param {import('../sandbox.mjs').ProviderParts} sandbox
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createResend({ clock }) {
  const state = createMailState('resend', clock);
  /** @type {Map<string, {digest: string, body: unknown, until_ms: number}>} */
  const answered = new Map();
  const { reset, ...parts } = mailParts(state, 'Mail sent by Resend', 'resend');
  return {
    provider: 'resend',
    prefix: '/resend',
    handle: (request, response, call) => handle({ ...state, answered }, request, response, call),
    sendError: (response, status, message) => sendError(response, status, message),
    ...parts,
    reset() {
      reset();
      answered.clear();
    },
  };
}

/** @param {import('../frame/http.mjs').Response} response @param {number} statusCode
 *  @param {string} message @param {string} [name] */
function sendError(response, statusCode, message, name) {
  const word = name ?? names[statusCode] ?? (statusCode < 500 ? 'validation_error' : names[500]);
  sendJson(response, statusCode, { statusCode, name: word, message });
}

/**
 * @param {import('./mail_box.mjs').MailState & {answered: Map<string, {digest: string,
 *   body: unknown, until_ms: number}>}} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
async function handle(state, request, response, { path, note }) {
  const key = bearer(request);
  if (key === '') return sendError(response, 401, 'Missing API key in the authorization header');
  if (!/^sandbox-resend-key(-[\w-]+)?$/.test(key)) {
    return sendError(response, 403, 'API key is invalid');
  }
  const [, id] = /^\/emails\/([0-9a-f-]{36})$/.exec(path) ?? [];
  if (request.method === 'GET' && id !== undefined) return show(state, id, response);
  const isBatch = path === '/emails/batch';
  if (request.method !== 'POST' || !(isBatch || path === '/emails')) {
    return sendError(response, 404, 'The requested endpoint does not exist');
  }
  const bytes = await readBody(request, body_bytes_max);
  const digest = createHash('sha256').update(path).update(bytes).digest('hex');
  const name = request.headers['idempotency-key'];
  const before = typeof name === 'string' ? state.answered.get(`${key} ${name}`) : undefined;
  if (before !== undefined && before.until_ms > state.clock.now_ms()) {
    if (before.digest === digest) return sendJson(response, 200, before.body);
    const words = 'Same idempotency key used with a different request payload';
    return sendError(response, 409, words, 'invalid_idempotent_request');
  }
  const body = parsed(bytes);
  const list = isBatch ? body : [body];
  if (!Array.isArray(list) || list.length === 0 || list.length > batch_max) {
    return sendError(response, 422, 'The batch must be a list of 1 to 100 emails');
  }
  const isPermissive = isBatch && request.headers['x-batch-validation'] === 'permissive';
  const mistakes = list.map(mistakeIn);
  const wrong = mistakes.find((one) => one !== null);
  if (wrong && !isPermissive) return sendError(response, 422, wrong);
  const mails = list.filter((_, at) => mistakes[at] === null).map(mailOf);
  if (mails.length > 0) deliver(state, key, mails, mails[0]?.id ?? '');
  note(`${mails.length} mails`);
  const data = mails.map((mail) => ({ id: mail.id }));
  const errors = mistakes.flatMap((message, index) => (message ? [{ index, message }] : []));
  const answer = isBatch ? { data, ...(isPermissive ? { errors } : {}) } : data[0];
  const until_ms = state.clock.now_ms() + life_ms;
  if (typeof name === 'string') {
    state.answered.set(`${key} ${name}`, { digest, body: answer, until_ms });
  }
  return sendJson(response, 200, answer);
}

/** @param {import('./mail_box.mjs').MailState} state @param {string} id
 *  @param {import('../frame/http.mjs').Response} response */
function show({ box }, id, response) {
  const mail = box.find(id);
  if (mail === undefined) return sendError(response, 404, 'Email not found');
  const { from, to, cc, bcc, subject, text, at_ms } = mail;
  const created_at = new Date(at_ms).toISOString();
  const told = { id, from, to, cc, bcc, subject, text, html: null, created_at };
  return sendJson(response, 200, { object: 'email', ...told, last_event: 'delivered' });
}

/** @param {Buffer} bytes */
function parsed(bytes) {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new BadRequest(400, 'The body is not valid JSON');
  }
}

/** @param {unknown} list @returns {string[]} */
const listOf = (list) => (list === undefined || list === null ? [] : [list].flat().map(String));

/** @param {any} mail @returns {string | null} */
function mistakeIn(mail) {
  for (const name of ['from', 'to', 'subject']) {
    if (!mail?.[name] || mail[name].length === 0) return `Missing \`${name}\` field.`;
  }
  if (!mail.html && !mail.text) return 'Missing `html` or `text` field.';
  if (listOf(mail.to).length > to_max) return 'The `to` field may have at most 50 addresses.';
  const everyone = [...listOf(mail.to), ...listOf(mail.cc), ...listOf(mail.bcc)];
  const isWrong = everyone.some((one) => !/^([^<]*<)?[^@\s<>]+@[^@\s<>]+>?$/.test(one));
  return isWrong ? 'Invalid `to` field.' : null;
}

/** @param {any} mail */
const mailOf = (mail) => ({
  id: randomUUID(),
  provider: 'resend',
  from: String(mail.from),
  to: listOf(mail.to),
  cc: listOf(mail.cc),
  bcc: listOf(mail.bcc),
  subject: String(mail.subject),
  text: String(mail.text ?? mail.html),
});
