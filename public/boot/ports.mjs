// The Host's ports in a tab: http, clock, crypto.sha256, and the builder's store ("preview").
// Each answers { control, bytes }, or throws a PortFailure that the core understands.

import { noBytes } from './frame.mjs';
import { previewPort } from './preview.mjs';

/** @typedef {import('./frame.mjs').Bytes} Bytes */
/** @typedef {{ control: unknown, bytes: Bytes }} Answer */

export class PortFailure extends Error {
  /** @param {string} reaction @param {string} code @param {string} message @param {string} hint */
  constructor(reaction, code, message, hint) {
    super(message);
    this.failure = { reaction, code, message, hint };
  }
}

/**
 * @param {any} control
 * @param {Bytes} bytes
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
export async function answerPort(control, bytes, signal) {
  switch (control.port) {
    case 'http':
      return http(control, bytes, signal);
    case 'clock':
      return sleep(control.ms, signal);
    case 'crypto':
      return digest(control, bytes);
    case 'preview':
      return previewPort(control);
    default:
      throw new PortFailure(
        'report_bug',
        'no_such_port',
        `The page has no port ${control.port}.`,
        'Fairway must act: the dashboard and its page are of different versions.',
      );
  }
}

/**
 * @param {any} control
 * @param {Bytes} bytes
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function http(control, bytes, signal) {
  const { method, url, headers, timeout_ms: timeout } = control;
  const body = method === 'GET' || method === 'HEAD' ? undefined : new Blob([bytes]);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      signal: limit,
      credentials: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
    });
    const received = new Uint8Array(await response.arrayBuffer());
    return {
      control: { status: response.status, headers: [...response.headers] },
      bytes: received,
    };
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    throw new PortFailure(
      'retry_later',
      'no_answer',
      late
        ? `Fairway did not answer within ${Math.round(timeout / 1000)} s.`
        : 'Fairway could not be reached from this browser.',
      navigator.onLine
        ? 'Try again in a moment. Nothing on this page is lost.'
        : 'This computer is offline. Nothing on this page is lost.',
    );
  }
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<Answer>} */
function sleep(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve({ control: {}, bytes: noBytes }), ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
}

/** @param {any} control @param {Bytes} bytes @returns {Promise<Answer>} */
async function digest(control, bytes) {
  if (control.verb !== 'sha256' || !globalThis.crypto?.subtle) {
    throw new PortFailure(
      'report_bug',
      'no_cryptography',
      'This page cannot compute SHA-256: it was not opened by https or on localhost.',
      'Open Fairway by its https address.',
    );
  }
  return { control: {}, bytes: new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) };
}
