// A load generator on kept-alive connections: as fast as answers come, or at a fixed rate.

import { Agent, get } from 'node:http';
import { scheduler } from 'node:timers/promises';

/** @typedef {{answers: number, errors: number, seconds: number, latencies_ms: number[]}} Load */

/** @param {Agent} agent @param {string} url @param {Record<string, string>} headers
 *  @returns {Promise<boolean>} */
function once(agent, url, headers) {
  return new Promise((resolve) => {
    const request = get(url, { agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode === 200));
    });
    request.on('error', () => resolve(false));
  });
}

/**
 * @param {string} url @param {Record<string, string>} headers
 * @param {{seconds?: number, answers?: number, connections: number, perSecond?: number}} how ends
 *   after so many seconds or answers; without `perSecond`: as fast as answers come
 * @returns {Promise<Load>}
 */
export async function load(url, headers, how) {
  const { seconds = Infinity, answers = Infinity, connections, perSecond } = how;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const load = { answers: 0, errors: 0, seconds, latencies_ms: /** @type {number[]} */ ([]) };
  const began = performance.now();
  const ends = began + seconds * 1000;
  const goesOn = () => performance.now() < ends && load.latencies_ms.length < answers;
  const measured = async () => {
    const from = performance.now();
    const isGood = await once(agent, url, headers);
    load.latencies_ms.push(performance.now() - from);
    if (isGood) ++load.answers;
    else ++load.errors;
  };
  if (perSecond === undefined) {
    const loop = async () => {
      while (goesOn()) await measured();
    };
    await Promise.all(Array.from({ length: connections }, loop));
  } else {
    const sent = [];
    for (let i = 0; goesOn(); ++i) {
      const wait_ms = began + (i * 1000) / perSecond - performance.now();
      if (wait_ms > 1) await scheduler.wait(wait_ms);
      sent.push(measured());
    }
    await Promise.all(sent);
  }
  load.seconds = (performance.now() - began) / 1000;
  agent.destroy();
  return load;
}

/** @param {number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
