// The page: chooses or opens a project, keeps it saved, shows it, and hands it to Fairway.
import { fileNameOf, packZip, parseEnvironment, sizeWords, textsOf, unpackApp } from './bundle.mjs';
import { PreviewDatabase, looksLikeDatabase } from './engine.mjs';
import { deployWithFairway } from './handover.mjs';
import { showFiles, showTables } from './panes.mjs';
import { startPreview } from './preview.mjs';
import {
  id_form,
  listProjects,
  newProjectId,
  openStore,
  readProject,
  removeProject,
  saveProject,
} from './store.mjs';
import {
  askFor,
  busy,
  byId,
  element,
  listenToTabs,
  problem,
  showTab,
  textOfError,
  words,
} from './widgets.mjs';

/**
 * @typedef {import('./store.mjs').Project} Project
 * @typedef {import('./bundle.mjs').App} App
 * @typedef {{ project: Project, bytes: Uint8Array, database: PreviewDatabase | null,
 *   touched: boolean, unlock: () => void, stop: () => void }} Open
 *   bytes: the database as last saved or imported; touched: not saved yet
 */

const save_delay_ms = 250;
const own_file_bytes_max = 1024 * 1024 * 1024;

const store = await openStore().catch((error) => {
  problem(
    'home-problem',
    `This browser does not let the builder keep projects (${error.message}). ` +
      'Leave private mode or free some space.',
  );
  byId('home', HTMLElement).hidden = false;
  throw error;
});
const sqlite = await /** @type {any} */ (globalThis).initSqlJs({
  locateFile: (/** @type {string} */ name) => new URL(`vendor/${name}`, import.meta.url).href,
});
/** @type {{ apps: App[] }} */
const { apps } = await (await fetch(new URL('apps/manifest.json', import.meta.url))).json();

/** @type {Open | null} */
let open = null;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let save_timer;
/** @type {Promise<void>} */
let saving = Promise.resolve();

// --- saving ---

/** Notes that something is not saved yet, and saves soon. */
function touch() {
  if (!open) return;
  open.touched = true;
  words('saved', 'Saving…');
  clearTimeout(save_timer);
  save_timer = setTimeout(() => void save().catch(() => {}), save_delay_ms);
}

/**
 * Writes the project and its database; resolves when both are on disk.
 * @param {Open | null} [what]
 */
function save(what = open) {
  if (!what?.touched) return saving;
  clearTimeout(save_timer);
  what.touched = false;
  if (what.database?.written) what.bytes = what.database.bytes();
  const writing = saveProject(store, what.project, what.bytes);
  saving = writing.then(
    () => {
      what.project.savedAt = Date.now();
      if (what === open && !what.touched) words('saved', savedWords(what));
    },
    (error) => {
      what.touched = true;
      if (what === open)
        problem(
          'problem',
          `The last change is not saved: ${error.message}. It stays in this tab; ` +
            'free some space and change anything to try again.',
        );
      throw error;
    },
  );
  return saving;
}

/** @param {Open} what */
function savedWords(what) {
  const time = new Date(what.project.savedAt).toLocaleTimeString();
  return `Saved ${time} · database ${sizeWords(what.bytes.length)}`;
}

// --- projects ---

/** @param {string} path */
async function fetchAppFile(path) {
  const answer = await fetch(new URL(`apps/${path}`, import.meta.url));
  if (!answer.ok) throw new Error(`The builder lacks its file apps/${path} (${answer.status}).`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** @param {App} app */
async function makeFrom(app) {
  const { files, sql } = await unpackApp(app, fetchAppFile);
  const database = new PreviewDatabase(sqlite, null, () => {});
  database.script(sql);
  const bytes = database.bytes();
  database.close();
  return { files, bytes };
}

/** @param {App} app */
async function newProject(app) {
  const { files, bytes } = await makeFrom(app);
  /** @type {Project} */
  const project = {
    id: newProjectId(app.name),
    name: app.name,
    description: app.description,
    template: app.id,
    savedAt: Date.now(),
    files,
  };
  await saveProject(store, project, bytes);
  await openProject(project.id);
}

/**
 * One tab at a time has a project open: two would overwrite each other's rows.
 * @param {string} id
 * @returns {Promise<(() => void) | null>} what unlocks it
 */
function lockProject(id) {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(`fairway-builder:${id}`, { ifAvailable: true }, (lock) => {
        if (!lock) return resolve(null);
        return new Promise((unlock) => resolve(() => unlock(undefined)));
      })
      .catch(reject);
  });
}

/** @param {string} id */
async function openProject(id) {
  await closeProject();
  const found = id_form.test(id) ? await readProject(store, id) : null;
  if (!found)
    return showHome(
      'This project is not in this browser. It may have been removed, or made in another one.',
    );
  const unlock = await lockProject(id);
  if (!unlock)
    return showHome(
      `“${found.project.name}” is open in another tab. ` +
        'Close it there first, so that no rows are lost.',
    );
  open = {
    project: found.project,
    bytes: found.database,
    database: null,
    touched: false,
    unlock,
    stop: () => {},
  };
  history.replaceState(null, '', `?project=${encodeURIComponent(id)}`);
  byId('home', HTMLElement).hidden = true;
  byId('work', HTMLElement).hidden = false;
  problem('problem', '');
  showNames();
  words('saved', savedWords(open));
  showTab('preview');
  await openDatabase();
}

async function closeProject() {
  if (!open) return;
  const closing = open;
  await save(closing).catch(() => {});
  closing.stop();
  closing.database?.close();
  closing.unlock();
  open = null;
}

/** Opens the project's bytes with SQLite and starts the app on them. */
async function openDatabase() {
  if (!open) return;
  open.stop();
  open.database?.close();
  open.database = null;
  problem('problem', '');
  try {
    open.database = new PreviewDatabase(sqlite, open.bytes, touch);
  } catch (error) {
    const reason = textOfError(error);
    problem(
      'problem',
      `SQLite cannot open this project’s database file: ${reason}. ` +
        'The file is kept as it is; Deploy will say the same.',
    );
  }
  const opened = open;
  const text = textsOf(open.project.files).get('.env.example') ?? '';
  opened.stop = await startPreview({
    files: opened.project.files,
    environment: parseEnvironment(text),
    database: opened.database,
    title: `Preview of ${opened.project.name}`,
    place: byId('panel-preview', HTMLElement),
    onProblem: (reason) => problem('problem', `The app stopped: ${reason}`),
  });
  showFiles(open?.project.files ?? []);
}

// --- what is shown ---

/** @param {string} [trouble] */
async function showHome(trouble = '') {
  await closeProject();
  history.replaceState(null, '', location.pathname);
  document.title = 'Builder';
  byId('work', HTMLElement).hidden = true;
  byId('home', HTMLElement).hidden = false;
  problem('home-problem', trouble);
  byId('apps', HTMLElement).replaceChildren(...apps.map(appCard));
  const projects = await listProjects(store);
  byId('no-projects', HTMLElement).hidden = projects.length > 0;
  byId('projects', HTMLElement).replaceChildren(...projects.map(projectRow));
}

/** @param {App} app */
function appCard(app) {
  const make = element('button', { type: 'button' }, app.button);
  make.addEventListener('click', () => busy(make, 'home-problem', () => newProject(app)));
  return element(
    'li',
    {},
    element('img', { class: 'mark', src: `apps/${app.mark}`, alt: '' }),
    element('h2', {}, app.name),
    element('p', {}, app.description),
    make,
  );
}

/** @param {Project} project */
function projectRow(project) {
  const opener = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Open ${project.name}` },
    'Open',
  );
  opener.addEventListener('click', () =>
    busy(opener, 'home-problem', () => openProject(project.id).then(() => {})),
  );
  const remove = element(
    'button',
    { type: 'button', class: 'quiet', 'aria-label': `Remove ${project.name}` },
    'Remove',
  );
  remove.addEventListener('click', () =>
    busy(remove, 'home-problem', async () => {
      const sure = await askFor('sure-dialog', {
        title: `Remove “${project.name}”?`,
        yes: 'Remove project and rows',
        no: 'Keep the project',
        text: 'Its files and its rows leave this browser. What was deployed stays deployed.',
      });
      if (!sure) return;
      await removeProject(store, project.id);
      await showHome();
    }),
  );
  return element(
    'li',
    {},
    element(
      'div',
      { class: 'words' },
      element('h3', {}, project.name),
      element(
        'p',
        { class: 'small' },
        `${project.template} · saved ${new Date(project.savedAt).toLocaleString()} · ${project.id}`,
      ),
    ),
    opener,
    remove,
  );
}

function showNames() {
  if (!open) return;
  document.title = `${open.project.name} · Builder`;
  words('project-name', open.project.name);
  words('project-description', open.project.description);
}

// --- what the buttons do ---

async function rename() {
  if (!open) return;
  const name = byId('new-name', HTMLInputElement);
  const description = byId('new-description', HTMLTextAreaElement);
  name.value = open.project.name;
  description.value = open.project.description;
  if (!(await askFor('rename-dialog')) || name.value.trim() === '') return;
  open.project.name = name.value.trim();
  open.project.description = description.value.trim();
  showNames();
  touch();
  await save();
}

async function reset() {
  if (!open) return;
  const app = apps.find((one) => one.id === open?.project.template);
  if (!app)
    throw new Error(
      'This project was not made from one of the apps, so there is nothing to go back to.',
    );
  const sure = await askFor('sure-dialog', {
    title: 'Reset the project?',
    yes: 'Reset files and rows',
    no: 'Keep my rows',
    text:
      'Its files and rows become those of a new project. Name and address stay. ' +
      'What was deployed stays deployed.',
  });
  if (!sure) return;
  const { files, bytes } = await makeFrom(app);
  open.project.files = files;
  await replaceDatabase(bytes);
}

async function useOwnFile() {
  const input = byId('own-input', HTMLInputElement);
  input.value = '';
  words('own-words', '');
  if (!(await askFor('own-dialog'))) return;
  const file = input.files?.[0];
  if (!file) throw new Error('No file was chosen. The present rows are kept.');
  if (file.size > own_file_bytes_max)
    throw new Error(
      `The file has ${sizeWords(file.size)}; at most 1 GB fits. The present rows are kept.`,
    );
  await replaceDatabase(new Uint8Array(await file.arrayBuffer()));
}

/** @param {Uint8Array} bytes kept byte for byte until the app writes */
async function replaceDatabase(bytes) {
  if (!open) return;
  open.database?.close();
  open.database = null;
  open.bytes = bytes;
  touch();
  await save();
  await openDatabase();
  showTables(open?.database ?? null);
  if (!looksLikeDatabase(bytes))
    problem(
      'problem',
      'This file does not begin like a SQLite database. It is kept as it is, ' +
        'so that a deployment can be tried with it.',
    );
}

async function exportZip() {
  if (!open) return;
  await save();
  const { zipSync } = await import(new URL('vendor/fflate.mjs', import.meta.url).href);
  const zip = packZip(open.project.files, open.bytes, zipSync);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([zip], { type: 'application/zip' }));
  link.download = fileNameOf(open.project.name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function deploy() {
  if (!open) return;
  open.touched = true;
  await deployWithFairway({ id: open.project.id, save });
}

const actions = /** @type {const} */ ([
  ['rename', rename],
  ['reset', reset],
  ['own-file', useOwnFile],
  ['export', exportZip],
  ['deploy', deploy],
  ['new-project', () => showHome()],
]);
for (const [id, work] of actions) {
  const button = byId(id, HTMLButtonElement);
  button.addEventListener('click', () => busy(button, 'problem', work));
}
listenToTabs((name) => {
  if (name === 'data') showTables(open?.database ?? null);
});
addEventListener('pagehide', () => void save().catch(() => {}));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) void save().catch(() => {});
});

const asked = new URLSearchParams(location.search).get('project');
await (asked === null ? showHome() : openProject(asked));
