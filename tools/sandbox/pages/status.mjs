// What the sandbox tells about sites in GET /state and on its status page.

import { deploymentsOf } from './cloud.mjs';
import { isFinished, isSuccess, latestStage, urlOf } from './deployments.mjs';

/** @param {import('./cloud.mjs').Cloud} cloud */
export function statusOf(cloud) {
  return cloud.projects.list().map(({ name, port, canonicalId }) => {
    const deployments = deploymentsOf(cloud, name);
    return {
      name,
      url: urlOf(port),
      is_live: canonicalId !== null,
      deployment_id: canonicalId,
      deployments: deployments.slice(0, 20).map((deployment) => ({
        id: deployment.id,
        url: urlOf(deployment.port),
        environment: deployment.environment,
        created_on: deployment.created_on,
        stage: latestStage(deployment).name,
        status: isSuccess(deployment) ? 'success' : isFinished(deployment) ? 'failure' : 'active',
      })),
      deployments_count: deployments.length,
      log: canonicalId === null ? '' : cloud.hosting.log(canonicalId).slice(-2000),
    };
  });
}
