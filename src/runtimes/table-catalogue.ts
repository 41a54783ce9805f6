// Which catalogue a table of past transactions was made with: said beside it, document and all, so that whoever reads the table
// computes the same of what comes next.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../domain/fields.ts';
import { InputError } from '../domain/input-error.ts';
import { readJson } from '../domain/json-text.ts';
import { problemsToText } from '../domain/problem.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { checkedCatalogue, type ReadyCatalogue, STANDARD_READY } from '../features/checked-catalogue.ts';

/** Names that start with _ are no part of a table. */
export const TABLE_CATALOGUE_FILE = '_catalogue.json';
/** Of that file. */
export const TABLE_CATALOGUE_VERSION = 1;

/** What the file says. */
export const tableCatalogueJson = ({ document, catalogue }: ReadyCatalogue): object => ({
  version: TABLE_CATALOGUE_VERSION,
  hash: catalogue.hash,
  document,
});

type Said = { readonly hash: string; readonly document: unknown };

/** Undefined where a table does not say it: those of before had the features of the program alone. */
async function saidOf(folder: string): Promise<Said | undefined> {
  const file = join(folder, TABLE_CATALOGUE_FILE);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const read = readJson(text);
  if (!read.ok)
    throw new InputError(`${file} is no JSON: it was written over, or is cut off. Make the table again.`);
  const said: Partial<Said & { readonly version: number }> = isObject(read.value) ? read.value : {};
  if (said.version !== TABLE_CATALOGUE_VERSION || typeof said.hash !== 'string') {
    throw new InputError(
      `${file} is of version ${String(said.version)}; this program reads ${TABLE_CATALOGUE_VERSION}. Make the table again.`,
    );
  }
  return { hash: said.hash, document: said.document };
}

/** The catalogue that a table was made with. Throws InputError where this program computes another by its document. */
export async function catalogueOfTable(folder: string): Promise<Catalogue> {
  const said = await saidOf(folder);
  if (!said || said.hash === STANDARD_READY.catalogue.hash) return STANDARD_READY.catalogue;
  const checked = checkedCatalogue(said.document);
  if (!checked.ok) {
    throw new InputError(
      `The catalogue of ${folder} cannot be used by this program. ${problemsToText(checked.problems)}`,
    );
  }
  if (checked.catalogue.hash !== said.hash) {
    throw new InputError(
      `${folder} was made with catalogue ${said.hash}; by its document this program computes ${checked.catalogue.hash}. Make the table again.`,
    );
  }
  return checked.catalogue;
}

/** Throws InputError where a table was made with another catalogue than is expected. */
export async function expectCatalogue(folder: string, { hash }: Pick<Catalogue, 'hash'>): Promise<void> {
  const said = (await saidOf(folder))?.hash ?? STANDARD_READY.catalogue.hash;
  if (said === hash) return;
  throw new InputError(
    `${folder} was made with catalogue ${said}, and ${hash} is expected here: make the table with the catalogue that is meant (--catalogue FILE).`,
  );
}
