// The whole product for a test, without a browser: an edge, the sandbox beside it, and a person
// whose tab is played with the tab's own conversion (tab/package.cpp).

import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Engine from 'libsql';
import { SignJWT } from 'jose';

import { startSandbox } from '../../tools/sandbox/sandbox.mjs';
import { upstreamSettings } from '../../tools/serve/upstreams.mjs';
import { built, caller, root, scratchFolder, startTestEdge, until } from './support.mjs';

/** @typedef {{sha256: string, size_bytes: number}} Part */

const secret = 'a secret of at least thirty-two bytes';
const partBytes = 3 << 20;

/** An app that answers /api/rows with what a statement of the caller's gives. */
export const appFiles = {
  'public/index.html': '<!doctype html><title>app</title>',
  'server.js': `import { database } from './database.js';
export async function handle(request) {
  const sql = new URL(request.url).searchParams.get('sql');
  return Response.json(await database.all(sql, []));
}
`,
  'database.js': `import { openDatabase } from '@builder/preview-database';
export const database = openDatabase(process.env.DATABASE_URL ?? 'preview.db');
`,
};

/** A database as a builder leaves it. @param {string} folder @param {string} sql */
export function previewOf(folder, sql) {
  const file = join(folder, `preview-${randomBytes(6).toString('hex')}.db`);
  const engine = new Engine(file);
  engine.exec(sql);
  engine.close();
  return readFileSync(file);
}

/** @param {string | Uint8Array} bytes */
const sha256Of = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** @param {{after: (close: () => unknown) => void}} test
 *  @param {Record<string, string>} [settings]
 *  @param {(folder: string) => void} [layMore] among the pages */
export async function startProduct(test, settings = {}, layMore) {
  const scratch = scratchFolder();
  const sandbox = await startSandbox({ state: join(scratch.path, 'sandbox') });
  const edge = await startTestEdge('fairway', {
    state: join(scratch.path, 'edge'),
    layMore,
    settings: {
      TURSO_ORG_ID: 'fairway',
      TURSO_API_TOKEN: 'sandbox-turso-token',
      TURSO_API_URL: `${sandbox.origin}/turso`,
      TURSO_DATABASE_URL: 'http://{hostname}',
      CLOUDFLARE_ACCOUNT_ID: 'sandbox',
      CLOUDFLARE_API_TOKEN: 'sandbox-cloudflare-token',
      CLOUDFLARE_API_URL: `${sandbox.origin}/client/v4`,
      CLOUDFLARE_PAGES_URL: 'http://{subdomain}',
      CREDENTIALS_ENCRYPTION_KEY: `one:${randomBytes(32).toString('base64')}`,
      SUPABASE_URL: 'http://identity.test',
      SUPABASE_JWT_SECRET: secret,
      ...upstreamSettings(sandbox.origin),
      ...settings,
    },
  });
  test.after(async () => {
    await edge.stop();
    await sandbox.close();
    scratch.remove();
  });
  return { edge, sandbox, folder: scratch.path };
}

/** @typedef {Awaited<ReturnType<typeof startProduct>>} Product */

/** @param {Product} product @param {string} name */
export async function signIn(product, name) {
  const token = await new SignJWT({ email: `${name}@example.com` })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer('http://identity.test/auth/v1')
    .setAudience('authenticated')
    .setSubject(`user-${name}`)
    .setExpirationTime('1h')
    .sign(new TextEncoder().encode(secret));
  const person = caller(product.edge.base, { authorization: `Bearer ${token}` });
  return new Tab(product, person);
}

/** A person's tab: sends a project as web/actions/upload.cpp does, and deploys it. */
export class Tab {
  /** @param {Product} product @param {import('./support.mjs').Caller} person */
  constructor(product, person) {
    this.product = product;
    this.person = person;
  }

  /** @param {string} path @param {unknown} body */
  async put(path, body) {
    const isRaw = body instanceof Uint8Array;
    const sent = /** @type {BodyInit} */ (isRaw ? body : JSON.stringify(body));
    const reply = await this.person.call(path, { method: 'PUT', body: sent });
    if (reply.status >= 300) throw new Error(`PUT ${path}: ${reply.status} ${reply.text}`);
    return reply.json;
  }

  /** @param {string | Uint8Array} bytes @returns {Promise<Part[]>} */
  async sendParts(bytes) {
    const whole = Buffer.from(bytes);
    const parts = [];
    for (let at = 0; at < whole.length; at += partBytes) {
      const part = whole.subarray(at, at + partBytes);
      const sha256 = sha256Of(part);
      await this.put(`/api/blobs/${sha256}`, part);
      parts.push({ sha256, size_bytes: part.length });
    }
    return parts;
  }

  /** @param {string} project */
  async plan(project) {
    return (await this.person.get(`/api/projects/${project}/plan`)).json;
  }

  /** @param {string} project @param {Record<string, string>} files */
  async sendBundle(project, files) {
    const list = [];
    for (const [path, text] of Object.entries(files)) {
      const size_bytes = Buffer.byteLength(text);
      list.push({ path, size_bytes, parts: await this.sendParts(text) });
    }
    await this.put(`/api/projects/${project}/bundle`, { files: list });
  }

  /** @param {string} project @param {Uint8Array} database @param {string[]} production */
  async sendPreview(project, database, production) {
    const made = packageOf(this.product.folder, database, production);
    const { schema, tables, new_tables } = made.manifest;
    let next = 0;
    const added_rows = [];
    for (const { table, rows, batches } of new_tables) {
      const parts = [];
      for (let i = 0; i < batches; ++i) parts.push(...(await this.sendParts(made.batch(next++))));
      added_rows.push({ table, rows, batches: parts });
    }
    const kept = await this.put(`/api/projects/${project}/preview`, {
      image: {
        size_bytes: made.image.length,
        sha256: sha256Of(made.image),
        parts: await this.sendParts(made.image),
      },
      source: { size_bytes: database.length, sha256: sha256Of(database) },
      schema,
      tables,
      added_rows,
    });
    return kept.preview_sha256;
  }

  /** Answers how the edge names the preview.
   *  @param {string} project @param {Uint8Array} database @param {Record<string, string>} files */
  async upload(project, database, files = appFiles) {
    await this.person.post('/api/projects', { id: project, name: project, description: '' });
    const { production_tables } = await this.plan(project);
    await this.sendBundle(project, files);
    return this.sendPreview(project, database, production_tables);
  }

  /** What a redeployment would change. @param {string} project @param {Uint8Array} database */
  async changes(project, database) {
    const { schema } = packageOf(this.product.folder, database, []).manifest;
    return (await this.person.post(`/api/projects/${project}/changes`, { schema })).json;
  }

  /** Starts a deployment and waits for its end. @param {string} project
   *  @param {{data?: string, accepted_losses?: string, preview_sha256?: string}} [wishes] */
  async deploy(project, wishes = {}) {
    const started = await this.person.post('/api/deploy/web', { project_id: project, ...wishes });
    if (started.status !== 202) throw new Error(`${started.status} ${started.text}`);
    return this.follow(started.json.deployment_id);
  }

  /** @param {string} id @param {number} [wait_ms] */
  async follow(id, wait_ms = 60_000) {
    return until(
      async () => (await this.person.get(`/api/deploy/status/${id}`)).json,
      (now) => !['queued', 'running', 'cancelling'].includes(now?.status ?? 'queued'),
      wait_ms,
    );
  }
}

/** @param {string} folder @param {Uint8Array} database @param {string[]} production */
function packageOf(folder, database, production) {
  const program = join(built, 'package.wasm');
  if (!existsSync(program)) throw new Error(`${program} is missing: tools/build worker`);
  const target = join(folder, `package-${randomBytes(6).toString('hex')}`);
  mkdirSync(target);
  const source = join(target, 'preview.db');
  writeFileSync(source, database);
  const runner = join(root, 'cmake/wasi/run.mjs');
  execFileSync(process.execPath, ['--no-warnings', runner, program, source, target, ...production]);
  return {
    image: readFileSync(join(target, 'image')),
    manifest: JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8')),
    /** @param {number} number */
    batch: (number) => readFileSync(join(target, `batch.${number}`)),
  };
}

/** Runs a statement in production, by the site. @param {string} url @param {string} sql */
export async function askSite(url, sql) {
  const response = await fetch(`${url}/api/rows?sql=${encodeURIComponent(sql)}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text);
}
