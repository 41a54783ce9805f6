// One worker against two on one set of partitions, with nobody storing or showing: how fast a backlog becomes decisions
// on their topic. Taken in turn, twice each; once as they are, once with each worker held to a share of a core, so that on a
// small machine Kafka and Redis still have room when there are two.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openKafkaClient } from '../src/adapters/kafka/client.ts';
import { endOffsets } from '../src/adapters/kafka/offsets.ts';
import { openRecordProducer } from '../src/adapters/kafka/producer.ts';
import { streamSettings } from '../src/runtimes/stream-settings.ts';
import { startGoshawk } from '../src/stack/goshawk-process.ts';
import { startServices } from '../src/stack/services.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import { encodeTransaction } from '../src/stream/record-codec.ts';
import { holdToShare } from './cpu-quota.ts';
import { preparePeople } from './installation.ts';
import { count, median, type Row } from './report.ts';

const PARTITIONS = 4;
/** For each worker. */
const BACKLOG = 150_000;
const RECORDS_AT_ONCE = 1000;
const ROUNDS = 2;
const READY_MS = 60_000;
/** Of a backlog: before that compilers and caches are at work, after that some partitions may be done. */
const FROM_SHARE = 0.4;
const TO_SHARE = 0.85;
/** What a worker is held to. */
const CORE_SHARE = 0.35;

export async function benchScaling(): Promise<Row[]> {
  const folder = makeTemporaryFolder('scaling');
  const services = await startServices({
    folder,
    logFolder: join(folder, 'logs'),
    env: process.env,
    onNotice: (message) => console.error(`  ${message}`),
  });
  try {
    const env = { ...services.env, KAFKA_PARTITIONS: String(PARTITIONS) };
    const settings = streamSettings(env);
    const simulator = await preparePeople(settings);
    const client = openKafkaClient(settings.kafka, 'bench');
    const producer = openRecordProducer(client, settings.topics.transactions);
    const published = async (): Promise<number> =>
      (await endOffsets(client, settings.topics.decisions)).reduce((sum, end) => sum + end, 0);

    /** Decisions a second of so many workers on a fresh backlog. */
    async function measure(workers: number, name: string, share?: number): Promise<number | undefined> {
      const backlog = workers * BACKLOG;
      for (let i = 0; i < backlog; i += RECORDS_AT_ONCE) {
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
          logFile: join(folder, 'logs', `${name}-worker-${i + 1}.log`),
        }),
      );
      const quotas = share === undefined ? [] : processes.map(({ pid }) => holdToShare(pid, share));
      if (quotas.includes(undefined)) {
        for (const process of processes) await process.stop();
        return undefined;
      }
      let from: { atMs: number; done: number } | undefined;
      let perSecond: number | undefined;
      for (;;) {
        await sleep(50);
        const done = (await published()) - before;
        if (!from && done >= FROM_SHARE * backlog) from = { atMs: performance.now(), done };
        if (from && perSecond === undefined && done >= TO_SHARE * backlog)
          perSecond = (1000 * (done - from.done)) / (performance.now() - from.atMs);
        if (perSecond === undefined || done < backlog) continue;
        for (const process of processes) await process.stop();
        for (const quota of quotas) quota?.release();
        return perSecond;
      }
    }
    async function compare(what: string, share?: number): Promise<Row> {
      const one: number[] = [];
      const two: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const [single, pair] = [
          await measure(1, `${share}-1-${round}`, share),
          await measure(2, `${share}-2-${round}`, share),
        ];
        if (single === undefined || pair === undefined) {
          return { what, figure: 'not measured: control groups cannot be made here (root on Linux can)' };
        }
        one.push(single);
        two.push(pair);
      }
      return {
        what,
        figure: `${count(median(two))}/s, ${(median(two) / median(one)).toFixed(2)}×`,
        baseline: `one: ${count(median(one))}/s`,
        goal: '≥ 1.6×',
      };
    }
    const rows = [
      await compare('two workers against one, to the decisions topic only'),
      await compare(`… each worker held to ${CORE_SHARE * 100} % of a core`, CORE_SHARE),
    ];
    await client.close();
    return rows;
  } finally {
    await services.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
