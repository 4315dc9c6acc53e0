// The databases of the platform API: create, list, configure, tokens, usage, delete.

import { randomUUID } from 'node:crypto';
import { BadRequest, readJson } from '../frame/http.mjs';
import { DatabaseHost } from './database_host.mjs';
import { mintToken, newSigningKey, parseExpiration } from './tokens.mjs';

/** @typedef {import('./platform_state.mjs').TursoState} TursoState */
/** @typedef {import('./platform.mjs').ApiCall} ApiCall */
/** @typedef {import('./database_host.mjs').DatabaseRecord} DatabaseRecord */

/**
 * @param {TursoState} state
 * @param {string | undefined} name
 * @returns {DatabaseHost}
 */
function hostOf({ hosts }, name = '') {
  const host = hosts.get(name);
  if (host === undefined) {
    throw new BadRequest(404, `could not find database with name ${name}: record not found`);
  }
  return host;
}

/**
 * @param {TursoState} state
 * @param {DatabaseHost} host
 */
function describe({ groups }, { record, hostname }) {
  const location = groups.get(record.group)?.location ?? '';
  return {
    Name: record.name,
    DbId: record.id,
    Hostname: hostname,
    block_reads: record.configuration.block_reads,
    block_writes: record.configuration.block_writes,
    regions: [location],
    primaryRegion: location,
    group: record.group,
    delete_protection: record.configuration.delete_protection,
    parent: record.parent,
  };
}

/** @param {TursoState} state @param {ApiCall} call */
export function list(state, { query, demand }) {
  const group = query.get('group');
  const parent = query.get('parent');
  const all = [...state.hosts.values()].filter(
    ({ record }) =>
      (group === null || record.group === group) &&
      (parent === null || record.parent?.id === parent),
  );
  for (const { record } of all) demand('read', record.group);
  return { databases: all.map((host) => describe(state, host)) };
}

/** @param {TursoState} state @param {ApiCall} call */
export function get(state, { names, demand }) {
  const host = hostOf(state, names[0]);
  demand('read', host.record.group);
  return { database: describe(state, host) };
}

/** @param {TursoState} state @param {ApiCall} call */
export async function create(state, { request, note, demand }) {
  const { name, group, seed, size_limit } = await readJson(request);
  if (typeof name !== 'string' || !/^[a-z0-9-]{1,64}$/.test(name)) {
    throw new BadRequest(
      400,
      'database name must contain only lowercase letters, numbers and ' +
        'dashes, and no more than 64 characters',
    );
  }
  if (typeof group !== 'string' || state.groups.get(group) === undefined) {
    throw new BadRequest(400, 'group not found');
  }
  demand('db:create', group);
  if (state.hosts.has(name)) {
    throw new BadRequest(409, `database with name ${name} already exists`);
  }
  if (state.hosts.size >= state.settings.database_limit) {
    throw new BadRequest(402, 'database limit reached, upgrade your plan to create more databases');
  }
  const parent = parentOf(state, seed);
  /** @type {DatabaseRecord} */
  const record = {
    id: randomUUID(),
    name,
    group,
    port: 0,
    created_at_ms: state.sandbox.clock.now_ms(),
    is_draft: seed?.type === 'database_upload',
    signing_key: newSigningKey(),
    parent:
      parent === null
        ? null
        : {
            id: parent.record.id,
            name: parent.record.name,
            branched_at: new Date(state.sandbox.clock.now_ms()).toISOString(),
          },
    configuration: {
      size_limit: sizeLimit(size_limit ?? ''),
      allow_attach: false,
      block_reads: false,
      block_writes: false,
      delete_protection: false,
      allowed_ips: [],
      allowed_aws_vpc_ids: [],
    },
  };
  const host = makeHost(state, record);
  // Named before the first wait, so that of two calls at once one gets the 409.
  state.hosts.set(name, host);
  try {
    if (parent !== null) await parent.copyTo(host);
    await host.open();
    state.records.put(record.id, record);
  } catch (error) {
    state.hosts.delete(name);
    await host.destroy();
    throw error;
  }
  note(`created database ${name}`);
  return { database: { DbId: record.id, Hostname: host.hostname, Name: name } };
}

/**
 * @param {TursoState} state
 * @param {any} seed
 */
function parentOf(state, seed) {
  if (seed === undefined || seed === null || seed.type === 'database_upload') return null;
  if (seed.type !== 'database')
    throw new BadRequest(400, `seed type ${seed.type} is not supported`);
  const parent = state.hosts.get(seed.name);
  if (parent === undefined || parent.record.is_draft) {
    throw new BadRequest(400, `could not find database ${seed.name} to seed from`);
  }
  return parent;
}

/** @param {unknown} limit */
function sizeLimit(limit) {
  if (typeof limit === 'string' && /^(\d{1,15}(b|kb|mb|gb|tb)?)?$/i.test(limit)) return limit;
  throw new BadRequest(400, 'invalid size limit');
}

/**
 * @param {TursoState} state
 * @param {DatabaseRecord} record
 */
export function makeHost(state, record) {
  return new DatabaseHost({
    sandbox: state.sandbox,
    folder: state.folder,
    record,
    signingKeys: () =>
      [record.signing_key, state.groups.get(record.group)?.signing_key ?? ''].filter(
        (key) => key !== '',
      ),
    isOverQuota: () => state.settings.over_quota,
    chunkBytes: () => state.settings.chunk_bytes,
    isArchived: () => state.settings.archived,
    save: () => {
      // A database that is still being created, or was deleted meanwhile, is not kept.
      if (state.records.get(record.id) !== undefined) state.records.put(record.id, record);
    },
  });
}

/** @param {TursoState} state @param {ApiCall} call */
export async function remove(state, { names, note, demand }) {
  const host = hostOf(state, names[0]);
  const { name, id, group, configuration } = host.record;
  demand('db:delete', group);
  if (configuration.delete_protection) {
    throw new BadRequest(403, `database ${name} is protected from deletion`);
  }
  // The record first: after a crash in between, start-up removes files that nobody owns.
  state.records.remove(id);
  state.hosts.delete(name);
  await host.destroy();
  note(`deleted database ${name}`);
  return { database: name };
}

/** @param {TursoState} state @param {ApiCall} call */
export function getConfiguration(state, { names, demand }) {
  const { record } = hostOf(state, names[0]);
  demand('read', record.group);
  return record.configuration;
}

/** @param {TursoState} state @param {ApiCall} call */
export async function changeConfiguration(state, { names, request, demand }) {
  const { record } = hostOf(state, names[0]);
  demand('db:configure', record.group);
  const changes = await readJson(request);
  /** @type {Record<string, any>} */
  const next = { ...record.configuration };
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(next, name)) continue;
    const isList = Array.isArray(next[name]);
    const fits = isList
      ? Array.isArray(value) && value.every((one) => typeof one === 'string')
      : typeof value === typeof next[name];
    if (!fits) throw new BadRequest(400, `invalid ${name}`);
    next[name] = name === 'size_limit' ? sizeLimit(value) : value;
  }
  record.configuration = /** @type {any} */ (next);
  state.records.put(record.id, record);
  return record.configuration;
}

/** @param {TursoState} state @param {ApiCall} call */
export function instances(state, { names }) {
  const { record, hostname } = hostOf(state, names[0]);
  const region = state.groups.get(record.group)?.location ?? '';
  return { instances: [{ uuid: record.id, name: region, type: 'primary', region, hostname }] };
}

/** @param {TursoState} state @param {ApiCall} call */
export function stats(state, { names }) {
  hostOf(state, names[0]);
  return { top_queries: null };
}

/**
 * @param {DatabaseHost} host
 */
export async function usageOf(host) {
  const usage = { ...host.usage, storage_bytes: await host.storageBytes(), bytes_synced: 0 };
  return { uuid: host.record.id, instances: [{ uuid: host.record.id, usage }], total: usage };
}

/** @param {TursoState} state @param {ApiCall} call */
export async function usage(state, { names, query }) {
  const host = hostOf(state, names[0]);
  for (const name of ['from', 'to']) {
    const time = query.get(name);
    if (time !== null && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time)) {
      throw new BadRequest(
        400,
        `invalid ${name} parameter: parsing time "${time}" as ` +
          '"2006-01-02T15:04:05Z07:00": cannot parse',
      );
    }
  }
  return { database: await usageOf(host) };
}

/**
 * The grant that a token request asks for.
 *
 * @param {URLSearchParams} query
 */
export function readGrant(query) {
  const lifetime_s = parseExpiration(query.get('expiration') ?? 'never');
  if (lifetime_s === undefined) throw new BadRequest(400, 'Invalid expiration format');
  const authorization = query.get('authorization') ?? 'full-access';
  if (authorization !== 'full-access' && authorization !== 'read-only') {
    throw new BadRequest(400, 'Invalid authorization');
  }
  return {
    lifetime_s,
    access: /** @type {'ro' | 'rw'} */ (authorization === 'read-only' ? 'ro' : 'rw'),
  };
}

/** @param {TursoState} state @param {ApiCall} call */
export async function createToken(state, { names, query, request, demand }) {
  const { record } = hostOf(state, names[0]);
  demand('db:mint-token', record.group);
  await readJson(request);
  const grant = readGrant(query);
  const now_ms = state.sandbox.clock.now_ms();
  return { jwt: mintToken(record.signing_key, { id: record.id, now_ms, ...grant }) };
}

/** @param {TursoState} state @param {ApiCall} call */
export function rotate(state, { names, demand, note }) {
  const { record } = hostOf(state, names[0]);
  demand('db:rotate-creds', record.group);
  record.signing_key = newSigningKey();
  state.records.put(record.id, record);
  note(`rotated the tokens of ${record.name}`);
  return state.settings.rotate_answers_json ? {} : undefined;
}
