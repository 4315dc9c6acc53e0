// A second preview into the same database: what only adds happens, what loses something waits for a
// yes, and rows of production stay.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { changesOf, first, migrate, production, stateOf } from './redeploy.mjs';
import { fairway, newFolder, newSqlite, openSession, psql, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
before((context) => {
  server = startServer(/** @type {any} */ (context));
});

describe('what only adds', () => {
  test('tables, columns, keys, views, triggers come; every row stays', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    psql(
      url,
      `INSERT INTO users(name, age) VALUES ('Eve', 7);
      INSERT INTO posts VALUES (77, 3, 'made by the app')`,
    );
    const rows = psql(url, 'SELECT id, name, mail, age FROM users ORDER BY 1');
    const next = newSqlite(
      folder,
      `${first}
      ALTER TABLE users ADD COLUMN plan TEXT NOT NULL DEFAULT 'free';
      ALTER TABLE users ADD COLUMN seen REAL;
      ALTER TABLE users ADD COLUMN twice INTEGER GENERATED ALWAYS AS (age * 2);
      CREATE TABLE tags(id INTEGER PRIMARY KEY, label TEXT NOT NULL UNIQUE CHECK (label <> ''),
        post_id INTEGER REFERENCES posts(id) ON DELETE CASCADE);
      INSERT INTO tags VALUES (5, 'red', 1), (6, 'blue', 2);
      CREATE TABLE [Odd "name"]([a b] BLOB, c); INSERT INTO [Odd "name"] VALUES (x'00ff', 1.5);
      CREATE UNIQUE INDEX users_name ON users(name);
      CREATE INDEX tags_post ON tags(post_id);
      CREATE VIEW labels AS SELECT label, title FROM tags JOIN posts ON posts.id = post_id;
      CREATE TRIGGER tags_added AFTER INSERT ON tags BEGIN
        UPDATE posts SET title = title || '+' WHERE id = NEW.post_id; END;`,
    );
    const done = await fairway('migrate', next, '--into', url, '--json');
    assert.equal(done.code, 0, done.error);
    const report = JSON.parse(done.out);
    assert.equal(report.redeployment, true);
    assert.equal(report.differences, 0);
    assert.deepEqual(
      report.tables.map((/** @type {any} */ table) => [table.name, table.rows_target]),
      [
        ['tags', 2],
        ['Odd "name"', 1],
      ],
    );
    assert.ok(report.changes.every((/** @type {any} */ one) => !one.destructive && one.sql));
    assert.ok(report.decisions.some((/** @type {any} */ one) => one.kind === 'add_column'));
    assert.equal(psql(url, 'SELECT id, name, mail, age FROM users ORDER BY 1'), rows);
    assert.equal(psql(url, 'SELECT plan, twice FROM users WHERE id = 3'), 'free|16');
    assert.equal(psql(url, 'SELECT count(*) FROM posts'), '3');
    assert.equal(psql(url, 'SELECT * FROM labels ORDER BY 1'), 'blue|Two\nred|One');
    // Identities, triggers, defaults and keys work.
    assert.equal(psql(url, "INSERT INTO tags(label, post_id) VALUES ('x', 1) RETURNING id"), '7');
    assert.equal(psql(url, 'SELECT title FROM posts WHERE id = 1'), 'One+');
    for (const wrong of [
      "INSERT INTO tags(label) VALUES ('red')",
      "INSERT INTO tags(label) VALUES ('')",
      "INSERT INTO tags(label, post_id) VALUES ('y', 999)",
      "INSERT INTO users(name) VALUES ('Ada')",
    ]) {
      assert.throws(() => psql(url, wrong), wrong);
    }
    // What is there now is what a new database would get.
    const fresh = server.newDatabase();
    assert.equal((await fairway('migrate', next, '--into', fresh)).code, 0);
    const schema = (/** @type {string} */ where) =>
      stateOf(where)
        .split('\n')
        .filter((line) => !/<|^$/.test(line))
        .join('\n');
    assert.equal(schema(url), schema(fresh));
    const again = await fairway('migrate', next, '--into', url);
    assert.equal(again.code, 0, again.error);
    assert.match(again.out, /Nothing to do.*kept/);
  });

  test('changed views, triggers, indexes, checks are made anew', async (context) => {
    const folder = newFolder(context);
    const one = `CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER DEFAULT 1 CHECK (a < 100),
        b TEXT);
      INSERT INTO t VALUES (1, 2, 'x'), (2, 3, 'y');
      CREATE TABLE log(line TEXT);
      CREATE INDEX by_b ON t(b);
      CREATE VIEW low AS SELECT id, a FROM t WHERE a < 3;
      CREATE VIEW over_low AS SELECT a FROM low;
      CREATE TRIGGER logs AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('old'); END;`;
    const two = `CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER DEFAULT 5 CHECK (a < 50), b TEXT);
      INSERT INTO t VALUES (1, 2, 'x');
      CREATE TABLE log(line TEXT);
      CREATE INDEX by_b ON t(b, a);
      CREATE VIEW low AS SELECT a FROM t WHERE a < 4;
      CREATE VIEW over_low AS SELECT a FROM low;
      CREATE TRIGGER logs AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('new'); END;`;
    const url = await production(server, folder, one);
    psql(url, 'CREATE ROLE viewer; GRANT SELECT ON over_low TO viewer');
    const done = await fairway('migrate', newSqlite(folder, two), '--into', url, '--json');
    assert.equal(done.code, 0, done.error);
    assert.deepEqual(changesOf(done).sort(), [
      'change_default t.a ',
      'change_object . low',
      'change_object t. by_b',
      'change_object t. logs',
      'change_object t. t_a_check',
    ]);
    assert.equal(psql(url, 'SELECT a FROM over_low ORDER BY 1'), '2\n3');
    assert.equal(psql(url, "SELECT has_table_privilege('viewer', 'over_low', 'SELECT')"), 't');
    psql(url, 'INSERT INTO t(id) VALUES (9)');
    assert.equal(psql(url, 'SELECT a FROM t WHERE id = 9'), '5');
    assert.equal(psql(url, 'SELECT line FROM log'), 'new');
    assert.throws(() => psql(url, 'INSERT INTO t(a) VALUES (60)'));
    assert.match(psql(url, "SELECT indexdef FROM pg_indexes WHERE indexname = 'by_b'"), /b, a\)/);
  });

  test('the same preview again is there already, rows of the app stay', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    const before = stateOf(url);
    const same = await migrate(folder, '', url, '--json');
    assert.equal(same.code, 0, same.error);
    assert.equal(JSON.parse(same.out).already_there, true);
    psql(url, "UPDATE users SET name = 'Ada L.' WHERE id = 1");
    const other = await migrate(folder, '', url, '--json');
    assert.equal(other.code, 0, other.error);
    assert.equal(JSON.parse(other.out).already_there, false);
    assert.deepEqual(changesOf(other), []);
    assert.equal(stateOf(url), before.replace('<name>Ada<', '<name>Ada L.<'));
  });

  test('a type that holds all that the preview wants stays', async (context) => {
    const folder = newFolder(context);
    const url = await production(
      server,
      folder,
      'CREATE TABLE t(a TEXT); INSERT INTO t VALUES (7)',
    );
    const done = await fairway(
      'migrate',
      newSqlite(folder, 'CREATE TABLE t(a INTEGER); INSERT INTO t VALUES (8)'),
      '--into',
      url,
      '--json',
    );
    assert.equal(done.code, 0, done.error);
    assert.ok(
      JSON.parse(done.out).decisions.some((/** @type {any} */ one) => one.kind === 'type_kept'),
    );
    assert.equal(psql(url, 'SELECT pg_typeof(a), a FROM t'), 'text|7');
  });

  test('objects that the preview itself cannot have are no difference', async (context) => {
    const folder = newFolder(context);
    const sql = `PRAGMA foreign_keys = OFF; CREATE TABLE p(id INTEGER PRIMARY KEY);
      CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id), s TEXT COLLATE NOCASE);
      INSERT INTO c VALUES (1, 99, 'a'), (2, 98, char(0) || 'b');
      CREATE VIEW random_one AS SELECT abs(id) % 2 AS r, quote(s) AS q, rowid AS n FROM c;
      CREATE INDEX by_s ON c(s);
      CREATE TABLE k(a INTEGER CHECK (a > 0)); PRAGMA ignore_check_constraints = ON;
      INSERT INTO k VALUES (-1);
      PRAGMA user_version = 7;`;
    const url = await production(server, folder, sql);
    const again = await fairway('migrate', newSqlite(folder, sql), '--into', url, '--json');
    assert.equal(again.code, 0, again.error);
    assert.deepEqual(changesOf(again), []);
    assert.equal(JSON.parse(again.out).already_there, true);
  });
});

describe('what loses something', () => {
  const shrunk = `CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
      mail TEXT NOT NULL, age REAL, must TEXT NOT NULL);
    INSERT INTO users VALUES (1, 'Ada', 'ada@x.org', 1.5, 'x');
    CREATE TABLE articles(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id),
      title TEXT);`;

  test('is listed with its rows and waits; with --yes it is done', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    const before = stateOf(url);
    const file = newSqlite(folder, shrunk);
    const words = await fairway('migrate', file, '--into', url);
    assert.equal(words.code, 3);
    assert.match(words.error, /--yes/);
    assert.match(words.out, /"posts" is not in the preview: 2 rows are lost/);
    const refused = await fairway('migrate', file, '--into', url, '--json');
    assert.equal(refused.code, 3);
    const { failure, changes } = JSON.parse(refused.out);
    assert.equal(failure.code, 'schema_change_refused');
    const destructive = changes.filter((/** @type {any} */ one) => one.destructive);
    const rows = Object.fromEntries(
      destructive.map((/** @type {any} */ one) => [
        `${one.kind} ${one.table}.${one.column}${one.object}`,
        one.rows,
      ]),
    );
    assert.deepEqual(rows, {
      'drop_table posts.': 2,
      'rename_guess posts.articles': 2,
      'change_type users.age': 2,
      'add_column users.must': 2,
      'drop_object .names': 0,
    });
    assert.equal(stateOf(url), before);

    const done = await fairway('migrate', file, '--into', url, '--yes', '--json');
    assert.equal(done.code, 0, done.error);
    assert.equal(psql(url, "SELECT to_regclass('posts'), to_regclass('names')"), '|');
    assert.equal(
      psql(url, 'SELECT id, name, mail, age, must FROM users ORDER BY id'),
      '1|Ada|ada@x.org|36|\n2|Bob||40|',
    );
    assert.equal(psql(url, 'SELECT pg_typeof(age) FROM users LIMIT 1'), 'double precision');
    const again = await fairway('migrate', file, '--into', url, '--json');
    assert.equal(again.code, 0, again.error);
    assert.deepEqual(changesOf(again), []);
  });

  test('a column that goes, one of another type, a rename that is guessed', async (context) => {
    const folder = newFolder(context);
    const url = await production(
      server,
      folder,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, old REAL, gone BLOB, raw BLOB);
      INSERT INTO t VALUES (1, '5', 0.5, x'00', x'41'), (2, NULL, 1.5, NULL, NULL);
      CREATE INDEX by_gone ON t(gone); CREATE INDEX by_a ON t(a);
      CREATE VIEW v AS SELECT a, gone FROM t;`,
    );
    const file = newSqlite(
      folder,
      `CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, new REAL, raw TEXT);
      CREATE INDEX by_a ON t(a); CREATE VIEW v AS SELECT a FROM t;`,
    );
    psql(url, "DROP VIEW v; ALTER TABLE t ALTER a TYPE date USING DATE '2024-01-02'");
    const before = stateOf(url);
    const refused = await fairway('migrate', file, '--into', url, '--json');
    assert.equal(refused.code, 3, refused.error);
    assert.deepEqual(changesOf(refused).sort(), [
      'add_column t.new ',
      'add_object . v',
      'change_type t.a ',
      'change_type t.raw ',
      'drop_column t.gone ',
      'drop_column t.old ',
      'drop_object t. by_gone',
      'rename_guess t.old new',
    ]);
    const { changes } = JSON.parse(refused.out);
    const find = (/** @type {string} */ kind, /** @type {string} */ column) =>
      changes.find((/** @type {any} */ one) => one.kind === kind && one.column === column);
    assert.equal(find('drop_column', 'old').rows, 2);
    assert.equal(find('drop_column', 'gone').rows, 1);
    assert.match(find('rename_guess', 'old').words, /RENAME COLUMN "old" TO "new"/);
    assert.equal(stateOf(url), before);
    // A date is no number: PostgreSQL says so, and nothing is half done.
    const impossible = await fairway('migrate', file, '--into', url, '--yes');
    assert.equal(impossible.code, 3, impossible.error);
    assert.match(impossible.error, /cannot cast type date to bigint/);
    assert.equal(stateOf(url), before);
    psql(url, "ALTER TABLE t ALTER a TYPE text USING '5'; ALTER TABLE t RENAME old TO new");
    const done = await fairway('migrate', file, '--into', url, '--yes');
    assert.equal(done.code, 0, done.error);
    assert.equal(psql(url, 'SELECT id, a, new, raw FROM t ORDER BY 1'), '1|5|0.5|A\n2|5|1.5|');
    assert.equal(psql(url, 'SELECT a FROM v'), '5\n5');
  });

  test('rows of production that break a new key stop the run and are named', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    psql(url, "INSERT INTO users(name) VALUES ('Ada')");
    const before = stateOf(url);
    const unique = 'CREATE TABLE more(x); CREATE UNIQUE INDEX users_name ON users(name)';
    const refused = await migrate(folder, unique, url, '--yes');
    assert.equal(refused.code, 3, refused.error);
    assert.match(refused.error, /name.*=.*Ada.*duplicated/);
    assert.equal(stateOf(url), before);
  });

  test('NOT NULL for a column that is there', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    const one = `CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
      mail TEXT, age INTEGER NOT NULL);`;
    const file = newSqlite(folder, first.replace(/CREATE TABLE users[^;]*;/, one));
    const refused = await fairway('migrate', file, '--into', url, '--json');
    assert.equal(refused.code, 3, refused.error);
    assert.deepEqual(changesOf(refused), ['set_not_null users.age ']);
    psql(url, 'UPDATE users SET age = NULL WHERE id = 2');
    const kept = await fairway('migrate', file, '--into', url, '--json');
    assert.equal(kept.code, 0, kept.error);
    const decision = JSON.parse(kept.out).decisions.find(
      (/** @type {any} */ one) => one.kind === 'not_null',
    );
    assert.equal(decision.count, 1);
    psql(url, 'UPDATE users SET age = 1 WHERE id = 2');
    assert.equal((await fairway('migrate', file, '--into', url, '--yes')).code, 0);
    assert.throws(() => psql(url, 'UPDATE users SET age = NULL WHERE id = 2'));
  });
});

describe('locks', () => {
  test('an open transaction is named and not waited for; later it works', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    const session = openSession(url, context);
    await session("SET application_name = 'shop'; BEGIN; SELECT count(*) FROM users");
    const before = stateOf(url);
    const change = 'ALTER TABLE users ADD COLUMN plan TEXT';
    const late = await migrate(folder, change, url);
    assert.equal(late.code, 1, late.error);
    assert.match(late.error, /"shop" \(idle in transaction, for \d+ s\) holds a lock on "users"/);
    assert.match(late.error, /run the same command again/);
    assert.equal(stateOf(url), before, 'nothing was changed');
    await session('COMMIT');
    const done = await migrate(folder, change, url);
    assert.equal(done.code, 0, done.error);
    assert.equal(psql(url, 'SELECT count(plan) FROM users'), '0');
  });

  test('rows of new tables are loaded before a table of production is locked', async (context) => {
    const folder = newFolder(context);
    const url = await production(server, folder);
    // The first row of the new table tells who is locked out by then.
    psql(
      url,
      `CREATE SCHEMA watch; CREATE TABLE watch.seen(mode text);
      CREATE FUNCTION watch.look() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO watch.seen SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND
          relation = 'public.users'::regclass AND mode = 'AccessExclusiveLock'; END $$;
      CREATE EVENT TRIGGER made ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
        EXECUTE FUNCTION watch.look()`,
    );
    const change = `ALTER TABLE users ADD COLUMN plan TEXT;
      CREATE TABLE late(id INTEGER PRIMARY KEY, v TEXT); INSERT INTO late VALUES (1, 'x')`;
    const done = await migrate(folder, change, url);
    assert.equal(done.code, 0, done.error);
    assert.equal(psql(url, 'SELECT count(*) FROM watch.seen'), '0');
    assert.equal(psql(url, 'SELECT v FROM late'), 'x');
  });
});
