// A worker on bare `workerd serve`: what the platform runs, without any simulator around it.

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(import.meta.dirname, '../..');
const workerd = join(root, 'node_modules/@cloudflare/workerd-linux-64/bin/workerd');

/**
 * @param {string} folder scratch of this worker
 * @param {{type: 'ESModule' | 'CompiledWasm', path: string,
 *   contents: string | Uint8Array}[]} modules
 * @param {Record<string, string>} settings
 */
export async function startRawWorkerd(folder, modules, settings) {
  mkdirSync(join(folder, 'disk'), { recursive: true });
  const listed = modules.map(({ type, path, contents }, index) => {
    writeFileSync(join(folder, `module-${index}`), contents);
    const kind = type === 'ESModule' ? 'esModule' : 'wasm';
    return `(name = ${JSON.stringify(path)}, ${kind} = embed "module-${index}")`;
  });
  const bindings = Object.entries(settings).map(
    ([name, value]) => `(name = "${name}", text = ${JSON.stringify(value)})`,
  );
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${listed.join(', ')}],
      compatibilityDate = "2026-11-01",
      durableObjectNamespaces = [(className = "Account", uniqueKey = "account", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),
      bindings = [(name = "ACCOUNT", durableObjectNamespace = "Account"), ${bindings.join(', ')}])),
    (name = "disk", disk = (path = ${JSON.stringify(join(folder, 'disk'))}, writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`,
  );
  const child = spawn(workerd, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const control = /** @type {import('node:stream').Readable} */ (child.stdio[3]);
  const port = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
    createInterface({ input: control }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.event === 'listen' && message.socket === 'http') resolve(message.port);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    /** CPU seconds that its threads have spent so far. */
    cpuSeconds: () => {
      const tasks = `/proc/${child.pid}/task`;
      const spent_ns = readdirSync(tasks).map((task) => {
        const [ran_ns] = readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ');
        return Number(ran_ns);
      });
      return spent_ns.reduce((sum, one) => sum + one, 0) / 1e9;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}
