// An app with a key, and a provider whose answers a test decides.

import { previewOf, signIn, startProduct } from './product.mjs';
import { bodyOf, startUpstream, until } from './support.mjs';

const platformKey = 'the-platforms-own-key';

/**
 * @typedef {object} Asked
 * @property {string} path
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {any} body
 */

/** The product with a provider that `answer` plays.
 * @param {{after: (close: () => unknown) => void}} test
 * @param {(asked: Asked, response: import('node:http').ServerResponse) => unknown} answer
 * @param {Record<string, string>} [settings] */
export async function startGateway(test, answer, settings = {}) {
  /** @type {Asked[]} */
  const asked = [];
  const upstream = await startUpstream(async (request, response) => {
    const text = String(await bodyOf(request));
    const call = {
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? null : JSON.parse(text),
    };
    asked.push(call);
    await answer(call, response);
  });
  const product = await startProduct(test, {
    OPENAI_API_KEY: platformKey,
    OPENAI_API_URL: upstream.url,
    ANTHROPIC_API_KEY: platformKey,
    ANTHROPIC_API_URL: upstream.url,
    ...settings,
  });
  test.after(upstream.stop);
  return { ...product, asked };
}

/** A person with a live app. @param {import('./product.mjs').Product} product
 *  @param {string} name */
export async function ownerOf(product, name) {
  const tab = await signIn(product, name);
  const database = previewOf(product.folder, 'CREATE TABLE t(a INTEGER PRIMARY KEY);');
  await tab.upload(`shop-${name}`, database);
  const end = await tab.deploy(`shop-${name}`);
  if (end.status !== 'live') throw new Error(JSON.stringify(end));
  const { projects } = (await tab.person.get('/api/projects')).json;
  const { app } = projects.find((/** @type {any} */ project) => project.id === `shop-${name}`);
  return { person: tab.person, app: app.id };
}

/** @param {Awaited<ReturnType<typeof ownerOf>>} owner @param {Record<string, unknown>} [options] */
export async function makeKey(owner, options = {}) {
  const reply = await owner.person.post(`/api/apps/${owner.app}/keys`, { name: 'it', ...options });
  if (reply.status !== 200) throw new Error(reply.text);
  return reply.json;
}

/** What was charged, once so many calls are in the books.
 * @param {Awaited<ReturnType<typeof ownerOf>>} owner @param {number} count */
export async function charged(owner, count) {
  const history = await until(
    async () => (await owner.person.get('/api/usage/history?count=1000')).json,
    (now) => now.calls.length >= count,
  );
  if (history.calls.length !== count) throw new Error(`${history.calls.length} calls`);
  return history.calls;
}
