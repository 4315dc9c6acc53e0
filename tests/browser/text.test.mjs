// Text: input methods, a whole .env from the clipboard, bad lines of one, and that a sealed value
// is never seen again.

import assert from 'node:assert/strict';

import { stage } from './support.mjs';
import { apps, comeToChoices, deployButton, openLive, untilLive } from './steps.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */

const { scene } = stage();
const app = apps.guestbook;

/** Opens the field for a .env. @param {Locator} dialog */
async function openPaste(dialog) {
  await dialog.getByRole('button', { name: 'Edit the environment' }).click();
  await dialog.getByRole('button', { name: 'Paste .env' }).click();
  const field = dialog.getByRole('textbox', { name: 'Contents of the .env file' });
  await field.waitFor();
  return field;
}

scene('a word composed by an input method', {}, async ({ page, product, context, picture }) => {
  const { dialog } = await comeToChoices(page, product, app);
  const field = await openPaste(dialog);
  await field.pressSequentially('GREETING=');
  const keyboard = await context.newCDPSession(page);
  for (const text of ['k', 'こ', 'こn', 'こんに', 'こんにちは']) {
    const at = text.length;
    const composition = { text, selectionStart: at, selectionEnd: at };
    await keyboard.send('Input.imeSetComposition', composition);
    assert.equal(await field.inputValue(), `GREETING=${text}`, 'what is composed stays');
  }
  await picture('composing');
  await keyboard.send('Input.insertText', { text: '今日は' });
  await field.pressSequentially('!');
  assert.equal(await field.inputValue(), 'GREETING=今日は!');
  await dialog
    .getByRole('list', { name: 'Pasted variables' })
    .getByText(/^GREETING/)
    .waitFor();
});

const secrets = ['sk-live-canary-41b7', 'many\\nlines-canary-92', 'pass=word-canary-63 # no'];
const environment = `# what the app needs
SITE_TITLE='Harbour guests'
export API_KEY="${secrets[0]}"

MULTI="${secrets[1]}"
PASSWORD='${secrets[2]}'
`;

scene('a whole .env is pasted, and its values never come back', {}, async (parts) => {
  const { page, product, context, picture } = parts;
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: product.url });
  const answers = recordAnswers(page);
  const { dialog } = await comeToChoices(page, product, app);
  const field = await openPaste(dialog);
  await page.evaluate((text) => navigator.clipboard.writeText(text), environment);
  await field.press('Control+V');
  assert.equal(await field.inputValue(), environment);
  await dialog.getByText('Pasted .env, 5 lines').waitFor();
  const pasted = dialog.getByRole('list', { name: 'Pasted variables' });
  assert.equal(await pasted.getByRole('listitem').count(), 4);
  await picture('pasted');
  await dialog.getByRole('button', { name: 'Apply 4' }).click();
  const sealed = dialog.getByRole('list', { name: 'Variables' });
  for (const name of ['SITE_TITLE', 'API_KEY', 'MULTI', 'PASSWORD']) {
    await sealed.getByText(name, { exact: true }).waitFor();
  }
  await picture('sealed');
  await checkUnseen(page);
  await page.reload();
  const again = page.getByRole('dialog', { name: `Deploy ${app.name}` });
  await again.getByText('4 variables, sealed').waitFor();
  await checkUnseen(page);

  await deployButton(again).click();
  const live = await untilLive(page, app);
  await checkUnseen(page);
  for (const { url, text } of await answers()) {
    for (const secret of secrets) assert.ok(!text.includes(secret), `${url} holds a value`);
  }
  const tab = await openLive(page, live);
  await tab.getByRole('heading', { name: 'Harbour guests' }).waitFor();
});

/** Every answer of the API, as text. @param {Page} page */
function recordAnswers(page) {
  /** @type {Promise<{url: string, text: string}>[]} */
  const answers = [];
  page.on('response', (response) => {
    if (!response.url().includes('/api/')) return;
    const text = response.text().catch(() => '');
    answers.push(text.then((words) => ({ url: response.url(), text: words })));
  });
  return () => Promise.all(answers);
}

/** Neither the page nor what the browser keeps holds a value. @param {Page} page */
async function checkUnseen(page) {
  const kept = await page.evaluate(() => {
    const fields = [...document.querySelectorAll('input, textarea')];
    const typed = fields.map((field) => /** @type {HTMLInputElement} */ (field).value);
    return [document.documentElement.outerHTML, ...typed, JSON.stringify(localStorage)].join('\n');
  });
  for (const secret of secrets) assert.ok(!kept.includes(secret), `${secret} is still here`);
}

scene('bad lines of a .env are named, good ones can be kept', {}, async (parts) => {
  const { page, product, picture } = parts;
  const { dialog } = await comeToChoices(page, product, app);
  const field = await openPaste(dialog);
  const lines = ['GOOD=1', 'no equals sign', '2BAD=x', 'TURSO_AUTH_TOKEN=mine', 'OPEN="never'];
  await field.fill(lines.join('\n'));
  const pasted = dialog.getByRole('list', { name: 'Pasted variables' });
  await pasted.getByText('Line 2: there is no = between name and value').waitFor();
  await pasted.getByText('Line 3: 2BAD is no name: letters, digits and _ only').waitFor();
  await pasted.getByText('Line 4: TURSO_AUTH_TOKEN is set by Fairway itself').waitFor();
  await pasted.getByText('Line 5: the quote is never closed').waitFor();
  await picture('bad lines');
  await dialog.getByRole('button', { name: 'Apply 1' }).click();
  const sealed = dialog.getByRole('list', { name: 'Variables' });
  await sealed.getByText('GOOD', { exact: true }).waitFor();
  assert.equal(await sealed.getByRole('listitem').count(), 1);
});
