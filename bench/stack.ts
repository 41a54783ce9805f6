// The distributed installation on this machine, load generator included, in open loop: every latency counts from
// when the transaction should have been sent.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Bench,
  type Deciders,
  prepareRecords,
  redisBytes,
  withInstallation,
  workers,
} from './installation.ts';
import { putLive } from './live-catalogue.ts';
import { run } from './open-loop.ts';
import { withAttributes } from './own-features.ts';
import { count, percentile, type Row } from './report.ts';

const WORKERS = Number(process.env.BENCH_WORKERS ?? 2);
const stepsOf = (text: string): number[] =>
  text
    .split(',')
    .map(Number)
    .filter((rate) => rate > 0);
const STEP_SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const POST_RATE = 500;
const WARM_SHARE = 0.25;
/** Compilers of seven processes are at work before that. */
const WARM_SECONDS = 30;

export type InstallationPlan = {
  readonly deciders: Deciders;
  readonly latencyRate: number;
  readonly rates: readonly number[];
  readonly posts: boolean;
  /** A catalogue document of the fields that bench/own-features.ts says; the program's own without. */
  readonly catalogue?: string;
  /** What is asked of the figures, in their order. */
  readonly goals: {
    readonly decided?: string;
    readonly stored?: string;
    readonly shown?: string;
    readonly sustained?: string;
  };
};

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
  const records = prepareRecords(bench, 'post', POST_RATE * STEP_SECONDS);
  const started = performance.now() + 100;
  const underway: Promise<void>[] = [];
  for (let i = 0; i < records.length; i++) {
    const dueMs = started + (i * 1000) / POST_RATE;
    while (performance.now() < dueMs) await sleep(1);
    const body = records.at(i).value;
    underway.push(
      new Promise((resolve, reject) => {
        const headers = { 'content-type': 'application/json', 'content-length': body.length };
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

/** `--catalogue FILE` measures with a catalogue of one's own: bench/own-features.json, say. */
function catalogueIn(options: readonly string[]): Pick<InstallationPlan, 'catalogue'> {
  if (options.length === 0) return {};
  const [option, catalogue] = options;
  if (options.length !== 2 || option !== '--catalogue')
    throw new Error(`stack knows --catalogue FILE, and not ${options.join(' ')}`);
  return { catalogue };
}

export const benchStack = (options: readonly string[] = []): Promise<Row[]> =>
  benchInstallation({
    ...catalogueIn(options),
    deciders: workers(WORKERS),
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
export const benchInstallation = (plan: InstallationPlan): Promise<Row[]> =>
  withInstallation(plan.deciders, async (installation) => {
    const { goals, latencyRate, catalogue } = plan;
    const rows: Row[] = [];
    await run(installation, 'warm', latencyRate, WARM_SECONDS, false);
    const bench: Bench = { ...installation, ...(catalogue !== undefined && { said: withAttributes }) };
    if (catalogue !== undefined) {
      const filled = await putLive(bench.url, catalogue);
      const warmed = latencyRate * WARM_SECONDS;
      rows.push({
        what: `${catalogue} filled from ${count(warmed)} transactions, until all workers decide by it`,
        figure: `${filled.toFixed(1)} s`,
      });
      // Histories that features read have something in them, and their code is compiled.
      await run(bench, 'own', latencyRate, WARM_SECONDS, false);
    }
    if (process.env.BENCH_ONLY !== 'rates') {
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
    rows.push(await redisBytes(bench.settings));
    return rows;
  });
