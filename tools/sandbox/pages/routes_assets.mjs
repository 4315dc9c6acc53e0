// Direct Upload's content routes. They stand under no account and take the upload token instead of
// the API token.

import { readBody } from '../frame/http.mjs';
import { requireUploadToken } from './access.mjs';
import { ApiError, invalid, sendResult } from './answers.mjs';
import { noRoute } from './pages.mjs';

const upload_bytes_max = 100 * 1024 * 1024;
const hashes_bytes_max = 8 * 1024 * 1024;

/**
 * @param {import('./pages.mjs').Api} api
 * @param {import('./pages.mjs').ApiCall} call
 */
export async function routeAssets({ assets, cloud, uploadSecret }, call) {
  const { request, response, method, path, note } = call;
  const verb = path.join('/');
  if (method !== 'POST' || !['check-missing', 'upload', 'upsert-hashes'].includes(verb)) {
    throw noRoute(`pages/assets/${verb}`);
  }
  await requireUploadToken(uploadSecret, cloud.clock, request);
  const body = await readValue(request, verb === 'upload' ? upload_bytes_max : hashes_bytes_max);
  if (verb === 'check-missing') {
    const missing = assets.missing(body?.hashes);
    note(`${missing.length} of ${body.hashes.length} files missing`);
    return sendResult(response, missing);
  }
  if (verb === 'upsert-hashes') {
    assets.missing(body?.hashes);
    return sendResult(response, null);
  }
  if (call.takeHalfDone()) {
    assets.upload(Array.isArray(body) ? body.slice(0, Math.ceil(body.length / 2)) : body);
    throw new ApiError(500, 8000000, 'An unknown error occurred');
  }
  const result = assets.upload(body);
  note(`${result.successful_key_count} files uploaded`);
  return sendResult(response, result);
}

/**
 * @param {import('../frame/http.mjs').Request} request
 * @param {number} limit_bytes
 */
async function readValue(request, limit_bytes) {
  const body = await readBody(request, limit_bytes);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw invalid('The body is not valid JSON');
  }
}
