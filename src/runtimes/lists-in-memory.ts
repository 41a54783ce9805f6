// Lists and sanctions names in memory, for rules on the hot path: only what changed is read again.
import { createListSet, type ListSet } from '../lists/list-set.ts';
import { createNameIndex, type ListedName, type NameIndex, type NameMatch } from '../lists/name-match.ts';
import type { ListStore } from '../ports/list-store.ts';
import type { Lookups } from '../rules/rule.ts';

const PAGE = 20_000;
/** Names that were asked for lately: the same payees come again and again. */
const REMEMBERED = 50_000;

/** Every name of every sanctions list. */
export async function readAllNames(store: ListStore): Promise<ListedName[]> {
  const all: ListedName[] = [];
  for (let after = 0; ; ) {
    const page = await store.names(after, PAGE);
    for (const { uid, name } of page) all.push({ uid, name });
    if (page.length < PAGE) return all;
    after = page[page.length - 1].seq;
  }
}

export type ListsInMemory = Lookups & {
  /** Takes in what changed since the last time. */
  look(): Promise<void>;
  sanctionBest(name: string): NameMatch | undefined;
};

export function createListsInMemory(store: ListStore): ListsInMemory {
  const sets = new Map<string, ListSet>();
  const kinds = new Map<string, string>();
  const remembered = new Map<string, NameMatch | undefined>();
  let names: NameIndex | undefined;
  let revision = -1;
  let namesRevision = 0;

  async function readNames(): Promise<void> {
    const all = await readAllNames(store);
    names = all.length > 0 ? createNameIndex(all) : undefined;
    remembered.clear();
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
    let after: { list: string; value: string } | undefined;
    for (;;) {
      const page = await store.changes(since, after, PAGE);
      for (const { list, value, expiresAtMs, removed } of page) {
        if (removed) sets.get(list)?.remove(value);
        else sets.get(list)?.add(value, expiresAtMs);
      }
      if (page.length < PAGE) return;
      const { list, value } = page[page.length - 1];
      after = { list, value };
    }
  }

  function sanctionBest(name: string): NameMatch | undefined {
    if (!names || name === '') return undefined;
    if (remembered.has(name)) return remembered.get(name);
    if (remembered.size >= REMEMBERED) remembered.clear();
    const found = names.best(name);
    remembered.set(name, found);
    return found;
  }

  return {
    list: (name) => sets.get(name),
    sanctionBest,
    sanctionMatch: (name) => sanctionBest(name)?.score ?? 0,
    async look() {
      const now = await store.revision();
      if (now === revision) return;
      await readLists(revision);
      const namesNow = await store.namesRevision();
      if (namesNow !== namesRevision) await readNames();
      namesRevision = namesNow;
      revision = now;
    },
  };
}
