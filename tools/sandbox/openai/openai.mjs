// OpenAI in the sandbox, under /openai/v1: chat completions, responses, embeddings, models. Answers
// are made from the prompt, tokens are counted with OpenAI's own vocabularies, and GET /charges
// tells what the provider would charge. The key is sandbox-openai-key; any that begins with
// `sandbox-openai-key-` is another customer's.

import { randomUUID } from 'node:crypto';
import { BadRequest, bearer, readBody, sendJson } from '../frame/http.mjs';
import { createAllowance } from '../metered/allowance.mjs';
import { createCharges } from '../metered/charges.mjs';
import { default_pace } from '../metered/generation.mjs';
import { handleChat } from './chat.mjs';
import { handleEmbeddings } from './embeddings.mjs';
import { ApiError, errorBody, sendApiError, unknownModel } from './errors.mjs';
import { describeModel, modelOf, models } from './models.mjs';
import { createPromptCache } from './prompt_cache.mjs';
import { handleInputTokens, handleKeptResponse, handleResponses } from './responses.mjs';

const body_bytes_max = 32 << 20;
const default_settings = {
  ...default_pace,
  requests_per_minute: 100_000,
  tokens_per_minute: 1_000_000_000,
  quota_is_used_up: false,
};

/**
 * @param {import('../sandbox.mjs').ProviderParts} sandbox
 * @returns {import('../sandbox.mjs').Provider}
 */
export function createOpenAi({ clock }) {
  /** @type {import('./run.mjs').OpenAiState} */
  const state = {
    clock,
    charges: createCharges('openai', clock),
    cache: createPromptCache(clock),
    allowance: createAllowance(clock),
    responses: new Map(),
    settings: { ...default_settings },
  };
  return {
    provider: 'openai',
    prefix: '/openai',
    settings: state.settings,
    handle: (request, response, call) => handle(state, request, response, call),
    sendError(response, status, message) {
      setHeaders(response);
      sendJson(response, status, errorBody(status, message));
    },
    summary: () => ({ openai: { tokens_charged: state.charges.units() } }),
    lists: { charges: state.charges.list },
    close: () => undefined,
    reset() {
      state.charges.clear();
      state.responses.clear();
      state.cache = createPromptCache(clock);
      state.allowance = createAllowance(clock);
      Object.assign(state.settings, default_settings);
    },
  };
}

/** @param {import('../frame/http.mjs').Response} response */
function setHeaders(response) {
  response.setHeader('x-request-id', `req_${randomUUID().replaceAll('-', '')}`);
  response.setHeader('openai-organization', 'org-sandbox');
  response.setHeader('openai-version', '2020-10-01');
  response.setHeader('openai-processing-ms', '1');
}

/**
 * @param {import('./run.mjs').OpenAiState} state
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
    return sendApiError(response, error);
  }
}

/**
 * @param {import('./run.mjs').OpenAiState} state
 * @param {import('../frame/http.mjs').Request} request
 * @param {import('../frame/http.mjs').Response} response
 * @param {import('../frame/serve.mjs').CallContext} call
 */
async function route(state, request, response, call) {
  const key = keyOf(request);
  const { path } = call;
  switch (`${request.method} ${path}`) {
    case 'POST /v1/chat/completions':
      return handleChat(state, key, await jsonOf(request), response, call);
    case 'POST /v1/responses':
      return handleResponses(state, key, await jsonOf(request), response, call);
    case 'POST /v1/responses/input_tokens':
      return handleInputTokens(await jsonOf(request), response);
    case 'POST /v1/embeddings':
      return handleEmbeddings(state, key, await jsonOf(request), response, call);
    case 'GET /v1/models':
      return sendJson(response, 200, { object: 'list', data: models.map(describeModel) });
  }
  const [, model] = /^\/v1\/models\/([^/]+)$/.exec(path) ?? [];
  if (model !== undefined && request.method === 'GET') {
    const found = modelOf(decodeURIComponent(model));
    if (found === undefined) throw unknownModel(decodeURIComponent(model));
    return sendJson(response, 200, describeModel(found));
  }
  const [, id, verb] = /^\/v1\/responses\/(resp_\w+)(\/cancel)?$/.exec(path) ?? [];
  if (id !== undefined) {
    return handleKeptResponse(state, `${request.method}${verb ?? ''}`, id, response);
  }
  throw new ApiError(404, `Invalid URL (${request.method} ${path})`);
}

/** @param {import('../frame/http.mjs').Request} request */
function keyOf(request) {
  const key = bearer(request);
  if (key === '') {
    const words =
      "You didn't provide an API key. You need to provide your API key in an Authorization " +
      'header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).';
    throw new ApiError(401, words, { code: null });
  }
  if (!/^sandbox-openai-key(-[\w-]+)?$/.test(key)) {
    const shown = key.length > 8 ? `${key.slice(0, 4)}***${key.slice(-4)}` : '***';
    throw new ApiError(401, `Incorrect API key provided: ${shown}.`);
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
  throw new BadRequest(400, 'We could not parse the JSON body of your request.');
}
