// Turso's platform API: who may call, and which function answers what. Every answer's shape is the
// one of the provider's published OpenAPI description; errors are always {"error": "<words>"}.

import { bearer, BadRequest, send, sendJson } from '../frame/http.mjs';
import * as databases from './platform_databases.mjs';
import * as organization from './platform_organization.mjs';
import { hashToken, master_token, organization_name } from './platform_state.mjs';

/** @typedef {import('./platform_state.mjs').TursoState} TursoState */
/** @typedef {import('./platform_state.mjs').ApiToken} ApiToken */

/**
 * What a route's function gets.
 *
 * @typedef {object} ApiCall
 * @property {string[]} names  What the path's brackets matched.
 * @property {URLSearchParams} query
 * @property {import('../frame/http.mjs').Request} request
 * @property {(line: string) => void} note
 * @property {(scope: string, group: string) => void} demand
 *   Throws 403 unless the caller's token has the scope in the group.
 */

/**
 * An answer: a value for 200 with JSON, or undefined for 200 without a body.
 *
 * @typedef {(state: TursoState, call: ApiCall) => unknown} Route
 */

const org = '/v1/organizations/([^/]+)';

/** @type {[string, RegExp, Route][]} */
const routes = /** @type {[string, string, Route][]} */ ([
  ['GET', `${org}/databases`, databases.list],
  ['POST', `${org}/databases`, databases.create],
  ['GET', `${org}/databases/([^/]+)`, databases.get],
  ['DELETE', `${org}/databases/([^/]+)`, databases.remove],
  ['GET', `${org}/databases/([^/]+)/configuration`, databases.getConfiguration],
  ['PATCH', `${org}/databases/([^/]+)/configuration`, databases.changeConfiguration],
  ['GET', `${org}/databases/([^/]+)/instances`, databases.instances],
  ['GET', `${org}/databases/([^/]+)/stats`, databases.stats],
  ['GET', `${org}/databases/([^/]+)/usage`, databases.usage],
  ['POST', `${org}/databases/([^/]+)/auth/tokens`, databases.createToken],
  ['POST', `${org}/databases/([^/]+)/auth/rotate`, databases.rotate],
  ['GET', `${org}/groups`, organization.listGroups],
  ['POST', `${org}/groups`, organization.createGroup],
  ['GET', `${org}/groups/([^/]+)`, organization.getGroup],
  ['DELETE', `${org}/groups/([^/]+)`, organization.removeGroup],
  ['POST', `${org}/groups/([^/]+)/unarchive`, organization.unarchiveGroup],
  ['POST', `${org}/groups/([^/]+)/auth/tokens`, organization.createGroupToken],
  ['POST', `${org}/groups/([^/]+)/auth/rotate`, organization.rotateGroup],
  ['GET', '/v1/organizations', organization.listOrganizations],
  ['GET', org, organization.getOrganization],
  ['GET', `${org}/plans`, organization.plans],
  ['GET', `${org}/subscription`, organization.subscription],
  ['GET', `${org}/invoices`, organization.invoices],
  ['GET', `${org}/usage`, organization.usage],
  ['GET', '/v1/locations', organization.locations],
  ['GET', '/v1/user', organization.user],
  ['GET', '/v1/auth/validate', organization.validate],
  ['GET', '/v1/auth/api-tokens', organization.listTokens],
  ['POST', '/v1/auth/api-tokens/([^/]+)', organization.createApiToken],
  ['DELETE', '/v1/auth/api-tokens/([^/]+)', organization.removeApiToken],
]).map(([method, path, route]) => [method, new RegExp(`^${path}/?$`), route]);

/**
 * @param {TursoState} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
export async function handlePlatform(state, request, response, { path, url, note }) {
  const token = authenticate(state, bearer(request));
  for (const [method, pattern, route] of routes) {
    const match = request.method === method ? pattern.exec(path) : null;
    if (match === null) continue;
    const names = match.slice(1).map(decodeName);
    const isOfOrganization = path.startsWith('/v1/organizations/');
    if (isOfOrganization && names[0] !== organization_name) {
      throw new BadRequest(404, 'organization not found');
    }
    const answer = await route(state, {
      names: isOfOrganization ? names.slice(1) : names,
      query: url.searchParams,
      request,
      note,
      demand: (scope, group) => demand(token, scope, group),
    });
    if (answer === undefined) return send(response, 200, '', {});
    return sendJson(response, 200, answer);
  }
  throw new BadRequest(404, 'not found');
}

/** @param {string} name */
function decodeName(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    throw new BadRequest(400, 'the path cannot be read');
  }
}

/**
 * @param {TursoState} state
 * @param {string} token
 * @returns {ApiToken | null}  Null for the sandbox's own token, which may do everything.
 */
function authenticate({ tokens }, token) {
  if (token === master_token) return null;
  const sha256 = hashToken(token);
  const found = tokens.list().find((known) => known.sha256 === sha256);
  if (token === '' || found === undefined) throw new BadRequest(401, 'token is invalid or expired');
  return found;
}

/**
 * @param {ApiToken | null} token
 * @param {string} scope
 * @param {string} group
 */
function demand(token, scope, group) {
  if (token === null || token.scopes === null) return;
  if (token.group !== null && token.group !== group) {
    throw new BadRequest(403, `token is not authorized for group ${group}`);
  }
  if (!token.scopes.includes(scope)) {
    throw new BadRequest(403, `token does not have the required scope ${scope}`);
  }
}
