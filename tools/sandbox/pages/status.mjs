// What the sandbox tells about sites: briefly in GET /state and on its status page, and on a page
// of its own for each site, with its deployments' logs and the output of its code.

import { html } from '../status/html.mjs';
import { page } from '../status/layout.mjs';
import { deploymentsOf } from './cloud.mjs';
import { isFinished, isSuccess, latestStage, urlOf } from './deployments.mjs';

const deployments_shown_max = 20;

/** @typedef {import('./cloud.mjs').Cloud} Cloud */
/** @typedef {import('./deployments.mjs').Deployment} Deployment */

/**
 * What a site's code prints is left out: it may print its secrets.
 *
 * @param {Cloud} cloud
 */
export function statusOf(cloud) {
  return cloud.projects.list().map(({ name, port, canonicalId }) => {
    const deployments = deploymentsOf(cloud, name);
    return {
      name,
      url: urlOf(port),
      is_live: canonicalId !== null,
      deployment_id: canonicalId,
      deployments: deployments.slice(0, deployments_shown_max).map((deployment) => ({
        id: deployment.id,
        url: urlOf(deployment.port),
        environment: deployment.environment,
        branch: deployment.branch,
        created_on: deployment.created_on,
        stage: latestStage(deployment).name,
        status: statusWord(deployment),
      })),
      deployments_count: deployments.length,
    };
  });
}

/** @param {Deployment} deployment */
function statusWord(deployment) {
  return isSuccess(deployment) ? 'success' : isFinished(deployment) ? 'failure' : 'active';
}

/**
 * The page /view/cloudflare/?site=..., or null.
 *
 * @param {Cloud} cloud
 * @param {URL} url
 * @returns {string | null}
 */
export function sitePage(cloud, url) {
  const name = url.searchParams.get('site') ?? '';
  const project = cloud.projects.get(name);
  if (project === undefined) return null;
  const shown = deploymentsOf(cloud, name).slice(0, deployments_shown_max);
  return page(
    `Site ${name}`,
    html`<p><a href="/">All of the sandbox</a></p>
      <h1>${name}</h1>
      <p><a href="${urlOf(project.port)}" rel="noopener">${urlOf(project.port)}</a></p>
      ${shown.map((deployment) => section(cloud, deployment, project.canonicalId))}`,
  );
}

/**
 * @param {Cloud} cloud
 * @param {Deployment} deployment
 * @param {string | null} canonicalId
 */
function section(cloud, deployment, canonicalId) {
  const { id, branch, created_on, port, log } = deployment;
  const lines = log.map(({ line }) => line).join('\n');
  const output = cloud.hosting.log(id);
  return html`<section class="card">
    <h2>${id.slice(0, 8)}${id === canonicalId ? ', live' : ''}</h2>
    <p>
      ${statusWord(deployment)} at stage ${latestStage(deployment).name}, branch ${branch},
      ${created_on}<br />
      <a href="${urlOf(port)}" rel="noopener">${urlOf(port)}</a>
    </p>
    ${
      lines === ''
        ? ''
        : html`<h3>Log of the deployment</h3>
            <pre>${lines}</pre>`
    }
    ${
      output === ''
        ? ''
        : html`<h3>Output of its code</h3>
            <pre>${output}</pre>`
    }
  </section>`;
}
