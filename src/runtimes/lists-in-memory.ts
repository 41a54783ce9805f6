// Lists and sanctions names in memory, for rules on the hot path: only what changed is read again.
import { setImmediate as pause } from 'node:timers/promises';
import { createListSet, type ListSet } from '../lists/list-set.ts';
import { type ListedName, type NameIndex, type NameMatch, nameIndexBuilder } from '../lists/name-index.ts';
import { matchText } from '../lists/name-reason.ts';
import type { ChangePlace, ListStore } from '../ports/office/lists.ts';
import type { Lookups } from '../rules/rule.ts';

/** Short enough that decisions do not wait for it. */
const PAGE = 1000;
const NAMES_AT_ONCE = 100;
/** What fits less is no reason for anything. */
const LEAST_TOLD = 0.5;
/** Names that were asked for lately: the same payees come again and again. */
const REMEMBERED = 50_000;

/** Every name of every sanctions list, page by page. */
export async function* namePages(store: ListStore): AsyncGenerator<readonly ListedName[]> {
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { names, next }: Awaited<ReturnType<ListStore['names']>> = await store.names(after, PAGE);
    yield names;
    after = next;
  }
}

export type ListsInMemory = Lookups & {
  /** Takes in what changed since the last time; an index of names that takes long is made meanwhile, and the old one serves. */
  look(): Promise<void>;
  /** Resolves when the names of the last look serve. */
  namesServe(): Promise<void>;
  sanctionBest(name: string): NameMatch | undefined;
  /** How many names were like more listed ones than could be looked at in time. */
  screeningsCutShort(): number;
};

export function createListsInMemory(store: ListStore): ListsInMemory {
  const sets = new Map<string, ListSet>();
  const kinds = new Map<string, string>();
  const remembered = new Map<string, NameMatch | undefined>();
  let names: NameIndex | undefined;
  let cutShort = 0;
  let revision = -1;
  /** Of the names that serve or are being read. */
  let namesRevision = 0;
  let reading: Promise<void> | undefined;

  async function readNames(): Promise<void> {
    for (let read: number | undefined; read !== namesRevision; ) {
      read = namesRevision;
      const builder = nameIndexBuilder({ elapsedMs: () => performance.now() });
      for await (const page of namePages(store)) {
        for (const [i, name] of page.entries()) {
          builder.add(name);
          if (i % NAMES_AT_ONCE === 0) await pause();
        }
        // They were replaced meanwhile: it begins anew.
        if (read !== namesRevision) break;
      }
      const now = await store.namesRevision();
      if (read !== now) {
        namesRevision = now;
        continue;
      }
      const index = builder.finish();
      names = index.size > 0 ? index : undefined;
      remembered.clear();
    }
  }

  async function readLists(since: number): Promise<void> {
    const filed = new Map((await store.lists()).map((list) => [list.name, list.kind]));
    for (const name of sets.keys()) if (filed.get(name) !== kinds.get(name)) sets.delete(name);
    const fresh = [...filed].filter(([name]) => !sets.has(name));
    for (const [name, kind] of fresh) {
      sets.set(name, createListSet(kind));
      kinds.set(name, kind);
    }
    // A list that was made anew has all its entries after its own making, so the changes since then are all of it.
    for (let after: ChangePlace = { revision: since }; ; ) {
      const page = await store.changes(after, PAGE);
      for (const { list, value, expiresAtMs, removed } of page) {
        if (removed) sets.get(list)?.remove(value);
        else sets.get(list)?.add(value, expiresAtMs);
      }
      if (page.length < PAGE) return;
      after = page[page.length - 1];
      await pause();
    }
  }

  function sanctionBest(name: string): NameMatch | undefined {
    if (!names || name === '') return undefined;
    if (remembered.has(name)) return remembered.get(name);
    if (remembered.size >= REMEMBERED) remembered.clear();
    const found = names.best(name);
    if (found?.isCut) cutShort++;
    remembered.set(name, found);
    return found;
  }

  return {
    list: (name) => sets.get(name),
    sanctionBest,
    screeningsCutShort: () => cutShort,
    sanctionMatch: (name) => sanctionBest(name)?.score ?? 0,
    sanctionReason(name) {
      const found = sanctionBest(name);
      return found && found.score >= LEAST_TOLD ? matchText(found) : undefined;
    },
    async look() {
      const now = await store.revision();
      if (now === revision) return;
      await readLists(revision);
      const namesNow = await store.namesRevision();
      if (namesNow !== namesRevision) {
        namesRevision = namesNow;
        reading ??= readNames().finally(() => {
          reading = undefined;
        });
        // Whoever waits for it hears of it; whoever does not, at the next look.
        reading.catch(() => {
          namesRevision = -1;
          revision = -1;
        });
      }
      revision = now;
    },
    async namesServe() {
      await reading;
    },
  };
}
