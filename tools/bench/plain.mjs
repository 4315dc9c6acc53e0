// The same two routes in plain JavaScript, to be measured beside the product: the same token check,
// the same object behind it, the same reads of SQL.

import { DurableObject } from 'cloudflare:workers';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @type {Promise<CryptoKey> | undefined} */
let key;

/** @param {string} text */
const bytesOf = (text) => {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (char) => char.charCodeAt(0));
};

/** @param {Request} request @param {any} env */
async function userOf(request, env) {
  const [head, body, signature] = (request.headers.get('authorization') ?? '').slice(7).split('.');
  if (!head || !body || !signature) return null;
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const secret = encoder.encode(env.SUPABASE_JWT_SECRET);
  key ??= crypto.subtle.importKey('raw', secret, algorithm, false, ['verify']);
  if (JSON.parse(decoder.decode(bytesOf(head))).alg !== 'HS256') return null;
  const signed = encoder.encode(`${head}.${body}`);
  const valid = await crypto.subtle.verify('HMAC', await key, bytesOf(signature), signed);
  const claims = JSON.parse(decoder.decode(bytesOf(body)));
  const isMeant =
    claims.exp * 1000 > Date.now() &&
    claims.iss === `${env.SUPABASE_URL}/auth/v1` &&
    claims.aud === 'authenticated';
  return valid && isMeant ? { id: claims.sub, email: claims.email } : null;
}

/** @extends {DurableObject<any>} */
export class Account extends DurableObject {
  /** @param {DurableObjectState} ctx @param {any} env */
  constructor(ctx, env) {
    super(ctx, env);
    this.sql = ctx.storage.sql;
    this.sql.exec('CREATE TABLE IF NOT EXISTS schema_version(version INTEGER)');
    this.sql.exec(
      'CREATE TABLE IF NOT EXISTS projects(id TEXT PRIMARY KEY, name TEXT, at_ms INTEGER)',
    );
    this.sql.exec('CREATE TABLE IF NOT EXISTS apps(project_id TEXT PRIMARY KEY, url TEXT)');
  }

  /** @param {Request} request */
  async fetch(request) {
    const { pathname } = new URL(request.url);
    [...this.sql.exec("SELECT name FROM sqlite_schema WHERE name = 'schema_version'").raw()];
    [...this.sql.exec('SELECT version FROM schema_version').raw()];
    if (pathname === '/api/me') {
      const { headers } = request;
      return Response.json({
        user_id: headers.get('x-user-id'),
        email: headers.get('x-user-email'),
      });
    }
    const projects = [...this.sql.exec('SELECT * FROM projects ORDER BY at_ms DESC').raw()];
    const apps = [...this.sql.exec('SELECT * FROM apps').raw()];
    return Response.json({ projects: projects.map(([id, name]) => ({ id, name, apps })) });
  }
}

export default {
  /** @param {Request} request @param {any} env */
  async fetch(request, env) {
    const user = await userOf(request, env);
    if (user === null) return Response.json({ error: 'signed out' }, { status: 401 });
    const headers = { 'x-user-id': user.id, 'x-user-email': user.email };
    const account = env.ACCOUNT.get(env.ACCOUNT.idFromName(user.id));
    return account.fetch(request.url, { headers });
  },
};
