// The sandbox's side of an engine process: starts it on first use, sends calls, stops it when it
// has been idle, gives up on one that hangs. Calls of a process that ends fail with EngineGone.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('./engine_process.mjs', import.meta.url));
const idle_ms_max = 60_000;
const call_ms_max = 60_000;

/** The engine process ended (crash, hang, delete) before it answered. */
export class EngineGone extends Error {}

/**
 * @typedef {object} EngineProcess
 * @property {(op: string, values?: Record<string, unknown>) => Promise<any>} call
 * @property {() => Promise<void>} stop  Resolves when the process has ended; safe to repeat.
 * @property {() => boolean} isRunning
 */

/**
 * @param {string} file  The database, or '' for a process that only inspects.
 * @param {() => void} onGone  Its streams are lost.
 * @param {() => boolean} isNeeded  Asked before an idle process is stopped.
 * @returns {EngineProcess}
 */
export function createEngine(file, onGone = () => undefined, isNeeded = () => false) {
  /** @type {import('node:child_process').ChildProcess | null} */
  let child = null;
  let lastId = 0;
  let isStopping = false;
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  let idle;

  const restIfIdle = () => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (waiting.size > 0 || isNeeded()) return restIfIdle();
      child?.kill('SIGKILL');
    }, idle_ms_max);
    idle.unref();
  };
  const start = () => {
    const started = fork(program, [file], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {},
    });
    started.on('message', (/** @type {any} */ { id, value, error }) => {
      const call = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0 && !isStopping) keepAlive(started, false);
      if (error === undefined) call?.resolve(value);
      else call?.reject(new Error(error));
    });
    started.on('error', () => started.kill('SIGKILL'));
    started.on('exit', () => {
      if (child === started) child = null;
      const lost = [...waiting.values()];
      waiting.clear();
      onGone();
      for (const call of lost) call.reject(new EngineGone('The database engine stopped'));
    });
    return started;
  };
  return {
    call(op, values = {}) {
      child ??= start();
      const target = child;
      const id = ++lastId;
      restIfIdle();
      return new Promise((resolve, reject) => {
        const alarm = setTimeout(() => target.kill('SIGKILL'), call_ms_max);
        const settle = (/** @type {(value: any) => void} */ then) => (/** @type {any} */ value) => {
          clearTimeout(alarm);
          then(value);
        };
        keepAlive(target, true);
        waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
        target.send({ id, op, ...values }, (error) => {
          if (error !== null) target.kill('SIGKILL');
        });
      });
    },
    stop() {
      clearTimeout(idle);
      if (child === null) return Promise.resolve();
      isStopping = true;
      keepAlive(child, true);
      const ended = new Promise((resolve) => void child?.once('exit', resolve));
      child.kill('SIGKILL');
      return ended.then(() => {
        isStopping = false;
      });
    },
    isRunning: () => child !== null,
  };
}

/**
 * An engine process keeps the sandbox's own process alive only while it is waited for.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {boolean} isAwaited
 */
function keepAlive(child, isAwaited) {
  if (isAwaited) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
