// Rows to learn from: feature vectors, labels, categories and amounts, in a growing flat table.
import { baseMajor } from '../domain/base-amount.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';

export type TrainingTable = {
  /** What its vectors and categories are. */
  readonly catalogue: Catalogue;
  readonly rows: number;
  /** Row-major, as wide as the catalogue. */
  readonly vectors: Float64Array;
  readonly labels: Uint8Array;
  /** In units of the base currency. */
  readonly amounts: Float64Array;
  readonly occurredAtMs: Float64Array;
  readonly accounts: readonly string[];
  readonly categories: Readonly<Record<string, readonly (string | undefined)[]>>;
};

export function createTableBuilder(catalogue: Catalogue) {
  const { size } = catalogue;
  let capacity = 1 << 14;
  let rows = 0;
  let vectors = new Float64Array(capacity * size);
  const labels: number[] = [];
  const amounts: number[] = [];
  const times: number[] = [];
  const accounts: string[] = [];
  const keys = catalogue.categories.map(({ name, of }) => ({
    name,
    of,
    found: [] as (string | undefined)[],
  }));
  return {
    /** `stated` are categories, by name, of fields that `transaction` does not have. */
    add(
      transaction: Transaction,
      vector: Float64Array,
      fraud: boolean,
      stated?: ReadonlyMap<string, string | undefined>,
    ): void {
      if (rows === capacity) {
        capacity *= 2;
        const larger = new Float64Array(capacity * size);
        larger.set(vectors);
        vectors = larger;
      }
      vectors.set(vector, rows * size);
      labels.push(fraud ? 1 : 0);
      amounts.push(baseMajor(transaction));
      times.push(transaction.occurredAtMs);
      accounts.push(transaction.accountId);
      for (const { name, of, found } of keys)
        found.push(stated?.has(name) ? stated.get(name) : of(transaction));
      rows++;
    },
    get rows() {
      return rows;
    },
    finish: (): TrainingTable => ({
      catalogue,
      rows,
      vectors: vectors.subarray(0, rows * size),
      labels: Uint8Array.from(labels),
      amounts: Float64Array.from(amounts),
      occurredAtMs: Float64Array.from(times),
      accounts,
      categories: Object.fromEntries(keys.map(({ name, found }) => [name, found])),
    }),
  };
}

/** The rows from `start` to `end` (exclusive), sharing the bytes of the table. */
export function sliceTable(table: TrainingTable, start: number, end: number): TrainingTable {
  const { size } = table.catalogue;
  return {
    catalogue: table.catalogue,
    rows: end - start,
    vectors: table.vectors.subarray(start * size, end * size),
    labels: table.labels.subarray(start, end),
    amounts: table.amounts.subarray(start, end),
    occurredAtMs: table.occurredAtMs.subarray(start, end),
    accounts: table.accounts.slice(start, end),
    categories: Object.fromEntries(
      Object.entries(table.categories).map(([name, keys]) => [name, keys.slice(start, end)]),
    ),
  };
}
