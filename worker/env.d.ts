// The bindings and settings of wrangler.toml.

import type { Account } from './account.mjs';
import type { Meter } from './meter.mjs';

export interface Env extends Record<string, unknown> {
  ACCOUNT: DurableObjectNamespace<Account>;
  METER: DurableObjectNamespace<Meter>;
  ASSETS: Fetcher;
  BLOBS: R2Bucket;
  /** What deployed apps keep by the gateway. */
  STORAGE: R2Bucket;
  /** Where `/` leads. */
  HOME_PATH: string;
}
