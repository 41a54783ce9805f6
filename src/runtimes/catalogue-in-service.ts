// The catalogue in service, as its book names it. One that this program cannot use stops nothing: what served before goes on, and it
// is told. Looked at by revision; whoever decides swaps it between two batches, with models and rules.
import type { FilledFrom } from '../domain/catalogue-version.ts';
import { problemsToText } from '../domain/problem.ts';
import { newHistories } from '../features/catalogue-changes.ts';
import { STANDARD_READY, storedCatalogue } from '../features/checked-catalogue.ts';
import type { CatalogueChange, ServedCatalogue } from '../ports/desk.ts';
import type { AuditEntry } from '../ports/office/audit.ts';
import type { CatalogueBook, FiledCatalogue } from '../ports/office/catalogue.ts';

/** How far back a start looks for a version that it can use. */
const VERSIONS_TRIED = 20;

export type CatalogueInService = {
  current(): ServedCatalogue;
  /** Looks at the book now. */
  look(): Promise<void>;
};

const STANDARD_SERVED: ServedCatalogue = { ...STANDARD_READY, version: 0, disabled: [], filledFrom: [] };

const nameOf = ({ version }: Pick<ServedCatalogue, 'version'>): string =>
  version === 0 ? 'The catalogue of the program' : `Catalogue version ${version}`;

/** A filed version made ready, or why it cannot be used. */
function readied({ version, document, disabled, filledFrom }: FiledCatalogue): ServedCatalogue | string {
  const checked = storedCatalogue(document);
  if (checked.ok) {
    const { catalogue, document: read } = checked;
    return { catalogue, document: read, version, disabled, filledFrom };
  }
  return `Catalogue version ${version} cannot be used by this program. ${problemsToText(checked.problems)}`;
}

export async function openCatalogue(
  book: CatalogueBook,
  onNotice: (message: string) => void,
): Promise<CatalogueInService> {
  let revision = -1;
  let current: ServedCatalogue | undefined;

  /** What serves in the place of one that cannot be used. */
  async function instead(): Promise<ServedCatalogue> {
    if (current) return current;
    for (const before of await book.servedBefore(VERSIONS_TRIED)) {
      const found = readied(before);
      if (typeof found !== 'string') return found;
    }
    return STANDARD_SERVED;
  }

  async function wanted(): Promise<ServedCatalogue> {
    const live = await book.inState('live');
    if (!live) return STANDARD_SERVED;
    if (live.version === current?.version) {
      // It was compiled before: what is switched off, and from where on histories are whole, is all that can be another.
      return { ...current, disabled: live.disabled, filledFrom: live.filledFrom };
    }
    const found = readied(live);
    if (typeof found !== 'string') {
      if (live.problem !== undefined) await book.tell(live.version, undefined);
      return found;
    }
    const other = await instead();
    onNotice(`${found} ${nameOf(other)} serves instead.`);
    await book.tell(live.version, found);
    return other;
  }

  async function look(): Promise<void> {
    const now = await book.revision();
    if (now === revision) return;
    const next = await wanted();
    revision = now;
    if (current && next.version !== current.version) onNotice(`${nameOf(next)} in service`);
    current = next;
  }
  await look();
  return {
    look,
    current: () => {
      if (!current) throw new Error('the catalogue was not read');
      return current;
    },
  };
}

/** Where a change of the catalogue meets the stream of records. */
export type CatalogueRoad = {
  readonly book: CatalogueBook;
  readonly inService: CatalogueInService;
  /** The record that comes next and when: what is decided from here on is in histories that begin. */
  next(): { readonly offset: number | undefined; readonly atMs: number };
  /** Takes what the book says into service, between two batches. */
  refresh(): Promise<void>;
};

/** Histories begin empty, and say from where on they are whole. */
export function catalogueChange({ book, inService, next, refresh }: CatalogueRoad): CatalogueChange {
  async function goLive(version: number, entry: AuditEntry): ReturnType<CatalogueChange['goLive']> {
    const filed = await book.find(version);
    if (!filed) return { problem: `There is no version ${version} of the catalogue.` };
    const ready = readied(filed);
    if (typeof ready === 'string') return { problem: ready };
    const before = inService.current();
    const begun = newHistories(before.catalogue, ready.catalogue);
    const from = (): FilledFrom[] => begun.map((history) => ({ ...history, ...next() }));
    const kept = stillFilling(before, ready);
    if (!(await book.move(version, 'draft', 'live', [...kept, ...from()], entry))) {
      return { problem: 'Somebody moved or wrote it meanwhile. Look at it again.' };
    }
    await refresh();
    // Records that were decided until the swap are in none of them.
    const filledFrom = from();
    if (filledFrom.length > 0) {
      await book.tellFilled(version, [...kept, ...filledFrom]);
      await inService.look();
    }
    return { filledFrom };
  }
  return { current: inService.current, goLive };
}

/** Of histories that began with a version before, those that this one goes on reading. */
function stillFilling(before: ServedCatalogue, after: Pick<ServedCatalogue, 'catalogue'>): FilledFrom[] {
  const hashes = new Map(after.catalogue.features.map(({ name, hash }) => [name, hash]));
  const same = new Set(
    before.catalogue.features.filter(({ name, hash }) => hashes.get(name) === hash).map(({ name }) => name),
  );
  return before.filledFrom.flatMap((filled) => {
    const features = filled.features.filter((name) => same.has(name));
    return features.length === 0 ? [] : [{ ...filled, features }];
  });
}
