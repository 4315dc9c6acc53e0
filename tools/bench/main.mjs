// What tools/bench measures, with the machine and the day it was measured on.

import { cpus, loadavg, release, totalmem } from 'node:os';
import { parseArgs } from 'node:util';

import { benchEdge } from './edge.mjs';

const { values } = parseArgs({
  options: {
    wasm: { type: 'string', default: 'build/worker/fairway.wasm' },
    seconds: { type: 'string', default: '4' },
  },
});
const cores = cpus();
console.log(new Date().toISOString());
console.log(
  `${cores.length} x ${cores[0]?.model}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ` +
    `Linux ${release()}, load ${loadavg()[0]?.toFixed(1)}`,
);
await benchEdge(values.wasm, Number(values.seconds));
