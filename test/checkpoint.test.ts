// Histories on disk, in segments: those that were filled come into them slice by slice.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { loadCheckpoints, openCheckpoints } from '../src/adapters/embedded/checkpoint.ts';
import { encodedParts, loadFilled, writeFilled } from '../src/adapters/embedded/filled-histories.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { storesOf } from '../src/features/catalogue-outline.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import { allEntries } from '../src/features/encoded-pieces.ts';
import { type FeatureState, tablesOf } from '../src/features/feature-state.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';

const made = checkedCatalogue({
  format: 'goshawk-catalogue-1',
  standard: 'all',
  features: [
    { kind: 'aggregate', name: 'own', description: 'Own.', entity: 'account', measure: 'count', window: '1h' },
  ],
}); // biome-ignore format: a list
assert.ok(made.ok);
const { catalogue } = made;
const stores = storesOf(catalogue);
const [own] = [...stores].filter((store) => store.startsWith('own:'));
const out = new Float64Array(catalogue.size);

const payment = (i: number): Transaction => ({
  id: `t${i}`,
  accountId: `a${i % 500}`,
  occurredAtMs: Date.UTC(2026, 0, 1) + i * 1000,
  amountMinor: 100 + i,
  currency: 'EUR',
  type: 'purchase',
});

/** Histories of one store, byte for byte. */
function bytesOf(state: FeatureState, of: string): string[] {
  return [...tablesOf(state)]
    .filter(([store]) => store === of)
    .flatMap(([, table]) =>
      Array.from({ length: table.size }, (_, entry) => {
        const at = table.offsetOf(entry);
        return `${table.keyOf(entry)} ${Buffer.from(table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry))).toString('base64')}`;
      }),
    )
    .sort();
}

test('Y42: histories that were filled go into checkpoints slice by slice; until these hold them whole, a start takes them from their file', async () => {
  const folder = makeTemporaryFolder('test');
  try {
    const state = catalogue.createState();
    let offset = 0;
    const pay = (count: number): void => {
      for (const until = offset + count; offset < until; offset++)
        catalogue.observe(state, payment(offset), out);
    };
    const filled = new Set<string>();
    // What serves before knows nothing of the own history.
    const without = new Set([...stores].filter((store) => store !== own));
    let kept = without;
    let checkpoints = await openCheckpoints(folder, state, () => kept, filled);
    pay(600);
    await checkpoints.prepare(offset)();
    kept = new Set(stores);
    await writeFilled(folder, { version: 7, offset, stores: [own] }, encodedParts(state, [own], allEntries));
    for (const [store, table] of tablesOf(state)) if (store === own) table.clearChanged();
    filled.add(own);
    for (let segment = 1; segment <= 16; segment++) {
      pay(20);
      await checkpoints.prepare(offset)();
      const there = catalogue.createState();
      const loaded = await loadCheckpoints(folder, there);
      assert.equal(loaded?.offset, offset);
      assert.deepEqual([...(loaded?.stores ?? [])].sort(), [...(segment < 16 ? without : stores)].sort());
      assert.deepEqual(bytesOf(there, 'account'), bytesOf(state, 'account'));
      const found = await loadFilled(folder, [own, 'another'], catalogue.createState);
      assert.deepEqual([found?.stores, found?.offset], segment < 16 ? [[own], 600] : [undefined, undefined]);
      // A start goes on where the one before was.
      if (segment === 9) checkpoints = await openCheckpoints(folder, state, () => kept, new Set());
      if (segment === 16) assert.deepEqual(bytesOf(there, own), bytesOf(state, own));
    }
    // One that nobody filled, and that is in no segment, is copied at once.
    const other = makeTemporaryFolder('test');
    const fresh = await openCheckpoints(other, state, () => without);
    await fresh.prepare(offset)();
    const all = await openCheckpoints(other, state, () => stores);
    await all.prepare(offset)();
    const there = catalogue.createState();
    assert.ok((await loadCheckpoints(other, there))?.stores.has(own));
    assert.deepEqual(bytesOf(there, own), bytesOf(state, own));
    rmSync(other, { recursive: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
