// Reads what the builder keeps in this origin's IndexedDB. Never writes: the builder owns it.

import { noBytes } from './frame.mjs';
import { PortFailure } from './ports.mjs';

/** @typedef {import('./frame.mjs').Bytes} Bytes */
/** @typedef {{ path: string, bytes: Bytes }} StoredFile */
/**
 * @typedef {object} StoredProject
 * @property {string} id
 * @property {string} name
 * @property {string} description
 * @property {number} savedAt
 * @property {StoredFile[]} files
 */
/** @typedef {{ id: string, bytes: Bytes, savedAt: number }} StoredDatabase */

const name = 'fairway-builder';

/**
 * The store, or null where the builder has never been here.
 * @returns {Promise<IDBDatabase | null>}
 */
function open() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    // It does not exist: leave it to the builder to make it.
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => {
      if (opening.error?.name === 'AbortError') resolve(null);
      else reject(opening.error);
    };
  });
}

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const finished = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @param {string} what */
function notStored(what) {
  return new PortFailure(
    'fix_input',
    'not_stored',
    `This browser does not keep ${what}.`,
    'Open the project in the Builder on this computer and press Deploy there.',
  );
}

/** @param {any} control @returns {Promise<{ control: unknown, bytes: Bytes }>} */
export async function previewPort(control) {
  const store = await open().catch((error) => {
    throw new PortFailure(
      'fix_input',
      'store_closed',
      `This browser does not let the page read its store (${error?.message ?? error}).`,
      'Leave the private window, or allow this site to keep data, then reload the page.',
    );
  });
  if (store === null) {
    if (control.verb === 'list') return { control: { projects: [] }, bytes: noBytes };
    throw notStored('any project');
  }
  try {
    if (control.verb === 'list') return await list(store);
    if (control.verb === 'read_file') return await readFile(store, control.id, control.path);
    return await readDatabase(store, control.id);
  } finally {
    store.close();
  }
}

/** @param {IDBDatabase} store */
async function list(store) {
  const reading = store.transaction(['projects', 'databases']);
  /** @type {Promise<StoredProject[]>} */
  const projects = finished(reading.objectStore('projects').getAll());
  /** @type {Promise<StoredDatabase[]>} */
  const databases = finished(reading.objectStore('databases').getAll());
  const byId = new Map((await databases).map((database) => [database.id, database]));
  const listed = (await projects).map((project) => {
    const database = byId.get(project.id);
    return {
      id: project.id,
      name: project.name,
      description: project.description ?? '',
      saved_at_ms: Math.round(project.savedAt ?? 0),
      files: project.files.map((file) => ({ path: file.path, size_bytes: file.bytes.length })),
      database_size_bytes: database ? database.bytes.length : -1,
      database_saved_at_ms: Math.round(database?.savedAt ?? 0),
    };
  });
  return { control: { projects: listed }, bytes: noBytes };
}

/** @param {IDBDatabase} store @param {string} id @param {string} path */
async function readFile(store, id, path) {
  /** @type {StoredProject | undefined} */
  const project = await finished(store.transaction('projects').objectStore('projects').get(id));
  const file = project?.files.find((each) => each.path === path);
  if (!file) throw notStored(`the file ${path} of this project`);
  return { control: {}, bytes: file.bytes };
}

/** @param {IDBDatabase} store @param {string} id */
async function readDatabase(store, id) {
  /** @type {StoredDatabase | undefined} */
  const database = await finished(store.transaction('databases').objectStore('databases').get(id));
  if (!database) throw notStored('the preview database of this project');
  return { control: {}, bytes: database.bytes };
}
