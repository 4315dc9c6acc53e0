// The life of deployments: stages, failures, rollback, previews, restarts, and that one site's
// failure is no other's.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { newFolder } from './help.mjs';
import {
  call,
  createProject,
  deploy,
  finished,
  formOf,
  openWorld,
  set,
  upload,
  visit,
} from './pages_world.mjs';

const mainFile = fileURLToPath(new URL('../../tools/sandbox/main.mjs', import.meta.url));

test('code that does not load fails the deployment with the reason, the site stays', async (t) => {
  const world = await openWorld(t);
  const { subdomain } = await createProject(world, 'broken');
  await deploy(world, 'broken', { '/index.html': 'good' });
  for (const [code, reason] of /** @type {const} */ ([
    ['export default {', /Unexpected end of input/],
    ['import "./missing.mjs"; export default {}', /[Nn]o such module|not found/],
    ['throw new Error("at start"); export default {}', /at start/],
  ])) {
    const failed = await deploy(world, 'broken', { '/index.html': 'bad' }, { '_worker.js': code });
    assert.deepEqual([failed.latest_stage.name, failed.latest_stage.status], ['deploy', 'failure']);
    const { result } = await call(world, 'GET', `~/broken/deployments/${failed.id}/history/logs`);
    assert.match(result.data.at(-1).line, reason);
    assert.match(result.data.at(-1).line, /^Error: Failed to publish your Function/);
    assert.equal((await visit(failed.url)).status, 404);
  }
  await call(world, 'PATCH', '~/broken', {
    deployment_configs: { production: { kv_namespaces: { CACHE: { namespace_id: 'x' } } } },
  });
  const unbound = await deploy(world, 'broken', { '/index.html': 'bad' });
  assert.equal(unbound.latest_stage.status, 'failure');
  assert.equal((await visit(`http://${subdomain}/`)).text, 'good');
});

test('stages are passed in order, and the switch to a new deployment is one step', async (t) => {
  const world = await openWorld(t);
  set(world, { stage_ms: 15 });
  const { subdomain } = await createProject(world, 'switch');
  await deploy(world, 'switch', { '/index.html': 'one' });
  const { manifest } = await upload(world, 'switch', { '/index.html': 'two' });
  const posted = await call(world, 'POST', '~/switch/deployments', formOf(manifest, {}));
  assert.deepEqual(
    [posted.result.latest_stage.name, posted.result.latest_stage.status],
    ['queued', 'active'],
  );
  const names = ['queued', 'initialize', 'clone_repo', 'build', 'deploy'];
  let reached = 0;
  let shown = 'one';
  for (let isDone = false; !isDone;) {
    const { result } = await call(world, 'GET', `~/switch/deployments/${posted.result.id}`);
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
  const { result } = await call(world, 'GET', '~/switch');
  assert.equal(result.canonical_deployment.id, posted.result.id);
  assert.ok(
    result.canonical_deployment.stages.every(
      (/** @type {any} */ stage) =>
        stage.status === 'success' && stage.started_on !== null && stage.ended_on !== null,
    ),
  );
  assert.equal((await visit(`http://${subdomain}/`)).text, 'two');
});

test('variables reach the next deployment, rollback and retry do what they say', async (t) => {
  const world = await openWorld(t);
  const { subdomain } = await createProject(world, 'back');
  const home = `http://${subdomain}`;
  const code = `export default {fetch: (r, env) => new Response('v1 ' + env.NAME)}`;
  const setName = (/** @type {string} */ value) =>
    call(world, 'PATCH', '~/back', {
      deployment_configs: { production: { env_vars: { NAME: { type: 'secret_text', value } } } },
    });
  await setName('ann');
  const first = await deploy(world, 'back', {}, { '_worker.js': code });
  await setName('bob');
  assert.equal((await visit(home)).text, 'v1 ann', 'only the next deployment sees it');
  const second = await deploy(world, 'back', {}, { '_worker.js': code.replace('v1', 'v2') });
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
  assert.deepEqual(
    list.result.map((/** @type {any} */ { id }) => id),
    [retried.id, second.id, first.id],
  );
});

test('a preview branch has an address of its own and leaves production alone', async (t) => {
  const world = await openWorld(t);
  const { subdomain } = await createProject(world, 'views');
  await deploy(world, 'views', { '/index.html': 'live' });
  const first = await deploy(world, 'views', { '/index.html': 'draft 1' }, { branch: 'topic/x' });
  assert.equal(first.environment, 'preview');
  const [alias] = first.aliases;
  assert.equal((await visit(alias)).text, 'draft 1');
  const second = await deploy(world, 'views', { '/index.html': 'draft 2' }, { branch: 'topic/x' });
  assert.deepEqual(second.aliases, [alias]);
  assert.equal((await visit(alias)).text, 'draft 2');
  assert.equal((await visit(first.url)).text, 'draft 1');
  assert.equal((await visit(`http://${subdomain}`)).text, 'live');
  const rolled = await call(world, 'POST', `~/views/deployments/${first.id}/rollback`);
  assert.equal(rolled.status, 400);
});

test('everything stands again, on the same ports, after a restart', async (t) => {
  const world = await openWorld(t);
  const { subdomain } = await createProject(world, 'again');
  const old = await deploy(world, 'again', { '/index.html': 'old' });
  await deploy(
    world,
    'again',
    { '/about.html': 'about' },
    { '_worker.js': 'export default {fetch: (r, env) => env.ASSETS.fetch(r)}' },
  );
  const view = await deploy(world, 'again', { '/index.html': 'view' }, { branch: 'topic' });
  const { manifest } = await upload(world, 'again', { '/index.html': 'cut off' });
  set(world, { stage_ms: 60_000 });
  const cut = await call(world, 'POST', '~/again/deployments', formOf(manifest, { branch: 'cut' }));
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
    const child = spawn(process.execPath, [mainFile, '--port', '0', '--state', state], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    const [line] = await once(child.stdout, 'data');
    return { child, origin: JSON.parse(String(line)).origin };
  };
  const first = await start();
  const world = /** @type {any} */ ({ sandbox: { origin: first.origin } });
  const { subdomain } = await createProject(world, 'killed');
  const { id } = await deploy(world, 'killed', { '/index.html': 'here' });
  const pid = Number(readFileSync(join(state, 'cloudflare/sites', id, 'workerd.pid'), 'utf8'));
  const { manifest } = await upload(world, 'killed', { '/index.html': 'next' });
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
  set(world, { busy_ms_max: 400, memory_bytes_max: 400 << 20 });
  await createProject(world, 'bad');
  await createProject(world, 'good');
  const bad = await deploy(
    world,
    'bad',
    { '/index.html': 'still here' },
    {
      '_worker.js': `
    export default {async fetch(request, env) {
      const {pathname} = new URL(request.url);
      if (pathname === '/loop') for (;;);
      if (pathname === '/eat') {
        const kept = [];
        for (;;) { kept.push(new Uint8Array(16 << 20).fill(1)); await scheduler.wait(20); }
      }
      return env.ASSETS.fetch(request);
    }};`,
    },
  );
  const good = await deploy(world, 'good', { '/index.html': 'fine' });
  for (const [path, word] of [
    ['/loop', 'CPU'],
    ['/eat', 'memory'],
  ]) {
    const [failed, other, api] = await Promise.all([
      visit(bad.url + path),
      visit(good.url),
      call(world, 'GET', '~'),
    ]);
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
  set(world, { processes_max: 2 });
  await createProject(world, 'many');
  const deployed = [];
  for (let index = 0; index < 5; index += 1) {
    deployed.push(await deploy(world, 'many', { '/index.html': `site ${index}` }));
  }
  for (const [index, { url }] of deployed.entries()) {
    assert.equal((await visit(url)).text, `site ${index}`);
  }
  const both = await Promise.all(deployed.map(({ url }) => visit(url)));
  assert.deepEqual(
    both.map(({ text }) => text),
    deployed.map((_, index) => `site ${index}`),
  );
});

test('a reset leaves nothing, and the same names can be used again', async (t) => {
  const world = await openWorld(t);
  const { subdomain } = await createProject(world, 'reset');
  const { url } = await deploy(world, 'reset', { '/index.html': 'old' });
  const { manifest } = await upload(world, 'reset', { '/index.html': 'cut off' });
  set(world, { stage_ms: 60_000 });
  await call(world, 'POST', '~/reset/deployments', formOf(manifest, {}));
  await fetch(`${world.sandbox.origin}/reset`, { method: 'POST' });
  for (const gone of [url, `http://${subdomain}`]) await assert.rejects(fetch(gone));
  assert.equal((await call(world, 'GET', '~')).result.length, 0);
  assert.deepEqual(readdirSync(join(world.state, 'cloudflare/sites')), []);
  set(world, { stage_ms: 0 });
  await createProject(world, 'reset');
  const { missing } = await upload(world, 'reset', { '/index.html': 'old' });
  assert.equal(missing.length, 1, 'contents are gone too');
  assert.equal(
    (await visit((await deploy(world, 'reset', { '/index.html': 'new' })).url)).status,
    200,
  );
});

test('a site has a page that shows why it fails, and strangers cannot write into it', async (t) => {
  const world = await openWorld(t);
  await createProject(world, 'page');
  const code = `export default {fetch() { throw new Error('<b>why</b> s3cret'); }}`;
  const { url } = await deploy(world, 'page', {}, { '_worker.js': code });
  await visit(url);
  await deploy(world, 'page', {}, { '_worker.js': 'export default {' });
  const view = `${world.sandbox.origin}/view/cloudflare/?site=`;
  const { status, text } = await visit(`${view}page`);
  assert.equal(status, 200);
  assert.ok(text.includes('&lt;b&gt;why&lt;/b&gt;') && !text.includes('<b>why'));
  assert.match(text, /Failed to publish your Function/);
  assert.equal((await visit(`${view}other`)).status, 404);
  const state = await visit(`${world.sandbox.origin}/state`);
  assert.ok(!state.text.includes('s3cret'), 'not in the state');
});
