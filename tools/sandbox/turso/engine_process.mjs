// A process of its own for one database: it holds the connections (one per Hrana stream) and runs
// what the sandbox sends. A query that spins, or a file that crashes the engine, stops this process
// and nothing else. Speaks over the parent's channel: {id, op, ...} in, {id, value} or {id, error}
// out. Ends when the parent does.

import { Worker } from 'node:worker_threads';
import {
  checkAccess,
  describeError,
  holds,
  openConnection,
  parseProgram,
  RequestFailed,
  response_bytes_max,
  runStatement,
} from './engine_connection.mjs';
import {
  copyDatabase,
  describeStatement,
  dumpDatabase,
  inspectDatabase,
  verifyImage,
  viewTable,
} from './engine_files.mjs';
import { SqlRefused } from './sql_text.mjs';

const busy_wait_ms_max = 10_000;
// A process that a killed sandbox left behind may hold a lock for a moment, and tells nobody when
// it ends.
const ask_again_ms = 50;
const file = process.argv[2] ?? '';

/**
 * @typedef {object} Stream
 * @property {import('./engine_connection.mjs').Connection} connection
 * @property {boolean} isCut  Its transaction was rolled back from outside.
 */

/** @type {Map<number, Stream>} */
const streams = new Map();
/** @type {Set<() => void>} */
const waitingForLock = new Set();

/**
 * @param {number} id
 * @returns {Stream}
 */
function streamOf(id) {
  let stream = streams.get(id);
  if (stream === undefined) {
    stream = { connection: openConnection(file), isCut: false };
    streams.set(id, stream);
  }
  return stream;
}

function wakeWaiters() {
  for (const wake of [...waitingForLock]) wake();
}

/** Resolves when a stream of this process let go of something, or after a short while. */
function lockMayBeFree() {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      waitingForLock.delete(wake);
      resolve(undefined);
    };
    const timer = setTimeout(wake, ask_again_ms);
    waitingForLock.add(wake);
  });
}

/**
 * Runs one step, waiting while another stream of this database holds the write lock.
 *
 * @param {Stream} stream
 * @param {import('./engine_connection.mjs').Step} step
 * @param {import('./engine_connection.mjs').Access} access
 * @param {number} room_bytes
 */
async function runWhenFree(stream, step, access, room_bytes) {
  const deadline_ms = Date.now() + busy_wait_ms_max;
  for (;;) {
    if (stream.isCut) throw new SqlRefused('TRANSACTION_TIMEOUT', 'Transaction timed out');
    try {
      return runStatement(stream.connection, step, access, room_bytes);
    } catch (error) {
      const code = /** @type {any} */ (error)?.code;
      if (code !== 'SQLITE_BUSY' || Date.now() >= deadline_ms) throw error;
    }
    await lockMayBeFree();
  }
}

/**
 * @param {any} message
 * @returns {Promise<Record<string, unknown>>}
 */
async function runProgram({ stream: id, mode, steps: given, access }) {
  const stream = streamOf(id);
  const results = [];
  const errors = [];
  const done = [];
  let room_bytes = mode === 'cursor' ? Infinity : response_bytes_max;
  try {
    const steps = parseProgram(stream.connection, given, mode === 'sequence');
    checkAccess(steps, access);
    for (const step of steps) {
      const isEnabled = holds(step.condition, done, !stream.connection.inTransaction);
      let result = null;
      let failure = null;
      if (isEnabled) {
        try {
          const ran = await runWhenFree(stream, step, access, room_bytes);
          result = ran.result;
          room_bytes -= ran.size_bytes;
        } catch (error) {
          if (error instanceof RequestFailed) throw error;
          failure = describeError(error, step.statement.sql);
          if (failure.code === 'RESPONSE_TOO_LARGE') throw error;
        }
      }
      results.push(result);
      errors.push(failure);
      done.push(result !== null);
      if (failure !== null && mode === 'sequence') break;
    }
    return { results, errors, isAutocommit: !stream.connection.inTransaction };
  } catch (error) {
    const isAutocommit = !stream.connection.inTransaction;
    if (error instanceof RequestFailed) {
      return { failed: { status: error.status, message: error.message }, isAutocommit };
    }
    return { refused: describeError(error, ''), isAutocommit };
  } finally {
    stream.isCut = false;
    wakeWaiters();
  }
}

/** @param {number} id */
function rollBack(id) {
  const stream = streams.get(id);
  if (stream === undefined || !stream.connection.inTransaction) return false;
  stream.connection.exec('ROLLBACK');
  stream.isCut = true;
  wakeWaiters();
  return true;
}

/** @param {number} id */
function closeStream(id) {
  const stream = streams.get(id);
  if (stream === undefined) return;
  streams.delete(id);
  if (stream.connection.inTransaction) stream.connection.exec('ROLLBACK');
  stream.connection.close();
  wakeWaiters();
}

/** @type {Record<string, (message: any) => unknown>} */
const operations = {
  program: runProgram,
  describe: ({ stream, sql }) => describeStatement(streamOf(stream).connection, sql),
  autocommit: ({ stream }) => !streamOf(stream).connection.inTransaction,
  rollback: ({ stream }) => rollBack(stream),
  close: ({ stream }) => closeStream(stream),
  dump: ({ to, preserveRowIds }) => dumpDatabase(file, to, preserveRowIds),
  copy: ({ to }) => copyDatabase(file, to),
  verify: ({ image }) => verifyImage(image),
  inspect: ({ image }) => inspectDatabase(image),
  view: ({ image, table, offset, limit }) => viewTable(image, table, offset, limit),
};

process.on('message', async (/** @type {any} */ message) => {
  try {
    const value = await operations[message.op]?.(message);
    process.send?.({ id: message.id, value });
  } catch (error) {
    const { message: words } = describeError(error, '');
    process.send?.({ id: message.id, error: words });
  }
});
process.on('disconnect', () => process.exit(0));
// While a query spins, this thread hears nothing: another one sees that the parent is gone.
new Worker(
  `setInterval(() => {
  if (process.ppid !== ${process.ppid}) process.kill(${process.pid}, 'SIGKILL');
}, 1000);`,
  { eval: true },
).unref();
