// The answer of one call, kept while it comes, so that a repeated call gets the same one instead of
// being sent and charged again. Any number of readers, each from the beginning.
//
// Limits: an answer of more than 1 MB is not kept; who repeats it while it comes is told that it is
// under way.

export const keptBytesMax = 1 << 20;

export class Recording {
  /** @type {Bytes[]} */ #chunks = [];
  #bytes = 0;
  #hasEnded = false;
  /** @type {unknown} why it broke off */ #broken;
  /** @type {(() => void)[]} */ #waiting = [];
  /** @type {{status: number, headers: Headers} | null} */ #head = null;

  /** @type {(value: undefined) => void} */ #settle = () => {};

  /** @param {string} fingerprint of what was asked */
  constructor(fingerprint) {
    this.fingerprint = fingerprint;
    this.ended = new Promise((resolve) => (this.#settle = resolve));
  }

  get hasEnded() {
    return this.#hasEnded;
  }

  /** Whether it can still be given as a whole. */
  get isKept() {
    return this.#bytes <= keptBytesMax;
  }

  /** Whether there is nothing to be given: it was refused, or broke off. */
  get hasFailed() {
    return this.#broken !== undefined;
  }

  /** @param {number} status @param {Headers} headers */
  begin(status, headers) {
    this.#head = { status, headers };
    this.#wake();
  }

  /** @param {Bytes} bytes */
  add(bytes) {
    this.#bytes += bytes.length;
    if (this.isKept) this.#chunks.push(bytes);
    else this.#chunks.length = 0;
    this.#wake();
  }

  end() {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#settle(undefined);
    this.#wake();
  }

  /** @param {unknown} why */
  breakOff(why) {
    if (this.#hasEnded) return;
    this.#broken = why ?? new Error('the answer broke off');
    this.end();
  }

  /** The whole answer, once it has ended well; null for one that is not kept. */
  kept() {
    if (!this.#hasEnded || this.#broken || this.#head === null || !this.isKept) return null;
    const body = new Uint8Array(this.#bytes);
    let at = 0;
    for (const chunk of this.#chunks) {
      body.set(chunk, at);
      at += chunk.length;
    }
    return { status: this.#head.status, headers: [...this.#head.headers], body };
  }

  /** The answer for one more reader; null when it broke off before it began. */
  async response() {
    while (this.#head === null && !this.#hasEnded) await this.#change();
    if (this.#head === null) return null;
    const headers = new Headers(this.#head.headers);
    headers.set('x-fairway-replayed', 'true');
    let next = 0;
    const stream = new ReadableStream({
      pull: async (controller) => {
        while (next === this.#chunks.length && !this.#hasEnded && this.isKept) await this.#change();
        if (!this.isKept) controller.error(new Error('the answer became too large to keep'));
        else if (next < this.#chunks.length) controller.enqueue(this.#chunks[next++]);
        else if (this.#broken) controller.error(this.#broken);
        else controller.close();
      },
    });
    return new Response(stream, { status: this.#head.status, headers });
  }

  #change() {
    return new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
  }

  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
