// The worker of a published app: /api/* goes to its server.js, the release answers for itself, the
// rest is files.
import { env } from 'cloudflare:workers';
import { handle } from './server.js';
import { openDatabase } from './fairway/database.js';
import { release } from './fairway/release.js';

const database = openDatabase({ url: env.TURSO_DATABASE_URL, authToken: env.TURSO_AUTH_TOKEN });

export default {
  /**
   * @param {Request} request
   * @param {{ ASSETS: { fetch(request: Request): Promise<Response> } }} bindings
   */
  async fetch(request, bindings) {
    const { pathname } = new URL(request.url);
    if (pathname === '/.well-known/fairway.json') return answerForRelease();
    if (pathname === '/api' || pathname.startsWith('/api/')) return answerWithServer(request);
    return bindings.ASSETS.fetch(request);
  },
};

/** Which release runs, and whether its database answers: one real round trip each time. */
async function answerForRelease() {
  let state = 'ok';
  try {
    await database.all('SELECT count(*) AS objects FROM sqlite_master');
  } catch (error) {
    state = error instanceof Error ? error.message : String(error);
  }
  return Response.json({ release, database: state }, { headers: { 'cache-control': 'no-store' } });
}

/** @param {Request} request */
async function answerWithServer(request) {
  try {
    const response = await handle(request);
    if (response instanceof Response) return response;
    console.error('handle() gave no Response');
  } catch (error) {
    console.error(error);
  }
  return Response.json({ error: 'The app made a mistake with this request.' }, { status: 500 });
}
