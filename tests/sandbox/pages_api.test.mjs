// The Pages API apart from uploads: who may call, projects, variables, domains, the request limit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manualClock } from '../../tools/sandbox/frame/clock.mjs';
import { addFault } from './help.mjs';
import { call, createProject, deploy, openWorld, set } from './pages_world.mjs';

test('who may call is told in the shapes of the API', async (t) => {
  const world = await openWorld(t);
  const url = `${world.sandbox.origin}/client/v4/accounts/sandbox/pages/projects`;
  const none = await (await fetch(url)).json();
  assert.deepEqual(none, {
    result: null,
    success: false,
    messages: [],
    errors: [{ code: 9106, message: 'Missing X-Auth-Key, X-Auth-Email or Authorization headers' }],
  });
  const malformed = await call(world, 'GET', '~', undefined, { authorization: 'Basic abc' });
  assert.equal(malformed.status, 400);
  assert.equal(malformed.errors[0]?.code, 6003);
  const wrong = await call(world, 'GET', '~', undefined, { authorization: 'Bearer no' });
  assert.equal(wrong.status, 401);
  assert.deepEqual(wrong.errors, [{ code: 10000, message: 'Authentication error' }]);
  const other = await call(world, 'GET', '/accounts/other/pages/projects');
  assert.equal(other.status, 403);
  assert.equal(other.errors[0]?.code, 10000);
  assert.equal((await call(world, 'GET', '/accounts/sandbox/no/such')).errors[0]?.code, 7003);
  assert.equal((await call(world, 'GET', '/user/tokens/verify')).result.status, 'active');
  assert.equal((await call(world, 'GET', '/accounts')).result[0].id, 'sandbox');
});

test('a project is made once, found, listed in pages and deleted', async (t) => {
  const world = await openWorld(t);
  const made = await createProject(world, 'fw-guestbook');
  assert.match(made.subdomain, /^127\.0\.0\.1:\d+$/);
  assert.deepEqual(made.domains, [made.subdomain]);
  assert.equal(made.canonical_deployment, null);
  const again = await call(world, 'POST', '~', { name: 'fw-guestbook' });
  assert.equal(again.status, 409);
  assert.equal(again.errors[0]?.code, 8000002);
  for (const name of ['a', 'b', 'c']) await createProject(world, name);
  const page = await call(world, 'GET', '~?page=2&per_page=3');
  assert.deepEqual(
    page.result.map((/** @type {any} */ project) => project.name),
    ['c'],
  );
  assert.deepEqual(page.result_info, {
    page: 2,
    per_page: 3,
    count: 1,
    total_count: 4,
    total_pages: 2,
  });
  const before = await fetch(`http://${made.subdomain}/`);
  assert.equal(before.status, 404);
  assert.equal((await call(world, 'DELETE', '~/fw-guestbook')).success, true);
  await assert.rejects(fetch(`http://${made.subdomain}/`), 'a closed port');
  const gone = await call(world, 'GET', '~/fw-guestbook');
  assert.equal(gone.status, 404);
  assert.equal(gone.errors[0]?.code, 8000007);
});

test('two who make the same project at once get one project', async (t) => {
  const world = await openWorld(t);
  const both = await Promise.all([1, 2].map(() => call(world, 'POST', '~', { name: 'same' })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
});

test('names, branches and bodies that are not sound are refused with a reason', async (t) => {
  const world = await openWorld(t);
  for (const name of ['', 'A', '-a', 'a-', 'a_b', 'a'.repeat(59), '../x', 7, null]) {
    const { status, errors } = await call(world, 'POST', '~', { name });
    assert.equal(status, 400, JSON.stringify(name));
    assert.ok((errors[0]?.message.length ?? 0) > 10);
  }
  assert.equal((await call(world, 'POST', '~', '{"name":')).status, 400);
  assert.equal(
    (await call(world, 'POST', '~', { name: 'x', production_branch: 'a b' })).status,
    400,
  );
  const large = await call(world, 'POST', '~', { name: 'x', more: 'x'.repeat(2 << 20) });
  assert.equal(large.status, 413);
  assert.equal(large.success, false);
  assert.equal((await call(world, 'GET', '~?page=-1')).errors[0]?.code, 8000024);
  assert.equal((await call(world, 'GET', '~/%zz')).status, 400);
});

test('variables merge, null deletes them, secrets never come back', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'vars');
  const patch = (/** @type {object} */ env_vars) =>
    call(world, 'PATCH', '~/vars', { deployment_configs: { production: { env_vars } } });
  await patch({
    A: { type: 'plain_text', value: '1' },
    B: { type: 'secret_text', value: 'canary' },
  });
  const changed = await patch({ A: null, C: { type: 'plain_text', value: '3' } });
  const { production, preview } = changed.result.deployment_configs;
  assert.deepEqual(production.env_vars, {
    B: { type: 'secret_text', value: '' },
    C: { type: 'plain_text', value: '3' },
  });
  assert.equal(preview.env_vars, null);
  const deployed = await deploy(world, 'vars', { '/index.html': 'x' });
  assert.deepEqual(deployed.env_vars.B, { type: 'secret_text', value: '' });
  const seen = await Promise.all(
    ['~', '~/vars', '~/vars/deployments'].map((path) => call(world, 'GET', path)),
  );
  assert.ok(!JSON.stringify(seen).includes('canary'));
  const state = await (await fetch(`${world.sandbox.origin}/state`)).text();
  assert.ok(!state.includes('canary'));
  for (const wrong of [
    { '1A': { type: 'plain_text', value: '' } },
    { A: { type: 'text', value: '' } },
    { A: { type: 'secret_text' } },
    { ASSETS: { type: 'plain_text', value: '' } },
    { A: { type: 'plain_text', value: 'x'.repeat(5121) } },
  ]) {
    assert.equal((await patch(wrong)).status, 400, JSON.stringify(wrong).slice(0, 80));
  }
});

test('custom domains go through their states and hold a project', async (t) => {
  const clock = manualClock();
  const world = await openWorld(t, { clock });
  await createProject(world, 'one');
  await createProject(world, 'two');
  const domain = '~/one/domains/www.example.com';
  const status = async () => (await call(world, 'GET', domain)).result.status;
  const added = await call(world, 'POST', '~/one/domains', { name: 'WWW.example.com' });
  assert.equal(added.result.name, 'www.example.com');
  assert.equal(await status(), 'initializing');
  clock.advance(1000);
  assert.equal(await status(), 'pending');
  await call(world, 'PATCH', domain);
  assert.equal(await status(), 'initializing', 'validation begins again');
  clock.advance(2000);
  assert.equal(await status(), 'active');
  assert.equal((await call(world, 'PATCH', domain)).result.status, 'active');
  const taken = await call(world, 'POST', '~/two/domains', { name: 'www.example.com' });
  assert.equal(taken.errors[0]?.code, 8000018);
  for (const name of ['no', 'a..b', 'x.pages.dev', 'http://a.b', 5]) {
    assert.equal((await call(world, 'POST', '~/one/domains', { name })).status, 400, String(name));
  }
  assert.equal((await call(world, 'DELETE', '~/one')).errors[0]?.code, 8000028);
  assert.equal((await call(world, 'GET', '~/one/domains')).result.length, 1);
  assert.equal((await call(world, 'GET', '~/two/domains/www.example.com')).status, 404);
  await call(world, 'DELETE', domain);
  assert.equal((await call(world, 'DELETE', '~/one')).success, true);
});

test('too many requests are refused for five minutes, and answers count them', async (t) => {
  const clock = manualClock();
  const world = await openWorld(t, { clock });
  set(world, { requests_max: 3 });
  const answers = [];
  for (let index = 0; index < 5; index += 1) answers.push(await call(world, 'GET', '~'));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 429, 429],
  );
  assert.equal(answers[0]?.headers.get('ratelimit'), '"default";r=2;t=300');
  assert.equal(answers[0]?.headers.get('ratelimit-policy'), '"default";q=3;w=300');
  assert.equal(answers[4]?.headers.get('retry-after'), '300');
  assert.equal(answers[4]?.success, false);
  clock.advance(300_000);
  assert.equal((await call(world, 'GET', '~')).status, 200);
});

test('faults come in the shape of the API', async (t) => {
  const world = await openWorld(t);
  await addFault(world.sandbox.origin, {
    match: { provider: 'cloudflare', method: 'POST' },
    kind: 'status',
    status: 429,
    retry_after_s: 7,
  });
  const refused = await call(world, 'POST', '~', { name: 'later' });
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '7');
  assert.equal(refused.success, false);
  await addFault(world.sandbox.origin, {
    match: { provider: 'cloudflare', method: 'POST' },
    kind: 'lose_answer',
  });
  await assert.rejects(call(world, 'POST', '~', { name: 'later' }));
  assert.equal((await call(world, 'GET', '~/later')).result.name, 'later', 'it was made');
});
