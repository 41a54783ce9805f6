// The feature catalogue: every feature once, with its unit, window, meaning for analysts and missing rule.
import { createHash } from 'node:crypto';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { DataModel } from '../domain/data-model.ts';
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';
import { accountFeatures, inboundFeatures } from './account-catalogue.ts';
import { type FeatureDefinition, HIGH_AMOUNT_MAJOR, NEVER, NO_MERCHANT } from './feature-definition.ts';
import type { FeatureState } from './feature-state.ts';
import { counterpartyFeatures, merchantFeatures, shared } from './shared-catalogue.ts';
import { money, riskWord } from './wording.ts';

/** A feature of a catalogue, as everybody behind the histories knows it. */
export type CatalogueFeature = Omit<FeatureDefinition, 'group'> & {
  /** The entity whose history is read; `transaction` and `category` read none. */
  readonly group: string;
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
  /** The histories, each by itself, in the order in which `look` reads them. */
  readonly parts: readonly CataloguePart[];
  /** Features of the record alone, and those that use others, into a vector that has what the parts gave. */
  complete(transaction: Transaction, out: Float64Array): void;
  /** The histories that are kept, and what they take. */
  readonly stores: readonly StoreFigures[];
};

/**
 * What a transaction does to one history. A history that is given all its parts in order is the one that `observe` keeps, and the
 * parts together, with `complete`, are its vector.
 */
export type CataloguePart = {
  /** Different in every part of a catalogue; the same for the same part in another. */
  readonly id: string;
  /** The store whose history it is. */
  readonly store: string;
  /** Whether records are added; else it is only read. */
  readonly keeps: boolean;
  /** Kinds of events that are added, where it is none of payments. */
  readonly events?: readonly string[];
  /** The key of the history; undefined when the transaction has none. */
  key(transaction: Transaction): string | undefined;
  /** Its part of the vector, the other features NaN; and what it adds. */
  observe(state: FeatureState, transaction: Transaction, out: Float64Array): void;
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

const transactionFeatures = [
  {
    name: 'amount',
    group: 'transaction',
    unit: 'major units',
    description: 'Amount of the transaction in its own currency.',
    missing: NEVER,
    say: (v, _, currency) => `The amount is ${money(v, currency)}`,
  },
  {
    name: 'amount_log',
    group: 'transaction',
    unit: 'ln(1 + major units)',
    description: 'Natural logarithm of one plus the amount.',
    missing: NEVER,
    say: (v, _, currency) => `The amount is ${money(Math.expm1(v), currency)}`,
  },
  {
    name: 'hour',
    group: 'transaction',
    unit: 'hour',
    description: 'Hour of the day where the payment was made, 0 to 23.',
    missing: NEVER,
    say: (v) => `Made between ${v}:00 and ${v + 1}:00`,
  },
  {
    name: 'day_of_week',
    group: 'transaction',
    unit: 'day, 0 = Monday',
    description: 'Day of the week where the payment was made, 0 Monday to 6 Sunday.',
    missing: NEVER,
    say: (v) =>
      `Made on a ${['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][v] ?? 'day'}`,
  },
  {
    name: 'is_night',
    group: 'transaction',
    unit: '0 or 1',
    description: '1 from 00:00:00 to 06:59:59 where the payment was made.',
    missing: NEVER,
    say: (v) => (v ? 'Made at night (0 to 7 o’clock)' : 'Made in the daytime'),
  },
  {
    name: 'is_weekend',
    group: 'transaction',
    unit: '0 or 1',
    description: '1 on Saturday and Sunday where the payment was made.',
    missing: NEVER,
    say: (v) => (v ? 'Made on a weekend' : 'Made on a working day'),
  },
  {
    name: 'is_high_amount',
    group: 'transaction',
    unit: '0 or 1',
    description: `1 from ${HIGH_AMOUNT_MAJOR} major units on.`,
    missing: NEVER,
    say: (v) => (v ? `A high amount (${HIGH_AMOUNT_MAJOR} or more)` : 'Not a high amount'),
  },
] as const satisfies readonly FeatureDefinition[];

const categoryFeatures = [
  {
    name: 'type_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the transaction type in the training window, shrunk to the mean.',
    missing: NEVER,
    say: (v) => `This type of transaction carries ${riskWord(v)} risk`,
  },
  {
    name: 'channel_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the channel in the training window, shrunk to the mean.',
    missing: 'missing without a channel',
    say: (v) => `This channel carries ${riskWord(v)} risk`,
  },
  {
    name: 'country_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the country in the training window, shrunk to the mean.',
    missing: 'missing without a country',
    say: (v) => `This country carries ${riskWord(v)} risk`,
  },
  {
    name: 'mcc_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the merchant category (ISO 18245) in the training window.',
    missing: 'missing without a merchant category',
    say: (v) => `This merchant category carries ${riskWord(v)} risk`,
  },
  {
    name: 'merchant_encoded',
    group: 'category',
    unit: 'log-odds of fraud',
    description: 'Fraud log-odds of the merchant in the training window, shrunk to the mean.',
    missing: NO_MERCHANT,
    say: (v) => `This merchant carries ${riskWord(v)} risk`,
  },
] as const satisfies readonly FeatureDefinition[];

const ALL = [
  ...transactionFeatures,
  ...categoryFeatures,
  ...accountFeatures,
  ...merchantFeatures,
  ...shared('device', 'device', 'accounts', 'accounts'),
  ...shared('ip', 'IP address', 'accounts', 'accounts'),
  ...counterpartyFeatures,
  ...inboundFeatures,
] as const;

export type FeatureName = (typeof ALL)[number]['name'];
export type Feature = Omit<FeatureDefinition, 'name'> & { readonly name: FeatureName };

export const FEATURES: readonly Feature[] = ALL;
export const FEATURE_COUNT = FEATURES.length;

/** Position of each feature in a feature vector. */
export const INDEX = Object.fromEntries(FEATURES.map((feature, i) => [feature.name, i])) as Readonly<
  Record<FeatureName, number>
>;

export function isFeatureName(name: string): name is FeatureName {
  return Object.hasOwn(INDEX, name);
}

/**
 * What was said of features that mean the same as before where nobody knows the place of a payment, which was the case for all
 * payments then: models of before go on to serve.
 */
const SAID_BEFORE: Readonly<Record<string, { readonly unit?: string; readonly description: string }>> = {
  hour: { unit: 'hour, UTC', description: 'Hour of the day, 0 to 23, UTC.' },
  day_of_week: { description: 'Day of the week, 0 Monday to 6 Sunday, UTC.' },
  is_night: { description: '1 from 00:00:00 to 06:59:59 UTC.' },
  is_weekend: { description: '1 on Saturday and Sunday, UTC.' },
};

/** Changes whenever a feature's meaning may have changed: models trained on another catalogue are refused. */
export const CATALOGUE_HASH = createHash('sha256')
  .update(
    JSON.stringify(
      FEATURES.map(({ name, unit, window, description, missing }) => [
        name,
        SAID_BEFORE[name]?.unit ?? unit,
        window,
        SAID_BEFORE[name]?.description ?? description,
        missing,
      ]),
    ),
  )
  .digest('hex')
  .slice(0, 16);
