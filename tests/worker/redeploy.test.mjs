// A redeployment: production keeps its rows, and a new table comes with the preview's.

import assert from 'node:assert/strict';
import { before, after, test } from 'node:test';

import { addFault, control } from '../sandbox/help.mjs';
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

const smaller = `CREATE TABLE guest(id INTEGER PRIMARY KEY);
  CREATE TABLE visit(at INT); INSERT INTO visit VALUES (7);`;
const asideSql = "SELECT name FROM sqlite_schema WHERE name LIKE '\\_fairway\\_kept%' ESCAPE '\\'";

test('what would be lost is told with its rows, and waits for a yes to exactly that', async () => {
  const { tab, url } = await liveProject('lea');
  await tab.upload('guests', previewOf(product.folder, guests + notes));
  assert.equal((await tab.deploy('guests')).status, 'live');
  await askSite(url, "INSERT INTO guest(name) VALUES ('a visitor') RETURNING id");
  const preview = previewOf(product.folder, smaller);
  const changes = await tab.changes('guests', preview);
  assert.deepEqual(
    changes.losses.map((/** @type {any} */ loss) => [
      loss.kind,
      loss.table,
      loss.column,
      loss.rows,
    ]),
    [
      ['drop_table', 'note', '', 4],
      ['drop_column', 'guest', 'name', 3],
    ],
  );
  await tab.upload('guests', preview);
  for (const accepted_losses of ['', '0'.repeat(32)]) {
    const waits = await tab.deploy('guests', { accepted_losses });
    assert.equal(waits.failure.code, 'schema_change_waits');
    assert.equal((await askSite(url, 'SELECT name FROM guest')).length, 3);
  }
  const done = await tab.deploy('guests', { accepted_losses: changes.digest });
  assert.equal(done.status, 'live', JSON.stringify(done.failure));
  assert.deepEqual(await askSite(url, 'SELECT * FROM guest ORDER BY id'), [
    { id: 1 },
    { id: 2 },
    { id: 3 },
  ]);
  assert.deepEqual(await askSite(url, 'SELECT at FROM visit'), [{ at: 7 }]);
  const seven = done.ended_at_ms + 7 * 86_400_000;
  assert.equal(done.kept.length, 1);
  assert.ok(Math.abs(done.kept[0].until_ms - seven) < 60_000);
  const kept = `_fairway_kept_3_${done.id}_`;
  assert.deepEqual(
    (await askSite(url, asideSql)).map((/** @type {any} */ row) => row.name),
    [`${kept}1`, `${kept}1_counter`, `${kept}2`],
  );
  assert.deepEqual((await tab.changes('guests', preview)).losses, []);
});

test('a redeployment with losses that fails later gives everything back', async () => {
  const { tab, url } = await liveProject('tom');
  const preview = previewOf(product.folder, smaller);
  await tab.upload('guests', preview);
  const { digest } = await tab.changes('guests', preview);
  const match = { method: 'POST', path: '/pages/projects/[^/]+/deployments$' };
  await addFault(product.sandbox.origin, { kind: 'status', status: 403, match });
  const failed = await tab.deploy('guests', { accepted_losses: digest });
  assert.equal(failed.status, 'failed', JSON.stringify(failed));
  assert.deepEqual(await askSite(url, 'SELECT name FROM guest ORDER BY id'), [
    { name: 'Ada' },
    { name: 'Zoë' },
  ]);
  assert.deepEqual(await askSite(url, asideSql), []);
});

test('a yes does not cover a preview that came later; two tabs give it once', async () => {
  const { tab, url } = await liveProject('kim');
  await tab.upload('guests', previewOf(product.folder, guests + notes));
  assert.equal((await tab.deploy('guests')).status, 'live');
  const reviewed = previewOf(product.folder, guests);
  const { digest } = await tab.changes('guests', reviewed);
  await tab.upload('guests', reviewed);
  await tab.upload('guests', previewOf(product.folder, smaller));
  const waits = await tab.deploy('guests', { accepted_losses: digest });
  assert.equal(waits.failure.code, 'schema_change_waits');
  assert.equal((await askSite(url, 'SELECT name FROM guest')).length, 2);
  await tab.upload('guests', reviewed);
  const wish = { project_id: 'guests', accepted_losses: digest };
  const [one, other] = await Promise.all(
    [wish, wish].map((body) => tab.person.post('/api/deploy/web', body)),
  );
  assert.equal(one?.json.deployment_id, other?.json.deployment_id);
  const done = await tab.follow(one?.json.deployment_id);
  assert.equal(done.status, 'live', JSON.stringify(done.failure));
  assert.equal((await askSite(url, asideSql)).length, 2);
  // What was lost once is not lost again by the old yes.
  await tab.upload('guests', previewOf(product.folder, guests + notes));
  assert.equal((await tab.deploy('guests')).status, 'live');
  await tab.upload('guests', reviewed);
  const again = await tab.person.post(`/api/deployments/${done.id}/retry`, {});
  assert.deepEqual([again.status, again.json.error.code], [400, 'choices_outdated']);
  assert.deepEqual(await askSite(url, 'SELECT count(*) AS n FROM note'), [{ n: 3 }]);
});

test('what was looked at is what is deployed, or nothing', async () => {
  const { tab, url } = await liveProject('lou');
  const reviewed = await tab.upload('guests', previewOf(product.folder, guests));
  await tab.upload('guests', previewOf(product.folder, smaller));
  for (const data of ['keep', 'replace']) {
    const wish = { project_id: 'guests', data, preview_sha256: reviewed };
    const { status, json } = await tab.person.post('/api/deploy/web', wish);
    assert.deepEqual([status, json.error.code], [400, 'preview_changed']);
  }
  const unnamed = { project_id: 'guests', data: 'replace' };
  assert.equal((await tab.person.post('/api/deploy/web', unnamed)).status, 400);
  assert.equal((await askSite(url, 'SELECT name FROM guest')).length, 2);
});

test("the preview's rows in place of production's: the old database is kept", async () => {
  const { tab, url } = await liveProject('una');
  await askSite(url, "INSERT INTO guest(name) VALUES ('a visitor') RETURNING id");
  const { database_name: old } = await tab.plan('guests');
  const preview_sha256 = await tab.upload('guests', previewOf(product.folder, smaller));
  const second = await tab.deploy('guests', { data: 'replace', preview_sha256 });
  assert.equal(second.status, 'live', JSON.stringify(second.failure));
  assert.deepEqual(await askSite(url, 'SELECT count(*) AS n FROM guest'), [{ n: 0 }]);
  assert.deepEqual(await askSite(url, 'SELECT at FROM visit'), [{ at: 7 }]);
  const { database_name: now } = await tab.plan('guests');
  assert.notEqual(now, old);
  assert.deepEqual(
    second.kept.map((/** @type {any} */ kept) => kept.name),
    [old],
  );
  const { app } = (await tab.person.get('/api/projects')).json.projects[0];
  const { resources } = (await tab.person.get(`/api/apps/${app.id}`)).json;
  const databases = resources.filter((/** @type {any} */ one) => one.kind === 'turso_database');
  assert.deepEqual(
    databases.map((/** @type {any} */ one) => [one.name, one.state, one.kept_until_ms > 0]),
    [
      [old, 'exists', true],
      [now, 'exists', false],
    ],
  );
  // Another try of what is live replaces nothing once more.
  const again = await tab.person.post(`/api/deployments/${second.id}/retry`, {});
  assert.deepEqual([again.status, again.json.error.code], [400, 'choices_outdated']);
  // The next release goes on with the new one.
  await tab.upload('guests', previewOf(product.folder, smaller));
  const third = await tab.deploy('guests');
  assert.equal(third.status, 'live', JSON.stringify(third.failure));
  assert.equal((await tab.plan('guests')).database_name, now);
  // Deleting the app takes what is kept along.
  const gone = await tab.person.call(`/api/apps/${app.id}`, {
    method: 'DELETE',
    body: JSON.stringify({ confirm: 'guests' }),
  });
  assert.equal((await tab.follow(gone.json.deployment_id)).status, 'removed');
  const { json: state } = await control(product.sandbox.origin, 'GET', '/state');
  const names = state.databases.map((/** @type {any} */ one) => one.name);
  assert.ok(!names.includes(old) && !names.includes(now), names.join());
});
