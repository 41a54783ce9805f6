// Sends transactions to an installation at a fixed rate, whatever it does: every latency counts from when the transaction
// should have been sent.
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { endOffsets } from '../src/adapters/kafka/offsets.ts';
import { openRecordProducer, type RecordProducer } from '../src/adapters/kafka/producer.ts';
import { readRange } from '../src/adapters/kafka/read-range.ts';
import type { StreamSettings } from '../src/runtimes/stream-settings.ts';
import { type Bench, prepareRecords } from './installation.ts';
import { usageOf } from './processes.ts';

const TICK_MS = 2;
/** More than this at once would be more than a broker takes in one message. */
const APPEND_RECORDS = 2000;

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

/** Tells of each decision of a run when the broker appended it; gives how many were flagged. */
async function decisionTimes(
  { kafka, topics }: StreamSettings,
  from: readonly number[],
  name: string,
  onDecision: (i: number, atMs: number) => void,
): Promise<number> {
  const marker = Buffer.from(`"transactionId":"${name}-`);
  const client = openKafkaClient(kafka, 'bench-offsets');
  const ends = await endOffsets(client, topics.decisions);
  await client.close();
  let flagged = 0;
  for (const [partition, to] of ends.entries()) {
    const records = readRange({
      client: openKafkaClient(kafka, 'bench-read'),
      topic: topics.decisions,
      partition,
      from: from[partition] ?? 0,
      to,
      onGap: () => {
        throw new Error('decisions were deleted before they were looked at');
      },
    });
    for await (const found of records) {
      for (const { value, timestampMs } of found) {
        const i = value ? numberIn(value as Buffer, marker) : -1;
        if (i < 0) continue;
        // The broker leaves out what is less than a millisecond.
        onDecision(i, timestampMs + 1);
        if (!(value as Buffer).includes(APPROVED)) flagged++;
      }
    }
  }
  return flagged;
}

/** Tells of each transaction of a run when the feed showed it. */
function watchFeed(url: string, name: string, onShown: (i: number, atMs: number) => void): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/feed`);
  const marker = `"id":"${name}-`;
  socket.on('message', (data: Buffer) => {
    const now = performance.now();
    const text = data.toString('latin1');
    if (!text.startsWith('{"type":"diff"')) return;
    for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
      onShown(Number.parseInt(text.slice(at + marker.length, at + marker.length + 9), 10), now);
    }
  });
  return socket;
}

/** Sends each record when it is due, whatever became of those before; gives what is under way then. */
async function sendAtRate(
  producer: RecordProducer,
  records: ReturnType<typeof prepareRecords>,
  rate: number,
  startMs: number,
): Promise<readonly Promise<void>[]> {
  const underway: Promise<void>[] = [];
  for (let next = 0; next < records.length; ) {
    const now = Math.floor(((performance.now() - startMs) * rate) / 1000) + 1;
    const due = Math.min(records.length, next + APPEND_RECORDS, now);
    if (due > next) {
      const appended = producer.append(records.slice(next, due), 60_000);
      // Told at the end, when all have been sent; until then nobody waits for it.
      appended.catch(() => undefined);
      underway.push(appended);
      next = due;
    }
    await sleep(TICK_MS);
  }
  return underway;
}

/** Sends at a fixed rate; the arrays hold milliseconds from the intended time, NaN for what was not seen. */
export async function run(
  bench: Bench,
  name: string,
  rate: number,
  seconds: number,
  watchStore: boolean,
): Promise<Measured> {
  const { settings, pool } = bench;
  const records = prepareRecords(bench, name, rate * seconds);
  console.error(`  ${name}: sending ${rate}/s for ${seconds} s`);
  const total = records.length;
  const decided = new Float64Array(total).fill(Number.NaN);
  const stored = new Float64Array(total).fill(Number.NaN);
  const shown = new Float64Array(total).fill(Number.NaN);
  const client = openKafkaClient(settings.kafka, 'bench');
  const producer = openRecordProducer(client, settings.topics.transactions);
  const ends = await endOffsets(client, settings.topics.decisions);
  const { rows } = await pool.query('select next from stream_sequence');
  const firstSeq = Number(rows[0].next);
  const startMs = performance.now() + 200;
  /** The same on the clock that broker and database go by. */
  const startedAtMs = Date.now() + 200;
  const sinceIntended = (now: number, start: number, i: number): number => now - start - (i * 1000) / rate;
  const socket = watchFeed(bench.url, name, (i, atMs) => {
    if (Number.isNaN(shown[i])) shown[i] = sinceIntended(atMs, startMs, i);
  });
  const before = usageOf(bench.pids);
  const underway = await sendAtRate(producer, records, rate, startMs);
  const sentMs = performance.now();
  const after = usageOf(bench.pids);
  const count = async (): Promise<number> =>
    Number((await pool.query('select next from stream_sequence')).rows[0].next) - firstSeq;
  const sinkLag = total - (await count());
  await Promise.all(underway);
  for (const until = Date.now() + 120_000; Date.now() < until && (await count()) < total; ) {
    await sleep(100);
  }
  const drainSeconds = (performance.now() - sentMs) / 1000;
  // All of it is looked at when it is over, so that looking costs the machine nothing while it is measured.
  const flagged = await decisionTimes(settings, ends, name, (i, atMs) => {
    decided[i] = sinceIntended(atMs, startedAtMs, i);
  });
  let decideLag = 0;
  for (let i = 0; i < total; i++) if (!(decided[i] <= sinceIntended(sentMs, startMs, i))) decideLag++;
  if (watchStore) {
    // No bench begins more than nine days ago: installation.ts.
    const { rows: commits } = await pool.query(
      `select id, extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000 as at from transactions
       where seq >= $1 and id like $2 and occurred_at > now() - interval '10 days'`,
      [firstSeq, `${name}-%`],
    );
    for (const { id, at } of commits) {
      const i = Number(String(id).split('-').at(-1));
      stored[i] = sinceIntended(Number(at), startedAtMs, i);
    }
  }
  socket.close();
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
