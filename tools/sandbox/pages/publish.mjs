// The way of one deployment from an upload to a site that answers: files are written, the code is
// started once to see that it loads, and only then does the project's address show it.

import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { SiteFailed } from '../hosting/hosting.mjs';
import { failDeployment, nextStage, siteOf, urlOf } from './deployments.mjs';

/**
 * @typedef {import('./cloud.mjs').Cloud} Cloud
 * @typedef {import('./deployments.mjs').Deployment} Deployment
 * @typedef {import('./projects.mjs').Project} Project
 */

/**
 * @typedef {Pick<import('../hosting/workerd_config.mjs').Site,
 *   'files' | 'rules' | 'routes' | 'modules'> & {metadata: Record<string, any>}} Parts
 *   What an upload brought, kept so that a deployment can be repeated.
 */

/**
 * Brings a deployment to its end in the background; `cloud.underWay` knows it until then.
 *
 * @param {Cloud} cloud
 * @param {string} id
 */
export function beginPublishing(cloud, id) {
  const done = publish(cloud, id).finally(() => void cloud.underWay.delete(done));
  cloud.underWay.add(done);
}

/**
 * @param {Cloud} cloud
 * @param {string} id
 */
async function publish(cloud, id) {
  try {
    for (const step of [prepare, build, deploy]) {
      await pause(cloud);
      const deployment = current(cloud, id);
      if (deployment === null) return;
      await step(cloud, deployment);
    }
  } catch (error) {
    advance(cloud, id, (deployment) => failDeployment(deployment, reason(error), now(cloud)));
  } finally {
    if (!cloud.isClosed && cloud.deployments.get(id) === undefined) await cloud.hosting.remove(id);
  }
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 */
function prepare(cloud, deployment) {
  const { id, port } = deployment;
  advance(cloud, id, (found) => nextStage(found, now(cloud)));
  const project = /** @type {Project} */ (cloud.projects.get(deployment.project));
  const parts = readParts(cloud, id);
  cloud.hosting.write(id, siteOf(project, deployment, parts, urlOf(port)));
}

/**
 * An upload needs no cloning and no building; the time goes into seeing that the code loads.
 *
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 */
async function build(cloud, { id }) {
  advance(cloud, id, (found) => nextStage(nextStage(found, now(cloud)), now(cloud)));
  await cloud.hosting.check(id);
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 */
async function deploy(cloud, deployment) {
  const { id, environment } = deployment;
  advance(cloud, id, (found) => nextStage(found, now(cloud)));
  if (environment === 'preview') await openBranch(cloud, deployment);
  await pause(cloud);
  cloud.store.atomically(() => {
    advance(cloud, id, (found) => nextStage(found, now(cloud)));
    const project = cloud.projects.get(deployment.project);
    if (project !== undefined && current(cloud, id) !== null) {
      cloud.projects.put(project.name, pointAt(cloud, project, deployment));
    }
  });
}

/**
 * The project with its address, or its branch's, pointing at a deployment; unchanged when a newer
 * one was quicker.
 *
 * @param {Cloud} cloud
 * @param {Project} project
 * @param {Deployment} deployment
 * @returns {Project}
 */
function pointAt(cloud, project, { id, number, environment, branch }) {
  if (environment === 'production') {
    return number > project.publishedNumber
      ? { ...project, canonicalId: id, publishedNumber: number }
      : project;
  }
  const shown = cloud.deployments.get(project.branchDeployments[branch] ?? '');
  if (shown !== undefined && shown.number > number) return project;
  return { ...project, branchDeployments: { ...project.branchDeployments, [branch]: id } };
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 */
async function openBranch(cloud, { project: name, projectId, branch }) {
  const key = branchKey(projectId, branch);
  if (cloud.ports.has(key)) return;
  const port = await showBranch(cloud, { id: projectId, name }, branch, 0);
  const project = cloud.projects.get(name);
  if (project?.id !== projectId) return cloud.ports.shut(key);
  cloud.projects.put(name, { ...project, branchPorts: { ...project.branchPorts, [branch]: port } });
}

/**
 * @param {Cloud} cloud
 * @param {{id: string, name: string}} project
 * @param {string} branch
 * @param {number} port
 */
export function showBranch(cloud, { id, name }, branch, port) {
  return cloud.ports.open(
    branchKey(id, branch),
    port,
    () => cloud.projects.get(name)?.branchDeployments[branch] ?? null,
  );
}

export const branchKey = (/** @type {string} */ projectId, /** @type {string} */ branch) =>
  `${projectId} ${branch}`;

/**
 * @param {Cloud} cloud
 * @param {string} id
 * @returns {Deployment | null}  Null when it was deleted, or the sandbox is closing.
 */
function current(cloud, id) {
  return cloud.isClosed ? null : (cloud.deployments.get(id) ?? null);
}

/**
 * @param {Cloud} cloud
 * @param {string} id
 * @param {(deployment: Deployment) => Deployment} step
 */
function advance(cloud, id, step) {
  const deployment = current(cloud, id);
  if (deployment !== null) cloud.deployments.put(id, step(deployment));
}

/**
 * Lets a stage last; cut short by `wakeAll`.
 *
 * @param {Cloud} cloud
 * @returns {Promise<void>}
 */
function pause({ clock, settings, pausing }) {
  if (settings.stage_ms === 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      pausing.delete(end);
      cancel();
      resolve();
    };
    const cancel = clock.after(settings.stage_ms, end);
    pausing.add(end);
  });
}

/** @param {Cloud} cloud */
export const wakeAll = ({ pausing }) => [...pausing].forEach((end) => end());

/** @param {unknown} error */
function reason(error) {
  const words = error instanceof Error ? error.message : String(error);
  return error instanceof SiteFailed
    ? `Error: Failed to publish your Function. Got error: ${words}`
    : `Error: ${words}`;
}

/** @param {Cloud} cloud */
export const now = ({ clock }) => new Date(clock.now_ms()).toISOString();

const partsFile = (/** @type {Cloud} */ { folder }, /** @type {string} */ id) =>
  join(folder, 'uploads', id);

/**
 * @param {Cloud} cloud
 * @param {string} id
 * @param {Parts} parts
 */
export function writeParts(cloud, id, parts) {
  writeFileSync(partsFile(cloud, id), serialize(parts), { mode: 0o600 });
}

/**
 * @param {Cloud} cloud
 * @param {string} id
 * @returns {Parts}
 */
function readParts(cloud, id) {
  return deserialize(readFileSync(partsFile(cloud, id)));
}

/**
 * @param {Cloud} cloud
 * @param {string} from
 * @param {string} to
 */
export const copyParts = (cloud, from, to) =>
  copyFileSync(partsFile(cloud, from), partsFile(cloud, to));

/**
 * @param {Cloud} cloud
 * @param {string} id
 */
export const removeParts = (cloud, id) => rmSync(partsFile(cloud, id), { force: true });
