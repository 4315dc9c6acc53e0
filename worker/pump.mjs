// The pump: moves the jobs of one account on, driven by the alarm of its object.
//
// While an alarm is being handled, several runs may be under way, each claiming what is due: a job
// that is queued meanwhile does not wait for a long one. If the machine dies, the platform fires
// the alarm again by itself; at the end of an alarm the next one is set for the earliest due job.
// After a trap the pump rests, longer each time, so that a broken job cannot spin.

// A lease of a run that trapped ends after 30 s (shared/jobs/jobs.h): no use to try sooner.
const restMs = 30_000;
const restMsMax = 300_000;
// The platform ends an alarm after 15 minutes; no further run begins in the last of them.
const beginMsMax = 14 * 60_000;

/**
 * @typedef {object} PumpHost
 * @property {(isAlone: boolean) => Promise<unknown>} run claims and runs the due jobs; `isAlone`
 *   when no other run can be under way anywhere: leases of others are left over from a crash
 * @property {(at_ms: number) => void} setAlarm
 * @property {(error: unknown) => void} trapped told of each run that failed
 */

export class Pump {
  /** @type {Set<Promise<void>> | null} runs under way; null when no alarm is being handled */
  #runs = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #dueMs = -1;
  #beginUntilMs = 0;
  #restUntilMs = 0;
  #trapsInARow = 0;
  #isAlone = true;

  /** @param {PumpHost} host */
  constructor(host) {
    this.host = host;
  }

  /** Tells when the earliest job is due, -1 when none waits: after every turn that wrote.
   * @param {number} at_ms */
  due(at_ms) {
    this.#dueMs = at_ms;
    if (this.#runs === null) {
      if (at_ms >= 0) this.#setAlarm();
      return;
    }
    clearTimeout(this.#timer);
    if (at_ms < 0) return;
    const wait_ms = Math.max(at_ms, this.#restUntilMs) - Date.now();
    if (wait_ms <= 0) this.#begin();
    else this.#timer = setTimeout(() => this.#begin(), wait_ms);
  }

  /** Handles an alarm; never fails, for the platform gives up an alarm that failed six times. */
  async handleAlarm() {
    this.#runs = new Set();
    this.#beginUntilMs = Date.now() + beginMsMax;
    this.#begin();
    while (this.#runs.size > 0) await Promise.race(this.#runs);
    this.#runs = null;
    clearTimeout(this.#timer);
    if (this.#dueMs >= 0 || this.#restUntilMs > Date.now()) this.#setAlarm();
  }

  #setAlarm() {
    this.host.setAlarm(Math.max(this.#dueMs, this.#restUntilMs, Date.now()));
  }

  #begin() {
    if (this.#runs === null || Date.now() > this.#beginUntilMs) return;
    const isAlone = this.#isAlone;
    this.#isAlone = false;
    const runs = this.#runs;
    const run = this.host
      .run(isAlone)
      .then(() => {
        this.#trapsInARow = 0;
      })
      .catch((error) => {
        const rest_ms = Math.min(restMs * 2 ** this.#trapsInARow++, restMsMax);
        this.#restUntilMs = Date.now() + rest_ms;
        this.host.trapped(error);
      })
      .finally(() => runs.delete(run));
    runs.add(run);
  }
}
