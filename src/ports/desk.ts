// A running fraud desk as the server sees it, whatever runtime is behind it.
import type { Money } from '../domain/base-amount.ts';
import type { CardPolicy, ParsedRecord } from '../domain/card-policy.ts';
import type { FilledFrom, FillProgress } from '../domain/catalogue-version.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { DataModel } from '../domain/data-model.ts';
import type { Label } from '../domain/label.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { LatencySummary, LatencyWindow } from '../engine/latency-window.ts';
import type { InService, Result } from '../engine/process-batch.ts';
import type { LogRecord } from '../engine/records.ts';
import type { Catalogues } from '../engine/stored-vectors.ts';
import type { ReadyCatalogue } from '../features/checked-catalogue.ts';
import type { NameMatch } from '../lists/name-index.ts';
import type { Lookups } from '../rules/rule.ts';
import type { Clock } from './clock.ts';
import type { DocumentCheck } from './document-check.ts';
import type { AuditEntry } from './office/audit.ts';
import type { ModelRegistry } from './office/models.ts';
import type { Office } from './office/office.ts';
import type { Store } from './store.ts';
import type { Committed } from './stream/committed.ts';

/** Records accepted but not decided yet; beyond this the source is asked to wait. */
export const MAX_BACKLOG = 20_000;
/** Nothing more can be taken in right now; what was accepted is kept. */
export class OverCapacityError extends Error {
  override readonly name = 'OverCapacityError';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const diskFullError = (): OverCapacityError =>
  new OverCapacityError('The disk is full; free some space and intake goes on.', 30);

export type Measurements = {
  /** Received to committed. */
  readonly decision: LatencyWindow;
  /** Inside decide(). */
  readonly engine: LatencyWindow;
  readonly append: LatencyWindow;
  readonly commit: LatencyWindow;
  lastCommitAtMs: number | undefined;
};

/** One part of the pipeline, probed for real. */
export type PartHealth = {
  readonly name: string;
  readonly title: string;
  readonly status: 'up' | 'degraded' | 'down' | 'unknown';
  /** What the latency is the latency of. */
  readonly measures: string;
  readonly latency: LatencySummary;
  readonly perSecond: number | undefined;
  readonly waiting: number | undefined;
  readonly errors: number;
  readonly lastAtMs: number | undefined;
  readonly detail: string;
  /** Since when it does not do its work, and why. */
  readonly trouble?: { readonly sinceMs: number; readonly why: string };
  /** What else is known of it, for machines; names carry their unit. */
  readonly figures?: Readonly<Record<string, number>>;
};

export type PartitionLag = {
  readonly partition: number;
  readonly worker: string;
  /** Records written and not decided yet. */
  readonly lag: number | undefined;
  /** When the oldest of them was written that has been read. */
  readonly oldestMs: number | undefined;
};

/** The catalogue that a process decides by. */
export type ServedCatalogue = ReadyCatalogue & {
  /** 0 where it is the program's. */
  readonly version: number;
  readonly disabled: readonly string[];
  readonly filledFrom: readonly FilledFrom[];
};

/** How the catalogue of a desk changes while it decides. */
export type CatalogueChange = {
  /** What this process decides by now. */
  current(): ServedCatalogue;
  /** What features take in this process, in microseconds by name: of one transaction in 64; absent where it is not known. */
  costs(): ReadonlyMap<string, number>;
  /** Looks at a document from outside, or a filed one, beside whatever decides. */
  readonly check: DocumentCheck;
  /** Whether histories that begin are filled with what was before; else they know nothing of it, and nothing that serves may need them. */
  readonly fills: boolean;
  /** What labels name beside what the program needs: keys of own entities, those of a version that is being filled among them. */
  keyFields(): readonly string[];
  /**
   * Puts the draft of this version into service, with its audit line: compiled, histories that are there shared, swapped between two
   * batches. Gives the histories that begin now, or why nothing was changed.
   */
  goLive(version: number, entry: AuditEntry): Promise<WentLive>;
  /** The version that is being filled; undefined where none is. */
  filling(): FillProgress | undefined;
  /** Ends the filling of a version: what serves goes on. False where it is not being filled (any more). */
  cancelFilling(version: number, entry: AuditEntry): Promise<boolean>;
};

/** Live, with the histories that begin now; or being filled beside what serves; or why nothing was changed. */
export type WentLive =
  | { readonly filledFrom: readonly FilledFrom[] }
  | { readonly filling: FillProgress }
  | { readonly problem: string };

export type { InService };

/**
 * **Contract**
 * - DESK1 Whoever asks for a decision hears it once it is durable; the same id again hears the same decision.
 * - DESK2 What a desk accepted is durable when it says so, and decided without anybody waiting for it.
 * - DESK3 Who listens hears of each decision once, and a listener that throws holds nobody up.
 * - DESK4 After a refresh a desk has in service what registry and rule book say.
 * - DESK5 A desk that is full refuses with OverCapacityError and when to come again; what it accepted is kept.
 * - DESK6 A record that is taken again is decided as if it had just come.
 *
 * **Caller invariants**
 * - Transactions and events were read by this desk (`readTransaction`, `readEvent`), labels name histories as their transaction has them.
 * - What is taken again has left the quarantine in the same step; an attempt is a name of its own.
 * - Nothing is asked of a desk once it is being closed, which is done once.
 */
export type Desk = {
  readonly store: Store;
  /** Until when what was decided is a simulated past, and how many of the minute in which that ended; absent where there is none. */
  readonly simulatedPast?: { readonly untilMs: number; readonly inLastMinute: number };
  readonly clock: Clock;
  readonly measurements: Measurements;
  /** What amounts are converted with now. */
  money(): Money;
  /** What is declared besides the fields, types and channels of the program, in what is live now. */
  dataModel(): DataModel;
  /** What transactions are held against now. */
  bounds(): Bounds;
  /** Reads a transaction from outside as this desk takes it in. */
  readTransaction(value: unknown): ParsedRecord<Transaction>;
  /** Reads an event from outside likewise. */
  readEvent(value: unknown): ParsedRecord<CustomerEvent>;
  /** What becomes of card numbers. */
  readonly cards: CardPolicy;
  /** The catalogue, the models and the rules that decide now. */
  inService(): InService;
  /** Catalogues that decided, now or before. */
  readonly catalogues: Catalogues;
  readonly models: ModelRegistry;
  readonly office: Office;
  /** Takes what registry, rule book and lists say now into service; resolves when this process decides by it. */
  refresh(): Promise<void>;
  readonly catalogue: CatalogueChange;
  /** Lists and names as rules ask for them, in this process. */
  readonly lists: Lookups & {
    sanctionBest(name: string): NameMatch | undefined;
    /** Resolves when the names of the last refresh serve: to make them ready takes seconds where there are many. */
    namesServe(): Promise<void>;
  };
  /** Every part between the source and the live feed; `perSecond` is what was decided lately. */
  health(nowMs: number, perSecond: number): PartHealth[];
  /** Of each partition that a worker has; a desk of one process has none. */
  partitions(): PartitionLag[];
  /** Rejects while the database does not answer. */
  ready(): Promise<void>;
  /**
   * Appends a transaction and resolves once its decision is committed. Throws OverCapacityError when full.
   * `traceparent` is the caller's W3C trace context.
   */
  decide(transaction: Transaction, traceparent?: string): Promise<Result>;
  /** Appends transactions; resolves when they are durable in the log. */
  accept(transactions: readonly Transaction[]): Promise<void>;
  /** Appends events; resolves when they are durable in the log. */
  acceptEvents(events: readonly CustomerEvent[]): Promise<void>;
  label(labels: readonly Label[]): Promise<void>;
  /** Appends records in the order given, as far as they are of one account; resolves when they are durable. */
  take(records: readonly LogRecord[]): Promise<void>;
  /** Appends a record that was in quarantine: it is tried again. `attempt` is taken once, however often it arrives. */
  takeAgain(record: LogRecord, attempt: string): Promise<void>;
  /** What left the quarantine undecided may be sent anew; by `quarantinedIdOf`. */
  letGo(quarantinedId: string): void;
  /** Throws OverCapacityError when nothing more can be taken in right now. */
  checkCapacity(): void;
  /** What was committed, in batches; order holds within an account. */
  onCommitted(listener: (output: Committed) => void): void;
  close(): Promise<void>;
};
