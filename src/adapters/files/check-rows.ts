// Rows of features with what a model said of them, as CSV: what an imported model is checked against.
import { readFile, stat } from 'node:fs/promises';
import { shown } from '../../domain/fields.ts';
import { InputError } from '../../domain/input-error.ts';
import { fileText } from '../../domain/utf8.ts';
import { createCsvReader } from '../../formats/csv-records.ts';

const MAX_BYTES = 200 << 20;
const MAX_LINE_BYTES = 1 << 20;
export const PREDICTION = 'prediction';

export type CheckRows = {
  readonly columns: readonly string[];
  /** Row-major, one number a column; NaN where the cell is empty. */
  readonly values: Float64Array;
  readonly predictions: Float64Array;
};

type Line = { readonly line: number; readonly cells: readonly string[] };

/** Lines that hold something; a check on half of the rows would be none, so the first bad one ends it. */
function cellsOf(text: string, file: string): Line[] {
  const reader = createCsvReader({ maxBytes: MAX_LINE_BYTES });
  return [...reader.add(Buffer.from(text)), ...reader.end()].flatMap((record) => {
    const { line } = record;
    if (record.kind === 'broken') throw new InputError(`${file}, line ${line}: ${record.problem}`);
    if (record.kind === 'bad-bytes') return [];
    const cells = record.cells.map((cell) => cell.trim());
    return cells.every((cell) => cell === '') ? [] : [{ line, cells }];
  });
}

/** Throws InputError that names the line which cannot be read. */
export async function readCheckRows(file: string): Promise<CheckRows> {
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile()) throw new InputError(`${file}: no such file.`);
  if (info.size > MAX_BYTES)
    throw new InputError(`${file} has ${info.size} bytes; at most ${MAX_BYTES} are read.`);
  const [first, ...lines] = cellsOf(fileText(await readFile(file), file), file);
  const header = first?.cells ?? [];
  const last = header.indexOf(PREDICTION);
  if (last < 0) throw new InputError(`${file} has no column "${PREDICTION}".`);
  if (lines.length === 0) throw new InputError(`${file} holds no rows.`);
  const places = header.flatMap((_, column) => (column === last ? [] : [column]));
  const values = new Float64Array(lines.length * places.length);
  const predictions = new Float64Array(lines.length);
  for (const [row, { line, cells }] of lines.entries()) {
    if (cells.length !== header.length)
      throw new InputError(
        `${file}, line ${line}: it has ${cells.length} cells, the first line ${header.length}.`,
      );
    const number = (column: number): number => {
      const text = cells[column];
      if (/^(|nan|null)$/i.test(text)) return Number.NaN;
      const value = Number(text.replace(/^(-?)inf$/i, '$1Infinity'));
      if (Number.isNaN(value)) {
        throw new InputError(`${file}, line ${line}, ${header[column]}: ${shown(text)} is no number.`);
      }
      return value;
    };
    for (const [k, column] of places.entries()) values[row * places.length + k] = number(column);
    predictions[row] = number(last);
    if (Number.isNaN(predictions[row])) throw new InputError(`${file}, line ${line} has no ${PREDICTION}.`);
  }
  return { columns: places.map((column) => header[column]), values, predictions };
}
