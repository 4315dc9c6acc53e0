// What tools/bench measures, with the machine, the day and the versions it was measured on.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

import { benchDashboard } from './dashboard.mjs';
import { benchEdge } from './edge.mjs';
import { table } from './table.mjs';

const root = join(import.meta.dirname, '../..');
const parts = ['sizes', 'edge', 'dashboard'];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    wasm: { type: 'string', default: 'build/worker/fairway.wasm' },
    rounds: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '0.5' },
  },
});
const unknown = positionals.filter((part) => !parts.includes(part));
if (unknown.length > 0) throw new Error(`no such part: ${unknown}; there are ${parts}`);
const wanted = positionals.length === 0 ? parts : positionals;

/** @param {string} program */
function versionOf(program) {
  return spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim();
}

function printMachine() {
  const cores = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`);
  console.log(`${cores.length} x ${cores[0]?.model}, ${memory} GiB, Linux ${release()}`);
  console.log(`load of this machine at the beginning: ${load}`);
  const workerd = join(root, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');
  const programs = [workerd, process.env.FAIRWAY_CHROMIUM ?? '/usr/bin/chromium'];
  const versions = programs.filter((path) => existsSync(path)).map(versionOf);
  console.log(`${versions.join(', ')}, Node ${process.version}\n`);
}

/** @param {string} file */
function sizesOf(file) {
  const bytes = readFileSync(file);
  const kib = (/** @type {number} */ size) => (size / 1024).toFixed(0);
  return [kib(bytes.length), kib(gzipSync(bytes, { level: 9 }).length)];
}

function benchSizes() {
  const files = [values.wasm, 'build/web/dashboard.wasm', 'build/web/dashboard.mjs'];
  const rows = files.map((file) => [file.split('/').at(-1) ?? '', ...sizesOf(join(root, file))]);
  table(['size', 'KiB', 'gzip KiB'], rows);
}

printMachine();
if (wanted.includes('sizes')) benchSizes();
if (wanted.includes('edge')) {
  await benchEdge(values.wasm, { rounds: Number(values.rounds), seconds: Number(values.seconds) });
}
if (wanted.includes('dashboard')) await benchDashboard();
