// Where projects live: this origin's IndexedDB, in the layout that Fairway's dashboard reads.
// A project and its database are written in one transaction, so that a deployment never sees
// halves.

/**
 * @typedef {{ path: string, bytes: Uint8Array }} ProjectFile
 * @typedef {{ id: string, name: string, description: string, template: string, savedAt: number,
 * files: ProjectFile[] }} Project
 */

export const database_name = 'fairway-builder';
export const id_form = /^[a-z0-9-]{4,64}$/;

/** @returns {Promise<IDBDatabase>} */
export function openStore() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(database_name, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('projects', { keyPath: 'id' });
      opening.result.createObjectStore('databases', { keyPath: 'id' });
    };
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
    opening.onblocked = () =>
      reject(new Error('Another tab holds an older version of the builder open.'));
  });
}

/**
 * @param {IDBDatabase} store
 * @returns {Promise<Project[]>} newest first
 */
export async function listProjects(store) {
  const projects = await finished(store.transaction('projects').objectStore('projects').getAll());
  return projects.sort((one, other) => other.savedAt - one.savedAt);
}

/**
 * @param {IDBDatabase} store
 * @param {string} id
 * @returns {Promise<{ project: Project, database: Uint8Array } | null>}
 */
export async function readProject(store, id) {
  const reading = store.transaction(['projects', 'databases']);
  const project = finished(reading.objectStore('projects').get(id));
  const database = finished(reading.objectStore('databases').get(id));
  const found = { project: await project, database: await database };
  if (found.project === undefined || found.database === undefined) return null;
  return { project: found.project, database: found.database.bytes };
}

/**
 * Resolves when both are on disk.
 * @param {IDBDatabase} store
 * @param {Project} project
 * @param {Uint8Array} database
 */
export function saveProject(store, project, database) {
  const savedAt = Date.now();
  const writing = store.transaction(['projects', 'databases'], 'readwrite', {
    durability: 'strict',
  });
  writing.objectStore('projects').put({ ...project, savedAt });
  writing.objectStore('databases').put({ id: project.id, bytes: database, savedAt });
  writing.commit();
  return completed(writing);
}

/**
 * @param {IDBDatabase} store
 * @param {string} id
 */
export function removeProject(store, id) {
  const writing = store.transaction(['projects', 'databases'], 'readwrite');
  writing.objectStore('projects').delete(id);
  writing.objectStore('databases').delete(id);
  return completed(writing);
}

/** @param {string} name @param {() => string} random letters and digits that make the id unique */
export function newProjectId(name, random = randomLetters) {
  const words = name
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return `${words.slice(0, 40) || 'project'}-${random()}`;
}

function randomLetters() {
  return [...crypto.getRandomValues(new Uint8Array(8))]
    .map((byte) => (byte % 36).toString(36))
    .join('');
}

/**
 * @template Result
 * @param {IDBRequest<Result>} request
 * @returns {Promise<Result>}
 */
function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () =>
      reject(transaction.error ?? new Error('The browser stopped the save.'));
  });
}
