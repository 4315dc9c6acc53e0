// What the runtime files see beside them in a published worker, for the type checker only.
declare module 'cloudflare:workers' {
  export const env: Record<string, string | undefined>;
}
