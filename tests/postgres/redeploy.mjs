// What the tests of redeployments share: the first preview, a database with it, and all that can be
// seen of a schema.

import assert from 'node:assert/strict';
import { fairway, newSqlite, psql } from './support.mjs';

export const first = `CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,
    mail TEXT, age INTEGER);
  INSERT INTO users(name, mail, age) VALUES ('Ada', 'ada@x.org', 36), ('Bob', NULL, 40);
  CREATE TABLE posts(id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users(id), title TEXT);
  INSERT INTO posts VALUES (1, 1, 'One'), (2, 2, 'Two');
  CREATE INDEX posts_user ON posts(user_id);
  CREATE VIEW names AS SELECT name FROM users WHERE age < 100;
  CREATE TRIGGER posts_added AFTER INSERT ON posts BEGIN
    UPDATE users SET age = age + 1 WHERE id = NEW.user_id; END;`;

/** Everything that can be seen of a schema and its rows. @param {string} url */
export const stateOf = (url, schema = 'public') =>
  psql(
    url,
    `SET search_path = ${schema};
    SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity
      FROM information_schema.columns WHERE table_schema = '${schema}' ORDER BY 1, 2;
    SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = '${schema}'::regnamespace ORDER BY 1, 2;
    SELECT indexdef FROM pg_indexes WHERE schemaname = '${schema}' ORDER BY 1;
    SELECT viewname, definition FROM pg_views WHERE schemaname = '${schema}' ORDER BY 1;
    SELECT tgrelid::regclass, pg_get_triggerdef(t.oid), prosrc FROM pg_trigger t JOIN pg_proc p
      ON p.oid = tgfoid WHERE NOT tgisinternal AND pronamespace = '${schema}'::regnamespace
      ORDER BY 1, 2;
    SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY 1;
    SELECT query_to_xml(format('SELECT * FROM %I.%I t ORDER BY t::text', schemaname, tablename),
      true, true, '') FROM pg_tables WHERE schemaname = '${schema}' ORDER BY tablename;`,
  );

/**
 * A database with the first preview in it, to which the running app has added.
 * @param {{newDatabase: () => string}} server
 * @param {string} folder
 */
export async function production(server, folder, sql = first) {
  const url = server.newDatabase();
  const migrated = await fairway('migrate', newSqlite(folder, sql), '--into', url);
  assert.equal(migrated.code, 0, migrated.error);
  return url;
}

/** @param {string} folder @param {string} change @param {string} url @param {string[]} options */
export const migrate = (folder, change, url, ...options) =>
  fairway('migrate', newSqlite(folder, `${first};${change}`), '--into', url, ...options);

/** @param {{out: string}} result */
export const changesOf = (result) =>
  JSON.parse(result.out).changes.map(
    (/** @type {any} */ one) => `${one.kind} ${one.table}.${one.column} ${one.object}`,
  );
