// Processes of an earlier or present start, as /proc tells them. Only ever ours: by id, and checked
// by what they run.

import { readFileSync } from 'node:fs';
import { scheduler } from 'node:timers/promises';

/** What the process was started as, null when there is no such process. @param {number} pid */
export function commandOf(pid) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return command === '' ? null : command;
  } catch {
    return null;
  }
}

/** @param {number} pid @returns {number[]} */
export function childrenOf(pid) {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** @param {number} pid @returns {number[]} the process and everything below it */
export function treeOf(pid) {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/** @param {number} pid @param {NodeJS.Signals} signal */
export function signal(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Waits until all of them have ended, at most five seconds. @param {number[]} pids */
export async function untilGone(pids) {
  for (let tries = 0; tries < 250 && pids.some((pid) => commandOf(pid) !== null); ++tries) {
    await scheduler.wait(20);
  }
}
