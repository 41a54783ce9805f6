// What the sink that has the first partition does for all workers: it keeps snapshots of shared histories, and fills what a coming
// version of the catalogue needs of the past; then it says that the version is live.

import { createOffice } from '../adapters/sql/office.ts';
import { createPastValues } from '../adapters/sql/past-values.ts';
import type { SqlSession } from '../adapters/sql/session.ts';
import { LOCAL_ACTOR } from '../domain/access.ts';
import type { FilledFrom, FillProgress } from '../domain/catalogue-version.ts';
import { newHistories } from '../features/catalogue-changes.ts';
import { compileFilling } from '../features/compile-filling.ts';
import { isOwnStore } from '../features/feature-state.ts';
import { systemClock } from '../ports/clock.ts';
import type { ServedCatalogue } from '../ports/desk.ts';
import type { CatalogueBook } from '../ports/office/catalogue.ts';
import type { PastValueSet, PastValues } from '../ports/past-values.ts';
import type { Wanted } from '../stream/coming-fill.ts';
import type { ComingCatalogue } from '../stream/fill-shared.ts';
import { type KeeperParts, type SnapshotKeeper, startSnapshotKeeper } from '../stream/snapshot-keeper.ts';
import { ownStoresOf } from '../stream/telling.ts';
import { type CatalogueInService, openCatalogue, readied, stillFilling } from './catalogue-in-service.ts';
import { streamFilling } from './stream-catalogue.ts';

export type SinkSnapshots = {
  assign(partitions: readonly number[]): void;
  /** Undefined where nothing is filled here. */
  filling(): FillProgress | undefined;
  stop(): Promise<void>;
};

export type SinkSnapshotsParts = Omit<
  KeeperParts,
  'wanted' | 'onFilled' | 'onFilling' | 'values' | 'catalogues'
> & {
  readonly session: SqlSession;
  readonly onNotice: (message: string) => void;
};

const SECOND_MS = 1000;

/** One of the sinks does this: the one that has the first partition. */
export async function keepSnapshots(parts: SinkSnapshotsParts): Promise<SinkSnapshots> {
  const book = createOffice(parts.session).catalogue;
  const catalogues = await openCatalogue(book, () => undefined);
  const values = createPastValues(parts.session);
  const progress = createProgress();
  const start = (): SnapshotKeeper =>
    startSnapshotKeeper({
      ...parts,
      values,
      catalogues: catalogues.catalogues,
      wanted: wantedOf(catalogues, book, values),
      onFilling: ({ coming, records }, of) => progress.told(coming.version, records, of),
      async onFilled(coming, fromMs) {
        const { version } = coming;
        const from = beginnings(catalogues.current(), coming, fromMs);
        const filed = await book.find(version);
        const entry = {
          atMs: systemClock.nowMs(),
          actor: LOCAL_ACTOR,
          action: 'moved a catalogue',
          subject: 'catalogue',
          detail: { version, from: 'filling', to: 'live', begunBy: filed?.movedBy ?? filed?.author },
        };
        const kept = stillFilling(catalogues.current(), coming.catalogue);
        if (await book.move(version, 'filling', 'live', [...kept, ...from], entry))
          parts.onNotice(`Catalogue version ${version} is filled: workers decide by it from now on`);
        progress.over();
      },
    });
  let keeper: SnapshotKeeper | undefined;
  return {
    assign(partitions) {
      if (partitions.includes(0)) {
        keeper ??= start();
        return;
      }
      void keeper?.stop();
      keeper = undefined;
      progress.over();
    },
    filling: progress.now,
    async stop() {
      await keeper?.stop();
    },
  };
}

/** What serves, what comes, and what is not finished, as the book says it now. */
function wantedOf(
  catalogues: CatalogueInService,
  book: CatalogueBook,
  values: PastValues,
): () => Promise<Wanted> {
  let known: ComingCatalogue | undefined;
  const unfinished = unfinishedOf(book, values);
  return async () => {
    const live = await catalogues.look();
    if (live !== catalogues.current()) catalogues.took(live);
    const coming = catalogues.coming();
    if (coming?.version !== known?.version) known = coming && comingOf(live, coming);
    return { stores: ownStoresOf(live.catalogue), coming: known, unfinished: await unfinished() };
  };
}

const comingOf = (live: ServedCatalogue, next: ServedCatalogue): ComingCatalogue => ({
  version: next.version,
  catalogue: next.catalogue,
  filling: streamFilling(live, next),
});

/** The first version that decides, and whose values for the past are not all there; what was begun for one that never did is let go. */
function unfinishedOf(book: CatalogueBook, values: PastValues): () => Promise<ComingCatalogue | undefined> {
  let known: ComingCatalogue | undefined;
  return async () => {
    for (const set of await values.unfinished()) {
      if (set.version === known?.version) return known;
      const filed = await book.find(set.version);
      if (filed?.state === 'filling') continue;
      const served = filed?.servedAtMs === undefined ? undefined : readied(filed);
      if (served === undefined) await values.drop(set.version);
      // What this program cannot compute stays as far as it came.
      else if (typeof served === 'string') await values.finish(set.version);
      else {
        known = valuesAlone(served, set);
        return known;
      }
    }
    return undefined;
  };
}

/** Its histories are there: only values of its features are missing. */
function valuesAlone({ version, document, catalogue }: ServedCatalogue, set: PastValueSet): ComingCatalogue {
  const wanted = new Map(set.features.map(({ name, hash }) => [name, hash]));
  const kept = new Set(catalogue.stores.map(({ id }) => id));
  const has = (name: string, hash: string): boolean => wanted.get(name) !== hash;
  return { version, catalogue, filling: compileFilling(document, catalogue, { stores: kept, has }) };
}

/** From when on histories are whole that look back further than what is kept of the past. */
function beginnings(
  live: ServedCatalogue,
  { catalogue }: ComingCatalogue,
  fromMs: number | undefined,
): FilledFrom[] {
  const known = new Set(live.catalogue.stores.map(({ id }) => id));
  const nowMs = systemClock.nowMs();
  const begun = newHistories(live.catalogue, catalogue);
  return catalogue.stores
    .filter(({ id }) => !known.has(id))
    .flatMap((store, i): FilledFrom[] => {
      // A history of accounts is the program's own: it begins with this version.
      const atMs = store.id === 'account' ? nowMs : isOwnStore(store.id) ? fromMs : undefined;
      if (atMs === undefined || nowMs - atMs > store.retentionSeconds * SECOND_MS) return [];
      return [{ ...begun[i], offset: undefined, atMs }];
    });
}

function createProgress() {
  let now: FillProgress | undefined;
  return {
    now: () => now,
    told(version: number, records: number, of: number): void {
      const atMs = systemClock.nowMs();
      const startedAtMs = now?.version === version ? now.startedAtMs : atMs;
      const perSecond = Math.round(records / Math.max(0.001, (atMs - startedAtMs) / SECOND_MS));
      const remainingSeconds = perSecond > 0 ? Math.ceil(Math.max(0, of - records) / perSecond) : undefined;
      const step = records < of ? 'replaying' : 'changing';
      now = { version, step, records, of, perSecond, remainingSeconds, startedAtMs };
    },
    over(): void {
      now = undefined;
    },
  };
}
