import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifest, startApp } from './support.mjs';

const hostile = '<img src=x onerror=alert(1)>\'"; DROP TABLE entries;-- \u2028 😀';

test('every app: unknown paths, wrong methods, broken bodies', async (t) => {
  for (const { id } of manifest.apps) {
    const { ask } = await startApp(t, id);
    assert.equal((await ask('GET', '/api/nothing')).status, 404);
    const first =
      { guestbook: '/api/entries', shop: '/api/products', notes: '/api/notes' }[id] ?? '';
    const wrong = await ask('DELETE', first);
    assert.equal(wrong.status, 405);
    assert.match(wrong.response.headers.get('allow') ?? '', /GET/);
    for (const body of ['', '{', '[]', 'null', '"text"', new Uint8Array([0xff, 0xfe])]) {
      const answer = await ask('POST', first, body);
      assert.equal(answer.status, 400, `${id} ${JSON.stringify(body)}`);
      assert.equal(typeof answer.body.error, 'string');
    }
    assert.equal((await ask('POST', first, `{"a":"${'x'.repeat(70_000)}"}`)).status, 413);
    assert.equal((await ask('GET', first)).status, 200);
  }
});

test('guestbook: entries are added, read back, changed, liked and removed', async (t) => {
  const { ask } = await startApp(t, 'guestbook');
  const list = await ask('GET', '/api/entries');
  assert.equal(list.body.entries.length, 10);
  const added = await ask('POST', '/api/entries', { name: hostile, message: hostile, mood: '👩‍🚀' });
  assert.equal(added.status, 201);
  assert.equal(added.body.message, hostile);
  assert.equal(added.body.id, 251, 'ids of removed entries are not used again');
  const path = `/api/entries/${added.body.id}`;
  const changed = await ask('PUT', path, { name: 'a', message: 'b', website: 'https://e.example' });
  assert.equal(changed.body.website, 'https://e.example');
  assert.equal(changed.body.mood, null);
  assert.notEqual(changed.body.edited_at, null);
  assert.equal((await ask('POST', `${path}/like`)).body.likes, 1);
  assert.equal((await ask('DELETE', path)).status, 200);
  assert.equal((await ask('GET', path)).status, 404);
  assert.equal((await ask('DELETE', path)).status, 404);
  assert.equal((await ask('PUT', path, { name: 'a', message: 'b' })).status, 404);
});

test('guestbook: 64-bit numbers keep every digit, pages follow each other', async (t) => {
  const { ask, database } = await startApp(t, 'guestbook');
  const { entries } = (await ask('GET', '/api/entries')).body;
  const numbers = entries.map((/** @type {any} */ entry) => entry.source_id).filter(Boolean);
  assert.ok(numbers.includes('9223372036854775807'));
  assert.ok(numbers.includes('-4611686018427387904'));
  assert.ok(numbers.includes(2147483648));
  for (let i = 0; i < 25; i++) {
    database.run('INSERT INTO entries (name, message) VALUES (?, ?)', [`n${i}`, 'm']);
  }
  const first = (await ask('GET', '/api/entries')).body;
  assert.equal(first.more, true);
  const next = (await ask('GET', `/api/entries?before=${first.entries.at(-1).id}`)).body;
  assert.equal(first.entries.length + next.entries.length, 35);
  assert.equal((await ask('GET', '/api/entries?before=x')).status, 400);
});

test('guestbook: fields are checked together, words are filtered', async (t) => {
  const { ask } = await startApp(t, 'guestbook', { BLOCKED_WORDS: 'Casino, spam' });
  const empty = await ask('POST', '/api/entries', { website: 'ftp://x' });
  assert.equal(empty.status, 400);
  assert.deepEqual(Object.keys(empty.body.fields).sort(), ['message', 'name', 'website']);
  const long = await ask('POST', '/api/entries', { name: 'a', message: 'x'.repeat(2001) });
  assert.equal(long.status, 400);
  const blocked = await ask('POST', '/api/entries', { name: 'a', message: 'best CASINO' });
  assert.match(blocked.body.error, /casino/);
  assert.equal((await ask('POST', '/api/entries', { name: 1, message: 'b' })).status, 400);
});

test('guestbook: a password guards changes when one is set', async (t) => {
  const { ask } = await startApp(t, 'guestbook', { ADMIN_PASSWORD: 'pässword', SITE_TITLE: 'T' });
  assert.deepEqual((await ask('GET', '/api/site')).body.title, 'T');
  assert.equal((await ask('DELETE', '/api/entries/1')).status, 401);
  assert.equal(
    (await ask('DELETE', '/api/entries/1', undefined, { 'x-password': 'p' })).status,
    401,
  );
  assert.equal((await ask('POST', '/api/entries', { name: 'a', message: 'b' })).status, 201);
});

test('shop: an order takes stock by the trigger, all of it or nothing', async (t) => {
  const { ask, database } = await startApp(t, 'shop');
  const order = {
    name: 'Ann',
    email: 'Ann@Example.org',
    lines: [
      { product_id: 1, quantity: 2 },
      { product_id: 5, quantity: 3 },
    ],
  };
  const placed = await ask('POST', '/api/orders', order);
  assert.equal(placed.status, 201);
  assert.equal(placed.body.total_cents, 2 * 24900 + 3 * 249);
  assert.equal(stockOf(database, 1), 12);
  const before = database.all('SELECT count(*) AS n FROM customers')[0];
  const tooMuch = {
    ...order,
    email: 'new@example.org',
    lines: [
      { product_id: 1, quantity: 1 },
      { product_id: 2, quantity: 999 },
    ],
  };
  assert.equal((await ask('POST', '/api/orders', tooMuch)).status, 409);
  assert.equal(stockOf(database, 1), 12);
  assert.deepEqual(database.all('SELECT count(*) AS n FROM customers')[0], before);
  const gone = { ...order, lines: [{ product_id: 999, quantity: 1 }] };
  assert.equal((await ask('POST', '/api/orders', gone)).status, 409);
  for (const lines of [
    [],
    'x',
    [{}],
    [{ product_id: 1, quantity: 0 }],
    [{ product_id: 1, quantity: 1.5 }],
    [
      { product_id: 1, quantity: 1 },
      { product_id: 1, quantity: 2 },
    ],
  ]) {
    assert.equal(
      (await ask('POST', '/api/orders', { ...order, lines })).status,
      400,
      JSON.stringify(lines),
    );
  }
  const again = await ask('POST', '/api/orders', {
    ...order,
    email: 'ann@example.org',
    name: 'Ann B.',
  });
  assert.equal(again.status, 201);
  const [customer] = database.all(
    "SELECT count(*) AS n, max(name) AS name FROM customers WHERE email = 'ann@example.org'",
  );
  assert.deepEqual(customer, { n: 1, name: 'Ann B.' });
  assert.equal(
    (await ask('PATCH', `/api/orders/${placed.body.id}`, { state: 'paid' })).status,
    200,
  );
  assert.equal(
    (await ask('PATCH', `/api/orders/${placed.body.id}`, { state: 'lost' })).status,
    400,
  );
  assert.equal((await ask('DELETE', `/api/orders/${placed.body.id}`)).status, 200);
  // The stock of the removed order is back, the second one's is out.
  assert.equal(stockOf(database, 1), 12);
  assert.equal((await ask('DELETE', '/api/orders/99999')).status, 404);
});

test('shop: products with a barcode of 18 digits, a weight and a picture', async (t) => {
  const { ask } = await startApp(t, 'shop');
  const product = {
    sku: 'N-1',
    name: hostile,
    price_cents: 1999,
    weight_kg: 0.1,
    stock: 3,
    barcode: '999999999999999998',
  };
  const added = await ask('POST', '/api/products', product);
  assert.equal(added.status, 201);
  assert.equal(added.body.barcode, '999999999999999998');
  assert.equal(added.body.weight_kg, 0.1);
  assert.equal((await ask('POST', '/api/products', product)).status, 409);
  const path = `/api/products/${added.body.id}`;
  const picture = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0xff]);
  assert.equal((await ask('GET', `${path}/thumbnail`)).status, 404);
  assert.equal((await ask('PUT', `${path}/thumbnail`, picture)).status, 200);
  const { response } = await ask('GET', `${path}/thumbnail`);
  assert.equal(response.headers.get('content-type'), 'image/png');
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), picture);
  assert.equal((await ask('PUT', `${path}/thumbnail`, '<svg onload=alert(1)>')).status, 400);
  assert.equal((await ask('PUT', `${path}/thumbnail`, new Uint8Array(300_000))).status, 413);
  assert.equal((await ask('DELETE', '/api/products/1')).status, 409);
  assert.equal((await ask('DELETE', path)).status, 200);
  for (const wrong of [
    { price_cents: 1.5 },
    { price_cents: -1 },
    { weight_kg: '1' },
    { stock: null },
    { barcode: 'x' },
  ]) {
    assert.equal(
      (await ask('POST', '/api/products', { ...product, ...wrong })).status,
      400,
      JSON.stringify(wrong),
    );
  }
});

test('shop: orders and products need the password when one is set', async (t) => {
  const { ask } = await startApp(t, 'shop', { ADMIN_PASSWORD: 'open sesame' });
  assert.equal((await ask('GET', '/api/orders')).status, 401);
  assert.equal(
    (await ask('GET', '/api/orders', undefined, { 'x-password': 'open sesame' })).status,
    200,
  );
  const order = { name: 'A', email: 'a@b.example', lines: [{ product_id: 2, quantity: 1 }] };
  assert.equal((await ask('POST', '/api/orders', order)).status, 201);
  assert.equal((await ask('PUT', '/api/products/1', {})).status, 401);
});

test('notes: written, tagged, pinned, put away, found and removed', async (t) => {
  const { ask, database } = await startApp(t, 'notes');
  assert.equal((await ask('GET', '/api/notes')).body.notes.length, 6);
  const added = await ask('POST', '/api/notes', {
    title: hostile,
    body: 'two words',
    tags: ['Work', ' new ', 'work'],
  });
  assert.equal(added.status, 201);
  assert.deepEqual(added.body.tags, ['new', 'work']);
  assert.equal(added.body.wordCount, 2);
  assert.equal(added.body.pinned, false);
  assert.match(added.body.id, /^c[a-z0-9]{24}$/);
  const [row] = database.all('SELECT typeof(createdAt) AS kind FROM "Note" WHERE id = ?', [
    added.body.id,
  ]);
  assert.equal(row?.kind, 'integer');
  const path = `/api/notes/${added.body.id}`;
  assert.equal((await ask('PATCH', path, { pinned: true })).body.pinned, true);
  assert.notEqual((await ask('PATCH', path, { archived: true })).body.archivedAt, null);
  assert.equal((await ask('PATCH', path, {})).status, 400);
  const changed = await ask('PUT', path, { title: 'Änderung', body: '', tags: [] });
  assert.deepEqual(changed.body.tags, []);
  assert.equal(
    (await ask('GET', '/api/notes?search=änderung')).body.notes.length,
    0,
    'ASCII letters only are folded',
  );
  assert.equal(
    (await ask('GET', `/api/notes?search=${encodeURIComponent('nderung')}`)).body.notes.length,
    1,
  );
  assert.equal((await ask('GET', '/api/notes?tag=home')).body.notes.length, 2);
  assert.equal((await ask('DELETE', path)).status, 200);
  assert.equal((await ask('GET', path)).status, 404);
});

test('notes: the notebook is closed without its password', async (t) => {
  const { ask } = await startApp(t, 'notes', { NOTES_PASSWORD: 'x' });
  assert.equal((await ask('GET', '/api/notebook')).body.locked, true);
  assert.equal((await ask('GET', '/api/notes')).status, 401);
  assert.equal((await ask('GET', '/api/notes', undefined, { 'x-password': 'x' })).status, 200);
});

test('a database of another shape gives a clear word, not a crash', async (t) => {
  const quiet = t.mock.method(console, 'error', () => {});
  const { ask } = await startApp(t, 'guestbook', {}, 'CREATE TABLE other (a)');
  const answer = await ask('GET', '/api/entries');
  assert.equal(answer.status, 500);
  assert.equal(answer.body.error, 'The database does not fit this app: no such table: entries.');
  assert.equal(quiet.mock.callCount(), 1);
});

/**
 * @param {import('../../public/builder/engine.mjs').PreviewDatabase} database
 * @param {number} id
 */
function stockOf(database, id) {
  return database.all('SELECT stock FROM products WHERE id = ?', [id])[0]?.stock;
}
