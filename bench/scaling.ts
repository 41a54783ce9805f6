// One worker against two on one set of partitions, with nobody storing or showing: how fast a backlog becomes decisions
// on their topic. Taken in turn, twice each.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { endOffsets } from '../src/adapters/kafka/offsets.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { prepareStream, streamPeople } from '../src/runtimes/stream-maintenance.ts';
import { streamSettings } from '../src/runtimes/stream-settings.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { startGoshawk } from '../src/stack/goshawk-process.ts';
import { startServices } from '../src/stack/services.ts';
import { encodeTransaction } from '../src/stream/record-codec.ts';
import { count, median, type Row } from './report.ts';

const PARTITIONS = 4;
const BACKLOG = 150_000;
const RECORDS_AT_ONCE = 1000;
const ROUNDS = 2;
const PACE = 1000;
const HISTORY_ENDS_MS_AGO = 3_600_000;
const READY_MS = 60_000;
/** Of a backlog, for compilers and caches. */
const WARM_SHARE = 0.3;

export async function benchScaling(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'goshawk-scaling-'));
  const services = await startServices({
    folder,
    logFolder: join(folder, 'logs'),
    env: process.env,
    onNotice: (message) => console.error(`  ${message}`),
  });
  try {
    const env = { ...services.env, KAFKA_PARTITIONS: String(PARTITIONS) };
    const settings = streamSettings(env);
    const endMs = Date.now() - HISTORY_ENDS_MS_AGO;
    await prepareStream(settings, { preset: 'default', seed: 1, endMs, liveRate: PACE });
    const simulator = createSimulator({
      seed: 1,
      rate: PACE,
      startMs: endMs,
      idPrefix: 'b',
      ...(await streamPeople(settings)),
    });
    const client = openKafkaClient(settings.kafka, 'bench');
    const producer = openRecordProducer(client, settings.topics.transactions);
    const published = async (): Promise<number> =>
      (await endOffsets(client, settings.topics.decisions)).reduce((sum, end) => sum + end, 0);

    /** Decisions a second of so many workers on a fresh backlog. */
    async function measure(workers: number, round: number): Promise<number> {
      for (let i = 0; i < BACKLOG; i += RECORDS_AT_ONCE) {
        const records = Array.from({ length: RECORDS_AT_ONCE }, () =>
          encodeTransaction(simulator.next().transaction),
        );
        await producer.append(records, READY_MS);
      }
      const before = await published();
      const processes = Array.from({ length: workers }, (_, i) =>
        startGoshawk({
          name: `worker-${i + 1}`,
          args: ['worker'],
          env,
          logFile: join(folder, 'logs', `${workers}-${round}-worker-${i + 1}.log`),
        }),
      );
      let warm: { atMs: number; done: number } | undefined;
      for (;;) {
        await sleep(50);
        const done = (await published()) - before;
        if (!warm && done >= WARM_SHARE * BACKLOG) warm = { atMs: performance.now(), done };
        if (!warm || done < BACKLOG) continue;
        const perSecond = (1000 * (done - warm.done)) / (performance.now() - warm.atMs);
        for (const process of processes) await process.stop();
        return perSecond;
      }
    }
    const one: number[] = [];
    const two: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      one.push(await measure(1, round));
      two.push(await measure(2, round));
    }
    await client.close();
    return [
      {
        what: 'two workers against one, to the decisions topic only',
        figure: `${count(median(two))}/s, ${(median(two) / median(one)).toFixed(2)}×`,
        baseline: `one: ${count(median(one))}/s`,
        goal: '≥ 1.6×',
      },
    ];
  } finally {
    await services.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
