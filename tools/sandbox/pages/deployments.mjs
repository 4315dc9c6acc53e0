// Deployments of Pages projects: their record, their five stages, and the way from an upload to a
// site that answers. A deployment keeps what it was made of: variables of the project that change
// later do not reach it.

import { randomUUID } from 'node:crypto';
import { ApiError } from './answers.mjs';
import { isVariableName, showVariables } from './projects.mjs';

/**
 * @typedef {import('./projects.mjs').Project} Project
 * @typedef {import('../hosting/workerd_config.mjs').Site} Site
 */

/** @typedef {'queued' | 'initialize' | 'clone_repo' | 'build' | 'deploy'} StageName */

/**
 * @typedef {object} Stage
 * @property {StageName} name
 * @property {'idle' | 'active' | 'success' | 'failure'} status
 * @property {string | null} started_on
 * @property {string | null} ended_on
 */

/**
 * @typedef {object} Deployment
 * @property {string} id
 * @property {number} number  Counts up within the project.
 * @property {string} project
 * @property {string} projectId
 * @property {'production' | 'preview'} environment
 * @property {string} branch
 * @property {number} port
 * @property {string} created_on
 * @property {string} modified_on
 * @property {Stage[]} stages
 * @property {{commit_hash: string, commit_message: string, commit_dirty: boolean}} commit
 * @property {Record<string, import('./projects.mjs').Variable>} variables
 * @property {Record<string, any>} build_config
 * @property {boolean} usesFunctions
 * @property {{ts: string, line: string}[]} log
 */

/** @type {StageName[]} */
const stageNames = ['queued', 'initialize', 'clone_repo', 'build', 'deploy'];

/** Bindings that exist at Cloudflare and have no engine here. */
const foreignBindings = [
  'ai_bindings',
  'analytics_engine_datasets',
  'browsers',
  'd1_databases',
  'durable_object_namespaces',
  'hyperdrive_bindings',
  'kv_namespaces',
  'mtls_certificates',
  'queue_producers',
  'r2_buckets',
  'services',
  'vectorize_bindings',
];

/**
 * @param {Project} project
 * @param {Pick<import('./form.mjs').Upload, 'branch' | 'commit' | 'modules' | 'warnings'>} upload
 * @param {string} now
 * @returns {Deployment}
 */
export function newDeployment(project, upload, now) {
  const branch = upload.branch ?? project.production_branch;
  const environment = branch === project.production_branch ? 'production' : 'preview';
  return {
    id: randomUUID(),
    number: 0,
    project: project.name,
    projectId: project.id,
    environment,
    branch,
    port: 0,
    created_on: now,
    modified_on: now,
    stages: newStages(now),
    commit: upload.commit,
    build_config: project.build_config,
    variables: project.deployment_configs[environment].env_vars,
    usesFunctions: upload.modules.length > 0,
    log: upload.warnings.map((line) => ({ ts: now, line: `Warning: ${line}` })),
  };
}

/**
 * Another deployment of the same files, with the variables of the project as they are now.
 *
 * @param {Project} project
 * @param {Deployment} earlier
 * @param {string} now
 * @returns {Deployment}
 */
export function sameDeployment(project, earlier, now) {
  const upload = { branch: earlier.branch, commit: earlier.commit, modules: [], warnings: [] };
  return { ...newDeployment(project, upload, now), usesFunctions: earlier.usesFunctions };
}

/**
 * A deployment that was cut off half-way, from its first stage again.
 *
 * @param {Deployment} deployment
 * @param {string} now
 * @returns {Deployment}
 */
export const restartDeployment = (deployment, now) => ({ ...deployment, stages: newStages(now) });

/**
 * @param {string} now
 * @returns {Stage[]}
 */
const newStages = (now) =>
  stageNames.map((name, index) => ({
    name,
    status: index === 0 ? 'active' : 'idle',
    started_on: index === 0 ? now : null,
    ended_on: null,
  }));

/**
 * What the site of a deployment consists of. Throws a plain Error when it needs what the sandbox
 * does not have; that fails the deployment, with this message in its log.
 *
 * @param {Project} project
 * @param {Deployment} deployment
 * @param {import('./publish.mjs').Parts} parts
 * @param {string} url
 * @returns {Site}
 */
export function siteOf(project, deployment, parts, url) {
  const config = project.deployment_configs[deployment.environment];
  const { metadata, ...served } = parts;
  const foreign = foreignBindings.filter((kind) => Object.keys(config[kind] ?? {}).length > 0);
  const bound = bindingsOf(metadata);
  foreign.push(...bound.foreign);
  const { compatibility_date: date, compatibility_flags: flags } = metadata;
  if (foreign.length > 0) {
    throw new Error(`The sandbox has no engine for these bindings: ${foreign.join(', ')}`);
  }
  const values = Object.entries(deployment.variables).map(([name, { value }]) => [name, value]);
  return {
    ...served,
    environment: {
      CF_PAGES: '1',
      CF_PAGES_BRANCH: deployment.branch,
      CF_PAGES_URL: url,
      CF_PAGES_COMMIT_SHA: deployment.commit.commit_hash,
      ...Object.fromEntries(values),
      ...bound.values,
    },
    compatibilityDate: typeof date === 'string' ? date : config.compatibility_date,
    compatibilityFlags: isTexts(flags) ? flags : config.compatibility_flags,
  };
}

/** @param {unknown} value @returns {value is string[]} */
const isTexts = (value) => Array.isArray(value) && value.every((one) => typeof one === 'string');

/**
 * Bindings that a bundle brings along, which wrangler writes from a configuration file.
 *
 * @param {Record<string, any>} metadata
 */
function bindingsOf(metadata) {
  /** @type {Record<string, string>} */
  const values = {};
  const foreign = [];
  for (const binding of Array.isArray(metadata.bindings) ? metadata.bindings : []) {
    const { type, name, text } = binding ?? {};
    const isText = (type === 'plain_text' || type === 'secret_text') && typeof text === 'string';
    if (isText && isVariableName(name)) {
      values[name] = text;
    } else {
      foreign.push(`${name} (${type})`);
    }
  }
  return { values, foreign };
}

/**
 * Ends the stage that is active and begins the next one; ends all when there is no next one.
 *
 * @param {Deployment} deployment
 * @param {string} now
 * @returns {Deployment}
 */
export function nextStage(deployment, now) {
  const at = deployment.stages.findIndex(({ status }) => status === 'active');
  const stages = deployment.stages.map((stage, index) => {
    if (index === at) return ended(stage, 'success', now);
    return index === at + 1 ? begun(stage, now) : stage;
  });
  return { ...deployment, stages, modified_on: now };
}

/**
 * Fails a deployment. As at Cloudflare the failure is that of the last stage, and the last line of
 * the log says why.
 *
 * @param {Deployment} deployment
 * @param {string} why
 * @param {string} now
 * @returns {Deployment}
 */
export function failDeployment(deployment, why, now) {
  const stages = deployment.stages.map((stage) =>
    stage.status === 'success'
      ? stage
      : ended(
          { ...stage, started_on: stage.started_on ?? now },
          stage.name === 'deploy' ? 'failure' : 'success',
          now,
        ),
  );
  return {
    ...deployment,
    stages,
    modified_on: now,
    log: [...deployment.log, { ts: now, line: why }],
  };
}

/**
 * @param {Stage} stage
 * @param {string} now
 * @returns {Stage}
 */
const begun = (stage, now) => ({ ...stage, status: 'active', started_on: now });

/**
 * @param {Stage} stage
 * @param {'success' | 'failure'} status
 * @param {string} now
 * @returns {Stage}
 */
const ended = (stage, status, now) => ({ ...stage, status, ended_on: now });

/** @param {Deployment} deployment */
export function latestStage({ stages }) {
  const active = stages.find(({ status }) => status === 'active' || status === 'failure');
  return /** @type {Stage} */ (active ?? stages.findLast(({ status }) => status === 'success'));
}

/** @param {Deployment} deployment */
export const isFinished = (deployment) => {
  const { name, status } = latestStage(deployment);
  return name === 'deploy' && status !== 'active';
};

/** @param {Deployment} deployment */
export const isSuccess = (deployment) =>
  isFinished(deployment) && latestStage(deployment).status === 'success';

/** @param {string} id */
export const noDeployment = (id) =>
  new ApiError(404, 8000009, `The deployment ${JSON.stringify(id.slice(0, 80))} was not found.`);

/**
 * What the API shows.
 *
 * @param {Deployment} deployment
 * @param {string[]} aliases
 */
export function showDeployment(deployment, aliases) {
  const { id, project, projectId, environment, created_on, modified_on, stages, commit } =
    deployment;
  return {
    id,
    short_id: id.slice(0, 8),
    project_id: projectId,
    project_name: project,
    environment,
    url: urlOf(deployment.port),
    created_on,
    modified_on,
    latest_stage: latestStage(deployment),
    stages,
    deployment_trigger: { type: 'ad_hoc', metadata: { branch: deployment.branch, ...commit } },
    aliases: aliases.length === 0 ? null : aliases,
    is_skipped: false,
    skip_reason: null,
    env_vars: showVariables(deployment.variables),
    build_config: {
      build_command: null,
      destination_dir: null,
      root_dir: null,
      web_analytics_tag: null,
      web_analytics_token: null,
      build_caching: false,
      ...deployment.build_config,
    },
    source: null,
    uses_functions: deployment.usesFunctions,
  };
}

/** @param {number} port */
export const urlOf = (port) => `http://127.0.0.1:${port}`;
