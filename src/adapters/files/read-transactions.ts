// Reads transactions from a file: CSV with a mapping, or NDJSON of canonical transactions that may each carry
// "fraud"; plain or gzip. Bounded memory: rows come in batches.
import type { DataModel, FieldDefinition } from '../../domain/data-model.ts';
import { isObject, shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { readJson } from '../../domain/json-text.ts';
import type { Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import { type Bounds, readTransaction } from '../../domain/read-transaction.ts';
import { isSensitiveField } from '../../domain/sensitive-fields.ts';
import { badByteText, badUtf8, byteName } from '../../domain/utf8.ts';
import { type CsvRecord, csvRecords } from '../../formats/csv-records.ts';
import { jsonRecords } from '../../formats/json-records.ts';
import {
  type AttributeColumn,
  attributeColumns,
  definitionsOf,
  ROWS_LOOKED_AT,
  typedColumns,
} from './attribute-columns.ts';
import { columnPositions, type InputRow, RAW_SHOWN, rowReader } from './csv-rows.ts';
import { byteLines } from './file-bytes.ts';
import type { Mapping } from './mapping.ts';
import { type FileSource, fileSource, kindOf, openRows, type RowsFile, utf8Of } from './open-rows.ts';

export type InputFile = RowsFile<InputRow>;

const BATCH_ROWS = 1000;
const MAX_LINE_BYTES = 1 << 20;
const MAX_CHARACTERS_LOOKED_AT = 16 << 20;

/** Opens a file for reading; `mapping` is needed for CSV. Throws InputError when the file cannot be used. */
export async function openTransactions(
  given: string | FileSource,
  mapping: Mapping | undefined,
  bounds: Bounds,
): Promise<InputFile> {
  const source = await fileSource(given);
  const file = source.name;
  const kind = await kindOf(source);
  const isNdjson = kind.isJson || /\.(ndjson|jsonl|json)(\.gz)?$/.test(file);
  if (!isNdjson && !mapping) {
    throw new InputError(
      `${file}: a CSV file needs --mapping (a preset or a JSON file); NDJSON ends in .ndjson or .jsonl.`,
    );
  }
  return openRows(source, kind, (bytes) =>
    isNdjson || !mapping
      ? jsonRows(bytes, bounds, (value, toRefused, line) => transactionRow(value, bounds, toRefused, line))
      : csvRows(bytes, mapping, file, bounds),
  );
}

export type NotRead = Extract<InputRow, { ok: false }>;
/** A row of a value of JSON; `toRefused` makes one of what is wrong with it. */
export type RowOfValue<Row> = (
  value: unknown,
  toRefused: (problems: readonly Problem[]) => NotRead,
  line: number,
) => Row | NotRead;

/** What an array holds, each element by its number. */
async function* arrayRows<Row>(
  bytes: AsyncIterable<Buffer>,
  bounds: Bounds,
  rowOf: RowOfValue<Row>,
): AsyncGenerator<(Row | NotRead)[]> {
  let batch: (Row | NotRead)[] = [];
  for await (const piece of jsonRecords(bytes, MAX_LINE_BYTES)) {
    const row =
      piece.kind === 'text'
        ? jsonRow(Buffer.from(piece.text), false, piece.index, bounds, rowOf)
        : piece.kind === 'bad-bytes'
          ? notRead(
              piece.index,
              keptOf(piece.text, RAW_SHOWN, bounds.cards),
              `Element ${piece.index} is ${badByteText(piece.badByte)}.`,
            )
          : notRead(
              piece.index,
              '',
              piece.kind === 'broken' ? piece.problem : `The element is longer than ${MAX_LINE_BYTES} bytes.`,
            );
    if (row) batch.push(row);
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

const notRead = (line: number, raw: string, message: string): NotRead => ({
  ok: false,
  line,
  raw,
  problems: [{ pointer: '', message }],
});

/** The stream anew, and its first character that says something. */
async function opened(
  bytes: AsyncIterable<Buffer>,
): Promise<{ readonly first: string; readonly all: AsyncIterable<Buffer> }> {
  const iterator = bytes[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let first = '';
  while (first === '') {
    const next = await iterator.next();
    if (next.done) break;
    held.push(next.value);
    first = next.value.toString('latin1').replace(/[\s\u00ef\u00bb\u00bf]/g, '')[0] ?? '';
  }
  async function* all(): AsyncGenerator<Buffer> {
    yield* held;
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
  }
  return { first, all: all() };
}

/** A line each, or an array. */
export async function* jsonRows<Row>(
  source: AsyncIterable<Buffer>,
  bounds: Bounds,
  rowOf: RowOfValue<Row>,
): AsyncGenerator<(Row | NotRead)[]> {
  const { first, all: bytes } = await opened(source);
  if (first === '[') {
    yield* arrayRows(bytes, bounds, rowOf);
    return;
  }
  let batch: (Row | NotRead)[] = [];
  let line = 0;
  for await (const { bytes: one, tooLong } of byteLines(bytes, MAX_LINE_BYTES)) {
    line++;
    const row = jsonRow(one, tooLong, line, bounds, rowOf);
    if (!row) continue;
    batch.push(row);
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** Undefined where the line is blank. */
function jsonRow<Row>(
  bytes: Buffer,
  tooLong: boolean,
  line: number,
  bounds: Bounds,
  rowOf: RowOfValue<Row>,
): Row | NotRead | undefined {
  const text = bytes.toString('utf8');
  const raw = (): string => keptOf(text, RAW_SHOWN, bounds.cards);
  const refused = (message: string): NotRead => notRead(line, raw(), message);
  if (tooLong) return refused(`The line is longer than ${MAX_LINE_BYTES} bytes.`);
  const bad = badUtf8(bytes);
  if (bad) return refused(`Line ${line}, column ${bad.column}: byte ${byteName(bad.byte)} is not UTF-8.`);
  if (text.trim() === '') return undefined;
  const read = readJson(text);
  if (!read.ok) return { ok: false, line, raw: raw(), problems: read.problems };
  return rowOf(read.value, (problems) => ({ ok: false, line, raw: raw(), problems }), line);
}

function transactionRow(
  given: unknown,
  bounds: Bounds,
  toRefused: (problems: readonly Problem[]) => NotRead,
  line: number,
): InputRow {
  let value = given;
  let fraud: boolean | undefined;
  if (isObject(value) && 'fraud' in value) {
    const { fraud: said, ...rest } = value;
    if (typeof said !== 'boolean')
      return toRefused([{ pointer: '/fraud', message: 'fraud must be true or false.' }]);
    fraud = said;
    value = rest;
  }
  const parsed = readTransaction(value, bounds);
  if (!parsed.ok) return toRefused(parsed.problems);
  return { ok: true, line, transaction: parsed.value, ...(fraud !== undefined && { fraud }) };
}

type RowOf = (record: CsvRecord) => InputRow;

async function* csvRows(
  bytes: AsyncIterable<Buffer>,
  mapping: Mapping,
  file: string,
  bounds: Bounds,
): AsyncGenerator<InputRow[]> {
  const { header, columns, first, rest } = await beginningOf(bytes, mapping, file);
  const own = typedColumns(columns, cellsOf(first), bounds.dataModel);
  const toRow = rowReader(header, mapping, file, bounds, own);
  const rowOf: RowOf = (record) =>
    record.kind === 'cells' ? toRow(record.cells, record.line) : unreadable(record, header, bounds);
  for (let from = 0; from < first.length; from += BATCH_ROWS) {
    yield first.slice(from, from + BATCH_ROWS).map(rowOf);
  }
  first.length = 0;
  let batch: InputRow[] = [];
  for await (const record of rest) {
    batch.push(rowOf(record));
    if (batch.length === BATCH_ROWS) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** The records of a CSV: its columns, the first rows where these tell what columns hold, and those after them. */
type Beginning = {
  readonly header: readonly string[];
  readonly columns: readonly AttributeColumn[];
  readonly first: CsvRecord[];
  readonly rest: AsyncIterable<CsvRecord>;
};

async function beginningOf(bytes: AsyncIterable<Buffer>, mapping: Mapping, file: string): Promise<Beginning> {
  const { delimiter } = mapping;
  const options = { maxBytes: MAX_LINE_BYTES, ...(delimiter !== undefined && { delimiter }) };
  const records = csvRecords(bytes, options)[Symbol.asyncIterator]();
  const head = await records.next();
  if (head.done) throw new InputError(`${file} is empty: a CSV file starts with a line of column names.`);
  const header = headerOf(head.value, file);
  const columns = attributeColumns(header, mapping, file, columnPositions(header, file));
  const first: CsvRecord[] = [];
  let characters = 0;
  while (columns.length > 0 && first.length < ROWS_LOOKED_AT && characters < MAX_CHARACTERS_LOOKED_AT) {
    const next = await records.next();
    if (next.done) break;
    first.push(next.value);
    if (next.value.kind === 'cells') for (const cell of next.value.cells) characters += cell.length;
  }
  return { header, columns, first, rest: { [Symbol.asyncIterator]: () => records } };
}

/** Rows that have a cell for each column are told by their own check. */
const cellsOf = (records: readonly CsvRecord[]): readonly (readonly string[])[] =>
  records.flatMap((record) => (record.kind === 'cells' ? [record.cells] : []));

/**
 * The own fields that a CSV brings by a mapping, with what each holds: as the mapping says, else as the data model does, else as
 * the first rows look. None of a file of canonical transactions. Throws InputError when the file cannot be used.
 */
export async function attributesOfFile(
  given: string | FileSource,
  mapping: Mapping,
  dataModel?: DataModel,
): Promise<readonly FieldDefinition[]> {
  const source = await fileSource(given);
  const kind = await kindOf(source);
  if (kind.isJson || !mapping.attributes) return [];
  return utf8Of(source, kind, async (bytes) => {
    const { columns, first } = await beginningOf(bytes, mapping, source.name);
    return definitionsOf(typedColumns(columns, cellsOf(first), dataModel));
  });
}

/** The columns of a table and its first rows, each with its line; undefined of a file of JSON. Throws InputError. */
export async function firstRows(
  source: FileSource,
): Promise<{ readonly header: readonly string[]; readonly rows: readonly TableRow[] } | undefined> {
  const kind = await kindOf(source);
  if (kind.isJson) return undefined;
  return utf8Of(source, kind, async (bytes) => {
    const { header, first } = await beginningOf(bytes, EVERYTHING, source.name);
    return {
      header,
      rows: first.flatMap((record) =>
        record.kind === 'cells' ? [{ line: record.line, cells: record.cells }] : [],
      ),
    };
  });
}

export type TableRow = { readonly line: number; readonly cells: readonly string[] };
/** Every column is one's own as long as nobody said otherwise. */
const EVERYTHING: Mapping = { fields: {}, attributes: { named: {}, takesRest: true } };

/** Throws InputError where the first line names no columns. */
function headerOf(record: CsvRecord, file: string): string[] {
  if (record.kind === 'bad-bytes')
    throw new InputError(`${file}: a name of a column is ${badByteText(record.badByte)}.`);
  if (record.kind === 'broken') throw new InputError(`${file}, line ${record.line}: ${record.problem}`);
  return record.cells.map((cell) => cell.trim());
}

/** A record of which no row can be made. What was in it is kept, unless a column of it must not be. */
function unreadable(
  record: Exclude<CsvRecord, { kind: 'cells' }>,
  header: readonly string[],
  bounds: Bounds,
): InputRow {
  const { line, text } = record;
  const raw = header.some(isSensitiveField) ? '' : keptOf(text, RAW_SHOWN, bounds.cards);
  const message =
    record.kind === 'broken'
      ? record.problem
      : `Line ${line}, column ${shown(header[record.cell - 1] ?? record.cell)}, character ${record.badByte.column}: byte ${byteName(record.badByte.byte)} is not UTF-8.`;
  return { ok: false, line, raw, problems: [{ pointer: '', message }] };
}
