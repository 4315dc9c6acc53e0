// The asynchronous ports of the wall (shared/host/wall.h), answered by the platform.

import { noBytes } from '../frame.mjs';
import { answerBlobs } from './blobs.mjs';
import { answerCrypto } from './crypto.mjs';
import { PortFailure } from './failure.mjs';
import { answerHttp } from './http.mjs';

/** @typedef {import('../frame.mjs').Frame} Frame */
/** @typedef {import('./blobs.mjs').BlobStore} BlobStore */

/**
 * Answers one call. Never rejects.
 * @param {Frame} question @param {AbortSignal} signal @param {BlobStore} blobs
 * @returns {Promise<Frame>}
 */
export async function answerPort(question, signal, blobs) {
  try {
    switch (question.control.port) {
      case 'http':
        return await answerHttp(question, signal, blobs);
      case 'blobs':
        return await answerBlobs(question, blobs);
      case 'clock':
        await sleep(question.control.ms, signal);
        return { control: {}, bytes: noBytes };
      case 'crypto':
        return await answerCrypto(question);
      default:
        throw new Error(`no port is called ${question.control.port}`);
    }
  } catch (error) {
    const { reaction, code, message } =
      error instanceof PortFailure
        ? error
        : new PortFailure('report_bug', 'port_failed', `A port of the edge failed: ${error}`);
    return { control: { failure: { reaction, code, message } }, bytes: noBytes };
  }
}

/** @param {number} span_ms @param {AbortSignal} signal */
function sleep(span_ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(0, span_ms));
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}
