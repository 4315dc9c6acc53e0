// The status page shows what exists, and takes every name for text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { statusPage } from '../../tools/sandbox/status/status_page.mjs';
import { addFault, control, newClient, newDatabase, newSandbox } from './help.mjs';

const hostile = '<img src=x onerror=alert(1)>"\'&';

test('databases with their tables, faults and calls', async (t) => {
  const { origin } = await newSandbox(t);
  const client = newClient(await newDatabase(origin, 'guestbook'));
  const quoted = `"${hostile.replaceAll('"', '""')}"`;
  await client.executeMultiple(`CREATE TABLE guest(name, mark);
    INSERT INTO guest VALUES ('${hostile.replaceAll("'", "''")}', x'00ff'), (NULL, 1.5);
    CREATE TABLE ${quoted}(${quoted});`);
  await newDatabase(origin, 'waiting', { seed: { type: 'database_upload' } });
  await addFault(origin, { kind: 'status', status: 503, match: { path: hostile.slice(0, 10) } });
  const html = await (await fetch(origin)).text();
  assert.match(html, /guestbook/);
  assert.match(html, /guest<\/a>, 2 rows/);
  assert.match(html, /Waits for its upload/);
  assert.match(html, /status 503, 1 time/);
  assert.match(html, /created database guestbook/);
  assert.equal(html.includes('<img'), false);
  const state = (await control(origin, 'GET', '/state')).json;
  assert.deepEqual(
    state.databases[0].tables.map((/** @type {any} */ one) => one.rows),
    [0, 2],
  );
});

test('a table page by page, read only', async (t) => {
  const { origin } = await newSandbox(t);
  const client = newClient(await newDatabase(origin, 'app'));
  await client.executeMultiple(`CREATE TABLE a(b, c); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
    SELECT i + 1 FROM n WHERE i < 120) INSERT INTO a SELECT i, '${hostile.replaceAll("'", "''")}'
    FROM n; INSERT INTO a VALUES (CAST(x'ff' AS TEXT), x'0a')`);
  const view = async (/** @type {string} */ query) => {
    const response = await fetch(`${origin}/view/turso/?${query}`);
    return {
      status: response.status,
      html: await response.text(),
      policy: response.headers.get('content-security-policy') ?? '',
    };
  };
  const first = await view('database=app&table=a');
  assert.match(first.html, /rows 1 to 50\s+of\s+121/);
  assert.match(first.html, /Rows after/);
  assert.equal(first.html.includes('<img'), false);
  assert.match(first.policy, /default-src 'none'/);
  const last = await view('database=app&table=a&from=100');
  assert.match(last.html, /rows 101 to 121/);
  assert.match(last.html, /x&#39;0A&#39;/);
  assert.match(last.html, /Rows before/);
  for (const query of [
    'database=app&table=none',
    'database=none&table=a',
    '',
    'database=app&table=a%22%3B%20DROP%20TABLE%20a',
  ]) {
    assert.equal((await view(query)).status, 404, query);
  }
});

test('projects at Neon are listed, by names that are taken for text', () => {
  const state = { origin: 'http://127.0.0.1:1', databases: [], sites: [], settings: {}, calls: [] };
  const project = { id: 'calm-river-1', name: hostile, created_at: '2026-01-01T00:00:00Z' };
  const shown = statusPage({ ...state, faults: [], neon_projects: [project] }, 0);
  assert.match(shown, /Projects at Neon/);
  assert.match(shown, /calm-river-1/);
  assert.equal(shown.includes('<img'), false);
  assert.equal(statusPage({ ...state, faults: [] }, 0).includes('Projects at Neon'), false);
});

test('a database that cannot be read is said to be so', () => {
  const html = statusPage(
    {
      origin: 'http://127.0.0.1:1',
      sites: [
        {
          name: hostile,
          url: 'javascript:x',
          deployments: [{ id: hostile, url: 'http://127.0.0.1:2' }],
        },
      ],
      faults: [],
      calls: [],
      settings: {},
      databases: [
        { name: 'a', hostname: 'h', group: 'g', is_draft: false, storage_bytes: 5e6, tables: null },
      ],
    },
    0,
  );
  assert.match(html, /The file cannot be read/);
  assert.match(html, /4\.8 MB/);
  assert.equal(html.includes('href="javascript'), false);
  assert.equal(html.includes('<img'), false);
});
