// The measured routes in plain JavaScript, beside the product: the same token check, the same hop
// to the user's object, the same statements of SQL, the same headers and bodies of the answers.
//
// KEEP_SIGN_INS=yes keeps verified sign-ins for a minute, as worker/sign_ins.mjs does; otherwise
// each request's token is verified anew, as most programs do it.

import { DurableObject } from 'cloudflare:workers';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const leewayMs = 30_000;
const keptMs = 60_000;

/** @typedef {{id: string, email: string}} User */

/** @type {Map<string, {user: User, untilMs: number}>} */
const kept = new Map();
/** @type {Promise<CryptoKey> | undefined} */
let key;

/** @param {string} text */
const bytesOf = (text) => {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
};

/** @param {string} part */
const jsonOf = (part) => JSON.parse(decoder.decode(bytesOf(part)));

/** @param {any} claims @param {any} env @param {number} now_ms */
function isMeant(claims, env, now_ms) {
  return (
    claims.exp * 1000 + leewayMs > now_ms &&
    (claims.nbf === undefined || claims.nbf * 1000 <= now_ms + leewayMs) &&
    claims.iss === `${env.SUPABASE_URL}/auth/v1` &&
    claims.aud === 'authenticated' &&
    claims.is_anonymous !== true &&
    Boolean(claims.sub)
  );
}

/** @param {string} token @param {any} env @param {number} now_ms */
async function verified(token, env, now_ms) {
  const [head, body, signature] = token.split('.');
  if (!head || !body || !signature) return null;
  if (jsonOf(head).alg !== 'HS256') return null;
  const claims = jsonOf(body);
  if (!isMeant(claims, env, now_ms)) return null;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const secret = encoder.encode(env.SUPABASE_JWT_SECRET);
  key ??= crypto.subtle.importKey('raw', secret, algorithm, false, ['verify']);
  const signed = encoder.encode(`${head}.${body}`);
  const isGenuine = await crypto.subtle.verify('HMAC', await key, bytesOf(signature), signed);
  const user = { id: claims.sub, email: claims.email };
  return isGenuine ? { user, untilMs: claims.exp * 1000 + leewayMs } : null;
}

/** @param {Headers} headers */
function tokenOf(headers) {
  const bearer = headers.get('authorization');
  if (bearer?.startsWith('Bearer ')) return bearer.slice('Bearer '.length);
  const cookie = headers.get('cookie')?.match(/(?:^|; *)fairway_session=([^;]*)/);
  return cookie?.[1] ?? '';
}

/** @param {Request} request @param {any} env @returns {Promise<User | null>} */
async function userOf(request, env) {
  const now_ms = Date.now();
  const token = tokenOf(request.headers);
  if (env.KEEP_SIGN_INS !== 'yes') return (await verified(token, env, now_ms))?.user ?? null;
  const known = kept.get(token);
  if (known !== undefined && now_ms < known.untilMs) return known.user;
  const found = await verified(token, env, now_ms);
  if (found === null) return null;
  kept.set(token, { user: found.user, untilMs: Math.min(found.untilMs, now_ms + keptMs) });
  return found.user;
}

const always = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};

const tables = [
  `CREATE TABLE IF NOT EXISTS projects(id TEXT PRIMARY KEY, name TEXT NOT NULL,
   description TEXT NOT NULL, created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL,
   bundle_sha256 TEXT NOT NULL DEFAULT '', preview_sha256 TEXT NOT NULL DEFAULT '',
   files INTEGER NOT NULL DEFAULT 0, tables INTEGER NOT NULL DEFAULT 0,
   rows INTEGER NOT NULL DEFAULT 0, image_bytes INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS deployments(id TEXT PRIMARY KEY, project_id TEXT NOT NULL,
   status TEXT NOT NULL, url TEXT NOT NULL, created_at_ms INTEGER NOT NULL) WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS deployments_project ON deployments(project_id, created_at_ms)`,
  `CREATE TABLE IF NOT EXISTS deployed_apps(id TEXT PRIMARY KEY, project_id TEXT NOT NULL,
   platform TEXT NOT NULL, deployment_url TEXT NOT NULL, UNIQUE(project_id, platform))
   WITHOUT ROWID`,
];

/** @extends {DurableObject<any>} */
export class Account extends DurableObject {
  /** @type {string | undefined} */ #user;

  /** @param {DurableObjectState} ctx @param {any} env */
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    for (const table of tables) this.sql.exec(table);
    this.#user = /** @type {string | undefined} */ (ctx.storage.kv.get('user_id'));
  }

  /** @param {Request} request */
  async fetch(request) {
    const { headers } = request;
    const user = {
      id: decodeURIComponent(headers.get('x-user-id') ?? ''),
      email: decodeURIComponent(headers.get('x-user-email') ?? ''),
    };
    this.#remember(user.id);
    const answer = await this.#answer(request, user);
    const ours = { ...always, 'x-request-id': headers.get('x-request-id') ?? '' };
    return answer === null
      ? Response.json({ error: 'not found' }, { status: 404, headers: ours })
      : Response.json(answer, { headers: ours });
  }

  /** @param {string} id */
  #remember(id) {
    if (this.#user === undefined) this.ctx.storage.kv.put('user_id', id);
    this.#user ??= id;
    if (this.#user !== id) throw new Error('an account was asked for another user');
  }

  /** @param {Request} request @param {User} user @returns {Promise<unknown>} null: no such route */
  async #answer(request, user) {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case 'GET /api/me':
        return { user_id: user.id, email: user.email };
      case 'GET /api/projects':
        return { projects: this.#projects() };
      case 'POST /api/projects':
        return this.#save(await request.json());
      default:
        return null;
    }
  }

  #projects() {
    const projects = this.sql.exec(
      `SELECT id, name, description, created_at_ms, updated_at_ms, bundle_sha256, preview_sha256,
       files, tables, rows, image_bytes FROM projects ORDER BY updated_at_ms DESC, id`,
    );
    const deployments = this.sql.exec(
      `SELECT id, project_id, status, url FROM deployments
       WHERE id = (SELECT id FROM deployments AS other
       WHERE other.project_id = deployments.project_id
       ORDER BY created_at_ms DESC, id DESC LIMIT 1)`,
    );
    const apps = this.sql.exec(
      `SELECT id, project_id, platform, deployment_url FROM deployed_apps WHERE platform = 'web'`,
    );
    const lastOf = new Map([...deployments].map((one) => [one.project_id, one]));
    const appOf = new Map([...apps].map((one) => [one.project_id, one]));
    return [...projects].map((project) => {
      const { id, name, description, updated_at_ms, tables, rows, image_bytes } = project;
      const preview = { tables, rows, size_bytes: image_bytes };
      return {
        id,
        name,
        description,
        updated_at_ms,
        preview: project.preview_sha256 === '' ? null : preview,
        app: appOf.get(id) ?? null,
        deployment: lastOf.get(id) ?? null,
      };
    });
  }

  /** @param {any} project */
  #save({ id, name, description }) {
    this.sql.exec(
      `INSERT INTO projects(id, name, description, created_at_ms, updated_at_ms)
       VALUES(?1, ?2, ?3, ?4, ?4) ON CONFLICT(id) DO UPDATE SET name = excluded.name,
       description = excluded.description, updated_at_ms = excluded.updated_at_ms`,
      id,
      name,
      description,
      Date.now(),
    );
    return { id, name, description };
  }
}

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const user = await userOf(request, env);
    if (user === null) return Response.json({ error: 'signed out' }, { status: 401 });
    const headers = {
      'x-user-id': encodeURIComponent(user.id),
      'x-user-email': encodeURIComponent(user.email),
      'x-request-id': `req_${crypto.randomUUID().replaceAll('-', '')}`,
    };
    const { url, method, body } = request;
    return env.ACCOUNT.get(env.ACCOUNT.idFromName(user.id)).fetch(url, { method, headers, body });
  },
};
