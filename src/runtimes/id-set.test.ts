import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createIdSet } from './id-set.ts';

test('S5 an id is new once, however many there are', () => {
  const ids = createIdSet();
  for (let i = 0; i < 300_000; i++) assert.ok(ids.add(`tx-${i}`), `tx-${i}`);
  for (let i = 0; i < 300_000; i += 7) assert.ok(!ids.add(`tx-${i}`), `tx-${i}`);
});
