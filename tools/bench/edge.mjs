// The edge worker beside plain JavaScript, all on bare workerd, taking turns.
//
// CPU time is what a machine that others use at the same time can tell: each figure is the best of
// many short rounds, between which the workers take turns. `of plain` is the CPU time beside that
// of plain JavaScript in the same round, the median of all rounds: the steadiest of the figures.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SignJWT } from 'jose';

import { modulesOf } from '../serve/local_edge.mjs';
import { load, percentile } from './load.mjs';
import { startRawWorkerd } from './raw_workerd.mjs';
import { table } from './table.mjs';

/** @typedef {Awaited<ReturnType<typeof startRawWorkerd>>} Worker */
/** @typedef {{errors: number, perSecond: number, cpu_us: number, latencies_ms: number[]}} Round */

const root = join(import.meta.dirname, '../..');
const secret = 'a secret of at least thirty-two bytes';
const settings = { SUPABASE_URL: 'https://identity.example', SUPABASE_JWT_SECRET: secret };
const routes = ['/api/me', '/api/projects'];
const projects = 10;
const connections = 8;
const warmUpAnswers = 3_000; // until the compilers have done what they will do
const steadyPerSecond = 200;

async function signIn() {
  const now_s = Math.floor(Date.now() / 1000);
  const claims = {
    iss: `${settings.SUPABASE_URL}/auth/v1`,
    aud: 'authenticated',
    sub: '8f14e45f-ceea-467f-a8f5-5a0b1c2d3e4f',
    email: 'ann@example.com',
    exp: now_s + 3600,
  };
  const key = new TextEncoder().encode(secret);
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key);
  return { authorization: `Bearer ${token}` };
}

/** @param {string} folder @param {string} wasm */
async function startWorkers(folder, wasm) {
  const product = modulesOf(readFileSync(resolve(root, wasm)));
  const contents = readFileSync(join(import.meta.dirname, 'plain.mjs'), 'utf8');
  const plain = [{ type: /** @type {const} */ ('ESModule'), path: 'plain.mjs', contents }];
  return {
    fairway: await startRawWorkerd(join(folder, 'fairway'), product, settings),
    'plain JavaScript': await startRawWorkerd(join(folder, 'plain'), plain, settings),
    'plain, keeping sign-ins': await startRawWorkerd(join(folder, 'keeping'), plain, {
      ...settings,
      KEEP_SIGN_INS: 'yes',
    }),
  };
}

/** @param {Worker} worker @param {Record<string, string>} headers */
async function seed(worker, headers) {
  for (let i = 0; i < projects; ++i) {
    const project = { id: `project-${i}`, name: `Project ${i}`, description: 'A guest book' };
    const response = await fetch(`${worker.url}/api/projects`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(project),
    });
    if (!response.ok) throw new Error(`seeding: ${response.status} ${await response.text()}`);
  }
}

/** @param {Worker} worker @param {string} path @param {Record<string, string>} headers
 *  @param {number} seconds @returns {Promise<Round>} */
async function play(worker, path, headers, seconds) {
  const url = worker.url + path;
  const before_s = worker.cpuSeconds();
  const full = await load(url, headers, { seconds, connections });
  const cpu_us = ((worker.cpuSeconds() - before_s) / full.answers) * 1e6;
  const steady = await load(url, headers, { seconds, connections, perSecond: steadyPerSecond });
  return {
    errors: full.errors + steady.errors,
    perSecond: full.answers / full.seconds,
    cpu_us,
    latencies_ms: steady.latencies_ms,
  };
}

/** @param {Round[]} rounds @param {Round[]} plain what plain JavaScript did in the same rounds */
function figuresOf(rounds, plain) {
  const best = (/** @type {number[]} */ values) => Math.min(...values);
  const ratios = rounds.map((round, i) => round.cpu_us / (plain[i]?.cpu_us ?? NaN));
  const p50 = rounds.map((round) => percentile(round.latencies_ms, 0.5));
  const p99 = rounds.map((round) => percentile(round.latencies_ms, 0.99));
  return [
    best(rounds.map((round) => round.cpu_us)).toFixed(0),
    percentile(ratios, 0.5).toFixed(2),
    (-best(rounds.map((round) => -round.perSecond))).toFixed(0),
    best(p50).toFixed(1),
    best(p99).toFixed(1),
    rounds.reduce((sum, round) => sum + round.errors, 0).toFixed(0),
  ];
}

/** @param {string} wasm the core's file @param {{rounds: number, seconds: number}} how */
export async function benchEdge(wasm, { rounds, seconds }) {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-bench-'));
  const headers = await signIn();
  const workers = await startWorkers(folder, wasm);
  try {
    for (const worker of Object.values(workers)) await seed(worker, headers);
    for (const path of routes) {
      /** @type {Record<string, Round[]>} */
      const played = {};
      for (const worker of Object.values(workers)) {
        await load(worker.url + path, headers, { answers: warmUpAnswers, connections });
      }
      for (let round = 0; round < rounds; ++round) {
        for (const [name, worker] of Object.entries(workers)) {
          (played[name] ??= []).push(await play(worker, path, headers, seconds));
        }
      }
      const title = path === '/api/projects' ? `${path}, ${projects} projects` : path;
      const steady = `p50 ms at ${steadyPerSecond}/s`;
      const heads = ['CPU us', 'of plain', 'req/s', steady, 'p99', 'errors'];
      const plain = played['plain JavaScript'] ?? [];
      const rows = Object.entries(played).map(([name, list]) => [name, ...figuresOf(list, plain)]);
      table([`GET ${title}`, ...heads], rows);
    }
  } finally {
    for (const worker of Object.values(workers)) worker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
