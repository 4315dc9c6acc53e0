// Errors as OpenAI shapes them.

import { BadRequest, sendJson } from '../frame/http.mjs';

/** A refusal with its code and the parameter that it is about. */
export class ApiError extends BadRequest {
  /**
   * @param {number} status
   * @param {string} message
   * @param {{type?: string, param?: string | null, code?: string | null,
   *   headers?: Record<string, string>}} [more]
   */
  constructor(status, message, more = {}) {
    super(status, message);
    this.body = errorBody(status, message, more);
    this.headers = more.headers ?? {};
  }
}

/**
 * @param {number} status
 * @param {string} message
 * @param {{type?: string, param?: string | null, code?: string | null}} [more]
 */
export function errorBody(status, message, more = {}) {
  const { type = typeOf(status), param = null, code = codeOf(status) } = more;
  return { error: { message, type, param, code } };
}

/** @param {number} status */
function typeOf(status) {
  if (status === 429) return 'requests';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/** @param {number} status */
function codeOf(status) {
  if (status === 429) return 'rate_limit_exceeded';
  return status === 401 ? 'invalid_api_key' : null;
}

/**
 * @param {string} param
 * @param {string} message
 * @param {string | null} [code]
 */
export const invalid = (param, message, code = null) => new ApiError(400, message, { param, code });

/** @param {string} param */
export const missing = (param) =>
  invalid(param, `Missing required parameter: '${param}'.`, 'missing_required_parameter');

/** @param {unknown} name */
export const unknownModel = (name) =>
  new ApiError(404, `The model \`${name}\` does not exist or you do not have access to it.`, {
    code: 'model_not_found',
  });

/**
 * A whole number of a body, or the fallback when it is absent; throws ApiError.
 *
 * @param {Record<string, any>} body
 * @param {string} param
 * @param {number} least
 * @param {number} most
 * @template {number | null} T
 * @param {T} fallback
 * @returns {number | T}
 */
export function integer(body, param, least, most, fallback) {
  const value = body[param] ?? null;
  if (value === null) return fallback;
  if (!Number.isInteger(value)) {
    const words = `Invalid type for '${param}': expected an integer, but got ${typeof value}.`;
    throw invalid(param, words, 'invalid_type');
  }
  if (value < least || value > most) {
    const isBelow = value < least;
    const words =
      `Invalid '${param}': integer ${isBelow ? 'below minimum' : 'above maximum'} value. ` +
      `Expected a value ${isBelow ? `>= ${least}` : `<= ${most}`}, but got ${value} instead.`;
    throw invalid(param, words, isBelow ? 'integer_below_min_value' : 'integer_above_max_value');
  }
  return value;
}

/**
 * @param {import('../frame/http.mjs').Response} response
 * @param {ApiError} error
 */
export function sendApiError(response, error) {
  sendJson(response, error.status, error.body, error.headers);
}
