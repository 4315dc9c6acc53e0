// What of Cloudflare's runtime the worker uses, beyond the web's own interfaces.

// Bytes that are nobody else's: no shared memory here.
type Bytes = Uint8Array<ArrayBuffer>;

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
  size: number;
}

interface R2ObjectBody extends R2Object {
  body: ReadableStream<Bytes>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

interface R2Bucket {
  head(key: string): Promise<R2Object | null>;
  get(
    key: string,
    options?: { range: { offset: number; length: number } },
  ): Promise<R2ObjectBody | null>;
  put(key: string, bytes: Bytes, options: { sha256?: string }): Promise<unknown>;
  delete(key: string): Promise<void>;
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
