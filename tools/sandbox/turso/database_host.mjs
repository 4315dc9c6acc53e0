// One database as its clients see it: a loopback port of its own that speaks Hrana over HTTP, takes
// an upload while it is a draft, and dumps. It opens no file until somebody asks for data.

import { randomUUID } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BadRequest, readBody, readJson, send, sendJson, sendText } from '../frame/http.mjs';
import { createEngine, EngineGone } from './engine.mjs';
import { runCursor, runPipeline, ServerError } from './hrana.mjs';
import { createStreams, StreamExpired } from './hrana_streams.mjs';
import { badJson, ProtocolError } from './hrana_values.mjs';
import { authorize } from './tokens.mjs';
import {
  checkChunk,
  checkHeader,
  declaredSize,
  joinChunks,
  putInPlace,
  receiveFile,
  removeDatabaseFiles,
  removeUpload,
  upload_bytes_max,
} from './upload.mjs';

/**
 * What is kept of a database.
 *
 * @typedef {object} DatabaseRecord
 * @property {string} id
 * @property {string} name
 * @property {string} group
 * @property {number} port
 * @property {number} created_at_ms
 * @property {boolean} is_draft  Waits for its upload; not queryable.
 * @property {string} signing_key
 * @property {{id: string, name: string, branched_at: string} | null} parent
 * @property {{size_limit: string, allow_attach: boolean, block_reads: boolean,
 *   block_writes: boolean, delete_protection: boolean, allowed_ips: string[],
 *   allowed_aws_vpc_ids: string[]}} configuration
 */

/**
 * @typedef {object} HostParts
 * @property {import('../sandbox.mjs').ProviderParts} sandbox
 * @property {string} folder
 * @property {DatabaseRecord} record
 * @property {() => string[]} signingKeys  The database's and its group's.
 * @property {() => boolean} isOverQuota
 * @property {() => boolean} isArchived
 * @property {() => number} chunkBytes  What an upload in chunks is asked to send at once.
 * @property {() => void} save  Keeps the record.
 */

/**
 * @typedef {import('../frame/http.mjs').Request} Request
 * @typedef {import('../frame/http.mjs').Response} Response
 * @typedef {import('../frame/serve.mjs').CallContext} CallContext
 */

const body_bytes_max = 64 * 1024 * 1024;
const hello = 'Hello, this is HTTP API v2 (Hrana over HTTP)';

export class DatabaseHost {
  /** @param {HostParts} parts */
  constructor(parts) {
    this.parts = parts;
    this.record = parts.record;
    this.file = join(parts.folder, `${parts.record.id}.db`);
    this.image = `${this.file}.upload`;
    this.engine = createEngine(
      this.file,
      () => this.streams?.dropAll(),
      () => this.streams.count() > 0,
    );
    this.streams = createStreams({ clock: parts.sandbox.clock, engine: () => this.engine });
    this.usage = { rows_read: 0, rows_written: 0 };
    /** @type {import('./upload.mjs').ChunkedUpload | null} */
    this.chunked = null;
    /** @type {import('../frame/serve.mjs').Listener | null} */
    this.listener = null;
  }

  /** Listens on the port that the record names; on another one only when that one is taken. */
  async open() {
    const service = { provider: 'turso', handle: this.handle.bind(this) };
    const { serve } = this.parts.sandbox;
    this.listener = await serve({ ...service, port: this.record.port }).catch(() =>
      serve({ ...service, port: 0 }),
    );
    if (this.record.port === this.listener.port) return;
    this.record.port = this.listener.port;
    this.parts.save();
  }

  /** Frees the port and the engine; the data stays. */
  async close() {
    await this.listener?.close();
    this.streams.dropAll();
    await this.engine.stop();
  }

  /** Frees everything and removes the files. */
  async destroy() {
    await this.close();
    removeDatabaseFiles(this.file);
    removeUpload(this.image, this.chunked);
  }

  /** @returns {string} */
  get hostname() {
    return `127.0.0.1:${this.record.port}`;
  }

  /** @returns {Promise<number>} */
  async storageBytes() {
    const sizes = await Promise.all(
      [this.file, `${this.file}-wal`].map((name) =>
        stat(name).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return sizes.reduce((total, size) => total + size, 0);
  }

  /**
   * Puts a copy of this database's content in the place of a new one.
   *
   * @param {DatabaseHost} child
   */
  async copyTo(child) {
    await this.engine.call('copy', { to: child.file });
  }

  /**
   * @param {Request} request
   * @param {Response} response
   * @param {CallContext} call
   */
  async handle(request, response, call) {
    call.note(`database ${this.record.name}`);
    response.setHeader('access-control-allow-origin', '*');
    if (request.method === 'OPTIONS') return allowEverything(request, response);
    const route = `${request.method === 'HEAD' ? 'GET' : request.method} ${call.path}`;
    switch (route) {
      case 'GET /health':
        return send(response, 200, '', {});
      case 'GET /version':
        return sendText(response, 200, 'sqld sandbox (libSQL 0.5.29)');
      case 'GET /v2':
      case 'GET /v3':
        return sendText(response, 200, hello);
    }
    const access = authorize(
      request.headers.authorization,
      this.parts.signingKeys(),
      this.parts.sandbox.clock.now_ms(),
    );
    if ('refused' in access) {
      return sendJson(response, 401, { error: `Unauthorized: \`${access.refused}\`` });
    }
    if (/^(POST \/v1|PUT \/v2)\/upload/.test(route)) {
      if (!access.mayWrite) throw new BadRequest(401, 'Unauthorized: `The token is read-only`');
      return this.upload(route, request, response, call);
    }
    if (this.record.is_draft) {
      throw new BadRequest(404, `Namespace \`${this.record.name}\` doesn't exist`);
    }
    if (this.parts.isArchived())
      throw new BadRequest(403, 'database is archived: group is inactive');
    switch (route) {
      case 'GET /info':
        return sendJson(response, 200, { current_generation: 1 });
      case 'GET /dump':
        return this.dump(response, call);
      case 'POST /v2/pipeline':
        return this.hrana(2, access, request, response, call);
      case 'POST /v3/pipeline':
      case 'POST /v3/cursor':
        return this.hrana(3, access, request, response, call);
    }
    return send(response, 404, '', {});
  }

  /**
   * @param {2 | 3} version
   * @param {{mayWrite: boolean}} access
   * @param {Request} request
   * @param {Response} response
   * @param {CallContext} call
   */
  async hrana(version, { mayWrite }, request, response, call) {
    const isOverQuota = this.parts.isOverQuota();
    const { block_reads, block_writes } = this.record.configuration;
    /** @type {import('./hrana.mjs').HranaParts} */
    const parts = {
      streams: this.streams,
      engine: this.engine,
      version,
      access: {
        mayWrite,
        blockReads: block_reads || isOverQuota,
        blockWrites: block_writes || isOverQuota,
      },
      count: ({ rows_read, rows_written }) => {
        this.usage.rows_read += rows_read;
        this.usage.rows_written += rows_written;
      },
    };
    try {
      const body = parseBody(await readBody(request, body_bytes_max));
      if (call.path.endsWith('/cursor')) {
        return sendText(response, 200, await runCursor(parts, body), {
          'content-type': 'text/plain',
        });
      }
      return sendJson(response, 200, await runPipeline(parts, body, call.takeHalfDone()));
    } catch (error) {
      return sendHranaError(response, error);
    }
  }

  /**
   * @param {string} route
   * @param {Request} request
   * @param {Response} response
   * @param {CallContext} call
   */
  async upload(route, request, response, call) {
    if (!this.record.is_draft) {
      throw new BadRequest(400, 'database was not created with the database_upload seed');
    }
    if (route === 'POST /v1/upload') {
      const image = `${this.image}.${randomUUID()}`;
      try {
        declaredSize(request);
        await receiveFile(request, image);
        if (call.takeHalfDone()) throw new BadRequest(500, 'internal server error');
        await this.accept(image);
      } finally {
        removeUpload(image, null);
      }
      call.note('uploaded');
      return send(response, 200, '', {});
    }
    const chunk = /^PUT \/v2\/upload\/chunk\/(\d{1,5})$/.exec(route)?.[1];
    if (route === 'PUT /v2/upload/start') return this.startChunks(request, response);
    if (this.chunked === null) throw new BadRequest(400, 'no upload was started');
    if (chunk !== undefined) {
      const part = `${this.image}.${Number(chunk)}`;
      checkChunk(this.chunked, Number(chunk), declaredSize(request));
      await receiveFile(request, `${part}.part`);
      await rename(`${part}.part`, part);
      this.chunked.chunks.add(Number(chunk));
      return send(response, 201, '', {});
    }
    if (route !== 'PUT /v2/upload/finalize') return send(response, 404, '', {});
    if (call.takeHalfDone()) throw new BadRequest(500, 'internal server error');
    await joinChunks(this.image, this.chunked);
    await this.accept(this.image);
    removeUpload(this.image, this.chunked);
    this.chunked = null;
    return send(response, 200, '', {});
  }

  /**
   * @param {Request} request
   * @param {Response} response
   */
  async startChunks(request, response) {
    const { db_size_bytes } = await readJson(request);
    if (!Number.isInteger(db_size_bytes) || db_size_bytes < 1 || db_size_bytes > upload_bytes_max) {
      throw new BadRequest(400, 'db_size_bytes must be the size of the database file');
    }
    removeUpload(this.image, this.chunked);
    const chunk_bytes = this.parts.chunkBytes();
    this.chunked = { size_bytes: db_size_bytes, chunk_bytes, chunks: new Set() };
    return sendJson(response, 200, { chunk_size: chunk_bytes });
  }

  /**
   * Checks a complete image and makes it the database.
   *
   * @param {string} image
   */
  async accept(image) {
    const wrong = checkHeader(image);
    if (wrong !== '') throw new BadRequest(400, wrong);
    const checker = createEngine('');
    try {
      const problem = await checker.call('verify', { image });
      if (problem !== '') throw new BadRequest(400, `invalid database file: ${problem}`);
    } catch (error) {
      if (error instanceof BadRequest) throw error;
      throw new BadRequest(400, 'invalid database file: it cannot be read');
    } finally {
      await checker.stop();
    }
    if (!this.record.is_draft) throw new BadRequest(400, 'database was uploaded already');
    await this.engine.stop();
    putInPlace(image, this.file);
    this.record.is_draft = false;
    this.parts.save();
  }

  /**
   * @param {Response} response
   * @param {CallContext} call
   */
  async dump(response, { url }) {
    const to = `${this.file}.${randomUUID()}.sql`;
    try {
      await this.engine.call('dump', {
        to,
        preserveRowIds: url.searchParams.has('preserve_row_ids'),
      });
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
      await pipeline(createReadStream(to), response);
    } finally {
      rmSync(to, { force: true });
    }
  }
}

/** @param {Buffer} bytes */
function parseBody(bytes) {
  try {
    const body = JSON.parse(bytes.toString('utf8'));
    if (body !== null && typeof body === 'object' && !Array.isArray(body)) return body;
  } catch (error) {
    throw badJson(error instanceof Error ? error.message : String(error));
  }
  throw badJson('expected an object');
}

/**
 * @param {Response} response
 * @param {unknown} error
 */
function sendHranaError(response, error) {
  if (error instanceof ProtocolError) {
    return sendText(response, 400, error.message, { 'content-type': 'text/plain' });
  }
  if (error instanceof StreamExpired) {
    return sendJson(response, 400, { message: error.message, code: 'STREAM_EXPIRED' });
  }
  if (error instanceof ServerError)
    return sendJson(response, error.status, { error: error.message });
  if (error instanceof EngineGone) {
    return sendJson(response, 500, { error: 'Internal Error: `the database engine stopped`' });
  }
  throw error;
}

/**
 * @param {Request} request
 * @param {Response} response
 */
function allowEverything(request, response) {
  return send(response, 200, '', {
    'access-control-allow-methods': '*',
    'access-control-max-age': '600',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
  });
}
