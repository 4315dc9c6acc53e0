// The builder's store, from the outside: what a builder would have saved there.

/** @typedef {import('playwright-core').Page} Page */

/**
 * Changes what the builder keeps of a project. The page must be one of Fairway's.
 * @param {Page} page
 * @param {string} id
 * @param {{ database?: Uint8Array | null, files?: Record<string, string>, name?: string }} change
 *   null takes the database away
 */
export async function changeStored(page, id, change) {
  const database = change.database && Buffer.from(change.database).toString('base64');
  await page.evaluate(writeToStore, { id, ...change, database });
}

/** @param {any} change runs in the page */
async function writeToStore({ id, database, files, name }) {
  /** @type {IDBDatabase} */
  const store = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('fairway-builder', 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('projects', { keyPath: 'id' });
      opening.result.createObjectStore('databases', { keyPath: 'id' });
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const writing = store.transaction(['projects', 'databases'], 'readwrite');
  const savedAt = Date.now();
  const done = new Promise((resolve, reject) => {
    writing.oncomplete = resolve;
    writing.onabort = () => reject(writing.error);
  });
  const projects = writing.objectStore('projects');
  const reading = projects.get(id);
  reading.onsuccess = () => {
    const before = reading.result ?? { id, name: id, description: '', template: '', files: [] };
    const kept = before.files.filter((/** @type {any} */ one) => !(one.path in (files ?? {})));
    const added = Object.entries(files ?? {}).map(([path, text]) => ({
      path,
      bytes: new TextEncoder().encode(String(text)),
    }));
    projects.put({ ...before, name: name ?? before.name, files: [...kept, ...added], savedAt });
  };
  if (database === null) writing.objectStore('databases').delete(id);
  else if (database !== undefined) {
    const bytes = Uint8Array.from(atob(database), (letter) => letter.charCodeAt(0));
    writing.objectStore('databases').put({ id, bytes, savedAt });
  }
  await done;
  store.close();
}

/**
 * The text of a project's file.
 * @param {Page} page @param {string} id @param {string} path
 * @returns {Promise<string>}
 */
export function storedText(page, id, path) {
  return page.evaluate(readFromStore, { id, path });
}

/** @param {{ id: string, path: string }} wish runs in the page */
async function readFromStore({ id, path }) {
  /** @type {IDBDatabase} */
  const store = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('fairway-builder', 1);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  /** @type {any} */
  const project = await new Promise((resolve, reject) => {
    const reading = store.transaction('projects').objectStore('projects').get(id);
    reading.onsuccess = () => resolve(reading.result);
    reading.onerror = () => reject(reading.error);
  });
  store.close();
  const file = project.files.find((/** @type {any} */ one) => one.path === path);
  return new TextDecoder().decode(file.bytes);
}
