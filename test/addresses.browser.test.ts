// Addresses of the dashboard: plain texts that anybody may write, keep and send, and a history that leads back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { amount, oneOf, ordinal, parseSearch, stringifySearch, text } from '../dashboard/src/kit/search.ts';
import { openBrowser, withoutTour } from './chromium.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';

const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;

before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
  browser = await openBrowser();
  for (let i = 0; i < 6; i++)
    await postJson(desk.url, '/v1/decisions', smallest(`00${i}`, 'card-007', 100 + i));
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

async function open(path: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(10_000);
  await withoutTour(page);
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(desk.url + path);
  await page.getByTestId('live').waitFor();
  return { page, errors };
}

const addressOf = (page: Page): string => page.url().slice(desk.url.length);
const scrolled = (page: Page): Promise<number> => page.evaluate<number>('scrollY');

test('parameters are plain texts, whatever they look like', () => {
  for (const address of ['?id=007', '?id=true', '?id=null', '?id=%7B%22a%22%3A1%7D', '?who=Ann+Analyst']) {
    assert.equal(stringifySearch(parseSearch(address)), address);
  }
  assert.deepEqual(parseSearch('?id=007&flag=true&id=8&__proto__=x'), { id: '007', flag: 'true' });
  assert.equal(stringifySearch({ alert: 3, view: undefined, search: '' }), '?alert=3');
  assert.deepEqual(['007', '', 7].map(text), ['007', undefined, undefined]);
  assert.deepEqual(['3', 3, '0', '-1', '1.5', 'x', undefined].map(ordinal), [
    3,
    3,
    ...Array(5).fill(undefined),
  ]);
  assert.deepEqual(['12.5', '-1', 'x', 'Infinity'].map(amount), [12.5, undefined, undefined, undefined]);
  assert.equal(oneOf(['open', 'closed'], 'shut'), undefined);
});

test('what an address says is read, what it does not mean is left out, and unknown ones lead to the overview', async () => {
  const { page, errors } = await open('/alerts?view=closed&sort=upwards&loss=much&what=ever');
  await page.getByRole('tab', { name: 'Closed', selected: true }).waitFor();
  assert.equal(addressOf(page), '/alerts?view=closed');
  await page.goto(`${desk.url}/transactions?account=card-007&transaction=003`);
  await page.getByTestId('story').getByText('account card-007').first().waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.waitForURL(`${desk.url}/transactions?account=card-007`);
  assert.equal(await page.getByLabel('Account', { exact: true }).inputValue(), 'card-007');
  await page.goto(`${desk.url}/nowhere/at/all?transaction=003`);
  await page.getByTestId('story').waitFor();
  await page.getByTestId('pending-alerts').waitFor();
  assert.equal(await page.title(), 'Overview · Goshawk');
  assert.equal(await page.locator('.rail [aria-current=page]').innerText(), 'Overview');
  assert.deepEqual(errors, []);
  await page.close();
});

test('back and forward lead through what was looked at, and links open elsewhere, too', async () => {
  const { page, errors } = await open('/overview');
  await page.keyboard.press('3');
  await page.locator('[data-alert] .open').first().focus();
  await page.keyboard.press('Enter');
  await page.getByTestId('alert-page').waitFor();
  const alert = addressOf(page);
  assert.match(alert, /^\/alerts\?alert=\d+$/);
  await page.goBack();
  await page.locator('[data-alert]').first().waitFor();
  assert.equal(addressOf(page), '/alerts');
  await page.goForward();
  await page.getByTestId('alert-page').waitFor();
  assert.equal(addressOf(page), alert);
  const back = page.getByRole('link', { name: '← Queue' });
  assert.equal(await back.getAttribute('href'), '/alerts');
  assert.equal(await back.getAttribute('aria-current'), null);
  const [other] = await Promise.all([
    page.context().waitForEvent('page'),
    back.click({ modifiers: ['Control'] }),
  ]);
  await other.getByText('One an account').waitFor();
  assert.equal(addressOf(page), alert, 'the page itself stays');
  await other.close();
  await back.click();
  await page.getByText('One an account').waitFor();
  assert.deepEqual(errors, []);
  await page.close();
});

test('a page stays where it was scrolled to, and the focus where it was', async () => {
  const { page, errors } = await open('/overview');
  const row = page.locator('[data-transaction="003"]');
  await row.scrollIntoViewIfNeeded();
  await page.waitForTimeout(300);
  const before = await scrolled(page);
  assert.ok(before > 100);
  await row.click();
  await page.getByTestId('story').waitFor();
  await page.goBack();
  await page.getByTestId('story').waitFor({ state: 'detached' });
  assert.equal(await scrolled(page), before);
  assert.equal(addressOf(page), '/overview');
  // A narrow screen has the choice elsewhere.
  const period = page.getByText('6h', { exact: true }).filter({ visible: true });
  await period.click();
  await page.waitForURL(/\?range=6h$/);
  await page.getByText('Flagged, last 6 h').waitFor();
  assert.equal(await page.evaluate<string>('document.activeElement.value'), '6h');
  assert.deepEqual(errors, []);
  await page.close();
});
