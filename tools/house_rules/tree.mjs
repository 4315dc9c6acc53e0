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
