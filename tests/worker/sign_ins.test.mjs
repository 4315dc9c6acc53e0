// What the front remembers of who signed in: what was verified, for reading, not for long.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { SignIns } from '../../worker/sign_ins.mjs';

const url = new URL('https://fairway.example/api/me');
const ann = { id: 'ann', email: 'ann@example.com' };
const now_ms = 1_800_000_000_000;
const later_ms = now_ms + 3_600_000;

/** @param {Record<string, string>} headers @param {string} [method] */
const asked = (headers, method = 'GET') => new Request(url, { method, headers });
const bearer = asked({ authorization: 'Bearer of-ann' });

/** @type {SignIns} */
let signIns;
beforeEach(() => {
  signIns = new SignIns();
});

test('a verified sign-in is found again under the same headers only', () => {
  signIns.keep(bearer, url, ann, later_ms, now_ms);
  assert.deepEqual(signIns.find(asked({ authorization: 'Bearer of-ann' }), url, now_ms), ann);
  const others = [
    asked({}),
    asked({ authorization: 'Bearer of-bob' }),
    asked({ authorization: 'Bearer of-ann', cookie: '__Host-fairway_session=of-bob' }),
    asked({ cookie: 'Bearer of-ann' }),
  ];
  for (const other of others) assert.equal(signIns.find(other, url, now_ms), null);
  const insecure = new URL('http://fairway.example/api/me');
  assert.equal(signIns.find(bearer, insecure, now_ms), null);
});

test('nothing is kept longer than its token or than a minute', () => {
  signIns.keep(bearer, url, ann, later_ms, now_ms);
  assert.deepEqual(signIns.find(bearer, url, now_ms + 59_999), ann);
  assert.equal(signIns.find(bearer, url, now_ms + 60_000), null);
  signIns.keep(bearer, url, ann, now_ms + 2_000, now_ms);
  assert.deepEqual(signIns.find(bearer, url, now_ms + 1_999), ann);
  assert.equal(signIns.find(bearer, url, now_ms + 2_000), null);
});

test('a request that changes something is verified each time', () => {
  const headers = { cookie: '__Host-fairway_session=of-ann' };
  signIns.keep(asked(headers), url, ann, later_ms, now_ms);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
    const changing = asked(headers, method);
    assert.equal(signIns.find(changing, url, now_ms), null, method);
    signIns.keep(asked({ cookie: method }, method), url, ann, later_ms, now_ms);
    assert.equal(signIns.find(asked({ cookie: method }), url, now_ms), null, method);
  }
});

test('what is kept is bounded: the oldest goes first, large headers never come in', () => {
  const many = 1_000;
  for (let i = 0; i <= many; ++i) {
    signIns.keep(asked({ authorization: `Bearer ${i}` }), url, ann, later_ms, now_ms);
  }
  assert.equal(signIns.find(asked({ authorization: 'Bearer 0' }), url, now_ms), null);
  assert.deepEqual(signIns.find(asked({ authorization: 'Bearer 1' }), url, now_ms), ann);
  const large = asked({ cookie: 'x'.repeat(5_000) });
  signIns.keep(large, url, ann, later_ms, now_ms);
  assert.equal(signIns.find(large, url, now_ms), null);
});
