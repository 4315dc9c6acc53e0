// Errors as Anthropic shapes them.

import { randomBytes } from 'node:crypto';
import { BadRequest, sendJson } from '../frame/http.mjs';

/** @type {Record<number, string>} */
const types = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

/** A refusal; its type follows from its status. */
export class ApiError extends BadRequest {
  /** @param {number} status @param {string} message @param {Record<string, string>} [headers] */
  constructor(status, message, headers = {}) {
    super(status, message);
    this.headers = headers;
  }
}

/** @param {number} status @param {string} message @param {string} request_id */
export function errorBody(status, message, request_id) {
  const type = types[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
  const words = status === 529 ? 'Overloaded' : message;
  return { type: 'error', error: { type, message: words, details: null }, request_id };
}

/** @param {string} message */
export const invalid = (message) => new ApiError(400, message);

/** @param {string} prefix */
export const newId = (prefix) => `${prefix}01${randomBytes(16).toString('base64url').slice(0, 22)}`;

/**
 * @param {import('../frame/http.mjs').Response} response
 * @param {number} status
 * @param {string} message
 * @param {Record<string, string>} [headers]
 */
export function sendApiError(response, status, message, headers = {}) {
  const id = String(response.getHeader('request-id') ?? '');
  sendJson(response, status, errorBody(status, message, id), headers);
}
