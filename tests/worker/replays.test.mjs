// Answers that are kept under an Idempotency-Key: for a day, then gone from the disk.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Replays } from '../../worker/replays.mjs';

const day_ms = 24 * 3_600_000;

/** @returns {any} */
function newStore() {
  const kept = new Map();
  return {
    get: (/** @type {string} */ name) => kept.get(name),
    put: (/** @type {string} */ name, /** @type {unknown} */ value) => void kept.set(name, value),
    delete: (/** @type {string} */ name) => kept.delete(name),
    list: ({ prefix = '' } = {}) =>
      [...kept].filter(([name]) => name.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** @param {Replays} replays @param {string} key */
async function answer(replays, key) {
  const headers = /** @type {[string, string][]} */ ([['idempotency-key', key]]);
  const body = new Uint8Array([1]);
  const name = await replays.nameOf({ service: 's', method: 'POST', path: '/', headers, body });
  assert.ok(name);
  const recording = replays.begin(name);
  replays.keepWhenEnded(name, recording);
  recording.begin(200, new Headers({ 'content-type': 'text/plain' }));
  recording.add(new TextEncoder().encode('it'));
  recording.end();
  await recording.ended;
  return name;
}

test('an answer outlives its object, and goes from the disk after a day', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const store = newStore();
  const name = await answer(new Replays(store), 'one');
  const later = new Replays(store);
  const found = await later.find(name)?.response();
  assert.equal(await found?.text(), 'it');
  t.mock.timers.setTime(1_700_000_000_000 + day_ms / 2);
  await answer(later, 'two');
  assert.equal(later.forgetOld(), 1_700_000_000_000 + day_ms);
  t.mock.timers.setTime(1_700_000_000_000 + day_ms);
  assert.equal(later.find(name), null);
  assert.equal(later.forgetOld(), 1_700_000_000_000 + 1.5 * day_ms);
  assert.equal(store.list({ prefix: 'answer:' }).length, 1);
  t.mock.timers.setTime(1_700_000_000_000 + 2 * day_ms);
  assert.equal(later.forgetOld(), null);
  assert.equal(store.list().length, 0);
});

test('what is under way is found again, however many others there are', async () => {
  const replays = new Replays(newStore());
  const names = [];
  for (let i = 0; i < 201; ++i) {
    const headers = /** @type {[string, string][]} */ ([['idempotency-key', `key ${i}`]]);
    const call = { service: 's', method: 'POST', path: '/', headers, body: new Uint8Array([1]) };
    const name = await replays.nameOf(call);
    assert.ok(name);
    replays.begin(name);
    names.push(name);
  }
  assert.ok(names.every((name) => replays.find(name) !== null));
});

test('an answer made anew under the same key outlives the first', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const store = newStore();
  await answer(new Replays(store), 'one');
  t.mock.timers.setTime(1_700_000_000_000 + day_ms);
  const replays = new Replays(store);
  const name = await answer(replays, 'one');
  assert.equal(replays.forgetOld(), 1_700_000_000_000 + 2 * day_ms);
  assert.ok(new Replays(store).find(name));
});
