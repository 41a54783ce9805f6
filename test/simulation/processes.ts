// The real workers and sinks on what is unreliable, each a process that can be killed and put to sleep.

import { shippedMoney } from '../../src/domain/base-amount.ts';
import { cataloguesOf } from '../../src/engine/stored-vectors.ts';
import type { Catalogue } from '../../src/features/catalogue.ts';
import { placeIn } from '../../src/features/place-in.ts';
import { STANDARD } from '../../src/features/standard.ts';
import type { ModelInfo, Scorer } from '../../src/models/model.ts';
import type { InService } from '../../src/ports/desk.ts';
import type { PastValues } from '../../src/ports/past-values.ts';
import { type DecidedHistory, type HistoryItem, NO_BASE } from '../../src/ports/stream/history.ts';
import type { SinkStore } from '../../src/ports/stream/sink-store.ts';
import type { StateStore } from '../../src/ports/stream/state-store.ts';
import type { OutputLog } from '../../src/ports/stream/stream.ts';
import { compileRuleset, type Ruleset } from '../../src/rules/ruleset.ts';
import { readMessage } from '../../src/stream/message-codec.ts';
import { createPublisher } from '../../src/stream/publisher.ts';
import { startSinks } from '../../src/stream/sinks.ts';
import { startSnapshotKeeper } from '../../src/stream/snapshot-keeper.ts';
import { ownStoresOf } from '../../src/stream/telling.ts';
import { type StreamWorker, startWorker } from '../../src/stream/worker.ts';
import { countingCatalogue } from '../counted-events.ts';
import { eventPoisonOf, poisonOf } from './faults.ts';
import { COMING, ownCatalogue, UNFINISHED } from './own-catalogue.ts';
import type { Collected } from './unreliable-database.ts';
import type { Process } from './virtual-time.ts';
import { PARTITIONS, partitionIn, START_MS, type World } from './world.ts';

const FALLBACK_AFTER_MS = 60;
/** How often a worker looks in the book. */
const LOOK_MS = 150;
/** And how often who fills looks. */
const KEEPER_LOOK_MS = 100;

/** Scores by what the account did before, so that a lost or doubled step of its history shows in the score. */
function accountScorer(catalogue: Catalogue): Scorer {
  const info: ModelInfo = {
    version: 'simulation',
    kind: 'random-forest',
    createdAt: new Date(START_MS).toISOString(),
    features: ['amount'],
    catalogueHash: 'simulation',
    seed: 0,
    parameters: {},
    trainingWindow: { source: 'simulation', from: '', until: '', rows: 0, frauds: 0 },
    thresholds: { review: 0.9, decline: 0.95 },
  };
  return {
    info,
    catalogue,
    failures: { count: 0, last: undefined },
    baseline: undefined,
    curve: undefined,
    input: undefined,
    knows: () => true,
    score: (_, vector) =>
      (vector[placeIn(STANDARD, 'account_tx_count_24h')] / 100 +
        vector[placeIn(STANDARD, 'account_amount_sum_24h')] / 1e6 +
        vector[placeIn(STANDARD, 'account_known_frauds_30d')] / 10) %
      1,
    vote: () => 0,
    baseVote: 0,
    contributions: () => new Float64Array(catalogue.size),
  };
}

/** Counts events, so that one that is lost or doubled shows in the scores of payments, and fails at some of them. */
const CATALOGUE = countingCatalogue((event) => eventPoisonOf(event) === 'deciding');
const OWN = ownCatalogue(CATALOGUE);
const RULES = compileRuleset([], STANDARD);
/** Rules with a fault that some transactions meet. */
const FAULTY_RULES: Ruleset = {
  ...RULES,
  evaluate(transaction, ...rest) {
    const poison = poisonOf(transaction);
    if (poison === 'deciding') throw new TypeError('undefined is not a function');
    const hits = RULES.evaluate(transaction, ...rest);
    if (poison !== 'sealing') return hits;
    return [...hits, { id: 'long', version: 1, action: 'tag', priority: 1, text: 'x'.repeat(1_000_000) }];
  },
};

/** What was published, as a worker reads it that takes a partition over. */
const historyFor = ({ outputs, callOver }: World, process: Process): DecidedHistory => ({
  async *replay(partition, fromOffset, toOffset) {
    const found = await callOver(process, async () =>
      outputs.decisions[partition].flatMap(({ value }): HistoryItem[] => {
        const message = value ? readMessage(value) : undefined;
        if (message?.kind === 'decision') {
          const { offset, transaction, receivedAtMs, vector, decision } = message.decided;
          const decidedBy = { catalogueHash: decision.catalogueHash, vector };
          return [{ kind: 'transaction', offset, transaction, receivedAtMs, decidedBy }];
        }
        if (message?.kind === 'event') {
          const { offset, event, receivedAtMs } = message.observed;
          return [{ kind: 'event', offset, event, receivedAtMs }];
        }
        return message?.kind === 'label' ? [message] : [];
      }),
    );
    for (const item of found) if (item.offset >= fromOffset && item.offset <= toOffset) yield [item];
  },
});

export type Running = {
  readonly process: Process;
  /** Whether what it decides by is what the book says. */
  isCurrent(): boolean;
  /** Partitions that it decides, and how far they are published. */
  decides(): readonly (readonly [partition: number, publishedOffset: number])[];
  stop(): void;
  assign(partitions: readonly number[]): void;
};

/** What decides in a worker: looked up in the book, as real ones do. */
function serviceOf({ book, faults }: World) {
  const serviceBy = (catalogue: Catalogue): InService => ({
    catalogue,
    serving: { champion: accountScorer(catalogue) },
    ruleset: FAULTY_RULES,
  });
  const wanted = (): Catalogue => (book.state === 'live' ? OWN : CATALOGUE);
  let current = serviceBy(wanted());
  /** What this process has seen of the book. */
  let seen = book.state;
  const look = async (): Promise<void> => {
    seen = book.state;
  };
  return {
    parts: {
      inService: () => current,
      alsoTold: () =>
        seen === 'draft' ||
        current.catalogue === OWN ||
        faults.sabotage === 'no telling of a coming catalogue'
          ? []
          : [OWN],
      lookAgain: look,
    },
    isCurrent: () => current.catalogue === wanted(),
    watch({ time }: World, process: Process, worker: StreamWorker): void {
      void (async () => {
        for (;;) {
          await time.sleep(process, LOOK_MS);
          await look();
          const next = wanted();
          if (next === current.catalogue) continue;
          await worker
            .change(next, () => {
              current = serviceBy(next);
            })
            .catch(() => undefined);
        }
      })();
    },
  };
}

/** Values for the past over a network that fails. */
function valuesOver({ values, callOver }: World, process: Process): PastValues {
  return {
    begin: (...about) => callOver(process, () => values.begin(...about)),
    add: (...about) => callOver(process, () => values.add(...about)),
    finish: (version) => callOver(process, () => values.finish(version)),
    unfinished: () => callOver(process, values.unfinished),
    reached: (version) => callOver(process, () => values.reached(version)),
    drop: (version) => callOver(process, () => values.drop(version)),
    of: (places) => callOver(process, () => values.of(places)),
  };
}

/** What keeps snapshots, and fills what comes. */
export function startKeeperProcess(
  world: World,
  storeFor: (process: Process) => StateStore,
  decidedTo: () => ReadonlyMap<number, number> | undefined,
): Running {
  const { time, book } = world;
  const process: Process = { alive: true, pausedUntilMs: 0 };
  const values = valuesOver(world, process);
  const keeper = startSnapshotKeeper({
    store: storeFor(process),
    base: NO_BASE,
    partitions: PARTITIONS,
    monotonicMs: time.nowMs,
    sleep: (ms) => time.sleep(process, ms),
    lookMs: KEEPER_LOOK_MS,
    onTrouble: () => undefined,
    history: historyFor(world, process),
    values,
    catalogues: cataloguesOf(() => [STANDARD, OWN]),
    decidedTo: async () => decidedTo(),
    async wanted() {
      const { state } = book;
      const isUnfinished = state === 'live' && (await values.unfinished()).length > 0;
      return {
        stores: state === 'live' ? ownStoresOf(OWN) : new Set(),
        coming: state === 'filling' ? COMING : undefined,
        unfinished: isUnfinished ? UNFINISHED : undefined,
      };
    },
    async onFilled() {
      await time.moment(process);
      if (book.state === 'filling') book.state = 'live';
    },
  });
  return {
    process,
    isCurrent: () => true,
    decides: () => [],
    assign: () => undefined,
    stop: () => void keeper.stop(),
  };
}

export function startWorkerProcess(
  world: World,
  storeFor: (process: Process) => StateStore,
  outputFor: (process: Process) => OutputLog,
): Running {
  const { seed, faults, time, log, inputOver } = world;
  const process: Process = { alive: true, pausedUntilMs: 0 };
  const sleep = (ms: number): Promise<void> => time.sleep(process, ms);
  const store = storeFor(process);
  const publisher = createPublisher({ output: outputFor(process), sleep });
  const service = serviceOf(world);
  const worker = startWorker({
    store,
    source: { open: (partition, fromOffset) => inputOver(process, log[partition], fromOffset) },
    publisher,
    clock: { nowMs: time.nowMs },
    monotonicMs: time.nowMs,
    ...service.parts,
    money: shippedMoney,
    // In every other world accounts are let go of with each batch: a chunk of a table is more than half of it.
    accountCacheBytes: seed % 2 === 0 ? 400 << 10 : 1 << 20,
    decidedIdsKept: 1000,
    maxOutboxBytes: 4000,
    ...(faults.away && { fallbackAfterMs: FALLBACK_AFTER_MS }),
    base: NO_BASE,
    history: historyFor(world, process),
    sleep,
    events: {},
    partitions: PARTITIONS,
    partitionOf: partitionIn,
    catchUpMs: 200,
    onFailure: (error) => {
      throw error;
    },
  });
  service.watch(world, process, worker);
  return {
    process,
    isCurrent: service.isCurrent,
    decides: () =>
      worker
        .status()
        .filter(({ decides }) => decides)
        .map(({ partition, publishedOffset }) => [partition, publishedOffset] as const),
    assign: (partitions) => worker.assign(partitions),
    stop: () => void worker.stop(),
  };
}

export function startSinkProcess(
  { time, outputs, inputOver }: World,
  storeFor: (process: Process) => SinkStore<Collected>,
): Running {
  const process: Process = { alive: true, pausedUntilMs: 0 };
  const all = startSinks(
    (output, partition) => ({
      output,
      partition,
      store: storeFor(process),
      open: (of, number, from) => inputOver(process, outputs[of][number], from),
      sleep: (ms) => time.sleep(process, ms),
    }),
    (error) => {
      throw error;
    },
  );
  all.assign([...Array(PARTITIONS).keys()]);
  return {
    process,
    isCurrent: () => true,
    decides: () => [],
    assign: () => undefined,
    stop: () => void all.stop(),
  };
}
