// What stands behind the Pages API: projects and deployments in the store, a port for each, and
// their sites. Everything that was answered is on disk first, so a killed sandbox goes on where it
// stood: unfinished deployments are finished, and every port opens again.

import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createHosting } from '../hosting/hosting.mjs';
import { isFinished, isSuccess, restartDeployment } from './deployments.mjs';
import { openPorts } from './ports.mjs';
import {
  beginPublishing,
  branchKey,
  copyParts,
  now,
  removeParts,
  showBranch,
  wakeAll,
  writeParts,
} from './publish.mjs';

/**
 * @typedef {import('./projects.mjs').Project} Project
 * @typedef {import('./deployments.mjs').Deployment} Deployment
 */

/**
 * @typedef {import('../hosting/hosting.mjs').HostingLimits & {stage_ms: number}} CloudSettings
 *   stage_ms: how long each stage of a deployment takes at least.
 */

/**
 * @typedef {object} Cloud
 * @property {import('../frame/store.mjs').Store} store
 * @property {import('../frame/clock.mjs').Clock} clock
 * @property {import('../frame/store.mjs').Collection<Project>} projects
 * @property {import('../frame/store.mjs').Collection<Deployment>} deployments
 * @property {import('../hosting/hosting.mjs').Hosting} hosting
 * @property {import('./ports.mjs').Ports} ports
 * @property {string} folder
 * @property {CloudSettings} settings
 * @property {Set<Promise<void>>} underWay  Deployments that are being published.
 * @property {Set<() => void>} pausing  Ends the pause of a stage.
 * @property {boolean} isClosed
 */

/**
 * @param {import('../sandbox.mjs').ProviderParts} provided
 * @param {string} folder
 * @param {CloudSettings} settings
 * @returns {Promise<Cloud>}
 */
export async function openCloud({ store, clock, serve }, folder, settings) {
  const hosting = createHosting(folder, settings);
  /** @type {Cloud} */
  const cloud = {
    store,
    clock,
    hosting,
    folder,
    settings,
    projects: store.collection('cloudflare_projects'),
    deployments: store.collection('cloudflare_deployments'),
    ports: openPorts(serve, hosting),
    underWay: new Set(),
    pausing: new Set(),
    isClosed: false,
  };
  mkdirSync(join(folder, 'uploads'), { recursive: true, mode: 0o700 });
  const known = new Set(cloud.deployments.list().map(({ id }) => id));
  hosting.sweep(known);
  for (const id of readdirSync(join(folder, 'uploads'))) if (!known.has(id)) removeParts(cloud, id);
  for (const project of cloud.projects.list()) await openAgain(cloud, project);
  for (const deployment of cloud.deployments.list()) {
    const port = await showDeployment(cloud, deployment);
    const opened = { ...deployment, port };
    const kept = isFinished(deployment) ? opened : restartDeployment(opened, now(cloud));
    if (port !== deployment.port || kept !== opened) cloud.deployments.put(kept.id, kept);
    if (kept !== opened) beginPublishing(cloud, kept.id);
  }
  return cloud;
}

/**
 * @param {Cloud} cloud
 * @param {Project} project
 */
async function openAgain(cloud, project) {
  const port = await showProject(cloud, project);
  const branchPorts = { ...project.branchPorts };
  for (const branch of Object.keys(branchPorts)) {
    branchPorts[branch] = await showBranch(cloud, project, branch, branchPorts[branch] ?? 0);
  }
  cloud.projects.put(project.name, { ...project, port, branchPorts });
}

/**
 * @param {Cloud} cloud
 * @param {Project} project
 */
const showProject = (cloud, { id, name, port }) =>
  cloud.ports.open(id, port, () => cloud.projects.get(name)?.canonicalId ?? null);

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 */
const showDeployment = (cloud, { id, port }) =>
  cloud.ports.open(id, port, () => {
    const known = cloud.deployments.get(id);
    return known !== undefined && isSuccess(known) ? id : null;
  });

/**
 * Newest first.
 *
 * @param {Cloud} cloud
 * @param {string} name
 */
export function deploymentsOf(cloud, name) {
  return cloud.deployments
    .list()
    .filter(({ project }) => project === name)
    .sort((a, b) => b.number - a.number);
}

/**
 * @param {Cloud} cloud
 * @param {Project} project
 * @returns {Promise<Project | null>}  Null when the name is taken.
 */
export async function addProject(cloud, project) {
  if (cloud.projects.get(project.name) !== undefined) return null;
  cloud.projects.put(project.name, project);
  const port = await showProject(cloud, project);
  const kept = cloud.projects.get(project.name);
  if (kept?.id !== project.id) {
    await cloud.ports.shut(project.id);
    return null;
  }
  cloud.projects.put(project.name, { ...kept, port });
  return { ...kept, port };
}

/**
 * @param {Cloud} cloud
 * @param {Project} project
 */
export async function removeProject(cloud, project) {
  const deployments = deploymentsOf(cloud, project.name);
  cloud.store.atomically(() => {
    cloud.projects.remove(project.name);
    for (const { id } of deployments) cloud.deployments.remove(id);
  });
  const branches = Object.keys(project.branchPorts);
  await Promise.all([
    cloud.ports.shut(project.id),
    ...branches.map((branch) => cloud.ports.shut(branchKey(project.id, branch))),
    ...deployments.map(({ id }) => removeSite(cloud, id)),
  ]);
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 * @param {import('./publish.mjs').Parts} parts
 */
export function addDeployment(cloud, deployment, parts) {
  writeParts(cloud, deployment.id, parts);
  return accept(cloud, deployment);
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment  New, of the same files as the earlier one.
 * @param {string} earlierId
 */
export function repeatDeployment(cloud, deployment, earlierId) {
  copyParts(cloud, earlierId, deployment.id);
  return accept(cloud, deployment);
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 * @returns {Promise<Deployment | null>}  Null when the project was deleted meanwhile.
 */
async function accept(cloud, deployment) {
  const port = await showDeployment(cloud, deployment);
  const accepted = cloud.store.atomically(() => {
    const project = cloud.projects.get(deployment.project);
    if (project === undefined) return null;
    const number = project.deploymentsMade + 1;
    cloud.projects.put(project.name, { ...project, deploymentsMade: number });
    const numbered = { ...deployment, port, number };
    cloud.deployments.put(deployment.id, numbered);
    return numbered;
  });
  if (accepted !== null) {
    beginPublishing(cloud, accepted.id);
    return accepted;
  }
  await cloud.ports.shut(deployment.id);
  removeParts(cloud, deployment.id);
  return null;
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 */
export async function removeDeployment(cloud, { id, project: name }) {
  cloud.store.atomically(() => {
    cloud.deployments.remove(id);
    const project = cloud.projects.get(name);
    if (project === undefined) return;
    const branchDeployments = Object.fromEntries(
      Object.entries(project.branchDeployments).filter(([, shown]) => shown !== id),
    );
    cloud.projects.put(name, { ...project, branchDeployments });
  });
  await removeSite(cloud, id);
}

/**
 * @param {Cloud} cloud
 * @param {string} id
 */
async function removeSite(cloud, id) {
  await cloud.ports.shut(id);
  await cloud.hosting.remove(id);
  removeParts(cloud, id);
}

/**
 * Makes an earlier deployment the one that the project's address shows. Deployments that are still
 * under way do not push it aside again.
 *
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 */
export function rollBack(cloud, { id, project: name }) {
  cloud.store.atomically(() => {
    const project = /** @type {Project} */ (cloud.projects.get(name));
    cloud.projects.put(name, {
      ...project,
      canonicalId: id,
      publishedNumber: project.deploymentsMade,
    });
  });
}

/** @param {Cloud} cloud */
export async function closeCloud(cloud) {
  cloud.isClosed = true;
  await cloud.ports.close();
  await cloud.hosting.close();
  wakeAll(cloud);
  await Promise.all(cloud.underWay);
}

/**
 * Ends everything whose records are gone from the store; resolves when nothing is under way any
 * more.
 *
 * @param {Cloud} cloud
 */
export async function clearCloud(cloud) {
  await cloud.ports.close();
  wakeAll(cloud);
  await Promise.all(cloud.underWay);
  await cloud.hosting.clear();
  for (const id of readdirSync(join(cloud.folder, 'uploads'))) removeParts(cloud, id);
}
