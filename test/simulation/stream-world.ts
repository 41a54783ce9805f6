// The distributed runtime in one process under virtual time: a log, a state store, outputs and a database that are
// real in what they promise and unreliable in everything else, and the real workers and sinks on top of them.
import { createMemoryStateStore } from '../../src/adapters/memory/state-store.ts';
import { shippedMoney } from '../../src/domain/base-amount.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { Decided } from '../../src/engine/process-batch.ts';
import { FEATURE_COUNT, INDEX } from '../../src/features/catalogue.ts';
import type { ModelInfo, Scorer } from '../../src/models/model.ts';
import type { DeadLetterEntry } from '../../src/ports/office/dead-letters.ts';
import { type HistoryItem, NO_BASE } from '../../src/ports/stream/history.ts';
import {
  type Collector,
  NO_PROGRESS,
  type SinkBatch,
  type SinkProgress,
  type SinkStore,
} from '../../src/ports/stream/sink-store.ts';
import { FencedError, type StateStore } from '../../src/ports/stream/state-store.ts';
import type { Output, OutputLog, PartitionInput, StreamRecord } from '../../src/ports/stream/stream.ts';
import { compileRuleset, type Ruleset } from '../../src/rules/ruleset.ts';
import { readMessage, sourceOffsetOf } from '../../src/stream/message-codec.ts';
import { createPublisher } from '../../src/stream/publisher.ts';
import { encodeLabel, encodeTransaction, HEADERS } from '../../src/stream/record-codec.ts';
import { startSinks } from '../../src/stream/sinks.ts';
import { startWorker } from '../../src/stream/worker.ts';
import { createVirtualTime, type Process } from './virtual-time.ts';

export const PARTITIONS = 2;
const START_MS = Date.UTC(2026, 0, 5, 12);
const TRANSACTIONS = 16;
const ACCOUNTS = 4;
const BUSY_MS = 1000;
const LONGEST_SLEEP_MS = 2000;
const SLOWEST_FLUSH_MS = 600;
const STEP_MS = 500;
const FALLBACK_AFTER_MS = 60;
/** A run that has not settled by then has lost something. */
const LIMIT_MS = 60_000;

type Collected = Collector & {
  readonly decisions: readonly Decided[];
  readonly letters: readonly DeadLetterEntry[];
};

function collect(): Collected {
  const decisions: Decided[] = [];
  const letters: DeadLetterEntry[] = [];
  return {
    decisions,
    letters,
    decided: (item) => decisions.push(item),
    labelled: () => undefined,
    deadLetter: (entry) => letters.push(entry),
  };
}

/** Where a poisoned transaction makes the program fail, told by its city; `sealing` has a decision too large to publish. */
const POISONS = ['deciding', 'sealing', 'storing'] as const;
type Poison = (typeof POISONS)[number];
const poisonOf = ({ city }: Transaction): Poison | undefined => POISONS.find((poison) => poison === city);
const NOT_OF_THIS_PROGRAM = Buffer.from('{"kind":"decision","offset":"seventeen"');

/** What is broken on purpose, so that the simulation can prove that it would notice. */
export type Sabotage =
  | 'none'
  | 'no fence'
  | 'no fence before reading'
  | 'no wait for the outputs'
  | 'no look at the end of the outputs'
  | 'no look at the progress'
  | 'no claim'
  | 'no ids'
  | 'no quarantine'
  | 'a quarantine that loses a neighbour'
  | 'a quarantine of the machine’s faults';

export type Faults = {
  /** Workers are killed and started again. */
  readonly kills: boolean;
  /** Workers sleep past the loss of their partitions and wake up late. */
  readonly pauses: boolean;
  /** Answers get lost and calls fail. */
  readonly errors: boolean;
  /** The state store comes back empty, once. */
  readonly loss: boolean;
  /** The state store is away for a while, or hangs; decisions go on without it. */
  readonly away: boolean;
  /** The database dies and forgets what it had not flushed. */
  readonly forgets: boolean;
  /** Which records come that the program fails at: none, all kinds, or only those that are decided and cannot be stored. */
  readonly poison: 'none' | 'all' | 'storing';
  readonly sabotage: Sabotage;
};

export type Outcome = {
  readonly accepted: readonly string[];
  readonly deadLetters: number;
  /** Per transaction id: what the decisions output holds, and what the database holds. */
  readonly published: ReadonlyMap<string, number>;
  readonly stored: ReadonlyMap<string, Decided>;
  readonly storedDeadLetters: number;
  /** Poisoned transactions, and what the database holds of the quarantine, by transaction. */
  readonly poisoned: ReadonlyMap<string, Poison>;
  readonly quarantined: ReadonlyMap<string, DeadLetterEntry>;
  /** Rows that the database was given twice. */
  readonly storedTwice: number;
};

/** Scores by what the account did before, so that a lost or doubled step of its history shows in the score. */
function accountScorer(): Scorer {
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
    failures: { count: 0, last: undefined },
    baseline: undefined,
    input: undefined,
    knows: () => true,
    score: (_, vector) =>
      (vector[INDEX.account_tx_count_24h] / 100 +
        vector[INDEX.account_amount_sum_24h] / 1e6 +
        vector[INDEX.account_known_frauds_30d] / 10) %
      1,
    vote: () => 0,
    baseVote: 0,
    contributions: () => new Float64Array(FEATURE_COUNT),
  };
}

const RULES = compileRuleset([]);
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

export async function simulate(seed: number, faults: Faults): Promise<Outcome> {
  const random = createRandom(seed, 1);
  /** What comes in is the same with and without faults. */
  const input = createRandom(seed, 2);
  const time = createVirtualTime(random, START_MS);
  const world: Process = { alive: true, pausedUntilMs: 0 };
  const chance = (share: number): boolean => random.next() < share;
  const between = (low: number, high: number): number => low + random.next() * (high - low);
  const trouble = (): boolean => faults.errors && time.nowMs() < START_MS + BUSY_MS && chance(0.06);

  /** A call over the network: it may fail before or after it was carried out. */
  async function callOver<T>(process: Process, work: () => Promise<T>): Promise<T> {
    await time.moment(process);
    if (trouble()) throw new Error('connection reset');
    const answer = await work();
    await time.moment(process);
    if (trouble()) throw new Error('connection reset, the answer is lost');
    return answer;
  }

  const log: StreamRecord[][] = Array.from({ length: PARTITIONS }, () => []);
  const outputs: Record<Output, StreamRecord[][]> = {
    decisions: Array.from({ length: PARTITIONS }, () => []),
    'dead-letters': Array.from({ length: PARTITIONS }, () => []),
  };

  /** Inputs at the end of what there is. */
  const waiting: { process: Process; wake(): void }[] = [];
  function arrived(): void {
    for (const { process, wake } of waiting.splice(0)) void time.sleep(process, 1).then(wake);
  }

  function inputOver(process: Process, records: readonly StreamRecord[], fromOffset: number): PartitionInput {
    let next = fromOffset;
    let closed = false;
    return {
      async take(max) {
        for (;;) {
          await time.moment(process);
          if (closed) return [];
          const found = records.slice(next, next + Math.min(max, 1 + Math.floor(random.next() * 4)));
          if (found.length > 0) {
            next += found.length;
            return found;
          }
          await new Promise<void>((wake) => waiting.push({ process, wake }));
        }
      },
      close() {
        closed = true;
        arrived();
      },
    };
  }

  const memory = createMemoryStateStore();
  const awayFromMs = faults.away ? START_MS + between(0, BUSY_MS / 2) : Number.POSITIVE_INFINITY;
  const awayUntilMs = awayFromMs + between(200, BUSY_MS);
  const hangs = chance(0.3);

  function stateStoreFor(process: Process): StateStore {
    const { sabotage } = faults;
    const call = <T>(caller: Process, work: () => Promise<T>): Promise<T> =>
      callOver(caller, async () => {
        if (time.nowMs() >= awayFromMs && time.nowMs() < awayUntilMs) {
          if (!hangs) throw new Error('connection refused');
          await time.sleep(caller, awayUntilMs - time.nowMs());
        }
        return work();
      });
    return {
      acquire: (partition) =>
        call(process, async () => {
          const head = await memory.acquire(partition);
          return {
            ...head,
            ...(sabotage === 'no ids' && { decidedIds: [] }),
          };
        }),
      accounts: (partition, epoch, ids) =>
        call(process, async () =>
          sabotage === 'no fence before reading'
            ? memory.peek(partition, ids)
            : memory.accounts(partition, epoch, ids),
        ),
      labels: (...asked) => call(process, () => memory.labels(...asked)),
      commit: (commit) =>
        call(process, async () => {
          if (sabotage !== 'no fence') return memory.commit(commit);
          memory.force(commit);
        }),
      sharedAfter: (offsets, max) => call(process, () => memory.sharedAfter(offsets, max)),
      sharedSnapshot: () => call(process, () => memory.sharedSnapshot()),
      keepSnapshot: (snapshot) => call(process, () => memory.keepSnapshot(snapshot)),
      snapshotState: (partitions) => call(process, () => memory.snapshotState(partitions)),
    };
  }

  let claimNumber = 0;
  const claimedBy = new Map<number, number>();
  function outputFor(process: Process): OutputLog {
    const mine = new Map<number, number>();
    return {
      claim: (partition) =>
        callOver(process, async () => {
          claimedBy.set(partition, ++claimNumber);
          mine.set(partition, claimNumber);
          if (faults.sabotage === 'no look at the end of the outputs') {
            return { decisions: -1, 'dead-letters': -1 };
          }
          const last = (output: Output): number => {
            const told = outputs[output][partition].flatMap(
              ({ value }) => (value && sourceOffsetOf(value)) ?? [],
            );
            return told.at(-1) ?? -1;
          };
          return { decisions: last('decisions'), 'dead-letters': last('dead-letters') };
        }),
      append: (partition, messages) => {
        const number = mine.get(partition);
        const done = callOver(process, async () => {
          if (claimedBy.get(partition) !== number && faults.sabotage !== 'no claim') {
            throw new FencedError('claimed by another');
          }
          for (const { output, value } of messages) {
            const topic = outputs[output][partition];
            topic.push(record(topic.length, Buffer.alloc(0), value, new Map()));
          }
          arrived();
        });
        if (faults.sabotage !== 'no wait for the outputs') return done;
        done.catch(() => undefined);
        return Promise.resolve();
      },
    };
  }

  const record = (
    offset: number,
    key: Uint8Array,
    value: Uint8Array,
    headers: ReadonlyMap<string, string>,
  ): StreamRecord => ({ offset, timestampMs: time.nowMs(), key, value, headers });

  type Running = { readonly process: Process; stop(): void; assign(partitions: readonly number[]): void };

  function startProcess(): Running {
    const process: Process = { alive: true, pausedUntilMs: 0 };
    const sleep = (ms: number): Promise<void> => time.sleep(process, ms);
    const store = stateStoreFor(process);
    const publisher = createPublisher({ output: outputFor(process), sleep });
    const serving = { champion: accountScorer() };
    const worker = startWorker({
      store,
      source: { open: (partition, fromOffset) => inputOver(process, log[partition], fromOffset) },
      publisher,
      clock: { nowMs: time.nowMs },
      monotonicMs: time.nowMs,
      inService: () => ({ serving, ruleset: FAULTY_RULES }),
      money: shippedMoney,
      // In every other world accounts are let go of with each batch: a chunk of a table is more than half of it.
      accountCacheBytes: seed % 2 === 0 ? 400 << 10 : 1 << 20,
      decidedIdsKept: 1000,
      maxOutboxBytes: 4000,
      ...(faults.away && { fallbackAfterMs: FALLBACK_AFTER_MS }),
      base: NO_BASE,
      history: {
        async *replay(partition, fromOffset, toOffset) {
          const found = await callOver(process, async () =>
            outputs.decisions[partition].flatMap(({ value }): HistoryItem[] => {
              const message = value ? readMessage(value) : undefined;
              if (message?.kind === 'decision') {
                const { offset, transaction } = message.decided;
                return [{ kind: 'transaction', offset, transaction }];
              }
              return message?.kind === 'label' ? [message] : [];
            }),
          );
          for (const item of found) if (item.offset >= fromOffset && item.offset <= toOffset) yield [item];
        },
      },
      sleep,
      events: {},
      partitions: PARTITIONS,
      catchUpMs: 200,
      onFailure: (error) => {
        throw error;
      },
    });
    return {
      process,
      assign: (partitions) => worker.assign(partitions),
      stop: () => void worker.stop(),
    };
  }

  type Database = {
    readonly stored: ReadonlyMap<string, Decided>;
    readonly progress: ReadonlyMap<string, SinkProgress>;
    readonly deadLetters: number;
    readonly quarantined: ReadonlyMap<string, DeadLetterEntry>;
  };
  let database: Database = {
    stored: new Map(),
    progress: new Map(),
    deadLetters: 0,
    quarantined: new Map(),
  };
  let onDisk = database;
  let storedTwice = 0;
  async function flushNowAndThen(): Promise<void> {
    for (;;) {
      await time.sleep(world, between(0, SLOWEST_FLUSH_MS));
      onDisk = database;
    }
  }

  const holdsPoison = ({ decisions }: Collected): boolean =>
    decisions.some(({ transaction }) => poisonOf(transaction) === 'storing');
  const losesNeighbours = (collected: Collected): boolean =>
    faults.sabotage === 'a quarantine that loses a neighbour' &&
    collected.decisions.length <= 2 &&
    holdsPoison(collected);

  /** What the database says of batches whose content it does not take. */
  function refused(batches: readonly SinkBatch<Collected>[]): Error | undefined {
    const error = new Error('bigint out of range');
    const ofRecord = Object.assign(error, { code: '22003' });
    if (faults.sabotage === 'a quarantine of the machine’s faults' && trouble()) return ofRecord;
    if (!batches.some(({ collected }) => holdsPoison(collected) && !losesNeighbours(collected)))
      return undefined;
    // As if nobody knew whose fault it is.
    return faults.sabotage === 'no quarantine' ? new Error('bigint out of range') : ofRecord;
  }

  function sinkStore(process: Process): SinkStore<Collected> {
    const believed = new Map<string, SinkProgress>();
    const progressOf = (key: string): SinkProgress => database.progress.get(key) ?? NO_PROGRESS;
    return {
      progress: (output, partition) =>
        callOver(process, async () => {
          const key = `${output} ${partition}`;
          if (faults.sabotage !== 'no look at the progress') return progressOf(key);
          return believed.get(key) ?? progressOf(key);
        }),
      collect,
      store: (batches) =>
        callOver(process, async () => {
          const stored = new Map(database.stored);
          const progress = new Map(database.progress);
          const quarantined = new Map(database.quarantined);
          const refusal = refused(batches);
          if (refusal) throw refusal;
          for (const { output, partition, before, after, collected } of batches) {
            const key = `${output} ${partition}`;
            if (progressOf(key).nextOffset !== before.nextOffset)
              throw new FencedError('another sink was here');
            progress.set(key, after);
            believed.set(key, after);
            for (const entry of collected.letters) {
              const subject = entry.quarantine?.subject;
              if (subject) quarantined.set(subject.transactionId, entry);
            }
            for (const item of losesNeighbours(collected) ? [] : collected.decisions) {
              if (stored.has(item.transaction.id)) storedTwice++;
              stored.set(item.transaction.id, item);
            }
          }
          const unnamed = batches.flatMap(({ collected }) =>
            collected.letters.filter(({ quarantine }) => !quarantine?.subject),
          );
          database = { stored, progress, deadLetters: database.deadLetters + unnamed.length, quarantined };
        }),
    };
  }

  function startSinkProcess(): Running {
    const process: Process = { alive: true, pausedUntilMs: 0 };
    const all = startSinks(
      (output, partition) => ({
        output,
        partition,
        store: sinkStore(process),
        open: (of, number, from) => inputOver(process, outputs[of][number], from),
        sleep: (ms) => time.sleep(process, ms),
      }),
      (error) => {
        throw error;
      },
    );
    all.assign([...Array(PARTITIONS).keys()]);
    return { process, assign: () => undefined, stop: () => void all.stop() };
  }

  const accepted: string[] = [];
  let deadLetters = 0;
  const poisoned = new Map<string, Poison>();
  /** Drawn by itself: what comes beside it is the same with poison and without. */
  const venom = createRandom(seed, 3);
  function poisonAfter(
    transaction: Transaction,
    append: (encoded: ReturnType<typeof encodeTransaction>) => void,
  ): void {
    const poison = POISONS[Math.floor(venom.next() * POISONS.length)];
    const wanted = venom.next() < 0.25;
    const again = venom.next() < 0.4;
    if (!wanted || faults.poison === 'none' || (faults.poison === 'storing' && poison !== 'storing')) return;
    const id = `poison-${transaction.id}`;
    const encoded = encodeTransaction({ ...transaction, id, city: poison });
    poisoned.set(id, poison);
    append(encoded);
    if (again) append(encoded);
  }
  const inputChance = (share: number): boolean => input.next() < share;
  const inputBetween = (low: number, high: number): number => low + input.next() * (high - low);
  let produced = false;
  async function produce(): Promise<void> {
    for (let i = 0; i < TRANSACTIONS; i++) {
      await time.sleep(world, inputBetween(0, (1.5 * BUSY_MS) / TRANSACTIONS));
      const account = Math.floor(input.next() * ACCOUNTS);
      const transaction: Transaction = {
        id: `t${i}`,
        accountId: `a${account}`,
        occurredAtMs: START_MS - 3_600_000 + i * 60_000,
        amountMinor: 100 + Math.floor(input.next() * 10_000),
        currency: 'EUR',
        type: 'purchase',
        merchant: { id: `m${i % 3}` },
        deviceId: `d${account % 2}`,
      };
      const partition = account % PARTITIONS;
      const append = (key: Uint8Array, value: Uint8Array, kind: string): void => {
        const headers = new Map([[HEADERS.kind, kind]]);
        log[partition].push(record(log[partition].length, key, value, headers));
        arrived();
      };
      poisonAfter(transaction, (encoded) => append(encoded.key, encoded.value, 'transaction'));
      const encoded = encodeTransaction(transaction);
      append(encoded.key, encoded.value, 'transaction');
      accepted.push(transaction.id);
      // A producer that had no answer sends again, now or later.
      if (inputChance(0.15)) append(encoded.key, encoded.value, 'transaction');
      if (inputChance(0.1)) {
        setLater(inputBetween(10, 800), () => append(encoded.key, encoded.value, 'transaction'));
      }
      if (inputChance(0.1)) {
        append(Buffer.from('x'), Buffer.from('{"not a transaction"'), 'transaction');
        deadLetters++;
      }
      if (inputChance(0.2)) {
        const label = encodeLabel({
          transactionId: transaction.id,
          fraud: inputChance(0.7),
          source: 'customer',
          labelledAtMs: START_MS,
          accountId: transaction.accountId,
          occurredAtMs: transaction.occurredAtMs,
          merchantId: `m${i % 3}`,
        });
        append(label.key, label.value, 'label');
      }
    }
    await time.sleep(world, 1000);
    produced = true;
  }

  function setLater(ms: number, work: () => void): void {
    void time.sleep(world, ms).then(work);
  }

  const workers: Running[] = [startProcess(), startProcess()];
  let sinks = startSinkProcess();
  const shareOut = (): void => {
    const awake = workers.filter(({ process }) => process.alive && process.pausedUntilMs <= time.nowMs());
    workers.forEach((worker) => {
      const mine = awake.indexOf(worker);
      // A sleeping worker keeps believing what it was told last.
      if (mine < 0) return;
      worker.assign([...Array(PARTITIONS).keys()].filter((partition) => partition % awake.length === mine));
    });
  };
  shareOut();

  let undisturbed = false;
  async function disturb(): Promise<void> {
    let lossAtMs = faults.loss ? START_MS + between(0, BUSY_MS) : Number.POSITIVE_INFINITY;
    while (time.nowMs() < START_MS + BUSY_MS) {
      if (time.nowMs() > lossAtMs) {
        memory.loseEverything();
        lossAtMs = Number.POSITIVE_INFINITY;
      }
      await time.sleep(world, between(20, 300));
      const victim = Math.floor(random.next() * workers.length);
      if (faults.kills && chance(0.4)) {
        workers[victim].process.alive = false;
        shareOut();
        await time.sleep(world, between(0, 100));
        workers[victim] = startProcess();
      } else if (faults.pauses && chance(0.4)) {
        workers[victim].process.pausedUntilMs = time.nowMs() + between(50, LONGEST_SLEEP_MS);
        // The group notices only after a while.
        await time.sleep(world, between(10, 200));
      } else if (chance(0.3)) {
        // Assignments swap while both are at work.
        workers.reverse();
      }
      if (faults.forgets && chance(0.2)) database = onDisk;
      if (faults.poison === 'all' && chance(0.2)) {
        const topic = outputs.decisions[Math.floor(random.next() * PARTITIONS)];
        topic.push(record(topic.length, Buffer.alloc(0), NOT_OF_THIS_PROGRAM, new Map()));
        deadLetters++;
        arrived();
      }
      if (faults.kills && chance(0.2)) {
        sinks.process.alive = false;
        sinks = startSinkProcess();
      }
      shareOut();
    }
    if (faults.loss) memory.loseEverything();
    if (faults.forgets) database = onDisk;
    await time.sleep(world, LONGEST_SLEEP_MS);
    shareOut();
    await time.sleep(world, 1000);
    undisturbed = true;
  }

  void produce();
  void disturb();
  if (faults.forgets) void flushNowAndThen();
  const settled = (): boolean =>
    produced &&
    undisturbed &&
    database.stored.size >= accepted.length &&
    database.deadLetters >= deadLetters &&
    database.quarantined.size >= poisoned.size;
  while (!settled() && time.nowMs() < START_MS + LIMIT_MS) await time.run(time.nowMs() + STEP_MS);
  for (const { process } of [...workers, sinks]) process.alive = false;
  world.alive = false;

  const published = new Map<string, number>();
  for (const topic of outputs.decisions) {
    for (const { value } of topic) {
      if (value === null) continue;
      const message = readMessage(value);
      if (message?.kind !== 'decision') continue;
      const { id: transactionId } = message.decided.transaction;
      published.set(transactionId, (published.get(transactionId) ?? 0) + 1);
    }
  }
  return {
    accepted,
    deadLetters,
    published,
    stored: database.stored,
    storedDeadLetters: database.deadLetters,
    storedTwice,
    poisoned,
    quarantined: database.quarantined,
  };
}
