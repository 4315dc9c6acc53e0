// Direct Upload: hashes, tokens, what is spared on the second deploy, and input that means harm.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assetHash } from '../../tools/sandbox/pages/assets.mjs';
import { manualClock } from '../../tools/sandbox/frame/clock.mjs';
import {
  bundleOf,
  call,
  createProject,
  deploy,
  entry,
  finished,
  formOf,
  hashOf,
  openWorld,
  upload,
} from './pages_world.mjs';

test('files hash as wrangler hashes them', () => {
  // Seen in wrangler's own traffic, or computed by its own hash function.
  for (const [path, content, hash] of /** @type {const} */ ([
    ['index.html', '<h1>hi</h1>\n', '17453d0cfb9bacc76d9f30d3cb9ca048'],
    ['x.txt', 'abc', '70b5408031ff6f55ff45333b760cd94f'],
    ['README', 'abc', 'c67219c1e9271fde4f573e4a3a12a0e4'],
    ['.htaccess', 'abc', 'c67219c1e9271fde4f573e4a3a12a0e4'],
    ['trailing.', 'abc', 'c67219c1e9271fde4f573e4a3a12a0e4'],
    ['a.tar.gz', 'abc', 'ceee256efab676ce835ae10cbf1f97f1'],
    ['UPPER.HTML', 'abc', '6be1a15bbda54f709705215158fcb029'],
    ['empty.txt', '', 'f9bc91770fa5e997cbd47fba833629fc'],
  ]))
    assert.equal(assetHash(Buffer.from(content), `/${path}`), hash, path);
  assert.equal(assetHash(Uint8Array.of(0, 255, 1, 2), '/x.js'), 'b4981892f41648a132918a2370c20ce4');
});

test('the second deploy uploads only what changed', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'again');
  const files = { '/index.html': 'one', '/a.txt': 'a', '/b.txt': 'b' };
  const first = await upload(world, 'again', files);
  assert.equal(first.missing.length, 3);
  assert.deepEqual(first.sent.result, { successful_key_count: 3, unsuccessful_keys: [] });
  const second = await upload(world, 'again', { ...files, '/a.txt': 'changed' });
  assert.deepEqual(second.missing, [second.manifest['/a.txt']]);
  await world.restart();
  assert.deepEqual((await upload(world, 'again', files)).missing, []);
});

test('the upload token is a JWT with a limit and an end', async (t) => {
  const clock = manualClock();
  const world = await openWorld(t, { clock });
  await createProject(world, 'token');
  const { jwt } = (await call(world, 'GET', '~/token/upload-token')).result;
  const claims = JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());
  assert.equal(claims.max_file_count_allowed, 20_000);
  assert.equal(claims.exp, clock.now_ms() / 1000 + 1800);
  const check = (/** @type {string} */ bearer) =>
    call(
      world,
      'POST',
      '/pages/assets/check-missing',
      { hashes: [] },
      { authorization: `Bearer ${bearer}` },
    );
  assert.equal((await check(jwt)).status, 200);
  const forged = `${jwt.split('.').slice(0, 2).join('.')}.AAAA`;
  const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${jwt.split('.')[1]}.`;
  for (const bad of ['sandbox-cloudflare-token', forged, unsigned]) {
    const { status, errors } = await check(bad);
    assert.deepEqual([status, errors[0]?.code], [401, 8000013]);
  }
  clock.advance(1_800_000);
  assert.equal((await check(jwt)).errors[0]?.code, 8000013, 'expired');
  assert.ok(!JSON.stringify(world.sandbox.calls.list()).includes(jwt));
});

test('uploads that are not sound are refused, whole', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'bad');
  const { jwt } = await upload(world, 'bad', { '/ok.txt': 'ok' });
  const hash = hashOf('x', '/x.txt');
  const good = entry(hash, 'x', 'text/plain');
  const send = (/** @type {any} */ body) =>
    call(world, 'POST', '/pages/assets/upload', body, { authorization: `Bearer ${jwt}` });
  const wrongs = [
    {},
    [null],
    [{ ...good, key: '../../../../etc/passwd' }],
    [{ ...good, key: hash.toUpperCase() }],
    [{ ...good, value: 'not base64!' }],
    [{ ...good, value: 'abc' }],
    [{ ...good, base64: false }],
    [{ ...good, metadata: {} }],
    [{ ...good, metadata: { contentType: 'a\r\nset-cookie: b' } }],
    [good, { ...good, value: 5 }],
    '[',
    '"text"',
  ];
  for (const wrong of wrongs) {
    const { status, success } = await send(wrong);
    assert.deepEqual([status, success], [400, false], JSON.stringify(wrong).slice(0, 100));
  }
  const tooLarge = { ...good, value: 'A'.repeat(Math.ceil((25 * 1024 * 1024 + 1) / 3) * 4) };
  const large = await send([tooLarge]);
  assert.match(large.errors[0]?.message ?? '', /26214400 bytes at most/);
  const check = (/** @type {any} */ hashes) =>
    call(
      world,
      'POST',
      '/pages/assets/check-missing',
      { hashes },
      { authorization: `Bearer ${jwt}` },
    );
  assert.equal((await check(['nope'])).status, 400);
  assert.equal((await check(Array(20_001).fill(hash))).status, 400);
  assert.deepEqual((await check([hash])).result, [hash], 'nothing of a refused list was kept');
});

test('a body larger than any upload is cut off, not collected', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'bomb');
  const { jwt } = await upload(world, 'bomb', {});
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += 1 << 20;
      if (sent > 400 << 20) return controller.close();
      return controller.enqueue(new Uint8Array(1 << 20).fill(32));
    },
  });
  const response = await fetch(
    `${world.sandbox.origin}/client/v4/pages/assets/upload`,
    /** @type {any} */ ({
      method: 'POST',
      body,
      duplex: 'half',
      headers: { authorization: `Bearer ${jwt}` },
    }),
  ).catch(() => null);
  assert.ok(response === null || response.status === 413);
  assert.ok(sent < 300 << 20, `${sent} bytes were taken`);
  assert.equal((await call(world, 'GET', '~/bomb')).status, 200);
});

test('a manifest names uploaded files only, by paths that are paths', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'paths');
  const { manifest } = await upload(world, 'paths', { '/index.html': 'x' });
  const hash = manifest['/index.html'] ?? '';
  const post = (/** @type {any} */ form) => call(world, 'POST', '~/paths/deployments', form);
  for (const path of [
    '/../../etc/passwd',
    '/a/../b.html',
    '/a\\b.html',
    'index.html',
    '',
    '/',
    '/a//b.html',
    '/./a.html',
    '/a\u0000.html',
    `/${'x'.repeat(1001)}.html`,
  ]) {
    const { status, errors } = await post(formOf({ [path]: hash }, {}));
    assert.equal(status, 400, JSON.stringify(path).slice(0, 40));
    assert.match(errors[0]?.message ?? '', /path/);
  }
  const unknown = await post(formOf({ '/index.html': 'f'.repeat(32) }, {}));
  assert.match(unknown.errors[0]?.message ?? '', /was not uploaded/);
  const renamed = await post(formOf({ '/index.txt': hash }, {}));
  assert.match(renamed.errors[0]?.message ?? '', /do not hash to/);
  for (const value of [[], { '/a.html': 7 }, { '/a.html': '../x' }]) {
    assert.equal((await post(formOf(value, {}))).status, 400, JSON.stringify(value));
  }
  assert.equal((await call(world, 'GET', '~/paths/deployments')).result.length, 0);
  assert.deepEqual(readdirSync(join(world.state, 'cloudflare', 'sites')), []);
});

test('bytes that do not match their key are found when a manifest names them', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'lies');
  const { jwt } = await upload(world, 'lies', {});
  const hash = hashOf('the truth', '/a.txt');
  await call(world, 'POST', '/pages/assets/upload', [entry(hash, 'a lie', 'text/plain')], {
    authorization: `Bearer ${jwt}`,
  });
  const refused = await call(world, 'POST', '~/lies/deployments', formOf({ '/a.txt': hash }, {}));
  assert.equal(refused.status, 400);
  assert.match(refused.errors[0]?.message ?? '', /do not hash to/);
});

test('multipart bodies that are broken or contradict themselves are refused', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'forms');
  const post = (/** @type {any} */ body, /** @type {Record<string, string>} */ headers = {}) =>
    call(world, 'POST', '~/forms/deployments', body, headers);
  const multipart = { 'content-type': 'multipart/form-data; boundary=b' };
  const part = '--b\r\nContent-Disposition: form-data; name="manifest"\r\n\r\n{}\r\n';
  for (const body of [
    '',
    'no boundary',
    part,
    `${part}--b`,
    '--b\r\n\r\n--b--\r\n',
    `${part}--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n`,
  ]) {
    assert.equal((await post(body, multipart)).status, 400, JSON.stringify(body));
  }
  const noManifest = new FormData();
  noManifest.append('branch', 'main');
  assert.equal((await post(noManifest)).errors[0]?.code, 8000096);
  assert.equal((await post('{}', { 'content-type': 'application/json' })).status, 400);
  const twice = formOf({}, {});
  twice.append('manifest', '{}');
  assert.equal((await post(twice)).status, 400);
  const bundle = await bundleOf({ 'main.mjs': 'export default {}' });
  for (const fields of /** @type {Record<string, string>[]} */ ([
    { '_worker.bundle': 'not multipart' },
    { '_worker.bundle': bundle.slice(0, 150) },
    { '_worker.bundle': bundle.replace('"main_module":"main.mjs"', '"main_module":"other"') },
    { '_worker.bundle': bundle.replace('application/javascript+module', 'image/png') },
    { '_worker.bundle': bundle, '_worker.js': 'export default {}' },
    {
      '_worker.js': 'export default {}',
      '_routes.json': '{"version":1,"include":[],"exclude":[]}',
    },
    { '_worker.js': 'export default {}', '_routes.json': 'no' },
    { branch: 'a b' },
  ]))
    assert.equal((await post(formOf({}, fields))).status, 400, Object.keys(fields).join());
  assert.equal((await call(world, 'GET', '~/forms/deployments')).result.length, 0);
});

test('half an upload can be asked for, and the rest is then missing', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'half');
  await fetch(`${world.sandbox.origin}/faults`, {
    method: 'POST',
    body: JSON.stringify({ match: { path: 'assets/upload' }, kind: 'half_done' }),
  });
  const files = { '/a.txt': 'a', '/b.txt': 'b', '/c.txt': 'c', '/d.txt': 'd' };
  const first = await upload(world, 'half', files);
  assert.equal(first.sent.status, 500);
  const second = await upload(world, 'half', files);
  assert.equal(second.missing.length, 2);
  assert.equal(second.sent.status, 200);
});

test('deleting a deployment frees its files and its port', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'gone');
  const old = await deploy(world, 'gone', { '/index.html': 'old' });
  const site = join(world.state, 'cloudflare', 'sites', old.id);
  assert.equal(await (await fetch(old.url)).text(), 'old');
  const active = await call(world, 'DELETE', `~/gone/deployments/${old.id}?force=true`);
  assert.equal(active.errors[0]?.code, 8000034);
  await deploy(world, 'gone', { '/index.html': 'new' });
  assert.ok(existsSync(site));
  assert.equal((await call(world, 'DELETE', `~/gone/deployments/${old.id}`)).success, true);
  assert.ok(!existsSync(site));
  await assert.rejects(fetch(old.url));
  assert.equal((await call(world, 'GET', `~/gone/deployments/${old.id}`)).status, 404);
  const preview = await deploy(world, 'gone', { '/index.html': 'p' }, { branch: 'topic' });
  const path = `~/gone/deployments/${preview.id}`;
  assert.equal((await call(world, 'DELETE', path)).errors[0]?.code, 8000035, 'aliased');
  assert.equal((await call(world, 'DELETE', `${path}?force=true`)).success, true);
});

test('a project that is deleted while it deploys leaves nothing behind', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'busy');
  const { manifest } = await upload(world, 'busy', { '/index.html': 'x' });
  const { result } = await call(world, 'POST', '~/busy/deployments', formOf(manifest, {}));
  assert.equal((await call(world, 'DELETE', '~/busy')).success, true);
  await createProject(world, 'busy');
  const next = await deploy(world, 'busy', { '/index.html': 'y' });
  assert.deepEqual(readdirSync(join(world.state, 'cloudflare', 'sites')), [next.id]);
  assert.equal((await call(world, 'GET', `~/busy/deployments/${result.id}`)).status, 404);
  await finished(world, 'busy', next.id);
});
