// The dashboard in a real browser on a live desk.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { parseModel, serializeModel } from '../src/models/model.ts';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';

const ARTIFACTS = resolve(import.meta.dirname, '../artifacts');
const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;

before(async () => {
  mkdirSync(ARTIFACTS, { recursive: true });
  desk = await startDesk(folder.path, ['--rate', '20']);
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

/** Waits until an element's number is as it should be. The page's content policy forbids waiting inside it. */
async function shows(page: Page, testId: string, fits: (count: number) => boolean): Promise<void> {
  const until = performance.now() + 5000;
  for (;;) {
    const text = await page.getByTestId(testId).innerText();
    if (fits(Number(text.replace(/\D/g, '')))) return;
    assert.ok(performance.now() < until, `${testId} says ${text}`);
    await page.waitForTimeout(50);
  }
}

async function open(
  path: string,
  width = 1440,
  height = 900,
  colorScheme: 'dark' | 'light' = 'dark',
): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await withoutTour(page);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(desk.url + path);
  await page.getByTestId('live').waitFor();
  return { page, errors };
}

test('A5 a posted transaction is on the screen within a second', async () => {
  const { page, errors } = await open('/transactions');
  await page.mouse.move(5, 5);
  const started = performance.now();
  await postJson(desk.url, '/v1/decisions', smallest('browser-1', 'acc-browser'));
  await page.locator('[data-transaction="browser-1"]').waitFor({ timeout: 1000 });
  assert.ok(performance.now() - started < 1000);
  // A reader's pointer comes to rest before it clicks, and the table with it.
  await page.getByLabel('Transactions', { exact: true }).hover();
  await page.waitForTimeout(200);
  await page.locator('[data-transaction="browser-1"]').click();
  await page.getByTestId('story').waitFor();
  assert.match(await page.getByTestId('story').innerText(), /acc-browser/);
  await page.screenshot({ path: join(ARTIFACTS, 'story.png') });
  await page.getByRole('button', { name: '⚑ Fraud' }).click();
  await page.getByText('labelled fraud').waitFor();
  assert.match(page.url(), /transaction=browser-1/);
  assert.deepEqual(errors, []);
  await page.close();
});

test('every panel shows what the API says', async () => {
  const { page, errors } = await open('/overview');
  await page.locator('[data-service]').first().waitFor();
  assert.deepEqual(
    await page
      .locator('[data-service]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('data-service'))),
    ['producer', 'log', 'engine', 'state', 'database', 'feed'],
  );
  const { pendingAlerts } = await getJson<{ pendingAlerts: number }>(desk.url, '/v1/stats');
  await shows(page, 'pending-alerts', (count) => count >= pendingAlerts);
  await shows(page, 'transactions-per-minute', (count) => count > 0);
  const model = await getJson<{ version: string; heldOut: { recall: number } }>(
    desk.url,
    '/v1/models/current',
  );
  for (const text of [
    model.version,
    `${(model.heldOut.recall * 100).toFixed(0)} %`,
    'Transactions and flagged',
    'Score distribution',
    'Pipeline',
    'Flagged by region',
    'Model performance',
    'Live transactions',
  ]) {
    await page.locator('main', { hasText: text }).waitFor({ timeout: 5000 });
  }
  await page.screenshot({ path: join(ARTIFACTS, 'overview.png'), fullPage: true });
  assert.deepEqual(errors, []);
  await page.close();
});

test('M9 a model is moved on its page: the gate says what is missing, and whoever overrides it says why', async () => {
  const [{ version }] = (await getJson<{ models: { version: string }[] }>(desk.url, '/v1/models')).models;
  const artefact = await (await fetch(`${desk.url}/v1/models/${version}/artefact`)).text();
  const model = parseModel(artefact, 'artefact');
  const twin = serializeModel({ ...model, info: { ...model.info, version: 'twin' } });
  const filed = await fetch(`${desk.url}/v1/models?who=ann`, { method: 'POST', body: twin });
  assert.equal(filed.status, 201);
  const { page, errors } = await open('/models');
  const row = page.locator('tr', { has: page.getByLabel('Compare twin') });
  await row.getByText('Candidate').waitFor();
  await row.getByRole('button', { name: 'Move …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Challenger', { exact: true }).click();
  await dialog.getByText(/frauds among .* labelled transactions/).waitFor();
  const move = dialog.getByRole('button', { name: 'Move although the gate is shut' });
  await dialog.getByLabel('Your name').fill('R. Okafor');
  assert.ok(await move.isDisabled(), 'not without a reason');
  await dialog.getByLabel('The gate does not open. Why nevertheless?').fill('a drill');
  await move.click();
  await row.getByText('Challenger for 10.0 % of accounts').waitFor();
  const history = page.locator('section', { hasText: 'History' });
  await history.getByText(/although the gate did not open: a drill/).waitFor();
  await history.getByText('R. Okafor').first().waitFor();
  await page.getByRole('button', { name: 'Train a candidate' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Train', exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.screenshot({ path: join(ARTIFACTS, 'models.png'), fullPage: true });
  assert.deepEqual(errors, []);
  await page.close();
});

test('M16 what thresholds bring is said in words, and what the team can do is changed on the page', async () => {
  const { page, errors } = await open('/models');
  const panel = page.locator('section', { hasText: 'What the team looks at' });
  await panel
    .getByText(/^Reviews .* are fraud, catches \d+ % of the money and \d+ % of the frauds\.$/)
    .waitFor();
  await panel.getByText(/At most [\d.]+ % of what comes/).waitFor();
  await panel.getByRole('button', { name: 'Change what the team can do …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reviews a day').fill('180');
  await dialog.getByLabel('Of what is declined, so much has to be fraud (%)').fill('30');
  await dialog.getByRole('button', { name: 'Change' }).click();
  await dialog.getByText('Not less than of what is looked at.').waitFor();
  await dialog.getByLabel('Of what is declined, so much has to be fraud (%)').fill('95');
  await page.keyboard.press('Enter');
  await page.getByText('Thresholds have moved').waitFor();
  await panel
    .getByText(/At most 180 a day; of what is looked at 60 % has to be fraud, of what is declined 95 %/)
    .waitFor();
  const settings = await getJson<{ reviewsADay: number; declinePrecision: number }>(desk.url, '/v1/settings');
  assert.deepEqual([settings.reviewsADay, settings.declinePrecision], [180, 0.95]);
  assert.deepEqual(errors, []);
  await page.close();
});

test('a table is sorted by its titles, by mouse and by keyboard, and goes back to its own order', async () => {
  const { page, errors } = await open('/rules');
  const table = page.getByLabel('Rules', { exact: true });
  const title = table.getByRole('columnheader', { name: 'Priority' });
  const priorities = async (): Promise<number[]> =>
    (await table.locator('tbody tr td:first-child').allInnerTexts()).map(Number);
  await table.getByRole('row').nth(2).waitFor();
  const own = await priorities();
  await title.getByRole('button').click();
  assert.equal(await title.getAttribute('aria-sort'), 'descending');
  assert.deepEqual(await priorities(), own.toReversed());
  await page.keyboard.press('Enter');
  assert.equal(await title.getAttribute('aria-sort'), 'ascending');
  assert.deepEqual(await priorities(), own);
  await page.keyboard.press('Space');
  assert.equal(await title.getAttribute('aria-sort'), null);
  assert.deepEqual(await priorities(), own);
  await table.locator('tbody tr').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/rule=/);
  assert.deepEqual(errors, []);
  await page.close();
});

test('nothing overflows, from a phone to a desk, and axe finds nothing serious, dark and light', async () => {
  for (const path of [
    '/overview',
    '/transactions',
    '/alerts',
    '/cases',
    '/rules?rule=card-testing',
    '/lists?list=blocked-devices',
    '/models',
    '/pipeline',
    '/settings',
  ]) {
    for (const [width, height, scheme] of [
      [390, 844, 'light'],
      [1440, 900, 'dark'],
      [1280, 800, 'light'],
    ] as const) {
      const { page } = await open(path, width, height, scheme);
      await page.waitForTimeout(300);
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
      assert.ok(over <= 0, `${path} at ${width} is ${over} px too wide`);
      const serious = await seriousFaults(page);
      assert.deepEqual(serious, [], `${path} at ${width} ${scheme}`);
      await page.close();
    }
  }
});

test('a visitor is led around once, starts a fraud by hand and sees it caught', async () => {
  const home = makeFolder();
  const simulated = await startDesk(home.path, ['--rate', '20', '--preset', 'default']);
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
    await page.goto(simulated.url);
    const tour = page.getByLabel('Guided tour');
    await tour.getByText('Is money being lost now?').waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    for (let step = 1; step < 7; step++) await tour.getByRole('button', { name: 'Next' }).click();
    await tour.getByText('Now let a fraud happen').waitFor();
    await tour.getByRole('button', { name: 'Done' }).click();
    await page.reload();
    await page.getByTestId('live').waitFor();
    assert.equal(await tour.count(), 0);
    await page.getByRole('button', { name: 'Simulator' }).click();
    await page.getByRole('combobox', { name: 'Kind of fraud to start' }).waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByText(/caught from the \d+(st|nd|rd|th) on/).waitFor({ timeout: 60_000 });
    await page.screenshot({ path: join(ARTIFACTS, 'simulator.png') });
    await page.getByRole('button', { name: 'Why it was caught' }).first().click();
    await page.getByTestId('story').waitFor();
    await postJson(simulated.url, '/v1/simulator', { running: false });
    const paused = await getJson<{ running: boolean }>(simulated.url, '/v1/simulator');
    assert.equal(paused.running, false);
    const faster = await postJson(simulated.url, '/v1/simulator', { running: true, rate: 60 });
    assert.deepEqual([faster.body.running, faster.body.rate], [true, 60]);
    const unknown = await postJson(simulated.url, '/v1/simulator/inject', { type: 'nonsense' });
    assert.match(String(unknown.body.detail), /card_testing/);
    await page.close();
  } finally {
    await simulated.stop();
    home.remove();
  }
});

test('the page resumes by itself when the desk was away', async () => {
  const { page } = await open('/overview');
  await page.context().setOffline(true);
  await page.context().setOffline(false);
  await page.getByTestId('live').waitFor();
  await page.close();
});
