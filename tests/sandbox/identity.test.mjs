// Identity: tokens verified by an independent library, the sign-in page, sessions that end.

import assert from 'node:assert/strict';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { test } from 'node:test';
import { manualClock } from '../../tools/sandbox/frame/clock.mjs';
import { jwt_secret } from '../../tools/sandbox/identity/accounts.mjs';
import { returnAddress } from '../../tools/sandbox/identity/sign_in_page.mjs';
import { newSandbox } from './help.mjs';

/**
 * @param {string} origin
 * @param {string} grant
 * @param {unknown} body
 */
async function token(origin, grant, body) {
  const response = await fetch(`${origin}/identity/auth/v1/token?grant_type=${grant}`, {
    method: 'POST',
    headers: { apikey: 'anon' },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: await response.json() };
}

/**
 * @param {string} origin
 * @param {Record<string, string>} form
 */
function signIn(origin, form) {
  return fetch(`${origin}/identity/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams(form),
  });
}

/**
 * @param {string} origin
 * @param {string} accessToken
 * @param {string} [path]
 * @param {string} [method]
 */
const asUser = (origin, accessToken, path = 'user', method = 'GET') =>
  fetch(`${origin}/identity/auth/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}` },
  });

test('ES256 tokens verify against the published keys', async (t) => {
  const { origin } = await newSandbox(t);
  const { status, json } = await token(origin, 'password', {
    email: 'Ana.Silva@example.com ',
    password: 'sandbox',
  });
  assert.equal(status, 200);
  const issuer = `${origin}/identity/auth/v1`;
  const keys = createRemoteJWKSet(new URL(`${issuer}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(json.access_token, keys, {
    issuer,
    audience: 'authenticated',
    algorithms: ['ES256'],
  });
  assert.equal(payload.sub, json.user.id);
  assert.match(
    String(payload.sub),
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  assert.deepEqual(
    [payload.email, payload.role, payload.is_anonymous],
    ['ana.silva@example.com', 'authenticated', false],
  );
  assert.equal(Number(payload.exp) - Number(payload.iat), 3600);
  assert.equal(json.user.user_metadata.name, 'Ana Silva');
  const again = await token(origin, 'password', {
    email: 'ana.silva@example.com',
    password: 'sandbox',
  });
  assert.equal(again.json.user.id, json.user.id);
});

test('the page signs in with one click and sends back to this machine only', async (t) => {
  const { origin } = await newSandbox(t);
  const back = 'http://localhost:8787/app/dashboard?deploy=a';
  const shown = await fetch(`${origin}/identity/sign-in?redirect_to=${encodeURIComponent(back)}`);
  const html = await shown.text();
  assert.equal(shown.status, 200);
  assert.match(html, /Sign in as Mara Lindqvist/);
  assert.match(html, /<label for="email">/);
  const answer = await signIn(origin, { redirect_to: back, email: 'mara.lindqvist@example.com' });
  assert.equal(answer.status, 303);
  const location = new URL(answer.headers.get('location') ?? '');
  assert.equal(location.href.split('#')[0], back);
  const fragment = new URLSearchParams(location.hash.slice(1));
  assert.deepEqual([fragment.get('expires_in'), fragment.get('token_type')], ['3600', 'bearer']);
  const user = await asUser(origin, fragment.get('access_token') ?? '');
  assert.equal((await user.json()).email, 'mara.lindqvist@example.com');
  for (const address of [
    'https://example.com/',
    'http://localhost.example.com/',
    '//x',
    '',
    'javascript:alert(1)',
    'http://127.0.0.1@example.com/',
    'http://user@localhost/',
  ]) {
    assert.equal(returnAddress(address), null, address);
    const refused = await signIn(origin, { redirect_to: address, email: 'a@example.com' });
    assert.equal(refused.status, 400, address);
  }
});

test('the page takes hostile input as text', async (t) => {
  const { origin } = await newSandbox(t);
  const back = 'http://localhost:8787/?"><script>alert(1)</script>';
  const html = await (
    await fetch(`${origin}/identity/sign-in?redirect_to=${encodeURIComponent(back)}`)
  ).text();
  assert.equal(html.includes('<script>alert'), false);
  const wrong = await signIn(origin, { redirect_to: 'http://localhost:1/', email: '<b>@x' });
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /This is not an e-mail address/);
  const huge = await signIn(origin, { redirect_to: 'x', email: 'y'.repeat(20_000) });
  assert.equal(huge.status, 413);
});

test('HS256 on request, with the known secret', async (t) => {
  const { origin } = await newSandbox(t);
  const answer = await signIn(origin, {
    redirect_to: 'http://localhost:1/',
    email: 'a@example.com',
    alg: 'HS256',
  });
  const accessToken =
    new URLSearchParams(new URL(answer.headers.get('location') ?? '').hash.slice(1)).get(
      'access_token',
    ) ?? '';
  assert.equal(decodeProtectedHeader(accessToken).alg, 'HS256');
  await jwtVerify(accessToken, new TextEncoder().encode(jwt_secret), { algorithms: ['HS256'] });
  assert.equal((await asUser(origin, accessToken)).status, 200);
});

test('a refresh token works once; used twice it ends the session', async (t) => {
  const { origin } = await newSandbox(t);
  const { json: first } = await token(origin, 'password', {
    email: 'a@example.com',
    password: 'sandbox',
  });
  const second = await token(origin, 'refresh_token', { refresh_token: first.refresh_token });
  assert.equal(second.status, 200);
  const reused = await token(origin, 'refresh_token', { refresh_token: first.refresh_token });
  assert.deepEqual([reused.status, reused.json.error_code], [400, 'refresh_token_already_used']);
  const ended = await token(origin, 'refresh_token', { refresh_token: second.json.refresh_token });
  assert.deepEqual([ended.status, ended.json.error_code], [400, 'refresh_token_not_found']);
});

test('signing out and expiry end an access token', async (t) => {
  const clock = manualClock();
  const { origin } = await newSandbox(t, clock);
  const body = { email: 'a@example.com', password: 'sandbox' };
  const one = (await token(origin, 'password', body)).json.access_token;
  const two = (await token(origin, 'password', body)).json.access_token;
  assert.equal((await asUser(origin, one, 'logout?scope=local', 'POST')).status, 204);
  const gone = await asUser(origin, one);
  assert.deepEqual([gone.status, (await gone.json()).error_code], [403, 'session_not_found']);
  assert.equal((await asUser(origin, two)).status, 200);
  clock.advance(3600_000);
  const late = await asUser(origin, two);
  assert.deepEqual([late.status, (await late.json()).error_code], [403, 'bad_jwt']);
});

test("errors have the service's shape", async (t) => {
  const { origin } = await newSandbox(t);
  const wrong = await token(origin, 'password', { email: 'a@example.com', password: 'guess' });
  assert.deepEqual(
    [wrong.status, wrong.json],
    [400, { code: 400, error_code: 'invalid_credentials', msg: 'Invalid login credentials' }],
  );
  const newer = await fetch(`${origin}/identity/auth/v1/user`, {
    headers: { 'x-supabase-api-version': '2024-01-01' },
  });
  assert.deepEqual([newer.status, (await newer.json()).code], [401, 'no_authorization']);
  const forged = await asUser(origin, 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.');
  assert.equal((await forged.json()).error_code, 'bad_jwt');
  assert.equal((await fetch(`${origin}/identity/auth/v1/health`)).status, 200);
  assert.equal((await asUser(origin, 'x', 'nothing')).status, 404);
});
