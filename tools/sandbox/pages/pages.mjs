// Cloudflare, as far as Fairway uses it: Pages projects, Direct Upload, deployments and custom
// domains, under the addresses and in the shapes of api.cloudflare.com/client/v4. What is uploaded
// is really served: each project, deployment and preview branch on a loopback port of its own, by
// workerd, Cloudflare's own runtime.
//
// Account `sandbox`, token `sandbox-cloudflare-token`. Not here: Workers, zones, DNS, git, and
// bindings other than variables (a deployment that needs one fails and says so).
//
//   /accounts[/<account>]  /memberships  /user  /user/tokens/verify
//   /accounts/<account>/pages/projects[/<project>[/upload-token | /deployments... | /domains...]]
//   /pages/assets/{check-missing,upload,upsert-hashes}    with the upload token

import { join } from 'node:path';
import { BadRequest } from '../frame/http.mjs';
import {
  accountId,
  createRequestLimit,
  files_max,
  requireAccount,
  requireApiToken,
} from './access.mjs';
import { ApiError, sendFailure, sendResult } from './answers.mjs';
import { openAssets } from './assets.mjs';
import { clearCloud, closeCloud, openCloud } from './cloud.mjs';
import { openDomains } from './domains.mjs';
import { sitePage, statusOf } from './status.mjs';
import { routeAssets } from './routes_assets.mjs';
import { routeDeployments } from './routes_deployments.mjs';
import { routeDomains, routeProjects } from './routes_projects.mjs';

/**
 * @typedef {object} Api  What every route gets.
 * @property {import('./cloud.mjs').Cloud} cloud
 * @property {import('./assets.mjs').Assets} assets
 * @property {import('./domains.mjs').Domains} domains
 * @property {Buffer} uploadSecret
 */

/**
 * @typedef {object} ApiCall
 * @property {import('../frame/http.mjs').Request} request
 * @property {import('../frame/http.mjs').Response} response
 * @property {string} method
 * @property {string[]} path   Decoded parts after the resource that the route is about.
 * @property {URLSearchParams} query
 * @property {(line: string) => void} note
 * @property {() => boolean} takeHalfDone
 */

const settingsOnStart = {
  requests_max: 1200,
  stage_ms: 100,
  processes_max: 12,
  idle_ms_max: 60_000,
  busy_ms_max: 10_000,
  start_ms_max: 15_000,
  memory_bytes_max: 512 * 1024 * 1024,
};

/**
 * @param {import('../sandbox.mjs').ProviderParts} provided
 * @returns {Promise<import('../sandbox.mjs').Provider>}
 */
export async function createPages(provided) {
  const { store, clock, stateFolder } = provided;
  const folder = join(stateFolder, 'cloudflare');
  const settings = { ...settingsOnStart };
  const cloud = await openCloud(provided, folder, settings);
  /** @type {Api} */
  const api = {
    cloud,
    assets: openAssets(join(folder, 'content'), store, files_max),
    domains: openDomains(store, clock),
    uploadSecret: store.secret('cloudflare-upload-token'),
  };
  const limit = createRequestLimit(clock);
  return {
    provider: 'cloudflare',
    prefix: '/client/v4',
    settings,
    async handle(request, response, { url, path, note, takeHalfDone }) {
      const { headers, wait_s } = limit(request, settings.requests_max);
      response.setHeaders(new Map(Object.entries(headers)));
      const call = {
        request,
        response,
        note,
        takeHalfDone,
        method: request.method ?? 'GET',
        path: path.split('/').slice(1).map(decoded),
        query: url.searchParams,
      };
      try {
        if (wait_s > 0) throw tooMany;
        await route(api, call);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        note(`${error.code} ${error.message}`);
        sendFailure(response, error);
      }
    },
    sendError: (response, status, message) =>
      sendFailure(response, new ApiError(status, status === 429 ? tooMany.code : 8000000, message)),
    summary: () => ({ sites: statusOf(cloud) }),
    page: (url) => sitePage(cloud, url),
    close: () => closeCloud(cloud),
    async reset() {
      await clearCloud(cloud);
      api.assets.reset();
      Object.assign(settings, settingsOnStart);
    },
  };
}

const tooMany = new ApiError(429, 971, 'Please wait and consider throttling your request speed');

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new BadRequest(400, 'The address is not well encoded');
  }
}

/**
 * @param {Api} api
 * @param {ApiCall} call
 */
async function route(api, call) {
  const [first, second, third, fourth] = call.path;
  if (first === 'pages' && second === 'assets') {
    return routeAssets(api, { ...call, path: call.path.slice(2) });
  }
  requireApiToken(call.request);
  if (first !== 'accounts' || second === undefined) return routeAccount(call);
  requireAccount(second);
  if (third !== 'pages' || fourth !== 'projects') return routeAccount(call);
  const [, , , , name, resource] = call.path;
  const inner = { ...call, path: call.path.slice(6) };
  if (resource === 'deployments') return routeDeployments(api, inner, name ?? '');
  if (resource === 'domains') return routeDomains(api, inner, name ?? '');
  return routeProjects(api, { ...call, path: call.path.slice(4) });
}

/** @param {ApiCall} call */
function routeAccount({ response, method, path }) {
  const account = {
    id: accountId,
    name: 'Sandbox',
    type: 'standard',
    settings: { enforce_twofactor: false },
    created_on: '2026-01-01T00:00:00Z',
  };
  const info = { page: 1, per_page: 20, count: 1, total_count: 1, total_pages: 1 };
  const address = path.join('/');
  if (method === 'GET') {
    if (address === 'accounts') return sendResult(response, [account], info);
    if (address === `accounts/${accountId}`) return sendResult(response, account);
    if (address === 'memberships') {
      return sendResult(
        response,
        [{ id: 'sandbox', status: 'accepted', account, roles: [] }],
        info,
      );
    }
    if (address === 'user')
      return sendResult(response, { id: 'sandbox', email: 'you@sandbox.test' });
    if (/^(user|accounts\/[^/]+)\/tokens\/verify$/.test(address)) {
      return sendResult(response, { id: 'sandbox', status: 'active' });
    }
  }
  throw noRoute(address);
}

/** @param {string} address */
export const noRoute = (address) =>
  new ApiError(
    404,
    7003,
    'Could not route to ' +
      `/client/v4/${address.slice(0, 200)}, perhaps your object identifier is invalid?`,
  );
