// What the platform API knows and keeps.

import { createHash } from 'node:crypto';

export const organization_name = 'fairway';
export const master_token = 'sandbox-turso-token';

/**
 * @typedef {object} ApiToken
 * @property {string} id
 * @property {string} name
 * @property {string} sha256
 * @property {string | null} group   Null: every group.
 * @property {string[] | null} scopes  Null: everything.
 * @property {string} created_at
 */

/**
 * @typedef {object} Group
 * @property {string} name
 * @property {string} uuid
 * @property {string} location
 * @property {string} signing_key
 * @property {boolean} delete_protection
 */

/**
 * @typedef {object} TursoState
 * @property {import('../sandbox.mjs').ProviderParts} sandbox
 * @property {string} folder
 * @property {import('../frame/store.mjs').Collection<import('./database_host.mjs').DatabaseRecord>}
 *   records
 * @property {import('../frame/store.mjs').Collection<Group>} groups
 * @property {import('../frame/store.mjs').Collection<ApiToken>} tokens
 * @property {Map<string, import('./database_host.mjs').DatabaseHost>} hosts  By database name.
 * @property {{rotate_answers_json: boolean, over_quota: boolean, archived: boolean,
 *   database_limit: number, chunk_bytes: number}} settings
 */

/** @param {string} token */
export const hashToken = (token) => createHash('sha256').update(token).digest('hex');
