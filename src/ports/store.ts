// The store: decisions, alerts, labels, events and counts, committed together with the log offset they stand for.
import type { Amount } from '../domain/base-amount.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Decision, Outcome } from '../domain/decision.ts';
import type { FilledVector } from '../domain/filled-vector.ts';
import type { Problem } from '../domain/problem.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { BatchOutput, KnownDecision } from '../engine/process-batch.ts';
import type { Searched } from './searched.ts';

export type StoredTransaction = {
  readonly offset: number;
  readonly transaction: Transaction;
  readonly receivedAtMs: number;
  readonly decision: Decision;
  readonly vector: Uint8Array;
  /** What was computed of it afterwards; absent where nothing was. */
  readonly filled?: readonly FilledVector[];
  readonly isFraud: boolean | undefined;
  readonly fraudType: string | undefined;
};

/** What tables show; the features that it was decided by are left where they are. */
export type ListedTransaction = Omit<StoredTransaction, 'vector' | 'filled'>;

export type TransactionFilter = {
  readonly accountId?: string;
  readonly merchantId?: string;
  readonly outcome?: Outcome;
  readonly country?: string;
  readonly minScore?: number;
  readonly fromMs?: number;
  readonly untilMs?: number;
  /** Decided before this, or of before this and labelled. */
  readonly matureMs?: number;
  /** Only offsets below this: the cursor of the next page. */
  readonly before?: number;
  /** Only offsets above this, oldest first. */
  readonly after?: number;
};

/** What a search pages through, newest first. */
export type TransactionSearch = Omit<TransactionFilter, 'after'>;

export type StoredEvent = {
  /** Where it stands among all that came in. */
  readonly offset: number;
  readonly event: CustomerEvent;
  readonly receivedAtMs: number;
};

export type EventFilter = {
  readonly accountId?: string;
  readonly kind?: string;
  /** Only offsets below this: the cursor of the next page. */
  readonly before?: number;
};

export type FlaggedTransaction = {
  readonly offset: number;
  readonly transactionId: string;
  readonly accountId: string;
  readonly createdAtMs: number;
  readonly outcome: Outcome;
  readonly score: number;
  readonly amountMinor: number;
  readonly currency: string;
  /** In the base currency, where that is another. */
  readonly base: Amount | undefined;
  readonly country: string | undefined;
  readonly merchantName: string | undefined;
  readonly topReason: string | undefined;
  /** The rule that says the reason; empty where that is not known any more, undefined where no rule does. */
  readonly topRule: string | undefined;
  /** The feature that the reason is of; empty where that is not known any more, undefined where it is of a rule. */
  readonly topFeature: string | undefined;
  readonly isFraud: boolean;
  readonly status: 'open' | 'confirmed' | 'dismissed' | 'unsure';
};

export type FlaggedFilter = {
  readonly status?: FlaggedTransaction['status'];
  readonly accountId?: string;
  readonly outcome?: Outcome;
  readonly before?: number;
};

export type CountRow = {
  readonly minuteMs: number;
  readonly country: string;
  readonly transactions: number;
  readonly reviews: number;
  readonly declines: number;
  readonly scoreSum: number;
  readonly flaggedMinor: number;
};

/** How many decisions of a minute had a score in a bin of 20 equal ones. */
export type ScoreCount = { readonly minuteMs: number; readonly bin: number; readonly transactions: number };

/** Scores of decisions whose label delay has passed, in 1,000 equal bins. */
export type MatureScores = {
  readonly total: Float64Array;
  readonly frauds: Float64Array;
  readonly flagged: { readonly frauds: number; readonly genuine: number };
  readonly passed: { readonly frauds: number; readonly genuine: number };
};

/**
 * **Contract**
 * - STORE1 A store that is empty knows nothing and stands at 0.
 * - STORE2 What was committed comes back as it was.
 * - STORE3 A batch is committed whole, with the offset that comes next, or nothing of it is.
 * - STORE4 The last word on a transaction counts, on its alert as well, also where it came in the batch of the decision.
 * - STORE5 Lists are newest first (after an offset: oldest first), and go on where they ended: nothing twice, nothing left out.
 * - STORE6 Counts are those of all that was committed, whatever the batches.
 * - STORE7 No amount makes a sum leave its type, or a commit fail.
 * - STORE8 Offsets of decisions and events are told of those that could not be stored, too, and of labels that no history took.
 * - STORE9 An event is stored once, with what is committed beside it, and comes back as it was.
 *
 * **Caller invariants**
 * - Commits of a partition come one at a time, each from where the one before ended: the store does not look at that.
 * - Ids that a batch decides or observes are not stored yet (`findKnown`, `knownEvents`), and none is in it twice.
 * - In the database of a stream nobody commits: its rows come by the sinks (sink-store.ts).
 */
export type Store = {
  /** What is known of these ids; ids never seen are absent. */
  findKnown(transactionIds: readonly string[]): Promise<Map<string, KnownDecision>>;
  /** The stored transactions of these ids. */
  transactionsOf(transactionIds: readonly string[]): Promise<Map<string, Transaction>>;
  /** The content hashes of the stored events of these ids. */
  knownEvents(eventIds: readonly string[]): Promise<Map<string, string>>;
  /** One atomic step: decisions, events, alerts, labels, counts and the partition's next offset. */
  commit(output: BatchOutput): Promise<void>;
  committedOffset(partition: number): Promise<number>;
  /** Offsets in [from, until) at which histories took a transaction or an event (not a duplicate), whether or not it could be stored. */
  decidedOffsets(from: number, until: number): Promise<Set<number>>;
  /** Offsets in [from, until) of labels that no history could take. */
  refusedLabels(from: number, until: number): Promise<Set<number>>;
  /** Label of a transaction before an offset of the log. */
  labelBefore(transactionId: string, offset: number): Promise<boolean | undefined>;
  transaction(id: string): Promise<StoredTransaction | undefined>;
  transactions(filter: TransactionFilter, limit: number): Promise<StoredTransaction[]>;
  /** For somebody who waits: in short steps, and no further back than a moment allows. Newest first. */
  search(filter: TransactionSearch, limit: number): Promise<Searched<ListedTransaction>>;
  /** Events, newest first. */
  events(filter: EventFilter, limit: number): Promise<Searched<StoredEvent>>;
  /** Decisions that were flagged, one by one, newest first. */
  flagged(filter: FlaggedFilter, limit: number): Promise<Searched<FlaggedTransaction>>;
  /** Alerts in the queue: one an account, whatever it holds; and what is expected to be lost by them, in hundredths of the base currency's unit. */
  openAlerts(): Promise<{ readonly open: number; readonly expectedLossMinor: number }>;
  counts(fromMs: number, untilMs: number): Promise<CountRow[]>;
  /** Scores since a moment, of the newest `maxRows` decisions at most. */
  scoreCounts(fromMs: number, maxRows: number): Promise<ScoreCount[]>;
  matureScores(untilMs: number, maxRows: number): Promise<MatureScores>;
  addDeadLetter(
    source: string,
    raw: string,
    problems: readonly Problem[],
    receivedAtMs: number,
  ): Promise<void>;
};
