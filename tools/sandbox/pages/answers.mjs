// How the Cloudflare API answers: one envelope for everything, errors with a number each.
//
// Clients may rely on these numbers, which Cloudflare's own clients, documents or users name: 971,
// 6003, 7003, 9106, 10000, 8000000, 8000002, 8000007, 8000013, 8000018, 8000035, 8000096. The other
// ones are the sandbox's, as is 8000001 for everything that has no number: read the message.

import { sendJson } from '../frame/http.mjs';

/** @typedef {import('../frame/http.mjs').Response} Response */

export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {number} code
   * @param {string} message
   * @param {object} [details]  Merged into the error, such as {error_chain: [...]}.
   */
  constructor(status, code, message, details = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/**
 * A request that this API cannot take.
 *
 * @param {string} message
 */
export const invalid = (message) => new ApiError(400, 8000001, message);

/**
 * @param {Response} response
 * @param {unknown} result
 * @param {object} [info]  Of a list: which page it is.
 */
export function sendResult(response, result, info) {
  sendJson(response, 200, {
    result,
    success: true,
    errors: [],
    messages: [],
    ...(info !== undefined && { result_info: info }),
  });
}

/**
 * @param {Response} response
 * @param {ApiError} error
 */
export function sendFailure(response, { status, code, message, details }) {
  sendJson(response, status, {
    result: null,
    success: false,
    errors: [{ code, message, ...details }],
    messages: [],
  });
}

/**
 * One page of a list.
 *
 * @template T
 * @param {T[]} items
 * @param {URLSearchParams} query
 * @param {number} perPageMax
 */
export function pageOf(items, query, perPageMax) {
  const page = wholeNumber(query, 'page', 1, 1_000_000);
  const perPage = wholeNumber(query, 'per_page', perPageMax, perPageMax);
  const shown = items.slice((page - 1) * perPage, page * perPage);
  return {
    shown,
    info: {
      page,
      per_page: perPage,
      count: shown.length,
      total_count: items.length,
      total_pages: Math.ceil(items.length / perPage),
    },
  };
}

/**
 * @param {URLSearchParams} query
 * @param {string} name
 * @param {number} fallback
 * @param {number} most
 */
function wholeNumber(query, name, fallback, most) {
  const text = query.get(name) ?? String(fallback);
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new ApiError(
      400,
      8000024,
      `Invalid list options provided. Review the \`${name}\` parameter.`,
    );
  }
  return value;
}
