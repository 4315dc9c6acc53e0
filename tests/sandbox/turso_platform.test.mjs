// The platform API through the provider's own SDK, and its answers against its own description.

import { createClient } from '@tursodatabase/api';
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { manualClock } from '../../tools/sandbox/frame/clock.mjs';
import { startSandbox } from '../../tools/sandbox/sandbox.mjs';
import {
  closing,
  execute,
  newClient,
  newDatabase,
  newFolder,
  newSandbox,
  pipeline,
  platform,
} from './help.mjs';

const description = JSON.parse(
  readFileSync(new URL('../data/turso/platform.openapi.json', import.meta.url), 'utf8'),
);
const org = '/v1/organizations/{organizationSlug}';

/** @param {string} origin */
const sdk = (origin) =>
  createClient({ org: 'fairway', token: 'sandbox-turso-token', baseUrl: `${origin}/turso/v1/` });

/**
 * Where a value does not fit a schema; a property that the schema has must be there.
 *
 * @param {any} schema
 * @param {any} value
 * @param {string} at
 * @returns {string[]}
 */
function misfits(schema, value, at) {
  if (schema.$ref !== undefined) {
    const target = schema.$ref
      .slice(2)
      .split('/')
      .reduce((/** @type {any} */ node, /** @type {string} */ name) => node[name], description);
    return misfits(target, value, at);
  }
  if (schema.allOf !== undefined) {
    return schema.allOf.flatMap((/** @type {any} */ one) => misfits(one, value, at));
  }
  if (value === null) return schema.nullable ? [] : [`${at} is null`];
  if (schema.enum !== undefined && !schema.enum.includes(value)) return [`${at} is ${value}`];
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [`${at} is no list`];
    return value.flatMap((one, index) => misfits(schema.items, one, `${at}[${index}]`));
  }
  if (schema.type === 'integer') return Number.isInteger(value) ? [] : [`${at} is no integer`];
  if (schema.type === 'string' || schema.type === 'boolean') {
    return typeof value === schema.type ? [] : [`${at} is no ${schema.type}`];
  }
  if (typeof value !== 'object') return [`${at} is no object`];
  const may_lack = ['group', 'scopes', 'schema'];
  return Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    value[name] === undefined && !may_lack.includes(name)
      ? [`${at}.${name} is missing`]
      : value[name] === undefined
        ? []
        : misfits(inner, value[name], `${at}.${name}`),
  );
}

/**
 * @param {string} method
 * @param {string} path  As the description writes it.
 * @param {{status: number, json: any}} answer
 */
function assertFits(method, path, { status, json }) {
  const given = description.paths[path][method].responses[status];
  const response =
    given.$ref === undefined
      ? given
      : description.components.responses[given.$ref.split('/').pop()];
  assert.deepEqual(misfits(response.content['application/json'].schema, json, path), []);
}

test('the SDK creates, lists, reads, deletes a database', async (t) => {
  const { origin } = await newSandbox(t);
  const turso = sdk(origin);
  const made = await turso.databases.create('shop-1', { group: 'default' });
  assert.equal(made.name, 'shop-1');
  assert.match(made.hostname, /^127\.0\.0\.1:\d+$/);
  const found = await turso.databases.get('shop-1');
  assert.equal(found.id, made.id);
  assert.equal(found.group, 'default');
  assert.deepEqual(
    (await turso.databases.list()).map(({ name }) => name),
    ['shop-1'],
  );
  const token = await turso.databases.createToken('shop-1', { expiration: '2w' });
  const client = newClient({ url: `http://${made.hostname}`, token: token.jwt });
  assert.deepEqual((await client.execute('SELECT 1 AS one')).rows[0]?.one, 1n);
  const usage = /** @type {any} */ (await turso.databases.usage('shop-1'));
  assert.equal(usage.total.rows_read, 1);
  await turso.databases.delete('shop-1');
  await assert.rejects(turso.databases.get('shop-1'), { status: 404 });
  await assert.rejects(fetch(`http://${made.hostname}/health`), /fetch failed/);
});

test('a name can be taken once, and two calls at once do not both get it', async (t) => {
  const { origin } = await newSandbox(t);
  const create = () =>
    platform(origin, 'POST', '/organizations/fairway/databases', {
      name: 'twin',
      group: 'default',
    });
  const answers = await Promise.all([create(), create(), create()]);
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
  const refused = await create();
  assert.equal(refused.json.error, 'database with name twin already exists');
  await assert.rejects(sdk(origin).databases.create('twin', { group: 'default' }), {
    status: 409,
    name: 'TursoClientError',
  });
});

test('wrong names, groups, organizations and tokens are refused', async (t) => {
  const { origin } = await newSandbox(t);
  const path = '/organizations/fairway/databases';
  for (const name of ['', 'Upper', 'under_score', 'a'.repeat(65), '../x', 7, null]) {
    assert.equal((await platform(origin, 'POST', path, { name, group: 'default' })).status, 400);
  }
  assert.equal((await platform(origin, 'POST', path, { name: 'a' })).json.error, 'group not found');
  assert.equal((await platform(origin, 'POST', path, { name: 'a', group: 'x' })).status, 400);
  assert.equal((await platform(origin, 'GET', '/organizations/other/databases')).status, 404);
  assert.equal((await platform(origin, 'GET', path, undefined, 'wrong')).status, 401);
  assert.equal((await platform(origin, 'GET', '/organizations/fairway/nothing')).status, 404);
  const missing = await platform(origin, 'DELETE', `${path}/nobody`);
  assertFits('delete', `${org}/databases/{databaseName}`, missing);
  assert.equal(missing.status, 404);
});

test('answers have the shape of the published description', async (t) => {
  const { origin } = await newSandbox(t);
  const own = '/organizations/fairway';
  const databases = `${own}/databases`;
  const one = `${databases}/one`;
  const pattern = `${org}/databases/{databaseName}`;
  /** @type {[string, string, string, unknown?][]} */
  const calls = [
    ['POST', databases, `${org}/databases`, { name: 'one', group: 'default' }],
    ['POST', databases, `${org}/databases`, { name: 'one', group: 'default' }],
    ['POST', databases, `${org}/databases`, { name: 'two', group: 'none' }],
    [
      'POST',
      databases,
      `${org}/databases`,
      { name: 'child', group: 'default', seed: { type: 'database', name: 'one' } },
    ],
    ['GET', databases, `${org}/databases`],
    ['GET', one, pattern],
    ['GET', `${one}/configuration`, `${pattern}/configuration`],
    ['PATCH', `${one}/configuration`, `${pattern}/configuration`, { size_limit: '256mb' }],
    ['GET', `${one}/instances`, `${pattern}/instances`],
    ['GET', `${one}/stats`, `${pattern}/stats`],
    ['GET', `${one}/usage?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z`, `${pattern}/usage`],
    ['GET', `${one}/usage?from=yesterday`, `${pattern}/usage`],
    ['POST', `${one}/auth/tokens?expiration=1d`, `${pattern}/auth/tokens`, {}],
    ['POST', `${one}/auth/tokens?expiration=soon`, `${pattern}/auth/tokens`, {}],
    ['POST', `${databases}/none/auth/tokens`, `${pattern}/auth/tokens`, {}],
    ['GET', `${own}/groups`, `${org}/groups`],
    ['POST', `${own}/groups`, `${org}/groups`, { name: 'second', location: 'aws-eu-west-1' }],
    ['POST', `${own}/groups`, `${org}/groups`, { name: 'second', location: 'aws-eu-west-1' }],
    ['GET', `${own}/groups/second`, `${org}/groups/{groupName}`],
    ['GET', `${own}/groups/third`, `${org}/groups/{groupName}`],
    ['GET', '/locations', '/v1/locations'],
    ['GET', '/organizations', '/v1/organizations'],
    ['GET', own, org],
    ['GET', `${own}/plans`, `${org}/plans`],
    ['GET', `${own}/subscription`, `${org}/subscription`],
    ['GET', `${own}/usage`, `${org}/usage`],
    ['GET', '/auth/validate', '/v1/auth/validate'],
    ['GET', '/user', '/v1/user'],
    ['POST', '/auth/api-tokens/ci', '/v1/auth/api-tokens/{tokenName}', { organization: 'fairway' }],
    ['GET', '/auth/api-tokens', '/v1/auth/api-tokens'],
    ['DELETE', '/auth/api-tokens/ci', '/v1/auth/api-tokens/{tokenName}'],
    ['DELETE', one, pattern],
  ];
  for (const [method, path, described, body] of calls) {
    assertFits(method.toLowerCase(), described, await platform(origin, method, path, body));
  }
});

test('a database token expires, and rotation ends all of them', async (t) => {
  const clock = manualClock();
  const { origin, providers } = await newSandbox(t, clock);
  const database = await newDatabase(origin, 'keys');
  const path = '/organizations/fairway/databases/keys/auth';
  const short = (await platform(origin, 'POST', `${path}/tokens?expiration=1d30m`)).json.jwt;
  const ask = (/** @type {string} */ token) =>
    pipeline({ url: database.url, token }, [execute('SELECT 1'), closing]);
  assert.equal((await ask(short)).status, 200);
  clock.advance(24.5 * 3600_000);
  const late = await ask(short);
  assert.equal(late.status, 401);
  assert.equal(late.json.error, 'Unauthorized: `The JWT has expired`');
  assert.equal((await ask(database.token)).status, 200);
  const rotated = await platform(origin, 'POST', `${path}/rotate`);
  assert.deepEqual([rotated.status, rotated.text], [200, '']);
  assert.equal((await ask(database.token)).json.error, 'Unauthorized: `The JWT is invalid`');
  Object.assign(providers.get('turso')?.settings ?? {}, { rotate_answers_json: true });
  await sdk(origin).databases.rotateTokens('keys');
});

test("one database's token opens no other one", async (t) => {
  const { origin } = await newSandbox(t);
  const mine = await newDatabase(origin, 'mine');
  const theirs = await newDatabase(origin, 'theirs');
  const answer = await pipeline({ url: theirs.url, token: mine.token }, [execute('SELECT 1')]);
  assert.equal(answer.status, 401);
  const platformToken = await pipeline({ url: mine.url, token: 'sandbox-turso-token' }, []);
  assert.equal(platformToken.status, 401);
});

test('a scoped API token does what it was made for, and no more', async (t) => {
  const { origin } = await newSandbox(t);
  const made = await platform(origin, 'POST', '/auth/api-tokens/deployer', {
    organization: 'fairway',
    group: 'default',
    scopes: ['db:create', 'db:mint-token'],
  });
  const path = '/organizations/fairway/databases';
  const call = (
    /** @type {string} */ method,
    /** @type {string} */ rest,
    /** @type {any} */ body,
  ) => platform(origin, method, path + rest, body, made.json.token);
  assert.equal((await call('POST', '', { name: 'a', group: 'default' })).status, 200);
  assert.equal((await call('POST', '/a/auth/tokens', {})).status, 200);
  assert.equal((await call('DELETE', '/a', undefined)).status, 403);
  await platform(origin, 'DELETE', '/auth/api-tokens/deployer');
  assert.equal((await call('GET', '', undefined)).status, 401);
});

test('limits and protection', async (t) => {
  const { origin, providers } = await newSandbox(t);
  const settings = /** @type {any} */ (providers.get('turso')?.settings);
  const path = '/organizations/fairway/databases';
  const kept = await newDatabase(origin, 'kept');
  await platform(origin, 'PATCH', `${path}/kept/configuration`, { delete_protection: true });
  assert.equal((await platform(origin, 'DELETE', `${path}/kept`)).status, 403);
  settings.database_limit = 1;
  assert.equal((await platform(origin, 'POST', path, { name: 'b', group: 'default' })).status, 402);
  settings.over_quota = true;
  const blocked = await pipeline(kept, [execute('SELECT 1'), closing]);
  assert.equal(blocked.json.results[0].error.code, 'BLOCKED');
  assert.match(blocked.json.results[0].error.message, /reads are blocked/);
  settings.over_quota = false;
  await platform(origin, 'PATCH', `${path}/kept/configuration`, { block_writes: true });
  const written = await pipeline(kept, [
    execute('CREATE TABLE a(b)'),
    execute('SELECT 1'),
    closing,
  ]);
  assert.match(written.json.results[0].error.message, /writes are blocked/);
  assert.equal(written.json.results[1].type, 'ok');
  settings.archived = true;
  assert.equal((await pipeline(kept, [execute('SELECT 1')])).status, 403);
  await platform(origin, 'POST', '/organizations/fairway/groups/default/unarchive');
  assert.equal((await pipeline(kept, [execute('SELECT 1'), closing])).status, 200);
});

test('a database seeded from another one has its rows, and goes its own way', async (t) => {
  const { origin } = await newSandbox(t);
  const parent = await newDatabase(origin, 'parent');
  const first = newClient(parent);
  await first.executeMultiple('CREATE TABLE a(b); INSERT INTO a VALUES (1), (2)');
  const child = await newDatabase(origin, 'child', { seed: { type: 'database', name: 'parent' } });
  const second = newClient(child);
  await second.execute('INSERT INTO a VALUES (3)');
  assert.equal((await first.execute('SELECT count(*) AS n FROM a')).rows[0]?.n, 2n);
  assert.equal((await second.execute('SELECT count(*) AS n FROM a')).rows[0]?.n, 3n);
});

test('deleting removes the file, and a reset everything', async (t) => {
  const state = newFolder(t);
  const sandbox = await startSandbox({ state });
  t.after(() => sandbox.close());
  const { origin } = sandbox;
  for (const name of ['one', 'two']) {
    const client = newClient(await newDatabase(origin, name));
    await client.execute('CREATE TABLE a(b)');
  }
  const files = () => readdirSync(join(state, 'turso')).filter((name) => name.endsWith('.db'));
  assert.equal(files().length, 2);
  await platform(origin, 'DELETE', '/organizations/fairway/databases/one');
  assert.equal(files().length, 1);
  await sandbox.reset();
  assert.deepEqual(files(), []);
  assert.ok(existsSync(state));
  const list = await platform(origin, 'GET', '/organizations/fairway/databases');
  assert.deepEqual(list.json.databases, []);
  await newDatabase(origin, 'one');
});
