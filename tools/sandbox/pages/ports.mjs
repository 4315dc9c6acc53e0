// The loopback ports on which sites stand: one for a project, one for each of its deployments, one
// for each preview branch.

import { sendText } from '../frame/http.mjs';

/**
 * @typedef {object} Ports
 * @property {(key: string, port: number, target: () => string | null) => Promise<number>} open
 *   Opens the port, or another one when it is not free any more; answers which. Every visit shows
 *   the deployment that `target` names at that moment.
 * @property {(key: string) => boolean} has
 * @property {(key: string) => Promise<void>} shut  From then on nothing answers there; repeatable.
 * @property {() => Promise<void>} close  Shuts all; they can be opened again.
 */

/**
 * @param {import('../sandbox.mjs').ProviderParts['serve']} serve
 * @param {import('../hosting/hosting.mjs').Hosting} hosting
 * @returns {Ports}
 */
export function openPorts(serve, hosting) {
  /** @type {Map<string, Promise<import('../frame/serve.mjs').Listener>>} */
  const listeners = new Map();
  const shut = async (/** @type {string} */ key) => {
    const listener = listeners.get(key);
    listeners.delete(key);
    await (await listener?.catch(() => null))?.close();
  };
  return {
    async open(key, port, target) {
      const service = { provider: 'site', handle: visitor(hosting, target) };
      const listener = serve({ ...service, port }).catch((error) => {
        if (port === 0) throw error;
        return serve({ ...service, port: 0 });
      });
      listeners.set(key, listener);
      return (await listener).port;
    },
    has: (key) => listeners.has(key),
    shut,
    close: async () => void (await Promise.all([...listeners.keys()].map(shut))),
  };
}

/**
 * @param {import('../hosting/hosting.mjs').Hosting} hosting
 * @param {() => string | null} target
 * @returns {import('../frame/serve.mjs').Handler}
 */
function visitor(hosting, target) {
  return (request, response) => {
    const id = target();
    if (id !== null) return hosting.visit(id, request, response);
    return sendText(response, 404, 'Nothing is here yet\n\nNo deployment is being served here.\n');
  };
}
