import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../domain/random.ts';
import { createEntityTable } from './entity-table.ts';

test('P4 a key that is forgotten is not found any more, and every other one is, as it was', () => {
  const random = createRandom(7);
  const table = createEntityTable();
  const kept = new Map<string, number>();
  for (let step = 0; step < 40_000; step++) {
    const key = `key-${random.below(6000)}`;
    if (random.next() < 0.3) {
      assert.equal(table.forget(key), kept.delete(key), key);
      assert.equal(table.find(key), -1, key);
      continue;
    }
    const entry = table.findOrAdd(key);
    table.reserve(entry, 1 + (step % 40));
    table.chunkOf(entry).bytes[table.offsetOf(entry)] = step & 255;
    kept.set(key, step & 255);
  }
  for (const [key, value] of kept) {
    const entry = table.find(key);
    assert.equal(table.keyOf(entry), key);
    assert.equal(table.chunkOf(entry).bytes[table.offsetOf(entry)], value, key);
  }
  const named = Array.from({ length: table.size }, (_, entry) => table.keyOf(entry)).filter(
    (key) => !key.startsWith('\0'),
  );
  assert.deepEqual(named.sort(), [...kept.keys()].sort());
  assert.ok([...table.changed().entries].some((entry) => table.keyOf(entry).startsWith('\0')));
});
