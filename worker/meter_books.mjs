// A key's money: the core that counts it, and the talk with the account that owns it
// (shared/gateway/serve_meter.h). Loans one after another; rows at least once; what was lent goes
// back by the object's alarm, wherever it dies.

import core from '../build/worker/fairway.wasm';

import { describe, log } from './log.mjs';
import { MeterCore } from './meter_core.mjs';
import { Refused, broken, busy } from './meter_failures.mjs';
import { settingsFrom } from './settings.mjs';
import { runSql } from './sql.mjs';

/** @typedef {import('./env.d.ts').Env} Env */

const rowsAtOnce = 200;
const deliveryPause_ms = 500;
// A float goes back when nobody has called for so long.
const idle_ms = 30_000;
// So long nobody asks again for what the account did not have.
const dry_ms = 250;

export class MeterBooks {
  /** @type {MeterCore | null} */ #core = null;
  /** @type {Promise<MeterCore> | null} */ #opening = null;
  /** @type {Promise<void> | null} */ #delivering = null;
  /** @type {Promise<unknown>} loans one after another */ #loans = Promise.resolve();
  /** @type {{number: number, nanos: number} | null} on its way back to the account */
  #return = null;
  /** @type {Record<string, unknown> | null} asked for and not answered yet */ #loan = null;
  // Of this epoch.
  #loanCount = 0;
  #returnCount = 0;
  #epoch = '';
  #keyId = '';
  #account = '';
  #lastCall_ms = 0;
  #isAwaited = false; // by an alarm
  #dryNanos = 0;
  #dryUntil_ms = 0;

  /** @param {DurableObjectState} ctx @param {Env} env */
  constructor(ctx, env) {
    this.ctx = ctx;
    this.env = env;
  }

  /** Whether the key's text is one of this object's. @param {string} key */
  knows(key) {
    const { key_id, account } = this.bare().ask({ op: 'parse', key }).control;
    if (!key_id) return false;
    // A claim counts only until the account has confirmed one: then that stands on the disk.
    const confirmed = /** @type {[string, string] | undefined} */ (this.ctx.storage.kv.get('key'));
    if (this.#keyId === '') [this.#keyId, this.#account] = confirmed ?? [key_id, account];
    return this.#keyId === key_id && this.#account === account;
  }

  /** The core, whether or not the account was asked. */
  bare() {
    this.#core ??= new MeterCore(
      core,
      settingsFrom(this.env),
      (question) => runSql(this.ctx.storage.sql, question, 'write').answer,
    );
    return this.#core;
  }

  /** The core with an epoch of its own; opens it when there is none. */
  opened() {
    this.#lastCall_ms = Date.now();
    this.#opening ??= this.#open();
    this.#opening.catch(() => {
      this.#opening = null;
      // Whoever named another account than the key's must not have the last word.
      if (this.ctx.storage.kv.get('key') === undefined) [this.#keyId, this.#account] = ['', ''];
    });
    return this.#opening;
  }

  /** The core of a key that was in use before; null when there was none. */
  async reopened() {
    const key = this.ctx.storage.kv.get('key');
    if (key === undefined) return null;
    [this.#keyId, this.#account] = /** @type {[string, string]} */ (key);
    return this.opened();
  }

  /** Whether this core's memory still counts. @param {MeterCore} meter */
  isPresent(meter) {
    return this.#core === meter;
  }

  /** As after a crash: what was only in memory is gone, and a new epoch begins. */
  forget() {
    this.#core = null;
    this.#opening = null;
  }

  /** @template T @param {() => T} enter @returns {T} */
  turn(enter) {
    return this.ctx.storage.transactionSync(enter);
  }

  /** Borrows for a call; afterwards the float has what could be had.
   * @param {MeterCore} meter @param {{nanos_min: number, nanos_wanted: number}} needs */
  async borrow(meter, needs) {
    const loan = this.#loans.then(() => this.#borrow(meter, needs));
    this.#loans = loan.catch(() => {});
    await loan;
  }

  deliverSoon() {
    this.#delivering ??= (async () => {
      await new Promise((resolve) => setTimeout(resolve, deliveryPause_ms));
      this.#delivering = null;
      await this.#deliver();
    })().catch((error) => log('info', 'delivery_waits', describe(error)));
    this.ctx.waitUntil(this.#delivering);
  }

  /** Gives back what is not held. Waits for no loan: two keys would wait for each other. */
  async giveBack() {
    if (this.#opening === null) return;
    const meter = await this.#opening;
    if (this.#return === null) {
      const { nanos } = meter.ask({ op: 'rest' }).control;
      if (nanos > 0) this.#return = { number: ++this.#returnCount, nanos };
    }
    await this.#deliver();
  }

  /** The account says anew what holds for the key. @param {unknown} grant */
  async changed(grant) {
    if (this.#opening === null) return;
    (await this.#opening).ask({ op: 'changed', grant });
  }

  /** Delivers what is left of earlier calls; after a quiet while the float goes back. */
  async handleAlarm() {
    const lastCall_ms = this.#lastCall_ms;
    const meter = await this.reopened();
    if (meter === null) return;
    this.#lastCall_ms = lastCall_ms;
    await this.#deliver();
    this.#isAwaited = false;
    // Whatever got lost: what the account allows now holds within half a minute.
    const { grant } = await this.#askAccount({ verb: 'grant' });
    if (this.#core === meter) meter.ask({ op: 'changed', grant });
    if (Date.now() - lastCall_ms < idle_ms) return this.#wake();
    await (this.#loans = this.#loans.then(() => this.#settleLoan(meter)).catch(() => {}));
    await this.giveBack();
  }

  async #wake() {
    if (this.#isAwaited) return;
    this.#isAwaited = true;
    await this.ctx.storage.setAlarm(Date.now() + idle_ms);
  }

  async #open() {
    const meter = this.bare();
    this.#epoch = crypto.randomUUID();
    this.#return = null;
    this.#loan = null;
    this.#loanCount = this.#returnCount = 0;
    const { rows } = this.turn(() => meter.ask({ op: 'open', epoch: this.#epoch })).control;
    const { grant } = await this.#askAccount({ verb: 'open', epoch: this.#epoch, rows });
    if (this.#core !== meter) throw new Refused(broken);
    this.turn(() => {
      meter.ask({ op: 'opened', grant });
      meter.ask({ op: 'delivered', ids: idsOf(rows) });
    });
    this.ctx.storage.kv.put('key', [this.#keyId, this.#account]);
    await this.#wake();
    return meter;
  }

  /** @param {MeterCore} meter @param {{nanos_min: number, nanos_wanted: number}} needs */
  async #borrow(meter, { nanos_min, nanos_wanted }) {
    if (nanos_min >= this.#dryNanos && Date.now() < this.#dryUntil_ms) return;
    await this.#wake();
    let nanos = await this.#settleLoan(meter);
    const first = await this.#lend(meter, nanos_min, nanos_wanted);
    nanos += first.nanos;
    if (first.borrowers.length > 0) {
      await this.#askAccount({ verb: 'recall', borrowers: first.borrowers });
      const rest = Math.max(1, nanos_min - nanos);
      nanos += (await this.#lend(meter, rest, rest)).nanos;
    }
    if (nanos >= nanos_min) return;
    this.#dryNanos = nanos_min - nanos;
    this.#dryUntil_ms = Date.now() + dry_ms;
  }

  /** @param {MeterCore} meter @param {number} nanos_min @param {number} nanos_wanted */
  async #lend(meter, nanos_min, nanos_wanted) {
    const loan = ++this.#loanCount;
    this.#loan = { verb: 'lend', epoch: this.#epoch, loan, nanos_min, nanos_wanted };
    const answer = await this.#askAccount(this.#loan);
    this.#take(meter, answer.nanos);
    return answer;
  }

  /** A loan whose answer got lost is asked for again: it is the same one.
   * @param {MeterCore} meter */
  async #settleLoan(meter) {
    if (this.#loan === null) return 0;
    const { nanos } = await this.#askAccount(this.#loan);
    this.#take(meter, nanos);
    return nanos;
  }

  /** @param {MeterCore} meter @param {number} nanos */
  #take(meter, nanos) {
    if (this.#core !== meter) throw new Refused(broken);
    meter.ask({ op: 'borrowed', nanos });
    this.#loan = null;
  }

  /** Brings rows to the account's books. What fails is left for the alarm. */
  async #deliver() {
    if (this.#opening === null) return;
    const meter = await this.#opening;
    for (;;) {
      const { rows } = meter.ask({ op: 'deliver', count: rowsAtOnce }).control;
      if (rows.length === 0 && this.#return === null) return;
      const back = this.#return;
      await this.#askAccount({
        verb: 'settle',
        epoch: this.#epoch,
        rows,
        return: back?.number ?? 0,
        returned_nanos: back?.nanos ?? 0,
      });
      if (this.#core !== meter) return;
      if (this.#return === back) this.#return = null;
      this.turn(() => meter.ask({ op: 'delivered', ids: idsOf(rows) }));
    }
  }

  /** @param {Record<string, unknown>} question @returns {Promise<any>} */
  async #askAccount(question) {
    const { ACCOUNT } = this.env;
    const account = ACCOUNT.get(ACCOUNT.idFromName(this.#account));
    const response = await account.fetch('https://account/meter', {
      method: 'POST',
      headers: { 'x-fairway-user-id': encodeURIComponent(this.#account) },
      body: JSON.stringify({ ...question, key_id: this.#keyId }),
    });
    if (!response.ok) throw new Refused(busy);
    const answer = /** @type {any} */ (await response.json());
    if (!answer.failure) return answer;
    if (answer.failure.code === 'stale_meter') this.forget();
    throw new Refused(answer.failure);
  }
}

/** @param {{id: string}[]} rows */
function idsOf(rows) {
  return rows.map(({ id }) => id);
}
