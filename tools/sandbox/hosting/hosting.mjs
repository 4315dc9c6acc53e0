// Serves sites, each from its folder by a workerd process of its own. A process is started by the
// first visit and stopped when it was idle or when newer visits need its place, so hundreds of
// sites cost no more than the few that are being looked at (some 70 MB each, 0.2 s for the first
// answer).
// What one site's code does (loop, crash, eat memory) ends its process and nothing else.

import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sendText } from '../frame/http.mjs';
import { forward } from './forward.mjs';
import { writeSite } from './workerd_config.mjs';
import { endLeftOver, SiteFailed, startSiteProcess } from './workerd_process.mjs';

export { SiteFailed };

/**
 * @typedef {import('./workerd_process.mjs').Limits & {
 *   processes_max: number, idle_ms_max: number}} HostingLimits
 *   Changes apply to what starts later. processes_max is passed only when all are busy.
 */

/**
 * @typedef {object} Place  One site and its process.
 * @property {Promise<import('./workerd_process.mjs').SiteProcess> | null} starting
 * @property {import('./workerd_process.mjs').SiteProcess | null} running
 * @property {number} visits  Being answered now.
 * @property {number} visited_ms  On the monotonic clock.
 * @property {string} lastWords  Why the last process ended, with its last lines.
 */

/**
 * @typedef {object} Hosting
 * @property {(id: string, site: import('./workerd_config.mjs').Site) => void} write
 * @property {(id: string) => Promise<void>} check
 *   Starts the site once; rejects with SiteFailed when its code does not load.
 * @property {(id: string, request: import('./forward.mjs').Request,
 *   response: import('./forward.mjs').Response) => Promise<void>} visit
 *   Answers one request by the site's process; failures of the site are answered too.
 * @property {(id: string) => string} log  What the site's process said lately.
 * @property {(id: string) => Promise<void>} remove  Stops it and deletes its folder; repeatable.
 * @property {() => Promise<void>} clear  Removes every site.
 * @property {(known: Set<string>) => void} sweep  Deletes folders of all others.
 * @property {() => number} running
 * @property {() => Promise<void>} close  Stops every process; folders stay.
 */

const watch_ms = 250;

/**
 * @param {string} folder  Sites lie in `sites/<id>`, content in `content/<2 digits>/<hash>`.
 * @param {HostingLimits} limits
 * @returns {Hosting}
 */
export function createHosting(folder, limits) {
  const contentFolder = join(folder, 'content');
  mkdirSync(contentFolder, { recursive: true, mode: 0o700 });
  mkdirSync(join(folder, 'sites'), { recursive: true, mode: 0o700 });
  /** @type {Map<string, Place>} */
  const places = new Map();
  const folderOf = (/** @type {string} */ id) => join(folder, 'sites', id);
  const placeOf = (/** @type {string} */ id) => {
    const place = places.get(id) ?? {
      starting: null,
      running: null,
      visits: 0,
      visited_ms: performance.now(),
      lastWords: '',
    };
    places.set(id, place);
    return place;
  };
  const watching = setInterval(() => watchAll(places, limits), watch_ms);
  watching.unref();
  let isClosed = false;
  const start = (/** @type {string} */ id) => {
    if (isClosed) return Promise.reject(new SiteFailed('The sandbox is closing.'));
    return startPlace(folderOf(id), placeOf(id), places, limits);
  };
  const remove = async (/** @type {string} */ id) => {
    await stopPlace(places.get(id));
    places.delete(id);
    rmSync(folderOf(id), { recursive: true, force: true });
  };
  return {
    write: (id, site) => writeSite(folderOf(id), contentFolder, site),
    check: async (id) => void (await start(id)),
    visit: (id, request, response) => visit(() => start(id), placeOf(id), request, response),
    log: (id) => `${places.get(id)?.lastWords ?? ''}${places.get(id)?.running?.log() ?? ''}`,
    remove,
    clear: async () => void (await Promise.all(readdirSync(join(folder, 'sites')).map(remove))),
    sweep(known) {
      for (const id of readdirSync(join(folder, 'sites'))) {
        endLeftOver(folderOf(id));
        if (!known.has(id)) rmSync(folderOf(id), { recursive: true, force: true });
      }
    },
    running: () => [...places.values()].filter(({ running }) => running !== null).length,
    async close() {
      isClosed = true;
      clearInterval(watching);
      await Promise.all([...places.values()].map(stopPlace));
    },
  };
}

/**
 * @param {string} folder
 * @param {Place} place
 * @param {Map<string, Place>} places
 * @param {HostingLimits} limits
 * @returns {Promise<import('./workerd_process.mjs').SiteProcess>}
 */
function startPlace(folder, place, places, limits) {
  if (place.running !== null) return Promise.resolve(place.running);
  if (place.starting !== null) return place.starting;
  if (!existsSync(join(folder, 'config.capnp'))) {
    return Promise.reject(new SiteFailed('The files of this deployment are gone.'));
  }
  makeRoom(places, limits);
  const starting = startSiteProcess(folder, limits).then(
    (running) => {
      Object.assign(place, { running, starting: null, visited_ms: performance.now() });
      void running.ended.then(() => {
        if (place.running === running) place.running = null;
        const why = running.endedBy();
        place.lastWords = why === 'stopped' ? '' : `${running.log()}${why}\n`;
      });
      return running;
    },
    (error) => {
      place.starting = null;
      throw error;
    },
  );
  place.starting = starting;
  return starting;
}

/**
 * @param {() => Promise<import('./workerd_process.mjs').SiteProcess>} start
 * @param {Place} place
 * @param {import('./forward.mjs').Request} request
 * @param {import('./forward.mjs').Response} response
 */
async function visit(start, place, request, response) {
  place.visits += 1;
  let running = null;
  try {
    running = await start();
    await forward(request, response, running.port);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    if (error instanceof SiteFailed) {
      return sendText(response, 500, `error code: 1101\n${error.message}\n`);
    }
    await Promise.race([running?.ended, new Promise((resolve) => setTimeout(resolve, 200))]);
    const why = running?.endedBy() ?? '';
    const code = why === '' || why === 'stopped' ? 1105 : 1102;
    sendText(response, 503, `error code: ${code}\n${why || 'The site does not answer.'}\n`);
  } finally {
    place.visits -= 1;
    place.visited_ms = performance.now();
  }
}

/** @param {Place | undefined} place */
async function stopPlace(place) {
  const running = (await place?.starting?.catch(() => null)) ?? place?.running;
  await running?.stop();
}

/**
 * @param {Map<string, Place>} places
 * @param {HostingLimits} limits
 */
function makeRoom(places, limits) {
  const all = [...places.values()].filter(({ running }) => running !== null);
  const idle = all.filter(({ visits }) => visits === 0).sort((a, b) => a.visited_ms - b.visited_ms);
  for (const place of idle.slice(0, Math.max(0, all.length + 1 - limits.processes_max))) {
    void place.running?.stop();
    place.running = null;
  }
}

/**
 * @param {Map<string, Place>} places
 * @param {HostingLimits} limits
 */
function watchAll(places, limits) {
  for (const place of places.values()) {
    if (place.running === null) continue;
    if (place.visits > 0) {
      place.running.watch();
    } else if (performance.now() - place.visited_ms > limits.idle_ms_max) {
      void place.running.stop();
      place.running = null;
    }
  }
}
