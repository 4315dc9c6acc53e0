// Time as the sandbox sees it. Everything that expires asks this clock and nothing else, so a test
// can hand in a manual one and move hours in a line.

/**
 * @typedef {object} Clock
 * @property {() => number} now_ms  Unix time in milliseconds.
 * @property {(duration_ms: number, action: () => void) => () => void} after
 *   Runs the action once after the duration; the answer cancels it.
 */

/** @returns {Clock} */
export function systemClock() {
  return {
    now_ms: () => Date.now(),
    after(duration_ms, action) {
      const timer = setTimeout(action, duration_ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/**
 * A clock that stands still until `advance` is called.
 *
 * @param {number} [start_ms]
 * @returns {Clock & {advance: (duration_ms: number) => void}}
 */
export function manualClock(start_ms = Date.UTC(2026, 0, 1)) {
  let now_ms = start_ms;
  /** @type {Set<{due_ms: number, action: () => void}>} */
  const waiting = new Set();
  return {
    now_ms: () => now_ms,
    after(duration_ms, action) {
      const entry = { due_ms: now_ms + duration_ms, action };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    advance(duration_ms) {
      const end_ms = now_ms + duration_ms;
      for (;;) {
        const next = [...waiting].sort((a, b) => a.due_ms - b.due_ms)[0];
        if (next === undefined || next.due_ms > end_ms) break;
        waiting.delete(next);
        now_ms = next.due_ms;
        next.action();
      }
      now_ms = end_ms;
    },
  };
}

/**
 * @param {Clock} clock
 * @param {number} duration_ms
 * @returns {Promise<void>}
 */
export function sleep(clock, duration_ms) {
  return new Promise((resolve) => void clock.after(duration_ms, resolve));
}
