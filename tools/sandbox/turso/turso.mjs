// Turso: platform API and database hosts.

/**
 * @param {import('../sandbox.mjs').ProviderParts} parts
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createTurso(parts) {
  return {
    provider: 'turso', prefix: '/turso',
    handle(request, response) {
      response.writeHead(404).end();
    },
    summary: () => ({databases: []}), close: () => undefined, reset: () => undefined,
  };
}
