// Lays what the worker serves into build/public: public/ as it is, the built dashboard, the files
// of npm packages that pages name in a vendor.json, and tokens/: the vocabularies with which the
// worker counts tokens. Copies only what has changed.
// As a program (tools/publish) it ends with 1 when something is not built.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { makeTokenRanks } from './token_ranks.mjs';

const builtFiles = ['dashboard.mjs', 'dashboard.wasm'];
const isForServing = (/** @type {string} */ name) =>
  !/(\.d\.ts|\.cmake|(^|\/)vendor\.json|(^|\/)README\.md)$/.test(name);

/**
 * @param {string} root
 * @returns {string[]} what is missing because it is not built
 */
export function publishPages(root) {
  const target = join(root, 'build/public');
  /** @type {Map<string, string>} path in the site -> file */
  const wanted = new Map();
  const folder = join(root, 'public');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length + 1);
    if (entry.isFile() && isForServing(path)) wanted.set(path, join(folder, path));
    if (entry.isFile() && entry.name === 'vendor.json') addVendor(wanted, root, dirname(path));
  }
  for (const [name, file] of makeTokenRanks(root, join(root, 'build/tokens'))) {
    wanted.set(join('tokens', name), file);
  }
  for (const name of builtFiles) wanted.set(name, join(root, 'build/web', name));

  const missing = [...wanted.values()].filter((file) => !existsSync(file));
  if (missing.length > 0) return missing.map((file) => file.slice(root.length + 1));
  for (const [path, file] of wanted) copyIfChanged(file, join(target, path));
  removeOthers(target, wanted);
  return [];
}

/** @param {Map<string, string>} wanted @param {string} root @param {string} folder */
function addVendor(wanted, root, folder) {
  const { files } = JSON.parse(readFileSync(join(root, 'public', folder, 'vendor.json'), 'utf8'));
  for (const [name, source] of Object.entries(files)) {
    wanted.set(join(folder, 'vendor', name), join(root, 'node_modules', source));
  }
}

/** @param {string} from @param {string} to */
function copyIfChanged(from, to) {
  if (existsSync(to)) {
    const [source, copy] = [statSync(from), statSync(to)];
    if (source.size === copy.size && source.mtimeMs <= copy.mtimeMs) return;
  }
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}

/** @param {string} target @param {Map<string, string>} wanted */
function removeOthers(target, wanted) {
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(target.length + 1);
    if (entry.isFile() && !wanted.has(path)) rmSync(join(target, path));
  }
}

if (process.argv[1] === import.meta.filename) {
  const missing = publishPages(join(import.meta.dirname, '../..'));
  if (missing.length > 0) {
    process.stderr.write(`publish: stopped. Not built yet: ${missing.join(', ')}\n`);
    process.exit(1);
  }
}
