// What visitors get: files by the rules of Pages, and answers of the site's own code.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { bundleOf, call, createProject, deploy, openWorld, visit } from './pages_world.mjs';

const site = {
  '/index.html': '<h1>home</h1>',
  '/about.html': 'about',
  '/shop/index.html': 'shop',
  '/a b.txt': 'space',
  '/data.bin': Uint8Array.of(0, 1, 255),
  '/404.html': 'lost',
};

test('files are served by the rules of Pages', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'files');
  const { url } = await deploy(world, 'files', site);
  const home = await visit(`${url}/`);
  assert.deepEqual([home.status, home.text], [200, '<h1>home</h1>']);
  assert.equal(home.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(home.headers.get('cache-control'), 'public, max-age=0, must-revalidate');
  assert.equal(home.headers.get('content-length'), '13');
  assert.equal((await visit(`${url}/about`)).text, 'about');
  for (const [path, to] of [
    ['/about.html', '/about'],
    ['/index.html', '/'],
    ['/shop', '/shop/'],
    ['/about/', '/about'],
    ['/shop/index.html?q=1', '/shop/?q=1'],
  ]) {
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
  const head = await visit(`${url}/about`, { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
  const same = await visit(`${url}/about`, {
    headers: { 'if-none-match': head.headers.get('etag') ?? '' },
  });
  assert.equal(same.status, 304);
  assert.equal((await visit(url, { method: 'POST' })).status, 405);
});

test('a site without a 404 page is a single-page app', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'spa');
  const { url } = await deploy(world, 'spa', { '/index.html': 'app' });
  const deep = await visit(`${url}/users/7`);
  assert.deepEqual([deep.status, deep.text], [200, 'app']);
});

test('_headers and _redirects are applied, and what is wrong in them is named', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'rules');
  const deployed = await deploy(world, 'rules', site, {
    _headers:
      '/*\n  X-All: 1\n  X-All: 2\n# a comment\n/about\n  ! X-All\n  Link: <a>; rel=b\n' +
      '/p/:name\n  X-Name: :name\nno path\n/lonely\n',
    _redirects:
      '/old /about 301\n/blog/* /posts/:splat\n/u/:id/:tab /user?id=:id#:tab 303\n' +
      '/away/* https://example.com/x/:splat 307\n/rewritten /about 200\n/old /twice\n/only\n' +
      '/x /y 999\n/loop/* /index.html\n/far https://example.com 200\n',
  });
  const { url } = deployed;
  const home = await visit(url);
  assert.equal(home.headers.get('x-all'), '1, 2');
  const about = await visit(`${url}/about`);
  assert.deepEqual([about.headers.get('x-all'), about.headers.get('link')], [null, '<a>; rel=b']);
  assert.equal((await visit(`${url}/p/ann`)).headers.get('x-name'), 'ann');
  for (const [path, status, to] of /** @type {const} */ ([
    ['/old', 301, '/about'],
    ['/blog/a/b?q=1', 302, '/posts/a/b?q=1'],
    ['/u/7/top', 303, '/user?id=7#top'],
    ['/away/z', 307, 'https://example.com/x/z'],
  ])) {
    const answer = await visit(url + path);
    assert.deepEqual([answer.status, answer.to], [status, to], path);
  }
  const rewritten = await visit(`${url}/rewritten`);
  assert.deepEqual([rewritten.status, rewritten.text], [200, 'about']);
  const { result } = await call(
    world,
    'GET',
    `~/rules/deployments/${deployed.id}/history/logs?size=100`,
  );
  /** @type {string[]} */
  const lines = result.data.map((/** @type {{line: string}} */ { line }) => line);
  assert.equal(result.total, lines.length);
  for (const word of [
    '_headers:10 ',
    'no headers for /lonely',
    '_redirects:6 ',
    '_redirects:7 ',
    '_redirects:8 ',
    '_redirects:9 ',
    '_redirects:10 ',
  ]) {
    assert.ok(
      lines.some((line) => line.includes(word)),
      `${word} in ${lines}`,
    );
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
  const variables = {
    PLAIN: { type: 'plain_text', value: 'a "quoted"\n\\ line é' },
    SECRET: { type: 'secret_text', value: 's3cret' },
  };
  await createProject(world, 'code', {
    deployment_configs: { production: { env_vars: variables } },
  });
  const { url, uses_functions } = await deploy(world, 'code', site, { '_worker.js': apiWorker });
  assert.equal(uses_functions, true);
  const seen = JSON.parse(
    (
      await visit(`${url}/api/env`, {
        headers: { 'cf-ray': 'forged', 'cf-connecting-ip': '6.6.6.6', 'cf-blob': '{"colo":"EVL"}' },
      })
    ).text,
  );
  assert.deepEqual(seen, {
    plain: variables.PLAIN.value,
    secret: 's3cret',
    pages: '1',
    branch: 'main',
    url,
    hex: '78',
    ip: '127.0.0.1',
    colo: 'LOC',
    forged: null,
  });
  const asset = await visit(`${url}/api/asset`);
  assert.equal(asset.text, 'from code: about');
  assert.match(asset.headers.get('etag') ?? '', /^"[0-9a-f]{32}"$/);
  assert.equal((await visit(`${url}/about`)).text, 'about');
  const large = 'x'.repeat(3_000_000);
  const echoed = await visit(`${url}/api/echo`, { method: 'POST', body: large });
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
  const { port } = /** @type {import('node:net').AddressInfo} */ (local.address());
  assert.equal((await visit(`${url}/api/fetch?to=http://127.0.0.1:${port}`)).text, 'local');
  const outside =
    Object.values(networkInterfaces())
      .flat()
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
  const { url } = await deploy(world, 'bundle', site, {
    '_worker.bundle': bundle,
    '_routes.json': '{"version":1,"include":["/api/*","/about"],"exclude":["/api/no/*"]}',
  });
  for (const [path, text] of [
    ['/api/x', 'hello /api/x'],
    ['/api', 'hello /api'],
    ['/about', 'hello /about'],
    ['/', '<h1>home</h1>'],
    ['/api/no/x', 'lost'],
    ['/apix', 'lost'],
  ]) {
    assert.equal((await visit(url + path)).text, text, path);
  }
});
