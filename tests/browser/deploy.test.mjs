// The whole way, for each app of the builder: made there, rows typed in its preview, deployed with
// them, opened and used where it is live, changed and deployed again.

import assert from 'node:assert/strict';

import { changeStored, storedText } from './store.mjs';
import { stage } from './support.mjs';
import {
  apps,
  choices,
  deployButton,
  dialogCalled,
  makeProject,
  openLive,
  pressDeployInBuilder,
  previewOf,
  readReport,
  rowsByTable,
  signIn,
  tablesToCarry,
  untilLive,
} from './steps.mjs';

/** @typedef {import('./support.mjs').Scene} Scene */
/** @typedef {import('./steps.mjs').App} App */
/** @typedef {import('playwright-core').Locator} Locator */

const { scene } = stage();
const titles = [
  ...['Check project', 'Create database', 'Carry data', 'Prepare code'],
  ...['Publish site', 'Attach domain', 'Check it live', 'Record release'],
];
const edition = 'A second edition of this page.';

for (const app of Object.values(apps)) {
  scene(`${app.name}, from the builder to the web and again`, {}, async (parts) => {
    const { page, product, picture } = parts;
    const before = await product.atProviders();
    const id = await makeProject(page, product, app);
    await app.add(previewOf(page, app), 'harbour-one');
    await app.add(previewOf(page, app), 'harbour-two');
    await picture('1 builder');

    const started = watchStarts(parts);
    await pressDeployInBuilder(page);
    await signIn(page);
    const dialog = await choices(page, app);
    assert.equal(new URL(page.url()).search, `?deploy=${id}`);
    assert.equal(new URL(page.url()).hash, '', 'no token stays in the address');
    const tables = await checkChoices(parts, app, dialog);
    assert.deepEqual(await product.atProviders(), before, 'nothing is made before Deploy');
    assert.equal(started(), 0, 'nothing is asked for before Deploy');

    await deployAndWatch(parts, app, dialog);
    assert.equal(started(), 1);
    const live = await untilLive(page, app);
    await picture('5 live');
    const counts = rowsByTable(await readReport(page));
    for (const [name, rows] of Object.entries(tables)) assert.equal(counts[name], rows, name);

    const address = await useLive(parts, app, live);
    await deployAgain(parts, app, id, address);
  });
}

/** How often a deployment was asked for. @param {Scene} parts @returns {() => number} */
function watchStarts({ page }) {
  let starts = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/api/deploy/web')) starts += 1;
  });
  return () => starts;
}

/**
 * What a person has to know before pressing.
 * @param {Scene} parts
 * @param {App} app
 * @param {Locator} dialog
 */
async function checkChoices({ picture }, app, dialog) {
  const tables = await tablesToCarry(dialog);
  const total = Object.values(tables).reduce((sum, rows) => sum + rows, 0);
  for (const [name, rows] of Object.entries(app.tables)) {
    assert.equal(tables[name], rows + (name === app.grown ? 2 : 0), name);
  }
  const count = Object.keys(tables).length;
  const sum = `${count} table${count === 1 ? '' : 's'}, ${total} rows`;
  const carried = dialog.getByRole('region', { name: 'Data to carry' });
  await carried.getByText(`${sum} from the preview`).waitFor();
  await dialog.getByRole('radio', { name: 'Turso', checked: true }).waitFor();
  await dialog.getByRole('radio', { name: 'Cloudflare', checked: true }).waitFor();
  await dialog.getByText('Free address, ready when the site is published').waitFor();
  await dialog.getByText('Database, Turso: $0.10').waitFor();
  await dialog.getByText('Hosting, Cloudflare: Free').waitFor();
  await dialog.getByText('Each month: $0.10').waitFor();
  const steps = dialog.getByRole('list', { name: 'Steps' });
  assert.equal(await steps.getByRole('listitem').count(), 8);
  await steps.getByText(`${sum}, then verified`).waitFor();

  const environment = dialog.getByRole('region', { name: 'Environment' });
  await environment.getByText(`Not set: ${app.title.variable}`).waitFor();
  await dialog.getByRole('button', { name: 'Edit the environment' }).click();
  await dialog.getByRole('button', { name: 'Paste .env' }).click();
  const line = `${app.title.variable}="${app.title.value}"\n`;
  await dialog.getByRole('textbox', { name: 'Contents of the .env file' }).fill(line);
  await dialog.getByRole('button', { name: 'Apply 1' }).click();
  await environment.getByRole('listitem').filter({ hasText: app.title.variable }).waitFor();
  await picture('2 choices');
  return tables;
}

/**
 * Deploys while the provider is slow, and looks.
 * @param {Scene} parts
 * @param {App} app
 * @param {Locator} dialog
 */
async function deployAndWatch({ page, product, picture }, app, dialog) {
  const slow = { match: { provider: 'turso', method: 'POST', path: '/databases$' } };
  await product.misbehave(slow.match, { kind: 'delay', delay_ms: 4_000 });
  await deployButton(dialog).click();
  const working = dialogCalled(page, `Deploying ${app.name}`);
  await working.getByRole('progressbar', { name: '2 of 8, Create database' }).waitFor();
  const shown = await working.ariaSnapshot();
  await picture('3 progress');
  let from = 0;
  for (const title of titles) {
    const at = shown.indexOf(`paragraph: ${title}\n`, from);
    assert.ok(at > from, `${title} stands in its place in\n${shown}`);
    from = at;
  }
  assert.match(shown, /paragraph: \d+\.\d s\n +- paragraph: Create database/, 'its time runs');
  assert.match(shown, /log "Log":\n +- paragraph/);
  assert.match(shown, /button "Cancel deployment"/);
}

/** The app where it is live. @param {Scene} parts @param {App} app @param {Locator} live */
async function useLive({ page, product, picture }, app, live) {
  const tab = await openLive(page, live);
  await tab.getByRole('heading', { name: app.title.value, level: 1 }).waitFor();
  for (const word of ['harbour-one', 'harbour-two']) await tab.getByText(word).first().waitFor();
  await app.add(tab, 'live-three');
  await tab.reload();
  await tab.getByText('live-three').first().waitFor();
  await picture('6 live site', tab);
  const address = tab.url();
  await tab.close();
  const rows = await productionRows(product, app);
  const typed = rows.filter((text) => /harbour-|live-/.test(text));
  assert.deepEqual(typed.map((text) => /(harbour|live)-\w+/.exec(text)?.[0]).sort(), [
    'harbour-one',
    'harbour-two',
    'live-three',
  ]);
  return address;
}

/**
 * Everything in the app's main table, from the provider.
 * @param {Scene['product']} product
 * @param {App} app
 */
async function productionRows(product, app) {
  const { databases } = await product.atProviders();
  const name = databases.find((one) => one.startsWith(`fw-${app.name.toLowerCase()}-`)) ?? '';
  return (await product.rowsOf(name, app.look)).map(([text]) => String(text));
}

/**
 * A changed app, deployed over the first.
 * @param {Scene} parts
 * @param {App} app
 * @param {string} id
 * @param {string} address
 */
async function deployAgain({ page, product, picture }, app, id, address) {
  const before = await product.atProviders();
  const rowsBefore = await productionRows(product, app);
  await page.goto(`${product.url}/builder/?project=${id}`);
  await app.add(previewOf(page, app), 'preview-late');
  await page.goto(`${product.url}/app/dashboard`);
  const html = await storedText(page, id, 'public/index.html');
  const changed = html.replace('</main>', `<p>${edition}</p></main>`);
  await changeStored(page, id, { files: { 'public/index.html': changed } });
  await page.goto(`${product.url}/app/dashboard?deploy=${id}`);
  const dialog = await choices(page, app);
  await dialog.getByText('Production rows stay', { exact: true }).waitFor();
  await picture('7 choices again');
  await deployButton(dialog).click();
  const live = await untilLive(page, app);
  await live.getByText(/^Release 2, deployed /).waitFor();
  const tab = await openLive(page, live);
  assert.equal(tab.url(), address, 'the address stays');
  await tab.getByText(edition).waitFor();
  await tab.getByText('live-three').first().waitFor();
  await tab.close();
  assert.deepEqual(await productionRows(product, app), rowsBefore, 'production rows stay');
  assert.deepEqual(await product.atProviders(), before, 'the same database and site');
}
