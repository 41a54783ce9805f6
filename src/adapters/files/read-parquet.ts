// Reads a table of Parquet files, one after the other in the order of their names, in batches.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetMetadataAsync, parquetRead } from 'hyparquet';
import { asyncBufferFromFile } from 'hyparquet/src/node.js';
import { InputError } from '../../domain/input-error.ts';

/** A value of a column: what is not there is null. */
export type ParquetValue = string | number | bigint | boolean | Date | null;

/**
 * Rows of a folder's `*.parquet` files, each with the columns asked for, in that order. Throws InputError when there are none,
 * or one has not all the columns.
 */
export async function* readParquet(
  folder: string,
  columns: readonly string[],
): AsyncGenerator<readonly (readonly ParquetValue[])[]> {
  const names = await readdir(folder).catch(() => {
    throw new InputError(`${folder}: no such folder.`);
  });
  const files = names.filter((name) => name.endsWith('.parquet') && !/^[._]/.test(name)).sort();
  if (files.length === 0) throw new InputError(`${folder} holds no Parquet files.`);
  for (const name of files) {
    const file = await asyncBufferFromFile(join(folder, name));
    const metadata = await parquetMetadataAsync(file);
    const there = new Set(metadata.schema.map((element) => element.name));
    const missing = columns.filter((column) => !there.has(column));
    if (missing.length > 0) {
      throw new InputError(
        `${join(folder, name)} has no column ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' …' : ''}: ` +
          'it was written for another feature catalogue; make the table again.',
      );
    }
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows);
      let rows: ParquetValue[][] = [];
      await parquetRead({
        file,
        metadata,
        columns: [...columns],
        rowStart,
        rowEnd,
        onComplete: (found) => {
          rows = found;
        },
      });
      yield rows;
      rowStart = rowEnd;
    }
  }
}
