// Writes the database images of this folder anew: node tests/data/migration/make_images.mjs
// guestbook.db, notes.db, shop.db are what the builder stand-in saves (sql.js); the others are made
// by libSQL, the engine that Turso runs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import initSqlJs from 'sql.js';
import Database from 'libsql';

const folder = new URL('.', import.meta.url);
const SQL = await initSqlJs();

/** @param {string} name @param {string[]} statements */
function saveWithSqlJs(name, statements) {
  const database = new SQL.Database();
  for (const statement of statements) database.exec(statement);
  writeFileSync(new URL(`${name}.db`, folder), database.export());
  database.close();
}

/** @param {string} name @param {string} sql */
function saveWithLibsql(name, sql) {
  const path = fileURLToPath(new URL(`${name}.db`, folder));
  rmSync(path, { force: true });
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

for (const app of ['guestbook', 'notes', 'shop']) {
  saveWithSqlJs(app, [readFileSync(new URL(`../../../public/builder/apps/${app}/preview.sql`, folder), 'utf8')]);
}

saveWithSqlJs('utf16', [
  `PRAGMA encoding='UTF-16le'; PRAGMA page_size=1024;
   CREATE TABLE "Grüße"(id INTEGER PRIMARY KEY AUTOINCREMENT, "Wort" TEXT NOT NULL DEFAULT 'ä', n REAL);
   INSERT INTO "Grüße"("Wort", n) VALUES('Zürich', 1.5), ('日本 🚀', -0.0), ('', 9e999), (char(0x10FFFF), 5e-324);
   CREATE TABLE hidden(a, b BLOB); INSERT INTO hidden(rowid, a, b) VALUES(-5, 'x', x'00ff'), (7, 'y', NULL), (1000, 3, 4.5);
   CREATE INDEX wort ON "Grüße"("Wort" COLLATE NOCASE);
   CREATE VIEW kurz AS SELECT "Wort" FROM "Grüße" WHERE length("Wort") < 3;
   PRAGMA user_version=42; PRAGMA application_id=77; DELETE FROM "Grüße" WHERE id=3;`,
]);

saveWithLibsql(
  'full_text',
  `CREATE VIRTUAL TABLE posts USING fts5(title, body, tokenize='porter unicode61');
   INSERT INTO posts VALUES('Hello', 'running in the rain'), ('Grüße', 'wir laufen im Regen');
   CREATE TABLE notes(id INTEGER PRIMARY KEY, text TEXT);
   CREATE VIRTUAL TABLE notes_index USING fts5(text, content='notes', content_rowid='id');
   INSERT INTO notes VALUES(3, 'first note'), (9, 'second note');
   INSERT INTO notes_index(notes_index) VALUES('rebuild');
   CREATE VIRTUAL TABLE old USING fts4(words); INSERT INTO old VALUES('one two three');`,
);
saveWithLibsql(
  'rtree',
  `CREATE VIRTUAL TABLE places USING rtree(id, x1, x2, y1, y2, +name TEXT);
   INSERT INTO places VALUES(1, 8.5, 8.6, 47.3, 47.4, 'Zürich'), (2, 2.2, 2.4, 48.8, 48.9, 'Paris');`,
);
