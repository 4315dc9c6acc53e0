// What a deployment gives the providers: an image in chunks, and what the code needs of its host.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { addFault, control } from '../sandbox/help.mjs';
import { appFiles, askSite, previewOf, signIn, startProduct } from './product.mjs';

/** @type {import('./product.mjs').Product} */
let product;
/** @type {(() => unknown)[]} */
const endings = [];
before(async () => {
  product = await startProduct(
    { after: (/** @type {() => unknown} */ end) => void endings.push(end) },
    { TURSO_SINGLE_UPLOAD_BYTES: '1000000' },
  );
});
after(async () => {
  for (const end of endings) await end();
});

const small = 'CREATE TABLE t(a); INSERT INTO t VALUES (7);';

test('a database over the size of one request goes in chunks and arrives whole', async () => {
  const { origin } = product.sandbox;
  // Neither a multiple nor a divisor of a part's size.
  await control(origin, 'POST', '/settings', { turso: { chunk_bytes: 1_300_001 } });
  const large = previewOf(
    product.folder,
    `CREATE TABLE t(id INTEGER PRIMARY KEY, bytes BLOB);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)
     INSERT INTO t SELECT i, randomblob(10000) FROM n;`,
  );
  assert.ok(large.length > 7_000_000);
  const tab = await signIn(product, 'ann');
  await tab.upload('large', large);
  // The second chunk's answer is lost: it is sent again.
  await addFault(origin, { kind: 'lose_answer', match: { path: '/v2/upload/chunk/1' } });
  const deployment = await tab.deploy('large');
  assert.equal(deployment.status, 'live', JSON.stringify(deployment.failure));
  const report = (await tab.person.get(`/api/deployments/${deployment.id}/report`)).json;
  assert.deepEqual([report.rows_total, report.differences], [700, 0]);
  const sum = 'SELECT count(*) AS n, sum(length(bytes)) AS size FROM t';
  assert.deepEqual(await askSite(deployment.url, sum), [{ n: 700, size: 7_000_000 }]);
  const calls = product.sandbox.calls.list().filter(({ path }) => path.includes('/upload'));
  const paths = new Set(calls.map(({ method, path }) => `${method} ${path}`));
  assert.ok(paths.has('PUT /v2/upload/start') && paths.has('PUT /v2/upload/finalize'));
  assert.ok(paths.has('PUT /v2/upload/chunk/5') && !paths.has('POST /v1/upload'));
});

test('the host is given the flags that the code needs, and no others', async () => {
  const tab = await signIn(product, 'bob');
  await tab.upload('plain', previewOf(product.folder, small));
  assert.equal((await tab.deploy('plain')).status, 'live');
  assert.deepEqual(await flagsOf('plain'), []);
  const server = `import { Buffer } from 'node:buffer';\n${appFiles['server.js']}
export const seven = Buffer.from('7').toString('hex');`;
  await tab.upload('plain', previewOf(product.folder, small), { ...appFiles, 'server.js': server });
  const second = await tab.deploy('plain');
  assert.equal(second.status, 'live', JSON.stringify(second.failure));
  assert.deepEqual(await flagsOf('plain'), ['nodejs_compat']);
  assert.deepEqual(await askSite(second.url, 'SELECT a FROM t'), [{ a: 7 }]);
});

/** Of the only site whose name begins so. @param {string} project */
async function flagsOf(project) {
  const headers = { authorization: 'Bearer sandbox-cloudflare-token' };
  const base = `${product.sandbox.origin}/client/v4/accounts/sandbox/pages/projects`;
  const list = /** @type {any} */ (await (await fetch(base, { headers })).json()).result;
  const sites = list.filter((/** @type {any} */ { name }) => name.startsWith(`fw-${project}-`));
  assert.equal(sites.length, 1);
  return sites[0].deployment_configs.production.compatibility_flags;
}
