// The front of the gateway: which object owns a deployed app's call. The key in the call names it;
// what the key may do is decided there (meter.mjs).

import { readAtMost } from './body.mjs';
import { describe, log } from './log.mjs';
import { noKey } from './meter_failures.mjs';
import { guarded, noSuchService, unavailable } from './respond.mjs';
import { readClaim } from './storage/signature.mjs';

/** @typedef {import('./env.d.ts').Env} Env */
/** @typedef {import('./frame.mjs').Frame} Frame */

// /api/proxy/<service>/<the provider's own path>
const callPath =
  /^\/api\/proxy\/(openai|anthropic|sendgrid|resend|twilio|email|sms|storage)(\/.*)$/;
const statusPath = /^\/api\/proxy\/twilio\/status\/([0-9a-z]{26})$/;
const appKey = /^fw_live_([0-9a-z]{26})_[0-9a-f]+_[0-9a-z]+_[0-9a-f]{8}$/;
const storageId = /^fw_live_([0-9a-z]{26})_[0-9a-f]+$/;
const statusBytesMax = 65_536;
const passedToStorage = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'range',
]);
const passedToMeter = new Set([
  'accept',
  'content-type',
  'anthropic-version',
  'anthropic-beta',
  'idempotency-key',
  'x-batch-validation',
  'x-stainless-retry-count',
]);

/**
 * A deployed app calls a provider.
 * @param {Request} request @param {URL} url @param {Env} env
 * @param {(control: unknown) => Promise<Frame>} run runs the core here
 */
export async function answerCall(request, url, env, run) {
  const callId = `call_${crypto.randomUUID().replaceAll('-', '')}`;
  const [, told] = statusPath.exec(url.pathname) ?? [];
  if (told !== undefined) return guarded(await takeStatus(request, url, env, told), url, callId);
  const [, service, path] = callPath.exec(url.pathname) ?? [];
  if (service === undefined) return guarded(noSuchService(callId), url, callId);
  const claim = service === 'storage' ? await readClaim(request, url) : null;
  const key = service === 'storage' ? (claim?.id ?? '') : keyIn(request);
  const keyId = (service === 'storage' ? storageId : appKey).exec(key)?.[1];
  if (keyId === undefined) {
    const { control, bytes } = await run({ run: 'refuse', service, id: callId, failure: noKey });
    return new Response(bytes, control);
  }
  /** @type {Record<string, string>} */
  const headers = {
    'x-fairway-call-id': callId,
    'x-fairway-service': service,
    'x-fairway-key': key,
    'x-fairway-path': encodeURIComponent(path + url.search),
    'x-fairway-callback': `${url.origin}/api/proxy/twilio/status/${keyId}`,
  };
  if (claim !== null) headers['x-fairway-claim'] = encodeURIComponent(JSON.stringify(claim));
  for (const [name, value] of request.headers) {
    const isPassed = claim !== null ? isForStorage(name) : passedToMeter.has(name);
    if (isPassed) headers[name] = value;
  }
  const { method, body } = request;
  try {
    return await meterOf(env, keyId).fetch('https://meter/call', { method, headers, body });
  } catch (error) {
    log('error', 'meter_failed', { call_id: callId, ...describe(error) });
    return guarded(unavailable(callId), url, callId);
  }
}

/** @param {string} name of a header */
function isForStorage(name) {
  return passedToStorage.has(name) || name.startsWith('x-amz-');
}

/** @param {Env} env @param {string} keyId */
function meterOf(env, keyId) {
  return env.METER.get(env.METER.idFromName(`key_${keyId}`));
}

/** The key, wherever the service's SDK puts it. @param {Request} request */
function keyIn({ headers }) {
  const authorization = headers.get('authorization') ?? '';
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = /^Basic +([\w+/=-]+)$/i.exec(authorization)?.[1];
  if (basic === undefined) return headers.get('x-api-key') ?? '';
  try {
    return atob(basic).split(':').at(-1) ?? '';
  } catch {
    return '';
  }
}

/**
 * Twilio tells how a message went. Who says so must know the platform's token.
 * @param {Request} request @param {URL} url @param {Env} env @param {string} keyId
 */
async function takeStatus(request, url, env, keyId) {
  const bytes = request.method === 'POST' ? await readAtMost(request, statusBytesMax) : null;
  if (bytes === null) return new Response(null, { status: 405 });
  const form = new URLSearchParams(new TextDecoder().decode(bytes));
  const signature = request.headers.get('x-twilio-signature') ?? '';
  if (!(await isSigned(String(env.TWILIO_AUTH_TOKEN ?? ''), url.href, form, signature))) {
    return new Response(null, { status: 403 });
  }
  const id = form.get('MessageSid') ?? '';
  const init = { method: 'POST', body: JSON.stringify({ id }) };
  const answer = await meterOf(env, keyId).fetch('https://meter/meter/message', init);
  return new Response(null, { status: answer.ok ? 204 : 503 });
}

/** @param {string} token @param {string} href @param {URLSearchParams} form
 *  @param {string} signature */
async function isSigned(token, href, form, signature) {
  if (token === '') return false;
  const encoder = new TextEncoder();
  const fields = [...form].sort(([one], [other]) => (one < other ? -1 : 1));
  const said = href + fields.map(([name, value]) => name + value).join('');
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(token), algorithm, false, [
    'verify',
  ]);
  try {
    const told = Uint8Array.from(atob(signature), (character) => character.charCodeAt(0));
    return await crypto.subtle.verify('HMAC', key, told, encoder.encode(said));
  } catch {
    return false;
  }
}
