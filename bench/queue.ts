// The alert queue with 100,000 open alerts in a real browser: how long each interaction takes until it is painted, by the
// browser's own Event Timing, and how long the desk takes for a page of alerts and for its counts.
import { join } from 'node:path';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import { openBrowser, withoutTour } from '../test/chromium.ts';
import { makeFolder, startDesk } from '../test/desk-process.ts';
import { count, median, percentile, type Row } from './report.ts';

const ALERTS = 100_000;
const PAGES = 30;
/** What Event Timing does not report: it was painted within this. */
const UNREPORTED_MS = 16;

type Timed = { readonly name: string; readonly duration: number };

async function fill(path: string): Promise<void> {
  const session = openEmbeddedDatabase(path, (error) => {
    throw error;
  });
  await session.query(
    `insert into alerts (account_id, opened_at, updated_at, due_at, transactions, declined, amount_minor,
       expected_loss_minor, max_score, currency, country, top_reason, announced)
     select 'acc-' || n, now() - n * interval '1 second', now(), now() + (n % 500 - 100) * interval '1 minute',
       1 + n % 7, n % 3, 1000 + (n::bigint * 7919) % 900000, 10 + (n::bigint * 104729) % 500000, (n % 1000) / 1000.0, 'EUR', 'DE',
       'Many very small payments within an hour', true
     from generate_series(1, $1) n`,
    [ALERTS],
  );
  await session.close();
}

export async function benchQueue(): Promise<Row[]> {
  const folder = makeFolder();
  const first = await startDesk(folder.path, ['--no-simulator']);
  await first.stop();
  await fill(join(folder.path, 'var', 'database'));
  const desk = await startDesk(folder.path, ['--rate', '20']);
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await withoutTour(page);
    await page.addInitScript(`
      globalThis.timed = [];
      new PerformanceObserver((list) => {
        for (const { name, duration } of list.getEntries()) globalThis.timed.push({ name, duration });
      }).observe({ type: 'event', durationThreshold: ${UNREPORTED_MS}, buffered: true });`);
    await page.goto(`${desk.url}/alerts`);
    await page.locator('[data-alert]').nth(10).waitFor();
    let done = 0;
    const key = async (name: string): Promise<void> => {
      await page.keyboard.press(name);
      done++;
      await page.waitForTimeout(40);
    };
    const list = page.getByLabel('Alerts', { exact: true });
    await list.focus();
    for (let i = 0; i < 120; i++) await key('j');
    for (let i = 0; i < 40; i++) await key('k');
    for (let i = 0; i < 30; i++) {
      await key('x');
      await key('j');
    }
    await key('Escape');
    for (let i = 0; i < 20; i++) {
      await list.hover();
      await page.mouse.wheel(0, 4000);
      await page.waitForTimeout(60);
    }
    for (const tab of ['Overdue', 'Unassigned', 'Open', 'Escalated', 'Open']) {
      await page.getByRole('tab', { name: tab }).click();
      done++;
      await page.waitForTimeout(400);
    }
    for (let i = 0; i < 20; i++) {
      await key('c');
      await key('j');
    }
    await page.waitForTimeout(500);
    const timed = (await page.evaluate('globalThis.timed')) as Timed[];
    const felt = timed
      .filter(({ name }) => name === 'keydown' || name === 'click')
      .map(({ duration }) => duration);
    const all = [...felt, ...new Array<number>(Math.max(0, done - felt.length)).fill(UNREPORTED_MS)];
    const asks: number[] = [];
    const counts: number[] = [];
    let cursor: string | null = null;
    for (let i = 0; i < PAGES; i++) {
      const started = performance.now();
      const path: string = `${desk.url}/v1/queue?limit=100${cursor ? `&cursor=${cursor}` : ''}`;
      ({ nextCursor: cursor } = (await (await fetch(path)).json()) as { nextCursor: string | null });
      asks.push(performance.now() - started);
      const again = performance.now();
      await (await fetch(`${desk.url}/v1/queue/counts`)).json();
      counts.push(performance.now() - again);
    }
    return [
      {
        what: `interactions in a queue of ${count(ALERTS)} open alerts, with a live stream of 20/s, until painted (${all.length} of them)`,
        figure: `p50 ${median(all).toFixed(0)} ms, p95 ${percentile(all, 0.95).toFixed(0)} ms`,
        goal: 'p95 ≤ 100 ms',
      },
      {
        what: 'a page of 100 alerts, going on from the page before · the counts of all views',
        figure: `p50 ${median(asks).toFixed(0)} ms, p95 ${percentile(asks, 0.95).toFixed(0)} ms · p50 ${median(counts).toFixed(0)} ms`,
      },
    ];
  } finally {
    await browser.close();
    await desk.stop();
    folder.remove();
  }
}
