// Exports to SQLite's relatives, read back by the sqlite3 shell and compared by `fairway verify`.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, fairway, newFolder, shopSql, sqlite3 } from './help.mjs';

test('text, image and file hold every cell, and full text is searched at once', (t) => {
  const folder = newFolder(t);
  const source = join(folder, 'shop.db');
  sqlite3(source, shopSql);
  const text = join(folder, 'shop.sql');
  const replayed = join(folder, 'replayed.db');
  assert.equal(fairway(['export', source, '--to', 'libsql', '--out', text]).code, 0);
  assert.match(readFileSync(text, 'utf8'), /^PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n/u);
  sqlite3(replayed, readFileSync(text, 'utf8'));
  const image = join(folder, 'image.db');
  assert.equal(fairway(['export', source, '--to', 'libsql', '--image', '--out', image]).code, 0);
  const file = join(folder, 'file.db');
  assert.equal(fairway(['export', source, '--to', 'sqlite', '--out', file]).code, 0);
  for (const copy of [replayed, image, file]) {
    const verified = fairway(['verify', source, copy]);
    assert.equal(verified.code, 0, `${copy}: ${verified.out}${verified.err}`);
    assert.equal(sqlite3(copy, 'PRAGMA integrity_check'), 'ok');
    assert.equal(sqlite3(copy, "SELECT title FROM docs WHERE docs MATCH 'wide'"), 'hello');
    assert.equal(sqlite3(copy, 'PRAGMA user_version'), '7');
    assert.equal(sqlite3(copy, 'SELECT count(*) FROM log'), '0');
  }
  assert.deepEqual([...readFileSync(image).subarray(18, 20)], [2, 2], 'marked as Turso asks');
  const order = ['file.db', 'image.db', 'replayed.db', 'shop.db', 'shop.sql'];
  const left = readdirSync(folder).filter(
    (name) => !name.endsWith('-wal') && !name.endsWith('-shm'),
  );
  assert.deepEqual(left.sort(), order, 'no temporary file stays');
});

test('verify names what differs, and exits with 4', (t) => {
  const folder = newFolder(t);
  const [one, other] = [join(folder, 'one.db'), join(folder, 'other.db')];
  sqlite3(one, shopSql);
  sqlite3(other, `${shopSql} UPDATE item SET price = 0.2 WHERE id = 5;`);
  const verified = fairway(['verify', one, other]);
  assert.equal(verified.code, 4);
  assert.match(verified.err, /item/u);
  const json = JSON.parse(fairway(['verify', one, other, '--json']).out);
  const item = json.tables.find((/** @type {{name: string}} */ table) => table.name === 'item');
  const differing = item.columns.filter(
    (/** @type {{checksum_source: string, checksum_target: string}} */ column) =>
      column.checksum_source !== column.checksum_target,
  );
  assert.deepEqual(
    differing.map((/** @type {{name: string}} */ column) => column.name),
    ['price'],
  );
});

test('rows that wait in a -wal are part of the database, which is left as it is', (t) => {
  const folder = newFolder(t);
  const source = join(folder, 'wal.db');
  const copies = join(folder, 'kept');
  // The shell checkpoints when it closes, so the files are taken away while it still runs.
  sqlite3(
    source,
    [
      'PRAGMA journal_mode=WAL; CREATE TABLE t(a); INSERT INTO t VALUES(1);',
      `.shell mkdir ${copies} && cp ${source} ${source}-wal ${copies}/`,
      '',
    ].join('\n'),
  );
  const torn = join(copies, 'wal.db');
  const before = [readFileSync(torn), readFileSync(`${torn}-wal`)];
  assert.ok(before[1] && before[1].length > 0);
  const out = join(folder, 'out.db');
  assert.equal(fairway(['export', torn, '--to', 'sqlite', '--out', out]).code, 0);
  assert.equal(sqlite3(out, 'SELECT a FROM t'), '1');
  assert.deepEqual([readFileSync(torn), readFileSync(`${torn}-wal`)], before);
  assert.ok(!existsSync(`${torn}-shm`));
});

test('a program that writes at that moment is named, and nothing is read', (t) => {
  const source = join(newFolder(t), 'busy.db');
  sqlite3(source, 'CREATE TABLE t(a); INSERT INTO t VALUES(1)');
  const said = sqlite3(
    source,
    `BEGIN EXCLUSIVE;\n.shell ${command} inspect ${source} 2>&1 || true\n`,
  );
  assert.match(said, /Another program is writing/u);
});

test('what is no database, damaged or cut off is refused with words and exit 3', (t) => {
  const folder = newFolder(t);
  const good = join(folder, 'good.db');
  sqlite3(good, shopSql);
  const bytes = readFileSync(good);
  const broken = Buffer.from(bytes);
  broken.fill(0xff, 4_096 + 8, 4_096 + 200);
  const inputs = {
    'text.db': [Buffer.from('hello, I am text'), /not a SQLite database/u],
    'empty.db': [Buffer.alloc(0), /is empty/u],
    'zip.db': [Buffer.from('PK\x03\x04 and so on'), /ZIP archive/u],
    'cut.db': [bytes.subarray(0, 5_000), /cut off/u],
    'broken.db': [broken, /damaged/u],
  };
  for (const [name, [content, words]] of Object.entries(inputs)) {
    const file = join(folder, name);
    writeFileSync(file, /** @type {Buffer} */ (content));
    const out = join(folder, 'out.db');
    const ended = fairway(['export', file, '--to', 'sqlite', '--out', out]);
    assert.equal(ended.code, 3, `${name}: ${ended.err}`);
    assert.match(ended.err, /** @type {RegExp} */ (words));
    assert.ok(!existsSync(out));
  }
  const missing = fairway(['export', join(folder, 'none.db'), '--to', 'sqlite', '--out', 'x']);
  assert.match(missing.err, /There is no file/u);
});

test('damage that no row shows is found while rows are read, and nothing is written', (t) => {
  const folder = newFolder(t);
  const source = join(folder, 'index.db');
  sqlite3(
    source,
    `CREATE TABLE t(a, b); CREATE INDEX i ON t(a); INSERT INTO t VALUES(1, 2), (3, 4);
     PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = 'CREATE INDEX i ON t(b)' WHERE name = 'i';`,
  );
  const out = join(folder, 'out');
  for (const to of ['postgres', 'libsql', 'sqlite']) {
    const ended = fairway(['export', source, '--to', to, '--out', out]);
    assert.equal(ended.code, 3, `${to}: ${ended.err}`);
    assert.match(ended.err, /damaged: .*missing from index i/u);
    assert.deepEqual(readdirSync(folder), ['index.db']);
  }
});
