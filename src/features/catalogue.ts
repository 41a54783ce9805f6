// What a catalogue is to everybody behind the histories: every feature once, with its unit, window, meaning for analysts and missing
// rule, and how all of them are computed.
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { DataModel } from '../domain/data-model.ts';
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { FeatureCosts } from './feature-costs.ts';
import type { Look } from './feature-definition.ts';
import type { FeatureState } from './feature-state.ts';
import type { OwnChange } from './own-changes.ts';

/** A feature of a catalogue, as everybody behind the histories knows it. */
export type CatalogueFeature = {
  readonly name: string;
  /** The entity whose history is read; `transaction` and `category` read none. */
  readonly group: string;
  /** What it is about: reasons are told by concept. */
  readonly concept: string;
  /** Fields of the transaction without which it has no value. */
  readonly asks: readonly string[];
  readonly unit: string;
  readonly window?: string;
  readonly description: string;
  /** When the value is NaN. */
  readonly missing: string;
  /** The sentence an analyst reads when this feature moved the score. */
  readonly say: (value: number, look: Look, currency: string) => string;
  /** Of all that its value depends on: the same hash is the same feature, in whichever catalogue. */
  readonly hash: string;
};

/** A category that training fits to log-odds of fraud. */
export type FittedCategory = {
  readonly name: string;
  /** Place of its feature in a vector. */
  readonly slot: number;
  /** Rows that the overall rate counts for. */
  readonly prior: number;
  /** Rows of training know what was known at their time, a label delay earlier. */
  readonly delayed: boolean;
  /** Of a field of one's own: where it has many values, rows of training know what came before them alone. */
  readonly isOwn?: boolean;
  /** Undefined where the transaction does not say. */
  of(transaction: Transaction): string | undefined;
};

/**
 * A catalogue made ready: what its features are, and how they are computed. Several may be alive at once.
 * It has scratch space of its own: `look`, then `keep` of the same transaction, with nothing between.
 */
export type Catalogue = {
  readonly hash: string;
  readonly data: DataModel;
  /** In the order of a vector. */
  readonly features: readonly CatalogueFeature[];
  readonly size: number;
  /** The place of a feature in a vector. */
  place(name: string): number | undefined;
  readonly categories: readonly FittedCategory[];
  createState(): FeatureState;
  /** The vector of a transaction into `out` (`size` values; fitted categories stay NaN for the model). Changes nothing that is stored. */
  look(state: FeatureState, transaction: Transaction, out: Float64Array): void;
  /** Adds what `look` was given last to its histories; false where it came too late for any window of its account. */
  keep(state: FeatureState, transaction: Transaction): boolean;
  /** `look`, then `keep`. */
  observe(state: FeatureState, transaction: Transaction, out: Float64Array): boolean;
  /** Writes a label into the histories of its transaction, when it becomes known; `previous` is what it was labelled before. */
  applyLabel(state: FeatureState, label: Label, previous: boolean | undefined): void;
  /** Adds an event to the histories that look at its kind; one that throws leaves no trace. Absent where none does. */
  observeEvent?(state: FeatureState, event: CustomerEvent): void;
  /** What a transaction, an event or a label that says something new does to own histories, for other copies of them. */
  readonly own: {
    ofTransaction(transaction: Transaction): readonly OwnChange[];
    ofEvent(event: CustomerEvent): readonly OwnChange[];
    ofLabel(label: Label): readonly OwnChange[];
  };
  /** The histories, each by itself, in the order in which `look` reads them. */
  readonly parts: readonly CataloguePart[];
  /** From the first time it is asked for, one look in so many is timed; the same for whoever asks. */
  costs(elapsedMs: () => number): FeatureCosts;
  /** Features of the record alone, and those that use others, into a vector that has what the parts gave. */
  complete(transaction: Transaction, out: Float64Array): void;
  /** The histories that are kept, and what they take. */
  readonly stores: readonly StoreFigures[];
};

/**
 * One history of a catalogue by itself, for whoever brings the records of each history together. Of a transaction all parts look,
 * then those keep that keep: a history that is given its records like that, in order, is the one that `observe` keeps, and what was
 * looked at, with `complete`, is the vector.
 */
export type CataloguePart = {
  /** Different in every part of a catalogue; the same for the same part in another. */
  readonly id: string;
  /** The store whose history it is. */
  readonly store: string;
  /** Whether transactions are added; else it is only read, by them. */
  readonly keeps: boolean;
  /** Kinds of events that are added, where it is none of payments. */
  readonly events?: readonly string[];
  /** The key of the history; undefined when the transaction has none. */
  key(transaction: Transaction): string | undefined;
  /** The key of the history that an event is added to; undefined where it is added to none. */
  keyOfEvent(event: CustomerEvent): string | undefined;
  /** The key of the history that a label is written into; undefined where it is written into none. */
  keyOfLabel(label: Label): string | undefined;
  /** Its part of the vector into `out`; the other features stay as they are. Nothing that is stored changes. */
  look(state: FeatureState, transaction: Transaction, out: Float64Array): void;
  /** Reads the history that an event is to be added to. */
  lookAtEvent(state: FeatureState, event: CustomerEvent): void;
  /** Adds what was looked at last. */
  keep(state: FeatureState): void;
  /** Writes a label that says something new into one history. */
  label(state: FeatureState, key: string, timeSeconds: number, fraud: boolean): void;
};

export type StoreFigures = {
  readonly id: string;
  readonly entity: string;
  readonly key: readonly string[];
  /** Kinds of events; absent for payments. */
  readonly events?: readonly string[];
  /** The features that read it. */
  readonly features: readonly string[];
  readonly retentionSeconds: number;
  /** About what one event takes, and what a history takes beside its events when all its sets are full. */
  readonly bytesPerEvent: number;
  readonly bytesBeside: number;
};
