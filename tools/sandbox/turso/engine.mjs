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
 * @param {() => void} onGone  It ended by itself: its streams are lost.
 * @param {() => boolean} isNeeded  Asked before an idle process is stopped.
 * @returns {EngineProcess}
 */
export function createEngine(file, onGone = () => undefined, isNeeded = () => false) {
  /** @type {ReturnType<typeof startProcess> | null} */
  let current = null;
  /** @type {NodeJS.Timeout | undefined} */
  let idle;

  const stop = async () => {
    clearTimeout(idle);
    const stopped = current;
    current = null;
    await stopped?.end();
  };
  const restWhenIdle = () => {
    clearTimeout(idle);
    idle = setTimeout(() => {
      if (current?.isBusy() || isNeeded()) restWhenIdle();
      else void stop();
    }, idle_ms_max);
    idle.unref();
  };
  const start = () => {
    const started = startProcess(file, () => {
      if (current !== started) return;
      current = null;
      onGone();
    });
    return started;
  };
  return {
    call(op, values = {}) {
      current ??= start();
      restWhenIdle();
      return current.call(op, values);
    },
    stop,
    isRunning: () => current !== null,
  };
}

/**
 * One process and the calls that wait for it.
 *
 * @param {string} file
 * @param {() => void} onExit
 */
function startProcess(file, onExit) {
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let lastId = 0;
  let isEnding = false;
  const child = fork(program, [file], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: {},
  });
  child.on('error', () => child.kill('SIGKILL'));
  child.on('message', (/** @type {any} */ { id, value, error }) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0 && !isEnding) keepAlive(child, false);
    if (error === undefined) call?.resolve(value);
    else call?.reject(new Error(error));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve)).then(() => {
    onExit();
    for (const call of waiting.values()) {
      call.reject(new EngineGone('The database engine stopped'));
    }
    waiting.clear();
  });
  return {
    isBusy: () => waiting.size > 0,
    /** @param {string} op @param {Record<string, unknown>} values @returns {Promise<any>} */
    call(op, values) {
      const id = ++lastId;
      const alarm = setTimeout(() => child.kill('SIGKILL'), call_ms_max);
      const answer = new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, op, ...values }, (error) => {
          if (error !== null) child.kill('SIGKILL');
        });
      });
      keepAlive(child, true);
      return answer.finally(() => clearTimeout(alarm));
    },
    end() {
      isEnding = true;
      keepAlive(child, true);
      child.kill('SIGKILL');
      return ended;
    },
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
