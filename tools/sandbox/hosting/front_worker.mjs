// Runs inside workerd, in front of one site: `_routes.json` says whether the site's own code or the
// asset server answers. A request that the code fails on ends as it does at Cloudflare, with a page
// of the error 1101 instead of silence.

/**
 * @typedef {{fetch: (request: Request) => Promise<Response>}} Fetcher
 * @typedef {{ASSETS: Fetcher, SITE?: Fetcher, ROUTES: {include: string[], exclude: string[]}}} Env
 */

export default {
  /**
   * @param {Request} request
   * @param {Env} env
   */
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (env.SITE === undefined || !goesToCode(pathname, env.ROUTES)) {
      return env.ASSETS.fetch(request);
    }
    try {
      return await env.SITE.fetch(request);
    } catch (error) {
      console.error(`Uncaught ${error instanceof Error ? (error.stack ?? error) : String(error)}`);
      return new Response('error code: 1101\nThe code of this site threw an exception.\n', {
        status: 500,
        headers: { 'content-type': 'text/plain; charset=utf-8' },
      });
    }
  },
};

/**
 * @param {string} pathname
 * @param {Env['ROUTES']} routes
 */
function goesToCode(pathname, { include, exclude }) {
  return (
    !exclude.some((rule) => matches(rule, pathname)) &&
    include.some((rule) => matches(rule, pathname))
  );
}

/**
 * `*` stands for any characters, slashes too; `/x/*` matches `/x` as well.
 *
 * @param {string} rule
 * @param {string} pathname
 * @returns {boolean}
 */
function matches(rule, pathname) {
  const pattern = rule.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*');
  return (
    new RegExp(`^${pattern}$`).test(pathname) ||
    (rule.endsWith('/*') && matches(rule.slice(0, -2), pathname))
  );
}
