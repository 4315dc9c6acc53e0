// Services of a deployed app, as a person has them: switched on in the deploy dialog, used by the
// app with the key that it got, seen call by call on the usage page; keys made, copied and revoked.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { stage, until } from './support.mjs';
import { apps, comeToChoices, deployButton, dialogCalled, untilLive } from './steps.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./support.mjs').Product} Product */

const { scene } = stage();
const app = apps.guestbook;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @param {Page} page @param {string} where */
async function checkAxe(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { violations } = await /** @type {any} */ (globalThis).axe.run();
    return violations.map((/** @type {any} */ { id, nodes }) => [id, nodes[0]?.html]);
  });
  assert.deepEqual(found, [], where);
}

/** A call as the deployed app makes it: with its key, by the gateway's address.
 * @param {Product} product @param {string} key */
function ask(product, key) {
  return fetch(`${product.url}/api/proxy/openai/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      messages: [{ role: 'user', content: 'Say hello to the harbour.' }],
    }),
  });
}

/** Deploys with OpenAI switched on. @param {import('./support.mjs').Scene} parts */
async function deployWithService({ page, product, picture }) {
  const { id, dialog } = await comeToChoices(page, product, app);
  const section = dialog.getByRole('region', { name: 'API keys' });
  await section.scrollIntoViewIfNeeded();
  const payers = section.getByRole('radiogroup', { name: 'Who pays for OpenAI' });
  await payers.getByRole('radio', { name: 'Fairway' }).click();
  await section.getByText("By use, at the provider's price").waitFor();
  await picture('who pays');
  await checkAxe(page, 'choices with services');
  await deployButton(dialog).click();
  await untilLive(page, app);
  await page.keyboard.press('Escape');
  return id;
}

/** Comes to the app's page and makes a key there. @param {Page} page @param {string} name */
async function makeKey(page, name) {
  await page.getByRole('link', { name: `API keys of ${app.name}` }).click();
  const list = page.getByRole('list', { name: 'Keys' });
  await list.getByText('The deployed app').first().waitFor();
  await page.getByRole('button', { name: 'New key' }).click();
  const dialog = dialogCalled(page, 'New key');
  await dialog.getByRole('textbox', { name: 'Name of the key' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Dollars a month' }).fill('2.50');
  return dialog;
}

scene('a service from the dialog to the bill', {}, async (parts) => {
  const { page, product, picture } = parts;
  const id = await deployWithService(parts);
  const dialog = await makeKey(page, 'Night shift');
  await picture('new key');
  await checkAxe(page, 'new key');
  await dialog.getByRole('button', { name: 'Make key' }).click();
  const made = dialogCalled(page, 'Copy the key now');
  const key = await made.getByText(/^fw_live_/).innerText();
  await picture('shown once');
  await made.getByRole('button', { name: 'I have copied it' }).click();
  await made.waitFor({ state: 'detached' });
  assert.equal((await page.locator('body').innerText()).includes(key), false, 'shown once');
  await picture('keys');
  await checkAxe(page, 'keys');

  const answer = await ask(product, key);
  assert.equal(answer.status, 200, await answer.text());
  const history = await until(
    'the call is in the books',
    async () => (await page.request.get(`${product.url}/api/usage/history`)).json(),
    ({ calls }) => calls.length === 1,
  );
  const call = history.calls[0];
  assert.ok(call.cost_nanos > 0);
  await page.getByRole('link', { name: 'Usage' }).click();
  const spent = page.getByRole('region', { name: 'Spent' });
  await spent.waitFor();
  await picture('usage');
  await checkAxe(page, 'usage');
  await page.getByRole('button', { name: `Details of ${call.id}` }).click();
  const details = dialogCalled(page, 'Call');
  const nanos = String(call.cost_nanos % 1_000_000_000).padStart(9, '0');
  const cost = `$${Math.floor(call.cost_nanos / 1e9)}.${nanos.replace(/0{1,7}$/, '')}`;
  await details.getByText(cost, { exact: true }).waitFor();
  await details.getByText(call.upstream_id ?? call.request.upstream_id).waitFor();
  await picture('one call');
  await page.keyboard.press('Escape');

  await page.goto(`${product.url}/app/dashboard?page=app&project=${id}`);
  await page.getByRole('button', { name: 'Revoke Night shift' }).click();
  const sure = page.getByRole('alertdialog', { name: 'Revoke Night shift?' });
  await picture('revoke');
  await sure.getByRole('button', { name: 'Revoke key' }).click();
  await sure.waitFor({ state: 'detached' });
  assert.equal((await ask(product, key)).status, 401, 'a revoked key');
});

for (const [name, look] of /** @type {const} */ ([
  ['a phone of 360 pixels', { viewport: { width: 360, height: 740 }, hasTouch: true }],
  [
    'a phone of 390 pixels at night',
    {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      deviceScaleFactor: 2,
      colorScheme: 'dark',
    },
  ],
  ['a desktop at night', { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' }],
  ['a sharp desktop', { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2 }],
])) {
  scene(`the usage page on ${name}`, { ...look }, async ({ page, product, picture }) => {
    await page.goto(`${product.url}/app/dashboard?page=usage`);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).click();
    await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor();
    await page.getByRole('region', { name: 'Spent' }).waitFor();
    await picture('usage');
    await checkAxe(page, 'usage');
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(over, 0);
    await page.getByRole('tab', { name: '12 months' }).click();
    await page.getByRole('region', { name: 'By month' }).waitFor();
    await picture('12 months');
    await checkAxe(page, '12 months');
  });
}
