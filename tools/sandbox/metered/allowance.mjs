// How much a key may ask for in a minute. The windows are fixed: they begin with the first call.

/**
 * @typedef {object} Allowance
 * @property {number} limit
 * @property {number} remaining
 * @property {number} reset_ms  Until the window ends.
 * @property {boolean} isOver
 */

/** @typedef {(key: string, limit: number, cost?: number) => Allowance} TakeAllowance */

/**
 * What is left after the call; when it is over the call shall be refused, and has taken nothing.
 *
 * @param {import('../frame/clock.mjs').Clock} clock
 * @param {number} [window_ms]
 * @returns {TakeAllowance}
 */
export function createAllowance(clock, window_ms = 60_000) {
  /** @type {Map<string, {began_ms: number, used: number}>} */
  const windows = new Map();
  return (key, limit, cost = 1) => {
    const now_ms = clock.now_ms();
    let window = windows.get(key);
    if (window === undefined || now_ms - window.began_ms >= window_ms) {
      window = { began_ms: now_ms, used: 0 };
      windows.set(key, window);
    }
    const isOver = window.used + cost > limit;
    if (!isOver) window.used += cost;
    return {
      limit,
      remaining: limit - window.used,
      reset_ms: window.began_ms + window_ms - now_ms,
      isOver,
    };
  };
}
