// Plants bugs in the core (mutants.mjs) and lets worlds look for them: one that survives means that
// a checker is missing. All of them are in one program; FAIRWAY_MUTANT says which one is awake.
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { mutants } from './mutants.mjs';

/** @typedef {import('./mutants.mjs').Mutant} Mutant */
/** @typedef {{directory: string, command: string, file: string}} CompileCommand */

const root = join(import.meta.dirname, '../..');
const build = join(root, 'build/native');
const made = join(root, 'build/mutants');
const program = join(made, 'fairway_worlds');
const seconds_max = 300; // a mutant that makes the worlds endless is caught as well
const switch_source = `#include <cstdlib>
extern int fairway_mutant;
int fairway_mutant = [] {
  const char* number = std::getenv("FAIRWAY_MUTANT");
  return number == nullptr ? 0 : std::atoi(number);
}();
`;

/** @param {Mutant} mutant @param {number} number @returns {string} both ways, behind the switch */
function bothWays({ find, replace }, number) {
  if (find.endsWith(';')) {
    return `if (fairway_mutant == ${number}) { ${replace} } else { ${find} }`;
  }
  return `(fairway_mutant == ${number} ? (${replace}) : (${find}))`;
}

/** @param {string} file @returns {string} the source with its mutants in it, asleep */
function planted(file) {
  const source = readFileSync(join(root, file), 'utf8');
  let changed = source;
  mutants.forEach((mutant, index) => {
    if (mutant.file !== file) return;
    const places = source.split(mutant.find).length - 1;
    if (places !== 1) throw new Error(`${file}: ${places} places of "${mutant.name}", not 1`);
    changed = changed.replace(mutant.find, () => bothWays(mutant, index + 1));
  });
  return `extern int fairway_mutant;\n${changed}`;
}

/** @param {CompileCommand} like how a file of the product is compiled
 *  @param {string} source @returns {Promise<string>} the object's path */
async function compile(like, source) {
  const object = source.replace(/\.cpp$/, '.o');
  const command = like.command
    .replace(/ -o \S+/, ` -o ${object}`)
    .replace(/ -c \S+/, ` -Wno-error -w -c ${source}`);
  await promisify(execFile)('sh', ['-c', command], { cwd: like.directory });
  return object;
}

/** Builds the program with every mutant in it, two compilers at a time. */
async function buildAll() {
  execFileSync(join(root, 'tools/build'), ['native', 'fairway_worlds'], { stdio: 'inherit' });
  /** @type {CompileCommand[]} */
  const commands = JSON.parse(readFileSync(join(build, 'compile_commands.json'), 'utf8'));
  const likeOf = (/** @type {string} */ file) => {
    const like = commands.find((command) => command.file === join(root, file));
    if (like === undefined) throw new Error(`${file} is not compiled`);
    return like;
  };
  const files = [...new Set(mutants.map((mutant) => mutant.file))];
  const jobs = files.map((file) => ({ like: likeOf(file), path: file, text: planted(file) }));
  jobs.push({ like: likeOf('tests/world/worlds.cpp'), path: 'switch.cpp', text: switch_source });
  /** @type {string[]} */
  const objects = [];
  const compiler = async () => {
    for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
      const source = join(made, job.path);
      mkdirSync(dirname(source), { recursive: true });
      writeFileSync(source, job.text);
      objects.push(await compile(job.like, source));
    }
  };
  await Promise.all([compiler(), compiler()]);
  link(objects);
}

/** Links as ninja does, our objects first: what they define is not taken from the libraries.
 *  @param {string[]} objects */
function link(objects) {
  const ninja = ['-C', build, '-t', 'commands', 'fairway_worlds'];
  const lines = execFileSync('ninja', ninja, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const last = lines.trimEnd().split('\n').at(-1) ?? '';
  const command = last.replace(' -o fairway_worlds', ` ${objects.join(' ')} -o ${program}`);
  execFileSync('sh', ['-c', command], { cwd: build, stdio: 'inherit' });
}

/** @param {number} number 0: none is awake @param {string[]} words
 *  @returns {string} "" when the worlds found nothing, else what they said */
function whatWorldsSay(number, words) {
  const run = spawnSync(program, words, {
    encoding: 'utf8',
    env: { ...process.env, FAIRWAY_MUTANT: String(number) },
    timeout: seconds_max * 1000,
  });
  if (run.status === 0) return '';
  const said = `${run.stdout}${run.stderr}`.trim().split('\n').at(-1);
  return said || `ended by ${run.signal ?? `exit code ${run.status}`}`;
}

/** @param {number} number @param {string} worlds */
function look(number, worlds) {
  return whatWorldsSay(number, ['--fail-each']) || whatWorldsSay(number, [worlds]);
}

async function main() {
  const worlds = process.argv[2] ?? '4000';
  await buildAll();
  const asleep = look(0, worlds);
  if (asleep !== '') throw new Error(`without any mutant: ${asleep}`);
  let survived = 0;
  mutants.forEach((mutant, index) => {
    const said = look(index + 1, worlds);
    if (said === '') survived += 1;
    console.log(`${said === '' ? 'SURVIVED' : 'caught  '}  ${mutant.name}`);
    if (said !== '') console.log(`          ${said}`);
  });
  console.log(`${mutants.length - survived} of ${mutants.length} mutants caught`);
  process.exitCode = survived === 0 ? 0 : 1;
}

await main();
