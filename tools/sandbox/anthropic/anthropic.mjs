// Anthropic in the sandbox, under /anthropic/v1: messages, count_tokens, models. Answers are made
// from the prompt, and GET /charges tells what the provider would charge. The key is
// sandbox-anthropic-key, as x-api-key or as a bearer token; any that begins with
// `sandbox-anthropic-key-` is another customer's.

import { BadRequest, bearer, readBody, sendJson } from '../frame/http.mjs';
import { createAllowance } from '../metered/allowance.mjs';
import { createCharges } from '../metered/charges.mjs';
import { default_pace } from '../metered/generation.mjs';
import { ApiError, invalid, newId, sendApiError } from './errors.mjs';
import { handleCountTokens, handleMessages } from './messages.mjs';
import { describeModel, modelOf, models } from './models.mjs';
import { createPromptCache } from './prompt_cache.mjs';

const body_bytes_max = 32 << 20;
const default_settings = { ...default_pace, requests_per_minute: 100_000 };
const versions = ['2023-01-01', '2023-06-01', '2026-10-21'];

/**
 * @param {import('../sandbox.mjs').ProviderParts} sandbox
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createAnthropic({ clock }) {
  /** @type {import('./messages.mjs').AnthropicState} */
  const state = {
    clock,
    charges: createCharges('anthropic', clock),
    cache: createPromptCache(clock),
    allowance: createAllowance(clock),
    settings: { ...default_settings },
  };
  return {
    provider: 'anthropic',
    prefix: '/anthropic',
    settings: state.settings,
    handle: (request, response, call) => handle(state, request, response, call),
    sendError(response, status, message) {
      setHeaders(response);
      sendApiError(response, status, message);
    },
    summary: () => ({ anthropic: { tokens_charged: state.charges.units() } }),
    lists: { charges: state.charges.list },
    close: () => undefined,
    reset() {
      state.charges.clear();
      state.cache = createPromptCache(clock);
      state.allowance = createAllowance(clock);
      Object.assign(state.settings, default_settings);
    },
  };
}

/** @param {import('../frame/http.mjs').Response} response */
function setHeaders(response) {
  if (response.hasHeader('request-id')) return;
  response.setHeader('request-id', newId('req_'));
  response.setHeader('anthropic-organization-id', '00000000-0000-4000-8000-000000000000');
}

/**
 * @param {import('./messages.mjs').AnthropicState} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
async function handle(state, request, response, call) {
  setHeaders(response);
  try {
    return await route(state, request, response, call);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return sendApiError(response, error.status, error.message, error.headers);
  }
}

/**
 * @param {import('./messages.mjs').AnthropicState} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
async function route(state, request, response, call) {
  const key = keyOf(request);
  const version = request.headers['anthropic-version'];
  if (typeof version !== 'string') throw invalid('anthropic-version: header is required');
  if (!versions.includes(version)) {
    throw invalid(`anthropic-version: "${version}" is not a valid version`);
  }
  const { path } = call;
  switch (`${request.method} ${path}`) {
    case 'POST /v1/messages':
      return handleMessages(state, key, await jsonOf(request), response, { ...call, version });
    case 'POST /v1/messages/count_tokens':
      return handleCountTokens(await jsonOf(request), response);
    case 'GET /v1/models': {
      const data = models.map(describeModel);
      const [first_id, last_id] = [data[0]?.id ?? null, data.at(-1)?.id ?? null];
      return sendJson(response, 200, { data, has_more: false, first_id, last_id });
    }
  }
  const [, name] = /^\/v1\/models\/([^/]+)$/.exec(path) ?? [];
  if (name !== undefined && request.method === 'GET') {
    const found = modelOf(decodeURIComponent(name));
    if (found === undefined) throw new ApiError(404, `model: ${decodeURIComponent(name)}`);
    return sendJson(response, 200, describeModel(found));
  }
  throw new ApiError(404, 'Not Found');
}

/** @param {import('../frame/http.mjs').Request} request */
function keyOf(request) {
  const key = request.headers['x-api-key'] ?? bearer(request);
  if (key === '') throw new ApiError(401, 'x-api-key header is required');
  if (typeof key !== 'string' || !/^sandbox-anthropic-key(-[\w-]+)?$/.test(key)) {
    throw new ApiError(401, 'invalid x-api-key');
  }
  return key;
}

/** @param {import('../frame/http.mjs').Request} request @returns {Promise<Record<string, any>>} */
async function jsonOf(request) {
  const text = (await readBody(request, body_bytes_max)).toString('utf8');
  try {
    const body = JSON.parse(text);
    if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body;
  } catch {
    // Answered below.
  }
  throw new BadRequest(400, 'The request body is not valid JSON');
}
