// Rows of features with what a model said of them, as CSV: what an imported model is checked against.
import { readFile, stat } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { InputError } from '../../domain/input-error.ts';
import { fileText } from '../../domain/utf8.ts';

const MAX_BYTES = 200 << 20;
export const PREDICTION = 'prediction';

export type CheckRows = {
  readonly columns: readonly string[];
  /** Row-major, one number a column; NaN where the cell is empty. */
  readonly values: Float64Array;
  readonly predictions: Float64Array;
};

/** Throws InputError that names the line which cannot be read. */
export async function readCheckRows(file: string): Promise<CheckRows> {
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile()) throw new InputError(`${file}: no such file.`);
  if (info.size > MAX_BYTES)
    throw new InputError(`${file} has ${info.size} bytes; at most ${MAX_BYTES} are read.`);
  const text = fileText(await readFile(file), file);
  let cells: string[][];
  try {
    cells = parse(text, { skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`);
  }
  const [header = [], ...lines] = cells;
  const last = header.indexOf(PREDICTION);
  if (last < 0) throw new InputError(`${file} has no column "${PREDICTION}".`);
  if (lines.length === 0) throw new InputError(`${file} holds no rows.`);
  const places = header.flatMap((_, column) => (column === last ? [] : [column]));
  const values = new Float64Array(lines.length * places.length);
  const predictions = new Float64Array(lines.length);
  for (const [row, line] of lines.entries()) {
    const number = (column: number): number => {
      const text = line[column] ?? '';
      if (/^(|nan|null)$/i.test(text)) return Number.NaN;
      const value = Number(text.replace(/^(-?)inf$/i, '$1Infinity'));
      if (Number.isNaN(value)) {
        throw new InputError(`${file}, row ${row + 1}, ${header[column]}: "${text}" is no number.`);
      }
      return value;
    };
    for (const [k, column] of places.entries()) values[row * places.length + k] = number(column);
    predictions[row] = number(last);
    if (Number.isNaN(predictions[row])) throw new InputError(`${file}, row ${row + 1} has no ${PREDICTION}.`);
  }
  return { columns: places.map((column) => header[column]), values, predictions };
}
