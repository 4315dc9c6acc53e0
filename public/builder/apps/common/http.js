// What every server file of these apps needs for HTTP: routes, JSON in and out, refusals with a
// reason.

/** A refusal that the visitor should read. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {Record<string, string>} [fields] field name -> what is wrong with it
   */
  constructor(status, message, fields) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/**
 * Integers beyond 2^53 arrive as BigInt and leave as text, so that no digit is lost.
 * @param {unknown} value
 * @param {number} [status]
 */
export function json(value, status = 200) {
  const text = JSON.stringify(value, (_key, item) => (typeof item === 'bigint' ? `${item}` : item));
  return new Response(text, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });
}

/**
 * @param {Request} request
 * @param {number} limit_bytes
 * @returns {Promise<Uint8Array>}
 */
export async function readBytes(request, limit_bytes) {
  if (Number(request.headers.get('content-length') ?? 0) > limit_bytes) throw tooLarge(limit_bytes);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.length > limit_bytes) throw tooLarge(limit_bytes);
  return bytes;
}

/**
 * @param {Request} request
 * @returns {Promise<Record<string, unknown>>}
 */
export async function readJson(request) {
  const bytes = await readBytes(request, 64 * 1024);
  let value;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Problem(400, 'The request is not valid JSON.');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Problem(400, 'The request must be one JSON object.');
  }
  return value;
}

/**
 * @typedef {{ request: Request, url: URL, params: string[] }} Call
 * @typedef {{ method: string, path: RegExp, answer: (call: Call) => Response | Promise<Response> }}
 * Route
 */

/**
 * Finds the route, runs it, and turns whatever it throws into an answer.
 * @param {Request} request
 * @param {Route[]} routes
 */
export async function answerWith(request, routes) {
  const url = new URL(request.url);
  const here = routes.filter((route) => route.path.test(url.pathname));
  const found = here.find((route) => route.method === request.method);
  if (!found) {
    if (here.length === 0) return json({ error: `There is nothing at ${url.pathname}.` }, 404);
    const answer = json({ error: `${request.method} is not possible here.` }, 405);
    answer.headers.set('allow', here.map((route) => route.method).join(', '));
    return answer;
  }
  try {
    const params = found.path.exec(url.pathname)?.slice(1) ?? [];
    return await found.answer({ request, url, params });
  } catch (error) {
    return refusal(error);
  }
}

/**
 * True when no password is set, or when the request carries the right one.
 * @param {Request} request
 * @param {string | undefined} password
 */
export function mayEdit(request, password) {
  if (!password) return true;
  return sameText(request.headers.get('x-password') ?? '', password);
}

/**
 * @param {Request} request
 * @param {string | undefined} password
 */
export function requirePassword(request, password) {
  if (!mayEdit(request, password)) throw new Problem(401, 'This needs the password of the site.');
}

/** @param {string} digits */
export function idFrom(digits) {
  const id = Number(digits);
  if (!Number.isSafeInteger(id) || id < 1) throw new Problem(404, 'There is no such entry.');
  return id;
}

/** @param {unknown} error */
export function isConstraint(error) {
  const code = error instanceof Error ? /** @type {{ code?: unknown }} */ (error).code : undefined;
  return typeof code === 'string' && code.startsWith('SQLITE_CONSTRAINT');
}

/** @param {number} limit_bytes */
function tooLarge(limit_bytes) {
  return new Problem(413, `This is too large: at most ${Math.floor(limit_bytes / 1024)} KB.`);
}

/** @param {unknown} error */
function refusal(error) {
  if (error instanceof Problem) {
    return json({ error: error.message, fields: error.fields }, error.status);
  }
  console.error(error);
  const text = error instanceof Error ? error.message : '';
  const missing = /no such (table|column|view): [\w."]+/.exec(text);
  if (missing) {
    return json({ error: `The database does not fit this app: ${missing[0]}.` }, 500);
  }
  return json({ error: 'The app could not reach its data. Please try again in a minute.' }, 500);
}

/**
 * Compares in a time that does not tell how many characters were right.
 * @param {string} left
 * @param {string} right
 */
function sameText(left, right) {
  const a = new TextEncoder().encode(left);
  const b = new TextEncoder().encode(right);
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= (a[i % (a.length || 1)] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
