// Secrets for this machine, made once and kept beside the state that they seal.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @param {string} path @returns {Record<string, string>} */
export function localSecrets(path) {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const secrets = { CREDENTIALS_ENCRYPTION_KEY: `local:${randomBytes(32).toString('base64')}` };
    writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}
