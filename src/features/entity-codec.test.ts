import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodedLength, encodeEntity, loadEntities } from './entity-codec.ts';
import { createFeatureState } from './feature-state.ts';
import { applySharedChanges, encodeSharedChanges } from './shared-codec.ts';

// Logs from before identifiers were checked hold such keys.
const KEYS = ['a', '\ufeffa', '\ufeff\ufeffa', 'a\ufeff', '\u0000', '😀'];

test('F6 T9 keys of histories are told apart after they were written and read, byte order marks too', () => {
  const state = createFeatureState();
  for (const key of KEYS) state.account.reserve(state.account.findOrAdd(key), 8);
  const { account } = state;
  const entries = KEYS.map((_, entry) => entry);
  const bytes = Buffer.alloc(
    entries.reduce((sum, entry) => sum + encodedLength(account, entry, 'account'), 0),
  );
  let at = 0;
  for (const entry of entries) {
    encodeEntity(account, entry, 'account', bytes, at);
    at += encodedLength(account, entry, 'account');
  }
  const loaded = createFeatureState();
  loadEntities(bytes, loaded);
  assert.deepEqual(
    entries.map((entry) => loaded.account.keyOf(entry)),
    KEYS,
  );

  const event = { timeSeconds: 1, amountMinor: 5, logAmount: 1, accountHash: 7 };
  const shared = createFeatureState();
  applySharedChanges(
    shared,
    encodeSharedChanges(KEYS.map((key) => ({ kind: 'event', event: { ...event, deviceId: key } }))),
  );
  assert.deepEqual(
    entries.map((entry) => shared.device.keyOf(entry)),
    KEYS,
  );
});
