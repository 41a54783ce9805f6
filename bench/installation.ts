// An installation for benchmarks: servers and processes of our own, started, measured and taken down.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';
import type { Pool } from 'pg';
import { openPostgres } from '../src/adapters/postgres/session.ts';
import { openRedis } from '../src/adapters/redis/connection.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { prepareStream, streamPeople } from '../src/runtimes/stream-maintenance.ts';
import { type StreamSettings, streamSettings } from '../src/runtimes/stream-settings.ts';
import { createSimulator, type Simulator } from '../src/simulator/simulator.ts';
import { type GoshawkProcess, startGoshawk } from '../src/stack/goshawk-process.ts';
import { type Services, startServices } from '../src/stack/services.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import { type EncodedRecord, encodeTransaction } from '../src/stream/record-codec.ts';
import { count, type Row } from './report.ts';

const PARTITIONS = 4;
/** Transactions a second that the simulated people make, a million of them; they are sent as fast as a step asks. */
const PACE = 50;
/** Room for seven million transactions until the simulated time would run ahead of the clock. */
const HISTORY_ENDS_MS_AGO = 40 * 3_600_000;
/** It ends at the same hour of the same weekday in every run: hour and weekday show in what the model learns and flags. */
const WEEK_MS = 7 * 86_400_000;
const READY_MS = 60_000;

/** The commands of the processes that decide, by name. */
export type Deciders = Readonly<Record<string, readonly string[]>>;

export const workers = (count: number): Deciders =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`worker-${i + 1}`, ['worker']] as const));

export type Bench = {
  readonly settings: StreamSettings;
  readonly services: Services;
  readonly pool: Pool;
  readonly pids: Record<string, number>;
  readonly url: string;
  /** The same people all along: what they do goes on where the run before has ended. */
  readonly simulator: Simulator;
  /** What a bank says beside it, where anything. */
  readonly said?: (transaction: Transaction) => Transaction;
};

/** What one of the simulated people does next. */
export function nextRecord({ simulator, said }: Bench, id: string): EncodedRecord {
  const transaction = { ...simulator.next().transaction, id };
  return encodeTransaction(said ? said(transaction) : transaction);
}

export type PreparedRecords = {
  readonly length: number;
  at(i: number): EncodedRecord;
  slice(from: number, to: number): EncodedRecord[];
};

const PIECE_BYTES = 16 << 20;

/**
 * Transactions ready to be sent, so that making them costs the machine nothing while it is measured. They are kept
 * outside the heap: as a million objects, the collector would walk through them all the while.
 */
export function prepareRecords(bench: Bench, name: string, length: number): PreparedRecords {
  const pieces: Buffer[] = [];
  const pieceOf = new Uint16Array(length);
  const starts = new Uint32Array(length);
  const keyBytes = new Uint16Array(length);
  const valueBytes = new Uint16Array(length);
  let at = PIECE_BYTES;
  for (let i = 0; i < length; i++) {
    const { key, value } = nextRecord(bench, `${name}-${i}`);
    keyBytes[i] = key.length;
    valueBytes[i] = value.length;
    if (at + keyBytes[i] + valueBytes[i] > PIECE_BYTES) {
      pieces.push(Buffer.allocUnsafe(PIECE_BYTES));
      at = 0;
    }
    const piece = pieces[pieces.length - 1];
    pieceOf[i] = pieces.length - 1;
    starts[i] = at;
    piece.set(key, at);
    piece.set(value, at + key.length);
    at += key.length + value.length;
  }
  const recordAt = (i: number): EncodedRecord => {
    const piece = pieces[pieceOf[i]];
    const middle = starts[i] + keyBytes[i];
    return {
      key: piece.subarray(starts[i], middle),
      value: piece.subarray(middle, middle + valueBytes[i]),
      kind: 'transaction',
    };
  };
  return {
    length,
    at: recordAt,
    slice: (from, to) => Array.from({ length: to - from }, (_, i) => recordAt(from + i)),
  };
}

/** Makes what a stream needs, and the people who go on where its history ends. */
export async function preparePeople(settings: StreamSettings): Promise<Simulator> {
  const endMs = Math.floor((Date.now() - HISTORY_ENDS_MS_AGO) / WEEK_MS) * WEEK_MS;
  await prepareStream(settings, { preset: 'default', seed: 1, endMs, liveRate: PACE });
  const people = await streamPeople(settings);
  return createSimulator({ seed: 1, rate: PACE, startMs: endMs, idPrefix: 'b', ...people });
}

/**
 * Broker and database note when something was appended and committed: read afterwards, so that looking on costs the machine
 * nothing while it is measured.
 */
async function keepTimes(services: Services, settings: StreamSettings): Promise<void> {
  const admin = new Admin({ clientId: 'bench', bootstrapBrokers: [...settings.kafka.brokers] });
  await admin.incrementalAlterConfigs({
    resources: [
      {
        resourceType: ConfigResourceTypes.TOPIC,
        resourceName: settings.topics.decisions,
        configs: [
          {
            name: 'message.timestamp.type',
            configOperation: IncrementalAlterConfigOperationTypes.SET,
            value: 'LogAppendTime',
          },
        ],
      },
    ],
  });
  await admin.close();
  const { pool } = await openPostgres({ url: settings.databaseUrl, connections: 1 });
  await pool.query('alter system set track_commit_timestamp = on');
  await pool.end();
  // One that the environment names must have been told so before.
  if (!services.postgres) return;
  await services.postgres.stop();
  await services.restart('postgres');
}

/** Starts everything, with a sink and a server besides, runs `measure`, and takes it all down. */
export async function withInstallation<T>(
  deciders: Deciders,
  measure: (bench: Bench) => Promise<T>,
): Promise<T> {
  const folder = makeTemporaryFolder('bench');
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
    const simulator = await preparePeople(settings);
    await keepTimes(services, settings);
    const start = (name: string, args: readonly string[]): GoshawkProcess => {
      const started = startGoshawk({ name, args, env, logFile: join(folder, 'logs', `${name}.log`) });
      processes.push(started);
      return started;
    };
    for (const [name, command] of Object.entries(deciders))
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
    const bench: Bench = { settings, services, pool, pids, url, simulator };
    const result = await measure(bench);
    await pool.end();
    return result;
  } finally {
    for (const process of processes) await process.stop();
    await services.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

export async function redisBytes(settings: StreamSettings): Promise<Row> {
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
