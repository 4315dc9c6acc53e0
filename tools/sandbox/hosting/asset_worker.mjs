// Runs inside workerd: answers for the static files of one site by the rules of Cloudflare Pages,
// applied by Cloudflare's own code. It is `env.ASSETS` of the site's code as well. Bytes come from
// the content-addressed folder, names from the deployment's manifest.

import { generateHandler } from '@cloudflare/pages-shared/dist/asset-server/handler.js';

/**
 * @typedef {object} Env
 * @property {Record<string, [hash: string, contentType: string]>} FILES  By path.
 * @property {import('./site_rules.mjs').AssetRules} RULES
 * @property {{fetch: (address: string) => Promise<Response>}} CONTENT
 */

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  fetch(request, env) {
    return generateHandler({
      request,
      metadata: /** @type {any} */ (env.RULES),
      logError: (error) => console.error(error.stack ?? error.message),
      findAssetEntryForPath: async (path) =>
        Object.hasOwn(env.FILES, path) ? (env.FILES[path] ?? null) : null,
      negotiateContent: () => ({ encoding: null }),
      getAssetKey: ([hash]) => hash,
      fetchAsset: (hash) => readAsset(env, hash),
      setMetrics: () => undefined,
    });
  },
};

/**
 * A hash covers the extension too, so one hash has one content type.
 *
 * @type {Map<string, string> | null}
 */
let contentTypes = null;

/**
 * @param {Env} env
 * @param {string} hash
 */
async function readAsset({ CONTENT, FILES }, hash) {
  contentTypes ??= new Map(Object.values(FILES));
  const response = await CONTENT.fetch(`http://content/${hash.slice(0, 2)}/${hash}`);
  if (!response.ok) throw new Error(`The content ${hash} is missing: ${response.status}`);
  const contentType = contentTypes.get(hash) ?? 'application/octet-stream';
  return { body: response.body, contentType };
}
