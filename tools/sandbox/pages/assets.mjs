// The content side of Direct Upload: files by hash, each stored once however often it is deployed.
//
// The hash is the first 32 hex digits of BLAKE3 over the base64 text of the file followed by its
// extension, as wrangler computes it. An upload does not say the extension, so a hash is proved
// when a manifest names the file's path; a proof is remembered.

import blake3 from 'blake3-wasm';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { invalid } from './answers.mjs';

/**
 * @typedef {object} Asset
 * @property {string} hash
 * @property {string} contentType
 * @property {number} size_bytes
 * @property {string | null} extension  Null until it is proved.
 */

/**
 * @typedef {object} Assets
 * @property {(hashes: unknown) => string[]} missing
 * @property {(entries: unknown) =>
 *   {successful_key_count: number, unsuccessful_keys: string[]}} upload
 * @property {(manifest: unknown) => Record<string, [hash: string, contentType: string]>} resolve
 *   Files by path with their content types; throws when the manifest is not sound.
 * @property {() => void} reset
 */

export const asset_bytes_max = 25 * 1024 * 1024;
const path_length_max = 1000;
const hashShape = /^[0-9a-f]{32}$/;
const base64Shape = /^[A-Za-z0-9+/]*={0,2}$/;
const typeShape = /^[\w.+-]+\/[\w.+-]+(\s*;\s*[\w-]+=("[^"\\\r\n]*"|[\w.+-]+))*$/;

/**
 * @param {Uint8Array} bytes
 * @param {string} path  Only its extension counts.
 */
export function assetHash(bytes, path) {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return blake3
    .hash(text + extensionOf(path))
    .toString('hex')
    .slice(0, 32);
}

/** @param {string} path */
const extensionOf = (path) => extname(path).slice(1);

/**
 * @param {string} folder
 * @param {import('../frame/store.mjs').Store} store
 * @param {number} files_max
 * @returns {Assets}
 */
export function openAssets(folder, store, files_max) {
  /** @type {import('../frame/store.mjs').Collection<Asset>} */
  const known = store.collection('cloudflare_assets');
  const fileOf = (/** @type {string} */ hash) => join(folder, hash.slice(0, 2), hash);
  const hashList = (/** @type {unknown} */ hashes) => {
    if (
      !Array.isArray(hashes) ||
      hashes.length > files_max ||
      !hashes.every((hash) => typeof hash === 'string' && hashShape.test(hash))
    ) {
      throw invalid(`hashes must be a list of at most ${files_max} hashes of 32 hex digits`);
    }
    return /** @type {string[]} */ (hashes);
  };
  return {
    missing: (hashes) =>
      [...new Set(hashList(hashes))].filter(
        (hash) => known.get(hash) === undefined || !existsSync(fileOf(hash)),
      ),
    upload(entries) {
      const files = readEntries(entries);
      for (const { hash, bytes } of files) writeWhole(fileOf(hash), bytes);
      store.atomically(() =>
        files.forEach(({ hash, contentType, bytes }) =>
          known.put(hash, { hash, contentType, size_bytes: bytes.length, extension: null }),
        ),
      );
      return { successful_key_count: files.length, unsuccessful_keys: [] };
    },
    resolve(manifest) {
      const names = readManifest(manifest, files_max);
      /** @type {Map<string, Asset>} */
      const proved = new Map();
      const files = names.map(([path, hash]) => {
        const asset = proved.get(hash) ?? known.get(hash);
        if (asset === undefined) throw invalid(`${path}: the file ${hash} was not uploaded`);
        if (asset.extension !== extensionOf(path)) {
          if (assetHash(readFileSync(fileOf(hash)), path) !== hash) {
            throw invalid(`${path}: the uploaded bytes do not hash to ${hash}`);
          }
          proved.set(hash, { ...asset, extension: extensionOf(path) });
        }
        /** @type {[string, string]} */
        const file = [hash, servedType(asset.contentType)];
        return /** @type {const} */ ([path, file]);
      });
      store.atomically(() => proved.forEach((asset, hash) => known.put(hash, asset)));
      return Object.fromEntries(files);
    },
    reset: () => {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    },
  };
}

/** @param {unknown} entries */
function readEntries(entries) {
  if (!Array.isArray(entries)) throw invalid('The body must be a list of files');
  return entries.map((entry) => {
    const { key, value, metadata, base64 } = entry ?? {};
    if (typeof key !== 'string' || !hashShape.test(key)) {
      throw invalid('key must be a hash of 32 hex digits');
    }
    if (
      base64 !== true ||
      typeof value !== 'string' ||
      value.length % 4 !== 0 ||
      !base64Shape.test(value)
    ) {
      throw invalid(`${key}: value must be base64 with padding, and base64 true`);
    }
    if ((value.length / 4) * 3 - padding(value) > asset_bytes_max) {
      throw invalid(`${key}: a file may have ${asset_bytes_max} bytes at most`);
    }
    const contentType = metadata?.contentType;
    if (typeof contentType !== 'string' || !typeShape.test(contentType)) {
      throw invalid(`${key}: metadata.contentType must be a media type`);
    }
    return { hash: key, contentType, bytes: Buffer.from(value, 'base64') };
  });
}

const padding = (/** @type {string} */ base64) =>
  base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;

/**
 * @param {unknown} manifest
 * @param {number} files_max
 * @returns {[string, string][]}
 */
function readManifest(manifest, files_max) {
  if (manifest === null || typeof manifest !== 'object' || Array.isArray(manifest)) {
    throw invalid('The manifest must be an object of paths and hashes');
  }
  const names = Object.entries(manifest);
  if (names.length > files_max) throw invalid(`A site may have ${files_max} files at most`);
  for (const [path, hash] of names) {
    if (!isSitePath(path)) throw invalid(`The manifest names a path that is not one: ${cut(path)}`);
    if (typeof hash !== 'string' || !hashShape.test(hash)) {
      throw invalid(`${cut(path)}: not a hash of 32 hex digits`);
    }
  }
  return names;
}

const cut = (/** @type {string} */ text) => JSON.stringify(text.slice(0, 120));

/**
 * A path such as /a/b.html. Paths are names here and never touch the disk; what could climb or hide
 * is refused all the same, since a visitor could not ask for it.
 *
 * @param {string} path
 */
function isSitePath(path) {
  return (
    path.startsWith('/') &&
    path.length <= path_length_max &&
    !/[\x00-\x1f\x7f\\]/.test(path) &&
    path
      .slice(1)
      .split('/')
      .every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** @param {string} contentType */
function servedType(contentType) {
  const isText = /^text\//.test(contentType) && !/charset=/i.test(contentType);
  return isText ? `${contentType}; charset=utf-8` : contentType;
}

/**
 * The whole file or none of it, at any crash.
 *
 * @param {string} file
 * @param {Uint8Array} bytes
 */
function writeWhole(file, bytes) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, bytes, { mode: 0o600 });
  renameSync(draft, file);
}
