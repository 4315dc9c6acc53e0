// The way every call takes, on the control port and on each provider's own ports: pick a fault, run
// the provider's handler around it, answer its errors in the provider's own shape, remember the
// call. Handlers never see faults, except `half_done`, which they may take up to do half the work,
// and those of streams, which only they can do.

import { createServer } from 'node:http';
import { sleep } from './clock.mjs';
import { streamFaultOf } from './faults.mjs';
import { BadRequest, isForLoopback, sendJson } from './http.mjs';

/**
 * @typedef {import('./http.mjs').Request} Request
 * @typedef {import('./http.mjs').Response} Response
 * @typedef {import('./faults.mjs').Fault} Fault
 */

/**
 * What a handler gets beside request and response.
 *
 * @typedef {object} CallContext
 * @property {URL} url
 * @property {string} path  Path after the provider's prefix, starting with '/'.
 * @property {() => boolean} takeHalfDone
 *   True when this call shall do only half of its effect. The handler then does so and answers as
 *   it likes (an error, usually). When nobody asks, the whole effect happens and the frame answers
 *   500 in its place.
 * @property {Fault | null} streamFault  One that only the handler can do, see faults.mjs.
 * @property {(line: string) => void} note  One line for the list of calls; no secrets.
 */

/**
 * Resolves once it has ended its answer. A thrown BadRequest is answered in the provider's shape.
 *
 * @typedef {(request: Request, response: Response, call: CallContext) => unknown} Handler
 */

/** @typedef {(response: Response, status: number, message: string) => void} ErrorSender */

/**
 * @typedef {object} Service
 * @property {string} provider  Name in calls and in the faults' `match.provider`.
 * @property {string} [prefix]  Cut off the path for the handler.
 * @property {Handler} handle
 * @property {ErrorSender} [sendError]  The provider's error shape; `{"error": message}` by default.
 */

/**
 * @typedef {object} Frame
 * @property {import('./clock.mjs').Clock} clock
 * @property {import('./calls.mjs').Calls} calls
 * @property {import('./faults.mjs').Faults} faults
 */

/**
 * @typedef {object} Listener
 * @property {number} port
 * @property {() => Promise<void>} close  Cuts open connections; safe to repeat.
 */

/**
 * Serves one service on a loopback port of its own, with faults and the list of calls.
 *
 * @param {Frame} frame
 * @param {Service & {port: number}} service  Port 0 takes a free one.
 * @returns {Promise<Listener>}
 */
export function serve(frame, service) {
  return listen(service.port, (request, response) => {
    if (!isForLoopback(request)) {
      sendJson(response, 421, { error: 'The sandbox answers only to loopback host names' });
      return;
    }
    void runCall(frame, service, request, response);
  });
}

/**
 * @param {number} port
 * @param {(request: Request, response: Response) => void} onRequest
 * @returns {Promise<Listener>}
 */
export function listen(port, onRequest) {
  const server = createServer({ requestTimeout: 300_000 }, onRequest);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve({
        port: address !== null && typeof address === 'object' ? address.port : 0,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/**
 * @param {Frame} frame
 * @param {Service} service
 * @param {Request} request
 * @param {Response} response
 */
export async function runCall(frame, service, request, response) {
  const address = request.url ?? '/';
  const method = request.method ?? 'GET';
  const provider = service.provider;
  const fault = frame.faults.take({ method, path: address, provider });
  const started_ms = frame.clock.now_ms();
  /** @type {string[]} */
  const notes = [];
  response.on('error', () => undefined);
  response.once('close', () =>
    frame.calls.add({
      at_ms: started_ms,
      provider,
      method,
      path: address,
      status: response.writableFinished ? response.statusCode : 0,
      duration_ms: frame.clock.now_ms() - started_ms,
      fault: fault?.kind ?? '',
      note: notes.join('; '),
    }),
  );
  try {
    await applyFault(frame, service, {
      request,
      response,
      fault,
      note: (line) => notes.push(line),
    });
  } catch (error) {
    // Only the sandbox's own mistake ends here: name it, and leave the others alone.
    notes.push(`sandbox error: ${String(error)}`);
    response.destroy();
  }
}

/**
 * @param {Frame} frame
 * @param {Service} service
 * @param {{request: Request, response: Response, fault: Fault | null,
 *   note: (line: string) => void}} call
 */
async function applyFault(frame, service, { request, response, fault, note }) {
  const run = (/** @type {() => boolean} */ takeHalfDone) =>
    runHandler(service, request, response, {
      takeHalfDone,
      note,
      streamFault: streamFaultOf(fault),
    });
  const never = () => false;
  switch (fault?.kind) {
    case undefined:
    default:
      return run(never);
    case 'refuse':
      return void response.destroy();
    case 'delay':
      await sleep(frame.clock, fault.delay_ms);
      return run(never);
    case 'status':
      if (fault.retry_after_s > 0) response.setHeader('retry-after', String(fault.retry_after_s));
      return sendError(service, response, fault.status, statusWords(fault.status));
    case 'lose_answer':
      await runSwallowed(response, () => run(never));
      return void response.destroy();
    case 'half_done': {
      let taken = false;
      const take = () => (taken = true);
      const giveBack = swallow(response);
      await run(take);
      const answer = giveBack();
      if (taken && answer.ended) return answer.replay();
      return sendError(service, response, 500, statusWords(500));
    }
  }
}

/**
 * @param {Service} service
 * @param {Request} request
 * @param {Response} response
 * @param {Omit<CallContext, 'url' | 'path'>} extra
 */
async function runHandler(service, request, response, extra) {
  const address = request.url ?? '/';
  if (!URL.canParse(address, 'http://sandbox.local') || !address.startsWith('/')) {
    return sendError(service, response, 400, 'The address of the request cannot be read');
  }
  const url = new URL(`http://sandbox.local${address}`);
  const path = url.pathname.slice((service.prefix ?? '').length) || '/';
  try {
    await service.handle(request, response, { url, path, ...extra });
  } catch (error) {
    if (request.readableAborted || response.destroyed) return;
    if (!(error instanceof BadRequest)) {
      extra.note(`sandbox error: ${error instanceof Error ? error.stack : String(error)}`);
    }
    if (response.headersSent) return void response.destroy();
    if (error instanceof BadRequest) {
      return sendError(service, response, error.status, error.message);
    }
    return sendError(service, response, 500, statusWords(500));
  }
}

/**
 * @param {Service} service
 * @param {Response} response
 * @param {number} status
 * @param {string} message
 */
function sendError(service, response, status, message) {
  if (service.sendError !== undefined) return service.sendError(response, status, message);
  return sendJson(response, status, { error: message });
}

/** @param {number} status */
function statusWords(status) {
  /** @type {Record<number, string>} */
  const words = {
    429: 'too many requests',
    500: 'internal server error',
    502: 'bad gateway',
    503: 'service unavailable',
    504: 'gateway timeout',
  };
  return words[status] ?? 'the sandbox was told to answer so';
}

/**
 * Runs a handler whose answer is thrown away; resolves when the handler has ended its answer.
 *
 * @param {Response} response
 * @param {() => Promise<unknown>} work
 */
async function runSwallowed(response, work) {
  const giveBack = swallow(response);
  await work();
  giveBack();
}

/**
 * Keeps what a handler writes to itself until it is given back. Answers are held in memory: this is
 * for faults only.
 *
 * @param {Response} response
 * @returns {() => {ended: boolean, replay: () => void}}
 */
function swallow(response) {
  const { writeHead, write, end, flushHeaders } = response;
  /** @type {any[]} */
  let head = [];
  /** @type {any[]} */
  const pieces = [];
  let ended = false;
  /** @type {(name: string, value: unknown) => void} */
  const replace = (name, value) =>
    Object.defineProperty(response, name, { value, configurable: true, writable: true });
  replace('writeHead', (/** @type {any[]} */ ...values) => {
    head = values;
    return response;
  });
  replace('write', (/** @type {any} */ piece) => {
    pieces.push(piece);
    return true;
  });
  replace('flushHeaders', () => undefined);
  replace('end', (/** @type {any} */ piece) => {
    if (piece !== undefined && typeof piece !== 'function') pieces.push(piece);
    ended = true;
    return response;
  });
  return () => {
    for (const [name, value] of Object.entries({ writeHead, write, end, flushHeaders })) {
      replace(name, value);
    }
    return {
      ended,
      replay() {
        if (head.length > 0) Reflect.apply(writeHead, response, head);
        for (const piece of pieces) response.write(piece);
        response.end();
      },
    };
  };
}
