// The command as people and scripts meet it: a whole database, a second run, refusals, crashes,
// exit codes. What is refused or broken off leaves nothing.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, describe, test } from 'node:test';
import { differences } from './cells.mjs';
import {
  fairway,
  newFolder,
  newSqlite,
  program,
  psql,
  psqlProgram,
  startServer,
} from './support.mjs';

const chinook = new URL('../data/migration/chinook.db', import.meta.url).pathname;

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

/** Tables and views that an outsider would see. @param {string} url */
const objectsIn = (url) =>
  psql(
    url,
    `SELECT count(*) FROM pg_class c JOIN pg_namespace n
  ON n.oid = relnamespace WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
  );

const manyRows = (/** @type {number} */ rows) => `CREATE TABLE items(id INTEGER PRIMARY KEY,
  name TEXT, price REAL); WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n
  WHERE x < ${rows}) INSERT INTO items SELECT x, 'item ' || x, x * 0.37 FROM n;`;

describe('a whole database', () => {
  test('Chinook: every cell, every key, a report that adds up', async () => {
    const url = server.newDatabase();
    const migrated = await fairway('migrate', chinook, '--into', url, '--json');
    assert.equal(migrated.code, 0, migrated.error);
    const report = JSON.parse(migrated.out);
    assert.deepEqual(differences(chinook, url, report), []);
    assert.equal(report.tables.length, 11);
    assert.equal(
      report.snapshot_sha256,
      createHash('sha256').update(readFileSync(chinook)).digest('hex'),
    );
    assert.match(report.content_sha256, /^[0-9a-f]{64}$/);
    const count = (/** @type {string} */ type) =>
      psql(
        url,
        `SELECT count(*) FROM pg_constraint WHERE contype = '${type}' AND convalidated
        AND connamespace = 'public'::regnamespace`,
      );
    assert.equal(count('p'), '11');
    assert.equal(count('f'), '11');
  });

  test('a second run finds what the first has loaded', async () => {
    const url = server.newDatabase();
    assert.equal((await fairway('migrate', chinook, '--into', url)).code, 0);
    const again = await fairway('migrate', chinook, '--into', url);
    assert.equal(again.code, 0, again.error);
    assert.match(again.out, /Already there/);
  });

  test('into a schema of its own', async () => {
    const url = server.newDatabase();
    const migrated = await fairway('migrate', chinook, '--into', url, '--schema', 'My "App"');
    assert.equal(migrated.code, 0, migrated.error);
    assert.deepEqual(differences(chinook, url, { schema: 'My "App"' }), []);
    const verified = await fairway('verify', chinook, url, '--schema', 'My "App"');
    assert.equal(verified.code, 0, verified.error);
  });

  test('views answer the same rows, or are reported', async (context) => {
    const file = newSqlite(
      newFolder(context),
      `CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT,
      price REAL); INSERT INTO t(name, price) VALUES ('a', 1.5), ('b', 2.25), ('c', NULL);
      CREATE VIEW cheap AS SELECT name, price * 2 AS twice FROM t WHERE price < 2;
      CREATE VIEW sums AS SELECT count(*) AS rows, sum(price) AS total FROM t;
      CREATE VIEW odd AS SELECT rowid, quote(name) FROM t;`,
    );
    const url = server.newDatabase();
    const migrated = await fairway('migrate', file, '--into', url, '--json');
    assert.equal(migrated.code, 0, migrated.error);
    const report = JSON.parse(migrated.out);
    assert.ok(report.views.every((/** @type {any} */ view) => view.same));
    for (const view of ['cheap', 'sums', 'odd']) {
      const carried = report.views.some((/** @type {any} */ one) => one.name === view);
      const reported = report.decisions.some((/** @type {any} */ one) => one.object === view);
      assert.ok(carried || reported, view);
    }
    assert.equal(psql(url, 'SELECT * FROM cheap'), 'a|3');
  });
});

describe('two sides', () => {
  test('one changed cell, one row too many, a table that is gone: exit 4', async (context) => {
    const file = newSqlite(newFolder(context), manyRows(1000));
    for (const change of [
      "UPDATE items SET name = 'x' WHERE id = 77",
      'UPDATE items SET price = price + 1e-9 WHERE id = 78',
      'DELETE FROM items WHERE id = 1000',
      'INSERT INTO items SELECT 1001, name, price FROM items WHERE id = 1',
      'UPDATE items SET price = NULL WHERE id = 5',
      'DROP TABLE items',
      `UPDATE items SET name = (SELECT name FROM items i WHERE i.id = 3 - items.id)
        WHERE id IN (1, 2)`,
    ]) {
      const url = server.newDatabase();
      assert.equal((await fairway('migrate', file, '--into', url)).code, 0);
      psql(url, change);
      const verified = await fairway('verify', file, url, '--json');
      assert.equal(verified.code, 4, change);
      assert.equal(JSON.parse(verified.out).differences, 1);
      assert.match(verified.error, /"items"/);
    }
  });

  test('two files', async (context) => {
    const folder = newFolder(context);
    const one = newSqlite(folder, manyRows(100));
    const other = newSqlite(folder, manyRows(100), (file) =>
      file.exec('DELETE FROM items WHERE id=7'),
    );
    assert.equal((await fairway('verify', one, newSqlite(folder, manyRows(100)))).code, 0);
    assert.equal((await fairway('verify', one, other)).code, 4);
  });
});

describe('what is refused', () => {
  test('tables that are there with other columns are named and left alone', async (context) => {
    const file = newSqlite(newFolder(context), manyRows(10));
    const url = server.newDatabase();
    psql(url, 'CREATE TABLE items(id int, note text); INSERT INTO items VALUES (1)');
    const refused = await fairway('migrate', file, '--into', url);
    assert.equal(refused.code, 3);
    assert.match(refused.error, /"items"/);
    assert.equal(psql(url, 'SELECT count(*) FROM items'), '1');
  });

  test('a row that no page of PostgreSQL can hold', async (context) => {
    const names = Array.from({ length: 1500 }, (_, i) => `c${i}`);
    const file = newSqlite(
      newFolder(context),
      `CREATE TABLE wide(${names.join(' INTEGER, ')} INTEGER);
      INSERT INTO wide VALUES (${names.map((_, i) => i).join(', ')});`,
    );
    const url = server.newDatabase();
    const refused = await fairway('migrate', file, '--into', url);
    assert.equal(refused.code, 3, refused.error);
    assert.match(refused.error, /row is too big.*COPY wide/);
    assert.equal(objectsIn(url), '0');
  });

  test('a user without the right to make tables', async (context) => {
    const file = newSqlite(newFolder(context), manyRows(10));
    const url = server.newDatabase();
    psql(url, 'CREATE ROLE reader LOGIN; REVOKE CREATE ON SCHEMA public FROM public');
    const refused = await fairway('migrate', file, '--into', url.replace('postgres@', 'reader@'));
    assert.equal(refused.code, 3, refused.error);
    assert.match(refused.error, /permission denied/);
  });

  test('files that are no database', async (context) => {
    const folder = newFolder(context);
    const url = server.newDatabase();
    const write = (/** @type {string} */ name, /** @type {string | Buffer} */ content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    const damaged = Buffer.from(readFileSync(chinook));
    damaged.fill(0x7f, 20_000, 60_000);
    for (const file of [
      write('empty', ''),
      write('text', 'hello '.repeat(1000)),
      write('cut', readFileSync(chinook).subarray(0, 50_000)),
      write('damaged', damaged),
    ]) {
      for (const words of [
        ['inspect', file],
        ['migrate', file, '--into', url],
        ['export', file, '--to', 'postgres', '--out', join(folder, 'out.sql')],
      ]) {
        const refused = await fairway(...words);
        assert.equal(refused.code, 3, `${words.join(' ')}: ${refused.error}`);
        assert.match(refused.error, /^fairway: /);
      }
    }
    assert.equal(objectsIn(url), '0');
    assert.ok(!existsSync(join(folder, 'out.sql')));
  });

  test('wrong use', async (context) => {
    const folder = newFolder(context);
    for (const words of [
      [],
      ['migrte', chinook],
      ['migrate', chinook],
      ['export', chinook],
      ['export', chinook, '--to', 'oracle'],
      ['inspect'],
      ['inspect', chinook, chinook],
      ['inspect', chinook, '--jsn'],
      ['verify', chinook],
      ['migrate', chinook, '--into', 'nowhere'],
      ['inspect', join(folder, 'missing.db')],
      ['inspect', folder],
      ['completion', 'tcsh'],
      ['export', chinook, '--to', 'postgres', '--out', join(folder, 'no', 'such', 'folder')],
    ]) {
      const { code, out, error } = await fairway(...words);
      assert.equal(code, 2, `${words.join(' ')}: ${error}`);
      assert.equal(out, '');
    }
    assert.match((await fairway('migrte')).error, /Did you mean migrate\?/);
  });

  test('a server that is not there is a broken connection, not a refusal', async () => {
    const { code, error } = await fairway(
      'migrate',
      chinook,
      '--into',
      'postgres://nobody@127.0.0.1:1/none',
    );
    assert.equal(code, 1);
    assert.match(error, /cannot be reached/);
  });
});

describe('breaking off', () => {
  test('killed at any point, nothing stays; the next run loads all', async (context) => {
    const file = newSqlite(
      newFolder(context),
      `${manyRows(100_000)}
      CREATE INDEX by_name ON items(name);`,
    );
    const url = server.newDatabase();
    const connected = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fairway'`;
    for (let bytes = 0; bytes < 6; bytes++) {
      const child = spawn(program, ['migrate', file, '--into', url], { stdio: 'ignore' });
      const gone = new Promise((resolve) => child.on('close', resolve));
      // Each round kills later: when so many statements of the load were seen.
      for (let seen = 0; seen <= bytes && child.exitCode === null;) {
        if (psql(url, connected) !== '0') seen++;
        await new Promise((resolve) => setImmediate(resolve));
      }
      child.kill('SIGKILL');
      await gone;
      while (psql(url, connected) !== '0');
      const there = objectsIn(url);
      if (there !== '0') {
        // it was done before it was killed
        assert.equal((await fairway('verify', file, url)).code, 0);
        return;
      }
    }
    const migrated = await fairway('migrate', file, '--into', url);
    assert.equal(migrated.code, 0, migrated.error);
    assert.deepEqual(differences(file, url), []);
  });

  test('Ctrl-C ends a statement that waits in the server', async (context) => {
    const file = newSqlite(newFolder(context), manyRows(10));
    const url = server.newDatabase();
    // Another transaction makes a table of the same name: ours waits for how that ends.
    const holder = spawn(psqlProgram, ['-X', '-q', url], { stdio: ['pipe', 'pipe', 'inherit'] });
    context.after(() => holder.kill());
    holder.stdin.write('BEGIN; CREATE TABLE items(id int);\n\\echo made\n');
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const admin = url.replace(/\/test\d+/, '/postgres');
    const child = spawn(program, ['migrate', file, '--into', url], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.on('close', resolve));
    const waiting = `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
      AND application_name = 'fairway'`;
    while (psql(admin, waiting) === '0' && child.exitCode === null);
    child.kill('SIGINT');
    assert.equal(await ended, 1);
  });

  test('an export is a file or none, never half of one', async (context) => {
    const folder = newFolder(context);
    const file = newSqlite(folder, manyRows(300_000));
    const out = join(folder, 'out', '..', 'out.sql');
    const child = spawn(program, ['export', file, '--to', 'postgres', '--out', out], {
      stdio: 'ignore',
    });
    const gone = new Promise((resolve) => child.on('close', resolve));
    const started = () => readdirSync(folder).some((name) => name.startsWith('out.sql.'));
    while (!started() && child.exitCode === null) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    child.kill('SIGTERM');
    await gone;
    assert.deepEqual(
      readdirSync(dirname(out)).filter((name) => name.startsWith('out.sql')),
      [],
    );
    assert.equal((await fairway('export', file, '--to', 'postgres', '--out', out)).code, 0);
    assert.match(readFileSync(out, 'utf8').slice(-20), /COMMIT;\n$/);
  });
});

test('what is written meanwhile is there wholly or not at all', async (context) => {
  const file = newSqlite(
    newFolder(context),
    'PRAGMA journal_mode = WAL; CREATE TABLE one(n INTEGER PRIMARY KEY); CREATE TABLE other(n INT)',
  );
  const writer = new DatabaseSync(file);
  let n = 0;
  const write = () =>
    writer.exec(
      `BEGIN; INSERT INTO one VALUES (${(n += 1)}); INSERT INTO other VALUES (${n}); COMMIT`,
    );
  write();
  const writing = setInterval(write, 40);
  const url = server.newDatabase();
  const ended = await fairway('migrate', file, '--into', url);
  clearInterval(writing);
  writer.close();
  // A file that never stands still while it is copied is refused.
  if (ended.code === 3) return assert.match(ended.error, /is being written to all the time/);
  assert.equal(ended.code, 0, ended.error);
  const seen = psql(url, 'SELECT count(*) FROM one');
  assert.ok(Number(seen) >= 1 && Number(seen) <= n);
  assert.equal(psql(url, 'SELECT count(*) FROM one JOIN other USING (n)'), seen);
  assert.equal(psql(url, 'SELECT count(*) FROM other'), seen);
  return undefined;
});

describe('plans', () => {
  test('a plan is written, changed, and taken', async (context) => {
    const folder = newFolder(context);
    const file = newSqlite(
      folder,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, at INTEGER, d DATETIME);
      INSERT INTO t(at, d) VALUES (1, 1700000000000), (2, 1700000000001);`,
    );
    const plan = join(folder, 'plan.json');
    assert.equal((await fairway('inspect', file, '--plan', plan)).code, 0);
    const written = JSON.parse(readFileSync(plan, 'utf8'));
    const column = written.tables[0].columns.find((/** @type {any} */ one) => one.name === 'd');
    assert.match(column.type, /timestamp/);
    column.choice = 'bigint';
    writeFileSync(plan, JSON.stringify(written));
    const url = server.newDatabase();
    const migrated = await fairway('migrate', file, '--into', url, '--plan', plan);
    assert.equal(migrated.code, 0, migrated.error);
    assert.equal(psql(url, 'SELECT pg_typeof(d), d FROM t WHERE id = 1'), 'bigint|1700000000000');
    assert.equal((await fairway('verify', file, url, '--plan', plan)).code, 0);
    assert.equal((await fairway('verify', file, url)).code, 4);
    writeFileSync(plan, '{"target": "postgres", "tables": 5}');
    assert.equal((await fairway('inspect', file, '--plan', plan)).code, 2);
  });

  test('inspect tells the same in words and in JSON, and changes nothing', async () => {
    const before = readFileSync(chinook);
    const words = await fairway('inspect', chinook);
    assert.equal(words.code, 0);
    assert.match(words.out, /InvoiceLine/);
    const json = JSON.parse((await fairway('inspect', chinook, '--json')).out);
    assert.equal(json.rows, 15607);
    assert.ok(!words.out.includes('\x1b'));
    assert.deepEqual(readFileSync(chinook), before);
  });

  test('help and completion', async () => {
    for (const verb of ['inspect', 'export', 'migrate', 'verify']) {
      const { code, out } = await fairway(verb, '--help');
      assert.equal(code, 0);
      assert.match(out, /SYNOPSIS[\s\S]*EXIT CODES/);
    }
    for (const shell of ['bash', 'zsh', 'fish']) {
      assert.equal((await fairway('completion', shell)).code, 0);
    }
  });
});
