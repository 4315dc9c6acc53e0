// What may happen between Deploy and the live address: reloads, closed tabs, crashes, a lost
// connection, an ended session, a second tab, a change of mind.

import assert from 'node:assert/strict';

import { stage, until } from './support.mjs';
import {
  apps,
  comeToChoices,
  deployButton,
  deploymentsOf,
  dialogCalled,
  openLive,
  signIn,
  untilLive,
} from './steps.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./support.mjs').Scene} Scene */

const { scene } = stage();
const app = apps.guestbook;
const publishing = { provider: 'cloudflare', method: 'POST', path: '/pages/projects$' };

/**
 * Comes to the middle of a deployment: the host is being asked for a site and takes its time.
 * @param {Scene} parts
 * @param {number} delay_ms
 */
async function comeToTheMiddle({ page, product }, delay_ms) {
  const before = await product.atProviders();
  const { id, dialog } = await comeToChoices(page, product, app);
  await product.misbehave(publishing, { kind: 'delay', delay_ms });
  await deployButton(dialog).click();
  await middleOf(page).waitFor();
  return { id, before };
}

/** @param {Page} page */
function middleOf(page) {
  const working = dialogCalled(page, `Deploying ${app.name}`);
  return working.getByRole('progressbar', { name: '5 of 8, Publish site' });
}

/**
 * One more database and one more site than before.
 * @param {Scene} parts
 * @param {{databases: string[], sites: string[]}} before
 */
async function checkOneMore({ product }, before) {
  const after = await product.atProviders();
  assert.equal(after.databases.length, before.databases.length + 1);
  assert.equal(after.sites.length, before.sites.length + 1);
}

scene('the page is loaded anew in the middle', {}, async (parts) => {
  const { page } = parts;
  const { id, before } = await comeToTheMiddle(parts, 5_000);
  await page.reload();
  await middleOf(page).waitFor();
  await untilLive(page, app);
  await checkOneMore(parts, before);
  assert.equal((await deploymentsOf(page, id)).length, 1);
});

scene('the tab is closed in the middle and another one opened', {}, async (parts) => {
  const { page, context, product, picture } = parts;
  const { before } = await comeToTheMiddle(parts, 6_000);
  await page.close();
  const other = await context.newPage();
  await other.goto(`${product.url}/app/dashboard`);
  const progress = other.getByRole('button', { name: `View progress ${app.name}` });
  await progress.waitFor();
  await picture('the card', other);
  await progress.click();
  await middleOf(other).waitFor();
  await untilLive(other, app);
  await checkOneMore(parts, before);
});

scene('the edge is killed in the middle', {}, async (parts) => {
  const { page, product } = parts;
  const { before } = await comeToTheMiddle(parts, 3_000);
  await product.killEdge();
  const live = await untilLive(page, app);
  await checkOneMore(parts, before);
  const tab = await openLive(page, live);
  await tab.getByRole('heading', { name: 'Entries', exact: true }).waitFor();
});

scene('the machine is switched off in the middle', {}, async (parts) => {
  const { page, product, picture } = parts;
  const { before } = await comeToTheMiddle(parts, 20_000);
  await product.killAll();
  await page.getByText('Connection lost', { exact: true }).waitFor();
  await picture('no connection');
  await product.start();
  await untilLive(page, app);
  await checkOneMore(parts, before);
});

scene('cancelled in the middle, nothing of it stays', {}, async (parts) => {
  const { page, product, picture } = parts;
  const { before } = await comeToTheMiddle(parts, 12_000);
  const { databases } = await product.atProviders();
  assert.equal(databases.length, before.databases.length + 1, 'there is something to take away');
  await page.getByRole('button', { name: 'Cancel deployment' }).click();
  const question = page.getByRole('alertdialog', { name: 'Cancel this deployment?' });
  await picture('the question');
  await question.getByRole('button', { name: 'Cancel and remove' }).click();
  const stopped = dialogCalled(page, `${app.name} was not deployed`);
  await stopped.getByRole('heading', { name: 'You cancelled this deployment' }).waitFor({
    timeout: 100_000,
  });
  await stopped.getByText('The preview in the Builder. Nothing else is left.').waitFor();
  await picture('cancelled');
  assert.deepEqual(await product.atProviders(), before);

  await stopped.getByRole('button', { name: 'Deploy again' }).click();
  await deployButton(dialogCalled(page, `Deploy ${app.name}`)).click();
  await untilLive(page, app);
  await checkOneMore(parts, before);
});

scene('two tabs deploy the same project', {}, async (parts) => {
  const { page, context, product } = parts;
  const before = await product.atProviders();
  const { id, dialog } = await comeToChoices(page, product, app);
  const other = await context.newPage();
  await other.goto(page.url());
  const second = dialogCalled(other, `Deploy ${app.name}`);
  await deployButton(second).waitFor();
  // The first one must not be over before the second one has sent its project.
  await product.misbehave(publishing, { kind: 'delay', delay_ms: 12_000 });
  await Promise.all([deployButton(dialog).click(), deployButton(second).click()]);
  await Promise.all([middleOf(page).waitFor(), middleOf(other).waitFor()]);
  await Promise.all([untilLive(page, app), untilLive(other, app)]);
  await checkOneMore(parts, before);
  assert.equal((await deploymentsOf(page, id)).length, 1, 'both followed one deployment');
});

scene('the upload is cut off, then the connection is back', {}, async (parts) => {
  const { page, product, picture } = parts;
  const before = await product.atProviders();
  const { dialog } = await comeToChoices(page, product, app);
  let isCut = true;
  await page.route('**/api/**', (route) => (isCut ? route.abort() : route.continue()));
  await deployButton(dialog).click();
  const stopped = dialogCalled(page, `${app.name} was not deployed`);
  const words = 'The connection was lost while the project was sent';
  await stopped.getByRole('heading', { name: words }).waitFor();
  await stopped.getByText('It goes on by itself as soon as Fairway answers again.').waitFor();
  await page.getByText('Connection lost', { exact: true }).waitFor();
  await picture('cut off');
  assert.deepEqual(await product.atProviders(), before, 'nothing is made of half a project');
  isCut = false;
  await dialogCalled(page, `${app.name} is live`).waitFor();
  await checkOneMore(parts, before);
});

scene('the session ends in the middle', {}, async (parts) => {
  const { page, context, picture } = parts;
  const { before } = await comeToTheMiddle(parts, 4_000);
  await context.clearCookies();
  const ended = page.getByRole('alertdialog', { name: 'You were signed out' });
  await ended.waitFor();
  await picture('signed out');
  const opened = context.waitForEvent('page');
  await ended.getByRole('button', { name: 'Sign in in a new tab' }).click();
  const tab = await opened;
  await tab.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).click();
  await tab.getByRole('button', { name: 'Account' }).waitFor({ state: 'attached' });
  await tab.close();
  await untilLive(page, app);
  await checkOneMore(parts, before);
});

scene('sign-ins that do not hold', {}, async ({ page, product, picture }) => {
  await page.goto(`${product.url}/app/dashboard#access_token=eyJhbGciOiJub25lIn0.e30.`);
  const main = page.getByRole('main', { name: 'Sign in' });
  await main.getByText('You are not signed in').waitFor();
  await picture('a forged token');
  assert.equal(new URL(page.url()).hash, '');

  await product.control('POST', '/settings', { identity: { lifetime_s: -3_600 } });
  await page.goto(`${product.url}/app/dashboard`);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: 'Sign in as Mara Lindqvist' }).click();
  await main.getByText('You are not signed in: the session has expired.').waitFor();
  await picture('an expired token');
  await product.control('POST', '/settings', { identity: { lifetime_s: 3_600 } });
  await signIn(page);
  await until(
    'the person is in',
    async () => (await page.request.get(`${product.url}/api/me`)).status(),
    (status) => status === 200,
  );
});
