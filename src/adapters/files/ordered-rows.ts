// The rows of a file in the order of time, for whoever builds histories from them.
import { InputError } from '../../domain/input-error.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { inOrder, MOST_OUT_OF_ORDER, OutOfOrderError } from '../../formats/in-order.ts';
import type { InputRow } from './csv-rows.ts';
import type { InputFile } from './read-transactions.ts';

const timeOf = (row: InputRow): number | undefined => (row.ok ? row.transaction.occurredAtMs : undefined);

/** Throws InputError that names the first row which is too far out of order. */
export async function* orderedRows(input: InputFile, name: string): AsyncGenerator<InputRow[]> {
  try {
    yield* inOrder(input.batches(), timeOf);
  } catch (error) {
    if (!(error instanceof OutOfOrderError)) throw error;
    const row = error.row as InputRow;
    throw new InputError(
      `${name}, line ${row.line}: ${isoTime(timeOf(row) ?? 0)} comes after ${isoTime(error.givenUntilMs)}, and more than ` +
        `${MOST_OUT_OF_ORDER.toLocaleString('en')} rows late. Sort the file by its time, the oldest first.`,
    );
  }
}
