// What of Cloudflare's runtime the worker uses, beyond the web's own interfaces.

// Bytes that are nobody else's: no shared memory here.
type Bytes = Uint8Array<ArrayBuffer>;

interface ResponseInit {
  encodeBody?: 'automatic' | 'manual'; // manual: the body is encoded as the headers say
}

interface SqlCursor extends Iterable<Record<string, null | number | string | ArrayBuffer>> {
  raw(): Iterable<(null | number | string | ArrayBuffer)[]>;
  columnNames: string[];
  rowsWritten: number;
}

interface DurableObjectState {
  storage: {
    sql: { exec(sql: string, ...values: unknown[]): SqlCursor };
    kv: {
      get(name: string): unknown;
      put(name: string, value: unknown): void;
      delete(name: string): boolean;
      list(options: { prefix: string }): Iterable<[string, unknown]>;
    };
    transactionSync<T>(work: () => T): T;
    setAlarm(at_ms: number): Promise<void>;
    getAlarm(): Promise<number | null>;
    /** Ends when everything written is on the disk. */
    sync(): Promise<void>;
  };
  waitUntil(promise: Promise<unknown>): void;
}

interface Fetcher {
  fetch(request: Request | URL | string, init?: RequestInit): Promise<Response>;
}

interface DurableObjectNamespace<T> {
  idFromName(name: string): unknown;
  get(id: unknown): Fetcher & { readonly object?: T };
}

interface R2Object {
  key: string;
  size: number;
  httpEtag: string;
  uploaded: Date;
  httpMetadata?: Record<string, string>;
  customMetadata?: Record<string, string>;
  range?: { offset?: number; length?: number; suffix?: number };
}

interface R2ObjectBody extends R2Object {
  body: ReadableStream<Bytes>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface R2PutOptions {
  sha256?: string;
  onlyIf?: Headers | { etagMatches?: string; etagDoesNotMatch?: string };
  httpMetadata?: Record<string, string>;
  customMetadata?: Record<string, string>;
}

interface R2Upload {
  uploadId: string;
  uploadPart(
    number: number,
    value: ReadableStream<Bytes> | Bytes,
  ): Promise<{ partNumber: number; etag: string }>;
  complete(parts: { partNumber: number; etag: string }[]): Promise<R2Object>;
  abort(): Promise<void>;
}

interface R2Bucket {
  head(key: string): Promise<R2Object | null>;
  get(
    key: string,
    options?: { range?: { offset: number; length: number } | Headers; onlyIf?: Headers },
  ): Promise<R2ObjectBody | null>;
  /** null when `onlyIf` does not hold */
  put(
    key: string,
    value: ReadableStream<Bytes> | Bytes,
    options?: R2PutOptions,
  ): Promise<R2Object | null>;
  delete(keys: string | string[]): Promise<void>;
  list(options: {
    prefix: string;
    limit?: number;
    delimiter?: string;
    cursor?: string;
    startAfter?: string;
  }): Promise<{
    objects: R2Object[];
    delimitedPrefixes: string[];
    truncated: boolean;
    cursor?: string;
  }>;
  createMultipartUpload(key: string, options: R2PutOptions): Promise<R2Upload>;
  resumeMultipartUpload(key: string, uploadId: string): R2Upload;
}

declare class FixedLengthStream extends TransformStream<Bytes, Bytes> {
  constructor(size: number);
}

declare module 'cloudflare:workers' {
  export class DurableObject<Env> {
    constructor(ctx: DurableObjectState, env: Env);
    protected ctx: DurableObjectState;
    protected env: Env;
  }
}

declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}
