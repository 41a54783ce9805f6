// The embedded runtime: log, state, engine and store in one process, in one data folder.
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadCheckpoints, openCheckpoints } from '../adapters/embedded/checkpoint.ts';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../adapters/embedded/database.ts';
import { lockFolder } from '../adapters/embedded/folder-lock.ts';
import { openEmbeddedLog } from '../adapters/embedded/log.ts';
import { kyselyOver } from '../adapters/sql/kysely-session.ts';
import { migrate } from '../adapters/sql/migrations.ts';
import { createModelRegistry } from '../adapters/sql/models.ts';
import { createOffice } from '../adapters/sql/office.ts';
import type { SqlSession } from '../adapters/sql/session.ts';
import { createSqlStore } from '../adapters/sql/store.ts';
import { inBase } from '../domain/base-amount.ts';
import { REFUSE_CARDS } from '../domain/card-policy.ts';
import { InputError } from '../domain/input-error.ts';
import { problemsToText } from '../domain/problem.ts';
import { readTransaction } from '../domain/read-transaction.ts';
import type { Transaction } from '../domain/transaction.ts';
import { createLatencyWindow } from '../engine/latency-window.ts';
import { type BatchOutput, createEngine, type Engine } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import { createFeatureState, type FeatureState } from '../features/feature-state.ts';
import { createScorer, type Model } from '../models/model.ts';
import type { Serving } from '../models/serving.ts';
import { type Boundary, createBoundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Desk,
  diskFullError,
  MAX_BACKLOG,
  type Measurements,
  OverCapacityError,
} from '../ports/desk.ts';
import { letterOf } from '../ports/office/dead-letters.ts';
import type { ModelRegistry } from '../ports/office/models.ts';
import type { Office } from '../ports/office/office.ts';
import type { Store } from '../ports/store.ts';
import { type Committed, committedOf } from '../ports/stream/committed.ts';
import type { Log } from '../ports/stream/log.ts';
import { createProcessor } from '../stream/processor.ts';
import { keepAnchors } from './audit-anchors.ts';
import { type CardSettings, checkCardKey } from './card-settings.ts';
import { startEmbeddedProbes } from './embedded-probes.ts';
import { fileFirstModel } from './first-champion.ts';
import { type MoneyInService, openMoney } from './money-in-service.ts';
import { type RedoParts, redo } from './redo.ts';
import { fileStarterRules, openRules, type RulesInService } from './rules-in-service.ts';
import { readServing } from './service-watch.ts';

const MIN_FREE_BYTES = 64 << 20;
const DISK_CHECK_MS = 2000;
const FULL_DISK_RETRY_MS = 500;
/** Whoever asked for a decision hears by then, if only that it takes longer. */
const DECISION_TIMEOUT_MS = 10_000;
const CHECKPOINT_RECORDS = 50_000;
const CHECKPOINT_MIN_BYTES = 8 << 20;

/** A desk in this process: the engine and the log are at hand. */
export type EmbeddedDesk = Desk & {
  /** Every batch that was committed, whole. */
  onOutput(listener: (output: BatchOutput) => void): void;
  readonly engine: Engine;
  readonly log: Log;
  /** Appends transactions and labels in the order given; resolves with the first offset when they are durable. */
  append(records: readonly LogRecord[]): Promise<number>;
  /** Resolves when everything that is in the log now is decided and committed. */
  settled(): Promise<void>;
  readonly backlog: number;
  /** One statement of somebody at the machine, which can change nothing. */
  read(sql: string): Promise<Readonly<Record<string, unknown>>[]>;
};

export type DeskOptions = {
  readonly dataDir: string;
  readonly clock: Clock;
  /** The most that one transaction may move, where it is not the preset. */
  readonly maxAmountMinor?: number;
  /** What becomes of card numbers; they are refused where it is not said. */
  readonly cards?: CardSettings;
  /** The base currency that was asked for, and the one of a new desk where none was. */
  readonly baseCurrency?: string;
  readonly presetBaseCurrency?: string;
  /** How far the clocks of the desk's time zone are ahead of UTC, where it has one. */
  readonly offsetAt?: (timeMs: number) => number;
  /** Makes the first model; histories it goes through are left in the state. */
  readonly firstModel: (state: FeatureState) => Promise<Model>;
  readonly onNotice: (message: string) => void;
  readonly onFailure: (error: Error) => void;
  /** Where errors end that nobody waits for; where none is given, they are notices. */
  readonly boundary?: Boundary;
};

export async function openDesk(options: DeskOptions): Promise<EmbeddedDesk> {
  const { dataDir, clock } = options;
  const unlock = lockFolder(dataDir);
  let session: SqlSession | undefined;
  try {
    let fail = options.onFailure;
    const database = openEmbeddedDatabase(join(dataDir, 'database'), (error) => fail(error));
    session = database;
    const db = kyselyOver(database);
    await migrate(db, 'embedded');
    const store = createSqlStore(database, db, database.unhurried);
    const log = await openEmbeddedLog(database, clock.nowMs);
    const committed = await store.committedOffset(0);
    const registry = createModelRegistry(database.unhurried);
    const office = createOffice(database.unhurried, 'log', { access: database });
    if (options.cards) await checkCardKey(office.settings, options.cards, `The key of ${dataDir}`);
    const money = await openMoney(office, options.baseCurrency, options.presetBaseCurrency);
    const { state, serving } = await loadOrCreate(options, registry, office, store, log, committed);
    await fileStarterRules(office, clock.nowMs());
    const rules = await openRules(office, options.onNotice);
    const engine = createEngine(state, serving, rules.current());
    return await assemble(options, {
      session: database,
      office,
      rules,
      money,
      registry,
      store,
      log,
      engine,
      committed,
      unlock,
      onFail: (f) => {
        fail = f;
      },
    });
  } catch (error) {
    await session?.close().catch(() => undefined);
    unlock();
    throw error;
  }
}

/** State and model from disk, brought up to the committed offset; both made new on the first start. */
async function loadOrCreate(
  options: DeskOptions,
  registry: ModelRegistry,
  office: Office,
  store: Store,
  log: Log,
  committed: number,
): Promise<{ state: FeatureState; serving: Serving }> {
  const redoFrom = (from: number): Promise<void> => redo(state, { store, log, onRefused }, from, committed);
  const onRefused: RedoParts['onRefused'] = async (offset, record, reason) => {
    options.onNotice(`The record at offset ${offset} cannot be taken into the histories again: ${reason}`);
    await office.deadLetters.add([
      letterOf({ offset, record, reason }, 'rebuilding', `log, offset ${offset}`),
    ]);
  };
  const stateFolder = join(options.dataDir, 'state');
  const serving = await readServing(registry, undefined, options.onNotice);
  let state = createFeatureState();
  if (!serving) {
    const made = await options.firstModel(state);
    const write = (await openCheckpoints(stateFolder, state)).prepare(0);
    await write();
    await fileFirstModel(registry, made, options.clock.nowMs());
    await redoFrom(0);
    return { state, serving: { champion: createScorer(made) } };
  }
  let offset: number | undefined;
  try {
    offset = await loadCheckpoints(stateFolder, state);
  } catch (error) {
    options.onNotice(`${(error as Error).message}; the histories are built again from the log.`);
    state = createFeatureState();
  }
  await redoFrom(offset ?? 0);
  return { state, serving };
}

/** The transaction is in the log already: sent again, it gets the decision that was made meanwhile. */
async function withinReason<T>(decision: Promise<T>): Promise<T> {
  const late = new AbortController();
  const timeout = sleep(DECISION_TIMEOUT_MS, undefined, { signal: late.signal }).then(() => {
    throw new OverCapacityError(
      'The transaction is accepted, its decision takes longer than usual. Send it again to get the decision.',
      5,
    );
  });
  timeout.catch(() => undefined);
  try {
    return await Promise.race([decision, timeout]);
  } finally {
    late.abort();
  }
}

type Parts = {
  readonly session: EmbeddedDatabase;
  readonly office: Office;
  readonly rules: RulesInService;
  readonly money: MoneyInService;
  readonly registry: ModelRegistry;
  readonly store: Store;
  readonly log: Log;
  readonly engine: Engine;
  readonly committed: number;
  readonly unlock: () => void;
  readonly onFail: (handler: (error: Error) => void) => void;
};

async function assemble(options: DeskOptions, parts: Parts): Promise<EmbeddedDesk> {
  const { session, office, rules, money, store, log, engine } = parts;
  const { clock, dataDir, boundary = createBoundary(options.clock.nowMs, options.onNotice) } = options;
  const listeners: ((output: Committed) => void)[] = [];
  const outputListeners: ((output: BatchOutput) => void)[] = [];
  const measurements: Measurements = {
    decision: createLatencyWindow(),
    engine: createLatencyWindow(),
    append: createLatencyWindow(),
    commit: createLatencyWindow(),
    lastCommitAtMs: undefined,
  };
  const checkpoints = await openCheckpoints(join(dataDir, 'state'), engine.state);
  let checkpointAt = parts.committed;
  let failure: Error | undefined;
  let diskFull = false;
  let trouble: string | undefined;
  const fail = (error: Error): void => {
    if (failure) return;
    failure = error;
    options.onFailure(error);
  };
  parts.onFail(fail);

  let closing = false;
  const noticeFullDisk = (): void => {
    if (!diskFull)
      options.onNotice(`The disk under ${dataDir} is full: intake is paused until space is freed.`);
    diskFull = true;
  };
  /** What was accepted waits in the log for space, as long as it takes. */
  async function commitWhenRoom(output: BatchOutput): Promise<void> {
    for (;;) {
      try {
        await store.commit(output);
        return;
      } catch (error) {
        if (!(error instanceof OverCapacityError) || closing) throw error;
        noticeFullDisk();
        await sleep(FULL_DISK_RETRY_MS);
      }
    }
  }

  const committer = { ...store, commit: commitWhenRoom };
  const inQuarantine = await office.deadLetters.quarantinedIds();
  const processor = createProcessor(log, committer, engine, clock, parts.committed, inQuarantine, {
    // What is told of a decision afterwards is not the road's affair.
    onCommitted: boundary.guarded('after a commit', (output, commitMs) => {
      const now = clock.nowMs();
      trouble = undefined;
      measurements.commit.add(commitMs, now);
      measurements.lastCommitAtMs = now;
      for (const { offset, reason } of output.quarantined) {
        options.onNotice(
          `The record at offset ${offset} could not be dealt with and is in quarantine: ${reason}`,
        );
      }
      for (const item of output.decided) {
        measurements.decision.add(now - item.receivedAtMs, now);
        measurements.engine.add(item.engineMs, now);
      }
      for (const listener of outputListeners) listener(output);
      const committed = committedOf(output.decided, output.labelled);
      for (const listener of listeners) listener(committed);
    }),
    onBoundary(offset) {
      const due =
        offset - checkpointAt >= CHECKPOINT_RECORDS && checkpoints.changedBytes() >= CHECKPOINT_MIN_BYTES;
      if (!due) return undefined;
      checkpointAt = offset;
      return checkpoints.prepare(offset);
    },
    onTrouble(what, error) {
      trouble = `${what}: ${error.message}`;
      options.onNotice(`${trouble}; tried again`);
    },
    onFailure: fail,
  });
  processor.start();

  const checkDisk = async (): Promise<void> => {
    const disk = await statfs(dataDir);
    const full = disk.bavail * disk.bsize < MIN_FREE_BYTES;
    if (full) noticeFullDisk();
    else if (diskFull) options.onNotice('There is space on the disk again: intake goes on.');
    diskFull = full;
  };
  await checkDisk();
  const stopDiskChecks = boundary.every('disk', DISK_CHECK_MS, () => checkDisk().catch(fail));

  const backlog = (): number => log.endOffset() - processor.committedOffset + log.pending;

  function checkCapacity(): void {
    if (failure) throw new OverCapacityError(`The desk stopped: ${failure.message}`, 30);
    if (diskFull) throw diskFullError();
    if (backlog() > MAX_BACKLOG) throw new OverCapacityError(`${backlog()} records wait to be decided.`, 1);
  }

  /** What was read by this desk is in base already; what a simulator or a replay hands over is converted here. */
  function counted(record: LogRecord): LogRecord {
    if (record.kind !== 'transaction') return record;
    const { transaction } = record;
    const inIt = inBase(transaction, money.current());
    if (!inIt.ok) throw new InputError(`Transaction ${transaction.id}: ${problemsToText(inIt.problems)}`);
    return inIt.value === transaction ? record : { ...record, transaction: inIt.value };
  }

  async function append(records: readonly LogRecord[]): Promise<number> {
    checkCapacity();
    const started = performance.now();
    const offset = await log.append(records.map(counted));
    measurements.append.add(performance.now() - started, clock.nowMs());
    return offset;
  }

  const toRecord = (transaction: Transaction): LogRecord => ({
    kind: 'transaction',
    transaction,
    receivedAtMs: clock.nowMs(),
  });

  let refused = '';
  /** A model that cannot be used here changes nothing, neither for decisions nor for whoever moved a rule. */
  async function servingOfNow(): Promise<Serving> {
    try {
      return (await readServing(parts.registry, engine.serving, options.onNotice)) ?? engine.serving;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (refused !== error.message) options.onNotice(`${error.message} What is in service stays.`);
      refused = error.message;
      return engine.serving;
    }
  }

  const anchors = keepAnchors(office.audit, join(dataDir, 'audit-heads.log'), options.onNotice, boundary);
  const probes = startEmbeddedProbes({
    engine,
    log,
    clock,
    measurements,
    backlog,
    boundary,
    reached: () => ({ decided: processor.nextOffset, committed: processor.committedOffset }),
    trouble: () => (diskFull ? 'the disk is full' : trouble),
    query: (sql, parameters) => session.query(sql, parameters),
  });
  return {
    engine,
    store,
    log,
    clock,
    measurements,
    cards: options.cards?.policy ?? REFUSE_CARDS,
    money: money.current,
    readTransaction: (value) =>
      readTransaction(value, {
        nowMs: clock.nowMs(),
        ...(options.maxAmountMinor !== undefined && { maxAmountMinor: options.maxAmountMinor }),
        ...(options.cards && { cards: options.cards.policy }),
        ...(options.offsetAt && { offsetAt: options.offsetAt }),
        money: money.current(),
      }),
    checkCapacity,
    inService: () => engine,
    models: parts.registry,
    office,
    lists: rules.lists,
    async refresh() {
      await rules.look();
      await money.look();
      const next = await servingOfNow();
      if (next !== engine.serving || rules.current() !== engine.ruleset) engine.serve(next, rules.current());
    },
    health: probes.health,
    partitions: () => [],
    async ready() {
      await session.query('select 1', []);
    },
    async decide(transaction) {
      const offset = await append([toRecord(transaction)]);
      const result = await withinReason(processor.resultAt(offset));
      if (!result) throw new Error(`the record at offset ${offset} has no decision`);
      return result;
    },
    append,
    async accept(transactions) {
      await append(transactions.map(toRecord));
    },
    async takeAgain(record) {
      if (record.kind === 'transaction') processor.release(record.transaction.id);
      await append([record.kind === 'transaction' ? toRecord(record.transaction) : record]);
    },
    letGo: (transactionId) => processor.release(transactionId),
    async label(labels) {
      await append(labels.map((label) => ({ kind: 'label', label })));
    },
    async settled() {
      const end = log.endOffset();
      if (end > processor.committedOffset) await processor.resultAt(end - 1);
    },
    // A listener's fault is not the road's.
    onCommitted: (listener) => listeners.push(boundary.guarded('what hears of decisions', listener)),
    onOutput: (listener) => outputListeners.push(boundary.guarded('what hears of batches', listener)),
    get backlog() {
      return backlog();
    },
    read: session.read,
    async close() {
      closing = true;
      stopDiskChecks();
      probes.stop();
      await processor.stop();
      if (!failure && processor.committedOffset > checkpointAt) {
        await checkpoints.prepare(processor.committedOffset)();
      }
      await anchors.stop();
      await session.close();
      parts.unlock();
    },
  };
}
