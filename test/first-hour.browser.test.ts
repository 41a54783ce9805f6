// The first hour with a new desk, as an analyst: the first screen is full, the top alert is understood, judged and followed by the next
// one by keys, and the pipeline is read; and the first screen of an installation that nothing has come to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const folders: ReturnType<typeof makeFolder>[] = [];
const newFolder = (): string => {
  const folder = makeFolder();
  folders.push(folder);
  return folder.path;
};
let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  for (const folder of folders) folder.remove();
});

async function open(url: string): Promise<{ readonly page: Page; readonly errors: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  await withoutTour(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(url);
  await page.getByTestId('live').waitFor();
  return { page, errors };
}

const figureIn = async (page: Page, label: RegExp): Promise<number> => {
  const text = await page.getByRole('link', { name: label }).locator('.value').innerText();
  return Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? Number.NaN);
};

test('M18 U2 U6 the first hour: a full first screen, an alert understood, judged and followed by the next, the pipeline read', async () => {
  const desk = await startDesk(newFolder(), ['--preset', 'default', '--rate', '20']);
  try {
    const stats = await clientOf(desk).call('getStats', { query: { minutes: 60 } });
    assert.ok(stats.simulatedUntil !== null && stats.current.transactions > 50_000);
    const { page, errors } = await open(`${desk.url}/overview`);
    // The first screen is full: counts, outcomes, regions, scores.
    assert.ok((await figureIn(page, /^Flagged/)) > 50);
    await page.getByText(/^of \d[\d,]* \(€/).waitFor();
    await page.getByLabel('Flagged by country').getByText('Germany').waitFor();
    assert.equal(await page.getByText('Nothing has come in yet').count(), 0);
    assert.deepEqual(await seriousFaults(page), []);

    // A workable queue, and the top alert in sentences.
    await page.keyboard.press('3');
    await page.waitForURL(/\/alerts/);
    const { items } = await clientOf(desk).call('listAlerts', { query: { view: 'open' } });
    assert.ok(items.length >= 5, `${items.length} alerts wait`);
    await page.goto(`${desk.url}/alerts?alert=${items[0].id}`);
    const story = page.getByTestId('story');
    await story.waitFor();
    const lead = await story.getByRole('heading', { level: 2 }).innerText();
    assert.match(lead, /^(Sent to review|Declined)( · |: ).{4,}/);
    const told = await story.locator('.concepts > .concept:not(.others)').count();
    assert.ok(told >= 1 && told <= 5, `${told} sentences`);
    await page.getByLabel('Amounts of the account over time').waitFor();
    assert.deepEqual(await seriousFaults(page), []);

    // A verdict, and the next, by keys alone.
    await page.keyboard.press('f');
    await page.getByText(new RegExp(`Alert ${items[0].id}: .*fraud`)).waitFor();
    await page.keyboard.press('j');
    await page.waitForURL((url) => url.search !== '' && !url.search.endsWith(`alert=${items[0].id}`));
    await story.waitFor();

    // What runs, and how it is.
    await page.keyboard.press('9');
    await page.waitForURL(/\/pipeline/);
    await page.getByRole('heading', { name: 'Over time' }).waitFor();
    for (const part of ['Source', 'Log', 'Scoring engine', 'State', 'Database'])
      await page.getByText(part, { exact: true }).first().waitFor();
    await page.getByLabel('Throughput a second').waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    assert.deepEqual(errors, []);
    await page.close();
  } finally {
    await desk.stop();
  }
});

test('M18 U8 without a simulator there is no past: the first screen says how data comes in, until it does', async () => {
  const desk = await startDesk(newFolder(), ['--no-simulator']);
  try {
    const stats = await clientOf(desk).call('getStats');
    assert.deepEqual([stats.simulatedUntil, stats.current.transactions], [null, 0]);
    const { page, errors } = await open(`${desk.url}/overview`);
    await page.getByRole('heading', { name: 'Nothing has come in yet' }).waitFor();
    await page.getByText(`curl ${desk.url}/v1/decisions`).waitFor();
    for (const way of [/over the API/, /A file/, /Kafka/])
      await page.getByRole('heading', { name: way }).waitFor();
    assert.deepEqual(await seriousFaults(page), []);
    await page.setViewportSize({ width: 390, height: 844 });
    const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    assert.ok(over <= 0, `${over} px too wide`);
    await postJson(desk.url, '/v1/decisions', smallest('first'));
    await page.getByRole('heading', { name: 'Nothing has come in yet' }).waitFor({ state: 'detached' });
    assert.deepEqual(errors, []);
    await page.close();
  } finally {
    await desk.stop();
  }
});
