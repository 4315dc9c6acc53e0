// A second preview in place of what is there, which is kept; runs that break off; databases that
// others use too.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { differences } from './cells.mjs';
import { changesOf, first, migrate, production, stateOf } from './redeploy.mjs';
import {
  fairway,
  newFolder,
  newSqlite,
  program,
  psql,
  psqlProgram,
  startServer,
} from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

describe('taking the preview’s rows', () => {
  test('--replace keeps the old tables for seven days', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    psql(
      url,
      `INSERT INTO users(name) VALUES ('Eve'); CREATE TABLE made_by_app(x int);
      INSERT INTO made_by_app VALUES (1); CREATE ROLE reader2; GRANT SELECT ON users TO reader2`,
    );
    const old = psql(url, 'SELECT * FROM users ORDER BY id');
    const next = newSqlite(
      folder,
      `${first} UPDATE users SET name = 'New' WHERE id = 1;
      ALTER TABLE posts DROP COLUMN title; CREATE TABLE more(x); INSERT INTO more VALUES (1.5);`,
    );
    const done = await fairway('migrate', next, '--into', url, '--replace', '--json');
    assert.equal(done.code, 0, done.error);
    const report = JSON.parse(done.out);
    assert.match(report.kept_schema, /^public_before_\d{8}_\d{6}$/);
    assert.equal(report.tables.length, 3);
    assert.deepEqual(differences(next, url, report), []);
    assert.equal((await fairway('verify', next, url)).code, 0);
    const kept = report.kept_schema;
    assert.equal(psql(url, `SELECT * FROM ${kept}.users ORDER BY id`), old);
    assert.equal(psql(url, `SELECT * FROM ${kept}.made_by_app`), '1');
    assert.equal(psql(url, "SELECT to_regclass('made_by_app')"), '');
    assert.equal(psql(url, "SELECT has_table_privilege('reader2', 'users', 'SELECT')"), 't');
    psql(url, 'INSERT INTO posts(user_id) VALUES (1)');
    assert.equal(psql(url, 'SELECT age FROM users WHERE id = 1'), '37');

    // Equal rows need no replacing; other ones do, and the first schema stays beside the second.
    psql(url, 'DELETE FROM posts WHERE id = 3; UPDATE users SET age = 36 WHERE id = 1');
    const same = await fairway('migrate', next, '--into', url, '--replace', '--json');
    assert.equal(JSON.parse(same.out).already_there, true);
    assert.equal(JSON.parse(same.out).kept_schema, null);

    // Seven days later. What others made is left alone, whatever its name.
    const seven =
      "to_char(now() AT TIME ZONE 'UTC' - interval '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";
    psql(
      url,
      `DO $$ BEGIN EXECUTE format('COMMENT ON SCHEMA ${kept} IS %L',
        regexp_replace(obj_description('${kept}'::regnamespace), '[^ ]*$', ${seven})); END $$;
      CREATE SCHEMA public_before_20200101_000000;
      COMMENT ON SCHEMA public_before_20200101_000000 IS 'mine'`,
    );
    psql(url, `CREATE SCHEMA other; CREATE VIEW other.uses AS SELECT * FROM ${kept}.users`);
    const used = await fairway('migrate', next, '--into', url, '--json');
    assert.equal(used.code, 0, used.error);
    assert.deepEqual(JSON.parse(used.out).dropped_schemas, []);
    psql(url, 'DROP SCHEMA other CASCADE');
    const later = await fairway('migrate', next, '--into', url, '--json');
    assert.equal(later.code, 0, later.error);
    assert.deepEqual(JSON.parse(later.out).dropped_schemas, [kept]);
    assert.equal(
      psql(url, "SELECT nspname FROM pg_namespace WHERE nspname LIKE '%before%'"),
      'public_before_20200101_000000',
    );
  });

  test('a schema of its own, exact cells and all', async (context) => {
    const folder = newFolder(context);
    const url = server.newDatabase();
    const broken = (/** @type {string} */ text) =>
      newSqlite(
        folder,
        `CREATE TABLE t(s TEXT); INSERT INTO t VALUES ('a' || char(0) || '${text}')`,
      );
    const into = ['--into', url, '--schema', 'My app'];
    assert.equal((await fairway('migrate', broken('one'), ...into)).code, 0);
    const done = await fairway('migrate', broken('two'), ...into, '--replace', '--json');
    assert.equal(done.code, 0, done.error);
    const cells = (/** @type {string} */ table) =>
      psql(url, `SELECT convert_from(substr(bytes, 3), 'UTF8') FROM ${table}`);
    assert.equal(cells('fairway.exact_cells'), 'two');
    assert.equal(cells(`"${JSON.parse(done.out).kept_schema}".fairway_exact_cells`), 'one');
  });
});

describe('breaking off and standing beside others', () => {
  test('killed in the middle, production is as it was', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    const before = stateOf(url);
    const admin = url.replace(/\/test\d+/, '/postgres');
    const file = newSqlite(
      folder,
      `${first} ALTER TABLE users ADD COLUMN plan TEXT;
      CREATE TABLE more(x); INSERT INTO more VALUES (1);
      CREATE INDEX posts_title ON posts(title);`,
    );
    for (const option of ['--yes', '--replace']) {
      // Another session holds the table that is changed last, so that the run stops there.
      const holder = spawn(psqlProgram, ['-X', '-q', url], { stdio: ['pipe', 'pipe', 'inherit'] });
      holder.stdin.write('BEGIN; LOCK posts IN ROW EXCLUSIVE MODE;\n\\echo held\n');
      await new Promise((resolve) => holder.stdout.once('data', resolve));
      const child = spawn(program, ['migrate', file, '--into', url, option], { stdio: 'ignore' });
      const gone = new Promise((resolve) => child.on('close', resolve));
      const waiting = `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND application_name = 'fairway'`;
      while (psql(admin, waiting) === '0' && child.exitCode === null);
      assert.equal(child.exitCode, null);
      child.kill('SIGKILL');
      await gone;
      const ended = new Promise((resolve) => holder.on('close', resolve));
      holder.stdin.end('COMMIT;\n');
      await ended;
      const connected = `SELECT count(*) FROM pg_stat_activity WHERE application_name = 'fairway'`;
      while (psql(admin, connected) !== '0');
      assert.equal(stateOf(url), before);
    }
    const done = await fairway('migrate', file, '--into', url);
    assert.equal(done.code, 0, done.error);
    assert.equal(psql(url, 'SELECT count(*) FROM more'), '1');
  });

  test('a user who may make no schema still learns that all is there', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    psql(
      url,
      `CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA public TO app;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO app`,
    );
    const theirs = url.replace('postgres@', 'app@');
    const same = await migrate(folder, '', theirs, '--json');
    assert.equal(same.code, 0, same.error);
    assert.equal(JSON.parse(same.out).already_there, true);
    psql(url, "UPDATE users SET name = 'x'");
    const refused = await migrate(folder, '', theirs);
    assert.equal(refused.code, 3);
    assert.match(refused.error, /GRANT CREATE ON DATABASE/);
  });

  test('what extensions and others have in the schema is no difference', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    psql(
      url,
      `CREATE SEQUENCE counter; CREATE TYPE mood AS ENUM ('good');
      CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
      CREATE MATERIALIZED VIEW m AS SELECT count(*) FROM posts;`,
    );
    const same = await migrate(folder, '', url, '--json');
    assert.equal(same.code, 0, same.error);
    assert.deepEqual(changesOf(same), []);
  });

  test('--replace is for PostgreSQL, and inspect takes no yes', async (context) => {
    const file = newSqlite(newFolder(context), first);
    assert.equal((await fairway('migrate', file, '--into', 'libsql://x', '--replace')).code, 2);
    for (const option of ['--yes', '--replace']) {
      assert.equal((await fairway('inspect', file, option)).code, 2);
    }
  });
});
