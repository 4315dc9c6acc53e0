// Runs a project in this tab: server.js in one sandboxed frame, the front-end in another, SQLite
// out here. The frames have no origin of their own: project code reaches neither storage, cookies
// nor the network.
import { textsOf } from './bundle.mjs';

/**
 * @typedef {import('./engine.mjs').PreviewDatabase} PreviewDatabase
 * @typedef {{ files: import('./store.mjs').ProjectFile[], environment: Record<string, string>,
 * database: PreviewDatabase | null,
 *   title: string, place: HTMLElement, onProblem: (words: string) => void }} PreviewSettings
 */

const frame_address = new URL('preview/index.html', import.meta.url);

/**
 * @param {PreviewSettings} settings
 * @returns {Promise<() => void>} what stops the preview
 */
export async function startPreview(settings) {
  const texts = textsOf(settings.files);
  const binaries = new Map(settings.files.map((file) => [file.path, file.bytes]));
  const answer = await fetch(new URL('preview/preview_database.js', import.meta.url));
  const previewDatabase = await answer.text();
  const requests = new MessageChannel();
  const database = new MessageChannel();
  database.port1.onmessage = ({ data }) =>
    database.port1.postMessage(answerQuery(settings.database, data));

  const server = makeFrame('The project’s server');
  server.hidden = true;
  const page = makeFrame(settings.title);
  page.className = 'preview-frame';
  const shared = { texts, environment: settings.environment, previewDatabase };
  /** @param {MessageEvent} event */
  const listen = (event) => {
    const kind =
      event.source === server.contentWindow
        ? 'server'
        : event.source === page.contentWindow
          ? 'page'
          : '';
    if (kind === '') return;
    const target = kind === 'server' ? server.contentWindow : page.contentWindow;
    if (event.data?.type === 'builder:ready') {
      const ports = kind === 'server' ? [database.port2, requests.port1] : [requests.port2];
      // The frame has no origin that could be named; the message holds the project only.
      target?.postMessage(
        {
          type: 'builder:start',
          start: { kind, ...shared, binaries: kind === 'page' ? binaries : new Map() },
        },
        '*',
        ports,
      );
    }
    if (event.data?.type === 'builder:stopped') settings.onProblem(String(event.data.why));
  };
  addEventListener('message', listen);
  settings.place.replaceChildren(page, server);
  return () => {
    removeEventListener('message', listen);
    database.port1.close();
    settings.place.replaceChildren();
  };
}

/** @param {string} title */
function makeFrame(title) {
  const frame = document.createElement('iframe');
  frame.title = title;
  frame.setAttribute('sandbox', 'allow-scripts allow-forms');
  frame.src = frame_address.href;
  return frame;
}

/**
 * @param {PreviewDatabase | null} database
 * @param {{ number: number, value: any }} asked
 */
function answerQuery(database, { number, value }) {
  try {
    if (!database) throw new Error('SQLite cannot open the database file of this project.');
    if (value.kind === 'all') return { number, value: database.all(value.sql, value.values) };
    if (value.kind === 'run') return { number, value: database.run(value.sql, value.values) };
    return { number, value: database.batch(value.statements) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && 'code' in error ? error.code : 'SQLITE_ERROR';
    return { number, error: { message, code } };
  }
}
