// For builders: how a project reaches Fairway. "Save first, then go", and the hand-over to another
// origin.
//
// A builder on Fairway's own origin saves into IndexedDB (layout: store.mjs) and calls
// deployWithFairway. A builder elsewhere calls handOver from a click; Fairway's page receive.html
// asks for the project, keeps it and opens the deploy dialog. Messages are accepted from one exact
// origin and one window only, on both sides: Fairway must list the builder's origin in
// trusted_origins.json, the builder names Fairway's.
//
//   import { handOver } from 'https://fairway.example/builder/handover.mjs';
//   deploy.onclick = () => handOver({ fairway: 'https://fairway.example', project, database, save
//   });

/**
 * @typedef {{ path: string, bytes: Uint8Array }} HandedFile
 * @typedef {{ id: string, name: string, description: string, files: HandedFile[] }} HandedProject
 */

export const limits = {
  files: 20_000,
  file_bytes: 25 * 1024 * 1024,
  database_bytes: 1024 * 1024 * 1024,
};

/** @param {string} id @param {string} [dashboard] */
export function deployAddress(id, dashboard = '/app/dashboard') {
  return `${dashboard}?deploy=${encodeURIComponent(id)}`;
}

/**
 * Saves, and only when that is done goes to the deploy dialog. A failed save stays here, with its
 * error.
 * @param {{ id: string, save: () => Promise<void>, dashboard?: string, go?: (address: string) =>
 * void }} wish
 */
export async function deployWithFairway({
  id,
  save,
  dashboard,
  go = (address) => location.assign(address),
}) {
  await save();
  go(deployAddress(id, dashboard));
}

/**
 * Call it from a click, or the browser blocks the window. Resolves when Fairway has kept the
 * project.
 * @param {{ fairway: string, project: HandedProject, database: () => Promise<Uint8Array> |
 * Uint8Array,
 *   save?: () => Promise<void>, timeout_ms?: number, world?: Pick<Window, 'open' |
 * 'addEventListener' | 'removeEventListener'> }} wish
 * @returns {Promise<void>}
 */
export async function handOver({
  fairway,
  project,
  database,
  save,
  timeout_ms = 120_000,
  world = window,
}) {
  const origin = new URL(fairway).origin;
  const target = world.open(`${origin}/builder/receive.html`, '_blank');
  if (!target)
    throw new Error('The browser blocked the window of Fairway. Allow it and press Deploy again.');
  const message = (async () => {
    await save?.();
    return { type: 'fairway:project', version: 1, project, database: await database() };
  })();
  try {
    // Listens from the start: the window may say that it is ready before the save has ended.
    await exchange({ origin, target, message, timeout_ms, world });
  } catch (error) {
    target.close();
    throw error;
  }
}

/**
 * @param {{ origin: string, target: Window, message: Promise<unknown>, timeout_ms: number,
 *   world: Pick<Window, 'addEventListener' | 'removeEventListener'> }} talk
 * @returns {Promise<void>}
 */
function exchange({ origin, target, message, timeout_ms, world }) {
  return new Promise((resolve, reject) => {
    /** @param {Error} [error] */
    const end = (error) => {
      clearTimeout(timer);
      world.removeEventListener('message', listen);
      if (error) reject(error);
      else resolve();
    };
    const timer = setTimeout(
      () => end(new Error('Fairway did not answer. Nothing was handed over.')),
      timeout_ms,
    );
    /** @param {MessageEvent} event */
    const listen = async (event) => {
      if (event.origin !== origin || event.source !== target) return;
      if (event.data?.type === 'fairway:ready')
        await message.then(
          (ready) => target.postMessage(ready, origin),
          () => {},
        );
      if (event.data?.type === 'fairway:received') end();
      if (event.data?.type === 'fairway:refused') end(new Error(String(event.data.why)));
    };
    world.addEventListener('message', listen);
    message.catch(end);
  });
}

/**
 * The receiving side: what a message must be before anything of it is kept. Returns why not, or
 * null.
 * @param {any} data
 * @returns {string | null}
 */
export function refusalOf(data) {
  if (data?.type !== 'fairway:project' || data.version !== 1)
    return 'The message is no project of version 1.';
  const { project, database } = data;
  if (typeof project?.id !== 'string' || !/^[a-z0-9-]{4,64}$/.test(project.id)) {
    return 'The id of the project must be 4 to 64 small letters, digits and dashes.';
  }
  if (typeof project.name !== 'string' || project.name.trim() === '' || project.name.length > 200) {
    return 'The project needs a name of at most 200 characters.';
  }
  if (typeof project.description !== 'string' || project.description.length > 2000) {
    return 'The description must be text of at most 2,000 characters.';
  }
  if (!Array.isArray(project.files) || project.files.length > limits.files) {
    return `The project may have at most ${limits.files} files.`;
  }
  const bad = project.files.find(
    (/** @type {any} */ file) =>
      typeof file?.path !== 'string' ||
      !(file.bytes instanceof Uint8Array) ||
      file.bytes.length > limits.file_bytes ||
      !/^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[^\\\u0000-\u001f]{1,400}$/.test(file.path),
  );
  if (bad) {
    const path = JSON.stringify(String(bad?.path ?? '')).slice(0, 200);
    return `The file ${path} has a bad path, no bytes, or is larger than 25 MB.`;
  }
  if (!(database instanceof Uint8Array) || database.length > limits.database_bytes) {
    return 'The database must be bytes of at most 1 GB.';
  }
  return null;
}
