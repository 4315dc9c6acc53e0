// Command line of the sandbox:
//
//   node tools/sandbox/main.mjs [--port 8790] [--state build/sandbox]
//
// Prints one line of JSON with its address when it is ready. SIGTERM or SIGINT closes it cleanly;
// a kill loses nothing that was answered.

import { parseArgs } from 'node:util';
import { startSandbox } from './sandbox.mjs';

const usage = 'usage: node tools/sandbox/main.mjs [--port <0..65535>] [--state <folder>]';

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8790' },
      state: { type: 'string', default: 'build/sandbox' },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new TypeError(usage);
  const sandbox = await startSandbox({ port, state: values.state });
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
  }
  console.log(
    JSON.stringify({
      origin: sandbox.origin,
      turso: `${sandbox.origin}/turso`,
      cloudflare: `${sandbox.origin}/client/v4`,
      identity: `${sandbox.origin}/identity`,
      process_id: process.pid,
    }),
  );
}

main().catch((error) => {
  const code = error?.code;
  const words =
    code === 'EADDRINUSE'
      ? 'The port is taken: choose another with --port'
      : code?.startsWith?.('ERR_PARSE_ARGS')
        ? `${error.message}\n${usage}`
        : String(error.message);
  console.error(words);
  process.exit(1);
});
