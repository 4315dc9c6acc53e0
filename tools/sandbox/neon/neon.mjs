// Neon in the sandbox: POST /neon/sql over a real PostgreSQL server, and the part of API v2 under
// /neon/api/v2 that makes, finds and removes projects. Everything is kept in the state folder.

import { join } from 'node:path';
import { sendJson } from '../frame/http.mjs';
import { handleApi } from './projects.mjs';
import { createServer } from './server.mjs';
import { handleSql, SqlError } from './sql.mjs';

const default_settings = { project_limit: 100 };

/**
 * @param {import('../sandbox.mjs').ProviderParts} sandbox
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createNeon(sandbox) {
  /** @type {import('./projects.mjs').NeonState} */
  const state = {
    records: sandbox.store.collection('neon.projects'),
    server: createServer(join(sandbox.stateFolder, 'neon')),
    clock: sandbox.clock,
    settings: { ...default_settings },
  };
  return {
    provider: 'neon',
    prefix: '/neon',
    settings: state.settings,
    async handle(request, response, call) {
      if (call.path === '/sql' && request.method === 'POST') {
        return handleSql((connection) => connect(state, connection), request, response);
      }
      const api = /^\/api\/v2(?=\/)/;
      return handleApi(state, request, response, { ...call, path: call.path.replace(api, '') });
    },
    sendError: (response, status, message) => sendJson(response, status, { code: '', message }),
    summary: () => ({
      neon_projects: state.records.list().map(({ id, name, created_at }) => ({
        id,
        name,
        created_at,
      })),
    }),
    close: () => state.server.stop(),
    async reset() {
      await state.server.destroy();
      Object.assign(state.settings, default_settings);
    },
  };
}

/**
 * The host's first label names the project, user and password must be its own.
 *
 * @param {import('./projects.mjs').NeonState} state
 * @param {string} connection
 */
async function connect({ records, server }, connection) {
  if (!/^postgres(ql)?:\/\//.test(connection) || !URL.canParse(connection)) {
    throw new SqlError('connection string could not be read');
  }
  const url = new URL(connection);
  const endpoint = (url.hostname.split('.')[0] ?? '').replace(/-pooler$/, '');
  const project = records.list().find((one) => one.endpoint === endpoint);
  if (project === undefined) {
    throw new SqlError(
      "The requested endpoint could not be found, or you don't have access to it. Please check " +
        'the provided ID and try again.',
    );
  }
  const role = decodeURIComponent(url.username);
  if (role !== project.role || decodeURIComponent(url.password) !== project.password) {
    throw new SqlError(`password authentication failed for user '${role}'`, '28P01');
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database !== project.database) {
    throw new SqlError(`database "${database}" does not exist`, '3D000');
  }
  return server.connect(project.id, project.id);
}
