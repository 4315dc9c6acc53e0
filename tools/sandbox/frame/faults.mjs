// Misbehaviour on request. A fault waits until a call matches it, is applied `times` times, and is
// gone. Besides the listed ones a seeded source can make a percentage of all calls fail; the same
// seed and the same order of calls give the same faults.

/**
 * status       answered with this status, nothing happens
 * delay        happens and is answered, but late
 * lose_answer  happens, then the connection is cut instead of an answer
 * half_done    happens in part (where the provider knows how) or whole, and an error is answered
 * refuse       the connection is cut before anything happens
 *
 * What only a metered upstream can do; elsewhere the call goes well:
 *
 * slow          every event of a stream (a whole answer) comes late by delay_ms
 * cut           the connection is cut after so many events, or in the middle of a whole answer
 * stream_error  an error in the middle of a stream that began well
 * no_usage      what was used is never told
 * late_usage    what was used is told with the last events only
 * wrong_order   the last three events before the end come the other way round
 * split         the bytes come in small pieces, cut anywhere
 *
 * @typedef {'status' | 'delay' | 'lose_answer' | 'half_done' | 'refuse'} CallFaultKind
 * @typedef {'slow' | 'cut' | 'stream_error' | 'no_usage' | 'late_usage' | 'wrong_order' |
 *   'split'} StreamFaultKind
 * @typedef {CallFaultKind | StreamFaultKind} FaultKind
 */

/**
 * @typedef {object} Fault
 * @property {FaultKind} kind
 * @property {number} status
 * @property {number} delay_ms
 * @property {number} retry_after_s  Sent as Retry-After when above 0.
 * @property {number} after_events  That many events of a stream come before `cut`, `stream_error`.
 * @property {number} piece_bytes  Of `split`; 0 for pieces of 1 to 9 bytes.
 */

/**
 * @typedef {object} Match
 * @property {string} [method]
 * @property {string} [path]  Regular expression over the path with its query.
 * @property {string} [provider]
 */

/**
 * @typedef {object} Rule
 * @property {number} id
 * @property {Match} match
 * @property {number} times  Left to apply; -1 for ever.
 * @property {Fault | null} fault  Null in the seeded rule.
 * @property {number} seed
 * @property {number} percent
 * @property {FaultKind[]} kinds
 */

/**
 * @typedef {object} Faults
 * @property {(order: Record<string, any>) => number} add  The rule's id; throws RangeError.
 * @property {(id?: number) => void} remove  All of them without an id.
 * @property {() => Rule[]} list
 * @property {(call: {method: string, path: string, provider: string}) => Fault | null} take
 */

/** @type {FaultKind[]} */
const callKinds = ['status', 'delay', 'lose_answer', 'half_done', 'refuse'];
/** @type {FaultKind[]} */
const streamKinds = [
  'slow',
  'cut',
  'stream_error',
  'no_usage',
  'late_usage',
  'wrong_order',
  'split',
];
const kinds = [...callKinds, ...streamKinds];

/** @param {Fault | null} fault  The same one if a handler has to take it up, else null. */
export const streamFaultOf = (fault) =>
  fault !== null && streamKinds.includes(fault.kind) ? fault : null;

/** @returns {Faults} */
export function createFaults() {
  /** @type {(Rule & {draw: () => number})[]} */
  let rules = [];
  let nextId = 1;
  return {
    add(order) {
      const rule = { ...parseRule(order), id: nextId++ };
      rules.push({ ...rule, draw: randomBelow100(rule.seed) });
      return rule.id;
    },
    remove(id) {
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
    },
    list: () => rules.map(({ draw, ...rule }) => rule),
    take(call) {
      for (const rule of rules) {
        if (!matches(rule.match, call)) continue;
        const fault = rule.fault ?? drawn(rule);
        if (fault === null) continue;
        if (rule.times > 0) rule.times -= 1;
        rules = rules.filter((other) => other.times !== 0);
        return fault;
      }
      return null;
    },
  };
}

/**
 * @param {Record<string, any>} order
 * @returns {Rule}
 */
function parseRule(order) {
  const match = order.match ?? {};
  if (typeof match !== 'object') throw new RangeError('match must be an object');
  for (const name of ['method', 'path', 'provider']) {
    if (match[name] !== undefined && typeof match[name] !== 'string') {
      throw new RangeError(`match.${name} must be a string`);
    }
  }
  try {
    new RegExp(match.path ?? '');
  } catch {
    throw new RangeError('match.path is not a regular expression');
  }
  const seeded = order.percent !== undefined;
  const chosen = order.kinds ?? callKinds;
  if (!Array.isArray(chosen) || chosen.length === 0 || !chosen.every((k) => kinds.includes(k))) {
    throw new RangeError(`kinds must be some of ${kinds.join(', ')}`);
  }
  if (!seeded && !kinds.includes(order.kind)) {
    throw new RangeError(`kind must be one of ${kinds.join(', ')}`);
  }
  return {
    id: 0,
    match,
    times: number(order, 'times', seeded ? -1 : 1, -1, 1e6),
    fault: seeded
      ? null
      : {
          kind: order.kind,
          status: number(order, 'status', 500, 400, 599),
          delay_ms: number(order, 'delay_ms', 1000, 0, 600_000),
          retry_after_s: number(order, 'retry_after_s', 0, 0, 86_400),
          after_events: number(order, 'after_events', 3, 0, 1e6),
          piece_bytes: number(order, 'piece_bytes', 0, 0, 1e6),
        },
    seed: number(order, 'seed', 1, 0, 2 ** 32 - 1),
    percent: seeded ? number(order, 'percent', 0, 0, 100) : 0,
    kinds: chosen,
  };
}

/**
 * @param {Record<string, any>} order
 * @param {string} name
 * @param {number} fallback
 * @param {number} least
 * @param {number} most
 */
function number(order, name, fallback, least, most) {
  const value = order[name] ?? fallback;
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/**
 * @param {Match} match
 * @param {{method: string, path: string, provider: string}} call
 */
function matches(match, call) {
  return (
    (match.method === undefined || match.method.toUpperCase() === call.method) &&
    (match.provider === undefined || match.provider === call.provider) &&
    (match.path === undefined || new RegExp(match.path).test(call.path))
  );
}

/**
 * @param {Rule & {draw: () => number}} rule
 * @returns {Fault | null}
 */
function drawn(rule) {
  if (rule.draw() >= rule.percent) return null;
  const kind = rule.kinds[rule.draw() % rule.kinds.length] ?? 'status';
  const status = [429, 500, 502, 503][rule.draw() % 4] ?? 500;
  return {
    kind,
    status,
    delay_ms: 20 + 5 * rule.draw(),
    retry_after_s: status === 429 ? 1 : 0,
    after_events: rule.draw() % 20,
    piece_bytes: 0,
  };
}

/**
 * Whole numbers from 0 to 99 (xorshift32), the same for the same seed.
 *
 * @param {number} seed
 * @returns {() => number}
 */
function randomBelow100(seed) {
  let state = (seed ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % 100;
  };
}
