// One workerd process that serves one site's folder. It dies with the sandbox, it is killed when
// its code keeps it busy or grows too large, and its last lines are kept for whoever looks for why.

import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** @typedef {{busy_ms_max: number, start_ms_max: number, memory_bytes_max: number}} Limits */

/**
 * @typedef {object} SiteProcess
 * @property {number} port
 * @property {() => string} log       The last lines of its output.
 * @property {() => string} endedBy   Why it is gone, '' while it runs.
 * @property {Promise<void>} ended
 * @property {() => Promise<void>} stop
 * @property {() => void} watch  Looks once whether the process still answers; call it now and then.
 */

/** A site that cannot start: its code is wrong. The message is for the site's owner. */
export class SiteFailed extends Error {}

const log_bytes_max = 32 * 1024;
const page_bytes = 4096;
const workerdFile = createRequire(import.meta.url).resolve(
  '@cloudflare/workerd-linux-64/bin/workerd',
);
const tieToParent = existsSync('/usr/bin/setpriv')
  ? ['/usr/bin/setpriv', '--pdeathsig', 'KILL', '--']
  : [];

/**
 * Resolves when the process listens; rejects with SiteFailed when its code does not load.
 *
 * @param {string} folder
 * @param {Limits} limits
 * @returns {Promise<SiteProcess>}
 */
export function startSiteProcess(folder, limits) {
  const [command = workerdFile, ...words] = [
    ...tieToParent,
    workerdFile,
    'serve',
    '--control-fd=3',
    '--import-path=/',
    join(folder, 'config.capnp'),
  ];
  const child = spawn(command, words, {
    cwd: folder,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const pidFile = join(folder, 'workerd.pid');
  if (child.pid !== undefined) writeFileSync(pidFile, String(child.pid));
  let log = '';
  let endedBy = '';
  let isRunning = true;
  const keep = (/** @type {Buffer} */ bytes) => {
    log = (log + bytes.toString('utf8')).slice(-log_bytes_max);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const ended = new Promise((/** @type {(value: void) => void} */ resolve) => {
    child.once('error', (error) => {
      endedBy ||= `workerd does not start: ${error.message}`;
      isRunning = false;
      resolve();
    });
    child.once('close', (code, signal) => {
      endedBy ||= `the process ended by itself (${signal ?? `status ${code}`})`;
      isRunning = false;
      forgetPid(pidFile, child.pid);
      resolve();
    });
  });
  const kill = (/** @type {string} */ why) => {
    if (!isRunning) return;
    endedBy ||= why;
    child.kill('SIGKILL');
  };
  const ports = readPorts(child, limits, kill);
  return Promise.race([ports, ended.then(() => null)]).then((found) => {
    if (found === null) throw new SiteFailed(startError(log, endedBy));
    return {
      port: found.site,
      log: () => log,
      endedBy: () => endedBy,
      ended,
      stop: () => (kill('stopped'), ended),
      watch: watcher(child.pid ?? 0, found.ping, limits, kill),
    };
  });
}

/**
 * The ports, as workerd reports them on its control channel. Never resolves for a process that
 * ends before it listens.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @param {Limits} limits
 * @param {(why: string) => void} kill
 * @returns {Promise<{site: number, ping: number}>}
 */
function readPorts(child, limits, kill) {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => kill('Script startup exceeded CPU time limit.'),
      limits.start_ms_max,
    );
    child.once('close', () => clearTimeout(timer));
    /** @type {Record<string, number>} */
    const ports = {};
    let text = '';
    child.stdio[3]?.on('data', (bytes) => {
      text += bytes.toString('utf8');
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const { event, socket, port } = JSON.parse(line);
        if (event === 'listen') ports[socket] = port;
      }
      const { site, ping } = ports;
      if (site === undefined || ping === undefined) return;
      clearTimeout(timer);
      resolve({ site, ping });
    });
  });
}

/**
 * What workerd said about the code, in the words that Pages uses in a deployment's log.
 *
 * @param {string} log
 * @param {string} endedBy
 */
function startError(log, endedBy) {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('service site: ') || line.startsWith('  at '))
    .map((line) => line.replace(/^service site: /, ''))
    .filter((line) => !/does not need to be specified anymore/.test(line));
  return lines.length > 0
    ? lines.join('\n')
    : endedBy.startsWith('Script')
      ? endedBy
      : log.trim().split('\n').pop() || endedBy;
}

/**
 * @param {number} pid
 * @param {number} port
 * @param {Limits} limits
 * @param {(why: string) => void} kill
 */
function watcher(pid, port, limits, kill) {
  let isAsking = false;
  return () => {
    if (residentBytes(pid) > limits.memory_bytes_max) return kill('Worker exceeded memory limit.');
    if (isAsking) return;
    isAsking = true;
    const asked = request({ host: '127.0.0.1', port, agent: false }, (response) => {
      clearTimeout(timer);
      response.resume();
      response.once('close', () => void (isAsking = false));
    });
    const timer = setTimeout(() => {
      kill('Worker exceeded CPU time limit.');
      asked.destroy();
    }, limits.busy_ms_max);
    timer.unref();
    asked.once('error', () => {
      clearTimeout(timer);
      isAsking = false;
    });
    asked.end();
  };
}

/**
 * @param {string} file
 * @param {number | undefined} pid
 */
function forgetPid(file, pid) {
  if (existsSync(file) && readFileSync(file, 'utf8') === String(pid)) rmSync(file, { force: true });
}

/** @param {number} pid */
function residentBytes(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1] ?? 0) * page_bytes;
  } catch {
    return 0;
  }
}

/**
 * Ends a process that an earlier run of the sandbox left behind in this folder, if it still is one
 * of ours.
 *
 * @param {string} folder
 */
export function endLeftOver(folder) {
  const pidFile = join(folder, 'workerd.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  rmSync(pidFile, { force: true });
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (command.includes(join(folder, 'config.capnp'))) process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
