// The house rules that are ours: what no compiler, formatter or type checker checks. Each rule is a
// pure function from one file to its findings.
import { cppFunctions, jsFunctions } from './functions.mjs';
import { mayInclude } from './modules.mjs';
import { lineOf, splitSource } from './text.mjs';

/**
 * @typedef {import('./text.mjs').Literal} Literal
 * @typedef {{path: string, source: string, code: string, literals: Literal[]}} File
 * @typedef {{path: string, line: number, message: string}} Finding
 * @typedef {(file: File) => Finding[]} Rule
 */

export const linesMax = 500;
export const functionLinesMax = 70;
export const columnsMax = 100;

const cppFile = /\.(h|c|cpp)$/;
const jsFile = /\.(m?js)$/;
const codeFile = /\.(h|c|cpp|m?js|vert|frag|glsl|cmake|sh|py)$|(^|\/)CMakeLists\.txt$|^tools\/\w+$/;

/** @param {string} path @param {string} source @returns {File} */
export function makeFile(path, source) {
  if (cppFile.test(path)) return { path, source, ...splitSource(source, 'cpp') };
  if (jsFile.test(path)) return { path, source, ...splitSource(source, 'js') };
  return { path, source, code: '', literals: [] };
}

/** @type {Rule[]} */
const rules = [
  shortFiles,
  shortFunctions,
  narrowLines,
  ranks,
  bannedHeaders,
  noBooleanParameters,
  coroutinesOwnTheirParameters,
  storyFirst,
  nothingUnfinished,
  honestTests,
  sqlInStores,
  foreignAddressesInProviders,
  noMachineNames,
];

/** @param {File} file */
export function checkFile(file) {
  return rules.flatMap((rule) => rule(file));
}

/** @type {Rule} */
function shortFiles(file) {
  if (!codeFile.test(file.path)) return [];
  const lines = file.source.split('\n').length - 1;
  if (lines <= linesMax) return [];
  return [
    at(
      file,
      linesMax + 1,
      `the file has ${lines} lines, ${linesMax} are allowed: split it by noun`,
    ),
  ];
}

/** @type {Rule} */
function shortFunctions(file) {
  let found = cppFile.test(file.path) ? cppFunctions(file.code) : [];
  if (jsFile.test(file.path)) found = jsFunctions(file.code);
  return found
    .filter((one) => one.lines > functionLinesMax)
    .map((one) =>
      at(file, one.line, `the function has ${one.lines} lines, ${functionLinesMax} are allowed`),
    );
}

/** @type {Rule} */
function narrowLines(file) {
  if (!codeFile.test(file.path)) return [];
  return eachLine(file.source, (text) => {
    const columns = [...text].length;
    return columns > columnsMax ? `${columns} columns, ${columnsMax} are allowed` : null;
  }).map(({ line, message }) => at(file, line, message));
}

/** @type {Rule} */
function ranks(file) {
  if (!cppFile.test(file.path)) return [];
  const [top = '', module = ''] = file.path.split('/');
  return eachLine(file.source, (text) => {
    const match = /^\s*#include "([^"]+)"/.exec(text);
    if (match === null) return null;
    const [otherTop = '', otherModule = ''] = (match[1] ?? '').split('/');
    if (top === 'shared') return refuseFromCore(module, otherTop, otherModule);
    if (otherTop === 'tests' && top !== 'tests') return 'only tests include from tests/';
    if ((top === 'web' && otherTop === 'worker') || (top === 'worker' && otherTop === 'web')) {
      return 'the two shells do not know each other';
    }
    return null;
  }).map(({ line, message }) => at(file, line, message));
}

/** @param {string} module @param {string} otherTop @param {string} otherModule */
function refuseFromCore(module, otherTop, otherModule) {
  const allowed = mayInclude[module];
  if (allowed === undefined)
    return `shared/${module} has no rank: give it one in house_rules/modules.mjs`;
  if (otherTop !== 'shared')
    return 'the core includes only the core, written "shared/MODULE/FILE.h"';
  if (otherModule === module || allowed.includes(otherModule)) return null;
  return `shared/${module} may not include shared/${otherModule} (its rank is not lower)`;
}

/** @type {Rule} */
function bannedHeaders(file) {
  if (!cppFile.test(file.path) || !/^(shared|web|worker)\//.test(file.path)) return [];
  return eachLine(file.source, (text) => {
    const match = /^\s*#include <(format|iostream|thread|mutex|regex|fstream|future|print)>/.exec(
      text,
    );
    return match === null
      ? null
      : `<${match[1]}> is banned: it costs size or needs what wasm lacks`;
  }).map(({ line, message }) => at(file, line, message));
}

/** @type {Rule} */
function noBooleanParameters(file) {
  if (!/^(shared|web|worker)\/.*\.h$/.test(file.path)) return [];
  const findings = [];
  const parameter = /[(,]\s*(?:const\s+)?bool\s+&?\w+\s*(?==|,|\))/g;
  for (const match of file.code.matchAll(parameter)) {
    if (!insideParentheses(file.code, match.index + 1)) continue;
    const line = lineOf(file.code, match.index + match[0].length - 1);
    findings.push(
      at(file, line, 'a boolean parameter: two named values or two functions say what is meant'),
    );
  }
  return findings;
}

/** @param {string} code @param {number} index */
function insideParentheses(code, index) {
  let depth = 0;
  for (let i = index - 1; i >= 0 && code[i] !== ';' && code[i] !== '{' && code[i] !== '}'; i--) {
    if (code[i] === ')') depth--;
    if (code[i] === '(' && ++depth > 0) return true;
  }
  return false;
}

// A coroutine outlives the call that made it, and with it every temporary. Plain references are for
// what outlives the task: Host&, Journal&, or what lies in the frame that awaits it.
/** @type {Rule} */
function coroutinesOwnTheirParameters(file) {
  if (!cppFile.test(file.path)) return [];
  const declaration = /\bTask<[^;{}()]*>\s+[\w:]+\(([^;{}]*)\)\s*(?:const\s*)?[;{]/g;
  const borrowed = /\bconst\s+[\w:<>, ]+&|&&|\bstring_view\b|\bspan</;
  return [...file.code.matchAll(declaration)]
    .filter((match) => borrowed.test(match[1] ?? ''))
    .map((match) => at(file, lineOf(file.code, match.index), 'a coroutine takes values, no views'));
}

/** @type {Rule} */
function storyFirst(file) {
  if (!/^(shared|web|worker)\/.*\.h$/.test(file.path)) return [];
  if (!file.source.startsWith('// ')) {
    return [
      at(
        file,
        1,
        'a header starts with its story: what it is for, limits, errors, what is safe to repeat',
      ),
    ];
  }
  if (!/^#pragma once$/m.test(file.source)) return [at(file, 1, '#pragma once is missing')];
  return [];
}

/** @type {Rule} */
function nothingUnfinished(file) {
  if (isAboutRules(file.path)) return [];
  return eachLine(file.source, (text) => {
    const match = /\b(TODO|FIXME)\b/.exec(text);
    return match === null
      ? null
      : `${match[1]}: finish it, or say what is missing where people look for it`;
  }).map(({ line, message }) => at(file, line, message));
}

const dishonest = [
  {
    pattern: /\b(sleep_for|usleep|nanosleep)\b/,
    message: 'a test does not sleep: wait for the event',
  },
  {
    pattern: /\bwaitForTimeout\b|\bsetTimeout\(\s*(resolve|done|r)\b/,
    message: 'a test does not sleep: wait for the event',
  },
  {
    pattern: /\b(test|it|describe|suite)\.(skip|only|todo)\b|\bdoctest::skip\b/,
    message: 'no test is skipped or favoured',
  },
  { pattern: /[{,]\s*(skip|only|todo):/, message: 'no test is skipped or favoured' },
];

/** @type {Rule} */
function honestTests(file) {
  if (!file.path.startsWith('tests/') || isAboutRules(file.path)) return [];
  return eachLine(
    file.code,
    (text) => dishonest.find(({ pattern }) => pattern.test(text))?.message ?? null,
  ).map(({ line, message }) => at(file, line, message));
}

const statement = new RegExp(
  '^\\s*(select\\s(?!1$)|insert\\s+(or\\s+\\w+\\s+)?into\\s|update\\s+\\w+\\s+set\\s|' +
    'delete\\s+from\\s|pragma\\s+\\w|' +
    '(create|drop|alter)\\s+((unique\\s+)?index|table|view|trigger)\\s)',
);

/** @type {Rule} */
function sqlInStores(file) {
  if (!/^shared\/.*\.(h|cpp)$/.test(file.path)) return [];
  if (/(_store|\/schema)\.cpp$/.test(file.path)) return [];
  if (/^shared\/(migration|postgres|libsql)\//.test(file.path)) return [];
  return file.literals
    .filter(({ text }) => statement.test(text) || statement.test(upperToLower(text)))
    .map(({ line }) => at(file, line, 'SQL belongs to a store (*_store.cpp, schema.cpp)'));
}

/** @param {string} text lower case when its first word is written in capitals */
function upperToLower(text) {
  return /^\s*[A-Z]{4,}\s/.test(text) ? text.toLowerCase() : '';
}

const providerFile =
  /(^|_|\/)(turso|hrana|neon|cloudflare|pages|vercel|supabase|settings|stripe|anthropic|openai)/;

/** @type {Rule} */
function foreignAddressesInProviders(file) {
  if (!/^(shared|web)\/.*\.(h|cpp)$/.test(file.path) || providerFile.test(file.path)) return [];
  return file.literals
    .filter(({ text }) => /https?:\/\/(?!localhost|127\.0\.0\.1)[\w.-]+\.\w/.test(text))
    .map(({ line }) =>
      at(file, line, 'a foreign address belongs to a provider file or the settings'),
    );
}

// Written in pieces, so that this file itself names none.
const registries = [
  ['npmjs', 'org'],
  ['npmjs', 'com'],
  ['deb.debian', 'org'],
  ['security.debian', 'org'],
  ['pypi', 'org'],
  ['crates', 'io'],
  ['pythonhosted', 'org'],
].map((pieces) => pieces.join('.'));

/** @type {Rule} */
function noMachineNames(file) {
  return eachLine(file.source, (text) => {
    const registry = registries.find((host) => text.includes(host));
    if (registry !== undefined)
      return "names a package registry: take it from the machine's own settings";
    if (isAboutRules(file.path)) return null;
    if (/(^|[^\w.-])\/work\//.test(text)) return 'a path of one machine';
    if (cppFile.test(file.path) && /\.\.\/shared\//.test(text))
      return '"../shared/": includes are written from the root';
    return null;
  }).map(({ line, message }) => at(file, line, message));
}

/** @param {string} path */
function isAboutRules(path) {
  return path.startsWith('tools/house_rules/') || path.startsWith('tests/tidy/');
}

/**
 * @param {string} source
 * @param {(text: string) => string | null} judge
 */
function eachLine(source, judge) {
  /** @type {{line: number, message: string}[]} */
  const found = [];
  source.split('\n').forEach((text, index) => {
    const message = judge(text);
    if (message !== null) found.push({ line: index + 1, message });
  });
  return found;
}

/** @param {File} file @param {number} line @param {string} message @returns {Finding} */
function at(file, line, message) {
  return { path: file.path, line, message };
}
