// Passes one request on to a workerd process and its answer back, both as streams: no body is ever
// whole in memory. Adds what Cloudflare adds for a site's code (`request.cf`, the visitor's
// address) and takes nothing of that kind from the visitor.

import { Agent, request as send } from 'node:http';
import { pipeline } from 'node:stream';

/**
 * @typedef {import('../frame/http.mjs').Request} Request
 * @typedef {import('../frame/http.mjs').Response} Response
 */

const agent = new Agent({ keepAlive: true, maxFreeSockets: 16, timeout: 60_000 });
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const ofCloudflare = /^(cf-|cdn-loop$|x-real-ip$|x-forwarded-proto$)/;
const place = JSON.stringify({
  colo: 'LOC',
  country: 'XX',
  httpProtocol: 'HTTP/1.1',
  asn: 0,
  tlsVersion: '',
  clientTcpRtt: 0,
});

/**
 * Resolves when the answer has ended. Rejects only before anything was answered; an answer that
 * breaks off half-way is cut for the visitor too.
 *
 * @param {Request} request
 * @param {Response} response
 * @param {number} port
 * @returns {Promise<void>}
 */
export function forward(request, response, port) {
  return new Promise((resolve, reject) => {
    const upstream = send({
      agent,
      host: '127.0.0.1',
      port,
      method: request.method,
      path: request.url,
      headers: visitorHeaders(request),
      setHost: false,
    });
    let isAnswered = false;
    upstream.once('response', (answer) => {
      isAnswered = true;
      const headers = pairs(answer.rawHeaders).flat();
      response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers);
      response.flushHeaders();
      pipeline(answer, response, () => resolve());
    });
    upstream.once('error', (error) => (isAnswered ? undefined : reject(error)));
    response.once('close', () => {
      if (!response.writableFinished) upstream.destroy();
      resolve();
    });
    pipeline(request, upstream, () => undefined);
  });
}

/** @param {Request} request */
function visitorHeaders(request) {
  const visitor = request.socket.remoteAddress ?? '127.0.0.1';
  const kept = pairs(request.rawHeaders).filter(([name = '']) => !ofCloudflare.test(name));
  const framing =
    request.headers['transfer-encoding'] === undefined ? [] : [['transfer-encoding', 'chunked']];
  const added = [
    ['cf-blob', place],
    ['cf-connecting-ip', visitor],
    ['x-real-ip', visitor],
    ['x-forwarded-proto', 'http'],
    ['cf-visitor', '{"scheme":"http"}'],
  ];
  return [...kept, ...framing, ...added].flat();
}

/**
 * Names (in lower case) and values without what concerns one connection only.
 *
 * @param {string[]} raw
 * @returns {string[][]}
 */
function pairs(raw) {
  const named = [];
  for (let index = 0; index < raw.length; index += 2) {
    named.push([(raw[index] ?? '').toLowerCase(), raw[index + 1] ?? '']);
  }
  return named.filter(([name = '']) => !hopByHop.has(name));
}
