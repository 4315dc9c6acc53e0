// The blob store: R2 under content-addressed keys "<account>/<sha256>".
//
// Every store is bound to one account and refuses keys of any other, whatever the core asked for.
// A write carries the digest that its key names, so R2 itself refuses bytes that do not match.

import { noBytes } from '../frame.mjs';
import { PortFailure } from './failure.mjs';

const readBytesMax = 8 << 20;

/** @typedef {import('../frame.mjs').Frame} Frame */
/** What of R2Bucket is used here.
 * @typedef {object} Bucket
 * @property {(key: string) => Promise<{size: number} | null>} head
 * @property {(key: string, options?: {range: {offset: number, length: number}}) => Promise<
 *   {body: ReadableStream<Bytes>, arrayBuffer(): Promise<ArrayBuffer>} | null>} get
 * @property {(key: string, bytes: Bytes, options: {sha256?: string}) => Promise<unknown>} put
 * @property {(key: string) => Promise<void>} delete
 */

export class BlobStore {
  /** @type {Map<string, number>} Blobs never change, so a size read once holds. */
  #sizes = new Map();
  /** @param {Bucket} bucket @param {string} account */
  constructor(bucket, account) {
    this.bucket = bucket;
    this.prefix = `${account}/`;
  }

  /** @param {string} key */
  check(key) {
    if (!key.startsWith(this.prefix)) {
      throw new PortFailure(
        'report_bug',
        'blob_of_another',
        'A blob of another account was named.',
      );
    }
    return key;
  }

  /** The size in bytes, -1 when there is no such blob. @param {string} key */
  async findSize(key) {
    const known = this.#sizes.get(key);
    if (known !== undefined) return known;
    const found = await this.bucket.head(this.check(key));
    if (found === null) return -1;
    if (this.#sizes.size >= 10_000) this.#sizes.clear();
    this.#sizes.set(key, found.size);
    return found.size;
  }

  /** @param {string} key */
  async sizeOf(key) {
    const size = await this.findSize(key);
    if (size < 0) throw missing();
    return size;
  }

  /** @param {string} key @param {{offset: number, length: number}} [range] whole without it
   *  @returns {Promise<ReadableStream<Bytes>>} */
  async open(key, range) {
    const found = await this.bucket.get(this.check(key), range && { range });
    if (found === null) throw missing();
    return found.body;
  }

  /** @param {string} key @param {number} offset @param {number} length */
  async read(key, offset, length) {
    if (length > readBytesMax) throw new Error('a blob was read in too large a piece');
    const size = await this.sizeOf(key);
    if (offset >= size || length <= 0) return noBytes;
    const range = { offset, length: Math.min(length, size - offset) };
    const found = await this.bucket.get(this.check(key), { range });
    if (found === null) throw missing();
    return new Uint8Array(await found.arrayBuffer());
  }

  /** @param {string} key @param {Bytes} bytes */
  async write(key, bytes) {
    const name = this.check(key).slice(this.prefix.length);
    const options = /^[0-9a-f]{64}$/.test(name) ? { sha256: name } : {};
    await this.bucket.put(key, bytes, options);
    this.#sizes.set(key, bytes.length);
  }

  /** @param {string} key */
  async remove(key) {
    this.#sizes.delete(key);
    await this.bucket.delete(this.check(key));
  }
}

/** @param {Frame} question @param {BlobStore} blobs @returns {Promise<Frame>} */
export async function answerBlobs({ control, bytes }, blobs) {
  const { verb, key } = control;
  try {
    switch (verb) {
      case 'write':
        await blobs.write(key, bytes);
        return { control: {}, bytes: noBytes };
      case 'read':
        return { control: {}, bytes: await blobs.read(key, control.offset, control.size) };
      case 'size':
        return { control: { size: await blobs.findSize(key) }, bytes: noBytes };
      case 'remove':
        await blobs.remove(key);
        return { control: {}, bytes: noBytes };
      default:
        throw new Error(`the blob store cannot ${verb}`);
    }
  } catch (error) {
    if (error instanceof PortFailure) throw error;
    throw new PortFailure(
      'retry_later',
      'blobs_unavailable',
      `Fairway's file store did not ${verb} a part: ${error instanceof Error ? error.message : ''}`,
    );
  }
}

function missing() {
  return new PortFailure(
    'fix_input',
    'blob_missing',
    'A part of the upload is not stored any more. Upload the project again.',
  );
}
