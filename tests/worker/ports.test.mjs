// The ports, as the core sees them: http, blobs, cryptography.

import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { after, before, test } from 'node:test';

import { bodyOf, startTestEdge, startUpstream, until } from './support.mjs';

/** @type {Awaited<ReturnType<typeof startTestEdge>>} */
let edge;
/** @type {Awaited<ReturnType<typeof startUpstream>>} */
let upstream;
let cutOff = 0;

before(async () => {
  edge = await startTestEdge('probe');
  upstream = await startUpstream(async (request, response) => {
    switch (request.url) {
      case '/echo': {
        const body = await bodyOf(request);
        const sha256 = createHash('sha256').update(body).digest('hex');
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ headers: request.headers, size: body.length, sha256 }));
        break;
      }
      case '/away':
        response.writeHead(302, { location: '/echo' }).end();
        break;
      case '/large':
        response.end(Buffer.alloc((8 << 20) + 1));
        break;
      case '/largest':
        response.end(Buffer.alloc(8 << 20));
        break;
      case '/busy':
        response.writeHead(503, { 'retry-after': '7' }).end('busy');
        break;
      case '/half':
        response.writeHead(200, { 'content-length': '100' });
        response.write('only this', () => response.destroy());
        break;
      default:
        request.socket.on('close', () => void ++cutOff); // Never answered.
    }
  });
});
after(async () => {
  await upstream.stop();
  await edge.stop();
});

/** @param {string} path @param {Record<string, unknown>} [more] */
const send = async (path, more = {}) => {
  const asked = { method: 'GET', url: upstream.url + path, ...more };
  return (await edge.as('http-ann').post('/api/probe/send', asked)).json;
};
const sha256 = (/** @type {string | Uint8Array} */ bytes) =>
  createHash('sha256').update(bytes).digest('hex');

test('a request goes out as asked and its answer comes back whole', async () => {
  const answer = await send('/echo', { method: 'POST', body: [{ text: 'one ' }, { text: 'two' }] });
  assert.equal(answer.status, 200);
  const seen = JSON.parse(answer.body);
  assert.equal(seen.sha256, sha256('one two'));
  assert.equal(seen.headers['x-asked-by'], 'probe');
  assert.equal(answer.headers['content-type'], 'application/json');
});

test('any status is an answer, redirects are not followed', async () => {
  const busy = await send('/busy');
  assert.deepEqual([busy.status, busy.headers['retry-after'], busy.body], [503, '7', 'busy']);
  const away = await send('/away');
  assert.deepEqual([away.status, away.headers.location], [302, '/echo']);
});

test('silence, refusal and a cut connection are retry_later', async () => {
  const silent = await send('/silent', { timeout_ms: 200 });
  assert.equal(silent.failure.reaction, 'retry_later');
  assert.equal(silent.failure.code, 'no_answer');
  await until(
    async () => cutOff,
    (count) => count > 0,
  );
  const half = await send('/half');
  assert.equal(half.failure.code, 'no_answer');
  const gone = await startUpstream(() => {});
  await gone.stop();
  const refused = await send('', { url: `${gone.url}/secret?token=canary`, timeout_ms: 2000 });
  assert.equal(refused.failure.code, 'no_answer');
  assert.doesNotMatch(refused.failure.message, /canary|secret/);
});

test('an answer over 8 MiB is refused', async () => {
  assert.equal((await send('/largest')).size, 8 << 20);
  assert.equal((await send('/large')).failure.code, 'answer_too_large');
});

test('a dropped task cuts its request off', async () => {
  const before = cutOff;
  const reply = await edge.as('http-ann').post('/api/probe/race', `${upstream.url}/silent`);
  assert.deepEqual([reply.status, reply.json], [200, { http_was_first: false }]);
  await until(
    async () => cutOff,
    (count) => count > before,
  );
});

/** @param {string} person */
function blobsOf(person) {
  const ann = edge.as(person);
  return {
    run: async (/** @type {string} */ verb, /** @type {unknown} */ asked) =>
      (await ann.post(`/api/probe/blobs?${verb}`, asked)).json,
    write: async (/** @type {Buffer} */ bytes) => {
      const key = `${person}/${sha256(bytes)}`;
      const done = await ann.post('/api/probe/blobs?write', {
        key,
        base64: bytes.toString('base64'),
      });
      assert.deepEqual(done.json, {});
      return key;
    },
  };
}

test('blobs are written, measured, read in pieces and removed', async () => {
  const blobs = blobsOf('blob-ann');
  const bytes = randomBytes(100_000);
  const key = await blobs.write(bytes);
  assert.equal(await blobs.write(bytes), key);
  assert.deepEqual(await blobs.run('size', { key }), { size: 100_000 });
  const piece = await blobs.run('read', { key, offset: 99_990, size: 1000 });
  assert.deepEqual(Buffer.from(piece.base64, 'base64'), bytes.subarray(99_990));
  assert.deepEqual(await blobs.run('read', { key, offset: 200_000, size: 10 }), { base64: '' });
  assert.deepEqual(await blobs.run('remove', { key }), {});
  assert.deepEqual(await blobs.run('size', { key }), { size: -1 });
  const gone = await blobs.run('read', { key, offset: 0, size: 10 });
  assert.equal(gone.failure.code, 'blob_missing');
});

test('bytes that do not match the name of their blob are refused', async () => {
  const blobs = blobsOf('blob-eve');
  const key = `blob-eve/${sha256('something else')}`;
  const refused = await blobs.run('write', { key, base64: 'AAAA' });
  assert.equal(refused.failure.code, 'blobs_unavailable');
  assert.deepEqual(await blobs.run('size', { key }), { size: -1 });
});

test('blobs of another account cannot be named', async () => {
  const key = await blobsOf('blob-owner').write(Buffer.from('mine'));
  const stolen = await blobsOf('blob-thief').run('read', { key, offset: 0, size: 4 });
  assert.equal(stolen.failure.code, 'blob_of_another');
});

test('blobs stream into a request, raw and as base64, with an exact length', async () => {
  const ann = edge.as('stream-ann');
  const blobs = blobsOf('stream-ann');
  const parts = [randomBytes(1_000_001), randomBytes(65_536), Buffer.from('x'), Buffer.alloc(0)];
  const keys = [];
  for (const part of parts) keys.push(await blobs.write(part));
  const body = [
    { text: '[' },
    ...keys.flatMap((key) => [{ blob: key }, { text: ',' }, { blob_base64: key }]),
    { text: ']' },
  ];
  const asked = { method: 'POST', url: `${upstream.url}/echo`, body };
  const answer = (await ann.post('/api/probe/send', asked)).json;
  const expected = Buffer.concat([
    Buffer.from('['),
    ...parts.flatMap((part) => [part, Buffer.from(','), Buffer.from(part.toString('base64'))]),
    Buffer.from(']'),
  ]);
  const seen = JSON.parse(answer.body);
  assert.equal(seen.sha256, sha256(expected));
  assert.equal(seen.headers['content-length'], String(expected.length));
});

test('a blob that is missing stops the request before it leaves', async () => {
  const key = `http-ann/${sha256('never stored')}`;
  const answer = await send('/echo', { method: 'POST', body: [{ text: 'a' }, { blob: key }] });
  assert.equal(answer.failure.code, 'blob_missing');
});

/** @param {Record<string, string>} asked */
const crypto = async (asked) => (await edge.as('crypto-ann').post('/api/probe/crypto', asked)).json;
const hex = (/** @type {string} */ text) => Buffer.from(text).toString('hex');

test('digests are right', async () => {
  assert.deepEqual(await crypto({ verb: 'sha256', text: hex('abc') }), { hex: sha256('abc') });
  // RFC 4231, test case 2.
  const digest = createHmac('sha256', 'Jefe').update('what do ya want for nothing?').digest('hex');
  const told = await crypto({
    verb: 'hmac_sha256',
    key: hex('Jefe'),
    text: hex('what do ya want for nothing?'),
  });
  assert.equal(digest, '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  assert.deepEqual(told, { hex: digest });
});

test('sealing is AES-256-GCM, and nothing that was changed opens', async () => {
  // McGrew and Viega, The Galois/Counter Mode of Operation, test case 16.
  const vector = {
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    nonce: 'cafebabefacedbaddecaf888',
    additional: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
  };
  const text =
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
    '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
  const sealed =
    '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
    '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
    '76fc6ece0f4e1768cddf8853bb2d551b';
  assert.deepEqual(await crypto({ verb: 'seal', ...vector, text }), { hex: sealed });
  assert.deepEqual(await crypto({ verb: 'open', ...vector, text: sealed }), { hex: text });
  const wrong = [
    { ...vector, text: sealed.slice(0, -2) + '00' },
    { ...vector, text: sealed.slice(0, -2) },
    { ...vector, text: sealed, additional: 'feed' },
    { ...vector, text: sealed, nonce: 'cafebabefacedbaddecaf889' },
    { ...vector, text: sealed, key: vector.key.replace('fe', 'ff') },
  ];
  for (const one of wrong) {
    assert.equal((await crypto({ verb: 'open', ...one })).failure.code, 'seal_broken');
  }
});

test('P-256 signatures are told right from wrong', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'jwk' });
  const text = Buffer.from('header.claims');
  const signature = sign('sha256', text, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const right = {
    verb: 'es256_verify',
    x: Buffer.from(String(key.x), 'base64url').toString('hex'),
    y: Buffer.from(String(key.y), 'base64url').toString('hex'),
    signature: signature.toString('hex'),
    text: text.toString('hex'),
  };
  assert.deepEqual(await crypto(right), { valid: true });
  assert.deepEqual(await crypto({ ...right, text: hex('header.other') }), { valid: false });
  assert.deepEqual(await crypto({ ...right, y: right.x }), { valid: false });
  assert.deepEqual(await crypto({ ...right, signature: '00' }), { valid: false });
  assert.deepEqual(await crypto({ ...right, x: '', y: '' }), { valid: false });
});
