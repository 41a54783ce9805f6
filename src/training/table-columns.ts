// The columns of a table of past transactions: what a backfill writes and training reads. A feature's column has the
// feature's name.
import { baseCurrency, baseMinor } from '../domain/base-amount.ts';
import type { Outcome } from '../domain/decision.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue, FittedCategory } from '../features/catalogue.ts';

export type ColumnType = 'string' | 'long' | 'timestamp' | 'boolean' | 'double';

export type PastTransaction = {
  readonly transaction: Transaction;
  /** Undefined where the input says nothing about it. */
  readonly fraud: boolean | undefined;
  readonly score: number | undefined;
  readonly outcome: Outcome | undefined;
};

type Column = {
  readonly name: string;
  readonly type: ColumnType;
  /** Epoch milliseconds for a timestamp. */
  readonly of: (row: PastTransaction) => string | number | boolean | undefined;
};

export const FIXED_COLUMNS: readonly Column[] = [
  { name: 'transaction_id', type: 'string', of: ({ transaction: t }) => t.id },
  { name: 'account_id', type: 'string', of: ({ transaction: t }) => t.accountId },
  { name: 'occurred_at', type: 'timestamp', of: ({ transaction: t }) => t.occurredAtMs },
  { name: 'amount_minor', type: 'long', of: ({ transaction: t }) => t.amountMinor },
  { name: 'currency', type: 'string', of: ({ transaction: t }) => t.currency },
  { name: 'base_amount_minor', type: 'long', of: ({ transaction: t }) => baseMinor(t) },
  { name: 'base_currency', type: 'string', of: ({ transaction: t }) => baseCurrency(t) },
  { name: 'type', type: 'string', of: ({ transaction: t }) => t.type },
  { name: 'channel', type: 'string', of: ({ transaction: t }) => t.channel },
  { name: 'merchant_id', type: 'string', of: ({ transaction: t }) => t.merchant?.id },
  { name: 'mcc', type: 'string', of: ({ transaction: t }) => t.merchant?.mcc },
  { name: 'country', type: 'string', of: ({ transaction: t }) => t.country },
  { name: 'is_fraud', type: 'boolean', of: ({ fraud }) => fraud },
  { name: 'score', type: 'double', of: ({ score }) => score },
  { name: 'outcome', type: 'string', of: ({ outcome }) => outcome },
];

/** The texts of own categories: whoever trains on a table fits them. Features are not called so. */
export const ownCategories = ({
  categories,
  features,
}: Pick<Catalogue, 'categories' | 'features'>): readonly {
  readonly column: string;
  readonly category: FittedCategory;
}[] =>
  categories.flatMap((category) =>
    category.isOwn ? [{ column: `category:${features[category.slot].name}`, category }] : [],
  );

/** All columns in their order, as the schema of a table file of a catalogue. */
export const tableColumns = (
  catalogue: Pick<Catalogue, 'categories' | 'features'>,
): readonly { readonly name: string; readonly type: ColumnType }[] => [
  ...FIXED_COLUMNS.map(({ name, type }) => ({ name, type })),
  ...ownCategories(catalogue).map(({ column }) => ({ name: column, type: 'string' as const })),
  ...catalogue.features.map(({ name }) => ({ name, type: 'double' as const })),
];
