// The edge worker beside plain JavaScript, both on bare workerd, taking turns.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { SignJWT } from 'jose';

import { modulesOf } from '../serve/local_edge.mjs';
import { load, percentile } from './load.mjs';
import { startRawWorkerd } from './raw_workerd.mjs';

const root = join(import.meta.dirname, '../..');
const secret = 'a secret of at least thirty-two bytes';
const settings = { SUPABASE_URL: 'https://identity.example', SUPABASE_JWT_SECRET: secret };
const rounds = 3;
const routes = ['/api/me', '/api/projects'];

/** @param {string} file */
function sizeLine(file) {
  const bytes = readFileSync(file);
  const [raw, packed] = [bytes.length, gzipSync(bytes, { level: 9 }).length];
  return `${(raw / 1024).toFixed(0)} KiB, gzip ${(packed / 1024).toFixed(0)} KiB`;
}

/** @param {number[]} values */
const median = (values) => percentile(values, 0.5);

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

/** @param {{url: string, cpuSeconds: () => number}} worker @param {string} path
 *  @param {Record<string, string>} headers @param {number} seconds */
async function measure(worker, path, headers, seconds) {
  const before_s = worker.cpuSeconds();
  const full = await load(worker.url + path, headers, { seconds, connections: 16 });
  const cpu_us = ((worker.cpuSeconds() - before_s) / full.answers) * 1e6;
  const steady = await load(worker.url + path, headers, {
    seconds,
    connections: 16,
    perSecond: 200,
  });
  return {
    errors: full.errors + steady.errors,
    perSecond: full.answers / full.seconds,
    cpu_us,
    p50_ms: percentile(steady.latencies_ms, 0.5),
    p99_ms: percentile(steady.latencies_ms, 0.99),
  };
}

/** @param {string} wasm the core's file @param {number} seconds of each measurement */
export async function benchEdge(wasm, seconds) {
  console.log(`core: ${sizeLine(wasm)}`);
  const folder = mkdtempSync(join(tmpdir(), 'fairway-bench-'));
  const headers = await signIn();
  const plainFile = join(import.meta.dirname, 'plain.mjs');
  const plainModule = {
    type: /** @type {const} */ ('ESModule'),
    path: 'plain.mjs',
    contents: readFileSync(plainFile, 'utf8'),
  };
  const workers = {
    fairway: await startRawWorkerd(
      join(folder, 'fairway'),
      modulesOf(readFileSync(resolve(root, wasm))),
      settings,
    ),
    'plain JavaScript': await startRawWorkerd(join(folder, 'plain'), [plainModule], settings),
  };
  try {
    for (const path of routes) {
      console.log(`\nGET ${path}   req/s   CPU us   p50 ms   p99 ms at 200/s   errors`);
      /** @type {Map<string, Awaited<ReturnType<typeof measure>>[]>} */
      const results = new Map();
      for (let round = 0; round <= rounds; ++round) {
        for (const [name, worker] of Object.entries(workers)) {
          const result = await measure(worker, path, headers, round === 0 ? 1 : seconds);
          // The first round only warms up.
          if (round > 0) results.set(name, [...(results.get(name) ?? []), result]);
        }
      }
      for (const [name, list] of results) {
        const of = (/** @type {'perSecond' | 'cpu_us' | 'p50_ms' | 'p99_ms' | 'errors'} */ key) =>
          median(list.map((one) => one[key]));
        const figures = [
          of('perSecond').toFixed(0),
          of('cpu_us').toFixed(0),
          of('p50_ms').toFixed(1),
          of('p99_ms').toFixed(1),
          of('errors').toFixed(0),
        ];
        console.log(`  ${name.padEnd(18)} ${figures.join('   ')}`);
      }
    }
  } finally {
    for (const worker of Object.values(workers)) worker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
