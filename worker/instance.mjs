// One wasm instance of the core, and the pool that instances are leased from.
//
// An instance serves one run (a request, or the due jobs) at a time. It is dropped after a trap,
// when it has grown past 8 MB, and when something of its run is still under way: a trap fails one
// run and no neighbour. What runs share is the database, never wasm memory.
//
// A turn is one entry into wasm. The world of the run wraps it (a transaction in an account); what
// the core asked for during the turn goes out only after the turn has ended well.

import { decodeFrame, noBytes } from './frame.mjs';
import { systemImports } from './system.mjs';
import { WasmMemory } from './wasm_memory.mjs';

const memoryBytesMax = 8 << 20;
const idleInstancesMax = 4;

/** @typedef {import('./frame.mjs').Frame} Frame */
/**
 * What the core may reach during one run.
 * @typedef {object} World
 * @property {(enter: () => void) => void} turn runs one entry into wasm
 * @property {(question: Bytes) => Bytes} query runs SQL; the answer is valid until the
 *   next question
 * @property {(question: Frame, signal: AbortSignal) => Promise<Frame>} ask answers a port's call;
 *   never rejects
 */
/**
 * @typedef {object} CoreExports
 * @property {WebAssembly.Memory} memory
 * @property {() => void} _initialize
 * @property {(size: number) => number} allocate
 * @property {(frame: number, size: number) => void} configure
 * @property {(frame: number, size: number) => void} start
 * @property {(call: number, frame: number, size: number) => void} answer
 * @property {() => number} next_job_ms
 */

/** The run ended by a trap in the core. Its message names no user data. */
export class Trap extends Error {
  /** @param {unknown} cause @param {string} lastWords what the core wrote before it ended */
  constructor(cause, lastWords) {
    super(
      `the core trapped: ${cause instanceof Error ? cause.message : cause} ${lastWords}`.trim(),
    );
    this.where = cause instanceof Error ? (cause.stack ?? '') : '';
  }
}

class Lease {
  /** @param {World} world @param {(frame: Frame) => void} resolve
   *  @param {(trap: Trap) => void} reject */
  constructor(world, resolve, reject) {
    this.world = world;
    this.resolve = resolve;
    this.reject = reject;
    /** @type {Map<number, AbortController>} */
    this.underWay = new Map();
    /** @type {Map<number, Bytes>} asked in the present turn */
    this.asked = new Map();
    /** @type {Frame | null} */
    this.finished = null;
  }
}

export class Instance {
  /** @type {CoreExports} */ #core;
  #memory = new WasmMemory();
  /** @type {Lease | null} */ #lease = null;
  #lastWords = '';
  #spent = false;

  /** @param {WebAssembly.Module} module @param {Record<string, string>} settings */
  constructor(module, settings) {
    const instance = new WebAssembly.Instance(module, {
      host: this.#hostImports(),
      wasi_snapshot_preview1: systemImports(
        () => this.#memory.bytes,
        (words) => (this.#lastWords = (this.#lastWords + words).slice(-500)),
      ),
    });
    this.#core = /** @type {CoreExports} */ (/** @type {unknown} */ (instance.exports));
    this.#memory.open(this.#core);
    this.#core._initialize();
    this.#core.configure(...this.#memory.give(settings, noBytes));
  }

  /** Whether another run may be started here. */
  get reusable() {
    return !this.#spent && this.#lease === null && this.#memory.bytes.length <= memoryBytesMax;
  }

  /** When the earliest job is due, -1 when none is. Only inside a turn. */
  nextJobMs() {
    return this.#core.next_job_ms();
  }

  /**
   * @param {unknown} control @param {Bytes} bytes @param {World} world
   * @returns {Promise<Frame>} rejects with a Trap
   */
  run(control, bytes, world) {
    return new Promise((resolve, reject) => {
      const lease = new Lease(world, resolve, reject);
      this.#lease = lease;
      this.#turn(lease, () => this.#core.start(...this.#memory.give(control, bytes)));
    });
  }

  /** @param {Lease} lease @param {() => void} enter */
  #turn(lease, enter) {
    if (this.#lease !== lease) return; // Its run has ended meanwhile.
    try {
      lease.world.turn(enter);
      if (lease.finished === null && lease.asked.size === 0 && lease.underWay.size === 0) {
        throw new Error('the run waits for nothing and has not ended');
      }
    } catch (cause) {
      this.#spent = true;
      this.#end(lease);
      lease.reject(new Trap(cause, this.#lastWords));
      return;
    }
    const asked = [...lease.asked];
    lease.asked.clear();
    for (const [call, frame] of asked) this.#send(lease, call, frame);
    if (lease.finished !== null) {
      this.#spent ||= lease.underWay.size > 0;
      this.#end(lease);
      lease.resolve(lease.finished);
    }
  }

  /** @param {Lease} lease */
  #end(lease) {
    this.#lease = null;
    for (const controller of lease.underWay.values()) controller.abort();
    lease.underWay.clear();
  }

  /** @param {Lease} lease @param {number} call @param {Bytes} frame */
  #send(lease, call, frame) {
    const controller = new AbortController();
    lease.underWay.set(call, controller);
    lease.world.ask(decodeFrame(frame), controller.signal).then((answer) => {
      if (!lease.underWay.delete(call)) return; // Nobody waits for it any more.
      const { control, bytes } = answer;
      this.#turn(lease, () => this.#core.answer(call, ...this.#memory.give(control, bytes)));
    });
  }

  #present() {
    if (this.#lease === null) throw new Error('the core spoke outside of a run');
    return this.#lease;
  }

  #hostImports() {
    return {
      /** @param {number} call @param {number} at @param {number} size */
      ask: (call, at, size) =>
        void this.#present().asked.set(call, this.#memory.view(at, size).slice()),
      /** @param {number} call */
      abandon: (call) => {
        const lease = this.#lease;
        lease?.asked.delete(call);
        lease?.underWay.get(call)?.abort();
        lease?.underWay.delete(call);
      },
      /** @param {number} at @param {number} size */
      finish: (at, size) => {
        const { control, bytes } = decodeFrame(this.#memory.view(at, size));
        this.#present().finished = { control, bytes: bytes.slice() };
      },
      /** @param {number} at @param {number} size @returns {number} */
      query: (at, size) => {
        return this.#memory.put(this.#present().world.query(this.#memory.view(at, size)));
      },
      now_ms: () => Date.now(),
      /** @param {number} at @param {number} size */
      random: (at, size) => void crypto.getRandomValues(this.#memory.view(at, size)),
    };
  }
}

/** Instances that wait for their next run, of one account or of the front. */
export class Pool {
  /** @type {Instance[]} */ #idle = [];
  /** @param {WebAssembly.Module} module @param {Record<string, string>} settings */
  constructor(module, settings) {
    this.module = module;
    this.settings = settings;
  }

  /**
   * Runs on an instance of its own.
   * @param {unknown} control @param {Bytes} bytes
   * @param {(instance: Instance) => World} worldOf
   * @returns {Promise<Frame>} rejects with a Trap
   */
  async run(control, bytes, worldOf) {
    const instance = this.#idle.pop() ?? new Instance(this.module, this.settings);
    try {
      return await instance.run(control, bytes, worldOf(instance));
    } finally {
      if (instance.reusable && this.#idle.length < idleInstancesMax) this.#idle.push(instance);
    }
  }
}
