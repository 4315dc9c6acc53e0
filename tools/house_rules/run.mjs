// tools/tidy: reports everything as "path:line: message", then a line with the counts.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

import { checkFile, makeFile } from './rules.mjs';
import { checkLists, checkTree, checkTypeNames } from './tree.mjs';
import {
  checkTypes,
  checkWithClangFormat,
  checkWithClangTidy,
  checkWithPrettier,
  format,
} from './tools.mjs';

/** @typedef {import('./rules.mjs').Finding} Finding */

const usage = `usage: tools/tidy [--all | --fast | --fix [PATH...]]
  --all   clang-tidy looks at every file, not only at changed ones
  --fast  no clang-tidy at all
  --fix   formats the files named, or all, instead of checking`;

main(process.argv.slice(2));

/** @param {string[]} words */
function main(words) {
  const paths = listFiles();
  if (words[0] === '--fix') {
    format(words.length > 1 ? words.slice(1) : paths);
    return;
  }
  if (words.some((word) => !['--all', '--fast'].includes(word))) {
    console.error(usage);
    process.exit(2);
  }
  const checks = [
    { name: 'house rules', findings: checkHouseRules(paths) },
    { name: 'clang-format', findings: checkWithClangFormat(paths) },
    { name: 'prettier', findings: checkWithPrettier(paths) },
    { name: 'types', findings: checkTypes() },
  ];
  if (!words.includes('--fast')) {
    const chosen = words.includes('--all') ? paths : changedFiles();
    checks.push({ name: 'clang-tidy', findings: checkWithClangTidy(chosen) });
  }
  report(paths.length, checks);
}

/** @param {number} files @param {{name: string, findings: Finding[]}[]} checks */
function report(files, checks) {
  for (const { findings } of checks) {
    for (const { path, line, message } of findings) console.log(`${path}:${line}: ${message}`);
  }
  const bad = checks.filter(({ findings }) => findings.length > 0);
  for (const { name, findings } of bad) console.log(`tidy: ${name}: ${findings.length} findings`);
  console.log(`tidy: ${files} files, ${checks.length - bad.length} passed, ${bad.length} failed`);
  process.exitCode = bad.length > 0 ? 1 : 0;
}

/** @param {string[]} paths @returns {Finding[]} */
function checkHouseRules(paths) {
  const files = paths
    .filter((path) => isText(path))
    .map((path) => makeFile(path, readFileSync(path, 'utf8')));
  const lists = paths.filter((path) => /(^|\/)(CMakeLists\.txt|[\w-]+\.cmake)$/.test(path));
  const listTexts = lists.map((path) => readFileSync(path, 'utf8'));
  return [
    ...files.flatMap((file) => checkFile(file)),
    ...checkTree(paths),
    ...checkLists(paths, listTexts),
    ...checkTypeNames(files),
  ];
}

/** @param {string} path */
function isText(path) {
  return (
    !/\.(png|ico|ttf|woff2?|db|sqlite|wasm|bin|zip|gz)$/.test(path) &&
    !path.startsWith('tests/data/')
  );
}

// Everything that is in the tree or would be added to it.
function listFiles() {
  const listed = lines('git', ['ls-files', '--cached', '--others', '--exclude-standard']);
  return [...new Set(listed)].filter((path) => existsSync(path)).sort();
}

// What differs from the last commit; when nothing does, what the last commit changed.
function changedFiles() {
  const changed = [
    ...lines('git', ['diff', '--name-only', 'HEAD']),
    ...lines('git', ['ls-files', '--others', '--exclude-standard']),
  ];
  if (changed.length > 0) return changed;
  return lines('git', ['diff', '--name-only', 'HEAD~1', 'HEAD']);
}

/** @param {string} program @param {string[]} words */
function lines(program, words) {
  const result = spawnSync(program, words, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return (result.stdout ?? '').split('\n').filter((line) => line !== '');
}
