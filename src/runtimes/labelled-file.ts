// A file of labelled rows with the catalogue that its features are computed by, for whoever trains or measures with it.

import type { Mapping } from '../adapters/files/mapping.ts';
import { orderedRows } from '../adapters/files/ordered-rows.ts';
import { attributesOfFile, openTransactions } from '../adapters/files/read-transactions.ts';
import { InputError } from '../domain/input-error.ts';
import type { Bounds } from '../domain/read-transaction.ts';
import { checkDocument } from '../features/check-document.ts';
import { type ReadyCatalogue, STANDARD_READY } from '../features/checked-catalogue.ts';
import { compileCatalogue } from '../features/compile.ts';
import { documentOfFields } from '../features/fields-document.ts';
import { STANDARD } from '../features/standard.ts';
import type { LabelledTransaction } from '../training/evaluate.ts';
import { createIdSet } from './id-set.ts';
import { createRowsSeen, type RowsSeen } from './rows-seen.ts';

export type LabelledRows = {
  /** In the order of time; of several rows with one id the first. */
  readonly batches: AsyncGenerator<LabelledTransaction[]>;
  readonly seen: RowsSeen;
};

/** Reads the rows of a file from its start. Throws InputError where the file cannot be used. */
export async function readLabelled(
  file: string,
  mapping: Mapping,
  bounds: Bounds,
  onRead: (bytes: number, of: number) => void,
): Promise<LabelledRows> {
  const input = await openTransactions(file, mapping, bounds);
  const seen = createRowsSeen();
  const ids = createIdSet();
  async function* batches(): AsyncGenerator<LabelledTransaction[]> {
    for await (const batch of orderedRows(input, file)) {
      const rows: LabelledTransaction[] = [];
      for (const row of batch) {
        const isRepeated = row.ok && !ids.add(row.transaction.id);
        seen.add(row, isRepeated);
        if (row.ok && !isRepeated) rows.push({ transaction: row.transaction, fraud: row.fraud });
      }
      onRead(input.bytesRead(), input.totalBytes);
      yield rows;
    }
  }
  return { batches: batches(), seen };
}

export type FileCatalogue = ReadyCatalogue & { readonly told: string | undefined };

/**
 * The catalogue of a file of which nobody wrote a document: that of the program, and the file's own numbers, booleans and
 * categories as features. `told` says what became of columns. Throws InputError.
 */
export async function catalogueOfColumns(file: string, mapping: Mapping): Promise<FileCatalogue> {
  const fields = await attributesOfFile(file, mapping);
  if (fields.length === 0) return { ...STANDARD_READY, told: undefined };
  const { document, left } = documentOfFields(fields);
  const [problem] = checkDocument(document);
  if (problem) {
    throw new InputError(
      `${file}: its columns make no catalogue: ${problem.pointer}: ${problem.message} Name them under "attributes" of the mapping, or write a document for --catalogue.`,
    );
  }
  const catalogue = compileCatalogue(document);
  const own = new Set(catalogue.features.map(({ name }) => name));
  for (const { name } of STANDARD.features) own.delete(name);
  const plain = fields
    .filter(({ type }) => !IS_MEASURED.has(type))
    .map(({ name, type }) => `${name} (${type})`);
  const told = [
    `${own.size} columns are features: ${shortList([...own])}.`,
    ...(plain.length > 0 ? [`${plain.length} are none: ${shortList(plain)}.`] : []),
    ...(left.length > 0 ? [`${left.length} more are too many: ${shortList(left)}.`] : []),
  ];
  return { document, catalogue, told: told.join(' ') };
}

const IS_MEASURED: ReadonlySet<string> = new Set(['number', 'money', 'boolean', 'category']);
const NAMES_SHOWN = 12;

const shortList = (names: readonly string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`;
