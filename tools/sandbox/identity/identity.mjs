// Identity, shaped like Supabase Auth, under /identity/auth/v1, with a sign-in page of its own at
// /identity/sign-in?redirect_to=<page of this machine>[&alg=HS256].

import { bearer, BadRequest, readBody, readJson, send, sendJson } from '../frame/http.mjs';
import { sendPage } from '../frame/control.mjs';
import { Accounts, AuthRefused, describePerson, normalEmail, password } from './accounts.mjs';
import { returnAddress, signInPage, withTokens } from './sign_in_page.mjs';

/**
 * @typedef {import('../frame/http.mjs').Request} Request
 * @typedef {import('../frame/http.mjs').Response} Response
 */

const default_settings = { lifetime_s: 3600 };

/**
 * @param {import('../sandbox.mjs').ProviderParts} parts
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createIdentity(parts) {
  const settings = { ...default_settings };
  const accounts = new Accounts(parts, settings);
  return {
    provider: 'identity',
    prefix: '/identity',
    settings,
    handle: (request, response, call) => handle(accounts, request, response, call),
    sendError: (response, status, message) =>
      sendJson(response, status, { code: status, error_code: errorCode(status), msg: message }),
    summary: () => ({}),
    close: () => undefined,
    reset() {
      Object.assign(settings, default_settings);
      accounts.reset();
    },
  };
}

/** @param {number} status */
function errorCode(status) {
  if (status === 429) return 'over_request_rate_limit';
  return status >= 500 ? 'unexpected_failure' : 'validation_failed';
}

/**
 * @param {Accounts} accounts
 * @param {Request} request
 * @param {Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
async function handle(accounts, request, response, { path, url, note }) {
  if (path === '/sign-in') return handleSignIn(accounts, request, response, url, note);
  response.setHeader('access-control-allow-origin', '*');
  if (request.method === 'OPTIONS') {
    return send(response, 204, '', {
      'access-control-allow-methods': '*',
      'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    });
  }
  try {
    return await handleService(accounts, request, response, path, url);
  } catch (error) {
    if (!(error instanceof AuthRefused)) throw error;
    const isNew = request.headers['x-supabase-api-version'] === '2024-01-01';
    return sendJson(
      response,
      error.status,
      isNew
        ? { code: error.code, message: error.message }
        : { code: error.status, error_code: error.code, msg: error.message },
    );
  }
}

/**
 * @param {Accounts} accounts
 * @param {Request} request
 * @param {Response} response
 * @param {string} path
 * @param {URL} url
 */
async function handleService(accounts, request, response, path, url) {
  switch (`${request.method} ${path}`) {
    case 'GET /auth/v1/health':
      return sendJson(response, 200, {
        name: 'GoTrue',
        version: 'sandbox',
        description: 'A stand-in for Supabase Auth',
      });
    case 'GET /auth/v1/.well-known/jwks.json':
      return sendJson(
        response,
        200,
        { keys: [accounts.jwk] },
        { 'cache-control': 'public, max-age=600' },
      );
    case 'GET /auth/v1/.well-known/openid-configuration':
      return sendJson(response, 200, {
        issuer: accounts.issuer,
        jwks_uri: `${accounts.issuer}/.well-known/jwks.json`,
        id_token_signing_alg_values_supported: ['ES256', 'HS256'],
      });
    case 'POST /auth/v1/token':
      return sendJson(response, 200, await issue(accounts, request, url));
    case 'GET /auth/v1/user':
      return sendJson(response, 200, describePerson(accounts.sessionOf(bearer(request)).email));
    case 'POST /auth/v1/logout':
      accounts.signOut(bearer(request), url.searchParams.get('scope') ?? 'global');
      return send(response, 204, '', {});
  }
  throw new BadRequest(404, 'not found');
}

/**
 * @param {Accounts} accounts
 * @param {Request} request
 * @param {URL} url
 */
async function issue(accounts, request, url) {
  const body = await readJson(request);
  switch (url.searchParams.get('grant_type')) {
    case 'password': {
      const email = normalEmail(body.email);
      if (email === '' || body.password !== password) {
        throw new AuthRefused(400, 'invalid_credentials', 'Invalid login credentials');
      }
      return accounts.signIn(email, algorithmOf(url.searchParams.get('alg')));
    }
    case 'refresh_token':
      return accounts.refresh(String(body.refresh_token ?? ''));
    default:
      throw new AuthRefused(400, 'validation_failed', 'unsupported_grant_type');
  }
}

/**
 * @param {string | null} name
 * @returns {import('./accounts.mjs').Algorithm}
 */
const algorithmOf = (name) => (name === 'HS256' ? 'HS256' : 'ES256');

/**
 * @param {Accounts} accounts
 * @param {Request} request
 * @param {Response} response
 * @param {URL} url
 * @param {(line: string) => void} note
 */
async function handleSignIn(accounts, request, response, url, note) {
  const nameOf = (/** @type {string} */ email) => describePerson(email).user_metadata.name;
  if (request.method !== 'POST') {
    const back = returnAddress(url.searchParams.get('redirect_to'));
    const algorithm = algorithmOf(url.searchParams.get('alg'));
    return sendPage(response, signInPage(back, algorithm, nameOf), back === null ? 400 : 200);
  }
  const form = new URLSearchParams((await readBody(request, 16_384)).toString('utf8'));
  const back = returnAddress(form.get('redirect_to'));
  const algorithm = algorithmOf(form.get('alg'));
  const email = normalEmail(form.get('email'));
  if (back === null) return sendPage(response, signInPage(null, algorithm, nameOf), 400);
  if (email === '') {
    const words = 'This is not an e-mail address. Write it like name@example.com.';
    return sendPage(response, signInPage(back, algorithm, nameOf, words), 400);
  }
  note(`signed in ${email}`);
  const location = withTokens(back, accounts.signIn(email, algorithm));
  return send(response, 303, '', { location, 'cache-control': 'no-store' });
}
