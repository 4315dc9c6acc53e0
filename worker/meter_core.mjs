// The core as a Meter object uses it: one wasm instance for the life of the object, asked by plain
// calls that answer at once (worker/meter_runs.h). What waits is the object.
//
// A trap ends the instance and with it everything that its memory knew: the float, the holds, the
// streams. That is a crash as ledger.h describes it; the object begins a new epoch.

import { decodeFrame, noBytes } from './frame.mjs';
import { systemImports } from './system.mjs';
import { WasmMemory } from './wasm_memory.mjs';

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
  #memory = new WasmMemory();
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
          return this.#memory.put(query(this.#memory.view(at, size)));
        },
        now_ms: () => Date.now(),
        /** @param {number} at @param {number} size */
        random: (at, size) => void crypto.getRandomValues(this.#memory.view(at, size)),
      },
      wasi_snapshot_preview1: systemImports(
        () => this.#memory.bytes,
        (words) => (this.lastWords = (this.lastWords + words).slice(-500)),
      ),
    });
    this.#core = /** @type {MeterExports} */ (/** @type {unknown} */ (instance.exports));
    this.#memory.open(this.#core);
    this.#core._initialize();
    this.#core.configure(...this.#memory.give(settings, noBytes));
  }

  /**
   * @param {Record<string, unknown>} question @param {Bytes} [bytes]
   * @returns {{control: any, bytes: Bytes}} the bytes are a copy
   */
  ask(question, bytes = noBytes) {
    const at = this.#core.ask_meter(...this.#memory.give(question, bytes));
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
    const at = this.#core.feed_meter(number, this.#memory.put(bytes), bytes.length);
    const passed = this.#sized(at).slice();
    const isComplete = new DataView(this.#memory.bytes.buffer).getUint32(at + 4, true) === 1;
    this.#core.release(at);
    return { passed, isComplete };
  }

  /** What lies behind its length and a word. @param {number} at */
  #sized(at) {
    const size = new DataView(this.#memory.bytes.buffer).getUint32(at, true);
    return this.#memory.view(at + 8, size);
  }
}
