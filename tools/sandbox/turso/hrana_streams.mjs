// Streams of Hrana over HTTP: what a baton stands for. A baton can be used once; a stream that is
// not used for 10 seconds expires, and is remembered for 300 more to say so; a transaction that is
// open for 5 seconds is rolled back.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ProtocolError } from './hrana_values.mjs';

const expires_after_ms = 10_000;
const forgotten_after_ms = 300_000;
const transaction_ms_max = 5_000;

/** The stream of a baton has expired; answered as JSON with its code. */
export class StreamExpired extends Error {}

/**
 * @typedef {object} Stream
 * @property {bigint} id
 * @property {number} engineStream  The stream's number in the engine process.
 * @property {bigint} sequence
 * @property {Map<number, string>} texts  Stored SQL.
 * @property {'available' | 'acquired' | 'expired'} state
 * @property {boolean} isClosed
 * @property {() => void} cancelExpiry
 * @property {(() => void) | null} cancelTransaction
 */

/**
 * @typedef {object} Streams
 * @property {(baton: unknown) => Stream} acquire
 * @property {(stream: Stream) => string | null} release  The next baton, null when it was closed.
 * @property {(stream: Stream) => void} drop
 * @property {(stream: Stream, isAutocommit: boolean) => void} noteTransaction
 * @property {() => void} dropAll  The engine is gone, or the database is.
 * @property {() => number} count
 */

/**
 * @param {{clock: import('../frame/clock.mjs').Clock,
 *   engine: () => import('./engine.mjs').EngineProcess}} parts
 * @returns {Streams}
 */
export function createStreams({ clock, engine }) {
  const key = randomBytes(32);
  /** @type {Map<bigint, Stream>} */
  const streams = new Map();
  let lastEngineStream = 0;

  const ask = (/** @type {string} */ op, /** @type {Stream} */ { engineStream }) => {
    if (engine().isRunning())
      engine()
        .call(op, { stream: engineStream })
        .catch(() => undefined);
  };
  const endTimers = (/** @type {Stream} */ stream) => {
    stream.cancelExpiry();
    stream.cancelTransaction?.();
    stream.cancelTransaction = null;
  };
  const drop = (/** @type {Stream} */ stream) => {
    endTimers(stream);
    streams.delete(stream.id);
    ask('close', stream);
  };
  const expire = (/** @type {Stream} */ stream) => {
    endTimers(stream);
    stream.state = 'expired';
    ask('close', stream);
    stream.cancelExpiry = clock.after(forgotten_after_ms, () => void streams.delete(stream.id));
  };
  return {
    acquire(baton) {
      if (baton === null || baton === undefined) {
        const stream = newStream(++lastEngineStream);
        streams.set(stream.id, stream);
        return stream;
      }
      return resume(streams, readBaton(key, baton));
    },
    release(stream) {
      if (stream.isClosed || !streams.has(stream.id)) {
        drop(stream);
        return null;
      }
      stream.state = 'available';
      stream.cancelExpiry = clock.after(expires_after_ms, () => expire(stream));
      return writeBaton(key, stream);
    },
    drop,
    noteTransaction(stream, isAutocommit) {
      if (isAutocommit) {
        stream.cancelTransaction?.();
        stream.cancelTransaction = null;
      } else {
        stream.cancelTransaction ??= clock.after(transaction_ms_max, () => ask('rollback', stream));
      }
    },
    dropAll() {
      for (const stream of streams.values()) endTimers(stream);
      streams.clear();
    },
    count: () => [...streams.values()].filter(({ state }) => state !== 'expired').length,
  };
}

/**
 * The stream of a baton, now in use; throws when the baton does not open it.
 *
 * @param {Map<bigint, Stream>} streams
 * @param {{id: bigint, sequence: bigint}} baton
 * @returns {Stream}
 */
function resume(streams, { id, sequence }) {
  const stream = streams.get(id);
  if (stream === undefined) throw new ProtocolError('Received an invalid baton');
  if (stream.state === 'expired') {
    throw new StreamExpired('The stream has expired due to inactivity');
  }
  if (stream.state === 'acquired' || stream.sequence !== sequence) {
    throw new ProtocolError('Received a baton that has already been used');
  }
  stream.state = 'acquired';
  stream.sequence = BigInt.asUintN(64, stream.sequence + 1n);
  stream.cancelExpiry();
  return stream;
}

/**
 * @param {number} engineStream
 * @returns {Stream}
 */
function newStream(engineStream) {
  const random = randomBytes(16);
  return {
    id: random.readBigUInt64BE(0),
    engineStream,
    sequence: random.readBigUInt64BE(8),
    texts: new Map(),
    state: 'acquired',
    isClosed: false,
    cancelExpiry: () => undefined,
    cancelTransaction: null,
  };
}

/**
 * @param {Buffer} key
 * @param {Stream} stream
 */
function writeBaton(key, { id, sequence }) {
  const payload = Buffer.alloc(16);
  payload.writeBigUInt64BE(id, 0);
  payload.writeBigUInt64BE(sequence, 8);
  const proof = createHmac('sha256', key).update(payload).digest();
  return Buffer.concat([payload, proof]).toString('base64').replace(/=+$/, '');
}

/**
 * @param {Buffer} key
 * @param {unknown} baton
 */
function readBaton(key, baton) {
  const bytes = typeof baton === 'string' ? Buffer.from(baton, 'base64') : Buffer.alloc(0);
  if (bytes.length !== 48) throw new ProtocolError('Received an invalid baton');
  const payload = bytes.subarray(0, 16);
  const proof = createHmac('sha256', key).update(payload).digest();
  if (!timingSafeEqual(proof, bytes.subarray(16))) {
    throw new ProtocolError('Received an invalid baton');
  }
  return { id: payload.readBigUInt64BE(0), sequence: payload.readBigUInt64BE(8) };
}
