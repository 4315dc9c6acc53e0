// Fairway's side of a hand-over: asks the window that opened this page for its project, checks it,
// keeps it.
import { deployAddress, refusalOf } from './handover.mjs';
import { openStore, saveProject } from './store.mjs';

const words = /** @type {HTMLElement} */ (document.getElementById('words'));

/** @param {string} text */
function say(text) {
  words.textContent = text;
}

/** @returns {Promise<string[]>} origins that the operator of this Fairway trusts */
async function trustedOrigins() {
  const answer = await fetch(new URL('trusted_origins.json', import.meta.url));
  const origins = answer.ok ? await answer.json() : [];
  return [location.origin, ...(Array.isArray(origins) ? origins.map(String) : [])];
}

async function receive() {
  const opener = /** @type {Window | null} */ (window.opener);
  if (!opener)
    return say(
      'This page takes over a project from a builder. Press Deploy in the builder to begin.',
    );
  const origins = await trustedOrigins();
  let begun = false;
  addEventListener('message', async (event) => {
    if (event.source !== opener || !origins.includes(event.origin) || begun) return;
    const why = refusalOf(event.data);
    if (why !== null) {
      opener.postMessage({ type: 'fairway:refused', why }, event.origin);
      return say(`The project was not taken over. ${why}`);
    }
    begun = true;
    const { id, name, description, files } = event.data.project;
    try {
      await saveProject(
        await openStore(),
        { id, name, description, template: event.origin, savedAt: 0, files },
        event.data.database,
      );
    } catch (error) {
      begun = false;
      const words = error instanceof Error ? error.message : error;
      const reason = `The browser could not keep the project: ${words}`;
      opener.postMessage({ type: 'fairway:refused', why: reason }, event.origin);
      return say(`${reason}. Free some space and press Deploy in the builder again.`);
    }
    opener.postMessage({ type: 'fairway:received', id }, event.origin);
    location.replace(deployAddress(id));
  });
  // Each trusted origin gets its own message; only the one that the opener really has is delivered.
  for (const origin of origins) opener.postMessage({ type: 'fairway:ready', version: 1 }, origin);
  say('Waiting for the project…');
}

void receive();
