// Neon's API v2, as far as making, finding and removing a project with one database goes. A project
// is a database and a role of the one server, named by the project's id.

import { randomBytes, randomInt } from 'node:crypto';
import { BadRequest, bearer, readJson, sendJson } from '../frame/http.mjs';

/**
 * @typedef {object} Project
 * @property {string} id
 * @property {string} name
 * @property {string} endpoint  First label of its host.
 * @property {string} role      As the connection string names it.
 * @property {string} database
 * @property {string} password
 * @property {string} region_id
 * @property {number} pg_version
 * @property {string} created_at
 */

/**
 * @typedef {object} NeonState
 * @property {import('../frame/store.mjs').Collection<Project>} records
 * @property {import('./server.mjs').Server} server
 * @property {import('../frame/clock.mjs').Clock} clock
 * @property {{project_limit: number}} settings
 */

export const api_key = 'sandbox-neon-key';
const first_words = ['calm', 'bold', 'shy', 'quiet', 'green', 'late', 'wild', 'soft'];
const second_words = ['river', 'stone', 'wind', 'tree', 'moon', 'field', 'rain', 'hill'];

/** @param {string[]} words */
const oneOf = (words) => words[randomInt(words.length)] ?? '';

/** @param {Project} project */
const hostOf = ({ endpoint }) => `${endpoint}.us-east-2.aws.neon.tech`;

/** @param {Project} project */
function uriOf(project) {
  const { role, password, database } = project;
  return (
    `postgresql://${encodeURIComponent(role)}:${password}@${hostOf(project)}/` +
    `${encodeURIComponent(database)}?sslmode=require`
  );
}

/** @param {Project} project */
function describe(project) {
  return {
    id: project.id,
    platform_id: 'aws',
    region_id: project.region_id,
    name: project.name,
    provisioner: 'k8s-neonvm',
    pg_version: project.pg_version,
    proxy_host: 'us-east-2.aws.neon.tech',
    store_passwords: true,
    created_at: project.created_at,
    updated_at: project.created_at,
  };
}

/**
 * @param {NeonState} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
export async function handleApi(state, request, response, { path, url, note }) {
  if (bearer(request) !== api_key) throw new BadRequest(401, 'authentication required');
  const [, id, rest] = /^\/projects(?:\/([^/]+))?(\/.*)?$/.exec(path) ?? [];
  const method = request.method ?? 'GET';
  if (!/^\/projects(\/|$)/.test(path)) throw new BadRequest(404, 'not found');
  if (id === undefined) {
    if (method === 'GET') return sendJson(response, 200, list(state, url.searchParams));
    if (method === 'POST') {
      const made = await create(state, await readJson(request));
      note(`created project ${made.project.id}`);
      return sendJson(response, 201, made);
    }
    throw new BadRequest(405, 'method not allowed');
  }
  const project = state.records.get(id);
  if (project === undefined) throw new BadRequest(404, 'project not found');
  if (method === 'GET' && rest === undefined) {
    return sendJson(response, 200, { project: describe(project) });
  }
  if (method === 'GET' && rest === '/connection_uri') {
    return sendJson(response, 200, { uri: connectionUri(project, url.searchParams) });
  }
  if (method === 'DELETE' && rest === undefined) {
    await remove(state, project);
    note(`deleted project ${project.id}`);
    return sendJson(response, 200, { project: describe(project) });
  }
  throw new BadRequest(404, 'not found');
}

/**
 * @param {NeonState} state
 * @param {URLSearchParams} query
 */
function list({ records }, query) {
  const search = query.get('search') ?? '';
  const limit = Number(query.get('limit') ?? 10);
  if (!Number.isInteger(limit) || limit < 1 || limit > 400) {
    throw new BadRequest(400, 'limit must be a number from 1 to 400');
  }
  const all = records.list();
  const from = all.findIndex(({ id }) => id === query.get('cursor')) + 1;
  const found = all
    .slice(from)
    .filter(({ id, name }) => id.includes(search) || name.includes(search))
    .slice(0, limit);
  const last = found.at(-1)?.id;
  return {
    projects: found.map(describe),
    pagination: last === undefined ? {} : { cursor: last },
  };
}

/**
 * @param {NeonState} state
 * @param {Record<string, any>} body
 */
async function create({ records, server, clock, settings }, body) {
  const asked = body.project ?? {};
  if (records.list().length >= settings.project_limit) {
    throw new BadRequest(422, 'projects limit exceeded');
  }
  const number = String(randomInt(10_000_000, 99_999_999));
  const id = `${oneOf(first_words)}-${oneOf(second_words)}-${number}`;
  const [[version = {}] = []] = [await server.administer('SHOW server_version_num')];
  /** @type {Project} */
  const project = {
    id,
    name: typeof asked.name === 'string' && asked.name !== '' ? asked.name : id,
    endpoint: `ep-${id}`,
    role: asked.branch?.role_name ?? 'neondb_owner',
    database: asked.branch?.database_name ?? 'neondb',
    password: `npg_${randomBytes(12).toString('hex')}`,
    region_id: asked.region_id ?? 'aws-us-east-2',
    pg_version: Math.floor(Number(version.server_version_num) / 10_000),
    created_at: new Date(clock.now_ms()).toISOString(),
  };
  await server.administer(`CREATE ROLE "${id}" LOGIN`);
  await server.administer(`CREATE DATABASE "${id}" OWNER "${id}" TEMPLATE template0`);
  records.put(id, project);
  return {
    project: describe(project),
    connection_uris: [
      {
        connection_uri: uriOf(project),
        connection_parameters: {
          database: project.database,
          password: project.password,
          role: project.role,
          host: hostOf(project),
          pooler_host: hostOf({ ...project, endpoint: `${project.endpoint}-pooler` }),
        },
      },
    ],
    roles: [{ branch_id: `br-${id}`, name: project.role, password: project.password }],
    databases: [{ id: 1, branch_id: `br-${id}`, name: project.database, owner_name: project.role }],
    operations: [],
    branch: { id: `br-${id}`, project_id: id, name: 'main', current_state: 'ready' },
    endpoints: [
      { id: project.endpoint, project_id: id, host: hostOf(project), type: 'read_write' },
    ],
  };
}

/**
 * @param {Project} project
 * @param {URLSearchParams} query
 */
function connectionUri(project, query) {
  const isIts =
    query.get('database_name') === project.database && query.get('role_name') === project.role;
  if (!isIts) throw new BadRequest(404, 'database or role not found');
  return uriOf(project);
}

/** @param {NeonState} state @param {Project} project */
async function remove({ records, server }, project) {
  records.remove(project.id);
  await server.forget(project.id);
  await server.administer(`DROP DATABASE IF EXISTS "${project.id}" WITH (FORCE)`);
  await server.administer(`DROP ROLE IF EXISTS "${project.id}"`);
}
