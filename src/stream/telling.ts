// What the owner of a partition tells others of histories of one's own: those of the catalogue that decides, and those of one that is
// about to or did just before, so that nobody misses what is decided while it changes.
import { recordAsDeclared } from '../domain/as-declared.ts';
import { ownDataOf } from '../domain/own-data.ts';
import type { Catalogue } from '../features/catalogue.ts';
import { isOwnStore } from '../features/feature-state.ts';
import type { OwnChange } from '../features/own-changes.ts';
import type { Told } from '../ports/stream/state-store.ts';
import type { PartitionRun } from './partition-run.ts';
import type { Work } from './partition-work.ts';

type Stores = Pick<Catalogue, 'stores'>;

/** Names of a catalogue's stores of one's own. */
export const ownStoresOf = ({ stores }: Stores): ReadonlySet<string> =>
  new Set(stores.map(({ id }) => id).filter(isOwnStore));

type Kept = Pick<Catalogue, 'stores' | 'parts'>;

/**
 * Those of them that belong to the partition of an account, as the program's histories of accounts do: no account of another partition
 * adds to them, or asks them.
 */
export function partitionStoresOf({ stores, parts }: Kept): ReadonlySet<string> {
  const asked = new Set(parts.filter(({ keeps }) => !keeps).map(({ store }) => store));
  return new Set(
    stores
      .filter(({ id, key }) => isOwnStore(id) && key.length === 1 && key[0] === 'accountId' && !asked.has(id))
      .map(({ id }) => id),
  );
}

/** What `decides` and `others` change, each store once. */
export function tellingOf(
  decides: Pick<Catalogue, 'own' | 'stores'>,
  others: readonly Pick<Catalogue, 'own' | 'stores' | 'data'>[],
): Catalogue['own'] {
  if (others.length === 0) return decides.own;
  const told = new Set(ownStoresOf(decides));
  const rest = others.map(({ own, stores, data }) => {
    const news = new Set([...ownStoresOf({ stores })].filter((id) => !told.has(id)));
    for (const id of news) told.add(id);
    return { own, news, declared: ownDataOf(data) };
  });
  const beside = (of: (one: (typeof rest)[number]) => readonly OwnChange[]): OwnChange[] =>
    rest.flatMap((one) => of(one).filter(({ store }) => one.news.has(store)));
  return {
    ofTransaction: (transaction) => [
      ...decides.own.ofTransaction(transaction),
      ...beside(({ own, declared }) => own.ofTransaction(recordAsDeclared(transaction, declared))),
    ],
    ofEvent: (event) => [
      ...decides.own.ofEvent(event),
      ...beside(({ own, declared }) => own.ofEvent(recordAsDeclared(event, declared))),
    ],
    ofLabel: (label) => [...decides.own.ofLabel(label), ...beside(({ own }) => own.ofLabel(label))],
  };
}

const sameStores = (one: ReadonlySet<string>, told: Told | undefined): boolean =>
  one.size === (told?.stores.length ?? 0) && (told?.stores ?? []).every((id) => one.has(id));

/** Says what this owner tells others of, where that is not what was said last; what is told no more is told until it was said. */
export async function tellOthers({ parts }: PartitionRun, work: Work): Promise<void> {
  const wanted = (): readonly Catalogue[] => parts.alsoTold?.() ?? [];
  const storesNow = (): Set<string> =>
    new Set([parts.inService().catalogue, ...wanted()].flatMap((one) => [...ownStoresOf(one)]));
  const isUnknown = (): boolean => {
    const known = storesNow();
    return (work.told?.stores ?? []).some((id) => !known.has(id));
  };
  // The owner before knew of a catalogue that this process has not seen yet.
  if (work.told === work.head.told && isUnknown()) await parts.lookAgain?.();
  const others = wanted();
  const stores = storesNow();
  if (sameStores(stores, work.told)) {
    work.others = others;
    return;
  }
  const before = work.others;
  work.others = [...others, ...before.filter((one) => !others.includes(one))];
  const told: Told = { stores: [...stores], fromOffset: work.nextOffset };
  await parts.store.tell(parts.partition, work.head.epoch, told);
  work.told = told;
  work.others = others;
}
