// The files of a project as plain data: made from an app's manifest, read as text, packed as a ZIP.

/**
 * @typedef {import('./store.mjs').ProjectFile} ProjectFile
 * @typedef {{ id: string, name: string, description: string, button: string, mark: string,
 * database: string, files: Record<string, string> }} App
 */

/**
 * @param {App} app
 * @param {(path: string) => Promise<Uint8Array>} fetchFile
 * @returns {Promise<{ files: ProjectFile[], sql: string }>}
 */
export async function unpackApp(app, fetchFile) {
  const files = await Promise.all(
    Object.entries(app.files).map(async ([path, source]) => ({
      path,
      bytes: await fetchFile(source),
    })),
  );
  return { files, sql: new TextDecoder().decode(await fetchFile(app.database)) };
}

/** @param {ProjectFile[]} files @returns {Map<string, string>} path -> text */
export function textsOf(files) {
  const decoder = new TextDecoder();
  return new Map(files.map((file) => [file.path, decoder.decode(file.bytes)]));
}

/**
 * The variables of .env text that have a value. Values are literal; quotes around one are taken
 * off.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseEnvironment(text) {
  /** @type {Record<string, string>} */
  const variables = {};
  for (const line of text.split(/\r?\n/)) {
    const parts = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (!parts) continue;
    const [, name = '', raw = ''] = parts;
    const inner = /^"([^"]*)"|^'([^']*)'/.exec(raw);
    const value = inner ? (inner[1] ?? inner[2] ?? '') : raw.replace(/\s+#.*$/, '');
    if (value !== '') variables[name] = value;
  }
  return variables;
}

/**
 * Everything of the project, with its database as preview.db.
 * @param {ProjectFile[]} files
 * @param {Uint8Array} database
 * @param {typeof import('fflate').zipSync} zipSync
 */
export function packZip(files, database, zipSync) {
  /** @type {Record<string, Uint8Array>} */
  const entries = {};
  for (const file of files) entries[file.path] = file.bytes;
  entries['preview.db'] = database;
  return zipSync(entries, { level: 6 });
}

/** @param {string} name */
export function fileNameOf(name) {
  return `${name.replaceAll(/[^\p{L}\p{N}_.-]+/gu, ' ').trim() || 'project'}.zip`;
}

/** @param {number} bytes */
export function sizeWords(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
