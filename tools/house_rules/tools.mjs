// The checks that other programs do: clang-format, clang-tidy and the TypeScript compiler.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';

/** @typedef {import('./rules.mjs').Finding} Finding */

// Either native build tells how files are compiled; the newer one knows the newer files.
const buildFolder = newestNativeBuild();
const database = `${buildFolder}/compile_commands.json`;
const tidyFolder = `${buildFolder}/tidy`;

/**
 * Formats what is not formatted.
 * @param {string[]} paths
 */
export function format(paths) {
  const cpp = paths.filter(isCpp);
  if (cpp.length > 0) run('clang-format-19', ['-i', ...cpp]);
  const js = paths.filter(isJs);
  if (js.length > 0) run('node_modules/.bin/prettier', ['--write', '--log-level=warn', ...js]);
}

/** @param {string[]} paths @returns {Finding[]} one finding for each file that is not formatted */
export function checkWithClangFormat(paths) {
  const files = paths.filter(isCpp);
  if (files.length === 0) return [];
  const result = run('clang-format-19', ['--dry-run', '--Werror', '--ferror-limit=1', ...files]);
  const found = parseCompilerLines(result, /code should be clang-formatted/);
  const first = new Map(found.reverse().map(({ path, line }) => [path, line]));
  return [...first].map(([path, line]) => notFormatted(path, line));
}

/** @param {string[]} paths @returns {Finding[]} one finding for each file that is not formatted */
export function checkWithPrettier(paths) {
  const files = paths.filter(isJs);
  if (files.length === 0) return [];
  const output = run('node_modules/.bin/prettier', ['--list-different', ...files]);
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => (isJs(line) ? notFormatted(line, 1) : notFormatted('', 1, line)));
}

/** @param {string} path @param {number} line @param {string} [why] @returns {Finding} */
function notFormatted(path, line, why) {
  return { path, line, message: why ?? `not formatted (tools/tidy --fix ${path})` };
}

/** @param {string} path */
function isCpp(path) {
  return /\.(h|cpp|c)$/.test(path) && !path.startsWith('tests/data/');
}

/** @param {string} path */
function isJs(path) {
  return /\.m?js$/.test(path) && !path.startsWith('tests/data/');
}

/** @returns {Finding[]} */
export function checkTypes() {
  if (!existsSync('node_modules/.bin/tsc')) {
    return [{ path: 'tsconfig.json', line: 1, message: 'tsc is missing: run tools/setup' }];
  }
  const output = run('node_modules/.bin/tsc', ['-p', '.', '--pretty', 'false']);
  return output.split('\n').flatMap((text) => {
    const match = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(text);
    if (match === null)
      return /^error /.test(text) ? [{ path: 'tsconfig.json', line: 1, message: text }] : [];
    return [{ path: match[1] ?? '', line: Number(match[2]), message: match[3] ?? '' }];
  });
}

/**
 * A file that passed is remembered by the contents of all it was compiled from, so only what a
 * change touches is looked at again.
 * @param {string[]} paths
 * @returns {Finding[]}
 */
export function checkWithClangTidy(paths) {
  if (!existsSync(database)) {
    return [{ path: database, line: 1, message: 'is missing: tools/build native-asan makes it' }];
  }
  /** @type {{directory: string, file: string, command: string}[]} */
  const entries = JSON.parse(readFileSync(database, 'utf8'));
  const known = new Set(entries.map(({ file }) => relative(process.cwd(), file)));
  const chosen = paths.filter((path) => known.has(path) && /^(shared|web|worker)\//.test(path));
  const inputs = inputsOfObjects();
  const wanted = chosen.map((path) => ({ path, mark: markOf(path, inputs.get(path) ?? [path]) }));
  const fresh = wanted.filter(({ mark }) => !existsSync(mark));
  if (fresh.length === 0) return [];
  writeDatabase(entries);
  const output = runInPairs(fresh.map(({ path }) => path));
  const findings = parseCompilerLines(output, /\b(error|warning):/);
  remember(fresh, findings, output);
  return [
    ...new Map(findings.map((one) => [`${one.path}:${one.line}:${one.message}`, one])).values(),
  ];
}

/**
 * Without precompiled headers: they may not be built yet, and a file includes what it uses.
 * @param {{command: string}[]} entries
 */
function writeDatabase(entries) {
  const precompiled =
    / -Winvalid-pch -Xclang -include-pch -Xclang \S+ -Xclang -include -Xclang \S+/;
  const plain = entries.map((one) => ({ ...one, command: one.command.replace(precompiled, '') }));
  mkdirSync(tidyFolder, { recursive: true });
  writeFileSync(`${tidyFolder}/compile_commands.json`, JSON.stringify(plain));
}

/** @param {string[]} paths two processes at a time, a handful of files each */
function runInPairs(paths) {
  const words = ['-0', '-P2', '-n4', 'clang-tidy-19', '-p', tidyFolder, '--quiet'];
  return run('xargs', words, paths.join('\0'));
}

// Findings may stand in a header: then every file of this run is looked at again next time.
/**
 * @param {{path: string, mark: string}[]} files
 * @param {Finding[]} findings
 * @param {string} output
 */
function remember(files, findings, output) {
  if (/clang-tidy-19: (not found|No such file)/.test(output)) return;
  if (findings.some(({ path }) => path.endsWith('.h'))) return;
  const bad = new Set(findings.map(({ path }) => path));
  for (const { path, mark } of files) if (!bad.has(path)) writeFileSync(mark, '');
}

// What each source file was compiled from, as ninja recorded it.
/** @returns {Map<string, string[]>} */
function inputsOfObjects() {
  const output = run('ninja', ['-C', buildFolder, '-t', 'deps']);
  /** @type {Map<string, string[]>} */
  const inputs = new Map();
  for (const block of output.split('\n\n')) {
    const files = block
      .split('\n')
      .slice(1)
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const own = files
      .filter((path) => !path.startsWith('/usr/'))
      .map((path) => relative(process.cwd(), absolute(path)));
    if (own[0] !== undefined) inputs.set(own[0], own);
  }
  return inputs;
}

function newestNativeBuild() {
  const folders = ['build/native-asan', 'build/native'];
  const age = (/** @type {string} */ path) =>
    statSync(`${path}/.ninja_deps`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return folders.sort((a, b) => age(b) - age(a))[0] ?? '';
}

/** @param {string} path as ninja writes it: absolute, or relative to the build folder */
function absolute(path) {
  return path.startsWith('/') ? path : join(process.cwd(), buildFolder, path);
}

/** @param {string} path @param {string[]} inputs */
function markOf(path, inputs) {
  const folder = join(cacheFolder(), 'clang-tidy-passed');
  mkdirSync(folder, { recursive: true });
  const hash = createHash('sha256').update(`${path}\0${readFileSync('.clang-tidy', 'utf8')}`);
  for (const input of [...inputs].sort()) {
    if (existsSync(input)) hash.update(`\0${input}\0`).update(readFileSync(input));
  }
  return join(folder, hash.digest('hex'));
}

function cacheFolder() {
  const { FAIRWAY_CACHE, XDG_CACHE_HOME } = process.env;
  return FAIRWAY_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'fairway');
}

/** @param {string} output @param {RegExp} kind @returns {Finding[]} */
function parseCompilerLines(output, kind) {
  return output.split('\n').flatMap((text) => {
    const match = /^([^\s:]+):(\d+):\d+: (.*)$/.exec(text);
    if (match === null || !kind.test(text)) return [];
    const path = match[1] ?? '';
    const message = (match[3] ?? '')
      .replace(/^(error|warning): /, '')
      .replace(/,-warnings-as-errors\]$/, ']');
    return [
      {
        path: path.startsWith('/') ? relative(process.cwd(), path) : path,
        line: Number(match[2]),
        message,
      },
    ];
  });
}

/** @param {string} program @param {string[]} words @param {string} [input] both outputs */
function run(program, words, input) {
  const result = spawnSync(program, words, { encoding: 'utf8', input, maxBuffer: 1 << 28 });
  if (result.error !== undefined)
    throw new Error(`${program} could not be started: run tools/setup`);
  return result.stdout + result.stderr;
}
