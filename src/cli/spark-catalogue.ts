// Which catalogue a backfill computes.
import { loadMapping } from '../adapters/files/mapping.ts';
import { openPostgres } from '../adapters/postgres/session.ts';
import { createOffice } from '../adapters/sql/office.ts';
import { InputError } from '../domain/input-error.ts';
import { problemsToText } from '../domain/problem.ts';
import { type ReadyCatalogue, STANDARD_READY, storedCatalogue } from '../features/checked-catalogue.ts';
import { catalogueOfColumns } from '../runtimes/labelled-file.ts';
import { catalogueOfFile } from './catalogue-file.ts';
import { undeclaredColumns } from './labelled-options.ts';
import type { Options } from './options.ts';

/** `told` says which it is, where that is not what was asked for word by word. */
export type AskedCatalogue = ReadyCatalogue & { readonly told: readonly string[] };

/**
 * Of `--catalogue`; else the one in service at the desk of DATABASE_URL; else that of the program, and of the own columns that
 * `--mapping` takes from the first file. Throws InputError.
 */
export async function catalogueAsked(options: Options, files: readonly string[]): Promise<AskedCatalogue> {
  const mappingName = options.text('mapping');
  const [first] = files;
  const mapping = mappingName === undefined ? undefined : await loadMapping(mappingName);
  const asked = options.text('catalogue');
  const url = process.env.DATABASE_URL;
  if (asked === undefined && !url) {
    if (!mapping?.attributes || first === undefined) return { ...STANDARD_READY, told: [] };
    const { told, ...ready } = await catalogueOfColumns(first, mapping);
    return { ...ready, told: told === undefined ? [] : [told] };
  }
  const { name, told, ...ready } =
    asked === undefined
      ? await catalogueInService(url ?? '')
      : { ...(await catalogueOfFile(asked)), name: asked, told: [] };
  const undeclared =
    mapping && first !== undefined
      ? await undeclaredColumns(name, ready.catalogue, first, mapping)
      : undefined;
  return { ...ready, told: undeclared === undefined ? told : [...told, undeclared] };
}

async function catalogueInService(url: string): Promise<AskedCatalogue & { readonly name: string }> {
  const { session } = await openPostgres({ url, connections: 1 });
  try {
    const live = await createOffice(session).catalogue.inState('live');
    if (!live) return { ...STANDARD_READY, name: 'The catalogue of the program', told: [] };
    const name = `Catalogue version ${live.version}`;
    const checked = storedCatalogue(live.document);
    if (!checked.ok)
      throw new InputError(`${name} cannot be used by this program. ${problemsToText(checked.problems)}`);
    const { document, catalogue } = checked;
    return { document, catalogue, name, told: [`${name} of the desk of DATABASE_URL.`] };
  } finally {
    await session.close();
  }
}
