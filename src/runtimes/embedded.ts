// The embedded runtime: log, state, engine and store in one process, in one data folder.
import { join } from 'node:path';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../adapters/embedded/database.ts';
import { lockFolder } from '../adapters/embedded/folder-lock.ts';
import { REFUSE_CARDS } from '../domain/card-policy.ts';
import { InputError } from '../domain/input-error.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { BatchOutput, Engine } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import { forgetHistories } from '../features/forget-histories.ts';
import { servingUnder } from '../models/review-work.ts';
import type { Serving } from '../models/serving.ts';
import { type Boundary, createBoundary } from '../ports/boundary.ts';
import type { Desk, ServedCatalogue } from '../ports/desk.ts';
import { quarantinedIdOf, subjectOf } from '../ports/office/dead-letters.ts';
import type { Log } from '../ports/stream/log.ts';
import { readReviewWork } from '../server/models/kept-review-work.ts';
import { keepAnchors } from './audit-anchors.ts';
import { catalogueChange } from './catalogue-in-service.ts';
import { type EmbeddedParts, openParts, type PartsOptions } from './embedded-parts.ts';
import { startEmbeddedProbes } from './embedded-probes.ts';
import { createFailure, type EmbeddedRoad, openRoad } from './embedded-road.ts';
import { keepObserved } from './keep-observed.ts';
import { withinReason } from './late-decision.ts';
import { recordReader } from './record-reader.ts';
import { readServing } from './service-watch.ts';

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

export type DeskOptions = PartsOptions & {
  readonly onFailure: (error: Error) => void;
  /** Where errors end that nobody waits for; where none is given, they are notices. */
  readonly boundary?: Boundary;
};

/** Opens the desk of a folder, which is locked until the desk is closed. */
export async function openDesk(options: DeskOptions): Promise<EmbeddedDesk> {
  const { dataDir, clock, onNotice } = options;
  const unlock = lockFolder(dataDir);
  let database: EmbeddedDatabase | undefined;
  try {
    const failure = createFailure(options.onFailure);
    database = openEmbeddedDatabase(join(dataDir, 'database'), failure.tell);
    const parts = await openParts(options, database);
    const { boundary = createBoundary(clock.nowMs, onNotice) } = options;
    const road = await openRoad({ dataDir, clock, boundary, onNotice }, parts, failure);
    return deskOver({ ...options, boundary }, parts, road, unlock);
  } catch (error) {
    await database?.close().catch(() => undefined);
    unlock();
    throw error;
  }
}

function deskOver(
  options: DeskOptions & { readonly boundary: Boundary },
  parts: EmbeddedParts,
  road: EmbeddedRoad,
  unlock: () => void,
): EmbeddedDesk {
  const { clock, boundary, onNotice } = options;
  const { database, office, money, store, log, engine } = parts;
  const { append, processor } = road;
  const anchors = keepAnchors(office.audit, join(options.dataDir, 'audit-heads.log'), onNotice, boundary);
  const probes = startEmbeddedProbes({
    engine,
    log,
    clock,
    measurements: road.measurements,
    backlog: road.backlog,
    boundary,
    reached: () => ({ decided: processor.nextOffset, committed: processor.committedOffset }),
    trouble: road.trouble,
    query: (sql, parameters) => database.query(sql, parameters),
  });
  const refresh = refresher(parts, onNotice);
  const dataModel = () => engine.inService.catalogue.data;
  const observed = keepObserved(office.observedFields, dataModel, clock, boundary);
  road.hearers.onOutput(({ decided }) => observed.look(decided));
  const toRecord = (transaction: Transaction): LogRecord => ({
    kind: 'transaction',
    transaction,
    receivedAtMs: clock.nowMs(),
  });
  return {
    engine,
    store,
    log,
    clock,
    measurements: road.measurements,
    cards: options.cards?.policy ?? REFUSE_CARDS,
    money: money.current,
    dataModel,
    ...recordReader({ ...options, dataModel }, clock, money),
    checkCapacity: road.checkCapacity,
    inService: () => engine.inService,
    catalogues: parts.catalogue.catalogues,
    models: parts.registry,
    office,
    lists: parts.rules.lists,
    refresh,
    catalogue: catalogueChange({
      book: office.catalogue,
      inService: parts.catalogue,
      next: () => ({ offset: processor.nextOffset, atMs: clock.nowMs() }),
      refresh,
      obstacle: () => undefined,
    }),
    health: probes.health,
    partitions: () => [],
    async ready() {
      await database.query('select 1', []);
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
      if (record.kind !== 'label') processor.release(quarantinedIdOf(subjectOf(record)));
      await append([record.kind === 'label' ? record : { ...record, receivedAtMs: clock.nowMs() }]);
    },
    letGo: processor.release,
    async acceptEvents(events) {
      await append(events.map((event) => ({ kind: 'event', event, receivedAtMs: clock.nowMs() })));
    },
    async label(labels) {
      await append(labels.map((label) => ({ kind: 'label', label })));
    },
    async settled() {
      const end = log.endOffset();
      if (end > processor.committedOffset) await processor.resultAt(end - 1);
    },
    onCommitted: road.hearers.onCommitted,
    onOutput: road.hearers.onOutput,
    get backlog() {
      return road.backlog();
    },
    read: database.read,
    async close() {
      probes.stop();
      await road.close();
      await observed.stop().catch((error: Error) => onNotice(`observed fields: ${error.message}`));
      await anchors.stop();
      await database.close();
      unlock();
    },
  };
}

/** Takes what registry, rule book, lists and rates say into service. */
function refresher(
  { registry, office, catalogue, rules, money, engine }: EmbeddedParts,
  onNotice: (message: string) => void,
): () => Promise<void> {
  let refused = '';
  /** A model that cannot be used here changes nothing, neither for decisions nor for whoever moved a rule. */
  async function servingWith(wanted: ServedCatalogue): Promise<Serving | undefined> {
    const { catalogue: now, serving } = engine.inService;
    try {
      return (await readServing(registry, wanted.catalogue, serving, onNotice)) ?? serving;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      if (wanted.catalogue !== now) await catalogue.refused(wanted, error.message);
      else if (refused !== error.message) onNotice(`${error.message} What is in service stays.`);
      refused = error.message;
      return undefined;
    }
  }
  return async () => {
    const wanted = await catalogue.look();
    await rules.look();
    await money.look();
    const work = await readReviewWork(office.settings);
    const found = await servingWith(wanted);
    const { inService } = engine;
    const serving = servingUnder(found ?? inService.serving, work);
    if (!found) {
      const ruleset = rules.current(inService.catalogue);
      if (ruleset !== inService.ruleset || serving !== inService.serving)
        engine.serve({ ...inService, serving, ruleset });
      return;
    }
    const ruleset = rules.current(wanted.catalogue);
    if (wanted !== catalogue.current()) catalogue.took(wanted);
    if (
      serving !== inService.serving ||
      ruleset !== inService.ruleset ||
      wanted.catalogue !== inService.catalogue
    )
      engine.serve({ catalogue: wanted.catalogue, serving, ruleset });
    forgetHistories(engine.state, wanted.catalogue);
  };
}
