// The distributed installation on this machine, load generator included, in open loop: every latency counts from
// when the transaction should have been sent.
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { WebSocket } from 'ws';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { endOffsets } from '../src/adapters/kafka/offsets.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { openKafkaSource } from '../src/adapters/kafka/source.ts';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { openRedis } from '../src/adapters/redis/connection.ts';
import { prepareStream, streamPeople } from '../src/runtimes/stream-maintenance.ts';
import { type StreamSettings, streamSettings } from '../src/runtimes/stream-settings.ts';
import { createSimulator, type Simulator } from '../src/simulator/simulator.ts';
import { type GoshawkProcess, startGoshawk } from '../src/stack/goshawk-process.ts';
import { type Services, startServices } from '../src/stack/services.ts';
import { type EncodedRecord, encodeTransaction } from '../src/stream/record-codec.ts';
import { usageOf } from './processes.ts';
import { count, percentile, type Row } from './report.ts';

const PARTITIONS = 4;
const WORKERS = Number(process.env.BENCH_WORKERS ?? 2);
const stepsOf = (text: string): number[] =>
  text
    .split(',')
    .map(Number)
    .filter((rate) => rate > 0);
const STEP_SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
/** Transactions a second that the simulated people make; they are sent as fast as a step asks. */
const PACE = 1000;
const POST_RATE = 500;
const HISTORY_ENDS_MS_AGO = 3_600_000;
const WARM_SHARE = 0.25;
const READY_MS = 60_000;
const TICK_MS = 5;
/** Compilers of seven processes are at work before that. */
const WARM_SECONDS = 30;

export type InstallationPlan = {
  /** The commands of the processes that decide, by name. */
  readonly deciders: Readonly<Record<string, readonly string[]>>;
  readonly latencyRate: number;
  readonly rates: readonly number[];
  readonly posts: boolean;
  /** What is asked of the figures, in their order. */
  readonly goals: {
    readonly decided?: string;
    readonly stored?: string;
    readonly shown?: string;
    readonly sustained?: string;
  };
};

type Bench = {
  readonly settings: StreamSettings;
  readonly services: Services;
  readonly pool: Pool;
  readonly pids: Record<string, number>;
  readonly url: string;
  /** The same people all along: what they do goes on where the run before has ended. */
  readonly simulator: Simulator;
};

/** Transactions ready to be sent, so that making them costs the machine nothing while it is measured. */
function prepareRecords({ simulator }: Bench, name: string, rate: number, seconds: number): EncodedRecord[] {
  return Array.from({ length: rate * seconds }, (_, i) => {
    const { transaction } = simulator.next();
    return encodeTransaction({ ...transaction, id: `${name}-${i}` });
  });
}

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

type Measured = {
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
async function run(
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

/** Percentiles of what was seen after the warm-up. */
function spread(values: Float64Array, shares: readonly number[]): string {
  const warm = [...values.slice(Math.floor(values.length * WARM_SHARE))].filter(
    (value) => !Number.isNaN(value),
  );
  return shares
    .map((share) => `p${share * 100} ${percentile(warm, share).toFixed(1)}`)
    .join(', ')
    .concat(' ms');
}

const perProcess = (figures: Map<string, number>, unit: (value: number) => string): string =>
  [...figures].map(([name, value]) => `${name} ${unit(value)}`).join(', ');

async function postDecisions(bench: Bench): Promise<Row> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const latencies: number[] = [];
  const records = prepareRecords(bench, 'post', POST_RATE, STEP_SECONDS);
  const started = performance.now() + 100;
  const underway: Promise<void>[] = [];
  for (let i = 0; i < records.length; i++) {
    const dueMs = started + (i * 1000) / POST_RATE;
    while (performance.now() < dueMs) await sleep(1);
    const body = records[i].value;
    underway.push(
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
        const sending = request(`${bench.url}/v1/decisions`, { method: 'POST', agent, headers }, (answer) => {
          answer.resume();
          answer.on('end', () => {
            if (answer.statusCode !== 200)
              return reject(new Error(`the server answered ${answer.statusCode}`));
            if (i > records.length * WARM_SHARE) latencies.push(performance.now() - dueMs);
            resolve();
          });
        });
        sending.on('error', reject);
        sending.end(body);
      }),
    );
  }
  await Promise.all(underway);
  agent.destroy();
  return {
    what: `POST /v1/decisions at ${POST_RATE}/s over Kafka, durable`,
    figure: `p50 ${percentile(latencies, 0.5).toFixed(1)} ms, p99 ${percentile(latencies, 0.99).toFixed(1)} ms`,
    goal: 'p50 ≤ 7 ms, p99 ≤ 35 ms',
  };
}

export const benchStack = (): Promise<Row[]> =>
  benchInstallation({
    deciders: Object.fromEntries(
      Array.from({ length: WORKERS }, (_, i) => [`worker-${i + 1}`, ['worker']] as const),
    ),
    latencyRate: 5000,
    rates: stepsOf(process.env.BENCH_RATES ?? '10000,15000,20000'),
    posts: true,
    goals: {
      decided: 'p50 ≤ 8, p99 ≤ 50, p99.9 ≤ 120 ms',
      stored: 'p99 ≤ 80 ms',
      shown: 'p99 ≤ 300 ms',
      sustained: '15,000/s without growing lag',
    },
  });

/** A whole installation is started, measured and taken down. */
export async function benchInstallation(plan: InstallationPlan): Promise<Row[]> {
  const { goals, latencyRate } = plan;
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-bench-'));
  const notices = (message: string): void => console.error(`  ${message}`);
  const services = await startServices({
    folder,
    logFolder: join(folder, 'logs'),
    env: process.env,
    onNotice: notices,
  });
  const processes: GoshawkProcess[] = [];
  try {
    const env = { ...services.env, KAFKA_PARTITIONS: String(PARTITIONS) };
    const settings = streamSettings(env);
    // The simulated time runs ahead of the clock when more is sent than people make.
    const historyEndMs = Date.now() - HISTORY_ENDS_MS_AGO;
    await prepareStream(settings, { preset: 'default', seed: 1, endMs: historyEndMs, liveRate: PACE });
    const start = (name: string, args: readonly string[]): GoshawkProcess => {
      const started = startGoshawk({ name, args, env, logFile: join(folder, 'logs', `${name}.log`) });
      processes.push(started);
      return started;
    };
    for (const [name, command] of Object.entries(plan.deciders))
      start(
        name,
        command.map((word) => word.replace('{folder}', folder)),
      );
    start('sink', ['sink']);
    const server = start('server', ['server', '--port', '0']);
    await Promise.all(processes.map((process) => process.said(/ ready\n/, READY_MS)));
    const [, url] = await server.said(/listens at (\S+)/, READY_MS);
    await sleep(8000);
    const { pool } = await openPostgres({ url: settings.databaseUrl, connections: 2 });
    const pids: Record<string, number> = { bench: process.pid };
    for (const { name, pid } of processes) pids[name] = pid;
    for (const name of ['kafka', 'redis', 'postgres'] as const) {
      const server = services[name];
      if (server) pids[name] = server.pid;
    }
    const simulator = createSimulator({
      seed: 1,
      rate: PACE,
      startMs: historyEndMs,
      idPrefix: 'b',
      ...(await streamPeople(settings)),
    });
    const bench: Bench = { settings, services, pool, pids, url, simulator };
    const rows: Row[] = [];
    if (process.env.BENCH_ONLY !== 'rates') {
      await run(bench, 'warm', latencyRate, WARM_SECONDS, false);
      if (plan.posts) rows.push(await postDecisions(bench));
      const paced = await run(bench, 'paced', latencyRate, STEP_SECONDS, true);
      rows.push(
        {
          what: `at ${count(latencyRate)}/s: to the decision on its topic`,
          figure: spread(paced.decided, [0.5, 0.99, 0.999]),
          goal: goals.decided,
        },
        {
          what: '… to the row in PostgreSQL',
          figure: spread(paced.stored, [0.5, 0.99]),
          goal: goals.stored,
        },
        { what: '… to a WebSocket client', figure: spread(paced.shown, [0.5, 0.99]), goal: goals.shown },
        {
          what: '… CPU of a core',
          figure: perProcess(paced.cpu, (share) => `${(share * 100).toFixed(0)} %`),
        },
      );
    }
    for (const rate of plan.rates) {
      const pushed = await run(bench, `rate${rate}`, rate, STEP_SECONDS, false);
      const sent = (rate * STEP_SECONDS) / pushed.elapsedSeconds;
      rows.push(
        {
          what: `${count(rate)}/s asked for ${STEP_SECONDS} s: sent, left to decide and to store at the end, drained in`,
          figure:
            `${count(sent)}/s, ${count(pushed.decideLag)}, ${count(pushed.sinkLag)}, ` +
            `${pushed.drainSeconds.toFixed(1)} s; all stored at ${count((rate * STEP_SECONDS) / (pushed.elapsedSeconds + pushed.drainSeconds))}/s; ` +
            `${(100 * pushed.flaggedShare).toFixed(1)} % flagged`,
          goal: goals.sustained,
        },
        {
          what: '… CPU of a core',
          figure: perProcess(pushed.cpu, (share) => `${(share * 100).toFixed(0)} %`),
        },
        { what: '… memory', figure: perProcess(pushed.rss, (megabytes) => `${count(megabytes)} MB`) },
      );
    }
    rows.push(await redisBytes(settings));
    await pool.end();
    return rows;
  } finally {
    for (const process of processes) await process.stop();
    await services.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function redisBytes(settings: StreamSettings): Promise<Row> {
  const redis = await openRedis({ url: settings.redisUrl });
  let accounts = 0;
  let bytes = 0;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const key = `goshawk:{${partition}}:accounts`;
    accounts += Number(await redis.send(['HLEN', key]));
    bytes += Number(await redis.send(['MEMORY', 'USAGE', key, 'SAMPLES', '2000']));
  }
  await redis.close();
  return {
    what: `bytes of an account in Redis (${count(accounts)} accounts)`,
    figure: `${count(bytes / accounts)} bytes`,
    goal: '≤ 800',
  };
}
