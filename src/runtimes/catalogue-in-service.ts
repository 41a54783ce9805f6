// The catalogue in service, as its book names it. One that this program cannot use stops nothing: what served before goes on, and it
// is told. Looked at by revision; whoever decides takes it between two batches, with models and rules, or none of the three.
import type { FilledFrom } from '../domain/catalogue-version.ts';
import { ownDataOf } from '../domain/own-data.ts';
import { problemsToText } from '../domain/problem.ts';
import type { Catalogues } from '../engine/stored-vectors.ts';
import type { Catalogue } from '../features/catalogue.ts';
import type { CatalogueOutline } from '../features/catalogue-outline.ts';
import { STANDARD_READY, storedCatalogue } from '../features/checked-catalogue.ts';
import { STANDARD } from '../features/standard.ts';
import type { ServedCatalogue } from '../ports/desk.ts';
import type { CatalogueBook, FiledCatalogue } from '../ports/office/catalogue.ts';

/** How many versions that served are kept at hand: for a start that cannot use the newest, and for vectors of the past. */
const VERSIONS_KEPT = 500;
/** How many of them are compiled at once. */
const MAX_COMPILED = 20;

export type CatalogueInService = {
  /** What decides in this process. */
  current(): ServedCatalogue;
  /** Looks at the book now; gives what it wants to decide, which may be what does. */
  look(): Promise<ServedCatalogue>;
  /** The version whose histories are being filled, as far as this process can use it. */
  coming(): ServedCatalogue | undefined;
  /** What the book wants to decide and this process has neither taken yet nor refused. */
  taking(): ServedCatalogue | undefined;
  /** From here on it decides. */
  took(next: ServedCatalogue): void;
  /** Why what the book wants does not serve here: told once, kept with the version. */
  refused(next: ServedCatalogue, why: string): Promise<void>;
  /** Catalogues that decided, by their hash. */
  readonly catalogues: Catalogues;
};

const elapsedMs = (): number => performance.now();

const STANDARD_SERVED: ServedCatalogue = { ...STANDARD_READY, version: 0, disabled: [], filledFrom: [] };

const nameOf = ({ version }: Pick<ServedCatalogue, 'version'>): string =>
  version === 0 ? 'The catalogue of the program' : `Catalogue version ${version}`;

/** A filed version made ready, or why it cannot be used. */
export function readied({
  version,
  document,
  disabled,
  filledFrom,
}: FiledCatalogue): ServedCatalogue | string {
  const checked = storedCatalogue(document, disabled);
  if (!checked.ok) {
    return `Catalogue version ${version} cannot be used by this program. ${problemsToText(checked.problems)}`;
  }
  return { catalogue: checked.catalogue, document: checked.document, version, disabled, filledFrom };
}

/** Documents that served, compiled when a vector of theirs is read. */
function createPastCatalogues(): Catalogues & { learn(versions: readonly FiledCatalogue[]): void } {
  const documents = new Map<string, string>();
  const compiled = new Map<string, Catalogue>();
  return {
    learn(versions) {
      for (const { catalogueHash, document } of versions) documents.set(catalogueHash, document);
    },
    byHash(hash) {
      if (hash === STANDARD.hash) return STANDARD;
      const known = compiled.get(hash);
      if (known) return known;
      const text = documents.get(hash);
      const checked = text === undefined ? undefined : storedCatalogue(text);
      // What this program computes otherwise is not what was written.
      if (!checked?.ok || checked.catalogue.hash !== hash) return undefined;
      if (compiled.size >= MAX_COMPILED) compiled.clear();
      compiled.set(hash, checked.catalogue);
      return checked.catalogue;
    },
  };
}

export async function openCatalogue(
  book: CatalogueBook,
  onNotice: (message: string) => void,
): Promise<CatalogueInService> {
  const past = createPastCatalogues();
  let revision = -1;
  let wanted: ServedCatalogue | undefined;
  let current: ServedCatalogue | undefined;

  let coming: ServedCatalogue | undefined;

  /** What is the same is not made ready again. */
  function comingOf(filed: FiledCatalogue | undefined): ServedCatalogue | undefined {
    if (!filed || filed.version === coming?.version) return filed && coming;
    const next = readied(filed);
    return typeof next === 'string' ? undefined : next;
  }
  async function found(): Promise<ServedCatalogue> {
    const [live, before, filling] = await Promise.all([
      book.inState('live'),
      book.servedBefore(VERSIONS_KEPT),
      book.inState('filling'),
    ]);
    coming = comingOf(filling);
    past.learn(before);
    if (!live) return STANDARD_SERVED;
    past.learn([live]);
    const next = readied(live);
    if (typeof next !== 'string') {
      if (live.problem !== undefined) await book.tell(live.version, undefined);
      return next;
    }
    const other = current ?? firstUsable(before);
    onNotice(`${next} ${nameOf(other)} serves instead.`);
    await book.tell(live.version, next);
    return other;
  }

  async function look(): Promise<ServedCatalogue> {
    const now = await book.revision();
    if (now === revision && wanted) return wanted;
    const next = await found();
    // What is the same is not made ready again: models are made for a catalogue.
    const same = [wanted, current].find(
      (one) => one?.version === next.version && sameTexts(one.disabled, next.disabled),
    );
    wanted = same ? { ...same, filledFrom: next.filledFrom } : next;
    revision = now;
    return wanted;
  }
  const timed = (next: ServedCatalogue): ServedCatalogue => {
    next.catalogue.costs(elapsedMs);
    return next;
  };
  const first = timed(await look());
  current = first;
  const served = (): ServedCatalogue => current ?? first;
  let refused = '';
  let refusedVersion: number | undefined;
  return {
    look,
    current: served,
    coming: () => coming,
    taking: () =>
      wanted && wanted.version !== served().version && wanted.version !== refusedVersion ? wanted : undefined,
    took(next) {
      if (next.version !== served().version) onNotice(`${nameOf(next)} in service`);
      current = timed(next);
      refused = '';
      refusedVersion = undefined;
    },
    async refused(next, why) {
      const told = `${nameOf(next)} does not serve: ${why} ${nameOf(served())} in service as before.`;
      if (refused === told) return;
      refused = told;
      refusedVersion = next.version;
      onNotice(told);
      if (next.version !== 0) await book.tell(next.version, why);
    },
    catalogues: {
      byHash: (hash) => (served().catalogue.hash === hash ? served().catalogue : past.byHash(hash)),
    },
  };
}

/** What labels name: keys of own entities of what serves and of what is being filled. */
export const keyFieldsOf = (inService: CatalogueInService): readonly string[] => [
  ...new Set(
    [inService.current(), inService.coming()].flatMap((one) =>
      one ? ownDataOf(one.catalogue.data).keyFields : [],
    ),
  ),
];

function firstUsable(before: readonly FiledCatalogue[]): ServedCatalogue {
  for (const one of before) {
    const found = readied(one);
    if (typeof found !== 'string') return found;
  }
  return STANDARD_SERVED;
}

const sameTexts = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, i) => text === other[i]);

/** What features take in this process, by name. */
export function costsOf({ catalogue }: ServedCatalogue): ReadonlyMap<string, number> {
  const costs = catalogue.costs(elapsedMs);
  return new Map(
    catalogue.features.flatMap(({ name }, place): [string, number][] => {
      const micros = costs.meanMicros(place);
      return micros === undefined ? [] : [[name, micros]];
    }),
  );
}

/** Of histories that began with a version before, those that this one goes on reading. */
export function stillFilling(before: ServedCatalogue, after: CatalogueOutline): FilledFrom[] {
  const hashes = new Map(after.features.map(({ name, hash }) => [name, hash]));
  const same = new Set(
    before.catalogue.features.filter(({ name, hash }) => hashes.get(name) === hash).map(({ name }) => name),
  );
  return before.filledFrom.flatMap((filled) => {
    const features = filled.features.filter((name) => same.has(name));
    return features.length === 0 ? [] : [{ ...filled, features }];
  });
}
