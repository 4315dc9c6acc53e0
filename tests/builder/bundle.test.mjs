import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import {
  fileNameOf,
  packZip,
  parseEnvironment,
  sizeWords,
  textsOf,
  unpackApp,
} from '../../public/builder/bundle.mjs';
import { PreviewDatabase, looksLikeDatabase, quoted } from '../../public/builder/engine.mjs';
import {
  deployAddress,
  deployWithFairway,
  handOver,
  refusalOf,
} from '../../public/builder/handover.mjs';
import { id_form, newProjectId } from '../../public/builder/store.mjs';
import { appFile, databaseFrom, layOut, manifest, root, sqlite } from './support.mjs';

test('the ZIP holds every file and the database, byte for byte', async () => {
  for (const app of manifest.apps) {
    const { files, sql } = await unpackApp(app, appFile);
    const bytes = databaseFrom(sql).bytes();
    const entries = unzipSync(packZip(files, bytes, zipSync));
    assert.deepEqual(
      Object.keys(entries).sort(),
      [...files.map((file) => file.path), 'preview.db'].sort(),
    );
    for (const file of files) assert.deepEqual(entries[file.path], file.bytes);
    assert.deepEqual(entries['preview.db'], bytes);
  }
});

test('the apps are well typed as the bundles that they are', async (t) => {
  const types = [
    { path: 'types.d.ts', bytes: await appFile('../types.d.ts') },
    {
      path: 'process.d.ts',
      bytes: 'declare const process: { env: Record<string, string | undefined> };',
    },
  ];
  for (const app of manifest.apps) {
    const { files } = await unpackApp(app, appFile);
    const settings = {
      compilerOptions: {
        allowJs: true,
        checkJs: true,
        noEmit: true,
        strict: true,
        target: 'es2023',
        module: 'nodenext',
        lib: ['es2024', 'dom', 'dom.iterable'],
        types: [],
        noUnusedLocals: true,
      },
      include: ['**/*.js', '*.d.ts'],
    };
    const config = { path: 'tsconfig.json', bytes: JSON.stringify(settings) };
    const folder = await layOut(t, [...files, ...types, config]);
    const compiler = path.join(root, 'node_modules/.bin/tsc');
    try {
      execFileSync(compiler, ['-p', folder], { encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      assert.fail(`${app.id}: ${/** @type {any} */ (error).stdout}`);
    }
  }
});

test('the first rows hold what is hard to carry', async () => {
  for (const app of manifest.apps) {
    const database = databaseFrom((await unpackApp(app, appFile)).sql);
    assert.ok(database.tables().every(({ name }) => name !== ''));
    assert.deepEqual(database.all('PRAGMA integrity_check'), [{ integrity_check: 'ok' }]);
    assert.deepEqual(database.all('PRAGMA foreign_key_check'), []);
    assert.ok(looksLikeDatabase(database.bytes()));
  }
});

test('.env text: quotes, comments, export, and names that are none', () => {
  const text =
    'A=1\nexport B="two # words"\n# C=3\n D = \'x=y\' \nE=\nF=a # b\nG=$A\r\n1H=2\nI="open';
  assert.deepEqual(parseEnvironment(text), {
    A: '1',
    B: 'two # words',
    D: 'x=y',
    F: 'a',
    G: '$A',
    I: '"open',
  });
});

test('names and sizes', () => {
  assert.equal(fileNameOf('Ünï / ..\\ "x"'), 'Ünï .. x.zip');
  assert.equal(fileNameOf('///'), 'project.zip');
  assert.equal(sizeWords(1023), '1023 bytes');
  assert.equal(sizeWords(5 * 1024 * 1024), '5.0 MB');
  for (const name of ['Guestbook', '', '日本', '--', 'Ä B', 'x'.repeat(300)]) {
    assert.match(newProjectId(name), id_form);
  }
  assert.deepEqual(
    [...textsOf([{ path: 'a', bytes: new TextEncoder().encode('é') }])],
    [['a', 'é']],
  );
});

test('engine: values go in and come out as in production', () => {
  const database = databaseFrom('CREATE TABLE t (i INTEGER, r REAL, x DATETIME, b BLOB)');
  const bytes = new Uint8Array([0, 255]);
  const written = database.run('INSERT INTO t VALUES (?, ?, ?, ?)', [
    2n ** 63n - 1n,
    1,
    2 ** 40,
    bytes,
  ]);
  assert.deepEqual(written, { changes: 1, lastInsertRowid: 1 });
  const [row] = database.all('SELECT *, typeof(r) AS kr, typeof(x) AS kx, ? AS yes FROM t', [true]);
  assert.deepEqual(row, {
    i: 2n ** 63n - 1n,
    r: 1,
    x: 2 ** 40,
    b: bytes,
    kr: 'real',
    kx: 'integer',
    yes: 1,
  });
  assert.deepEqual(database.run('SELECT 1'), { changes: 0, lastInsertRowid: 1 });
  assert.throws(() => database.all('SELECT 1; SELECT 2'), { code: 'SQL_MANY_STATEMENTS' });
  assert.throws(() => database.all('  '), { code: 'SQL_NO_STATEMENT' });
  assert.throws(() => database.all('SELECT ?', [/** @type {any} */ (new Date())]), {
    code: 'ARGS_INVALID',
  });
  assert.throws(() => database.all('SELEC'), { code: 'SQLITE_ERROR' });
  assert.equal(quoted('a"b'), '"a""b"');
});

test('engine: a batch is all or nothing, and foreign keys hold also after an export', () => {
  const database = databaseFrom(
    'CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p)',
  );
  database.bytes();
  assert.throws(
    () =>
      database.batch([{ sql: 'INSERT INTO p VALUES (1)' }, { sql: 'INSERT INTO c VALUES (2)' }]),
    { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' },
  );
  assert.deepEqual(database.tables(), [
    { name: 'c', rows: 0 },
    { name: 'p', rows: 0 },
  ]);
  assert.equal(database.batch([{ sql: 'INSERT INTO p VALUES (?)', values: [1] }]).length, 1);
});

test('engine: files that are none are refused, files in WAL mode are read', () => {
  const open = (/** @type {Uint8Array} */ bytes) => new PreviewDatabase(sqlite, bytes, () => {});
  for (const bytes of [
    new Uint8Array(1000).fill(7),
    new TextEncoder().encode('SQLite format 3\0'.padEnd(1000, 'x')),
  ]) {
    assert.throws(() => open(bytes), { name: 'DatabaseError' });
  }
  const bytes = databaseFrom('CREATE TABLE t (a); INSERT INTO t VALUES (1)').bytes();
  bytes[18] = bytes[19] = 2;
  const wal = open(bytes);
  assert.deepEqual(wal.tables(), [{ name: 't', rows: 1 }]);
  assert.equal(bytes[18], 2, 'the file itself is left alone');
  assert.equal(wal.written, false);
});

test('engine: every write is told, reads are not', () => {
  let writes = 0;
  const database = new PreviewDatabase(sqlite, null, () => {
    writes += 1;
  });
  database.run('CREATE TABLE t (a)');
  database.all('INSERT INTO t VALUES (1) RETURNING a');
  assert.equal(writes, 2);
  assert.equal(database.written, true);
  database.bytes();
  database.all('SELECT * FROM t');
  assert.equal(database.written, false);
});

test('hand-over: saves before it goes, and stays when the save fails', async () => {
  /** @type {string[]} */
  const steps = [];
  await deployWithFairway({
    id: 'a b',
    save: async () => void steps.push('saved'),
    go: (address) => void steps.push(address),
  });
  assert.deepEqual(steps, ['saved', '/app/dashboard?deploy=a%20b']);
  const failing = deployWithFairway({
    id: 'a',
    save: () => Promise.reject(new Error('full')),
    go: () => assert.fail('it went'),
  });
  await assert.rejects(failing, /full/);
  assert.equal(
    deployAddress('x', 'https://f.example/app/dashboard'),
    'https://f.example/app/dashboard?deploy=x',
  );
});

test('hand-over: only Fairway’s window at Fairway’s origin gets the project', async () => {
  const project = { id: 'guest-1', name: 'G', description: '', files: [] };
  const { world, target, say } = twoWindows();
  const done = handOver({
    fairway: 'https://f.example/x',
    project,
    database: () => new Uint8Array(4),
    save: async () => {},
    world,
  });
  say('https://evil.example', target, { type: 'fairway:ready' });
  say('https://f.example', {}, { type: 'fairway:ready' });
  await Promise.resolve();
  assert.equal(target.posted.length, 0);
  say('https://f.example', target, { type: 'fairway:ready' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(target.posted.length, 1);
  assert.equal(target.posted[0]?.origin, 'https://f.example');
  assert.equal(refusalOf(target.posted[0]?.message), null);
  say('https://evil.example', target, { type: 'fairway:received' });
  say('https://f.example', target, { type: 'fairway:received' });
  await done;
  assert.equal(target.closed, false);
});

test('hand-over: a refusal, a failed save and a blocked window are told', async () => {
  const project = { id: 'guest-1', name: 'G', description: '', files: [] };
  const refused = twoWindows();
  const first = handOver({
    fairway: 'https://f.example',
    project,
    database: () => new Uint8Array(),
    world: refused.world,
  });
  refused.say('https://f.example', refused.target, { type: 'fairway:refused', why: 'too large' });
  await assert.rejects(first, /too large/);
  assert.equal(refused.target.closed, true);
  const failed = twoWindows();
  const second = handOver({
    fairway: 'https://f.example',
    project,
    database: () => new Uint8Array(),
    world: failed.world,
    save: () => Promise.reject(new Error('disk full')),
  });
  await assert.rejects(second, /disk full/);
  assert.equal(failed.target.closed, true);
  const blocked = { ...twoWindows().world, open: () => null };
  await assert.rejects(
    handOver({
      fairway: 'https://f.example',
      project,
      database: () => new Uint8Array(),
      world: blocked,
    }),
    /blocked/,
  );
});

test('hand-over: what is no project is refused with the reason', () => {
  const bytes = new Uint8Array(3);
  const project = {
    id: 'guest-1',
    name: 'G',
    description: '',
    files: [{ path: 'public/a.js', bytes }],
  };
  const good = { type: 'fairway:project', version: 1, project, database: bytes };
  assert.equal(refusalOf(good), null);
  /** @type {any[]} */
  const wrong = [
    null,
    1,
    { ...good, version: 2 },
    { ...good, database: 'x' },
    { ...good, project: null },
    ...['A', 'abc', '../..', 'x'.repeat(65)].map((id) => ({
      ...good,
      project: { ...project, id },
    })),
    { ...good, project: { ...project, name: ' ' } },
    { ...good, project: { ...project, description: 1 } },
    ...['/a', '../a', 'a/../b', 'a/..', 'a\\b', '', 'a\nb', '.'].map((path) => ({
      ...good,
      project: { ...project, files: [{ path, bytes }] },
    })),
    { ...good, project: { ...project, files: [{ path: 'a', bytes: 'text' }] } },
  ];
  for (const message of wrong)
    assert.equal(typeof refusalOf(message), 'string', JSON.stringify(message));
});

function twoWindows() {
  /** @type {Set<(event: any) => void>} */
  const listeners = new Set();
  const target = {
    closed: false,
    /** @type {{ message: any, origin: string }[]} */
    posted: [],
    close() {
      this.closed = true;
    },
    /** @param {any} message @param {string} origin */
    postMessage(message, origin) {
      this.posted.push({ message, origin });
    },
  };
  const world = /** @type {any} */ ({
    open: () => target,
    addEventListener: (/** @type {string} */ _name, /** @type {any} */ listener) =>
      listeners.add(listener),
    removeEventListener: (/** @type {string} */ _name, /** @type {any} */ listener) =>
      listeners.delete(listener),
  });
  const say = (
    /** @type {string} */ origin,
    /** @type {unknown} */ source,
    /** @type {unknown} */ data,
  ) => {
    for (const listener of [...listeners]) listener({ origin, source, data });
  };
  return { world, target, say };
}
