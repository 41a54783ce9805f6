// A newcomer's file in a real browser: dropped, asked about, tried, imported; its own fields declared and live, an own aggregate in a
// rule that was tried on the past and is live, and in a candidate that was trained of the file and is compared.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, getJson, makeFolder, startDesk } from './desk-process.ts';

const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;
let page: Page;
const errors: string[] = [];

/** Enough to learn from: a candidate asks for a thousand mature rows and thirty frauds. */
const ROWS = 3000;
const A_DAY = 100;
const two = (number: number): string => String(number).padStart(2, '0');
/** Payments of customers; a fraud is one of many new devices of a customer. */
function csv(): string {
  const lines = ['Umsatz-Nr;Konto;Buchung;Betrag;Gerät;Kunde;Segment;Risiko;Betrug'];
  for (let i = 0; i < ROWS; i++) {
    const isFraud = i % 20 === 7;
    const customer = isFraud ? i % 4 : 4 + (i % 50);
    const minute = (i % A_DAY) * 14;
    const time = `${two(1 + Math.floor(i / A_DAY))}.10.2026 ${two(Math.floor(minute / 60))}:${two(minute % 60)}:00`;
    lines.push(
      `U-${i};K${customer};${time};${10 + (i % 90)},5${i % 10};g-${isFraud ? `neu-${i}` : customer};c-${customer};${['gold', 'basis'][customer % 2]};0,${i % 10};${isFraud ? 'ja' : 'nein'}`,
    );
  }
  return `${lines.join('\n')}\nU-x;K1;31.02.2026 10:00;1,00;g;c;gold;0,1;ja\n`;
}

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(60_000);
  await withoutTour(page);
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${desk.url}/data?part=import`);
  await page.getByTestId('drop-place').waitFor();
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

const choose = async (name: RegExp | string, option: string): Promise<void> => {
  await page.getByRole('combobox', { name, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};
const part = (name: string) =>
  page.getByRole('radiogroup', { name: 'Data', exact: true }).getByText(name, { exact: true }).click();

test('J2 J3 a file is dropped, what it does not say is asked, and its rows are shown as they will be', async () => {
  assert.deepEqual(await seriousFaults(page), []);
  // As text: what a browser has, the types of tests do not know.
  const data = await page.evaluateHandle(
    `(() => { const transfer = new DataTransfer(); transfer.items.add(new File([${JSON.stringify(csv())}], 'umsätze.csv')); return transfer; })()`,
  );
  await page.getByTestId('drop-place').dispatchEvent('drop', { dataTransfer: data });
  const questions = page.getByTestId('import-questions');
  await questions.getByLabel(/By the clocks/).selectOption('Europe/Berlin');
  await questions.getByLabel(/In which currency/).selectOption('EUR');
  assert.ok(
    await page.getByRole('button', { name: 'Import', exact: true }).isDisabled(),
    'not everything is said',
  );
  await questions.getByLabel(/What kind of payments/).selectOption('purchase');
  await page.getByTestId('import-preview').getByText('2026-09-30 22:00:00 UTC').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
});

test('J5 J6 all rows are tried, then imported with their fields declared, and each is accounted for', async () => {
  await page.getByRole('button', { name: 'Try all rows' }).click();
  const report = page.getByTestId('import-report');
  await report.and(page.locator('[data-state=done]')).getByText('Would be decided').waitFor();
  await page
    .getByText(/31\.02\.2026/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Import', exact: true }).click();
  await page
    .getByTestId('draft-bar')
    .getByText(/3 fields/)
    .waitFor();
  await report.and(page.locator('[data-state=done]')).getByText('Flagged').waitFor();
  const { imports } = await getJson<{ imports: { rows: number; decided: number; rejected: number }[] }>(
    desk.url,
    '/v1/file-imports',
  );
  assert.ok(
    imports.some(({ rows, decided, rejected }) => rows === ROWS + 1 && decided === ROWS && rejected === 1),
  );
  assert.deepEqual(await seriousFaults(page), []);
});

test('Y23 Y40 an entity and an aggregate over it are written in forms, and live for the past of the file', async () => {
  await part('Fields and entities');
  await page.getByRole('button', { name: 'Declare an entity …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).first().fill('kunde');
  await dialog.getByLabel(/^What it is/).fill('Who owns accounts');
  await choose(/^Named by the field/, 'Kunde');
  await dialog.getByRole('button', { name: 'Declare' }).click();
  await dialog.waitFor({ state: 'detached' });
  await part('Features');
  await page.getByRole('button', { name: 'New feature …' }).click();
  const form = page.getByTestId('feature-form');
  await choose('Measure', 'number of different values');
  await choose('For each', 'kunde');
  await choose('Of', 'deviceId');
  await form.getByLabel('Within').fill('30d');
  await form.getByText('✓ In order').waitFor();
  await form.getByRole('button', { name: 'Into the draft' }).click();
  await page
    .getByText(/needs filling/)
    .first()
    .waitFor();
  await page.getByRole('button', { name: 'Put live …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Put live', exact: true }).click();
  await page.getByTestId('draft-bar').waitFor({ state: 'detached' });
  for (;;) {
    const { features } = await getJson<{ features: { name: string }[] }>(desk.url, '/v1/catalogue');
    if (features.some(({ name }) => name === FEATURE)) break;
    await page.waitForTimeout(200);
  }
});

const FEATURE = 'kunde_different_device_id_30d';

test('Y54 Y44 a rule on the aggregate holds on the past of the file', async () => {
  await page.goto(`${desk.url}/rules`);
  await page.getByRole('button', { name: 'New rule …' }).click();
  const workshop = page.getByTestId('workshop');
  await workshop.getByLabel('Condition').fill(`features.${FEATURE} > 3.0`);
  await workshop.getByText('✓ In order').waitFor();
  await workshop.getByRole('button', { name: 'Try on the past' }).click();
  const result = page.getByTestId('backtest');
  await result.waitFor();
  assert.doesNotMatch(await result.innerText(), /held for none/);
  await workshop.getByLabel(/^Name/).fill('many devices');
  await workshop.getByLabel(/^Because/).fill('Many devices of one customer in a month');
  await workshop.getByRole('button', { name: 'Save as draft' }).click();
  await page.getByRole('button', { name: 'Go live' }).click();
  await page.getByText('Version 1 is live from the next decision on.').waitFor();
});

test('Y44 J10 a candidate learns from the file with the aggregate, and is compared', async () => {
  await page.goto(`${desk.url}/models`);
  await page.getByRole('button', { name: 'Train a candidate' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your name').fill('R. Okafor');
  await dialog.getByRole('button', { name: 'Train', exact: true }).click();
  const candidate = async () =>
    (
      await getJson<{ models: { version: string; state: string; features: string[] }[] }>(
        desk.url,
        '/v1/models',
      )
    ).models.find(({ state }) => state === 'candidate');
  await page
    .getByRole('status')
    .getByText(/, from \d+ decisions with \d+ frauds; on later ones average precision \d/)
    .waitFor();
  const trained = await candidate();
  assert.ok(trained);
  assert.ok(trained.features.includes(FEATURE), trained.features.join());
  await page.getByLabel(`Compare ${trained.version}`).check();
});

test('nothing of it made an error in the console but what was refused', () => {
  assert.deepEqual(
    errors.filter((error) => !/status of (409|422)/.test(error)),
    [],
  );
});
