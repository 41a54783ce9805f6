// The embedded runtime: log, state, engine and store in one process, in one data folder.
import { join } from 'node:path';
import { type EmbeddedDatabase, openEmbeddedDatabase } from '../adapters/embedded/database.ts';
import { lockFolder } from '../adapters/embedded/folder-lock.ts';
import { REFUSE_CARDS } from '../domain/card-policy.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { BatchOutput, Engine } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import { type Boundary, createBoundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { Desk } from '../ports/desk.ts';
import { quarantinedIdOf, subjectOf } from '../ports/office/dead-letters.ts';
import type { Log } from '../ports/stream/log.ts';
import { keepAnchors } from './audit-anchors.ts';
import { embeddedCatalogue } from './embedded-catalogue.ts';
import { type EmbeddedParts, openParts, type PartsOptions, stateFolder } from './embedded-parts.ts';
import { startEmbeddedProbes } from './embedded-probes.ts';
import { createFailure, type EmbeddedRoad, openRoad } from './embedded-road.ts';
import { openService } from './embedded-service.ts';
import { keepObserved } from './keep-observed.ts';
import { withinReason } from './late-decision.ts';
import { recordReader } from './record-reader.ts';
import type { SimulatedStream } from './simulated-stream.ts';

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
  /** The people of the past that this start has left: they go on. */
  readonly stream: SimulatedStream | undefined;
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
  const service = openService(parts, onNotice);
  const { refresh } = service;
  const catalogue = embeddedCatalogue({
    ...options,
    parts,
    processor,
    service,
    folder: stateFolder(options.dataDir),
  });
  // A version that was being filled when the process ended goes on without anybody asking.
  boundary.guarded('filling a catalogue', () => catalogue.resume())();
  const { past, stream } = parts;
  const dataModel = () => engine.inService.catalogue.data;
  const observed = keepObserved(office.observedFields, dataModel, clock, boundary);
  road.hearers.onOutput((output) => observed.look(output));
  return {
    engine,
    store,
    log,
    clock,
    stream,
    ...(past?.stored && { simulatedPast: past.stored }),
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
    catalogue,
    health: probes.health,
    partitions: () => [],
    async ready() {
      await database.query('select 1', []);
    },
    append,
    take: async (records) => {
      await append(records);
    },
    ...intake(road, clock),
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
      await catalogue.close();
      await road.close();
      await observed.stop().catch((error: Error) => onNotice(`observed fields: ${error.message}`));
      await anchors.stop();
      await database.close();
      unlock();
    },
  };
}

/** What comes in, as records of the log. */
function intake(
  { append, processor }: EmbeddedRoad,
  { nowMs }: Clock,
): Pick<EmbeddedDesk, 'decide' | 'accept' | 'takeAgain' | 'letGo' | 'acceptEvents' | 'label'> {
  const toRecord = (transaction: Transaction): LogRecord => ({
    kind: 'transaction',
    transaction,
    receivedAtMs: nowMs(),
  });
  return {
    async decide(transaction) {
      const offset = await append([toRecord(transaction)]);
      const result = await withinReason(processor.resultAt(offset));
      if (!result) throw new Error(`the record at offset ${offset} has no decision`);
      return result;
    },
    async accept(transactions) {
      await append(transactions.map(toRecord));
    },
    async takeAgain(record) {
      if (record.kind !== 'label') processor.release(quarantinedIdOf(subjectOf(record)));
      await append([record.kind === 'label' ? record : { ...record, receivedAtMs: nowMs() }]);
    },
    letGo: processor.release,
    async acceptEvents(events) {
      await append(events.map((event) => ({ kind: 'event', event, receivedAtMs: nowMs() })));
    },
    async label(labels) {
      await append(labels.map((label) => ({ kind: 'label', label })));
    },
  };
}
