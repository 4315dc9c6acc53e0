// The PostgreSQL server behind Neon in the sandbox: Debian's own, in the state folder, started when
// somebody first asks for it. A machine without one lacks only this provider.

import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { BadRequest } from '../frame/http.mjs';

const versions = '/usr/lib/postgresql';
const owner = 'postgres';
const tries_max = 50;
const pause_ms = 200;
const started_words = 'database system is ready to accept connections';

const run = promisify(execFile);

/** Values as the server prints them. */
const rawTypes = { getTypeParser: () => (/** @type {string} */ text) => text };

/**
 * @typedef {object} Server
 * @property {(database: string, role: string) => Promise<pg.PoolClient>} connect
 * @property {(sql: string, database?: string) => Promise<any[]>} administer  As superuser.
 * @property {(database: string) => Promise<void>} forget  Closes connections to a database.
 * @property {() => Promise<void>} stop  Safe to repeat.
 * @property {() => Promise<void>} destroy
 */

/**
 * @param {string} folder  Of the provider, in the state folder.
 * @returns {Server}
 */
export function createServer(folder) {
  /** @type {Promise<{stop: () => Promise<void>, socket: string}> | null} */
  let running = null;
  /** @type {Map<string, pg.Pool>} */
  const pools = new Map();
  const runningServer = () =>
    (running ??= start(folder).catch((error) => {
      running = null;
      throw error;
    }));
  /** @param {string} database @param {string} user */
  const poolOf = async (database, user) => {
    const { socket } = await runningServer();
    const key = JSON.stringify([database, user]);
    let pool = pools.get(key);
    if (pool === undefined) {
      pool = new pg.Pool({
        host: socket,
        database,
        user,
        max: 8,
        types: /** @type {any} */ (rawTypes),
      });
      pool.on('error', () => undefined);
      pools.set(key, pool);
    }
    return pool;
  };
  /** @param {(key: string) => boolean} matches */
  const closePools = async (matches) => {
    const closing = [...pools.keys()].filter(matches);
    await Promise.all(
      closing.map((key) => {
        const pool = pools.get(key);
        pools.delete(key);
        return pool?.end();
      }),
    );
  };
  const stop = async () => {
    const stopping = running;
    running = null;
    await closePools(() => true);
    await (await stopping?.catch(() => null))?.stop();
  };
  return {
    connect: async (database, role) => (await poolOf(database, role)).connect(),
    administer: async (sql, database = 'postgres') =>
      (await (await poolOf(database, owner)).query(sql)).rows,
    forget: (database) => closePools((key) => JSON.parse(key)[0] === database),
    stop,
    async destroy() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder with the newest server's programs; BadRequest where there is none. */
function binaries() {
  const found = existsSync(versions)
    ? readdirSync(versions)
        .map(Number)
        .filter((n) => n >= 15)
    : [];
  if (found.length === 0) {
    throw new BadRequest(503, 'This machine has no PostgreSQL 15 or later: apt install postgresql');
  }
  return join(versions, String(Math.max(...found)), 'bin');
}

/**
 * The words by which setpriv becomes the server's user. Folders above the state folder are often
 * root's alone: where the machine lets it, the user may pass through them.
 */
async function becoming() {
  const user = ['--reuid', owner, '--regid', owner, '--init-groups'];
  const passing = ['--inh-caps', '+dac_override', '--ambient-caps', '+dac_override'];
  return run('setpriv', [...user, ...passing, 'true']).then(
    () => [...user, ...passing],
    () => user,
  );
}

/** @param {string} folder */
async function start(folder) {
  const programs = binaries();
  const isRoot = process.getuid?.() === 0;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The server refuses to run as root, and its user has to come through to its folder.
  const as = isRoot ? await becoming() : [];
  // The path of a socket is short. The same one again removes what a killed run has left there.
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const socket = join(tmpdir(), `fairway-neon-${name}`);
  rmSync(socket, { recursive: true, force: true });
  mkdirSync(socket, { mode: 0o700 });
  if (isRoot) {
    const uid = Number((await run('id', ['-u', owner])).stdout);
    chmodSync(join(folder, '..'), 0o711);
    for (const own of [folder, socket]) chownSync(own, uid, uid);
  }
  const data = join(folder, 'data');
  const cleanUp = () => rmSync(socket, { recursive: true, force: true });
  try {
    if (!existsSync(data)) await initialize(programs, as, data);
    const child = await launchPatiently(programs, as, data, socket);
    return {
      socket,
      stop: async () => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        if (child.exitCode === null && child.signalCode === null) {
          child.kill('SIGINT');
          await ended;
        }
        cleanUp();
      },
    };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

/**
 * Under another name first, so that a folder which has its name is whole.
 *
 * @param {string} programs @param {string[]} as @param {string} data
 */
async function initialize(programs, as, data) {
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  const words = ['-D', unfinished, '-U', owner, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
  try {
    await run('setpriv', [...as, join(programs, 'initdb'), ...words, '--no-sync'], { cwd: '/' });
    renameSync(unfinished, data);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw new BadRequest(
      503,
      `PostgreSQL could not be set up in ${data}; its user must be able to enter that folder: ` +
        String(/** @type {any} */ (error).stderr).slice(0, 300),
    );
  }
}

/**
 * The server of a sandbox that was killed may still be on its way out.
 *
 * @param {string} programs @param {string[]} as @param {string} data @param {string} socket
 */
async function launchPatiently(programs, as, data, socket) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await launch(programs, as, data, socket);
    } catch (error) {
      const isHeld = String(error).includes('postmaster.pid');
      if (!isHeld || tries === tries_max) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause_ms));
    }
  }
}

/**
 * It ends with this process, however that ends.
 *
 * @param {string} programs @param {string[]} as @param {string} data @param {string} socket
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
function launch(programs, as, data, socket) {
  const settings = ['listen_addresses=', `unix_socket_directories=${socket}`, 'fsync=off'];
  const child = spawn(
    'setpriv',
    [
      ...as,
      '--pdeathsig',
      'INT',
      join(programs, 'postgres'),
      '-D',
      data,
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  return new Promise((resolve, reject) => {
    let words = '';
    child.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
      if (words.includes(started_words)) return;
      words += text;
      if (words.includes(started_words)) resolve(child);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`PostgreSQL did not start: ${words.slice(-500)}`)));
  });
}
