// Pages projects: a name, a production branch, settings for production and preview, and a port of
// its own that serves the canonical deployment.

import { randomUUID } from 'node:crypto';
import { ApiError, invalid } from './answers.mjs';

/**
 * @typedef {object} Variable
 * @property {'plain_text' | 'secret_text'} type
 * @property {string} value
 */

/**
 * @typedef {Record<string, any> & {env_vars: Record<string, Variable>}} DeploymentConfig
 */

/**
 * @typedef {object} Project
 * @property {string} id
 * @property {string} name
 * @property {string} production_branch
 * @property {string} created_on
 * @property {number} port
 * @property {Record<string, number>} branchPorts  Of the aliases of preview branches.
 * @property {Record<string, string>} branchDeployments
 * @property {{production: DeploymentConfig, preview: DeploymentConfig}} deployment_configs
 * @property {Record<string, any>} build_config
 * @property {string | null} canonicalId
 * @property {number} deploymentsMade   Numbers deployments in the order of their making.
 * @property {number} publishedNumber   Of the newest one that became canonical.
 */

const environments = /** @type {const} */ (['production', 'preview']);
const variable_bytes_max = 5 * 1024;
const variables_max = 128;
const defaultDate = '2026-11-01';

/** @returns {DeploymentConfig} */
const newConfig = () => ({
  env_vars: {},
  compatibility_date: defaultDate,
  compatibility_flags: [],
  fail_open: true,
  always_use_latest_compatibility_date: false,
  build_image_major_version: 3,
  usage_model: 'standard',
});

/**
 * @param {Record<string, any>} order  The body of POST.
 * @param {string} created_on
 * @returns {Project}
 */
export function newProject(order, created_on) {
  const { name, production_branch } = order;
  if (typeof name !== 'string' || !/^[a-z0-9](?:[a-z0-9-]{0,56}[a-z0-9])?$/.test(name)) {
    throw invalid('Project names must be 1-58 characters of a-z, 0-9 and -, without - at the ends');
  }
  /** @type {Project} */
  const project = {
    id: randomUUID(),
    name,
    production_branch: branchName(production_branch ?? 'main'),
    created_on,
    port: 0,
    branchPorts: {},
    branchDeployments: {},
    build_config: {},
    canonicalId: null,
    deploymentsMade: 0,
    publishedNumber: 0,
    deployment_configs: { production: newConfig(), preview: newConfig() },
  };
  return changeProject(project, { ...order, name: undefined });
}

/**
 * A project with the changes of a PATCH: objects merge, null deletes, everything else replaces.
 *
 * @param {Project} project
 * @param {Record<string, any>} changes
 * @returns {Project}
 */
export function changeProject(project, changes) {
  if (changes.name !== undefined && changes.name !== project.name) {
    throw invalid('A project cannot be renamed');
  }
  if (changes.source !== undefined && changes.source !== null) {
    throw invalid('The sandbox has no git provider: leave source out');
  }
  const configs = structuredClone(project.deployment_configs);
  for (const environment of environments) {
    const change = changes.deployment_configs?.[environment];
    if (change === undefined || change === null) continue;
    if (!isObject(change)) throw invalid(`deployment_configs.${environment} must be an object`);
    merge(configs[environment], change);
    configs[environment].env_vars ??= {};
    refuseUnsound(configs[environment]);
  }
  return {
    ...project,
    production_branch: branchName(changes.production_branch ?? project.production_branch),
    build_config: { ...project.build_config, ...(changes.build_config ?? {}) },
    deployment_configs: configs,
  };
}

/** @param {unknown} value */
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/**
 * @param {Record<string, any>} target
 * @param {Record<string, any>} change
 */
function merge(target, change) {
  for (const [name, value] of Object.entries(change)) {
    if (name === '__proto__') throw invalid('__proto__ is not a name');
    if (value === null) {
      delete target[name];
    } else if (isObject(value) && !('type' in value)) {
      if (!Object.hasOwn(target, name) || !isObject(target[name])) target[name] = {};
      merge(target[name], value);
    } else {
      target[name] = structuredClone(value);
    }
  }
}

/** @param {unknown} name */
export const isVariableName = (name) =>
  typeof name === 'string' &&
  /^[A-Za-z_$][\w$]{0,199}$/.test(name) &&
  name !== 'ASSETS' &&
  name !== '__proto__';

/** @param {DeploymentConfig} config */
function refuseUnsound({ env_vars, compatibility_date, compatibility_flags }) {
  const variables = Object.entries(env_vars);
  if (variables.length > variables_max) throw invalid(`At most ${variables_max} variables`);
  for (const [name, variable] of variables) {
    if (!isVariableName(name)) {
      throw invalid(`A variable cannot be called ${JSON.stringify(name.slice(0, 80))}`);
    }
    const { type, value } = variable ?? {};
    if ((type !== 'plain_text' && type !== 'secret_text') || typeof value !== 'string') {
      throw invalid(`${name}: a variable is {type: "plain_text" or "secret_text", value: text}`);
    }
    if (Buffer.byteLength(value) > variable_bytes_max) {
      throw invalid(`${name}: a variable may have ${variable_bytes_max} bytes at most`);
    }
  }
  if (!/^\d{4}-\d\d-\d\d$/.test(compatibility_date)) {
    throw invalid('compatibility_date must look like 2026-11-01');
  }
  if (
    !Array.isArray(compatibility_flags) ||
    !compatibility_flags.every((flag) => /^\w{1,80}$/.test(flag))
  ) {
    throw invalid('compatibility_flags must be a list of flags');
  }
}

/** @param {unknown} branch */
export function branchName(branch) {
  if (typeof branch !== 'string' || !/^[^\s\x00-\x1f\x7f]{1,255}$/.test(branch)) {
    throw invalid('A branch name has 1 to 255 characters and no spaces');
  }
  return branch;
}

/** @param {string} name */
export const noProject = (name) =>
  new ApiError(
    404,
    8000007,
    `Project not found. The specified project name ${JSON.stringify(name.slice(0, 80))} does not ` +
      'match any of your existing projects.',
  );

export const nameTaken = () =>
  new ApiError(
    409,
    8000002,
    'A project with this name already exists. Choose a different project name.',
  );

/**
 * What the API shows: secrets without their values, deployments as given.
 *
 * @param {Project} project
 * @param {{canonical: object | null, latest: object | null, domains: string[],
 *   usesFunctions: boolean | null}} beside
 */
export function showProject(project, { canonical, latest, domains, usesFunctions }) {
  const { id, name, production_branch, created_on, port, build_config } = project;
  const subdomain = `127.0.0.1:${port}`;
  return {
    id,
    name,
    subdomain,
    domains: [subdomain, ...domains],
    production_branch,
    created_on,
    source: null,
    build_config: {
      build_command: null,
      destination_dir: null,
      root_dir: null,
      web_analytics_tag: null,
      web_analytics_token: null,
      build_caching: false,
      ...build_config,
    },
    deployment_configs: {
      production: showConfig(project.deployment_configs.production),
      preview: showConfig(project.deployment_configs.preview),
    },
    canonical_deployment: canonical,
    latest_deployment: latest,
    framework: '',
    framework_version: '',
    uses_functions: usesFunctions,
    preview_script_name: `pages-worker--${id.slice(0, 8)}-preview`,
    production_script_name: `pages-worker--${id.slice(0, 8)}-production`,
  };
}

/** @param {DeploymentConfig} config */
function showConfig(config) {
  return { ...config, env_vars: showVariables(config.env_vars) };
}

/**
 * @param {Record<string, Variable>} variables
 * @returns {Record<string, Variable> | null}
 */
export function showVariables(variables) {
  const shown = Object.entries(variables).map(([name, { type, value }]) => [
    name,
    { type, value: type === 'secret_text' ? '' : value },
  ]);
  return shown.length === 0 ? null : Object.fromEntries(shown);
}
