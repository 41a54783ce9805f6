// The catalogue in service, as its book names it. One that this program cannot use stops nothing: what served before goes on, and it
// is told. Looked at by revision; whoever decides takes it between two batches, with models and rules, or none of the three.
import type { FilledFrom } from '../domain/catalogue-version.ts';
import { problemsToText } from '../domain/problem.ts';
import type { Catalogues } from '../engine/stored-vectors.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { newHistories } from '../features/catalogue-changes.ts';
import type { CatalogueOutline } from '../features/catalogue-outline.ts';
import { STANDARD_READY, storedCatalogue } from '../features/checked-catalogue.ts';
import { STANDARD } from '../features/standard.ts';
import type { CatalogueChange, ServedCatalogue } from '../ports/desk.ts';
import type { AuditEntry } from '../ports/office/audit.ts';
import type { CatalogueBook, FiledCatalogue } from '../ports/office/catalogue.ts';
import { createDocumentCheck } from './document-check.ts';

/** How many versions that served are kept at hand: for a start that cannot use the newest, and for vectors of the past. */
const VERSIONS_KEPT = 500;
/** How many of them are compiled at once. */
const MAX_COMPILED = 20;

export type CatalogueInService = {
  /** What decides in this process. */
  current(): ServedCatalogue;
  /** Looks at the book now; gives what it wants to decide, which may be what does. */
  look(): Promise<ServedCatalogue>;
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

/** `obstacle` says why a catalogue that this program can compute cannot decide in this runtime: it is refused like any other. */
export async function openCatalogue(
  book: CatalogueBook,
  onNotice: (message: string) => void,
  obstacle: CatalogueChange['obstacle'] = () => undefined,
): Promise<CatalogueInService> {
  const past = createPastCatalogues();
  let revision = -1;
  let wanted: ServedCatalogue | undefined;
  let current: ServedCatalogue | undefined;

  function usable(filed: FiledCatalogue): ServedCatalogue | string {
    const next = readied(filed);
    const stands = typeof next === 'string' ? undefined : obstacle(next.catalogue);
    return stands === undefined ? next : `${nameOf(filed)} cannot serve here. ${stands}`;
  }
  async function found(): Promise<ServedCatalogue> {
    const [live, before] = await Promise.all([book.inState('live'), book.servedBefore(VERSIONS_KEPT)]);
    past.learn(before);
    if (!live) return STANDARD_SERVED;
    past.learn([live]);
    const next = usable(live);
    if (typeof next !== 'string') {
      if (live.problem !== undefined) await book.tell(live.version, undefined);
      return next;
    }
    const other = current ?? firstUsable(before, usable);
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
  return {
    look,
    current: served,
    took(next) {
      if (next.version !== served().version) onNotice(`${nameOf(next)} in service`);
      current = timed(next);
      refused = '';
    },
    async refused(next, why) {
      const told = `${nameOf(next)} does not serve: ${why} ${nameOf(served())} in service as before.`;
      if (refused === told) return;
      refused = told;
      onNotice(told);
      if (next.version !== 0) await book.tell(next.version, why);
    },
    catalogues: {
      byHash: (hash) => (served().catalogue.hash === hash ? served().catalogue : past.byHash(hash)),
    },
  };
}

function firstUsable(
  before: readonly FiledCatalogue[],
  usable: (filed: FiledCatalogue) => ServedCatalogue | string,
): ServedCatalogue {
  for (const one of before) {
    const found = usable(one);
    if (typeof found !== 'string') return found;
  }
  return STANDARD_SERVED;
}

const sameTexts = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((text, i) => text === other[i]);

/** Where a change of the catalogue meets the stream of records. */
export type CatalogueRoad = {
  readonly book: CatalogueBook;
  readonly inService: CatalogueInService;
  /** The record that comes next and when: what is decided from here on is in histories that begin. */
  next(): { readonly offset: number | undefined; readonly atMs: number };
  /** Takes what the book says into service, between two batches. */
  refresh(): Promise<void>;
  readonly obstacle: CatalogueChange['obstacle'];
};

/** Of a runtime whose workers keep the histories of the program alone. */
export const NO_OWN_HISTORIES: CatalogueChange['obstacle'] = ({ stores }) => {
  const own = stores.filter(({ id }) => id.startsWith('own:'));
  if (own.length === 0) return undefined;
  const features = own.flatMap(({ features: those }) => those).slice(0, 10);
  return `Workers on a stream, Spark's among them, keep no histories of own features yet: ${features.join(', ')}. Leave these out of the document: fields, categories and expressions can go live here, aggregates at a desk of one process.`;
};

/** Histories begin empty, and say from where on they are whole. */
export function catalogueChange({
  book,
  inService,
  next,
  refresh,
  obstacle,
}: CatalogueRoad): CatalogueChange {
  const check = createDocumentCheck();
  async function goLive(version: number, entry: AuditEntry): ReturnType<CatalogueChange['goLive']> {
    const filed = await book.find(version);
    if (!filed) return { problem: `There is no version ${version} of the catalogue.` };
    const ready = await check(JSON.parse(filed.document));
    if (!ready.ok) return { problem: problemsToText(ready.problems) };
    const stands = obstacle(ready.catalogue);
    if (stands !== undefined) return { problem: stands };
    const before = inService.current();
    const begun = newHistories(before.catalogue, ready.catalogue);
    const from = (): FilledFrom[] => begun.map((history) => ({ ...history, ...next() }));
    const kept = stillFilling(before, ready.catalogue);
    if (!(await book.move(version, 'draft', 'live', [...kept, ...from()], entry))) {
      return { problem: 'Somebody moved or wrote it meanwhile. Look at it again.' };
    }
    await refresh();
    // Records that were decided until the swap are in none of them.
    const filledFrom = from();
    if (filledFrom.length > 0) {
      await book.tellFilled(version, [...kept, ...filledFrom]);
      await refresh();
    }
    return { filledFrom };
  }
  return {
    current: inService.current,
    check,
    costs: () => costsOf(inService.current()),
    fills: false,
    obstacle,
    goLive,
    filling: () => undefined,
    cancelFilling: () => Promise.resolve(false),
  };
}

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
