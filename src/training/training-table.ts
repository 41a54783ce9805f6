// Rows to learn from: feature vectors, labels, categories and amounts, in a growing flat table.
import { baseMajor } from '../domain/base-amount.ts';
import type { Transaction } from '../domain/transaction.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import { categoryOf, ENCODED_CATEGORIES, type EncodedCategory } from '../models/encoding.ts';

export type TrainingTable = {
  readonly rows: number;
  /** Row-major, FEATURE_COUNT wide. */
  readonly vectors: Float64Array;
  readonly labels: Uint8Array;
  /** In units of the base currency. */
  readonly amounts: Float64Array;
  readonly occurredAtMs: Float64Array;
  readonly accounts: readonly string[];
  readonly categories: Readonly<Record<EncodedCategory, readonly (string | undefined)[]>>;
};

export function createTableBuilder() {
  let capacity = 1 << 14;
  let rows = 0;
  let vectors = new Float64Array(capacity * FEATURE_COUNT);
  const labels: number[] = [];
  const amounts: number[] = [];
  const times: number[] = [];
  const accounts: string[] = [];
  const categories: Record<EncodedCategory, (string | undefined)[]> = {
    type: [],
    channel: [],
    country: [],
    mcc: [],
    merchant: [],
  };
  return {
    add(transaction: Transaction, vector: Float64Array, fraud: boolean): void {
      if (rows === capacity) {
        capacity *= 2;
        const larger = new Float64Array(capacity * FEATURE_COUNT);
        larger.set(vectors);
        vectors = larger;
      }
      vectors.set(vector, rows * FEATURE_COUNT);
      labels.push(fraud ? 1 : 0);
      amounts.push(baseMajor(transaction));
      times.push(transaction.occurredAtMs);
      accounts.push(transaction.accountId);
      for (const category of ENCODED_CATEGORIES) {
        categories[category].push(categoryOf(transaction, category));
      }
      rows++;
    },
    get rows() {
      return rows;
    },
    finish: (): TrainingTable => ({
      rows,
      vectors: vectors.subarray(0, rows * FEATURE_COUNT),
      labels: Uint8Array.from(labels),
      amounts: Float64Array.from(amounts),
      occurredAtMs: Float64Array.from(times),
      accounts,
      categories,
    }),
  };
}

/** The rows from `start` to `end` (exclusive), sharing the bytes of the table. */
export function sliceTable(table: TrainingTable, start: number, end: number): TrainingTable {
  return {
    rows: end - start,
    vectors: table.vectors.subarray(start * FEATURE_COUNT, end * FEATURE_COUNT),
    labels: table.labels.subarray(start, end),
    amounts: table.amounts.subarray(start, end),
    occurredAtMs: table.occurredAtMs.subarray(start, end),
    accounts: table.accounts.slice(start, end),
    categories: {
      type: table.categories.type.slice(start, end),
      channel: table.categories.channel.slice(start, end),
      country: table.categories.country.slice(start, end),
      mcc: table.categories.mcc.slice(start, end),
      merchant: table.categories.merchant.slice(start, end),
    },
  };
}
