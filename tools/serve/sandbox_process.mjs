// The sandbox as a process of its own, so that its end is its own too.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const main = join(import.meta.dirname, '../sandbox/main.mjs');
const readyMsMax = 30_000;

/**
 * @typedef {object} Sandbox
 * @property {number} pid
 * @property {{origin: string, turso: string, cloudflare: string, identity: string}} addresses
 * @property {Promise<string>} ended why it ended
 * @property {() => Promise<void>} stop
 */

/**
 * Starts it and waits until it is ready; rejects with what it said when it cannot start.
 * @param {{port: number, state: string, log: (line: string) => void}} options
 * @returns {Promise<Sandbox>}
 */
export function startSandboxProcess({ port, state, log }) {
  const process_ = spawn(process.execPath, [main, '--port', String(port), '--state', state], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // Ctrl-C is for the parent, which ends its children in order.
  });
  const ended = new Promise((resolve) => {
    process_.on('error', (error) => resolve(error.message));
    process_.on('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `exit ${code}`));
  });
  /** @type {string[]} */
  const words = [];
  createInterface({ input: process_.stderr }).on('line', (line) => {
    words.push(line);
    log(line);
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      process_.kill('SIGKILL');
      reject(new Error(`The sandbox was not ready within ${readyMsMax / 1000} s.`));
    }, readyMsMax);
    ended.then((why) => {
      clearTimeout(timer);
      reject(new Error(`The sandbox ended (${why}). ${words.slice(-5).join(' ')}`.trim()));
    });
    const lines = createInterface({ input: process_.stdout });
    lines.once('line', (line) => {
      clearTimeout(timer);
      lines.on('line', log);
      const stop = async () => {
        process_.kill('SIGTERM');
        const timer = setTimeout(() => process_.kill('SIGKILL'), 5_000);
        await ended;
        clearTimeout(timer);
      };
      resolve({ pid: Number(process_.pid), addresses: JSON.parse(line), ended, stop });
    });
  });
}
