// A catalogue document in a file.
import { readFile } from 'node:fs/promises';
import { MAX_DOCUMENT_BYTES } from '../domain/catalogue-version.ts';
import { InputError } from '../domain/input-error.ts';
import { readJson } from '../domain/json-text.ts';
import {
  type CheckedCatalogue,
  checkedCatalogue,
  type ReadyCatalogue,
} from '../features/checked-catalogue.ts';
import { problemWords } from './catalogue-words.ts';

/** Read and checked. Throws InputError where the file is no JSON. */
export async function checkedFile(file: string): Promise<CheckedCatalogue> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new InputError(`${file} cannot be read: ${error.message}`);
  });
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw new InputError(`${file} has ${bytes.length} bytes; a document has at most ${MAX_DOCUMENT_BYTES}.`);
  const read = readJson(bytes.toString('utf8').replace(/^\ufeff/, ''));
  if (!read.ok) throw new InputError(`${file}: ${read.problems[0].message}`);
  return checkedCatalogue(read.value);
}

/** The catalogue of a file. Throws InputError with every problem and its place. */
export async function catalogueOfFile(file: string): Promise<ReadyCatalogue> {
  const checked = await checkedFile(file);
  if (!checked.ok) throw new InputError(problemWords(file, checked.problems));
  return checked;
}
