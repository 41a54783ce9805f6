// Sends transactions to an installation at a fixed rate, whatever it does: every latency counts from when the transaction
// should have been sent.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { endOffsets } from '../src/adapters/kafka/offsets.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { openKafkaSource } from '../src/adapters/kafka/source.ts';
import { type Bench, prepareRecords } from './installation.ts';
import { usageOf } from './processes.ts';

const TICK_MS = 5;

/** Number of a bench transaction from a text that holds its id. */
function numberIn(bytes: Buffer, marker: Buffer): number {
  const at = bytes.indexOf(marker);
  if (at < 0) return -1;
  let number = 0;
  for (let i = at + marker.length; bytes[i] >= 48 && bytes[i] <= 57; i++)
    number = number * 10 + bytes[i] - 48;
  return number;
}

const APPROVED = Buffer.from('"outcome":"approve"');

export type Measured = {
  readonly flaggedShare: number;
  readonly decided: Float64Array;
  readonly stored: Float64Array;
  readonly shown: Float64Array;
  readonly elapsedSeconds: number;
  readonly cpu: Map<string, number>;
  readonly rss: Map<string, number>;
  readonly sinkLag: number;
  readonly decideLag: number;
  readonly drainSeconds: number;
};

/** Sends at a fixed rate; the arrays hold milliseconds from the intended time, NaN for what was not seen. */
export async function run(
  bench: Bench,
  name: string,
  rate: number,
  seconds: number,
  watchStore: boolean,
): Promise<Measured> {
  const { settings, pool } = bench;
  const records = prepareRecords(bench, name, rate, seconds);
  const total = records.length;
  const decided = new Float64Array(total).fill(Number.NaN);
  const stored = new Float64Array(total).fill(Number.NaN);
  const shown = new Float64Array(total).fill(Number.NaN);
  const client = openKafkaClient(settings.kafka, 'bench');
  const producer = openRecordProducer(client, settings.topics.transactions);
  const watchClient = openKafkaClient(settings.kafka, 'bench-watch');
  const source = openKafkaSource({ client: watchClient, topic: settings.topics.decisions });
  const ends = await endOffsets(client, settings.topics.decisions);
  const { rows } = await pool.query('select next from stream_sequence');
  const firstSeq = Number(rows[0].next);
  const startMs = performance.now() + 200;
  const intended = (i: number): number => startMs + (i * 1000) / rate;
  let seen = 0;
  let flagged = 0;
  const marker = Buffer.from(`"transactionId":"${name}-`);
  const watching = ends.map(async (end, partition) => {
    const input = source.open(partition, end);
    for (;;) {
      const found = await input.take(5000);
      if (found.length === 0) return;
      const now = performance.now();
      for (const { value } of found) {
        const i = value ? numberIn(value as Buffer, marker) : -1;
        if (i < 0) continue;
        decided[i] = now - intended(i);
        seen++;
        if (!(value as Buffer).includes(APPROVED)) flagged++;
      }
    }
  });
  const socket = new WebSocket(`${bench.url.replace('http', 'ws')}/v1/feed`);
  const feedMarker = `"id":"${name}-`;
  socket.on('message', (data: Buffer) => {
    const now = performance.now();
    const text = data.toString('latin1');
    if (!text.startsWith('{"type":"diff"')) return;
    for (let at = text.indexOf(feedMarker); at >= 0; at = text.indexOf(feedMarker, at + 1)) {
      const i = Number.parseInt(text.slice(at + feedMarker.length, at + feedMarker.length + 9), 10);
      if (Number.isNaN(shown[i])) shown[i] = now - intended(i);
    }
  });
  let over = false;
  const storeWatch = (async () => {
    let after = firstSeq - 1;
    while (watchStore && !over) {
      const found = await pool.query(
        `select id, seq from transactions where seq > $1 and occurred_at > now() - interval '3 days' order by seq limit 5000`,
        [after],
      );
      const now = performance.now();
      for (const row of found.rows) {
        after = Number(row.seq);
        const i = Number(String(row.id).split('-').at(-1));
        if (i >= 0 && i < total) stored[i] = now - intended(i);
      }
      await sleep(10);
    }
  })();
  const before = usageOf(bench.pids);
  const underway: Promise<void>[] = [];
  for (let next = 0; next < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * rate) / 1000) + 1);
    if (due > next) {
      underway.push(producer.append(records.slice(next, due), 60_000));
      next = due;
    }
    await sleep(TICK_MS);
  }
  const sentMs = performance.now();
  const after = usageOf(bench.pids);
  const decideLag = total - seen;
  const count = async (): Promise<number> =>
    Number((await pool.query('select next from stream_sequence')).rows[0].next) - firstSeq;
  const sinkLag = total - (await count());
  await Promise.all(underway);
  for (
    const until = Date.now() + 120_000;
    Date.now() < until && ((await count()) < total || seen < total);
  ) {
    await sleep(100);
  }
  const drainSeconds = (performance.now() - sentMs) / 1000;
  await sleep(300);
  over = true;
  await storeWatch;
  socket.close();
  await source.close();
  await Promise.all(watching);
  await client.close();
  const elapsedSeconds = (sentMs - startMs) / 1000;
  const cpu = new Map(
    [...after].map(([who, usage]) => [
      who,
      (usage.cpuSeconds - (before.get(who)?.cpuSeconds ?? 0)) / elapsedSeconds,
    ]),
  );
  const rss = new Map([...after].map(([who, usage]) => [who, usage.rssMegabytes]));
  return {
    flaggedShare: flagged / total,
    decided,
    stored,
    shown,
    elapsedSeconds,
    cpu,
    rss,
    sinkLag,
    decideLag,
    drainSeconds,
  };
}
