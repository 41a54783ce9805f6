// What a file that somebody brings is, and its first rows as they are and as they will be.
import { setImmediate as pause } from 'node:timers/promises';
import type { InputRow } from '../adapters/files/csv-rows.ts';
import type { Mapping } from '../adapters/files/mapping.ts';
import type { FileSource } from '../adapters/files/open-rows.ts';
import { firstRows, openTransactions } from '../adapters/files/read-transactions.ts';
import { maskCardNumbers } from '../domain/card-number.ts';
import type { Detection } from '../domain/file-detection.ts';
import { InputError } from '../domain/input-error.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import { isSensitiveField } from '../domain/sensitive-fields.ts';
import { transactionToJson, withoutBase } from '../domain/transaction.ts';
import { detectMapping } from '../formats/detect-mapping.ts';
import { looksOf } from '../formats/detect-values.ts';
import type { PreviewRow } from '../ports/file-importer.ts';

export const ROWS_SHOWN = 20;
const CELL_CHARACTERS = 200;

/** What a table is; undefined of JSON. A column at a time, so that decisions go on between. Throws InputError. */
export async function detected(source: FileSource, baseCurrency: string): Promise<Detection | undefined> {
  const found = await firstRows(source);
  if (!found) return undefined;
  const { header, rows } = found;
  if (rows.length === 0) throw new InputError(`${source.name} has a line of names and no rows.`);
  const columns = [];
  for (const [at, name] of header.entries()) {
    columns.push({ name, looks: looksOf(rows.map(({ cells }) => cells[at] ?? '')) });
    await pause();
  }
  return detectMapping(columns, rows.length, baseCurrency);
}

/** The first rows. Throws InputError where mapping and file do not fit. */
export async function previewed(
  source: FileSource,
  mapping: Mapping | undefined,
  bounds: Bounds,
): Promise<readonly PreviewRow[]> {
  const table = await firstRows(source);
  const hidden = (table?.header ?? []).map(isSensitiveField);
  const cellsOf = new Map(
    (table?.rows ?? [])
      .slice(0, 2 * ROWS_SHOWN)
      .map(({ line, cells }) => [
        line,
        cells.map((cell, at) => (hidden[at] ? '•••' : maskCardNumbers(cell, CELL_CHARACTERS))),
      ]),
  );
  const input = await openTransactions(source, mapping, bounds);
  for await (const rows of input.batches()) {
    return rows.slice(0, ROWS_SHOWN).map((row) => previewRow(row, cellsOf.get(row.line) ?? []));
  }
  return [];
}

function previewRow(row: InputRow, cells: readonly string[]): PreviewRow {
  const { line } = row;
  if (!row.ok) {
    const shown = cells.length > 0 ? cells : [row.raw];
    return { line, cells: shown, ok: false, problems: row.problems };
  }
  const { transaction, fraud } = row;
  return {
    line,
    cells,
    ok: true,
    transaction: transactionToJson(withoutBase(transaction)),
    ...(fraud !== undefined && { fraud }),
  };
}
