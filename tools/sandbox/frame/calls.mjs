// The last calls that reached the sandbox, for the status page and for tests. Secrets never get in:
// no headers, no bodies, and what looks like a token in an address is blanked.

/**
 * @typedef {object} Call
 * @property {number} at_ms
 * @property {string} provider
 * @property {string} method
 * @property {string} path  With its query, secrets blanked.
 * @property {number} status  0 when the connection was cut instead of answered.
 * @property {number} duration_ms
 * @property {string} fault  The kind of fault that was applied, or ''.
 * @property {string} note  One line by the provider, such as "created database x".
 */

/**
 * @typedef {object} Calls
 * @property {(call: Call) => void} add
 * @property {() => Call[]} list  Newest first.
 * @property {() => void} clear
 */

const secretKey = /token|jwt|secret|password|key|code|baton/i;
const jwtShape = /eyJ[\w-]+\.[\w-]+(\.[\w-]*)?/g;

/**
 * @param {string} address  Path with query.
 * @returns {string}
 */
export function blankSecrets(address) {
  const cut = address.indexOf('?');
  const path = (cut < 0 ? address : address.slice(0, cut)).replace(jwtShape, '***').slice(0, 500);
  if (cut < 0) return path;
  const query = address
    .slice(cut + 1, cut + 2000)
    .split('&')
    .map((pair) => {
      const [name = ''] = pair.split('=', 1);
      return secretKey.test(name) && pair.length > name.length ? `${name}=***` : pair;
    })
    .join('&');
  return `${path}?${query.replace(jwtShape, '***').slice(0, 500)}`;
}

/**
 * @param {number} [limit]
 * @returns {Calls}
 */
export function recentCalls(limit = 200) {
  /** @type {Call[]} */
  let ring = [];
  return {
    add(call) {
      ring.push({
        ...call,
        path: blankSecrets(call.path),
        note: call.note.replace(jwtShape, '***'),
      });
      if (ring.length > limit) ring = ring.slice(-limit);
    },
    list: () => [...ring].reverse(),
    clear() {
      ring = [];
    },
  };
}
