// The rule files of a site as Cloudflare Pages reads them: `_headers`, `_redirects` and
// `_routes.json`. Pure text in, plain rules out; what cannot be read is left out and named in
// `warnings`, because Pages publishes such a site all the same. How rules apply to a request is the
// asset server's business.
//
// Written after developers.cloudflare.com/pages/configuration/{headers,redirects} and checked
// against what wrangler says about the same files.

const line_length_max = 2000;
const header_rules_max = 100;
const static_redirects_max = 2000;
const dynamic_redirects_max = 100;
const redirect_statuses = new Set([200, 301, 302, 303, 307, 308]);
const isDynamic = (/** @type {string} */ path) => /\*|:[A-Za-z]\w*/.test(path);
const hasHost = (/** @type {string} */ address) => /^https:\/\/[^/\s]+/i.test(address);

/** @typedef {{set?: Record<string, string>, unset?: string[]}} HeaderRule */
/** @typedef {{status: number, to: string, lineNumber?: number}} RedirectRule */

/**
 * @typedef {object} AssetRules  The asset server's configuration.
 * @property {{version: 2, rules: Record<string, HeaderRule>}} [headers]
 * @property {{version: 1, staticRules: Record<string, RedirectRule>,
 *   rules: Record<string, RedirectRule>}} [redirects]
 */

/**
 * @param {string} headersText
 * @param {string} redirectsText
 * @returns {{rules: AssetRules, warnings: string[]}}
 */
export function readAssetRules(headersText, redirectsText) {
  /** @type {string[]} */
  const warnings = [];
  const headers = readHeaders(headersText, warnings);
  const redirects = readRedirects(redirectsText, warnings);
  const hasRedirects = Object.keys({ ...redirects.staticRules, ...redirects.rules }).length > 0;
  return {
    rules: {
      ...(Object.keys(headers).length > 0 && { headers: { version: 2, rules: headers } }),
      ...(hasRedirects && { redirects: { version: 1, ...redirects } }),
    },
    warnings,
  };
}

/**
 * @param {string} text
 * @param {string[]} warnings
 * @returns {Record<string, HeaderRule>}
 */
function readHeaders(text, warnings) {
  /** @type {Record<string, HeaderRule>} */
  const rules = {};
  /** @type {HeaderRule | null} */
  let rule = null;
  for (const { line, number } of readLines('_headers', text, warnings)) {
    const warn = (/** @type {string} */ why) => void warnings.push(`_headers:${number} ${why}`);
    if (/^([^\s]+:\/\/|\/)/.test(line)) {
      if (Object.keys(rules).length >= header_rules_max) {
        warn(`only ${header_rules_max} rules are allowed; the rest is ignored`);
        break;
      }
      const path = readPath(line, false);
      rule = path === null ? null : (rules[path] ??= {});
      if (path === null) warn('is not a path that starts with / or https://, with one * at most');
    } else if (rule === null) {
      warn('stands under no path');
    } else {
      addHeader(rule, line, warn);
    }
  }
  for (const [path, { set, unset }] of Object.entries(rules)) {
    if (set !== undefined || unset !== undefined) continue;
    warnings.push(`_headers: no headers for ${path}`);
    delete rules[path];
  }
  return rules;
}

/**
 * @param {HeaderRule} rule
 * @param {string} line
 * @param {(why: string) => void} warn
 */
function addHeader(rule, line, warn) {
  if (line.startsWith('! ')) return void (rule.unset ??= []).push(line.slice(2).trim());
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
  const value = line.slice(colon + 1).trim();
  if (name === '' || value === '' || !isHeader(name, value)) {
    return warn('is not a header: name, colon, value');
  }
  const set = (rule.set ??= {});
  set[name] = Object.hasOwn(set, name) ? `${set[name]}, ${value}` : value;
}

/**
 * @param {string} name
 * @param {string} value
 */
function isHeader(name, value) {
  try {
    new Headers([[name, value]]);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} text
 * @param {string[]} warnings
 */
function readRedirects(text, warnings) {
  /** @type {Record<string, RedirectRule>} */
  const staticRules = {};
  /** @type {Record<string, RedirectRule>} */
  const rules = {};
  const seen = new Set();
  for (const { line, number } of readLines('_redirects', text, warnings)) {
    const redirect = readRedirect(line);
    if (typeof redirect === 'string') {
      warnings.push(`_redirects:${number} ${redirect}`);
      continue;
    }
    const { from, to, status } = redirect;
    if (seen.has(from)) {
      warnings.push(`_redirects:${number} repeats ${from} and is ignored`);
      continue;
    }
    // As on Pages, a static rule below the first dynamic one counts as dynamic: order matters.
    const goesStatic = !isDynamic(from) && Object.keys(rules).length === 0;
    const table = goesStatic ? staticRules : rules;
    const rules_max = goesStatic ? static_redirects_max : dynamic_redirects_max;
    if (Object.keys(table).length >= rules_max) {
      warnings.push(`_redirects:${number} is one more than the ${rules_max} that are allowed`);
      continue;
    }
    seen.add(from);
    table[from] = { status, to, ...(goesStatic && { lineNumber: number }) };
  }
  return { staticRules, rules };
}

/**
 * @param {string} line
 * @returns {{from: string, to: string, status: number} | string}  Or what is wrong with it.
 */
function readRedirect(line) {
  const words = line.replace(/\s+#.*$/, '').split(/\s+/);
  if (words.length !== 2 && words.length !== 3) return 'needs 2 or 3 words: from, to, status';
  const from = readPath(words[0] ?? '', true);
  const to = readTarget(words[1] ?? '');
  const status = Number(words[2] ?? '302');
  if (from === null || hasHost(from)) return 'does not start with a path';
  if (to === null) return 'does not lead to a path or an http address';
  if (!redirect_statuses.has(status)) return 'has no status of 200, 301, 302, 303, 307, 308';
  const leadsToIndex = /\/index(\.html)?$/.test(to);
  if (!hasScheme(to) && leadsToIndex && (from.endsWith('/*') || from.endsWith('/'))) {
    return 'would redirect for ever';
  }
  if (status === 200 && hasScheme(to)) return 'may stand for a path of this site only';
  return { from, to, status };
}

const hasScheme = (/** @type {string} */ address) => /^https?:\/\//i.test(address);

/**
 * A path, or an https address with one; null for anything else. Query and fragment are dropped, a
 * host may hold placeholders.
 *
 * @param {string} text
 * @param {boolean} manyStars
 */
function readPath(text, manyStars) {
  const [, origin = '', path = ''] = /^(https:\/\/[^/\s]+)?(\/.*)?$/i.exec(text) ?? [];
  if (origin === '' && path === '') return null;
  const { pathname } = new URL(path.replace(/^\/+/, '/') || '/', 'https://site');
  if (!manyStars && pathname.split('*').length > 2) return null;
  return `${origin.toLowerCase()}${pathname}`;
}

/** @param {string} text */
function readTarget(text) {
  if (hasScheme(text)) return URL.canParse(text) ? text : null;
  if (!text.startsWith('/') || !URL.canParse(`https://site${text}`)) return null;
  const url = new URL(`https://site${text.replace(/^\/+/, '/')}`);
  return `${url.pathname}${url.search}${url.hash}`;
}

/**
 * @param {string} file
 * @param {string} text
 * @param {string[]} warnings
 */
function readLines(file, text, warnings) {
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return [];
    if (line.length <= line_length_max) return [{ line, number: index + 1 }];
    warnings.push(`${file}:${index + 1} is longer than ${line_length_max} characters`);
    return [];
  });
}

/** @typedef {{include: string[], exclude: string[]}} Routes */

/**
 * Which requests the site's own code answers. Throws RangeError with the reason when the file is
 * not one that Pages takes.
 *
 * @param {string} text
 * @returns {Routes}
 */
export function readRoutes(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RangeError('_routes.json is not JSON');
  }
  const { version, include, exclude } = value ?? {};
  if (version !== 1 || !Array.isArray(include) || !Array.isArray(exclude)) {
    throw new RangeError('_routes.json needs version 1 and the lists include and exclude');
  }
  const rules = [...include, ...exclude];
  if (include.length === 0) throw new RangeError('_routes.json includes nothing');
  if (rules.length > 100) throw new RangeError('_routes.json has more than 100 rules');
  for (const rule of rules) {
    if (typeof rule !== 'string' || !rule.startsWith('/') || rule.length > 100) {
      throw new RangeError('A rule of _routes.json starts with / and has 100 characters at most');
    }
  }
  return { include, exclude };
}
