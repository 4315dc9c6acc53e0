// The page at `/`.

/**
 * @param {Record<string, any>} state  The answer of GET /state.
 * @returns {string}
 */
export function statusPage(state) {
  return `<!doctype html><title>Sandbox</title><pre>${JSON.stringify(state).replace(/</g, '&lt;')}`;
}
