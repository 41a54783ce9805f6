// The page Pipeline in a real browser: the road as it is drawn, and dead letters mended, alone and many alike.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;

before(async () => {
  desk = await startDesk(folder.path, ['--preset', 'classic', '--no-simulator']);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

async function open(width = 1440): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: 'dark' });
  await withoutTour(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${desk.url}/pipeline`);
  await page.locator('[data-part]').first().waitFor();
  return { page, errors };
}

test('U1 U2 the road is drawn in the order in which records pass it, with figures on the ways between', async () => {
  for (const id of ['road-1', 'road-2']) await postJson(desk.url, '/v1/decisions', smallest(id));
  const { page, errors } = await open();
  const ways = await page.locator('[data-way]').evaluateAll((all) => all.map((one) => one.dataset.way));
  assert.deepEqual(ways, ['producer log', 'log engine', 'engine state', 'engine database', 'database feed']);
  await page.locator('[data-way="log engine"]').getByText('waiting').waitFor();
  await page.locator('[data-way="log engine"]').getByText('p99').waitFor();
  await page.getByLabel('Throughput a second').waitFor();
  await page.getByText('Scoring engine', { exact: true }).last().click();
  await page.getByLabel('Waiting and errors').waitFor();
  assert.deepEqual(errors, []);
  await page.close();
});

test('K6 U3 dead letters are mended on the page, alone and many alike, and no key of the frame works behind the dialog', async () => {
  const wrong = ['mend-1', 'mend-2', 'mend-3'].map((id) => ({ ...smallest(id), currency: 'EURO' }));
  await postJson(desk.url, '/v1/transactions', JSON.stringify(wrong));
  const { page, errors } = await open();
  const rows = page.locator('[data-letter]');
  await rows.nth(2).waitFor();
  await rows.nth(2).getByRole('button', { name: 'Mend …' }).click();
  const dialog = page.getByRole('dialog');
  const record = dialog.getByLabel('Record');
  const text = await record.inputValue();
  assert.match(text, /\n {2}"currency": "EURO"/);
  await dialog.getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('3');
  assert.match(page.url(), /\/pipeline/);
  await dialog.getByRole('button', { name: 'Mend and try again' }).click();
  await dialog
    .getByText(/currency/)
    .last()
    .waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await record.fill(text.replace('EURO', 'EUR'));
  await dialog.getByRole('button', { name: 'Mend and try again' }).click();
  await page.getByText('is mended').waitFor();

  await page.getByLabel('Choose all').check();
  await page.getByText('2 chosen').waitFor();
  await page.getByRole('button', { name: 'Mend alike …' }).click();
  await dialog.getByLabel('Field').fill('currency');
  await dialog.getByLabel('Value').fill('EUR');
  await dialog.getByRole('button', { name: 'Mend and try again' }).click();
  await page.getByText('2 of 2 done').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  const { items } = await clientOf(desk).call('listDeadLetters');
  assert.deepEqual(
    items.map(({ state, mended }) => [state, mended?.includes('"EUR"')]),
    items.map(() => ['resolved', true]),
  );
  assert.deepEqual(errors, []);
  await page.close();
});
