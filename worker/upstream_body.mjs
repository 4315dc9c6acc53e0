// A provider's stream on its way to a caller who may hang up.

import { noBytes } from './frame.mjs';

export const answerBytesMax = 32 << 20;
// After the caller has gone, the stream is read on for so long and so much.
const drain_ms = 120_000;
const drainedBytesMax = 16 << 20;

/**
 * Who looks at a stream while it passes.
 * @typedef {object} Watcher
 * @property {(bytes: Bytes) => {passed: Bytes, isComplete: boolean}} feed
 * @property {(isWhole: boolean) => Promise<Bytes>} end called once; gives the last bytes
 * @property {(error: unknown) => void} broke
 */

/**
 * Passes a stream on, chunk by chunk, as fast as the caller takes it. The chunk that completes it
 * waits for `end`; what a provider sends behind that is passed unread. When the caller hangs up, it
 * is read to its end all the same.
 */
export class PassedStream {
  /** @type {ReadableStreamDefaultReader<Bytes>} */ #reader;
  /** @type {Watcher} */ #watcher;
  #hasEnded = false;
  #isCallerGone = false;
  /** @type {Promise<unknown>} */ #reading = Promise.resolve();
  /** @type {(value: undefined) => void} */ #settle = () => {};
  /** Ends when the watcher's end has. */
  settled = new Promise((resolve) => (this.#settle = resolve));

  /** @param {ReadableStream<Bytes>} body @param {Watcher} watcher */
  constructor(body, watcher) {
    this.#reader = body.getReader();
    this.#watcher = watcher;
    this.stream = new ReadableStream({
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.#isCallerGone = true;
        void this.#drain();
      },
    });
  }

  /** @param {ReadableStreamDefaultController<Bytes>} controller */
  async #pull(controller) {
    try {
      for (;;) {
        const coming = this.#next();
        this.#reading = coming;
        const passed = await coming;
        if (this.#isCallerGone) return;
        if (passed === null) return controller.close();
        if (passed.length > 0) return controller.enqueue(passed);
      }
    } catch (error) {
      await this.#breakOff();
      if (!this.#isCallerGone) controller.error(error);
    }
  }

  /** The next bytes for the caller; null at the end. @returns {Promise<Bytes | null>} */
  async #next() {
    const { done, value } = await this.#reader.read();
    if (done) {
      const tail = await this.#finish(true);
      return tail.length > 0 ? tail : null;
    }
    if (this.#hasEnded) return value;
    const { passed, isComplete } = this.#watcher.feed(value);
    if (isComplete) await this.#finish(true);
    return passed;
  }

  async #drain() {
    const until_ms = Date.now() + drain_ms;
    let bytes = 0;
    try {
      await this.#reading;
      while (!this.#hasEnded && Date.now() < until_ms && bytes < drainedBytesMax) {
        bytes += (await this.#next())?.length ?? 0;
      }
      await this.#finish(false);
      await this.#reader.cancel().catch(() => {});
    } catch {
      await this.#breakOff();
    }
  }

  /** @param {boolean} isWhole */
  async #finish(isWhole) {
    if (this.#hasEnded) return noBytes;
    this.#hasEnded = true;
    try {
      return await this.#watcher.end(isWhole);
    } finally {
      this.#settle(undefined);
    }
  }

  #breakOff() {
    return this.#finish(false).catch((error) => this.#watcher.broke(error));
  }
}
