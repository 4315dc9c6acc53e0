// Uploading a SQLite file into a draft database: one body (v1), or chunks (v2). The bytes go to a
// file beside the database, are checked against the provider's rules and then take its place in one
// rename, so a broken upload leaves the draft as it was.

import {
  createWriteStream,
  existsSync,
  openSync,
  readSync,
  closeSync,
  fsyncSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { BadRequest } from '../frame/http.mjs';

export const upload_bytes_max = 2 * 1024 ** 3;
const page_bytes = 4096;

/**
 * The size that a request declares; throws BadRequest when it declares none, or too much.
 *
 * @param {import('../frame/http.mjs').Request} request
 */
export function declaredSize(request) {
  const header = request.headers['content-length'];
  if (header === undefined) throw new BadRequest(411, 'Content-Length header is required');
  const size_bytes = Number(header);
  if (size_bytes > upload_bytes_max) {
    throw new BadRequest(413, `the database file is larger than ${upload_bytes_max} bytes`);
  }
  return size_bytes;
}

/**
 * Takes a request's body into a file.
 *
 * @param {import('../frame/http.mjs').Request} request
 * @param {string} to
 */
export async function receiveFile(request, to) {
  const size_bytes = declaredSize(request);
  await pipeline(request, createWriteStream(to));
  if (statSync(to).size !== size_bytes) {
    throw new BadRequest(400, 'the body is shorter than its Content-Length');
  }
}

/**
 * The provider's words for why a file is not accepted, or ''. Looks at the header only; the pages
 * are checked by the engine.
 *
 * @param {string} image
 */
export function checkHeader(image) {
  const header = Buffer.alloc(100);
  const handle = openSync(image, 'r');
  const read_bytes = readSync(handle, header, 0, 100, 0);
  closeSync(handle);
  if (read_bytes < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
    return 'invalid database file: not a SQLite database';
  }
  const page_size = header.readUInt16BE(16);
  if (page_size !== page_bytes) {
    return (
      `invalid database file: page size must be ${page_bytes}, found ` +
      `${page_size === 1 ? 65536 : page_size}`
    );
  }
  if (header[18] !== 2 || header[19] !== 2) {
    return 'invalid database file: journal mode must be WAL';
  }
  if (header.readUInt32BE(52) !== 0) return 'invalid database file: auto_vacuum must be 0';
  if (header.readUInt32BE(56) !== 1) return 'invalid database file: encoding must be UTF-8';
  const { size } = statSync(image);
  if (size % page_bytes !== 0 || header.readUInt32BE(28) * page_bytes > size) {
    return 'invalid database file: the file is cut short';
  }
  return '';
}

/**
 * @param {string} image
 * @param {string} file  The database that it becomes.
 */
export function putInPlace(image, file) {
  const handle = openSync(image, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  removeDatabaseFiles(file);
  renameSync(image, file);
}

/** @param {string} file */
export function removeDatabaseFiles(file) {
  for (const ending of ['', '-wal', '-shm', '-journal'])
    rmSync(`${file}${ending}`, { force: true });
}

/**
 * A chunked upload under way. Chunks may come in any order and again; all but the last have one
 * size.
 *
 * @typedef {object} ChunkedUpload
 * @property {number} size_bytes
 * @property {number} chunk_bytes
 * @property {Set<number>} chunks
 */

/**
 * @param {ChunkedUpload} upload
 * @param {number} index
 * @param {number} size_bytes  What the request declares.
 */
export function checkChunk(upload, index, size_bytes) {
  const expected = Math.min(upload.chunk_bytes, upload.size_bytes - index * upload.chunk_bytes);
  if (expected <= 0) throw new BadRequest(400, `there is no chunk ${index}`);
  if (size_bytes !== expected) {
    throw new BadRequest(400, `chunk ${index} must have ${expected} bytes, not ${size_bytes}`);
  }
}

/**
 * @param {string} image  The chunks lie beside it as `<image>.<n>`.
 * @param {ChunkedUpload} upload
 */
export async function joinChunks(image, { size_bytes, chunks }) {
  await writeFile(image, '');
  for (const index of [...chunks].sort((a, b) => a - b)) {
    await appendFile(image, await readFile(`${image}.${index}`));
  }
  if (statSync(image).size !== size_bytes) {
    throw new BadRequest(400, `expected ${size_bytes} bytes, got ${statSync(image).size}`);
  }
}

/**
 * @param {string} image
 * @param {ChunkedUpload | null} upload
 */
export function removeUpload(image, upload) {
  removeDatabaseFiles(image);
  for (const index of upload?.chunks ?? []) {
    if (existsSync(`${image}.${index}`)) rmSync(`${image}.${index}`);
  }
}
