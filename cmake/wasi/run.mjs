// node run.mjs PROGRAM.wasm [ARGUMENT...]: runs a wasi program with this machine's files under "/"
// and passes on its exit code.
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { WASI } from 'node:wasi';

// Node 22's fast path from wasm into its wasi ends in a segmentation fault once memory has grown.
setFlagsFromString('--no-turbo-fast-api-calls');

const [program, ...rest] = process.argv.slice(2);
if (program === undefined) {
  console.error('usage: node run.mjs PROGRAM.wasm [ARGUMENT...]');
  process.exit(2);
}
// Only "/": with a second folder "." wasi-libc would look up absolute paths in it.
const wasi = new WASI({
  version: 'preview1',
  args: [program, ...rest],
  env: process.env,
  preopens: { '/': '/' },
});
const module = await WebAssembly.compile(await readFile(program));
const imports = /** @type {WebAssembly.Imports} */ (wasi.getImportObject());
const instance = await WebAssembly.instantiate(module, imports);
process.exitCode = wasi.start(instance);
