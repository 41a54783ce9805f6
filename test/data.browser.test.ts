// Own data in a real browser: from a field that arrives to a feature of one's own in a rule that was tried on the past.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, getJson, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';

const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;
let page: Page;
const errors: string[] = [];

const FEATURE = 'customer_different_device_id_7d';

/** Customers with a device each, and one with many. */
async function send(tag: string): Promise<void> {
  for (let i = 0; i < 12; i++) {
    const customerId = i < 6 ? 'cust-9001' : `cust-90${10 + i}`;
    const answer = await postJson(desk.url, '/v1/decisions', {
      ...smallest(`${tag}-${i}`, `a-${i}`, 2000 + i),
      channel: 'ecommerce',
      deviceId: `d-${i}`,
      attributes: { customerId, 'risk.deviceScore': i / 10, customer: { segment: i % 2 ? 'gold' : 'basic' } },
    });
    assert.equal(answer.status, 200);
  }
}

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  browser = await openBrowser();
  await send('before');
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(20_000);
  await withoutTour(page);
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${desk.url}/data`);
  await page.getByTestId('live').waitFor();
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

const part = (name: string) =>
  page.getByRole('radiogroup', { name: 'Data', exact: true }).getByText(name).click();
const choose = async (name: RegExp | string, option: string): Promise<void> => {
  await page.getByRole('combobox', { name, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
};

test('Y16 a field that arrived is adopted with one click, or as what it is', async () => {
  await page.getByRole('button', { name: 'Adopt customerId', exact: true }).click();
  await page.getByText('customerId is declared in the draft as an identifier.').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByTestId('draft-bar').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Adopt customerId', exact: true }).click();
  await page.getByTestId('draft-bar').getByText('1 field', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Adopt customer.segment as …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^What it is/).fill('Segment of the customer');
  await dialog.getByRole('button', { name: 'Declare' }).click();
  await page.getByText('2 fields, 1 feature').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
});

test('Y22 an entity is declared, what is wrong with it is told at its field', async () => {
  await part('Fields and entities');
  await page.getByRole('button', { name: 'Declare an entity …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel(/^Name/).first().fill('account');
  await dialog.getByLabel(/^What it is/).fill('Who owns accounts');
  await choose(/^Named by the field/, 'customerId');
  await dialog.getByRole('button', { name: 'Declare' }).click();
  await dialog.getByText(/call yours otherwise/).waitFor();
  await dialog.getByLabel(/^Name/).first().fill('customer');
  await dialog.getByRole('button', { name: 'Declare' }).click();
  await page.getByText('2 fields, 1 entity, 1 feature').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
});

test('Y61 Y63 a feature is written in a form: its sentence and what is wrong while one types, its values on the past', async () => {
  await part('Features');
  await page.getByRole('button', { name: 'New feature …' }).click();
  const form = page.getByTestId('feature-form');
  await choose('Measure', 'number of different values');
  await choose('For each', 'customer');
  await choose('Of', 'deviceId');
  await form.getByLabel('Within').fill('7d');
  await form.getByText('3 different device ids of the customer in 7 days', { exact: true }).waitFor();
  await form.getByLabel('Where').fill('transaction.chanel == "ecommerce"');
  await form.getByText(/no chanel here/).waitFor();
  await form.getByLabel('Where').fill('transaction.channel == "ecommerce"');
  await form.getByText('✓ In order').waitFor();
  assert.equal(await form.getByLabel(/^Name/).inputValue(), FEATURE);
  await form.getByRole('button', { name: 'Values on stored transactions' }).click();
  await form
    .getByText('6 different device ids of the customer in 7 days, where channel is ecommerce')
    .waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  await form.getByRole('button', { name: 'Into the draft' }).click();
  await page.getByTestId('feature-page').getByTestId('feature-values').waitFor();
  await page.getByText('2 fields, 1 entity, 2 features; needs filling').waitFor();
});

test('Y23 the draft goes live, and its feature is in service', async () => {
  await page.getByRole('button', { name: 'Put live …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Note').fill('Devices of a customer');
  assert.deepEqual(await seriousFaults(page), []);
  await dialog.getByRole('button', { name: 'Put live', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByTestId('draft-bar').waitFor({ state: 'detached' });
  const served = async (): Promise<boolean> => {
    const { features } = await getJson<{ features: { name: string }[] }>(desk.url, '/v1/catalogue');
    return features.some(({ name }) => name === FEATURE);
  };
  while (!(await served())) await page.waitForTimeout(200);
  await send('after');
  await part('Versions');
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Difference to live' }).click();
  await page.getByRole('cell', { name: FEATURE }).first().waitFor();
  assert.deepEqual(await seriousFaults(page), []);
});

/** What the desk answers of a long filling: the smallest one that is long would take a minute of payments. */
const LONG = {
  filling: {
    version: 9,
    step: 'replaying',
    records: 3_412_000,
    of: 10_250_000,
    perSecond: 41_300,
    remainingSeconds: 166,
    startedAt: new Date().toISOString(),
  },
  live: 1,
};

test('Y43 while a version is filled the page says how far it is, and ends it for whoever may', async () => {
  await page.route('**/v1/catalogue/move*', (route) =>
    route.request().method() === 'GET' ? route.fulfill({ json: LONG }) : route.continue(),
  );
  await page.goto(`${desk.url}/data`);
  const bar = page.getByTestId('filling');
  await bar.getByText('3,412,000 of 10,250,000 records · 41,300/s · 3 min to go').waitFor();
  const progress = bar.getByRole('progressbar', { name: 'Filling version 9' });
  assert.equal(
    await progress.getAttribute('aria-valuenow'),
    String((100 * LONG.filling.records) / LONG.filling.of),
  );
  assert.deepEqual(await seriousFaults(page), []);
  await page.setViewportSize({ width: 390, height: 844 });
  assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
  await page.setViewportSize({ width: 1440, height: 900 });
  await bar.getByRole('button', { name: 'End …' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
  await page.getByText('Version 9 is not being filled').waitFor();
  await page.unroute('**/v1/catalogue/move*');
  await page.goto(`${desk.url}/data`);
  await page.getByTestId('live').waitFor();
  assert.equal(await bar.count(), 0);
});

test('Y54 a rule names it, is offered its name, and is tried on the past', async () => {
  await page.keyboard.press('5');
  await page.getByRole('button', { name: 'New rule …' }).click();
  const workshop = page.getByTestId('workshop');
  await workshop.getByLabel('Condition').pressSequentially('features.customer_diff');
  await page.getByText(FEATURE).first().waitFor();
  await page.keyboard.press('Escape');
  await workshop.getByLabel('Condition').fill(`features.${FEATURE} > 4.0`);
  await workshop.getByText('✓ In order').waitFor();
  await workshop.getByRole('button', { name: 'Try on the past' }).click();
  const result = page.getByTestId('backtest');
  await result.waitFor();
  assert.doesNotMatch(await result.innerText(), /held for none/);
  await workshop.getByLabel(/^Name/).fill('many-devices');
  await workshop.getByLabel(/^Because/).fill('Many devices of one customer');
  await workshop.getByRole('button', { name: 'Save as draft' }).click();
  await workshop.getByText('Version 1 is a draft.').waitFor();
});

test('Y15 the story of a transaction shows its own fields, and which of them nobody declared', async () => {
  await postJson(desk.url, '/v1/events', {
    id: 'e-1',
    kind: 'failed_login',
    occurredAt: new Date().toISOString(),
    accountId: 'a-1',
  });
  await page.goto(`${desk.url}/transactions?transaction=after-1`);
  const story = page.getByTestId('story');
  await story.getByText('Segment of the customer').waitFor();
  await story.getByText('not declared').waitFor();
  await story.getByTestId('account-events').getByText('failed login').waitFor();
  assert.deepEqual(await seriousFaults(page), []);
  for (const address of [
    '/data',
    '/data?part=fields',
    '/data?part=features&feature=new',
    '/data?part=versions',
  ]) {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(desk.url + address);
    await page.getByTestId('live').waitFor();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, address);
  }
});

test('nothing of it made an error in the console but what was refused', () => {
  assert.deepEqual(
    errors.filter((error) => !/status of (409|422)/.test(error)),
    [],
  );
});
