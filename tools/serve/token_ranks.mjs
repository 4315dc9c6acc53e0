// The vocabularies with which tokens are counted, as shared/metering/tokens.cpp reads them:
//   "fwranks1", the encoding in 4 bytes, for each size of 1 to 128 bytes the number of its tokens
//   in 4 bytes; then for each size its tokens in the order of their bytes, their ranks in 3 bytes.
// Numbers are little-endian. As a program: node tools/serve/token_ranks.mjs FOLDER.

import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const tokenEncodings = ['cl100k_base', 'o200k_base'];
const tokenBytesMax = 128;

/**
 * @param {string} text of a .tiktoken file: a token in base64 and its rank a line
 * @param {number} encoding
 */
export function packTokenRanks(text, encoding) {
  /** @type {{token: Buffer, rank: number}[][]} */
  const bySize = Array.from({ length: tokenBytesMax }, () => []);
  for (const line of text.split('\n')) {
    const [token, rank] = line.split(' ');
    if (!token) continue;
    const bytes = Buffer.from(token, 'base64');
    const group = bySize[bytes.length - 1];
    if (group === undefined) throw new Error(`a token of ${bytes.length} bytes`);
    group.push({ token: bytes, rank: Number(rank) });
  }
  const head = Buffer.alloc(12 + tokenBytesMax * 4);
  head.write('fwranks1');
  head.writeUInt32LE(encoding, 8);
  /** @type {Buffer[]} */
  const parts = [head];
  bySize.forEach((group, index) => {
    head.writeUInt32LE(group.length, 12 + index * 4);
    group.sort((one, other) => Buffer.compare(one.token, other.token));
    const ranks = Buffer.alloc(group.length * 3);
    group.forEach(({ rank }, i) => ranks.writeUIntLE(rank, i * 3, 3));
    parts.push(...group.map(({ token }) => token), ranks);
  });
  return Buffer.concat(parts);
}

/**
 * Makes what is missing or out of date.
 * @param {string} root
 * @param {string} folder
 * @returns {Map<string, string>} name -> file
 */
export function makeTokenRanks(root, folder) {
  mkdirSync(folder, { recursive: true });
  /** @type {Map<string, string>} */
  const files = new Map([['LICENSE.txt', join(root, 'node_modules/gpt-tokenizer/LICENSE')]]);
  tokenEncodings.forEach((name, encoding) => {
    const source = join(root, 'node_modules/gpt-tokenizer/data', `${name}.tiktoken`);
    const file = join(folder, `${name}.ranks`);
    files.set(`${name}.ranks`, file);
    const made = existsSync(file) ? statSync(file).mtimeMs : 0;
    if (made > Math.max(statSync(source).mtimeMs, statSync(import.meta.filename).mtimeMs)) return;
    writeFileSync(`${file}.new`, packTokenRanks(readFileSync(source, 'utf8'), encoding));
    renameSync(`${file}.new`, file);
  });
  return files;
}

if (process.argv[1] === import.meta.filename) {
  makeTokenRanks(join(import.meta.dirname, '../..'), process.argv[2] ?? 'build/tokens');
}
