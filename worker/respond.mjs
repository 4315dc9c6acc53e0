// Answers: the security headers that all of them carry, and the errors that the shell itself gives.

/** @typedef {'fix_input' | 'ask_permission' | 'retry_later' | 'report_bug'} Reaction */

// The dashboard compiles wasm and runs our own scripts; nothing inline, nothing from elsewhere.
// The builder stand-in runs what a person made: its preview frame is sandboxed (no access to this
// origin) and may run inline scripts; only our own pages may frame it.
const policies = {
  page: [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  builder: [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-src 'self' blob:",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  preview: [
    'sandbox allow-scripts allow-forms allow-modals',
    "default-src 'none'",
    "script-src 'self' 'unsafe-inline' blob:",
    "style-src 'self' 'unsafe-inline' blob:",
    "img-src 'self' data: blob:",
    'font-src data: blob:',
    'connect-src blob:',
    "form-action 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  api: "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

/** @param {string} path */
function policyOf(path) {
  if (path.startsWith('/api/')) return policies.api;
  if (path.startsWith('/builder/preview')) return policies.preview;
  if (path.startsWith('/builder')) return policies.builder;
  return policies.page;
}

/**
 * The same answer with the headers that every answer carries.
 * @param {Response} response @param {URL} url of the request
 */
export function guarded(response, url) {
  const headers = new Headers(response.headers);
  headers.set('content-security-policy', policyOf(url.pathname));
  headers.set('x-content-type-options', 'nosniff');
  headers.set('referrer-policy', 'no-referrer');
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('cross-origin-resource-policy', 'same-origin');
  headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()');
  if (url.protocol === 'https:') {
    headers.set('strict-transport-security', 'max-age=31536000; includeSubDomains');
  }
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
