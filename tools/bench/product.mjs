// The whole product on free ports and a state folder of its own, and a browser before it.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scheduler } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const root = join(import.meta.dirname, '../..');
const startMsMax = 120_000;

/** As tools/run --no-build starts it. */
export async function startProduct() {
  const state = mkdtempSync(join(tmpdir(), 'fairway-bench-'));
  const program = join(root, 'tools/serve/run.mjs');
  const options = ['--no-build', '--state', state, '--port', '0', '--sandbox-port', '0'];
  const child = spawn(process.execPath, [program, ...options], { cwd: root });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (said += text));
  }
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(state, { recursive: true, force: true });
  };
  const deadline = Date.now() + startMsMax;
  while (!said.includes('ready after')) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop();
      throw new Error(`The product does not start:\n${said}`);
    }
    await scheduler.wait(100);
  }
  /** @type {{url: string}} */
  const { url } = JSON.parse(readFileSync(join(state, 'run.json'), 'utf8'));
  return { url, stop };
}

/** A browser that keeps its caches in `profile`, as a person's does. @param {string} profile */
export function openBrowser(profile) {
  const wished = process.env.FAIRWAY_CHROMIUM ?? '/usr/bin/chromium';
  if (!existsSync(wished)) throw new Error('No Chromium on this machine. To fix it: tools/setup');
  return chromium.launchPersistentContext(profile, {
    executablePath: wished,
    viewport: { width: 1440, height: 900 },
    args: [
      ...['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking'],
      ...['--disable-component-update', '--disable-sync', '--enable-unsafe-swiftshader'],
    ],
  });
}
