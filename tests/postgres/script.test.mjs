// The script that a person reads and loads: plain statements, and what the server refuses left out.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { fairway, newFolder, newSqlite, psql, psqlFile, startServer } from './support.mjs';

/** @type {ReturnType<typeof startServer>} */
let server;
/** @type {string} */
let folder;
before((context) => {
  server = startServer(/** @type {any} */ (context));
  folder = newFolder(/** @type {any} */ (context));
});

// The index over a long text is more than a page of PostgreSQL's takes.
const schema = `
  CREATE TABLE parent(id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x' UNIQUE);
  CREATE TABLE child(id INTEGER PRIMARY KEY, parent INT REFERENCES parent, note TEXT,
    CHECK (note <> ''));
  CREATE INDEX child_note ON child(note);
  CREATE INDEX child_parent ON child(parent);
  CREATE VIEW named AS SELECT c.id, p.name FROM child c JOIN parent p ON p.id = c.parent;
  INSERT INTO parent VALUES(1, 'one'), (7, 'seven');`;

const random = Array.from({ length: 40_000 }, (_, at) =>
  ((at * 7919 * at) % 1_000_003).toString(36),
);

function newSource() {
  return newSqlite(folder, schema, (database) => {
    database.prepare('INSERT INTO child VALUES(1, 7, ?)').run(random.join(''));
  });
}

const objects = `SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'v')`;

describe('a script', () => {
  for (const form of ['--copy', '--inserts']) {
    test(`loads without what the server refuses, ${form}`, async () => {
      const words = ['export', newSource(), '--to', 'postgres'];
      const { code, out } = await fairway(...words, ...(form === '--copy' ? [] : [form]));
      assert.equal(code, 0);
      const file = join(folder, `${form}.sql`);
      writeFileSync(file, out);
      const url = server.newDatabase();
      const { stderr } = await psqlFile(url, file);
      assert.match(stderr, /index row requires/);
      assert.equal(
        psql(url, objects),
        'child child_parent child_pkey named parent parent_name_key parent_pkey',
      );
      assert.equal(psql(url, 'SELECT name FROM named'), 'seven');
      assert.equal(psql(url, 'SELECT count(*) FROM pg_constraint WHERE NOT convalidated'), '0');
      assert.equal(psql(url, 'INSERT INTO parent DEFAULT VALUES RETURNING id, name'), '8|x');
    });
  }

  test('for psql has a block for each proof and none else', async () => {
    const { out } = await fairway('export', newSource(), '--to', 'postgres');
    const proof = out.indexOf('-- The proof');
    assert.ok(proof > 0);
    assert.equal(out.indexOf('DO $'), out.indexOf('DO $', proof));
    assert.match(out, /^ALTER TABLE "parent" ADD CONSTRAINT "parent_pkey" PRIMARY KEY \("id"\);$/m);
    assert.match(out, /^ {2}"name" text COLLATE "C" DEFAULT 'x' NOT NULL$/m);
    assert.match(out, /REFERENCES "parent" \("id"\);$/m);
    const tolerant = out.slice(
      out.indexOf('ON_ERROR_STOP off'),
      out.lastIndexOf('ON_ERROR_STOP on'),
    );
    assert.match(tolerant, /"child_note"/);
    assert.doesNotMatch(tolerant, /PRIMARY KEY|RESTART/);
  });
});
