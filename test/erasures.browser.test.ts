// Erasing a person in a real browser: what would go, what stands in the way, the last question, and what is told of it afterwards.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, makeFolder, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const ARTIFACTS = resolve(import.meta.dirname, '../artifacts');
const IBAN = 'DE89370400440532013000';
const SHOWN_MS = 60_000;
const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;
const errors: string[] = [];

before(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  desk = await startDesk(folder.path, ['--no-simulator']);
  browser = await openBrowser();
  const client = clientOf(desk);
  await client.call('fileRule', {
    body: {
      id: 'much',
      expression: 'transaction.amount > 90000.0',
      action: 'review',
      text: 'Much',
      priority: 1,
    },
  });
  await client.call('moveRule', { params: { id: 'much', version: 1 }, body: { state: 'live' } });
  for (const [id, account, amount] of [
    ['e-1', IBAN, 1200],
    ['e-2', IBAN, 3400],
    ['e-3', IBAN, 9_500_000],
    ['e-4', 'acct-of-somebody-else', 500],
  ] as const) {
    const attributes = { customerId: account === IBAN ? 'cust-0077-x' : 'cust-0001-y' };
    await client.call('decide', { body: { ...smallest(id, account, amount), attributes } });
  }
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

async function openErasures(width: number, height: number, colorScheme: 'dark' | 'light'): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage();
  await withoutTour(page);
  page.setDefaultTimeout(SHOWN_MS);
  page.on('console', (message) => {
    if (message.type() === 'error' && !/409|422/.test(message.text())) errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${desk.url}/settings?part=erasures`);
  await page.getByRole('heading', { name: 'Erase a person' }).waitFor();
  return page;
}

const shot = (page: Page, name: string): Promise<Buffer> =>
  page.screenshot({ path: join(ARTIFACTS, `erasures-${name}.png`), fullPage: true });

test('P1 P2 a person is erased in the browser: what is open is named first, then it is asked once more, and told when it is done', async () => {
  const page = await openErasures(1440, 900, 'dark');
  await page.getByLabel('Value').fill('DE89 3704 0044 0532 0130 00');
  await page.getByRole('button', { name: 'What would go' }).click();
  await page.getByText(/give a verdict on alert \d+/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Erase …' }).count(), 0);
  await shot(page, 'held');

  const label = { transactionId: 'e-3', fraud: false, source: 'analyst' };
  await clientOf(desk).call('addLabels', { body: JSON.stringify(label), type: 'application/json' });
  for (;;) {
    await page.getByRole('button', { name: 'What would go' }).click();
    await page.getByText('3 transactions').waitFor();
    if ((await page.getByRole('button', { name: 'Erase …' }).count()) > 0) break;
  }
  await page.getByText('customerId = cust-0077-x').waitFor();
  await page.getByRole('button', { name: 'Add' }).first().click();
  await page.getByRole('button', { name: 'Erase …' }).waitFor();
  await shot(page, 'plan');
  assert.deepEqual(await seriousFaults(page), []);

  await page.getByRole('button', { name: 'Erase …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Erase this person?' });
  await dialog.getByRole('button', { name: 'Erase', exact: true }).click();
  await dialog.getByText('Say what the bank calls the request.').waitFor();
  await dialog.getByLabel('Reference').fill(`of ${IBAN}`);
  await dialog.getByRole('button', { name: 'Erase', exact: true }).click();
  await dialog
    .getByText(/must not name them/)
    .first()
    .waitFor();
  await shot(page, 'question');
  await dialog.getByLabel('Reference').fill('DSR-2026-17');
  await dialog.getByRole('button', { name: 'Erase', exact: true }).click();
  const row = page.getByRole('row', { name: /DSR-2026-17/ });
  await row.getByText(/erased-[0-9a-z]{16}/).waitFor();
  await row.getByText(/3 transactions · 1 alert/).waitFor();
  for (let tries = 0; (await row.getByText(/under way/).count()) > 0; tries++) {
    assert.ok(tries < 600);
    await page.waitForTimeout(100);
  }
  await shot(page, 'done');
  assert.deepEqual(await seriousFaults(page), []);
  await page.context().close();
});

test('the screen is whole on a telephone, in the light', async () => {
  const page = await openErasures(390, 844, 'light');
  await page.getByRole('row', { name: /DSR-2026-17/ }).waitFor();
  await page.getByRole('button', { name: 'Another name' }).click();
  const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
  assert.ok(wide <= 0, `${wide} pixels too wide`);
  await shot(page, '390');
  assert.deepEqual(await seriousFaults(page), []);
  await page.context().close();
  assert.deepEqual(errors, []);
});
