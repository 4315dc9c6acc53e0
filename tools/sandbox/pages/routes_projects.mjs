// Routes of projects and of their custom domains.

import { readJson } from '../frame/http.mjs';
import { makeUploadToken } from './access.mjs';
import { ApiError, pageOf, sendResult } from './answers.mjs';
import { addProject, deploymentsOf, removeProject } from './cloud.mjs';
import { showDeployment, urlOf } from './deployments.mjs';
import { noRoute } from './pages.mjs';
import { changeProject, nameTaken, newProject, noProject, showProject } from './projects.mjs';
import { now } from './publish.mjs';

/**
 * @typedef {import('./pages.mjs').Api} Api
 * @typedef {import('./pages.mjs').ApiCall} ApiCall
 * @typedef {import('./projects.mjs').Project} Project
 */

const projects_max = 100;

/**
 * @param {Api} api
 * @param {ApiCall} call  Its path: [], [<project>] or [<project>, 'upload-token'].
 */
export async function routeProjects(api, call) {
  const { cloud } = api;
  const { request, response, method, path, note } = call;
  const [name, verb] = path;
  if (name === undefined || name === '') {
    if (method === 'POST') return createProject(api, call);
    if (method !== 'GET') throw noRoute('pages/projects');
    const { shown, info } = pageOf(cloud.projects.list(), call.query, 100);
    return sendResult(
      response,
      shown.map((project) => show(api, project)),
      info,
    );
  }
  const project = findProject(api, name);
  if (verb === 'upload-token' && method === 'GET') {
    return sendResult(response, {
      jwt: await makeUploadToken(api.uploadSecret, cloud.clock, project.name),
    });
  }
  if (verb === 'purge_build_cache' && method === 'POST') return sendResult(response, null);
  if (verb !== undefined) throw noRoute(`pages/projects/${path.join('/')}`);
  if (method === 'GET') return sendResult(response, show(api, project));
  if (method === 'PATCH') {
    const changes = await readJson(request);
    const changed = changeProject(findProject(api, name), changes);
    cloud.projects.put(name, changed);
    return sendResult(response, show(api, changed));
  }
  if (method !== 'DELETE') throw noRoute(`pages/projects/${name}`);
  if (api.domains.names(name).length > 0) {
    throw new ApiError(
      400,
      8000028,
      'Your project has custom domains: remove them before you delete it.',
    );
  }
  await removeProject(cloud, project);
  note(`deleted project ${name}`);
  return sendResult(response, null);
}

/**
 * @param {Api} api
 * @param {ApiCall} call
 */
async function createProject(api, { request, response, note }) {
  const { cloud } = api;
  const project = newProject(await readJson(request), now(cloud));
  if (cloud.projects.get(project.name) !== undefined) throw nameTaken();
  if (cloud.projects.list().length >= projects_max) {
    throw new ApiError(400, 8000027, `You have reached the limit of ${projects_max} projects.`);
  }
  const added = await addProject(cloud, project);
  if (added === null) throw nameTaken();
  note(`created project ${added.name}`);
  return sendResult(response, show(api, added));
}

/**
 * @param {Api} api
 * @param {ApiCall} call  Its path: [] or [<domain>].
 * @param {string} projectName
 */
export async function routeDomains(api, call, projectName) {
  const { domains } = api;
  const { request, response, method, path } = call;
  const { name: project } = findProject(api, projectName);
  const [domain, rest] = path;
  if (rest !== undefined) throw noRoute(`domains/${path.join('/')}`);
  if (domain === undefined) {
    if (method === 'POST') {
      const { name } = await readJson(request);
      return sendResult(response, domains.add(project, name));
    }
    if (method !== 'GET') throw noRoute('domains');
    const { shown, info } = pageOf(domains.list(project), call.query, 100);
    return sendResult(response, shown, info);
  }
  if (method === 'GET') return sendResult(response, domains.get(project, domain));
  if (method === 'PATCH') return sendResult(response, domains.revalidate(project, domain));
  if (method !== 'DELETE') throw noRoute('domains');
  domains.remove(project, domain);
  return sendResult(response, null);
}

/**
 * @param {Api} api
 * @param {string} name
 * @returns {Project}
 */
export function findProject({ cloud }, name) {
  const project = cloud.projects.get(name);
  if (project === undefined) throw noProject(name);
  return project;
}

/**
 * @param {Api} api
 * @param {Project} project
 */
function show(api, project) {
  const all = deploymentsOf(api.cloud, project.name);
  const latest = all[0] ?? null;
  const canonical = all.find(({ id }) => id === project.canonicalId) ?? null;
  return showProject(project, {
    domains: api.domains.names(project.name),
    usesFunctions: latest?.usesFunctions ?? null,
    canonical: canonical && showDeployment(canonical, aliasesOf(api, project, canonical)),
    latest: latest && showDeployment(latest, aliasesOf(api, project, latest)),
  });
}

/**
 * The further addresses at which a deployment is shown: its branch's, or the project's domains.
 *
 * @param {Api} api
 * @param {Project} project
 * @param {import('./deployments.mjs').Deployment} deployment
 */
export function aliasesOf({ domains }, project, { id, branch, environment }) {
  if (environment === 'production') {
    if (project.canonicalId !== id) return [];
    return domains.names(project.name).map((name) => `https://${name}`);
  }
  const port = project.branchPorts[branch];
  return port === undefined || project.branchDeployments[branch] !== id ? [] : [urlOf(port)];
}
