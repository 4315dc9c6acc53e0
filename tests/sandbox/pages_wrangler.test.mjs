// Cloudflare's own clients against the sandbox: wrangler as a process, and the official SDK. What
// wrangler sends is written down in tests/data/pages and compared here, so that other clients can
// be tested against the same text. FAIRWAY_RECORD=1 writes it anew.

import Cloudflare from 'cloudflare';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  bundleOf,
  createProject,
  entry,
  finished,
  hashOf,
  openWorld,
  token,
  wrangler,
  writeFiles,
} from './pages_world.mjs';

const transcriptFile = new URL('../data/pages/wrangler_pages_deploy.txt', import.meta.url);
const files = {
  'index.html': '<h1>hi</h1>\n',
  'sub/x.txt': 'abc',
  _headers: '/*\n  X-Test: 1\n',
  _redirects: '/a /sub/x.txt 301\n',
  '_routes.json': '{"version":1,"include":["/api/*"],"exclude":[]}',
  '_worker.js': `import {env} from 'cloudflare:workers';
    export default {fetch: () => new Response('worker ' + env.CF_PAGES_BRANCH)};`,
};

/** @param {import('./pages_world.mjs').World} world */
const apiOf = (world) => `${world.sandbox.origin}/client/v4`;

test('wrangler makes a project, deploys it, lists it and deletes it', async (t) => {
  const world = await openWorld(t);
  const folder = join(world.folder, 'site');
  writeFiles(folder, files);
  const run = (/** @type {string[]} */ ...words) => wrangler(world.folder, apiOf(world), words);
  const made = await run('pages', 'project', 'create', 'demo', '--production-branch', 'main');
  assert.match(made.text, /Successfully created the 'demo' project.*127\.0\.0\.1:\d+/);
  const recorder = await record(t, world);
  const deployed = await wrangler(world.folder, recorder.api, [
    'pages',
    'deploy',
    folder,
    '--project-name',
    'demo',
    '--branch',
    'main',
    '--commit-dirty',
    'true',
    '--commit-message',
    'words',
    '--commit-hash',
    '0123456789abcdef0123456789abcdef01234567',
  ]);
  assert.equal(deployed.status, 0, deployed.text);
  const url = /Take a peek over at (http:\/\/127\.0\.0\.1:\d+)/.exec(deployed.text)?.[1] ?? '';
  const home = await fetch(url);
  assert.deepEqual([await home.text(), home.headers.get('x-test')], ['<h1>hi</h1>\n', '1']);
  assert.equal(await (await fetch(`${url}/a`)).text(), 'abc', 'redirected');
  assert.equal(await (await fetch(`${url}/api/x`)).text(), 'worker main');
  compareTranscript(recorder.transcript());
  const second = await run(
    'pages',
    'deploy',
    folder,
    '--project-name',
    'demo',
    '--branch',
    'topic',
  );
  assert.match(second.text, /Uploaded 0 files \(2 already uploaded\)/);
  const list = await run('pages', 'project', 'list', '--json');
  assert.equal(JSON.parse(list.text)[0]['Project Name'], 'demo');
  const removed = await run('pages', 'project', 'delete', 'demo', '--yes');
  assert.match(removed.text, /Successfully deleted demo/);
  await assert.rejects(fetch(url));
});

test('wrangler compiles functions, and says why code does not load', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'functions');
  const home = join(world.folder, 'home');
  writeFiles(home, {
    'public/index.html': 'home',
    'functions/hello/[name].js':
      'export const onRequest = ({params, env}) => new Response(`hello ${params.name}`);',
  });
  const run = () =>
    wrangler(world.folder, apiOf(world), [
      'pages',
      'deploy',
      'public',
      '--project-name',
      'functions',
      '--branch',
      'main',
    ]);
  const deployed = await run();
  const url = /Take a peek over at (http:\/\/127\.0\.0\.1:\d+)/.exec(deployed.text)?.[1] ?? '';
  assert.equal(await (await fetch(`${url}/hello/ann`)).text(), 'hello ann', deployed.text);
  assert.equal(await (await fetch(url)).text(), 'home');
  writeFiles(home, {
    'functions/hello/[name].js':
      'throw new Error("not today"); export const onRequest = () => new Response("");',
  });
  const failed = await run();
  assert.match(failed.text, /Deployment failed!/);
  assert.match(failed.text, /Failed to publish your Function\. Got error: .*not today/);
});

test('the official SDK makes, uploads, deploys and deletes', async (t) => {
  const world = await openWorld(t);
  const account = { account_id: 'sandbox' };
  const client = new Cloudflare({ apiToken: token, baseURL: apiOf(world), maxRetries: 0 });
  const order = { ...account, name: 'sdk', production_branch: 'main' };
  const made = await client.pages.projects.create(order);
  assert.equal(made.name, 'sdk');
  await assert.rejects(
    client.pages.projects.create(order),
    (/** @type {any} */ error) => error.status === 409 && error.errors[0].code === 8000002,
  );
  const edited = await client.pages.projects.edit('sdk', {
    ...account,
    deployment_configs: {
      production: { env_vars: { NAME: { type: 'secret_text', value: 'ann' } } },
    },
  });
  assert.equal(edited.deployment_configs.production.env_vars?.NAME?.value, '');
  const { jwt } = /** @type {{jwt: string}} */ (
    /** @type {any} */ (await client.get('/accounts/sandbox/pages/projects/sdk/upload-token'))
      .result
  );
  const uploader = new Cloudflare({ apiToken: jwt, baseURL: apiOf(world), maxRetries: 0 });
  const hash = hashOf('<p>sdk', '/index.html');
  const missing = await uploader.pages.assets.checkMissing({ hashes: [hash] });
  assert.deepEqual(missing.result, [hash]);
  const sent = await uploader.pages.assets.upload({ body: [entry(hash, '<p>sdk', 'text/html')] });
  assert.equal(sent.success, true);
  assert.equal((await uploader.pages.assets.upsertHashes({ hashes: [hash] })).success, true);
  const bundle = await bundleOf({
    'main.mjs':
      'export default {fetch: (request, env) => new URL(request.url).pathname === "/name" ' +
      '? new Response(env.NAME) : env.ASSETS.fetch(request)}',
  });
  const posted = await client.pages.projects.deployments.create('sdk', {
    ...account,
    branch: 'main',
    manifest: JSON.stringify({ '/index.html': hash }),
    '_worker.bundle': new File([bundle], '_worker.bundle'),
  });
  const done = await finished(world, 'sdk', posted.id);
  assert.equal(await (await fetch(done.url)).text(), '<p>sdk');
  assert.equal(await (await fetch(`${done.url}/name`)).text(), 'ann');
  const listed = [];
  for await (const { id } of client.pages.projects.deployments.list('sdk', account))
    listed.push(id);
  assert.deepEqual(listed, [posted.id]);
  const logs = await client.pages.projects.deployments.history.logs.get(posted.id, {
    ...account,
    project_name: 'sdk',
  });
  assert.equal(logs.total, logs.data.length);
  const domain = await client.pages.projects.domains.create('sdk', {
    ...account,
    name: 'a.example.com',
  });
  assert.equal(domain.status, 'initializing');
  await client.pages.projects.domains.delete('a.example.com', { ...account, project_name: 'sdk' });
  await client.pages.projects.delete('sdk', account);
  await assert.rejects(
    client.pages.projects.get('sdk', account),
    (/** @type {any} */ error) => error.status === 404,
  );
});

/** @param {string} text */
function compareTranscript(text) {
  if (process.env.FAIRWAY_RECORD === '1') writeFileSync(transcriptFile, text);
  assert.equal(text, readFileSync(transcriptFile, 'utf8'));
}

/**
 * A proxy that writes down what passes it.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('./pages_world.mjs').World} world
 */
async function record(t, world) {
  /** @type {string[]} */
  const calls = [];
  const proxy = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const { host, connection, 'content-length': length, ...headers } = request.headers;
    const answer = await fetch(world.sandbox.origin + request.url, {
      method: request.method ?? 'GET',
      headers: /** @type {any} */ (headers),
      ...(body.length > 0 && { body }),
    });
    calls.push(await describeCall(request, body, answer.status));
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }).listen(0, '127.0.0.1');
  t.after(() => proxy.close());
  await new Promise((resolve) => proxy.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (proxy.address());
  return { api: `http://127.0.0.1:${port}/client/v4`, transcript: () => inOrder(calls).join('\n') };
}

/**
 * Uploads run side by side; their order is not part of what was sent.
 *
 * @param {string[]} calls
 */
function inOrder(calls) {
  const isUpload = (/** @type {string} */ call) => call.includes('/pages/assets/upload\n');
  const first = calls.findIndex(isUpload);
  const uploads = calls.filter(isUpload).sort();
  const others = calls.filter((call) => !isUpload(call));
  return [...others.slice(0, first), ...uploads, ...others.slice(first)];
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {Buffer} body
 * @param {number} status
 */
async function describeCall(request, body, status) {
  const { authorization = '', 'content-type': type = '' } = request.headers;
  const path = (request.url ?? '')
    .replace('/client/v4', '')
    .replace('/accounts/sandbox', '/accounts/<account>')
    .replace(/[0-9a-f-]{36}/, '<deployment>');
  const who =
    authorization === `Bearer ${token}`
      ? 'Bearer <api token>'
      : authorization.startsWith('Bearer eyJ')
        ? 'Bearer <upload token>'
        : authorization;
  const lines = [`${request.method} ${path}`, `  answer: ${status}`, `  authorization: ${who}`];
  const shownType = type.replace(/boundary=.*/, 'boundary=<boundary>');
  if (type !== '') lines.push(`  content-type: ${shownType}`);
  if (type.startsWith('application/json')) lines.push(`  body: ${sorted(body.toString('utf8'))}`);
  if (type.startsWith('multipart/')) lines.push(...(await describeParts(body, type, '  ')));
  return `${lines.join('\n')}\n`;
}

/**
 * JSON with the files of a folder in one order, whatever order the disk gave them in.
 *
 * @param {string} text
 */
function sorted(text) {
  const value = JSON.parse(text);
  if (Array.isArray(value.hashes)) value.hashes.sort();
  return JSON.stringify(
    Array.isArray(value) || value.hashes ? value : Object.fromEntries(Object.entries(value).sort()),
  );
}

/**
 * @param {Buffer} body
 * @param {string} type
 * @param {string} indent
 * @returns {Promise<string[]>}
 */
async function describeParts(body, type, indent) {
  const headers = { 'content-type': type };
  const form = await new Response(/** @type {any} */ (body), { headers }).formData();
  const lines = [];
  for (const [given, value] of form.entries()) {
    const name = given.replace(/\d\.\d+/, '<random>');
    if (typeof value === 'string') {
      const text =
        name === 'manifest' ? sorted(value) : value.replace(/\d\.\d+(?=\.mjs)/, '<random>');
      lines.push(`${indent}field ${name}: ${text}`);
      continue;
    }
    const file = `filename=${value.name.replace(/\d\.\d+/, '<random>')} type=${value.type}`;
    lines.push(`${indent}file ${name}: ${file}`);
    if (name !== '_worker.bundle') {
      if (value.type === 'application/octet-stream') {
        lines.push(`${indent}  bytes: ${JSON.stringify(await value.text())}`);
      }
      continue;
    }
    const inner = Buffer.from(await value.arrayBuffer());
    const boundary = inner.toString('latin1').split('\r\n')[0]?.slice(2);
    const innerType = `multipart/form-data; boundary=${boundary}`;
    lines.push(...(await describeParts(inner, innerType, `${indent}  `)));
  }
  return lines;
}
