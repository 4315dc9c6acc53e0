// Twilio in the sandbox, under /twilio: messages of one account. Nothing is sent; the box is at
// /view/twilio/, and GET /charges tells segments and, once the carrier has told it, the price. The
// account is AC00000000000000000000000000000000 with the token sandbox-twilio-token.
//
// Segments are counted by the provider's own calculator. A number that ends in 0001 cannot be
// reached: the message fails, which costs a tenth of a cent. Every other one arrives `delivery_ms`
// after it was sent; then the price is known and StatusCallback is told.

import { createHmac, randomBytes } from 'node:crypto';
import { SegmentedMessage } from 'sms-segments-calculator';
import { sleep } from '../frame/clock.mjs';
import { readBody, sendJson } from '../frame/http.mjs';
import { boxPage, createBox } from '../metered/box.mjs';
import { createCharges } from '../metered/charges.mjs';

const account = `AC${'0'.repeat(32)}`;
const token = 'sandbox-twilio-token';
const default_settings = { delivery_ms: 0, tells_status: true };
// Hundred-thousandths of a dollar: a segment with the carrier's fee, by the number's last digit.
const segment_prices = [1180, 1280];
const failed_price = 100;

/**
 * @typedef {object} Message
 * @property {string} id
 * @property {number} at_ms
 * @property {string} from
 * @property {string} to
 * @property {string} text
 * @property {number} segments
 * @property {string} status
 * @property {string | null} price
 * @property {string} callback
 */
/**
 * @typedef {object} TwilioState
 * @property {import('../frame/clock.mjs').Clock} clock
 * @property {ReturnType<typeof createBox<Message>>} box
 * @property {import('../metered/charges.mjs').Charges} charges
 * @property {{delivery_ms: number, tells_status: boolean}} settings
 */

/**
 * @param {import('../sandbox.mjs').ProviderParts} sandbox
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createTwilio({ clock }) {
  /** @type {TwilioState} */
  const state = {
    clock,
    box: createBox(),
    charges: createCharges('twilio', clock),
    settings: { ...default_settings },
  };
  return {
    provider: 'twilio',
    prefix: '/twilio',
    settings: state.settings,
    handle: (request, response, call) => handle(state, request, response, call),
    sendError: (response, status, message) =>
      sendError(response, status, status === 429 ? 20429 : 20500, message),
    summary: () => ({ twilio: { messages: state.box.list().length } }),
    page: () =>
      boxPage(
        'Messages sent by Twilio',
        state.box.list().map(({ at_ms, from, to, text, segments, status, price }) => ({
          at_ms,
          heading: to,
          lines: [`From ${from}`, `${segments} segments, ${status}, ${price ?? 'no price yet'}`],
          text,
        })),
      ),
    lists: { charges: state.charges.list, messages: state.box.list },
    close: () => undefined,
    reset() {
      state.box.clear();
      state.charges.clear();
      Object.assign(state.settings, default_settings);
    },
  };
}

/** @param {import('../frame/http.mjs').Response} response @param {number} status
 *  @param {number} code @param {string} message */
function sendError(response, status, code, message) {
  const more_info = `https://www.twilio.com/docs/errors/${code}`;
  sendJson(response, status, { code, message, more_info, status });
}

/**
 * @param {TwilioState} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
async function handle(state, request, response, { path, note }) {
  const basic = Buffer.from(`${account}:${token}`).toString('base64');
  if (request.headers.authorization !== `Basic ${basic}`) {
    return sendError(response, 401, 20003, 'Authenticate');
  }
  const messages = `/2010-04-01/Accounts/${account}/Messages`;
  const [, id] = /\/(SM[0-9a-f]{32})\.json$/.exec(path) ?? [];
  if (request.method === 'GET' && id !== undefined && path === `${messages}/${id}.json`) {
    const found = state.box.find(id);
    if (found !== undefined) return sendJson(response, 200, described(found));
  }
  if (request.method !== 'POST' || path !== `${messages}.json`) {
    return sendError(response, 404, 20404, `The requested resource ${path} was not found`);
  }
  const form = new URLSearchParams((await readBody(request, 65_536)).toString('utf8'));
  const field = (/** @type {string} */ name) => form.get(name) ?? '';
  if (!/^\+[1-9]\d{7,14}$/.test(field('To'))) {
    return sendError(response, 400, 21211, `Invalid 'To' Phone Number: ${field('To')}`);
  }
  if (field('From') === '') return sendError(response, 400, 21603, "A 'From' number is required");
  if (field('Body') === '') return sendError(response, 400, 21602, 'Message body is required.');
  if (field('Body').length > 1600) {
    return sendError(response, 400, 21617, 'The message body exceeds the 1600 character limit.');
  }
  const message = state.box.add({
    id: `SM${randomBytes(16).toString('hex')}`,
    at_ms: state.clock.now_ms(),
    from: field('From'),
    to: field('To'),
    text: field('Body'),
    segments: new SegmentedMessage(field('Body')).segmentsCount,
    status: 'queued',
    price: null,
    callback: field('StatusCallback'),
  });
  note(`${message.id} ${message.segments} segments`);
  sendJson(response, 201, described(message));
  void carry(state, message);
}

/** @param {Message} message */
function described({ id, at_ms, from, to, text, segments, status, price }) {
  return {
    sid: id,
    account_sid: account,
    api_version: '2010-04-01',
    body: text,
    date_created: new Date(at_ms).toUTCString(),
    date_sent: null,
    date_updated: new Date(at_ms).toUTCString(),
    direction: 'outbound-api',
    error_code: status === 'failed' ? 30003 : null,
    error_message: null,
    from,
    to,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: String(segments),
    price,
    price_unit: 'USD',
    status,
    subresource_uris: {},
    uri: `/2010-04-01/Accounts/${account}/Messages/${id}.json`,
  };
}

/** The carrier's part. @param {TwilioState} state @param {Message} message */
async function carry({ clock, charges, settings }, message) {
  await sleep(clock, settings.delivery_ms);
  const isFailed = message.to.endsWith('0001');
  const each = segment_prices[Number(message.to.at(-1)) % 2] ?? 0;
  const price = isFailed ? failed_price : each * message.segments;
  message.price = `-${(price / 100_000).toFixed(5)}`;
  message.status = isFailed ? 'failed' : 'delivered';
  charges.add({
    id: message.id,
    key: account,
    model: 'sms',
    outcome: 'whole',
    unit: 'segment',
    units: message.segments,
    usage: { segments: message.segments },
    price: message.price,
  });
  if (message.callback !== '' && settings.tells_status) await tell(message);
}

/** @param {Message} message */
async function tell({ id, status, from, to, callback }) {
  /** @type {Record<string, string>} */
  const fields = {
    AccountSid: account,
    ApiVersion: '2010-04-01',
    From: from,
    MessageSid: id,
    MessageStatus: status,
    SmsSid: id,
    SmsStatus: status,
    To: to,
  };
  const said = callback + Object.entries(fields).flat().join('');
  const signature = createHmac('sha1', token).update(said).digest('base64');
  await fetch(callback, {
    method: 'POST',
    headers: { 'x-twilio-signature': signature },
    body: new URLSearchParams(fields),
  }).catch(() => undefined);
}
