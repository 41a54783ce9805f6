// What the sink that has the first partition does for all workers: it keeps snapshots of shared histories, and fills what a coming
// version of the catalogue needs; then it says that the version is live.

import { createOffice } from '../adapters/sql/office.ts';
import type { SqlSession } from '../adapters/sql/session.ts';
import { LOCAL_ACTOR } from '../domain/access.ts';
import type { FilledFrom, FillProgress } from '../domain/catalogue-version.ts';
import { newHistories } from '../features/catalogue-changes.ts';
import { compileFilling } from '../features/compile-filling.ts';
import { ENTITY_KINDS, isOwnStore } from '../features/feature-state.ts';
import { systemClock } from '../ports/clock.ts';
import type { ServedCatalogue } from '../ports/desk.ts';
import type { ComingCatalogue } from '../stream/fill-shared.ts';
import {
  type KeeperParts,
  type SnapshotKeeper,
  startSnapshotKeeper,
  type Wanted,
} from '../stream/snapshot-keeper.ts';
import { ownStoresOf } from '../stream/telling.ts';
import { type CatalogueInService, openCatalogue, stillFilling } from './catalogue-in-service.ts';

export type SinkSnapshots = {
  assign(partitions: readonly number[]): void;
  /** Undefined where nothing is filled here. */
  filling(): FillProgress | undefined;
  stop(): Promise<void>;
};

export type SinkSnapshotsParts = Omit<KeeperParts, 'wanted' | 'onFilled' | 'onFilling'> & {
  readonly session: SqlSession;
  readonly onNotice: (message: string) => void;
};

const SECOND_MS = 1000;

/** One of the sinks does this: the one that has the first partition. */
export async function keepSnapshots(parts: SinkSnapshotsParts): Promise<SinkSnapshots> {
  const book = createOffice(parts.session).catalogue;
  const catalogues = await openCatalogue(book, () => undefined);
  const progress = createProgress();
  const start = (): SnapshotKeeper =>
    startSnapshotKeeper({
      ...parts,
      wanted: wantedOf(catalogues),
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

/** What serves and what comes, as the book says it now. */
function wantedOf(catalogues: CatalogueInService): () => Promise<Wanted> {
  let known: ComingCatalogue | undefined;
  return async () => {
    const live = await catalogues.look();
    if (live !== catalogues.current()) catalogues.took(live);
    const coming = catalogues.coming();
    if (coming?.version !== known?.version) known = coming && comingOf(live, coming);
    return { stores: ownStoresOf(live.catalogue), coming: known };
  };
}

/** Histories of the program that accounts share are kept here whatever serves. */
function comingOf(live: ServedCatalogue, { version, document, catalogue }: ServedCatalogue): ComingCatalogue {
  const present = new Set<string>([...ENTITY_KINDS, ...ownStoresOf(live.catalogue)]);
  return {
    version,
    catalogue,
    filling: compileFilling(document, catalogue, { stores: present, has: () => true }),
  };
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
