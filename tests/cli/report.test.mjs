// `fairway report`: the JSON of a run as a page for people.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fairway, newFolder, shopSql, sqlite3 } from './help.mjs';

test('a report becomes a page that runs nothing, and a changed one is told', (t) => {
  const folder = newFolder(t);
  const source = join(folder, 'shop.db');
  sqlite3(source, `${shopSql} CREATE TABLE "<script>alert(1)</script>"(a);`);
  const told = fairway(['verify', source, source, '--json']);
  assert.equal(told.code, 0, told.err);
  const json = join(folder, 'report.json');
  const page = join(folder, 'report.html');
  writeFileSync(json, told.out);
  assert.equal(fairway(['report', json, '--out', page]).code, 0);
  const html = readFileSync(page, 'utf8');
  assert.match(html, /No difference was found/u);
  assert.match(html, /&lt;script&gt;alert\(1\)/u);
  assert.doesNotMatch(html, /<script/u);
  assert.match(html, /as it was written/u);

  const changed = JSON.parse(told.out);
  changed.tables[0].rows_target += 1;
  writeFileSync(json, JSON.stringify(changed));
  assert.equal(fairway(['report', json, '--out', page]).code, 4);
  assert.match(readFileSync(page, 'utf8'), /changed after it was written/u);

  const other = fairway(['report', source]);
  assert.equal(other.code, 3);
  assert.match(other.err, /is no report/u);
});
