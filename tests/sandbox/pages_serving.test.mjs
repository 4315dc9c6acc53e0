// What visitors get: files by the rules of Pages, the site's own code, which deployment stands
// where, and that one site's failure is no other's.

import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {networkInterfaces} from 'node:os';
import {join} from 'node:path';
import {test} from 'node:test';
import {setTimeout as wait} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {newFolder} from './help.mjs';
import {
  bundleOf, call, createProject, deploy, finished, formOf, openWorld, set, upload,
} from './pages_world.mjs';

const mainFile = fileURLToPath(new URL('../../tools/sandbox/main.mjs', import.meta.url));

/**
 * @param {string} url
 * @param {RequestInit} [options]
 */
async function visit(url, options = {}) {
  const response = await fetch(url, {redirect: 'manual', ...options});
  return {status: response.status, headers: response.headers, text: await response.text(),
    to: response.headers.get('location')};
}

const site = {
  '/index.html': '<h1>home</h1>', '/about.html': 'about', '/shop/index.html': 'shop',
  '/a b.txt': 'space', '/data.bin': Uint8Array.of(0, 1, 255), '/404.html': 'lost',
};

test('files are served by the rules of Pages', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'files');
  const {url} = await deploy(world, 'files', site);
  const home = await visit(`${url}/`);
  assert.deepEqual([home.status, home.text], [200, '<h1>home</h1>']);
  assert.equal(home.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(home.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
  assert.equal(home.headers.get('content-length'), '13');
  assert.equal((await visit(`${url}/about`)).text, 'about');
  for (const [path, to] of [['/about.html', '/about'], ['/index.html', '/'], ['/shop', '/shop/'],
    ['/about/', '/about'], ['/shop/index.html?q=1', '/shop/?q=1']]) {
    const answer = await visit(url + path);
    assert.deepEqual([answer.status, answer.to], [308, to], path);
  }
  assert.equal((await visit(`${url}/a%20b.txt`)).text, 'space');
  const binary = await fetch(`${url}/data.bin`);
  assert.deepEqual(new Uint8Array(await binary.arrayBuffer()), Uint8Array.of(0, 1, 255));
  for (const path of ['/nothing', '/shop/nothing', '/%2e%2e/secret', '/__proto__', '/toString']) {
    const answer = await visit(url + path);
    assert.deepEqual([answer.status, answer.text], [404, 'lost'], path);
  }
  const head = await visit(`${url}/about`, {method: 'HEAD'});
  assert.deepEqual([head.status, head.text], [200, '']);
  const same = await visit(`${url}/about`,
    {headers: {'if-none-match': head.headers.get('etag') ?? ''}});
  assert.equal(same.status, 304);
  assert.equal((await visit(url, {method: 'POST'})).status, 405);
});

test('a site without a 404 page is a single-page app', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'spa');
  const {url} = await deploy(world, 'spa', {'/index.html': 'app'});
  const deep = await visit(`${url}/users/7`);
  assert.deepEqual([deep.status, deep.text], [200, 'app']);
});

test('_headers and _redirects are applied, and what is wrong in them is named', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'rules');
  const deployed = await deploy(world, 'rules', site, {
    _headers: '/*\n  X-All: 1\n  X-All: 2\n# a comment\n/about\n  ! X-All\n  Link: <a>; rel=b\n' +
      '/p/:name\n  X-Name: :name\nno path\n/lonely\n',
    _redirects: '/old /about 301\n/blog/* /posts/:splat\n/u/:id/:tab /user?id=:id#:tab 303\n' +
      '/away/* https://example.com/x/:splat 307\n/rewritten /about 200\n/old /twice\n/only\n' +
      '/x /y 999\n/loop/* /index.html\n/far https://example.com 200\n',
  });
  const {url} = deployed;
  const home = await visit(url);
  assert.equal(home.headers.get('x-all'), '1, 2');
  const about = await visit(`${url}/about`);
  assert.deepEqual([about.headers.get('x-all'), about.headers.get('link')], [null, '<a>; rel=b']);
  assert.equal((await visit(`${url}/p/ann`)).headers.get('x-name'), 'ann');
  for (const [path, status, to] of /** @type {const} */ ([
    ['/old', 301, '/about'], ['/blog/a/b?q=1', 302, '/posts/a/b?q=1'],
    ['/u/7/top', 303, '/user?id=7#top'], ['/away/z', 307, 'https://example.com/x/z']])) {
    const answer = await visit(url + path);
    assert.deepEqual([answer.status, answer.to], [status, to], path);
  }
  const rewritten = await visit(`${url}/rewritten`);
  assert.deepEqual([rewritten.status, rewritten.text], [200, 'about']);
  const {result} = await call(world, 'GET',
    `~/rules/deployments/${deployed.id}/history/logs?size=100`);
  /** @type {string[]} */
  const lines = result.data.map((/** @type {{line: string}} */ {line}) => line);
  assert.equal(result.total, lines.length);
  for (const word of ['_headers:10 ', 'no headers for /lonely', '_redirects:6 ', '_redirects:7 ',
    '_redirects:8 ', '_redirects:9 ', '_redirects:10 ']) {
    assert.ok(lines.some((line) => line.includes(word)), `${word} in ${lines}`);
  }
});

const apiWorker = `
  import {env} from 'cloudflare:workers';
  import {Buffer} from 'node:buffer';
  export default {async fetch(request, bound, context) {
    const url = new URL(request.url);
    if (url.pathname === '/api/env') {
      return Response.json({plain: env.PLAIN, secret: bound.SECRET, pages: env.CF_PAGES,
        branch: env.CF_PAGES_BRANCH, url: env.CF_PAGES_URL, hex: Buffer.from('x').toString('hex'),
        ip: request.headers.get('cf-connecting-ip'), colo: request.cf.colo,
        forged: request.headers.get('cf-ray')});
    }
    if (url.pathname === '/api/asset') {
      const asset = await bound.ASSETS.fetch(new URL('/about', url));
      const etag = asset.headers.get('etag');
      return new Response('from code: ' + await asset.text(), {headers: {etag}});
    }
    if (url.pathname === '/api/cookies') {
      return new Response(null, {headers: [['set-cookie', 'a=1'], ['set-cookie', 'b=2']]});
    }
    if (url.pathname === '/api/stream') {
      const stream = new TransformStream();
      const writer = stream.writable.getWriter();
      context.waitUntil(writer.write(new TextEncoder().encode('first')));
      return new Response(stream.readable, {headers: {'content-type': 'text/event-stream'}});
    }
    if (url.pathname === '/api/echo') return new Response(request.body, {status: 201});
    if (url.pathname === '/api/throw') throw new TypeError('broken here');
    if (url.pathname === '/api/fetch') {
      try {
        return new Response((await fetch(url.searchParams.get('to'))).body);
      } catch {
        return new Response('refused', {status: 502});
      }
    }
    return bound.ASSETS.fetch(request);
  }};`;

test('the code of a site runs with its variables, its files and loopback only', async (t) => {
  const world = await openWorld(t);
  const variables = {PLAIN: {type: 'plain_text', value: 'a "quoted"\n\\ line é'},
    SECRET: {type: 'secret_text', value: 's3cret'}};
  await createProject(world, 'code', {deployment_configs: {production: {env_vars: variables}}});
  const {url, uses_functions} = await deploy(world, 'code', site, {'_worker.js': apiWorker});
  assert.equal(uses_functions, true);
  const seen = JSON.parse((await visit(`${url}/api/env`, {headers: {'cf-ray': 'forged',
    'cf-connecting-ip': '6.6.6.6', 'cf-blob': '{"colo":"EVL"}'}})).text);
  assert.deepEqual(seen, {plain: variables.PLAIN.value, secret: 's3cret', pages: '1',
    branch: 'main', url, hex: '78', ip: '127.0.0.1', colo: 'LOC', forged: null});
  const asset = await visit(`${url}/api/asset`);
  assert.equal(asset.text, 'from code: about');
  assert.match(asset.headers.get('etag') ?? '', /^"[0-9a-f]{32}"$/);
  assert.equal((await visit(`${url}/about`)).text, 'about');
  const large = 'x'.repeat(3_000_000);
  const echoed = await visit(`${url}/api/echo`, {method: 'POST', body: large});
  assert.ok(echoed.status === 201 && echoed.text === large);
  const cookies = await visit(`${url}/api/cookies`);
  assert.deepEqual(cookies.headers.getSetCookie(), ['a=1', 'b=2']);
  const stream = (await fetch(`${url}/api/stream`)).body?.getReader();
  assert.equal(Buffer.from((await stream?.read())?.value ?? []).toString(), 'first', 'at once');
  await stream?.cancel();
  const thrown = await visit(`${url}/api/throw`);
  assert.equal(thrown.status, 500);
  assert.match(thrown.text, /error code: 1101/);
  assert.ok(!thrown.text.includes('broken here'), 'visitors are told no more than that');
  const local = createServer((_, response) => response.end('local')).listen(0, '127.0.0.1');
  t.after(() => local.close());
  await new Promise((resolve) => local.once('listening', resolve));
  const {port} = /** @type {import('node:net').AddressInfo} */ (local.address());
  assert.equal((await visit(`${url}/api/fetch?to=http://127.0.0.1:${port}`)).text, 'local');
  const outside = Object.values(networkInterfaces()).flat()
    .find((address) => address?.family === 'IPv4' && !address.internal)?.address ?? '192.0.2.1';
  assert.equal((await visit(`${url}/api/fetch?to=http://${outside}:${port}`)).text, 'refused');
});

test('a bundle has several modules, _routes.json says which requests reach it', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'bundle');
  const bundle = await bundleOf({
    'index.mjs': `import {greet} from './lib/greet.mjs';
      export default {fetch: (request) => new Response(greet(new URL(request.url).pathname))};`,
    'lib/greet.mjs': 'export const greet = (name) => `hello ${name}`;',
  });
  const {url} = await deploy(world, 'bundle', site, {'_worker.bundle': bundle,
    '_routes.json': '{"version":1,"include":["/api/*","/about"],"exclude":["/api/no/*"]}'});
  for (const [path, text] of [['/api/x', 'hello /api/x'], ['/api', 'hello /api'],
    ['/about', 'hello /about'], ['/', '<h1>home</h1>'], ['/api/no/x', 'lost'], ['/apix', 'lost']]) {
    assert.equal((await visit(url + path)).text, text, path);
  }
});

test('code that does not load fails the deployment with the reason, the site stays', async (t) => {
  const world = await openWorld(t);
  const {subdomain} = await createProject(world, 'broken');
  await deploy(world, 'broken', {'/index.html': 'good'});
  for (const [code, reason] of /** @type {const} */ ([
    ['export default {', /Unexpected end of input/],
    ['import "./missing.mjs"; export default {}', /[Nn]o such module|not found/],
    ['throw new Error("at start"); export default {}', /at start/]])) {
    const failed = await deploy(world, 'broken', {'/index.html': 'bad'}, {'_worker.js': code});
    assert.deepEqual([failed.latest_stage.name, failed.latest_stage.status], ['deploy', 'failure']);
    const {result} = await call(world, 'GET', `~/broken/deployments/${failed.id}/history/logs`);
    assert.match(result.data.at(-1).line, reason);
    assert.match(result.data.at(-1).line, /^Error: Failed to publish your Function/);
    assert.equal((await visit(failed.url)).status, 404);
  }
  await call(world, 'PATCH', '~/broken', {deployment_configs: {production:
    {kv_namespaces: {CACHE: {namespace_id: 'x'}}}}});
  const unbound = await deploy(world, 'broken', {'/index.html': 'bad'});
  assert.equal(unbound.latest_stage.status, 'failure');
  assert.equal((await visit(`http://${subdomain}/`)).text, 'good');
});

test('stages are passed in order, and the switch to a new deployment is one step', async (t) => {
  const world = await openWorld(t);
  set(world, {stage_ms: 15});
  const {subdomain} = await createProject(world, 'switch');
  await deploy(world, 'switch', {'/index.html': 'one'});
  const {manifest} = await upload(world, 'switch', {'/index.html': 'two'});
  const posted = await call(world, 'POST', '~/switch/deployments', formOf(manifest, {}));
  assert.deepEqual([posted.result.latest_stage.name, posted.result.latest_stage.status],
    ['queued', 'active']);
  const names = ['queued', 'initialize', 'clone_repo', 'build', 'deploy'];
  let reached = 0;
  let shown = 'one';
  for (let isDone = false; !isDone;) {
    const {result} = await call(world, 'GET', `~/switch/deployments/${posted.result.id}`);
    const at = names.indexOf(result.latest_stage.name);
    assert.ok(at >= reached, 'never backwards');
    reached = at;
    const page = await visit(`http://${subdomain}/`);
    assert.equal(page.status, 200);
    assert.ok(page.text === shown || (shown === 'one' && page.text === 'two'));
    shown = page.text;
    isDone = result.latest_stage.status === 'success' && at === 4;
    assert.ok(isDone || result.latest_stage.status === 'active');
  }
  const {result} = await call(world, 'GET', '~/switch');
  assert.equal(result.canonical_deployment.id, posted.result.id);
  assert.ok(result.canonical_deployment.stages.every((/** @type {any} */ stage) =>
    stage.status === 'success' && stage.started_on !== null && stage.ended_on !== null));
  assert.equal((await visit(`http://${subdomain}/`)).text, 'two');
});

test('variables reach the next deployment, rollback and retry do what they say', async (t) => {
  const world = await openWorld(t);
  const {subdomain} = await createProject(world, 'back');
  const home = `http://${subdomain}`;
  const code = `export default {fetch: (r, env) => new Response('v1 ' + env.NAME)}`;
  const setName = (/** @type {string} */ value) => call(world, 'PATCH', '~/back',
    {deployment_configs: {production: {env_vars: {NAME: {type: 'secret_text', value}}}}});
  await setName('ann');
  const first = await deploy(world, 'back', {}, {'_worker.js': code});
  await setName('bob');
  assert.equal((await visit(home)).text, 'v1 ann', 'only the next deployment sees it');
  const second = await deploy(world, 'back', {}, {'_worker.js': code.replace('v1', 'v2')});
  assert.equal((await visit(home)).text, 'v2 bob');
  assert.equal((await visit(first.url)).text, 'v1 ann', 'old ones stay as they are');
  const rolled = await call(world, 'POST', `~/back/deployments/${first.id}/rollback`);
  assert.equal(rolled.success, true);
  assert.equal((await visit(home)).text, 'v1 ann');
  assert.equal((await call(world, 'GET', '~/back')).result.canonical_deployment.id, first.id);
  const again = await call(world, 'POST', `~/back/deployments/${first.id}/retry`);
  const retried = await finished(world, 'back', again.result.id);
  assert.equal((await visit(home)).text, 'v1 bob', 'the same files, the variables of now');
  const list = await call(world, 'GET', '~/back/deployments?env=production');
  assert.deepEqual(list.result.map((/** @type {any} */ {id}) => id),
    [retried.id, second.id, first.id]);
});

test('a preview branch has an address of its own and leaves production alone', async (t) => {
  const world = await openWorld(t);
  const {subdomain} = await createProject(world, 'views');
  await deploy(world, 'views', {'/index.html': 'live'});
  const first = await deploy(world, 'views', {'/index.html': 'draft 1'}, {branch: 'topic/x'});
  assert.equal(first.environment, 'preview');
  const [alias] = first.aliases;
  assert.equal((await visit(alias)).text, 'draft 1');
  const second = await deploy(world, 'views', {'/index.html': 'draft 2'}, {branch: 'topic/x'});
  assert.deepEqual(second.aliases, [alias]);
  assert.equal((await visit(alias)).text, 'draft 2');
  assert.equal((await visit(first.url)).text, 'draft 1');
  assert.equal((await visit(`http://${subdomain}`)).text, 'live');
  const rolled = await call(world, 'POST', `~/views/deployments/${first.id}/rollback`);
  assert.equal(rolled.status, 400);
});

test('everything stands again, on the same ports, after a restart', async (t) => {
  const world = await openWorld(t);
  const {subdomain} = await createProject(world, 'again');
  const old = await deploy(world, 'again', {'/index.html': 'old'});
  await deploy(world, 'again', site, {'_worker.js': apiWorker});
  const view = await deploy(world, 'again', {'/index.html': 'view'}, {branch: 'topic'});
  const {manifest} = await upload(world, 'again', {'/index.html': 'cut off'});
  set(world, {stage_ms: 60_000});
  const cut = await call(world, 'POST', '~/again/deployments', formOf(manifest, {branch: 'cut'}));
  await world.restart();
  assert.equal((await visit(`http://${subdomain}/about`)).text, 'about');
  assert.equal((await visit(old.url)).text, 'old');
  assert.equal((await visit(view.aliases[0])).text, 'view');
  const done = await finished(world, 'again', cut.result.id);
  assert.equal((await visit(done.url)).text, 'cut off', 'what was under way is finished');
});

test('a sandbox that is killed leaves no process behind and goes on where it stood', async (t) => {
  const state = join(newFolder(t), 'state');
  /** @returns {Promise<{child: import('node:child_process').ChildProcess, origin: string}>} */
  const start = async () => {
    const child = spawn(process.execPath, [mainFile, '--port', '0', '--state', state],
      {stdio: ['ignore', 'pipe', 'inherit']});
    t.after(() => child.kill('SIGKILL'));
    const [line] = await once(child.stdout, 'data');
    return {child, origin: JSON.parse(String(line)).origin};
  };
  const first = await start();
  const world = /** @type {any} */ ({sandbox: {origin: first.origin}});
  const {subdomain} = await createProject(world, 'killed');
  const {id} = await deploy(world, 'killed', {'/index.html': 'here'});
  const pid = Number(readFileSync(join(state, 'cloudflare/sites', id, 'workerd.pid'), 'utf8'));
  const {manifest} = await upload(world, 'killed', {'/index.html': 'next'});
  const cut = await call(world, 'POST', '~/killed/deployments', formOf(manifest, {}));
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  while (isAlive(pid)) await wait(5);
  const second = await start();
  world.sandbox.origin = second.origin;
  await finished(world, 'killed', cut.result.id);
  assert.equal((await visit(`http://${subdomain}/`)).text, 'next');
  second.child.kill('SIGTERM');
  assert.deepEqual(await once(second.child, 'exit'), [0, null]);
});

/** @param {number} pid */
function isAlive(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a site that loops, eats memory or ends itself harms nobody else', async (t) => {
  const world = await openWorld(t);
  set(world, {busy_ms_max: 400, memory_bytes_max: 400 << 20});
  await createProject(world, 'bad');
  await createProject(world, 'good');
  const bad = await deploy(world, 'bad', {'/index.html': 'still here'}, {'_worker.js': `
    export default {async fetch(request, env) {
      const {pathname} = new URL(request.url);
      if (pathname === '/loop') for (;;);
      if (pathname === '/eat') {
        const kept = [];
        for (;;) { kept.push(new Uint8Array(16 << 20).fill(1)); await scheduler.wait(20); }
      }
      return env.ASSETS.fetch(request);
    }};`});
  const good = await deploy(world, 'good', {'/index.html': 'fine'});
  for (const [path, word] of [['/loop', 'CPU'], ['/eat', 'memory']]) {
    const [failed, other, api] = await Promise.all([
      visit(bad.url + path), visit(good.url), call(world, 'GET', '~')]);
    assert.equal(failed.status, 503);
    assert.match(failed.text, new RegExp(`error code: 1102\\n.*${word}`));
    assert.deepEqual([other.text, api.status], ['fine', 200]);
    assert.equal((await visit(bad.url)).text, 'still here', 'it is started again');
  }
  const state = await (await fetch(`${world.sandbox.origin}/state`)).json();
  assert.equal(state.sites.length, 2);
});

test('many sites cost only the processes that are looked at', async (t) => {
  const world = await openWorld(t);
  set(world, {processes_max: 2});
  await createProject(world, 'many');
  const deployed = [];
  for (let index = 0; index < 5; index += 1) {
    deployed.push(await deploy(world, 'many', {'/index.html': `site ${index}`}));
  }
  for (const [index, {url}] of deployed.entries()) {
    assert.equal((await visit(url)).text, `site ${index}`);
  }
  const both = await Promise.all(deployed.map(({url}) => visit(url)));
  assert.deepEqual(both.map(({text}) => text), deployed.map((_, index) => `site ${index}`));
});
