// Own histories by account in a worker: those of the partitions that it has taken, and no others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryStateStore } from '../src/adapters/memory/state-store.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import { tableOf } from '../src/features/feature-state.ts';
import { encodeSharedChanges } from '../src/features/shared-codec.ts';
import { NO_BASE } from '../src/ports/stream/history.ts';
import { emptyCommit } from '../src/stream/partition-work.ts';
import { createSharedHistories, type SharedHistories } from '../src/stream/shared-histories.ts';
import { ownStoresOf, partitionStoresOf } from '../src/stream/telling.ts';

const START_MS = Date.UTC(2026, 8, 1);
const count = { kind: 'aggregate', description: 'Payments', measure: 'count', window: '30d' } as const;
const catalogueOf = (features: readonly object[]): Catalogue => {
  const checked = checkedCatalogue({ format: 'goshawk-catalogue-1', standard: 'all', features });
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.catalogue;
};
const PAID = { ...count, name: 'paid', entity: 'account' };
const AT_SHOP = { ...count, name: 'at_shop', entity: 'merchant' };
const CATALOGUE = catalogueOf([PAID, AT_SHOP]);
const storeOf = (entity: string): string =>
  CATALOGUE.stores.find(({ id }) => id.startsWith(`own:${entity}:`))?.id ?? '';

const partitionOf = (accountId: string): number => Number(accountId.slice(1)) % 2;

async function commitOf(store: ReturnType<typeof createMemoryStateStore>, accountId: string): Promise<void> {
  const partition = partitionOf(accountId);
  const { epoch, nextOffset = 0 } = await store.acquire(partition);
  const transaction: Transaction = {
    id: `${accountId}-${nextOffset}`,
    accountId,
    occurredAtMs: START_MS,
    amountMinor: 100,
    currency: 'EUR',
    type: 'purchase',
    merchant: { id: 'm' },
  };
  const changes = CATALOGUE.own.ofTransaction(transaction);
  const shared = encodeSharedChanges([{ kind: 'own', changes }]);
  await store.commit({ ...emptyCommit(partition, { epoch }, nextOffset, nextOffset + 1), shared });
}

const copyOf = (store: ReturnType<typeof createMemoryStateStore>): SharedHistories =>
  createSharedHistories(store, NO_BASE, 2, ownStoresOf(CATALOGUE), {
    stores: partitionStoresOf(CATALOGUE),
    partitionOf,
  });

/** Which keys a partition has of a store. */
function keysIn(copy: SharedHistories, partition: number, id: string): string[] {
  const { own } = copy.tablesFor(partition);
  const table = own?.get(id)?.table;
  return table ? Array.from({ length: table.size }, (_, entry) => table.keyOf(entry)).sort() : [];
}

test('W16 a history by account alone belongs to its partition; one that is asked of another account, and one that others share, do not', () => {
  assert.deepEqual([...partitionStoresOf(CATALOGUE)], [storeOf('account')]);
  const asked = catalogueOf([PAID, { ...PAID, name: 'payee_paid', by: ['counterpartyId'] }]);
  assert.deepEqual([...partitionStoresOf(asked)], []);
});

test('W16 a worker has histories by account of the partitions that it took, from the snapshot and from what was told since, and lets go of them with the partition', async () => {
  const store = createMemoryStateStore();
  for (const account of ['a0', 'a1', 'a2']) await commitOf(store, account);
  const keeper = createSharedHistories(store, NO_BASE, 2, ownStoresOf(CATALOGUE));
  await keeper.catchUp();
  assert.ok(await keeper.keepSnapshot(async () => undefined));
  for (const account of ['a4', 'a3']) await commitOf(store, account);

  const copy = copyOf(store);
  const account = storeOf('account');
  await copy.take(0);
  await copy.catchUp();
  assert.deepEqual(keysIn(copy, 0, account), ['a0', 'a2', 'a4']);
  assert.deepEqual(keysIn(copy, 1, account), []);
  assert.deepEqual(keysIn(copy, 1, storeOf('merchant')), ['m']);
  await commitOf(store, 'a5');
  await copy.catchUp();
  assert.deepEqual(keysIn(copy, 1, account), []);
  await copy.take(1);
  assert.deepEqual(keysIn(copy, 1, account), ['a1', 'a3', 'a5']);
  copy.release(0, 3);
  assert.deepEqual(keysIn(copy, 0, account), []);

  // Whoever decides has no more than is kept.
  const { own } = copy.tablesFor(1);
  copy.keepOnly(new Set([storeOf('merchant')]));
  assert.deepEqual([...(own?.keys() ?? [])], [storeOf('merchant')]);
  assert.equal(tableOf({ ...copy.tablesFor(), account: keeperAccount() }, storeOf('merchant')).size, 1);
});

/** A table that nobody looks at. */
const keeperAccount = () => CATALOGUE.createState().account;
