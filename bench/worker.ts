// The work of a worker without its servers: records decoded, decided, made into a commit and into messages.

import { createMemoryStateStore } from '../src/adapters/memory/state-store.ts';
import { shippedMoney } from '../src/domain/base-amount.ts';
import { sharedEventOf } from '../src/features/event.ts';
import { applySharedChanges, encodeSharedChanges } from '../src/features/shared-codec.ts';
import { STANDARD } from '../src/features/standard.ts';
import { createScorer } from '../src/models/model.ts';
import { systemClock } from '../src/ports/clock.ts';
import { NO_BASE } from '../src/ports/stream/history.ts';
import type { StreamRecord } from '../src/ports/stream/stream.ts';
import { compileRuleset } from '../src/rules/ruleset.ts';
import { STARTER_RULES } from '../src/rules/starter-rules.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { createPublisher } from '../src/stream/publisher.ts';
import { encodeTransaction } from '../src/stream/record-codec.ts';
import { startWorker } from '../src/stream/worker.ts';
import { trainFirstModel } from '../src/training/first-model.ts';
import { count, type Row } from './report.ts';

const TRANSACTIONS = 200_000;
const CHANGES = 1_000_000;
const CHANGES_OF_BATCH = 500;
/** Until then, code is compiled. */
const FIRST_CHANGES = 200_000;
/** The same model and people in every run. */
const START_MS = Date.UTC(2026, 0, 1);

export async function benchWorker(): Promise<Row[]> {
  const model = await trainFirstModel(STANDARD.createState(), {
    preset: 'default',
    seed: 1,
    endMs: START_MS,
    liveRate: 5000,
  });
  const inService = {
    catalogue: STANDARD,
    serving: { champion: createScorer(model, STANDARD) },
    ruleset: compileRuleset(STARTER_RULES, STANDARD),
  };
  const simulator = createSimulator({ seed: 2, rate: 5000, startMs: START_MS });
  const records = Array.from({ length: TRANSACTIONS }, (_, offset): StreamRecord => {
    const { key, value } = encodeTransaction(simulator.next().transaction);
    return {
      offset,
      timestampMs: Date.now(),
      key,
      value,
      headers: new Map([['kind', 'transaction']]),
    };
  });
  const done = Promise.withResolvers<void>();
  let next = 0;
  let published = 0;
  let flagged = 0;
  const started = process.cpuUsage();
  const worker = startWorker({
    store: createMemoryStateStore(),
    partitionOf: () => 0,
    source: {
      open: () => ({
        async take(max) {
          if (next >= TRANSACTIONS) await new Promise(() => undefined);
          next += max;
          return records.slice(next - max, next);
        },
        close: () => undefined,
      }),
    },
    money: shippedMoney,
    publisher: createPublisher({
      output: {
        claim: async () => ({ decisions: -1, 'dead-letters': -1 }),
        async append(_, messages) {
          published += messages.length;
          if (published === TRANSACTIONS) done.resolve();
        },
      },
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    }),
    clock: systemClock,
    monotonicMs: () => performance.now(),
    inService: () => inService,
    accountCacheBytes: 512 << 20,
    maxOutboxBytes: 16 << 20,
    decidedIdsKept: 250_000,
    history: { replay: async function* () {} },
    base: NO_BASE,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    partitions: 1,
    onFailure: done.reject,
    events: {
      onDecided(output) {
        flagged += output.decided.filter((item) => item.decision.outcome !== 'approve').length;
      },
    },
  });
  worker.assign([0]);
  await done.promise;
  const { user, system } = process.cpuUsage(started);
  return [
    {
      what: "a worker's work on a transaction, without its servers",
      figure: `${((user + system) / TRANSACTIONS).toFixed(1)} µs of CPU (${((100 * flagged) / TRANSACTIONS).toFixed(1)} % flagged), ${count((TRANSACTIONS * 1e6) / (user + system))}/s a core`,
    },
    benchSharedChanges(),
  ];
}

/** What a worker does besides: it follows what others decided in its copy of the histories that accounts share. */
function benchSharedChanges(): Row {
  const simulator = createSimulator({ seed: 1, rate: 50, startMs: START_MS, accounts: 1_000_000 });
  const batches = Array.from({ length: CHANGES / CHANGES_OF_BATCH }, () =>
    encodeSharedChanges(
      Array.from({ length: CHANGES_OF_BATCH }, () => ({
        kind: 'event',
        event: sharedEventOf(simulator.next().transaction),
      })),
    ),
  );
  const state = STANDARD.createState();
  const first = FIRST_CHANGES / CHANGES_OF_BATCH;
  for (const batch of batches.slice(0, first)) applySharedChanges(state, batch);
  const started = process.cpuUsage();
  for (const batch of batches.slice(first)) applySharedChanges(state, batch);
  const { user, system } = process.cpuUsage(started);
  return {
    what: "… and on another worker's: its change of the histories that accounts share",
    figure: `${((user + system) / (CHANGES - FIRST_CHANGES)).toFixed(1)} µs of CPU (a million accounts)`,
  };
}
