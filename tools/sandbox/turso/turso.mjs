// Turso in the sandbox: the platform API under /turso/v1/..., and every database on a loopback port
// of its own with libSQL behind it. Databases and ports stand again after a restart.

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { handlePlatform } from './platform.mjs';
import { makeHost } from './platform_databases.mjs';
import { newGroup } from './platform_organization.mjs';
import { createInspector, summarize, tablePage } from './turso_view.mjs';

const default_settings = {
  // The provider answers a rotation without a body, over which its own SDK stumbles.
  rotate_answers_json: false,
  over_quota: false,
  archived: false,
  database_limit: 500,
  chunk_bytes: 8 * 1024 * 1024,
};

/**
 * @param {import('../sandbox.mjs').ProviderParts} sandbox
 * @returns {Promise<import('../sandbox.mjs').Provider>}
 */
export async function createTurso(sandbox) {
  const folder = join(sandbox.stateFolder, 'turso');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  /** @type {import('./platform_state.mjs').TursoState} */
  const state = {
    sandbox,
    folder,
    hosts: new Map(),
    settings: { ...default_settings },
    records: sandbox.store.collection('turso.databases'),
    groups: sandbox.store.collection('turso.groups'),
    tokens: sandbox.store.collection('turso.tokens'),
  };
  const inspector = createInspector();
  await resume(state);
  return {
    provider: 'turso',
    prefix: '/turso',
    settings: state.settings,
    handle: (request, response, call) => handlePlatform(state, request, response, call),
    summary: () => summarize(state, inspector),
    page: (url) => tablePage(state, inspector, url),
    async close() {
      await inspector.stop();
      await Promise.all([...state.hosts.values()].map((host) => host.close()));
    },
    async reset() {
      await Promise.all([...state.hosts.values()].map((host) => host.destroy()));
      state.hosts.clear();
      Object.assign(state.settings, default_settings);
      await resume(state);
    },
  };
}

/**
 * Opens what the store knows, and removes files that no record owns: a crash between a file and its
 * record leaves one behind.
 *
 * @param {import('./platform_state.mjs').TursoState} state
 */
async function resume(state) {
  if (state.groups.get('default') === undefined) {
    state.groups.put('default', newGroup('default', 'aws-us-east-1'));
  }
  const owned = new Set();
  for (const record of state.records.list()) {
    const host = makeHost(state, record);
    await host.open();
    state.hosts.set(record.name, host);
    owned.add(record.id);
  }
  for (const name of readdirSync(state.folder)) {
    const isLeftOver = !owned.has(name.slice(0, 36)) || /\.(upload|sql)/.test(name);
    if (isLeftOver) rmSync(join(state.folder, name), { force: true });
  }
}
