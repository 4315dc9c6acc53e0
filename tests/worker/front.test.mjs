// The front: pages, the headers that every answer carries, limits, and what needs no account.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startTestEdge } from './support.mjs';

/** @type {Awaited<ReturnType<typeof startTestEdge>>} */
let edge;
before(async () => {
  edge = await startTestEdge('probe');
});
after(() => edge.stop());

test('the dashboard, the builder and files are served, `/` leads to the set page', async () => {
  const { nobody } = edge;
  assert.match((await nobody.get('/app/dashboard?deploy=guestbook')).text, /dashboard/);
  assert.match((await nobody.get('/app/dashboard/')).text, /dashboard/);
  assert.match((await nobody.get('/builder/')).text, /builder/);
  assert.equal(
    (await nobody.get('/app.js')).headers.get('content-type'),
    'text/javascript; charset=utf-8',
  );
  const home = await nobody.get('/');
  assert.deepEqual([home.status, home.headers.get('location')], [302, '/builder/']);
  assert.equal((await nobody.get('/nothing-here')).status, 404);
  assert.equal((await nobody.post('/app/dashboard', '')).status, 405);
});

test('every answer carries the security headers', async () => {
  const ann = edge.as('headers-ann');
  const paths = [
    '/app/dashboard',
    '/app.js',
    '/builder/',
    '/',
    '/none',
    '/api/health',
    '/api/probe/echo',
  ];
  for (const path of paths) {
    const { headers } = await ann.get(path);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.match(policy, /base-uri 'none'/, path);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/, path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', path);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', path);
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', path);
  }
  const page = await ann.get('/app/dashboard');
  assert.match(
    page.headers.get('content-security-policy') ?? '',
    /script-src 'self' 'wasm-unsafe-eval'/,
  );
  const answer = await ann.get('/api/probe/echo');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  assert.match(answer.headers.get('x-request-id') ?? '', /^req_[0-9a-f]{32}$/);
});

test("the builder's preview frame is sandboxed away from this origin", async () => {
  const { headers } = await edge.nobody.get('/builder/preview/');
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /^sandbox allow-scripts/);
  assert.doesNotMatch(policy, /allow-same-origin/);
  assert.match(policy, /frame-ancestors 'self'/);
  assert.match(policy, /connect-src 'none'/);
  assert.match(policy, /default-src 'none'/);
});

test('only the hand-over of a builder elsewhere is opened to other origins', async () => {
  const module = await edge.nobody.get('/builder/handover.mjs');
  assert.equal(module.headers.get('access-control-allow-origin'), '*');
  const page = await edge.nobody.get('/builder/receive.html');
  assert.equal(page.headers.get('cross-origin-opener-policy'), 'unsafe-none');
  assert.equal(page.headers.get('access-control-allow-origin'), null);
});

test('no other origin is let in', async () => {
  const ann = edge.as('cors-ann');
  const asked = await ann.call('/api/probe/echo', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
  });
  const answered = await ann.get('/api/probe/echo', { origin: 'https://evil.example' });
  for (const { headers } of [asked, answered]) {
    assert.equal(headers.get('access-control-allow-origin'), null);
  }
});

test('a signed-out caller gets no further than the front', async () => {
  const reply = await edge.nobody.get('/api/probe/rows');
  assert.equal(reply.status, 401);
  assert.equal(reply.json.error.code, 'signed_out');
});

test('a body over 8 MiB is refused, announced or streamed', async () => {
  const ann = edge.as('large-ann');
  const fits = await ann.post('/api/probe/echo', new Uint8Array(8 << 20));
  assert.equal(fits.json.body_bytes, 8 << 20);
  const announced = await ann.post('/api/probe/echo', new Uint8Array((8 << 20) + 1));
  assert.equal(announced.status, 413);
  assert.equal(announced.json.error.code, 'body_too_large');
  assert.equal(announced.json.error.reaction, 'fix_input');
  const piece = new Uint8Array(1 << 20);
  let left = 9;
  const body = new ReadableStream({
    pull: (controller) => (left-- > 0 ? controller.enqueue(piece) : controller.close()),
  });
  const init = /** @type {RequestInit} */ ({ method: 'POST', body, duplex: 'half' });
  assert.equal((await ann.call('/api/probe/echo', init)).status, 413);
});

test('an open route takes little', async () => {
  const reply = await edge.nobody.post('/api/session', new Uint8Array(100_000));
  assert.equal(reply.status, 413);
});

test('methods, queries and headers reach the core as they were sent', async () => {
  const ann = edge.as('names-ann');
  const reply = await ann.call('/api/probe/echo?a=%C3%A9&b=1%2B2', {
    method: 'PUT',
    body: 'x',
    headers: { 'content-type': 'text/plain', 'x-fairway': '1', 'idempotency-key': 'k' },
  });
  const { method, path, query, headers, user, body_bytes } = reply.json;
  assert.deepEqual(
    [method, path, query, body_bytes],
    ['PUT', '/api/probe/echo', 'a=%C3%A9&b=1%2B2', 1],
  );
  assert.deepEqual(user, { id: 'names-ann', email: 'names-ann@example.com' });
  const sent = Object.fromEntries(headers);
  assert.equal(sent['content-type'], 'text/plain');
  assert.equal(sent['idempotency-key'], 'k');
});
