// Everything of the platform API around the databases: groups, locations, plans, API tokens.

import { randomBytes, randomUUID } from 'node:crypto';
import { BadRequest, readJson } from '../frame/http.mjs';
import { hashToken, organization_name } from './platform_state.mjs';
import { readGrant, usageOf } from './platform_databases.mjs';
import { mintToken, newSigningKey } from './tokens.mjs';

/** @typedef {import('./platform_state.mjs').TursoState} TursoState */
/** @typedef {import('./platform.mjs').ApiCall} ApiCall */
/** @typedef {import('./platform_state.mjs').Group} Group */

const region_names = {
  'aws-ap-northeast-1': 'AWS AP NorthEast (Tokyo)',
  'aws-ap-south-1': 'AWS AP South (Mumbai)',
  'aws-eu-west-1': 'AWS EU West (Ireland)',
  'aws-us-east-1': 'AWS US East (Virginia)',
  'aws-us-east-2': 'AWS US East (Ohio)',
  'aws-us-west-2': 'AWS US West (Oregon)',
};

const scope_names = [
  'read',
  'db:create',
  'db:delete',
  'db:configure',
  'db:mint-token',
  'db:rotate-creds',
  'group:configure',
  'group:mint-token',
  'group:rotate-creds',
];

/**
 * @param {string} name
 * @param {string} location
 * @returns {Group}
 */
export function newGroup(name, location) {
  return {
    name,
    uuid: randomUUID(),
    location,
    signing_key: newSigningKey(),
    delete_protection: false,
  };
}

/** @param {Group} group */
const describe = ({ name, uuid, location, delete_protection }) => ({
  name,
  uuid,
  locations: [location],
  primary: location,
  version: 'v0.24.33',
  delete_protection,
});

/**
 * @param {TursoState} state
 * @param {string | undefined} name
 */
function groupOf({ groups }, name = '') {
  const group = groups.get(name);
  if (group === undefined) throw new BadRequest(404, 'group not found');
  return group;
}

/** @param {TursoState} state */
export function listGroups({ groups }) {
  return { groups: groups.list().map(describe) };
}

/** @param {TursoState} state @param {ApiCall} call */
export function getGroup(state, { names }) {
  return { group: describe(groupOf(state, names[0])) };
}

/** @param {TursoState} state @param {ApiCall} call */
export async function createGroup(state, { request, demand }) {
  const { name, location } = await readJson(request);
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,64}$/.test(name)) {
    throw new BadRequest(400, 'invalid group name');
  }
  if (!Object.hasOwn(region_names, location)) throw new BadRequest(400, 'invalid location');
  demand('group:configure', name);
  if (state.groups.get(name) !== undefined) throw new BadRequest(409, 'group already exists');
  const group = newGroup(name, location);
  state.groups.put(name, group);
  return { group: describe(group) };
}

/** @param {TursoState} state @param {ApiCall} call */
export async function removeGroup(state, { names, demand }) {
  const group = groupOf(state, names[0]);
  demand('group:configure', group.name);
  if (group.delete_protection) throw new BadRequest(403, 'group is protected from deletion');
  for (const [name, host] of state.hosts) {
    if (host.record.group !== group.name) continue;
    state.records.remove(host.record.id);
    state.hosts.delete(name);
    await host.destroy();
  }
  state.groups.remove(group.name);
  return { group: describe(group) };
}

/** @param {TursoState} state @param {ApiCall} call */
export function unarchiveGroup(state, { names }) {
  const group = groupOf(state, names[0]);
  state.settings.archived = false;
  return { group: describe(group) };
}

/** @param {TursoState} state @param {ApiCall} call */
export async function createGroupToken(state, { names, query, request, demand }) {
  const group = groupOf(state, names[0]);
  demand('group:mint-token', group.name);
  await readJson(request);
  const now_ms = state.sandbox.clock.now_ms();
  return { jwt: mintToken(group.signing_key, { group: group.uuid, now_ms, ...readGrant(query) }) };
}

/** @param {TursoState} state @param {ApiCall} call */
export function rotateGroup(state, { names, demand }) {
  const group = groupOf(state, names[0]);
  demand('group:rotate-creds', group.name);
  state.groups.put(group.name, { ...group, signing_key: newSigningKey() });
  return state.settings.rotate_answers_json ? {} : undefined;
}

const organization = {
  name: organization_name,
  slug: organization_name,
  type: 'personal',
  overages: false,
  require_mfa: false,
  blocked_reads: false,
  blocked_writes: false,
  plan_id: 'developer',
  plan_timeline: 'monthly',
  platform: '',
};

/** @param {TursoState} state */
function describeOrganization({ settings }) {
  return {
    ...organization,
    blocked_reads: settings.over_quota,
    blocked_writes: settings.over_quota,
  };
}

/** @param {TursoState} state */
export function listOrganizations(state) {
  return [describeOrganization(state)];
}

/** @param {TursoState} state */
export function getOrganization(state) {
  return { organization: describeOrganization(state) };
}

const quotas = {
  rowsRead: 2_500_000_000,
  rowsWritten: 25_000_000,
  databases: 500,
  locations: 1,
  storage: 9_000_000_000,
  groups: 1,
  bytesSynced: 10_000_000_000,
};

export function plans() {
  return {
    plans: [
      {
        name: 'starter',
        price: '0',
        prices: [{ value: '0', timeline: 'monthly' }],
        quotas: { ...quotas, rowsRead: 500_000_000, rowsWritten: 10_000_000, databases: 100 },
      },
      {
        name: 'developer',
        price: '4.99',
        prices: [{ value: '4.99', timeline: 'monthly' }],
        quotas,
      },
    ],
  };
}

export function subscription() {
  return {
    subscription: { name: 'developer', overages: false, plan: 'developer', timeline: 'monthly' },
  };
}

export function invoices() {
  return { invoices: [] };
}

/** @param {TursoState} state */
export async function usage(state) {
  const databases = await Promise.all([...state.hosts.values()].map(usageOf));
  const sum = (/** @type {'rows_read' | 'rows_written' | 'storage_bytes'} */ name) =>
    databases.reduce((total, one) => total + one.total[name], 0);
  return {
    organization: {
      uuid: state.groups.list()[0]?.uuid ?? '',
      databases,
      usage: {
        rows_read: sum('rows_read'),
        rows_written: sum('rows_written'),
        databases: databases.length,
        locations: 1,
        storage_bytes: sum('storage_bytes'),
        groups: state.groups.list().length,
        bytes_synced: 0,
      },
    },
  };
}

export function locations() {
  return { locations: region_names };
}

export function user() {
  return {
    user: {
      username: organization_name,
      name: 'Fairway Sandbox',
      email: 'sandbox@example.com',
      avatarUrl: '',
      plan: 'developer',
      mfa: false,
      has_pending_invites: false,
    },
  };
}

export function validate() {
  return { exp: -1 };
}

/** @param {TursoState} state */
export function listTokens({ tokens }) {
  return {
    tokens: tokens.list().map(({ name, id, group, scopes, created_at }) => ({
      name,
      id,
      organization: organization_name,
      created_at,
      ...(group === null ? {} : { group }),
      ...(scopes === null ? {} : { scopes }),
    })),
  };
}

/** @param {TursoState} state @param {ApiCall} call */
export async function createApiToken({ tokens, sandbox }, { names: [name = ''], request }) {
  const { organization: owner, group, scopes } = await readJson(request);
  if (owner !== undefined && owner !== organization_name) {
    throw new BadRequest(404, 'organization not found');
  }
  if (group !== undefined && (!Array.isArray(scopes) || scopes.length === 0)) {
    throw new BadRequest(400, 'scopes must not be empty');
  }
  const granted = scopes === undefined ? null : expandScopes(scopes);
  if (tokens.get(name) !== undefined) throw new BadRequest(409, `token ${name} already exists`);
  const token = `sandbox-${randomBytes(24).toString('base64url')}`;
  const id = randomBytes(16).toString('base64url');
  tokens.put(name, {
    id,
    name,
    sha256: hashToken(token),
    group: group ?? null,
    scopes: granted,
    created_at: new Date(sandbox.clock.now_ms()).toISOString().slice(0, 10),
  });
  return { name, id, token };
}

/** @param {unknown} scopes */
function expandScopes(scopes) {
  if (!Array.isArray(scopes)) throw new BadRequest(400, 'scopes must be a list');
  const all = scopes.flatMap((scope) =>
    scope === 'full-access' ? scope_names : scope === 'read-only' ? ['read'] : [scope],
  );
  const unknown = all.find((scope) => !scope_names.includes(scope));
  if (unknown !== undefined) throw new BadRequest(400, `unknown scope ${unknown}`);
  return [...new Set(all)];
}

/** @param {TursoState} state @param {ApiCall} call */
export function removeApiToken({ tokens }, { names: [name = ''] }) {
  if (!tokens.remove(name)) throw new BadRequest(404, 'token not found');
  return { token: name };
}
