// Rules over the whole tree rather than one file.
import { modulesWithoutOwnHeader } from './modules.mjs';

/**
 * Every module of the core has the header that tells what it is: shared/jobs/jobs.h.
 * @param {string[]} paths
 * @returns {import('./rules.mjs').Finding[]}
 */
export function checkTree(paths) {
  const names = paths.flatMap((path) => /^shared\/(\w+)\/.*\.(h|cpp)$/.exec(path)?.[1] ?? []);
  return [...new Set(names)]
    .filter(
      (name) =>
        !modulesWithoutOwnHeader.includes(name) && !paths.includes(`shared/${name}/${name}.h`),
    )
    .map((name) => ({
      path: `shared/${name}`,
      line: 1,
      message: `the module's header ${name}.h is missing`,
    }));
}

/**
 * Every source file is in a CMake list: one that is in none is not in the product.
 * @param {string[]} paths
 * @param {string[]} lists texts of the CMake files
 * @returns {import('./rules.mjs').Finding[]}
 */
export function checkLists(paths, lists) {
  const listed = new Set(lists.flatMap((text) => text.match(/[\w-]+\.cpp\b/g) ?? []));
  return paths
    .filter(
      (path) =>
        /^(shared|web|worker|tests)\/.*\.cpp$/.test(path) && !path.startsWith('tests/data/'),
    )
    .filter((path) => !listed.has(path.slice(path.lastIndexOf('/') + 1)))
    .map((path) => ({ path, line: 1, message: 'in no CMake list: it is never compiled' }));
}

/**
 * A type's name means one thing in its namespace. Two definitions compile, since no file sees both,
 * and then the linker keeps either's inline functions for both (the one-definition rule).
 * @param {import('./rules.mjs').File[]} files
 * @returns {import('./rules.mjs').Finding[]}
 */
export function checkTypeNames(files) {
  /** @type {Map<string, string>} */
  const owners = new Map();
  const found = [];
  for (const file of files.filter(({ path }) => /\.(h|cpp)$/.test(path))) {
    for (const { name, line } of typesOf(file.code)) {
      const owner = owners.get(name) ?? file.path;
      owners.set(name, owner);
      if (owner === file.path) continue;
      found.push({ path: file.path, line, message: `${name} is a type of ${owner} too` });
    }
  }
  return found;
}

/**
 * Types that other files could collide with: those in no unnamed namespace.
 * @param {string} code
 */
function typesOf(code) {
  /** @type {{name: string, line: number}[]} */
  const types = [];
  /** @type {string[]} */
  const spaces = [];
  code.split('\n').forEach((text, index) => {
    const opened = /^namespace ?([\w:]*) ?\{/.exec(text);
    if (opened !== null) spaces.push(opened[1] ?? '');
    else if (/^\}\s*$/.test(text)) spaces.pop();
    const type = /^(?:struct|class|enum class|union) (\w+)\b(?!::|[^{]*;)/.exec(text);
    if (type === null || spaces.includes('') || spaces.length === 0) return;
    types.push({ name: `${spaces.join('::')}::${type[1]}`, line: index + 1 });
  });
  return types;
}
