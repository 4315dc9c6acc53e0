// Identity, shaped like Supabase Auth.

/**
 * @param {import('../sandbox.mjs').ProviderParts} parts
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createIdentity(parts) {
  return {
    provider: 'identity', prefix: '/identity',
    handle(request, response) {
      response.writeHead(404).end();
    },
    summary: () => ({}), close: () => undefined, reset: () => undefined,
  };
}
