// The page of an alert in a real browser: the story first, nothing empty in its way, and from alert to alert by key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const folder = makeFolder();
let desk: DeskProcess;
let browser: Browser;
const ACCOUNTS = ['acc-a', 'acc-b', 'acc-c'];

before(async () => {
  desk = await startDesk(folder.path, ['--preset', 'classic', '--no-simulator']);
  browser = await openBrowser();
  // Small payments within minutes: a rule sends them to review.
  for (const [number, accountId] of ACCOUNTS.entries())
    for (let i = 0; i < 6; i++) {
      const amountMinor = 100 + i + 10 * number;
      await postJson(desk.url, '/v1/decisions', smallest(`${accountId}-${i}`, accountId, amountMinor));
    }
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

test('U5 U6 an alert is read, judged and followed by the next one, by keys alone', async () => {
  const { items } = await clientOf(desk).call('listAlerts', { query: { view: 'open' } });
  assert.equal(items.length, ACCOUNTS.length);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' });
  await withoutTour(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${desk.url}/alerts?alert=${items[0].id}`);
  await page.getByTestId('story').waitFor();
  const isAt = (id: number) => page.waitForURL(new RegExp(`alert=${id}$`));
  await page.getByText('place 1 in the queue').waitFor();
  await page.getByText(/expected loss €/).waitFor();
  // The story is on the first screen, and what there is nothing of takes a line.
  const story = await page.getByTestId('story').boundingBox();
  assert.ok(story && story.y < 450, `the story begins at ${story?.y}`);
  await page.getByText('The account has no other alert.').waitFor();
  await page.getByText(/shares no device/).waitFor();
  assert.equal(await page.getByRole('heading', { name: 'Linked accounts' }).count(), 0);
  await page.getByLabel('Amounts of the account over time').waitFor();
  await page.getByText('four fifths of the account').waitFor();
  assert.deepEqual(await seriousFaults(page), []);

  await page.keyboard.press('j');
  await isAt(items[1].id);
  await page.getByText('place 2 in the queue').waitFor();
  await page.keyboard.press('g');
  await page.getByText(`Alert ${items[1].id}: ✓ genuine`).waitFor();
  await page.keyboard.press('j');
  await isAt(items[2].id);
  await page.keyboard.press('k');
  // What was closed has left the queue.
  await isAt(items[0].id);
  // A key that is typed is no command.
  await page.getByLabel('Note').fill('');
  await page.getByLabel('Note').press('j');
  await isAt(items[0].id);
  assert.deepEqual(errors, []);
  await page.close();
});

test('U7 a chart without room is not drawn; it is as soon as it has some, and what it loses does it no harm', async () => {
  const { items } = await clientOf(desk).call('listAlerts', { query: { view: 'open' } });
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await withoutTour(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => /echarts/i.test(message.text()) && errors.push(message.text()));
  const frames = () =>
    page.evaluate(
      'new Promise((done) => { let n = 0; const next = () => (++n > 20 ? done() : requestAnimationFrame(next)); next(); })',
    );
  const room = (has: boolean) =>
    page.evaluate(`document.documentElement.classList.toggle('no-room', ${!has})`);
  await page.addInitScript(() => {
    const { document } = globalThis as unknown as {
      document: {
        addEventListener(of: string, then: () => void): void;
        createElement(tag: string): { textContent: string };
        head: { append(one: unknown): void };
        documentElement: { classList: { add(name: string): void } };
      };
    };
    document.addEventListener('DOMContentLoaded', () => {
      const style = document.createElement('style');
      style.textContent =
        '.no-room .chart { width: 0 !important; height: 0 !important; min-height: 0 !important; flex: none !important; }';
      document.head.append(style);
      document.documentElement.classList.add('no-room');
    });
  });
  await page.goto(`${desk.url}/alerts?alert=${items[0].id}`);
  const chart = page.getByLabel('Amounts of the account over time');
  await chart.waitFor({ state: 'attached' });
  await frames();
  assert.deepEqual(errors, []);
  assert.equal(await chart.locator('canvas').count(), 0);
  const wide = async (): Promise<void> => {
    await room(true);
    // Not waitForFunction: the page lets nobody evaluate texts.
    const width = `document.querySelector('[aria-label="Amounts of the account over time"] canvas')?.clientWidth ?? 0`;
    while (!((await page.evaluate<number>(width)) > 200)) await page.waitForTimeout(100);
    await frames();
  };
  await wide();
  await room(false);
  await frames();
  await wide();
  assert.deepEqual(errors, []);
  await page.close();
});
