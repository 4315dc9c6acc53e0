// A redeployment: production keeps its rows, and a new table comes with the preview's.

import assert from 'node:assert/strict';
import { before, after, test } from 'node:test';

import { addFault } from '../sandbox/help.mjs';
import { appFiles, askSite, previewOf, signIn, startProduct } from './product.mjs';

const guests = `CREATE TABLE guest(id INTEGER PRIMARY KEY, name TEXT);
  INSERT INTO guest(name) VALUES ('Ada'), ('Zoë');`;
const notes = `
  CREATE TABLE note(id INTEGER PRIMARY KEY AUTOINCREMENT, text TEXT, mark BLOB, at REAL);
  INSERT INTO note(text, mark, at)
    VALUES ('one', x'00ff', 0.1), (NULL, NULL, -0.0), ('drei', x'', 3);
  INSERT INTO note(id, text) VALUES (90, 'gone');
  DELETE FROM note WHERE id = 90;
  CREATE TRIGGER guest_noted AFTER INSERT ON guest BEGIN
    INSERT INTO note(text) VALUES (new.name);
  END;`;

/** @type {import('./product.mjs').Product} */
let product;
/** @type {(() => unknown)[]} */
const endings = [];
before(async () => {
  product = await startProduct({
    after: (/** @type {() => unknown} */ end) => void endings.push(end),
  });
});
after(async () => {
  for (const end of endings) await end();
});

/** A project that is live with two guests. @param {string} name */
async function liveProject(name) {
  const tab = await signIn(product, name);
  await tab.upload('guests', previewOf(product.folder, guests));
  const first = await tab.deploy('guests');
  assert.equal(first.status, 'live', JSON.stringify(first.failure));
  return { tab, url: first.url };
}

test('a new table comes with its rows, and rows of production stay', async () => {
  const { tab, url } = await liveProject('ann');
  await askSite(url, "INSERT INTO guest(name) VALUES ('a visitor') RETURNING id");
  const wider = previewOf(product.folder, guests + notes);
  assert.deepEqual((await tab.plan('guests')).production_tables, ['guest']);
  await tab.upload('guests', wider);
  const second = await tab.deploy('guests');
  assert.equal(second.status, 'live', JSON.stringify(second.failure));
  const carried = second.steps.find((/** @type {any} */ step) => step.name === 'migrate_data');
  assert.equal(carried.detail, 'Production rows kept, 1 new table with 3 rows added');
  assert.deepEqual(second.tables, [{ name: 'note', rows_done: 3, rows_total: 3 }]);
  assert.deepEqual(await askSite(url, 'SELECT name FROM guest ORDER BY id'), [
    { name: 'Ada' },
    { name: 'Zoë' },
    { name: 'a visitor' },
  ]);
  const cells = 'SELECT id, text, hex(mark) AS mark, at, typeof(at) AS kind FROM note ORDER BY id';
  assert.deepEqual(await askSite(url, cells), [
    { id: 1, text: 'one', mark: '00FF', at: 0.1, kind: 'real' },
    { id: 2, text: null, mark: '', at: 0, kind: 'real' },
    { id: 3, text: 'drei', mark: '', at: 3, kind: 'real' },
  ]);
  const report = (await tab.person.get(`/api/deployments/${second.id}/report`)).json;
  assert.deepEqual([report.tables_total, report.rows_total, report.differences], [1, 3, 0]);
  assert.deepEqual((await tab.plan('guests')).production_tables.sort(), ['guest', 'note']);
  const markers =
    "SELECT count(*) AS n FROM sqlite_schema WHERE name LIKE '\\_fairway%' ESCAPE '\\'";
  assert.deepEqual(await askSite(url, markers), [{ n: 0 }]);
  // The trigger works, and ids go on behind the highest that was ever given.
  await askSite(url, "INSERT INTO guest(name) VALUES ('later') RETURNING id");
  assert.deepEqual(await askSite(url, 'SELECT max(id) AS id FROM note'), [{ id: 91 }]);
});

test('a third deployment carries nothing twice', async () => {
  const { tab, url } = await liveProject('bob');
  const wider = previewOf(product.folder, guests + notes);
  for (let i = 0; i < 2; ++i) {
    await tab.upload('guests', wider);
    assert.equal((await tab.deploy('guests')).status, 'live');
  }
  assert.deepEqual(await askSite(url, 'SELECT count(*) AS n FROM note'), [{ n: 3 }]);
});

test('rows whose answer was lost are there once', async () => {
  const { tab, url } = await liveProject('eve');
  await tab.upload('guests', previewOf(product.folder, guests + notes));
  const match = { method: 'POST', path: '/v2/pipeline' };
  for (let i = 0; i < 3; ++i)
    await addFault(product.sandbox.origin, { kind: 'lose_answer', match });
  const second = await tab.deploy('guests');
  assert.equal(second.status, 'live', JSON.stringify(second.failure));
  assert.deepEqual(await askSite(url, 'SELECT count(*) AS n FROM note'), [{ n: 3 }]);
});

test('rows that were not sent stop the deployment before anything is changed', async () => {
  const { tab, url } = await liveProject('max');
  const wider = previewOf(product.folder, guests + notes);
  await tab.sendBundle('guests', appFiles);
  await tab.sendPreview('guests', wider, []);
  const second = await tab.deploy('guests');
  assert.equal(second.failure.code, 'rows_missing');
  assert.equal((await askSite(url, "SELECT * FROM sqlite_schema WHERE name = 'note'")).length, 0);
});

test('an app that was deleted and deployed again is compared with its own releases', async () => {
  const { tab } = await liveProject('ivy');
  const wider = previewOf(product.folder, guests + notes);
  await tab.upload('guests', wider);
  assert.equal((await tab.deploy('guests')).status, 'live');
  const { app } = (await tab.person.get('/api/projects')).json.projects[0];
  const gone = await tab.person.call(`/api/apps/${app.id}`, {
    method: 'DELETE',
    body: JSON.stringify({ confirm: 'guests' }),
  });
  assert.equal((await tab.follow(gone.json.deployment_id)).status, 'removed');
  await tab.upload('guests', previewOf(product.folder, guests));
  const again = await tab.deploy('guests');
  assert.equal(again.release, 1);
  assert.deepEqual((await tab.plan('guests')).production_tables, ['guest']);
  await tab.upload('guests', wider);
  assert.equal((await tab.deploy('guests')).status, 'live');
  assert.deepEqual(await askSite(again.url, 'SELECT count(*) AS n FROM note'), [{ n: 3 }]);
});
