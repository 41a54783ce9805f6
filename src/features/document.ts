// The catalogue document: own data, and every feature that decisions, rules and models see. See docs/data.md and docs/decisions/032.
import type { DataModel } from '../domain/data-model.ts';
import { MEASURES, type Measure } from '../domain/measures.ts';

export const DOCUMENT_FORMAT = 'goshawk-catalogue-1';

export { MEASURES, type Measure };

type Said = {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** When it has no value, in words. */
  readonly missing: string;
  /** What an analyst reads, with CEL over `value` and `features` in braces: "{count(value, 'payment')} in the last hour". */
  readonly sentence: string;
  /** What it is about, for reasons by concept. */
  readonly concept?: string;
};

/** A field of the record as it stands: a number, money in units of the base currency, a boolean as 1 or 0. */
export type FieldFeature = Said & { readonly kind: 'field'; readonly field: string };

/** A category as the log-odds of fraud that training found; where `delayed`, rows of training know what was known at their time. */
export type EncodedFeature = Said & {
  readonly kind: 'encoded';
  readonly field: string;
  readonly delayed?: boolean;
  /** Rows that the overall rate counts for; 100 where it is not said. */
  readonly prior?: number;
};

/** CEL over `transaction` and other features; gives a number, or a truth as 1 or 0. */
export type ExpressionFeature = Said & { readonly kind: 'expression'; readonly expression: string };

export type AggregateFeature = Said & {
  readonly kind: 'aggregate';
  readonly entity: string;
  /** Fields that name the entity here where they are not its key: the payee's history asked for by the account. */
  readonly by?: readonly string[];
  readonly measure: Measure;
  /** A field (`amount`, `merchant.id`, `customer.segment`; `attributes.` before it where the transaction has one of that name), or CEL over the record. */
  readonly of?: string;
  /** CEL over the record: only what meets it counts. */
  readonly where?: string;
  /** Kinds of events instead of payments: of the program (`login`, `failed_login` …) or of one's own. */
  readonly events?: readonly string[];
  /** "1h", "24h", "7d", 90 days at most. Ages, last values and running sums have none. */
  readonly window?: string;
  /** The window ends so long ago; for rates of fraud behind the label delay. */
  readonly delay?: string;
  /** Whether the current record counts; it does where nothing is said and the window has no delay. */
  readonly current?: boolean;
  readonly upTo?: number;
  readonly times?: number;
  /** Ages and times since a record beyond it count as it; of frauds longer ago nothing is said. In the unit. */
  readonly limit?: number;
  /** Instead of a missing value, where nothing is known of the entity (age) or nothing was in the window (fraud_rate). */
  readonly otherwise?: number;
  /** Running sums are told also where all that is known is stamped later than the record; else they are missing there. */
  readonly anyTime?: boolean;
  /** The record is put into the history before it is read: other than adding it only once the history is tiled. */
  readonly added?: boolean;
};

export type FeatureDefinition = FieldFeature | EncodedFeature | ExpressionFeature | AggregateFeature;

export type CatalogueDocument = {
  readonly format: typeof DOCUMENT_FORMAT;
  /** Which of the program's own features are in it. */
  readonly standard: 'all' | 'none' | readonly string[];
  readonly data: DataModel;
  readonly features: readonly FeatureDefinition[];
};
