// Labels in a body: lines or arrays of JSON, or a CSV; whatever stands at a place is given with it.
import { shown } from '../../domain/fields.ts';
import { readJson } from '../../domain/json-text.ts';
import { badByteText } from '../../domain/utf8.ts';
import { type CsvRecord, csvRecords } from '../../formats/csv-records.ts';
import { jsonRecords } from '../../formats/json-records.ts';
import type { addLabels } from '../../protocol/labels.ts';
import type { QueryOf } from '../../protocol/operation.ts';

const MAX_RECORD_BYTES = 16 * 1024;

/** What stands at a place of a body: a label, nothing that is known, or what is wrong. */
export type Read = {
  /** Of the record from 1 on; of a CSV the line of the file. */
  readonly place: number;
} & Found;
type Found =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong'; readonly problem: string };

const wrong = (problem: string): Found => ({ kind: 'wrong', problem });

export async function* readJsonBody(body: AsyncIterable<Buffer>): AsyncGenerator<Read> {
  for await (const piece of jsonRecords(body, MAX_RECORD_BYTES)) {
    const place = piece.index;
    if (piece.kind === 'text') {
      const read = readJson(piece.text);
      yield { place, ...(read.ok ? { kind: 'value', value: read.value } : wrong(read.problems[0].message)) };
    } else if (piece.kind === 'broken') yield { place, ...wrong(piece.problem) };
    else if (piece.kind === 'bad-bytes')
      yield { place, ...wrong(`This element is ${badByteText(piece.badByte)}.`) };
    else yield { place, ...wrong(`This element is longer than ${MAX_RECORD_BYTES} bytes.`) };
  }
}

const COLUMNS = ['transactionId', 'fraud', 'fraudType', 'source', 'labelledAt'];
const values = (text: string | undefined, preset: string): readonly string[] =>
  (text ?? preset).split(',').map((value) => value.trim());

/** What is wrong with the names of the columns. */
function headerProblem(cells: readonly string[]): string | undefined {
  const missing = ['transactionId', 'fraud'].filter((name) => !cells.includes(name));
  const strange = cells.find((name) => !COLUMNS.includes(name));
  if (missing.length === 0 && strange === undefined) return undefined;
  const what =
    strange === undefined ? `It lacks ${missing.join(' and ')}.` : `${shown(strange)} is no column of it.`;
  return `The first line names the columns ${COLUMNS.join(', ')}. ${what}`;
}

/** Reads cells under a header, by what the query says that values mean. */
function cellReader(header: readonly string[], query: QueryOf<typeof addLabels>) {
  const fraud = values(query.fraud, 'true,1');
  const genuine = values(query.genuine, 'false,0');
  const unknown = ['', ...values(query.unknown, '')];
  return (cells: readonly string[]): Found => {
    if (cells.length !== header.length)
      return wrong(`The line has ${cells.length} cells, the first line ${header.length}.`);
    const said = Object.fromEntries(header.flatMap((name, i) => (cells[i] === '' ? [] : [[name, cells[i]]])));
    const verdict = said.fraud ?? '';
    if (unknown.includes(verdict)) return { kind: 'unknown' };
    return fraud.includes(verdict) || genuine.includes(verdict)
      ? { kind: 'value', value: { ...said, fraud: fraud.includes(verdict) } }
      : wrong(
          `fraud is ${shown(verdict)}; it means fraud as ${fraud.join(', ')}, genuine as ${genuine.join(', ')}. Other values are declared by ?fraud=…&genuine=…`,
        );
  };
}

const unreadable = (record: Exclude<CsvRecord, { kind: 'cells' }>): Found =>
  wrong(record.kind === 'broken' ? record.problem : `Cell ${record.cell} is ${badByteText(record.badByte)}.`);

/** Ends at a first line that names no columns of labels. */
export async function* readCsvBody(
  body: AsyncIterable<Buffer>,
  query: QueryOf<typeof addLabels>,
): AsyncGenerator<Read> {
  let read: ((cells: readonly string[]) => Found) | undefined;
  for await (const record of csvRecords(body, { maxBytes: MAX_RECORD_BYTES })) {
    const place = record.line;
    if (record.kind !== 'cells') {
      yield { place, ...unreadable(record) };
      continue;
    }
    const cells = record.cells.map((cell) => cell.trim());
    if (read) {
      yield { place, ...read(cells) };
      continue;
    }
    const problem = headerProblem(cells);
    if (problem !== undefined) {
      yield { place, ...wrong(problem) };
      return;
    }
    read = cellReader(cells, query);
  }
}
