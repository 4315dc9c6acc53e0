// What the carriers of messages took, which their provider tells later than its answer: by a call
// to the front (gateway.mjs), or when it is asked some hours later, since a call may get lost and
// may come before the price is known. A message whose price nobody tells in 30 days stays as it was
// charged.

import { readAtMost } from './body.mjs';
import { describe, log } from './log.mjs';

/** @typedef {import('./meter_core.mjs').MeterCore} MeterCore */
/** @typedef {import('./meter_books.mjs').MeterBooks} MeterBooks */

const patience_ms = 6 * 3_600_000;
const askedAtOnce = 50;
const earlyMax = 1000;
const answerBytesMax = 1 << 20;
const dueName = 'prices_due';

export class MessagePrices {
  /** @type {Set<string>} that were told of before the call itself was answered */
  #early = new Set();
  #books;
  #storage;
  #patience_ms;

  /** @param {MeterBooks} books @param {DurableObjectState['storage']} storage
   *  @param {unknown} patience a setting, for tests */
  constructor(books, storage, patience) {
    this.#books = books;
    this.#storage = storage;
    this.#patience_ms = Number(patience) || patience_ms;
  }

  /** A message was charged. @param {string} id */
  async charged(id) {
    if (this.#early.delete(id)) return void (await this.told(id));
    if (this.#storage.kv.get(dueName) !== undefined) return;
    this.#storage.kv.put(dueName, Date.now() + this.#patience_ms);
    await this.wake();
  }

  /** Its provider has something to tell about it. @param {string} id
   *  @returns {Promise<boolean>} false: to be told again */
  async told(id) {
    try {
      const meter = await this.#books.reopened();
      if (meter === null) return true;
      const { url, headers } = meter.ask({ op: 'message', id }).control;
      if (!url) {
        if (this.#early.size >= earlyMax) this.#early.clear();
        this.#early.add(id);
        return true;
      }
      const answer = await fetch(url, { headers, redirect: 'manual' });
      const message = answer.ok ? await readAtMost(answer, answerBytesMax) : null;
      if (message === null || !this.#books.isPresent(meter)) return false;
      this.#books.turn(() => meter.ask({ op: 'priced', id }, message));
      await this.#storage.sync();
      this.#books.deliverSoon();
      return true;
    } catch (error) {
      log('info', 'price_waits', describe(error));
      return false;
    }
  }

  /** Asks for what nobody told. */
  async askWhenDue() {
    const due_ms = /** @type {number | undefined} */ (this.#storage.kv.get(dueName));
    if (due_ms === undefined || Date.now() < due_ms) return;
    const meter = await this.#books.reopened();
    if (meter === null) return;
    const { ids } = meter.ask({ op: 'unpriced', count: askedAtOnce }).control;
    for (const id of ids) await this.told(id);
    if (ids.length === 0) this.#storage.kv.delete(dueName);
    else this.#storage.kv.put(dueName, Date.now() + this.#patience_ms);
  }

  /** Wakes the object when it has to ask. */
  async wake() {
    const due_ms = /** @type {number | undefined} */ (this.#storage.kv.get(dueName));
    if (due_ms === undefined) return;
    const next_ms = await this.#storage.getAlarm();
    if (next_ms === null || next_ms > due_ms) await this.#storage.setAlarm(due_ms);
  }
}
