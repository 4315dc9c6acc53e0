// Answers: the security headers that all of them carry, and the errors that the shell itself gives.

/** @typedef {'fix_input' | 'ask_permission' | 'retry_later' | 'report_bug'} Reaction */

/** @param {Record<string, string>} directives */
function policy(directives) {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`.trim())
    .join('; ');
}

// Our own pages compile wasm and run our own scripts; nothing inline, nothing from elsewhere.
const page = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'worker-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'object-src': "'none'",
  'frame-ancestors': "'none'",
};
const pagePolicy = policy(page);
const builderPolicy = policy({ ...page, 'frame-src': "'self'" });
const apiPolicy = policy({
  'default-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
});

/** The builder stand-in runs in this frame what a person made: no origin of its own, no
 * network. Its own address stands for 'self', which means nothing there.
 * @param {string} origin */
function framePolicy(origin) {
  const here = `${origin}/builder/preview/`;
  return policy({
    sandbox: 'allow-scripts allow-forms',
    'default-src': "'none'",
    'script-src': `${here} blob:`,
    'style-src': `${here} blob: 'unsafe-inline'`,
    'img-src': 'data: blob:',
    'font-src': 'data: blob:',
    'connect-src': "'none'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'object-src': "'none'",
    'frame-ancestors': "'self'",
  });
}

/**
 * What differs from page to page.
 * @param {URL} url
 * @returns {Record<string, string>}
 */
function headersFor(url) {
  const { pathname } = url;
  /** @type {Record<string, string>} */
  const headers = {
    'content-security-policy': pagePolicy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };
  if (pathname.startsWith('/api/')) {
    headers['content-security-policy'] = apiPolicy;
  } else if (pathname.startsWith('/builder/preview/')) {
    headers['content-security-policy'] = framePolicy(url.origin);
    headers['cross-origin-resource-policy'] = 'cross-origin';
  } else if (pathname.startsWith('/builder')) {
    headers['content-security-policy'] = builderPolicy;
  }
  // A builder elsewhere opens this page and hands a project over to it by messages.
  if (pathname.startsWith('/builder/receive')) {
    headers['cross-origin-opener-policy'] = 'unsafe-none';
  }
  // A builder elsewhere imports this module.
  if (pathname === '/builder/handover.mjs') {
    headers['cross-origin-resource-policy'] = 'cross-origin';
    headers['access-control-allow-origin'] = '*';
  }
  return headers;
}

// Headers that every answer carries.
const always = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
};
const onlyHttps = 'max-age=31536000; includeSubDomains';
const everyApiAnswer = { ...headersFor(new URL('http://any/api/')), ...always };

/**
 * The headers of an account's answer, which names each of its own once.
 * @param {URL} url of the request @param {string} requestId @param {[string, string][]} own
 */
export function apiHeaders(url, requestId, own) {
  /** @type {Record<string, string>} */
  const headers = { 'cache-control': 'no-store' };
  for (const [name, value] of own) headers[name] = value;
  Object.assign(headers, everyApiAnswer);
  headers['x-request-id'] = requestId;
  if (url.protocol === 'https:') headers['strict-transport-security'] = onlyHttps;
  return headers;
}

/**
 * The same answer with the headers that every answer carries.
 * @param {Response} response @param {URL} url of the request
 * @param {string} [requestId] of an answer of the API
 */
export function guarded(response, url, requestId) {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries({ ...headersFor(url), ...always })) {
    headers.set(name, value);
  }
  if (requestId !== undefined) headers.set('x-request-id', requestId);
  if (url.protocol === 'https:') headers.set('strict-transport-security', onlyHttps);
  if (url.pathname.startsWith('/api/') && !headers.has('cache-control')) {
    headers.set('cache-control', 'no-store');
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}

/**
 * @param {number} status @param {Reaction} reaction @param {string} code @param {string} message
 * @param {string} hint @param {string} requestId
 */
export function failure(status, reaction, code, message, hint, requestId) {
  const error = { reaction, code, message, hint, request_id: requestId };
  return Response.json({ error }, { status, headers: { 'x-request-id': requestId } });
}

/** @param {string} requestId */
export function bodyTooLarge(requestId) {
  return failure(
    413,
    'fix_input',
    'body_too_large',
    'The request is larger than 8 MiB, so nothing of it was kept.',
    'Send files in parts of at most 4 MiB.',
    requestId,
  );
}

/** @param {string} requestId */
export function trapped(requestId) {
  return failure(
    500,
    'report_bug',
    'core_trapped',
    'Fairway made a mistake and stopped this request. What it was writing was undone.',
    'Fairway must act: the operator finds the cause under this request id.',
    requestId,
  );
}

/** @param {string} requestId */
export function unavailable(requestId) {
  return failure(
    503,
    'retry_later',
    'account_unavailable',
    'Your account did not answer just now. Repeating the request is safe.',
    'Try again in a moment.',
    requestId,
  );
}

/** @param {string} callId */
export function noSuchService(callId) {
  return failure(
    404,
    'fix_input',
    'route_not_found',
    'The gateway has no such service.',
    'See the list of services and their base addresses in the documentation of the gateway.',
    callId,
  );
}
