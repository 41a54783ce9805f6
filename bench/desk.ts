// A whole desk in its own process: start times, POST /v1/decisions in open loop, POST to painted row.
import { execFileSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { findChromium } from '../test/chromium.ts';
import { type DeskProcess, getJson, makeFolder, smallest, startDesk } from '../test/desk-process.ts';
import { percentile, type Row } from './report.ts';

const RATE = 200;
const SECONDS = 20;
const PAINTED = 200;

export async function benchDesk(): Promise<Row[]> {
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: join(import.meta.dirname, '..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const folder = makeFolder();
  const rows: Row[] = [await firstStartWithPast()];
  try {
    let desk = await startDesk(folder.path, ['--no-simulator', '--preset', 'default']);
    await post(desk, smallest('first'));
    rows.push({
      what: 'first start, model trained, to the first decision',
      figure: `${(desk.startMs / 1000).toFixed(1)} s`,
      goal: '≤ 60 s',
    });
    await desk.stop();
    desk = await startDesk(folder.path, ['--no-simulator']);
    rows.push({
      what: 'second start',
      figure: `${(desk.startMs / 1000).toFixed(1)} s`,
      goal: '≤ 6 s',
    });
    const latencies = await openLoop(desk);
    rows.push({
      what: `POST /v1/decisions at ${RATE}/s, durable, from the intended send time`,
      figure: `p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms`,
      goal: 'p50 ≤ 4 ms, p99 ≤ 20 ms',
    });
    rows.push(await painted(desk));
    await desk.stop();
  } finally {
    folder.remove();
  }
  return rows;
}

async function firstStartWithPast(): Promise<Row> {
  const folder = makeFolder();
  try {
    const desk = await startDesk(folder.path, ['--preset', 'default']);
    const { current } = await getJson<{ current: { transactions: number } }>(
      desk.url,
      '/v1/stats?minutes=1440',
    );
    await desk.stop();
    return {
      what: `first start, model trained and ${current.transactions.toLocaleString('en')} payments of its past decided`,
      figure: `${(desk.startMs / 1000).toFixed(1)} s`,
      goal: '≤ 60 s',
    };
  } finally {
    folder.remove();
  }
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

function post(desk: DeskProcess, transaction: unknown): Promise<void> {
  return new Promise((done, failed) => {
    const body = JSON.stringify(transaction);
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sending = request(`${desk.url}/v1/decisions`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? done() : failed(new Error(`the desk answered ${answer.statusCode}`)),
      );
    });
    sending.on('error', failed);
    sending.end(body);
  });
}

/** Sends at a fixed rate whatever the answers do; latency counts from when each should have been sent. */
async function openLoop(desk: DeskProcess): Promise<number[]> {
  const latencies: number[] = [];
  const under: Promise<void>[] = [];
  const started = performance.now() + 100;
  for (let i = 0; i < RATE * SECONDS; i++) {
    const dueMs = started + (i * 1000) / RATE;
    while (performance.now() < dueMs) await new Promise((resolve) => setTimeout(resolve, 1));
    const warm = i > RATE * 2;
    under.push(
      post(desk, smallest(`open-${i}`, `account-${i}`, 100 + (i % 9000))).then(() => {
        if (warm) latencies.push(performance.now() - dueMs);
      }),
    );
  }
  await Promise.all(under);
  return latencies;
}

async function painted(desk: DeskProcess): Promise<Row> {
  const browser: Browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${desk.url}/transactions`);
    await page.getByTestId('live').waitFor();
    // Notes when each row first stands in a painted frame.
    await page.evaluate(`
      window.paintedAt = {};
      new MutationObserver(() => {
        const ids = [...document.querySelectorAll('[data-transaction]')].map((row) => row.dataset.transaction);
        requestAnimationFrame(() => setTimeout(() => {
          for (const id of ids) window.paintedAt[id] ??= Date.now();
        }));
      }).observe(document.body, { childList: true, subtree: true });
    `);
    const sentAt = new Map<string, number>();
    const under: Promise<void>[] = [];
    const started = performance.now();
    const total = RATE * 10;
    for (let i = 0; i < total; i++) {
      while (performance.now() < started + (i * 1000) / RATE)
        await new Promise((resolve) => setTimeout(resolve, 1));
      // Every tenth is watched: the table shows the newest thirty, and 200/s scroll past quickly.
      if (i % (total / PAINTED) === 0) sentAt.set(`paint-${i}`, Date.now());
      under.push(post(desk, smallest(`paint-${i}`, `account-${i}`)));
    }
    await Promise.all(under);
    await page.waitForTimeout(1500);
    const seen = (await page.evaluate('window.paintedAt')) as Record<string, number>;
    const delays = [...sentAt].filter(([id]) => id in seen).map(([id, at]) => seen[id] - at);
    return {
      what: `POST to painted row in Chromium at ${RATE}/s`,
      figure: `p50 ${percentile(delays, 0.5)} ms, p99 ${percentile(delays, 0.99)} ms (${delays.length} of ${sentAt.size} rows watched were on the screen)`,
      goal: 'p99 ≤ 500 ms',
    };
  } finally {
    await browser.close();
  }
}
