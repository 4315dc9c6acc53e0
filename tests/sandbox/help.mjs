// What the sandbox's tests share: a sandbox in a folder of its own, on ports that are free, closed
// and removed when the test ends.

import { createClient } from '@libsql/client/http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../../tools/sandbox/sandbox.mjs';

/** @typedef {import('node:test').TestContext} TestContext */

/** @param {TestContext} test */
export function newFolder(test) {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-sandbox-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * @param {TestContext} test
 * @param {import('../../tools/sandbox/frame/clock.mjs').Clock} [clock]
 */
export async function newSandbox(test, clock) {
  const sandbox = await startSandbox({ state: newFolder(test), ...(clock ? { clock } : {}) });
  test.after(() => sandbox.close());
  return sandbox;
}

/**
 * One call of the platform API.
 *
 * @param {string} origin
 * @param {string} method
 * @param {string} path  After /v1.
 * @param {unknown} [body]
 * @param {string} [token]
 */
export async function platform(origin, method, path, body, token = 'sandbox-turso-token') {
  const response = await fetch(`${origin}/turso/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: text === '' ? null : JSON.parse(text),
  };
}

/**
 * A new database with a token.
 *
 * @param {string} origin
 * @param {string} name
 * @param {Record<string, unknown>} [more]
 */
export async function newDatabase(origin, name, more = {}) {
  const path = '/organizations/fairway/databases';
  const made = await platform(origin, 'POST', path, { name, group: 'default', ...more });
  if (made.status !== 200) throw new Error(`${made.status} ${made.text}`);
  const minted = await platform(origin, 'POST', `${path}/${name}/auth/tokens`);
  const url = `http://${made.json.database.Hostname}`;
  return { name, id: made.json.database.DbId, url, token: minted.json.jwt };
}

/** @typedef {{url: string, token: string}} Address */

/** @param {Address} database */
export function newClient({ url, token }) {
  return createClient({ url, authToken: token, intMode: 'bigint' });
}

/**
 * @param {Address} database
 * @param {string} path
 * @param {unknown} body  Text is sent as it is.
 * @param {string} [method]
 */
export async function send({ url, token }, path, body, method = 'POST') {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    body: /** @type {any} */ (isRaw ? body : JSON.stringify(body)),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : null,
  };
}

/**
 * @param {Address} database
 * @param {unknown[]} requests
 * @param {string | null} [baton]
 * @param {string} [path]
 */
export function pipeline(database, requests, baton = null, path = '/v2/pipeline') {
  return send(database, path, { baton, requests });
}

/** @param {string} sql @param {unknown[]} [args] */
export const execute = (sql, args = []) => ({ type: 'execute', stmt: { sql, args } });
export const closing = { type: 'close' };

/**
 * @param {string} origin
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export async function control(origin, method, path, body) {
  const response = await fetch(origin + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: /** @type {any} */ (await response.json()) };
}

/** @param {string} origin @param {Record<string, unknown>} fault */
export const addFault = (origin, fault) => control(origin, 'POST', '/faults', fault);

/**
 * What the providers would charge so far, oldest first.
 *
 * @param {string} origin
 * @param {string} provider
 * @returns {Promise<import('../../tools/sandbox/metered/charges.mjs').Charge[]>}
 */
export async function chargesOf(origin, provider) {
  return (await control(origin, 'GET', `/charges?provider=${provider}`)).json.charges;
}

/** @param {string} origin @param {Record<string, Record<string, unknown>>} settings */
export async function set(origin, settings) {
  const answer = await control(origin, 'POST', '/settings', settings);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.json));
}
