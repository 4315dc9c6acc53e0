// What tools/run does after the machine is set up: builds, starts the sandbox and the edge worker,
// watches both, ends both.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { startEdge } from './local_edge.mjs';
import { childrenOf, commandOf, signal, treeOf, untilGone } from './processes.mjs';
import { publishPages } from './publish.mjs';
import { startSandboxProcess } from './sandbox_process.mjs';
import { localSecrets } from './secrets.mjs';
import { upstreamSettings } from './upstreams.mjs';

const root = join(import.meta.dirname, '../..');
const sandboxStartsMax = 3;

const usage = `usage: tools/run [--port 8787] [--sandbox-port 8790] [--state FOLDER]
                 [--reset] [--no-build]

  --port          where Fairway listens on this machine
  --sandbox-port  where the stand-in for the providers listens
  --state         where everything is kept (build/state); one start at a time uses it
  --reset         forget every account, deployment and database of this machine first
  --no-build      start what is built, as it is
`;

/** A reason to stop that a person can act on. */
class Stop extends Error {
  /** @param {string} what @param {string} remedy */
  constructor(what, remedy) {
    super(what);
    this.remedy = remedy;
  }
}

const say = (/** @type {string} */ words) => process.stdout.write(`run: ${words}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'sandbox-port': { type: 'string', default: '8790' },
      state: { type: 'string', default: join(root, 'build/state') },
      reset: { type: 'boolean', default: false },
      'no-build': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = portOf('--port', values.port);
  const sandboxPort = portOf('--sandbox-port', values['sandbox-port']);
  if (port === sandboxPort && port !== 0) {
    throw new Stop('--port and --sandbox-port are the same.', 'give two different ports');
  }
  const state = resolve(values.state);
  const runFile = join(state, 'run.json');
  return { ...values, port, sandboxPort, state, runFile, build: !values['no-build'] };
}

/** @param {string} name @param {string} text */
function portOf(name, text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Stop(`${name} ${text} is no port.`, 'a number from 1 to 65535, or 0 for any free one');
}

/** @param {string} flag @param {number} port */
async function checkPortIsFree(flag, port) {
  if (port === 0) return;
  await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `Port ${port} is used by another program.`
          : `Port ${port} cannot be used (${error.code}).`;
      reject(new Stop(why, `stop that program, or choose another port: tools/run ${flag} 9000`));
    });
    server.listen(port, '127.0.0.1', () => server.close(resolve));
  });
}

/** Ends what a killed start has left; stops when another start is alive. @param {string} runFile */
async function clearEarlierRun(runFile) {
  if (!existsSync(runFile)) return;
  const earlier = JSON.parse(readFileSync(runFile, 'utf8'));
  if (earlier.pid !== process.pid && commandOf(earlier.pid)?.includes('tools/serve/run.mjs')) {
    throw new Stop(
      `Fairway runs already: ${earlier.url} (process ${earlier.pid}).`,
      `open that address, or end it first: kill ${earlier.pid}`,
    );
  }
  for (const child of earlier.children) {
    const command = commandOf(child);
    if (!command?.includes('workerd serve') && !command?.includes('tools/sandbox/main.mjs'))
      continue;
    say(`ending process ${child}, left by an earlier start that was killed`);
    const pids = treeOf(child);
    for (const pid of pids.reverse()) signal(pid, 'SIGKILL');
    await untilGone(pids);
  }
  rmSync(runFile, { force: true });
}

/** @param {string} runFile @param {string} url @param {string} sandbox */
function noteRun(runFile, url, sandbox) {
  const note = { pid: process.pid, url, sandbox, children: childrenOf(process.pid) };
  writeFileSync(runFile, `${JSON.stringify(note)}\n`);
}

/** @param {string} preset @param {string} target @param {string} what */
function build(preset, target, what) {
  const began = Date.now();
  const isFirst = !existsSync(join(root, 'build', preset, 'build.ninja'));
  if (isFirst) say(`building ${what} for the first time; this takes a minute or more`);
  const { status } = spawnSync(join(root, 'tools/build'), [preset, target], { stdio: 'inherit' });
  if (status !== 0) throw new Stop(`${what} does not build (output above).`, 'mend the code');
  const seconds = (Date.now() - began) / 1000;
  if (seconds > 2) say(`built ${what} in ${seconds.toFixed(0)} s`);
}

/** @param {boolean} isBuilding */
function preparePages(isBuilding) {
  if (isBuilding) {
    build('worker', 'fairway', 'the edge worker');
    build('web', 'dashboard', 'the dashboard');
  }
  const missing = publishPages(root);
  if (missing.length > 0) {
    throw new Stop(`Not built yet: ${missing.join(', ')}.`, 'tools/run without --no-build');
  }
}

/**
 * @param {import('./sandbox_process.mjs').Sandbox} sandbox
 * @param {string} state
 * @returns {Record<string, string>}
 */
function settingsFor(sandbox, state) {
  const { turso, cloudflare, identity } = sandbox.addresses;
  return {
    HOME_PATH: '/builder/',
    TURSO_ORG_ID: 'fairway',
    TURSO_API_TOKEN: 'sandbox-turso-token',
    TURSO_API_URL: turso,
    TURSO_DATABASE_URL: 'http://{hostname}',
    CLOUDFLARE_ACCOUNT_ID: 'sandbox',
    CLOUDFLARE_API_TOKEN: 'sandbox-cloudflare-token',
    CLOUDFLARE_API_URL: cloudflare,
    CLOUDFLARE_PAGES_URL: 'http://{subdomain}',
    SUPABASE_URL: identity,
    SIGN_IN_URL: `${identity}/sign-in`,
    ...upstreamSettings(sandbox.addresses.origin),
    ...localSecrets(join(state, 'secrets.json')),
  };
}

/** @param {string} url @param {string} sandbox */
function welcome(url, sandbox) {
  process.stdout.write(`
  Fairway is running:  ${url}

  Open it, choose an app, change its rows, then press Deploy. The app goes live on this machine
  with its data; its address and every step are shown while it happens.
  What the stand-in providers hold can be seen at ${sandbox}/

  Ctrl-C stops everything. The next start finds it all again; --reset begins anew.
\n`);
}

/** Keeps the sandbox alive; resolves with the reason when it cannot. */
class SandboxKeeper {
  /** @param {Parameters<typeof startSandboxProcess>[0]} options @param {() => void} changed */
  constructor(options, changed) {
    this.options = options;
    this.changed = changed;
    this.isStopping = false;
    /** @type {import('./sandbox_process.mjs').Sandbox | undefined} */
    this.sandbox = undefined;
  }

  async start() {
    this.sandbox = await startSandboxProcess(this.options);
    // Starts after the first one stay where the settings of the worker point to.
    this.options.port = Number(new URL(this.sandbox.addresses.origin).port);
    return this.sandbox;
  }

  /** @returns {Promise<string>} */
  async watch() {
    for (let starts = 1; ; ++starts) {
      const why = await this.sandbox?.ended;
      if (this.isStopping) return '';
      if (starts >= sandboxStartsMax) return `The sandbox ended ${starts} times (${why}).`;
      say(`the sandbox ended (${why}); starting it again on the same state`);
      try {
        await this.start();
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
      this.changed();
    }
  }

  async stop() {
    this.isStopping = true;
    await this.sandbox?.stop();
  }
}

async function main() {
  const options = readOptions();
  if (options.help) return void process.stdout.write(usage);
  const { state, runFile } = options;
  onSignals(() => endAtOnce(runFile));
  const began = Date.now();
  await clearEarlierRun(runFile);
  await checkPortIsFree('--port', options.port);
  await checkPortIsFree('--sandbox-port', options.sandboxPort);
  if (options.reset) {
    say('forgetting every account, deployment and database of this machine');
    rmSync(state, { recursive: true, force: true });
  }
  mkdirSync(state, { recursive: true, mode: 0o700 });
  preparePages(options.build);

  const log = (/** @type {string} */ line) => process.stdout.write(`${line}\n`);
  const keeper = new SandboxKeeper(
    { port: options.sandboxPort, state: join(state, 'sandbox'), log },
    () => noteRun(runFile, edge.url, sandbox.addresses.origin),
  );
  const sandbox = await keeper.start();
  noteRun(runFile, '(starting)', sandbox.addresses.origin);
  const edge = await startEdge({
    port: options.port,
    host: '127.0.0.1',
    state: join(state, 'worker'),
    wasm: readFileSync(join(root, 'build/worker/fairway.wasm')),
    assets: join(root, 'build/public'),
    settings: settingsFor(sandbox, state),
    log,
    restarted: () => {
      say('the edge worker ended and was started again on the same state; its jobs go on');
      noteRun(runFile, edge.url, sandbox.addresses.origin);
    },
  }).catch(async (error) => {
    await keeper.stop();
    throw error;
  });
  noteRun(runFile, edge.url, sandbox.addresses.origin);
  const stopped = new Promise((resolve) => onSignals(() => resolve('')));
  welcome(edge.url, sandbox.addresses.origin);
  say(`ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);

  const why = await Promise.race([stopped, keeper.watch()]);
  say(why === '' ? 'stopping' : `stopping: ${why}`);
  await edge.stop();
  await keeper.stop();
  rmSync(runFile, { force: true });
  if (why !== '') throw new Stop(why, 'tools/run again; if it ends again, tools/run --reset');
}

/**
 * On these signals only this happens. The runtime of the worker sets listeners of its own, which
 * end
 * the process at once and leave the sandbox behind: they are taken away.
 * @param {() => void} act
 */
function onSignals(act) {
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.removeAllListeners(name);
    process.on(name, act);
  }
}

/** While not everything stands: ends it all at once. @param {string} runFile */
function endAtOnce(runFile) {
  for (const child of childrenOf(process.pid)) {
    for (const pid of treeOf(child).reverse()) signal(pid, 'SIGTERM');
  }
  rmSync(runFile, { force: true });
  process.exit(130);
}

main().then(
  () => process.exit(0),
  (error) => {
    const words = error instanceof Error ? error.message : String(error);
    process.stderr.write(`run: stopped. ${words}\n`);
    if (error instanceof Stop) process.stderr.write(`run: to fix it: ${error.remedy}\n`);
    if (error?.code?.startsWith?.('ERR_PARSE_ARGS')) process.stderr.write(usage);
    process.exit(1);
  },
);
