// Routes of a project's deployments.

import { readBody } from '../frame/http.mjs';
import { ApiError, invalid, pageOf, sendResult } from './answers.mjs';
import {
  addDeployment,
  deploymentsOf,
  removeDeployment,
  repeatDeployment,
  rollBack,
} from './cloud.mjs';
import {
  isFinished,
  isSuccess,
  newDeployment,
  noDeployment,
  sameDeployment,
  showDeployment,
} from './deployments.mjs';
import { form_bytes_max, readUpload } from './form.mjs';
import { noRoute } from './pages.mjs';
import { branchName, noProject } from './projects.mjs';
import { now } from './publish.mjs';
import { aliasesOf, findProject } from './routes_projects.mjs';

/**
 * @typedef {import('./pages.mjs').Api} Api
 * @typedef {import('./pages.mjs').ApiCall} ApiCall
 * @typedef {import('./deployments.mjs').Deployment} Deployment
 */

/**
 * @param {Api} api
 * @param {ApiCall} call  Its path: [], [<id>] or [<id>, <verb>...].
 * @param {string} name
 */
export async function routeDeployments(api, call, name) {
  const { cloud } = api;
  const { response, method, path, query } = call;
  const project = findProject(api, name);
  const [id, ...words] = path;
  if (id === undefined) {
    if (method === 'POST') return createDeployment(api, call, name);
    if (method !== 'GET') throw noRoute('deployments');
    const environment = query.get('env');
    const all = deploymentsOf(cloud, name).filter(
      (deployment) => environment === null || deployment.environment === environment,
    );
    const { shown, info } = pageOf(all, query, 25);
    return sendResult(
      response,
      shown.map((deployment) => show(api, deployment)),
      info,
    );
  }
  const deployment = cloud.deployments.get(id);
  if (deployment === undefined || deployment.project !== project.name) throw noDeployment(id);
  switch (`${method} ${words.join('/')}`) {
    case 'GET ':
      return sendResult(response, show(api, deployment));
    case 'DELETE ':
      return deleteDeployment(api, call, deployment);
    case 'GET history/logs':
      return sendResult(response, {
        total: deployment.log.length,
        includes_container_logs: false,
        data: deployment.log,
      });
    case 'POST retry':
      return retry(api, call, deployment);
    case 'POST rollback':
      return rollBackTo(api, call, deployment);
    default:
      throw noRoute(`deployments/${path.join('/')}`);
  }
}

/**
 * @param {Api} api
 * @param {ApiCall} call
 * @param {string} name
 */
async function createDeployment(api, { request, response, note, takeHalfDone }, name) {
  const body = await readBody(request, form_bytes_max);
  const upload = await readUpload(body, request.headers['content-type'] ?? '');
  if (upload.branch !== null) branchName(upload.branch);
  const files = api.assets.resolve(upload.manifest);
  const deployment = newDeployment(findProject(api, name), upload, now(api.cloud));
  const { rules, routes, modules, metadata } = upload;
  const added = await addDeployment(api.cloud, deployment, {
    files,
    rules,
    routes,
    modules,
    metadata,
  });
  if (added === null) throw noProject(name);
  note(`deployment ${added.id} of ${name}, ${Object.keys(files).length} files`);
  if (takeHalfDone()) throw new ApiError(500, 8000000, 'An unknown error occurred');
  return sendResult(response, show(api, added));
}

/**
 * @param {Api} api
 * @param {ApiCall} call
 * @param {Deployment} earlier
 */
async function retry(api, { response }, earlier) {
  if (!isFinished(earlier)) throw invalid('The deployment is still under way');
  const project = findProject(api, earlier.project);
  const added = await repeatDeployment(
    api.cloud,
    sameDeployment(project, earlier, now(api.cloud)),
    earlier.id,
  );
  if (added === null) throw noProject(earlier.project);
  return sendResult(response, show(api, added));
}

/**
 * @param {Api} api
 * @param {ApiCall} call
 * @param {Deployment} deployment
 */
function rollBackTo(api, { response, note }, deployment) {
  if (deployment.environment !== 'production' || !isSuccess(deployment)) {
    throw new ApiError(
      400,
      8000039,
      'Only a production deployment that succeeded can be rolled back to.',
    );
  }
  rollBack(api.cloud, deployment);
  note(`rolled back to ${deployment.id}`);
  return sendResult(response, show(api, deployment));
}

/**
 * @param {Api} api
 * @param {ApiCall} call
 * @param {Deployment} deployment
 */
async function deleteDeployment(api, { response, query }, deployment) {
  const project = findProject(api, deployment.project);
  if (project.canonicalId === deployment.id) {
    throw new ApiError(400, 8000034, 'You cannot delete the active production deployment.');
  }
  const isAliased = aliasesOf(api, project, deployment).length > 0;
  if (isAliased && query.get('force') !== 'true') {
    throw new ApiError(
      400,
      8000035,
      'You cannot delete an aliased deployment without a ' +
        '`?force=true` parameter in the API request URL.',
    );
  }
  await removeDeployment(api.cloud, deployment);
  return sendResult(response, null);
}

/**
 * @param {Api} api
 * @param {Deployment} deployment
 */
function show(api, deployment) {
  return showDeployment(
    deployment,
    aliasesOf(api, findProject(api, deployment.project), deployment),
  );
}
