// The product's API on the real runtime: who may come in, and what belongs to whom.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { SignJWT, UnsecuredJWT, base64url, exportJWK, exportSPKI, generateKeyPair } from 'jose';

import { caller, startTestEdge, startUpstream } from './support.mjs';

const secret = new TextEncoder().encode('a secret of at least thirty-two bytes');
const canary = 'canary-turso-token-71c3';
/** @type {Awaited<ReturnType<typeof startTestEdge>>} */
let edge;
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let identity;
/** @type {CryptoKeyPair} */
let keys;
let keysAsked = 0;
let elsewhereAsked = 0;

before(async () => {
  keys = /** @type {CryptoKeyPair} */ (await generateKeyPair('ES256', { extractable: true }));
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'key-1', alg: 'ES256', use: 'sig' };
  identity = await startUpstream((request, response) => {
    if (request.url === '/auth/v1/.well-known/jwks.json') ++keysAsked;
    else ++elsewhereAsked;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ keys: [jwk] }));
  });
  edge = await startTestEdge('fairway', {
    settings: {
      SUPABASE_URL: identity.url,
      SUPABASE_JWT_SECRET: new TextDecoder().decode(secret),
      TURSO_ORG_ID: 'fairway',
      TURSO_API_TOKEN: canary,
      CREDENTIALS_ENCRYPTION_KEY: `one:${randomBytes(32).toString('base64')}`,
      SIGN_IN_URL: 'https://builder.example/sign-in',
    },
  });
});
after(async () => {
  await edge.stop();
  await identity.stop();
});

/** Claims as the identity provider writes them, with changes.
 * @param {Record<string, unknown>} more */
const claimsOf = (more) => {
  const now_s = Math.floor(Date.now() / 1000);
  return {
    iss: `${identity.url}/auth/v1`,
    aud: 'authenticated',
    exp: now_s + 3600,
    iat: now_s,
    sub: '8f14e45f-ceea-467f-a8f5-5a0b1c2d3e4f',
    email: 'ann@example.com',
    ...more,
  };
};
/** @param {Record<string, unknown>} [more] @param {Record<string, unknown>} [header] */
const signedBySecret = (more = {}, header = {}) =>
  new SignJWT(claimsOf(more)).setProtectedHeader({ alg: 'HS256', ...header }).sign(secret);
/** @param {Record<string, unknown>} [more] @param {Record<string, unknown>} [header] */
const signedByKey = (more = {}, header = {}) =>
  new SignJWT(claimsOf(more))
    .setProtectedHeader({ alg: 'ES256', kid: 'key-1', ...header })
    .sign(keys.privateKey);
/** @param {string} token */
const bearing = (token) => caller(edge.base, { authorization: `Bearer ${token}` });
/** @param {string} token */
const statusOf = async (token) => (await bearing(token).get('/api/me')).status;
/** @param {string} name a person with an account of their own */
const person = async (name) =>
  bearing(await signedBySecret({ sub: `user-${name}`, email: `${name}@example.com` }));

test('tokens of both kinds are taken, and the keys are asked for once', async () => {
  const me = await bearing(await signedBySecret()).get('/api/me');
  assert.equal(me.status, 200);
  assert.deepEqual(me.json, {
    user_id: '8f14e45f-ceea-467f-a8f5-5a0b1c2d3e4f',
    email: 'ann@example.com',
  });
  for (let i = 0; i < 20; ++i) assert.equal(await statusOf(await signedByKey()), 200);
  assert.equal(keysAsked, 1);
});

test('a token that is wrong in any way is refused', async () => {
  const now_s = Math.floor(Date.now() / 1000);
  const other = await generateKeyPair('ES256');
  const rsa = await generateKeyPair('RS256');
  const [head, body, signature] = (await signedByKey()).split('.');
  const forged = base64url.encode(JSON.stringify(claimsOf({ sub: 'somebody-else' })));
  const refused = {
    'no token': 'no-token',
    expired: await signedBySecret({ exp: now_s - 120 }),
    'never expires': await signedBySecret({ exp: undefined }),
    'not valid yet': await signedBySecret({ nbf: now_s + 600 }),
    'of another issuer': await signedBySecret({ iss: 'https://evil.example/auth/v1' }),
    'for another audience': await signedBySecret({ aud: 'anon' }),
    anonymous: await signedBySecret({ is_anonymous: true }),
    'without a user': await signedBySecret({ sub: '' }),
    unsigned: new UnsecuredJWT(claimsOf({})).encode(),
    'by another secret': await new SignJWT(claimsOf({}))
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode('another secret of thirty-two bytes!')),
    'by another key': await new SignJWT(claimsOf({}))
      .setProtectedHeader({ alg: 'ES256', kid: 'key-1' })
      .sign(other.privateKey),
    'by a key nobody knows': await signedByKey({}, { kid: 'key-9' }),
    'by another algorithm': await new SignJWT(claimsOf({}))
      .setProtectedHeader({ alg: 'RS256', kid: 'key-1' })
      .sign(rsa.privateKey),
    'other claims under a right signature': `${head}.${forged}.${signature}`,
    'without its signature': `${head}.${body}.`,
  };
  for (const [why, token] of Object.entries(refused)) {
    const reply = await bearing(token).get('/api/me');
    assert.equal(reply.status, 401, why);
    const { error } = reply.json;
    assert.deepEqual([error.reaction, error.code], ['ask_permission', 'signed_out'], why);
    assert.match(error.request_id, /^req_/, why);
  }
  assert.equal((await edge.nobody.get('/api/me')).status, 401);
});

test('a public key is never taken for a secret', async () => {
  const jwk = await exportJWK(keys.publicKey);
  const disguises = [
    await exportSPKI(keys.publicKey),
    JSON.stringify(jwk),
    String(jwk.x),
    Buffer.from(String(jwk.x), 'base64url'),
  ];
  for (const disguise of disguises) {
    const token = await new SignJWT(claimsOf({}))
      .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
      .sign(typeof disguise === 'string' ? new TextEncoder().encode(disguise) : disguise);
    assert.equal(await statusOf(token), 401);
  }
});

test('what a token says about where its key lies is ignored', async () => {
  const own = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(own.publicKey);
  const token = await new SignJWT(claimsOf({}))
    .setProtectedHeader({ alg: 'ES256', kid: 'key-1', jku: `${identity.url}/evil`, jwk })
    .sign(own.privateKey);
  assert.equal(await statusOf(token), 401);
  assert.equal(elsewhereAsked, 0);
});

test('a session is a cookie that scripts cannot read', async () => {
  const token = await signedBySecret();
  const opened = await edge.nobody.post('/api/session', { access_token: token });
  assert.equal(opened.status, 204);
  const cookie = opened.headers.get('set-cookie') ?? '';
  assert.match(cookie, /^fairway_session=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/);
  assert.doesNotMatch(cookie, /Domain/i);
  const browser = caller(edge.base, { cookie: String(cookie.split(';')[0]) });
  assert.equal((await browser.get('/api/me')).status, 200);
  const closed = await browser.call('/api/session', { method: 'DELETE' });
  assert.equal(closed.status, 204);
  assert.match(closed.headers.get('set-cookie') ?? '', /^fairway_session=; .*Max-Age=0/);
  const refused = await edge.nobody.post('/api/session', { access_token: 'nothing' });
  assert.equal(refused.status, 401);
  assert.equal(refused.headers.get('set-cookie'), null);
});

test('a cookie alone changes nothing: the page shows itself by a header', async () => {
  const browser = caller(edge.base, { cookie: `fairway_session=${await signedBySecret()}` });
  const project = { id: 'cookie-project', name: 'Cookie', description: '' };
  const bare = await browser.post('/api/projects', project);
  assert.deepEqual([bare.status, bare.json.error.code], [403, 'forged_request']);
  const foreign = { 'x-fairway': '1', 'sec-fetch-site': 'cross-site' };
  assert.equal((await browser.post('/api/projects', project, foreign)).status, 403);
  const own = { 'x-fairway': '1', 'sec-fetch-site': 'same-origin' };
  assert.equal((await browser.post('/api/projects', project, own)).status, 200);
});

test('projects of two people are apart, also under the same id', async () => {
  const [ann, bob] = [await person('ann'), await person('bob')];
  await ann.post('/api/projects', { id: 'shared-id', name: "Ann's", description: 'hers' });
  await bob.post('/api/projects', { id: 'shared-id', name: "Bob's", description: 'his' });
  await ann.post('/api/projects', { id: 'only-ann', name: 'Secret plan', description: '' });
  const namesOf = async (/** @type {import('./support.mjs').Caller} */ one) =>
    (await one.get('/api/projects')).json.projects.map((/** @type {{name: string}} */ p) => p.name);
  assert.deepEqual((await namesOf(ann)).sort(), ["Ann's", 'Secret plan']);
  assert.deepEqual(await namesOf(bob), ["Bob's"]);
  const asked = [
    await bob.get('/api/projects/only-ann/plan'),
    await bob.get('/api/projects/only-ann/environment'),
    await bob.get('/api/deploy/status/dep_anything'),
    await bob.get('/api/apps/app_anything'),
  ];
  for (const reply of asked) {
    assert.equal(reply.status, 404);
    assert.doesNotMatch(reply.text, /Secret plan/);
  }
});

test('a part is kept only under the digest of its bytes, and only for its owner', async () => {
  const [ann, bob] = [await person('parts-ann'), await person('parts-bob')];
  const bytes = randomBytes(50_000);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const put = (
    /** @type {import('./support.mjs').Caller} */ one,
    /** @type {Uint8Array<ArrayBuffer>} */ body,
  ) => one.call(`/api/blobs/${sha256}`, { method: 'PUT', body });
  const cut = await put(ann, bytes.subarray(0, 49_999));
  assert.deepEqual([cut.status, cut.json.error.code], [400, 'hash_mismatch']);
  const missing = async (/** @type {import('./support.mjs').Caller} */ one) =>
    (await one.post('/api/blobs/missing', { sha256: [sha256] })).json.missing;
  assert.deepEqual(await missing(ann), [sha256]);
  assert.equal((await put(ann, bytes)).status, 204);
  assert.equal((await put(ann, bytes)).status, 204);
  assert.deepEqual(await missing(ann), []);
  assert.deepEqual(await missing(bob), [sha256]);
});

test('unknown addresses and methods say so', async () => {
  const ann = await person('lost-ann');
  const nowhere = await ann.get('/api/nowhere');
  assert.deepEqual([nowhere.status, nowhere.json.error.code], [404, 'route_not_found']);
  const deleted = await ann.call('/api/me', { method: 'DELETE' });
  assert.deepEqual([deleted.status, deleted.json.error.code], [405, 'method_not_allowed']);
  assert.equal((await edge.nobody.call('/api/health', { method: 'PUT' })).status, 405);
});

test('input that is no JSON, or nested without end, is refused by name', async () => {
  const ann = await person('hostile-ann');
  for (const body of ['', '{', '"text"', '[]', '\u0000', `${'['.repeat(100_000)}`]) {
    const reply = await ann.post('/api/projects', body);
    assert.equal(reply.status, 400, body.slice(0, 10));
    assert.equal(reply.json.error.reaction, 'fix_input');
  }
});

test('health names what is missing and never what is secret', async () => {
  const reply = await edge.nobody.get('/api/health');
  assert.equal(reply.status, 200);
  assert.equal(reply.json.providers.turso.enabled, true);
  assert.equal(reply.json.providers.cloudflare.enabled, false);
  assert.match(reply.json.providers.cloudflare.why, /CLOUDFLARE_ACCOUNT_ID/);
  assert.equal(reply.json.sign_in_url, 'https://builder.example/sign-in');
  assert.doesNotMatch(reply.text, new RegExp(canary));
  assert.doesNotMatch(JSON.stringify(edge.lines), new RegExp(canary));
});
