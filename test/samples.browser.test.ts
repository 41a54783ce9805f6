// Samples in a real browser: what they are in the queue and on their page, labelled with the keys of all alerts.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { openBrowser, seriousFaults, withoutTour } from './chromium.ts';
import { type DeskProcess, makeFolder, postJson, smallest, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';

const folder = makeFolder();
const OPTIONS = ['--preset', 'classic', '--no-simulator'];
const DAY_MS = 86_400_000;
let desk: DeskProcess;
let browser: Browser;

/** As a desk of which it is known how much comes; two fifths of that can be looked at, and half of the work is samples. */
async function settle(): Promise<void> {
  const session = openEmbeddedDatabase(join(folder.path, 'var', 'database'), (error) => {
    throw error;
  });
  const volume = { perDay: 1_000_000, sinceMs: Date.now() + DAY_MS };
  const settings = {
    reviewVolume: JSON.stringify(volume),
    drawSeed: 'a seed',
    reviewsADay: 400_000,
    reviewPrecision: 0.95,
    declinePrecision: 0.95,
    sampleShare: 0.5,
  };
  for (const [name, value] of Object.entries(settings))
    await session.query(
      'insert into settings values ($1, $2) on conflict (name) do update set value = excluded.value',
      [name, JSON.stringify(value)],
    );
  await session.close();
}

before(async () => {
  const first = await startDesk(folder.path, OPTIONS);
  await first.stop();
  await settle();
  desk = await startDesk(folder.path, OPTIONS);
  browser = await openBrowser();
  for (let i = 0; i < 60; i++)
    await postJson(desk.url, '/v1/decisions', smallest(`paid-${i}`, `acc-${i}`, 3000 + 37 * i));
});
after(async () => {
  await browser?.close();
  await desk?.stop();
  folder.remove();
});

test('M21 M22 a sample says in the queue and on its page what it is, and is labelled by key', async () => {
  const client = clientOf(desk);
  const { items } = await client.call('listAlerts', { query: { view: 'samples' } });
  // Five of these ids are drawn whatever the score; how many more, follows from the model.
  assert.ok(items.length >= 5, `${items.length} samples of 60`);
  const [first] = items;
  assert.ok(first.sample && first.sample.chance >= 0.1 && first.sample.chance <= 1);
  const file = await client.call('getAlert', { params: { id: first.id } });
  assert.deepEqual(
    file.transactions.map(({ outcome }) => outcome),
    ['approve'],
    'nobody was held up',
  );
  const flagged = await client.call('listFlaggedTransactions', {});
  assert.ok(flagged.items.every(({ outcome }) => outcome !== 'approve'));

  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await withoutTour(page);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${desk.url}/alerts?view=samples`);
  await page.locator('[data-alert]').first().getByText('please label').waitFor();
  const shown = await page.locator('[data-alert]').count();
  assert.ok(shown >= 3 && shown <= items.length, `${shown} rows of ${items.length}`);
  assert.deepEqual(await seriousFaults(page), []);

  await page.goto(`${desk.url}/alerts?view=samples&alert=${first.id}`);
  await page.getByText(/^Please label: a payment of account/).waitFor();
  await page.getByText('Nothing is suspected of it').waitFor();
  await page.getByTestId('story').waitFor();
  assert.equal(await page.getByText('expected loss').count(), 0);
  assert.deepEqual(await seriousFaults(page), []);
  await page.keyboard.press('g');
  await page.getByText(`Alert ${first.id}: ✓ genuine`).waitFor();
  const said = await client.call('getAlert', { params: { id: first.id } });
  assert.deepEqual([said.alert.status, said.alert.verdict], ['closed', 'genuine']);

  await page.goto(`${desk.url}/models`);
  await page.getByText(/samples \(50 % of what the team can look at\)/).waitFor();
  await page.getByRole('heading', { name: 'What is missed, told by samples' }).waitFor();
  assert.deepEqual(errors, []);
  await page.close();
});
