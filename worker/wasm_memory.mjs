// The memory of a wasm instance of the core, as JavaScript lays frames into it and reads them.

import { noBytes, prepareFrame } from './frame.mjs';

/** What of an instance is needed for it.
 * @typedef {{memory: WebAssembly.Memory, allocate: (size: number) => number}} Owner */

export class WasmMemory {
  /** @type {Bytes} */ #bytes = noBytes;
  /** @type {Owner | null} */ #owner = null;

  /** Once the instance exists: its imports want this before. @param {Owner} owner */
  open(owner) {
    this.#owner = owner;
  }

  /** All of it, as large as it is now. */
  get bytes() {
    const { memory } = this.#present();
    if (this.#bytes.buffer !== memory.buffer) this.#bytes = new Uint8Array(memory.buffer);
    return this.#bytes;
  }

  /** @param {number} at @param {number} size @returns {Bytes} valid until the memory grows */
  view(at, size) {
    return this.bytes.subarray(at, at + size);
  }

  /** Lays bytes into it; whoever takes them releases them. @param {Bytes} bytes */
  put(bytes) {
    const at = this.#present().allocate(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }

  /** Lays a frame into it; the core releases it.
   * @param {unknown} control @param {Bytes} bytes @returns {[number, number]} place and size */
  give(control, bytes) {
    const frame = prepareFrame(control, bytes);
    const at = this.#present().allocate(frame.size);
    frame.writeTo(this.view(at, frame.size));
    return [at, frame.size];
  }

  #present() {
    if (this.#owner === null) throw new Error('the instance is not there yet');
    return this.#owner;
  }
}
