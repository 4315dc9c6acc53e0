// What an upstream would charge its customer: one line for each call that had an effect, told by
// GET /charges, so that a test can hold a gateway's ledger against it. Of this run only, like the
// list of calls.

/**
 * @typedef {object} Charge
 * @property {string} id        Of the answer, the mail or the message at the provider.
 * @property {string} provider
 * @property {string} key       The credential that pays. The sandbox knows no real ones.
 * @property {string} model     Or what else tells the price, such as 'sms'.
 * @property {number} at_ms     When the effect was complete.
 * @property {'whole' | 'cut'} outcome  'cut': less was made, since nobody was there to take it.
 * @property {string} unit      'token', 'recipient' or 'segment'.
 * @property {number} units     The sum.
 * @property {Record<string, number>} usage  Buckets that do not overlap; see tokenUsage.
 * @property {string | null} [price]  Where the provider itself tells one, as it tells it.
 */

/**
 * @typedef {object} Charges
 * @property {(charge: Omit<Charge, 'provider' | 'at_ms'>) => Charge} add
 * @property {() => Charge[]} list  Oldest first.
 * @property {() => number} units   Over all.
 * @property {() => void} clear
 */

const charges_max = 100_000;

/**
 * @param {string} provider
 * @param {import('../frame/clock.mjs').Clock} clock
 * @returns {Charges}
 */
export function createCharges(provider, clock) {
  /** @type {Charge[]} */
  let list = [];
  return {
    add(charge) {
      const added = { ...charge, provider, at_ms: clock.now_ms() };
      list.push(added);
      if (list.length > charges_max) list = list.slice(-charges_max / 2);
      return added;
    },
    list: () => [...list],
    units: () => list.reduce((sum, { units }) => sum + units, 0),
    clear() {
      list = [];
    },
  };
}

/**
 * Buckets of a call to a language model. None overlaps another but `reasoning_tokens`, which are
 * among `output_tokens`.
 *
 * @param {Partial<Record<'uncached_tokens' | 'cache_read_tokens' | 'cache_write_tokens' |
 *   'cache_write_5m_tokens' | 'cache_write_1h_tokens' | 'output_tokens' | 'reasoning_tokens',
 *   number>>} given
 */
export function tokenUsage(given) {
  const usage = {
    uncached_tokens: 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    ...given,
  };
  const { reasoning_tokens, ...apart } = usage;
  const units = Object.values(apart).reduce((sum, one) => sum + one, 0);
  return { unit: 'token', units, usage };
}
