// npm run soak: millions of transactions through a whole installation at a steady rate; what each process's memory does
// meanwhile, and whether everything was decided and stored. SOAK_TRANSACTIONS and SOAK_RATE say how many and how fast.
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { type Bench, nextRecord, redisBytes, withInstallation, workers } from './installation.ts';
import { usageOf } from './processes.ts';
import { count, type Row, table } from './report.ts';

const TRANSACTIONS = Number(process.env.SOAK_TRANSACTIONS ?? 5_000_000);
const RATE = Number(process.env.SOAK_RATE ?? 8000);
const WORKERS = 2;
const LOOKS = 5;
const SLICE_MS = 50;
const TELL_MS = 15_000;
const DRAIN_MS = 300_000;
const MOST_WORKER_MEGABYTES = 600;

type Look = { readonly sent: number; readonly rss: ReadonlyMap<string, number> };

async function soak(bench: Bench): Promise<Row[]> {
  const { settings, pool } = bench;
  const client = openKafkaClient(settings.kafka, 'soak');
  const producer = openRecordProducer(client, settings.topics.transactions);
  const stored = async (): Promise<number> =>
    Number((await pool.query('select next from stream_sequence')).rows[0].next);
  const before = await stored();
  const rss = (): Map<string, number> =>
    new Map([...usageOf(bench.pids)].map(([name, { rssMegabytes }]) => [name, rssMegabytes]));
  const looks: Look[] = [];
  const highest = new Map<string, number>();
  const started = performance.now();
  let told = started;
  let sent = 0;
  while (sent < TRANSACTIONS) {
    const due = Math.min(TRANSACTIONS, Math.floor(((performance.now() - started) * RATE) / 1000));
    if (due > sent) {
      const records = Array.from({ length: due - sent }, (_, i) => nextRecord(bench, `soak-${sent + i}`));
      await producer.append(records, 60_000);
      sent = due;
    }
    if (sent >= ((looks.length + 1) * TRANSACTIONS) / LOOKS) looks.push({ sent, rss: rss() });
    if (performance.now() - told > TELL_MS) {
      told = performance.now();
      for (const [name, megabytes] of rss()) highest.set(name, Math.max(highest.get(name) ?? 0, megabytes));
      console.error(
        `  ${count(sent)} sent, ${count((await stored()) - before)} stored, ${count((sent * 1000) / (told - started))}/s`,
      );
    }
    await sleep(SLICE_MS);
  }
  const sentSeconds = (performance.now() - started) / 1000;
  const until = performance.now() + DRAIN_MS;
  while ((await stored()) - before < TRANSACTIONS && performance.now() < until) await sleep(200);
  const seconds = (performance.now() - started) / 1000;
  const connection = await pool.connect();
  await connection.query('set statement_timeout = 0');
  const found = await connection.query(
    `select count(*) as rows, count(distinct id) as ids from transactions where id like 'soak-%'`,
  );
  connection.release(true);
  await client.close();
  const { rows, ids } = found.rows[0];
  const names = [...looks[0].rss.keys()].filter((name) => name !== 'bench');
  return [
    {
      what: `${count(TRANSACTIONS)} transactions at ${count(RATE)}/s: sent in, all stored after, rows, different ids`,
      figure: `${count(sentSeconds)} s, ${count(seconds)} s, ${count(Number(rows))}, ${count(Number(ids))}`,
      goal: 'as many rows and ids as were sent',
    },
    ...names.map((name) => ({
      what: `memory of ${name} after each fifth; most`,
      figure: `${looks.map((look) => count(look.rss.get(name) ?? Number.NaN)).join(', ')}; ${count(highest.get(name) ?? Number.NaN)} MB`,
      ...(name.startsWith('worker') && { goal: `flat, ≤ ${MOST_WORKER_MEGABYTES} MB` }),
    })),
    await redisBytes(settings),
  ];
}

console.log(table(await withInstallation(workers(WORKERS), soak)));
process.exit(0);
