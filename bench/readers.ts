// Decisions while people read: POST /v1/decisions of a desk in one process, alone and beside readers that ask for what needs
// the whole past, an import of a list and one of names.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DeskProcess, makeFolder, startDesk } from '../test/desk-process.ts';
import { count, percentile, type Row } from './report.ts';

const ROWS = 67_000;
const RATE = 40;
const SECONDS = 10;
const READERS = 8;
const ENTRIES = 100_000;
const NAMES = 50_000;
const BULK = 5000;

const COUNTRIES = ['DE', 'FR', 'PL', 'ES', 'IT', 'NL'];

/** The same payments every time, some seconds apart. */
function payment(i: number, occurredAtMs: number) {
  return {
    id: `past-${i}`,
    accountId: `account-${(i * 7919) % 5000}`,
    occurredAt: new Date(occurredAtMs).toISOString(),
    amountMinor: 100 + ((i * 104_729) % 90_000),
    currency: 'EUR',
    type: 'purchase',
    channel: 'ecommerce',
    merchant: { id: `merchant-${(i * 31) % 900}`, name: `Merchant ${(i * 31) % 900}` },
    country: COUNTRIES[i % COUNTRIES.length],
    deviceId: `device-${(i * 7919) % 5000}`,
    ip: `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`,
  };
}

async function fill(desk: DeskProcess): Promise<void> {
  const startMs = Date.now() - ROWS * 1000;
  for (let from = 0; from < ROWS; from += BULK) {
    const lines: string[] = [];
    for (let i = from; i < Math.min(ROWS, from + BULK); i++) {
      lines.push(JSON.stringify(payment(i, startMs + i * 1000)));
    }
    const answer = await fetch(`${desk.url}/v1/transactions`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    const { rejected } = (await answer.json()) as { rejected: number };
    if (!answer.ok || rejected > 0)
      throw new Error(`the desk answered ${answer.status}, ${rejected} rejected`);
  }
  // The last of them is decided once this one is.
  await decide(desk, 'filled');
}

async function decide(desk: DeskProcess, id: string): Promise<void> {
  const transaction = { ...payment(0, Date.now()), id, accountId: `account-${id.length}` };
  for (let tries = 0; ; tries++) {
    const answer = await fetch(`${desk.url}/v1/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(transaction),
    });
    await answer.text();
    if (answer.ok) return;
    if (answer.status !== 503 || tries === 20) throw new Error(`the desk answered ${answer.status}`);
    await sleep(2000);
  }
}

let sent = 0;
/** Sends at a fixed rate whatever the answers do; latency counts from when each should have been sent. */
async function latencies(desk: DeskProcess, seconds: number): Promise<number[]> {
  const found: number[] = [];
  const under: Promise<void>[] = [];
  const started = performance.now() + 50;
  for (let i = 0; i < RATE * seconds; i++) {
    const dueMs = started + (i * 1000) / RATE;
    await sleep(Math.max(0, dueMs - performance.now()));
    under.push(
      decide(desk, `decided-${sent++}`).then(() => {
        found.push(performance.now() - dueMs);
      }),
    );
  }
  await Promise.all(under);
  return found;
}

/** Asks one after the other for as long as it is let; gives how many were answered. */
async function readUntil(desk: DeskProcess, path: string, over: AbortSignal): Promise<number> {
  let answered = 0;
  while (!over.aborted) {
    const answer = await fetch(desk.url + path, { signal: over }).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (text === undefined) break;
    if (answer?.status === 429) await sleep(500, undefined, { signal: over }).catch(() => undefined);
    else answered++;
  }
  return answered;
}

const told = (found: readonly number[]): string =>
  `p50 ${percentile(found, 0.5).toFixed(1)} ms, p99 ${percentile(found, 0.99).toFixed(1)} ms, max ${Math.max(...found).toFixed(0)} ms`;

export async function benchReaders(): Promise<Row[]> {
  const folder = makeFolder();
  const rows: Row[] = [];
  const desk = await startDesk(folder.path, ['--no-simulator']);
  try {
    await fill(desk);
    await latencies(desk, 2);
    const beside = async (what: string, goal: string, paths: readonly string[]): Promise<void> => {
      const idle = await latencies(desk, SECONDS);
      const over = new AbortController();
      const reading = Array.from({ length: READERS }, (_, i) =>
        readUntil(desk, paths[i % paths.length], over.signal),
      );
      await sleep(500);
      const loaded = await latencies(desk, SECONDS);
      over.abort();
      const answers = (await Promise.all(reading)).reduce((sum, n) => sum + n, 0);
      rows.push({
        what: `${what} (${count(answers)} answers)`,
        figure: told(loaded),
        baseline: `idle: ${told(idle)}`,
        goal,
      });
    };
    const twice = 'p50 ≤ 2 × idle';
    await beside(`${READERS} readers look for a country that is not there in ${count(ROWS)} rows`, twice, [
      '/v1/transactions?country=ZZ&limit=500',
    ]);
    await beside(`${READERS} readers take pages of 500 rows by all filters`, twice, [
      '/v1/transactions?limit=500',
      '/v1/transactions?merchantId=merchant-31&limit=500',
      '/v1/transactions?minScore=0.99&limit=500',
      '/v1/transactions?outcome=decline&limit=500',
      '/v1/transactions?country=DE&limit=500',
      '/v1/queue?search=nothing&view=closed',
      '/v1/alerts?status=confirmed',
      '/v1/audit?who=nobody',
    ]);
    await beside(`${READERS} readers look at reviews, drift and outcomes of models`, '', [
      '/v1/models/review',
      '/v1/models/drift',
      '/v1/models/outcomes',
    ]);
    rows.push(...(await besideImports(desk)));
  } finally {
    await desk.stop();
    folder.remove();
  }
  return rows;
}

/** However long it takes. */
function upload(desk: DeskProcess, method: string, path: string, body: string): Promise<void> {
  return new Promise((done, failed) => {
    const headers = { 'content-type': 'text/csv', 'content-length': Buffer.byteLength(body) };
    const sending = request(desk.url + path, { method, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? done() : failed(new Error(`the desk answered ${answer.statusCode}`)),
      );
    });
    sending.on('error', failed);
    sending.end(body);
  });
}

async function besideImports(desk: DeskProcess): Promise<Row[]> {
  const made = await fetch(`${desk.url}/v1/lists`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'many', kind: 'device' }),
  });
  if (!made.ok) throw new Error(await made.text());
  const entries = Array.from({ length: ENTRIES }, (_, i) => `listed-${i}`).join('\n');
  const names = `uid,name\n${Array.from({ length: NAMES }, (_, i) => `${i},Person ${i.toString(36)} of ${(i * 7919).toString(36)}`).join('\n')}`;
  const imports = [
    {
      what: `an import of ${count(ENTRIES)} entries`,
      method: 'POST',
      path: '/v1/lists/many/import',
      body: entries,
    },
    { what: `an import of ${count(NAMES)} names`, method: 'PUT', path: '/v1/sanctions/bench', body: names },
  ];
  const rows: Row[] = [];
  for (const { what, method, path, body } of imports) {
    const idle = await latencies(desk, SECONDS);
    const started = performance.now();
    let took: number | undefined;
    const running = upload(desk, method, path, body).then(() => {
      took = performance.now() - started;
    });
    const loaded: number[] = [];
    while (took === undefined) loaded.push(...(await latencies(desk, 1)));
    await running;
    rows.push({
      what: `${what}, ${((took ?? 0) / 1000).toFixed(0)} s`,
      figure: told(loaded),
      baseline: `idle: ${told(idle)}`,
    });
  }
  return rows;
}
