// Past transactions back from a table of Parquet files, to train on.
import { type ParquetValue, readParquet } from '../adapters/files/read-parquet.ts';
import type { Outcome } from '../domain/decision.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Catalogue } from '../features/catalogue.ts';
import {
  FIXED_COLUMNS,
  ownCategories,
  type PastTransaction,
  tableColumns,
} from '../training/table-columns.ts';
import { createTableBuilder, type TrainingTable } from '../training/training-table.ts';
import { expectCatalogue } from './table-catalogue.ts';

export type PastRow = PastTransaction & {
  /** Written anew for the next row. */
  readonly vector: Float64Array;
  /** Own categories by name. */
  readonly categories: ReadonlyMap<string, string | undefined>;
};

/** The rows of a table that a backfill wrote with a catalogue, in the order of time. Throws InputError where it was another one. */
export async function* readPastRows(folder: string, catalogue: Catalogue): AsyncGenerator<PastRow> {
  await expectCatalogue(folder, catalogue);
  const vector = new Float64Array(catalogue.size);
  const own = ownCategories(catalogue);
  const featuresAt = FIXED_COLUMNS.length + own.length;
  const at = new Map(FIXED_COLUMNS.map(({ name }, i) => [name, i]));
  for await (const rows of readParquet(
    folder,
    tableColumns(catalogue).map(({ name }) => name),
  )) {
    for (const row of rows) {
      const value = (name: string): ParquetValue => row[at.get(name) ?? -1] ?? null;
      const text = (name: string): string | undefined => (value(name) as string | null) ?? undefined;
      for (let i = 0; i < catalogue.size; i++)
        vector[i] = (row[featuresAt + i] as number | null) ?? Number.NaN;
      const merchantId = text('merchant_id');
      const mcc = text('mcc');
      const channel = text('channel');
      const country = text('country');
      // A backfill checked all of it on the way in.
      const transaction: Transaction = {
        id: text('transaction_id') ?? '',
        accountId: text('account_id') ?? '',
        occurredAtMs: (value('occurred_at') as Date).getTime(),
        // What is learned from is in one currency.
        amountMinor: Number(value('base_amount_minor')),
        currency: text('base_currency') ?? '',
        type: text('type') ?? '',
        ...(channel !== undefined && { channel }),
        ...(merchantId !== undefined && {
          merchant: { id: merchantId, ...(mcc !== undefined && { mcc }) },
        }),
        ...(country !== undefined && { country }),
      };
      yield {
        transaction,
        fraud: (value('is_fraud') as boolean | null) ?? undefined,
        score: (value('score') as number | null) ?? undefined,
        outcome: text('outcome') as Outcome | undefined,
        vector,
        categories: new Map(
          own.map(({ category }, i) => [
            category.name,
            (row[FIXED_COLUMNS.length + i] as string | null) ?? undefined,
          ]),
        ),
      };
    }
  }
}

/** The labelled rows of a stretch of time, from `fromMs` to `untilMs` (exclusive). */
export async function readTrainingTable(
  folder: string,
  catalogue: Catalogue,
  fromMs: number,
  untilMs: number,
): Promise<TrainingTable> {
  const builder = createTableBuilder(catalogue);
  for await (const { transaction, vector, fraud, categories } of readPastRows(folder, catalogue)) {
    const at = transaction.occurredAtMs;
    if (fraud !== undefined && at >= fromMs && at < untilMs)
      builder.add(transaction, vector, fraud, categories);
  }
  return builder.finish();
}
