import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { copyHistories, createAccountCache } from './account-cache.ts';

test('W14 histories at hand stay within their bound, and are as they were put', () => {
  const maxBytes = 8 << 20;
  const cache = createAccountCache(maxBytes);
  const random = createRandom(3);
  const stored = new Map<string, Uint8Array>();
  const bytesOf = (accountId: string): Uint8Array | undefined =>
    copyHistories(cache.table, new Set([accountId]))[0]?.bytes;
  let most = 0;
  let read = 0;
  for (let batch = 0; batch < 600; batch++) {
    if (cache.wantsRoom) cache.makeRoom();
    // Half of the work is on few accounts, the other half on ones that are seldom seen.
    const accounts = new Set(
      Array.from({ length: 100 }, (_, i) => `account-${Math.floor(random.next() * (i % 2 ? 500 : 50_000))}`),
    );
    const missing = cache.missing(accounts);
    read += missing.length;
    for (const accountId of missing) cache.put(accountId, stored.get(accountId));
    for (const accountId of accounts) {
      const known = stored.get(accountId);
      if (known) assert.deepEqual(new Uint8Array(bytesOf(accountId) ?? []), known);
      const bytes = new Uint8Array(100 + Math.floor(random.next() * 1500)).fill(batch % 251);
      cache.put(accountId, bytes);
      stored.set(accountId, bytes);
    }
    most = Math.max(most, cache.bytes);
  }
  // A batch may lie beyond the bound of each generation before room is made.
  assert.ok(most < maxBytes * 1.2, `${most} bytes`);
  assert.ok(read < 32_000, `${read} histories were read of 60,000 asked for`);
});

test('W14 a batch far beyond the bound leaves no larger memory behind', () => {
  const maxBytes = 1 << 20;
  const cache = createAccountCache(maxBytes);
  for (let i = 0; i < 8000; i++) cache.put(`account-${i}`, new Uint8Array(1000));
  assert.ok(cache.bytes > 4 * maxBytes);
  for (let batch = 0; batch < 2; batch++) {
    assert.ok(cache.wantsRoom);
    cache.makeRoom();
    for (let i = 0; i < 600; i++) cache.put(`account-${batch}-${i}`, new Uint8Array(1000));
  }
  cache.makeRoom();
  assert.ok(cache.bytes < 2 * maxBytes, `${cache.bytes} bytes`);
});
