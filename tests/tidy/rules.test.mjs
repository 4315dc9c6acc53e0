// Each house rule against a small text that breaks it and one that does not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkFile, makeFile } from '../../tools/house_rules/rules.mjs';
import { checkLists, checkTree, checkTypeNames } from '../../tools/house_rules/tree.mjs';

/** @param {string} path @param {string} source @returns {string[]} "line: message" */
function findings(path, source) {
  return checkFile(makeFile(path, source)).map(({ line, message }) => `${line}: ${message}`);
}

/** @param {string} path @param {string} source @param {RegExp} expected */
function breaks(path, source, expected) {
  const found = findings(path, source);
  assert.equal(found.length, 1, found.join('\n'));
  assert.match(found[0] ?? '', expected);
}

/** @param {string} path @param {string} source */
function keeps(path, source) {
  assert.deepEqual(findings(path, source), []);
}

const lines = (/** @type {number} */ count) => '  step();\n'.repeat(count);

test('a file has 500 lines at most', () => {
  keeps('shared/base/a.cpp', '\n'.repeat(500));
  breaks('shared/base/a.cpp', '\n'.repeat(501), /^501: the file has 501 lines/);
});

test('a function has 70 lines at most, in C++', () => {
  keeps('shared/base/a.cpp', `namespace fairway {\nvoid f() {\n${lines(68)}}\n}\n`);
  breaks(
    'shared/base/a.cpp',
    `namespace fairway {\nvoid f() {\n${lines(69)}}\n}\n`,
    /^2: .* 71 lines/,
  );
});

test('a method in a class and a nested block count with their function', () => {
  const body = `if (x) {\n${lines(70)}}\n`;
  const method = `class A : public B {\n  int f() const override {\n${body}}\n};\n`;
  breaks('web/a.cpp', method, /^2: .* 74 lines/);
});

test('a long table and a long class are no functions', () => {
  keeps('web/a.cpp', `const Route routes[] = {\n${'  {1, 2},\n'.repeat(100)}};\n`);
  keeps('web/a.cpp', `struct A {\n${'  int a;\n'.repeat(100)}};\n`);
});

test('a function has 70 lines at most, in JavaScript', () => {
  keeps('worker/a.mjs', `export function f() {\n${lines(68)}}\n`);
  breaks('worker/a.mjs', `const f = async () => {\n${lines(69)}};\n`, /^1: .* 71 lines/);
  keeps('public/a.js', `(() => {\n  const a = 1;\n${lines(100)}})();\n`);
  keeps('worker/a.mjs', `describe('many tests', () => {\n${'  test();\n'.repeat(100)}});\n`);
});

test('braces in comments, strings and regular expressions do not mislead', () => {
  const noise = `// {\nconst a = '{'; /* { */ const b = /[/{]{2}/; const c = 4 / 2; // }\n`;
  breaks('worker/a.mjs', `${noise}function f() {\n${lines(69)}}\n`, /^3: .* 71 lines/);
  const raw = `const char* a = R"x({ " {)x"; int b = 1'000; char c = '{';\n`;
  breaks('shared/base/a.cpp', `${raw}void f() {\n${lines(69)}}\n`, /^2: .* 71 lines/);
});

test('a line has 100 columns at most, counted in characters', () => {
  keeps('web/a.cpp', `// ${'é'.repeat(97)}\n`);
  breaks('web/a.cpp', `\n// ${'é'.repeat(98)}\n`, /^2: 101 columns/);
  breaks('tools/setup', `# ${'a'.repeat(99)}\n`, /^1: 101 columns/);
  keeps('README.md', 'a'.repeat(200));
});

test('a module includes only lower ranks', () => {
  keeps('shared/jobs/a.cpp', '#include "shared/host/host.h"\n#include "shared/jobs/jobs.h"\n');
  keeps('shared/deployment/a.cpp', '#include "shared/transform/transform.h"\n');
  breaks(
    'shared/host/a.cpp',
    '#include "shared/jobs/jobs.h"\n',
    /shared\/host may not include shared\/jobs/,
  );
  breaks('shared/projects/a.cpp', '#include "shared/secrets/secrets.h"\n', /may not include/);
  breaks('shared/base/a.cpp', '#include "task.h"\n', /written "shared\/MODULE\/FILE\.h"/);
  breaks('shared/base/a.cpp', '#include "web/app.h"\n', /the core includes only the core/);
  breaks('shared/novel/a.cpp', '#include "shared/base/task.h"\n', /has no rank/);
  breaks('web/a.cpp', '#include "tests/world/world.h"\n', /only tests include/);
});

test('banned headers', () => {
  breaks('shared/base/a.cpp', '#include <iostream>\n', /<iostream> is banned/);
  breaks('web/a.cpp', '#include <format>\n', /<format> is banned/);
  keeps('tests/unit/a.cpp', '#include <iostream>\n');
});

test('no boolean parameters in headers', () => {
  const header = (/** @type {string} */ text) => `// Story.\n#pragma once\n${text}\n`;
  breaks('shared/base/a.h', header('void f(int a, bool really);'), /^3: a boolean parameter/);
  breaks('shared/base/a.h', header('void f(\n    bool really = true);'), /^4: a boolean parameter/);
  keeps('shared/base/a.h', header('bool f(int a);\nstruct A { bool b = false; };\n// f(bool a)'));
  keeps(
    'shared/base/a.h',
    header('template <class T, bool B> void f(T a);\nbool operator==(A, A);'),
  );
});

test('coroutines own their parameters', () => {
  keeps('shared/jobs/a.cpp', 'Task<Done> f(Host& host, std::string name) {}\n');
  keeps('shared/jobs/a.cpp', 'int f(const std::string& a);\nTask<Rows> g(Journal&);\n');
  breaks(
    'shared/jobs/a.cpp',
    '\nTask<int> f(Host& host, const std::string& a);\n',
    /^2: a coroutine/,
  );
  breaks('shared/jobs/a.cpp', 'Task<int> f(\n    std::string_view a) {}\n', /^1: a coroutine/);
});

test('a header starts with its story', () => {
  breaks('shared/base/a.h', '#pragma once\n', /starts with its story/);
  breaks('shared/base/a.h', '// Story.\n', /#pragma once is missing/);
});

test('nothing unfinished', () => {
  breaks('README.md', `a\n${'TO' + 'DO'}: b\n`, /^2: TODO/);
});

test('tests neither sleep nor skip', () => {
  breaks(
    'tests/worker/a.test.mjs',
    'await new Promise((r) => setTimeout(r, 5));\n',
    /does not sleep/,
  );
  breaks('tests/worker/a.test.mjs', `test.skip('a', () => {});\n`, /no test is skipped/);
  breaks('tests/worker/a.test.mjs', `test('a', { skip: true }, f);\n`, /no test is skipped/);
  breaks('tests/unit/a.cpp', 'usleep(10);\n', /does not sleep/);
  keeps(
    'tests/worker/a.test.mjs',
    `// waitForTimeout would be a sleep\ntest('it does not .skip', f);\n`,
  );
});

test('SQL stands in stores and in migration only', () => {
  const query = 'auto rows = db.run("select id from jobs where id = ?");\n';
  breaks('shared/jobs/run_jobs.cpp', query, /SQL belongs to a store/);
  keeps('shared/jobs/jobs_store.cpp', query);
  keeps('shared/migration/verify.cpp', query);
  keeps('shared/api/schema.cpp', query);
  breaks('shared/jobs/a.cpp', 'run("INSERT INTO jobs VALUES (1)");\n', /SQL belongs/);
  keeps('shared/jobs/a.cpp', 'say("Create database");\nsay("update your plan");\n');
});

test('foreign addresses stand in provider files', () => {
  const call = 'get("https://api.example.com/v1");\n';
  breaks('shared/deployment/a.cpp', call, /a foreign address/);
  keeps('shared/provisioning/turso.cpp', call);
  keeps(
    'shared/deployment/a.cpp',
    '// see https://example.com/docs\nget("http://localhost:1/");\n',
  );
});

test('no machine names', () => {
  breaks('README.md', `from ${['npmjs', 'org'].join('.')}\n`, /names a package registry/);
  breaks('tools/run', 'cd /work/main\n', /a path of one machine/);
  breaks('web/a.cpp', '#include "../shared/a.h"\n', /written from the root/);
});

test('every module has its header', () => {
  assert.deepEqual(
    checkTree(['shared/base/task.h', 'shared/jobs/jobs.h', 'shared/jobs/a.cpp']),
    [],
  );
  const found = checkTree(['shared/jobs/a.cpp']);
  assert.equal(found[0]?.message, "the module's header jobs.h is missing");
});

test('every source is in a list', () => {
  const lists = ['fairway_module(jobs\n  run_jobs.cpp\n)\n'];
  assert.deepEqual(checkLists(['shared/jobs/run_jobs.cpp', 'shared/jobs/jobs.h'], lists), []);
  assert.equal(checkLists(['shared/jobs/jobs.cpp'], lists).length, 1);
});

test('a type has one owner in its namespace', () => {
  const one = makeFile('shared/a/a.h', 'namespace fairway {\nstruct Token {\n};\n}  // x\n');
  const two = makeFile('shared/b/b.h', 'namespace fairway {\nclass Token final {\n};\n}\n');
  const hidden = makeFile('shared/c.cpp', 'namespace fairway {\nnamespace {\nstruct Token {\n');
  const other = makeFile('web/d.h', 'namespace fairway::ui {\nstruct Token {\n};\n}\n');
  assert.deepEqual(checkTypeNames([one, hidden, other]), []);
  assert.equal(
    checkTypeNames([one, two])[0]?.message,
    'fairway::Token is a type of shared/a/a.h too',
  );
});
