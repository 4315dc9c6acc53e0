// The core as a Meter object uses it: one wasm instance for the life of the object, asked by plain
// calls that answer at once (worker/meter_runs.h). What waits is the object.
//
// A trap ends the instance and with it everything that its memory knew: the float, the holds, the
// streams. That is a crash as ledger.h describes it; the object begins a new epoch.

import { decodeFrame, noBytes, prepareFrame } from './frame.mjs';
import { systemImports } from './system.mjs';

/**
 * @typedef {object} MeterExports
 * @property {WebAssembly.Memory} memory
 * @property {() => void} _initialize
 * @property {(size: number) => number} allocate
 * @property {(at: number) => void} release
 * @property {(frame: number, size: number) => void} configure
 * @property {(frame: number, size: number) => number} ask_meter
 * @property {(number: number, bytes: number, size: number) => number} feed_meter
 */

export class MeterCore {
  /** @type {MeterExports} */ #core;
  /** @type {Bytes} */ #memory = noBytes;
  lastWords = '';

  /**
   * @param {WebAssembly.Module} module @param {Record<string, string>} settings
   * @param {(question: Bytes) => Bytes} query runs SQL on the object's own database
   */
  constructor(module, settings, query) {
    const refused = () => {
      throw new Error('a meter waits for nothing');
    };
    const instance = new WebAssembly.Instance(module, {
      host: {
        ask: refused,
        abandon: refused,
        finish: refused,
        /** @param {number} at @param {number} size */
        query: (at, size) => {
          const answer = query(this.#view().subarray(at, at + size));
          const room = this.#core.allocate(answer.length);
          this.#view().set(answer, room);
          return room;
        },
        now_ms: () => Date.now(),
        /** @param {number} at @param {number} size */
        random: (at, size) => void crypto.getRandomValues(this.#view().subarray(at, at + size)),
      },
      wasi_snapshot_preview1: systemImports(
        () => this.#view(),
        (words) => (this.lastWords = (this.lastWords + words).slice(-500)),
      ),
    });
    this.#core = /** @type {MeterExports} */ (/** @type {unknown} */ (instance.exports));
    this.#core._initialize();
    this.#core.configure(...this.#give(settings, noBytes));
  }

  /**
   * @param {Record<string, unknown>} question @param {Bytes} [bytes]
   * @returns {{control: any, bytes: Bytes}} the bytes are a copy
   */
  ask(question, bytes = noBytes) {
    const at = this.#core.ask_meter(...this.#give(question, bytes));
    const { control, bytes: answered } = decodeFrame(this.#sized(at));
    const copy = answered.slice();
    this.#core.release(at);
    return { control, bytes: copy };
  }

  /**
   * A stream's next bytes.
   * @param {number} number @param {Bytes} bytes
   * @returns {{passed: Bytes, isComplete: boolean}} what the caller gets of them
   */
  feed(number, bytes) {
    const room = this.#core.allocate(bytes.length);
    this.#view().set(bytes, room);
    const at = this.#core.feed_meter(number, room, bytes.length);
    const passed = this.#sized(at).slice();
    const isComplete = new DataView(this.#view().buffer).getUint32(at + 4, true) === 1;
    this.#core.release(at);
    return { passed, isComplete };
  }

  /** What lies behind its length and a word. @param {number} at */
  #sized(at) {
    const view = this.#view();
    const size = new DataView(view.buffer).getUint32(at, true);
    return view.subarray(at + 8, at + 8 + size);
  }

  #view() {
    if (this.#memory.buffer !== this.#core.memory.buffer) {
      this.#memory = new Uint8Array(this.#core.memory.buffer);
    }
    return this.#memory;
  }

  /** @param {unknown} control @param {Bytes} bytes @returns {[number, number]} */
  #give(control, bytes) {
    const frame = prepareFrame(control, bytes);
    const at = this.#core.allocate(frame.size);
    frame.writeTo(this.#view().subarray(at, at + frame.size));
    return [at, frame.size];
  }
}
