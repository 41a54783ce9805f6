import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../domain/transaction.ts';
import { allEntries, changedEntries, encodedPieces, type PiecesToEncode } from './encoded-pieces.ts';
import { loadEntities } from './entity-codec.ts';
import { type FeatureState, tablesOf } from './feature-state.ts';
import { STANDARD } from './standard.ts';

const payment = (i: number): Transaction => ({
  id: `t-${i}`,
  accountId: `account-${i % 40}`,
  occurredAtMs: Date.UTC(2026, 0, 1) + i * 60_000,
  amountMinor: 100 + i,
  currency: 'EUR',
  type: 'purchase',
  channel: 'ecommerce',
  merchant: { id: `merchant-${i % 7}`, mcc: '5411' },
  deviceId: `device-${i % 11}`,
});

function stateOf(count: number): FeatureState {
  const state = STANDARD.createState();
  const vector = new Float64Array(STANDARD.size);
  for (let i = 0; i < count; i++) STANDARD.observe(state, payment(i), vector);
  return state;
}

const entries = (state: FeatureState, wants: (store: string) => boolean): string[] =>
  [...tablesOf(state)]
    .filter(([store]) => wants(store))
    .flatMap(([store, table]) =>
      Array.from(allEntries(table), (entry) => {
        const at = table.offsetOf(entry);
        const bytes = table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry));
        return `${store} ${table.keyOf(entry)} ${Buffer.from(bytes).toString('base64')}`;
      }),
    )
    .sort();

test('F6 histories in pieces of any size are loaded as what they were, those that are wanted alone', () => {
  const state = stateOf(500);
  const whole = (pieceBytes: number): PiecesToEncode => ({ wants: () => true, of: allEntries, pieceBytes });
  for (const pieceBytes of [1, 100, 3000, 1 << 20]) {
    const pieces = [...encodedPieces(state, whole(pieceBytes))];
    const loaded = STANDARD.createState();
    for (const piece of pieces) {
      assert.ok(piece.length > 0);
      assert.equal(piece.byteOffset, 0, 'in memory of its own');
      loadEntities(piece, loaded);
    }
    assert.deepEqual(
      entries(loaded, () => true),
      entries(state, () => true),
    );
    // A history that is longer than a piece is one by itself.
    const count = entries(state, () => true).length;
    if (pieceBytes === 1) assert.equal(pieces.length, count);
    else if (pieceBytes > 100_000) assert.equal(pieces.length, 1);
    else assert.ok(pieces.length <= count);
  }
  const shared = (store: string): boolean => store !== 'account';
  const loaded = STANDARD.createState();
  for (const piece of encodedPieces(state, { wants: shared, of: allEntries, pieceBytes: 4096 }))
    loadEntities(piece, loaded);
  assert.deepEqual(entries(loaded, shared), entries(state, shared));
  assert.equal(loaded.account.size, 0);
});

test('only what changed is in the pieces where that is asked for, and nothing makes none', () => {
  const state = stateOf(500);
  for (const [, table] of tablesOf(state)) table.clearChanged();
  const changed: PiecesToEncode = { wants: () => true, of: changedEntries, pieceBytes: 4096 };
  assert.deepEqual([...encodedPieces(state, changed)], []);
  STANDARD.observe(state, payment(3), new Float64Array(STANDARD.size));
  const loaded = STANDARD.createState();
  for (const piece of encodedPieces(state, changed)) loadEntities(piece, loaded);
  const { accountId, merchant, deviceId } = payment(3);
  assert.deepEqual(
    entries(loaded, () => true).map((one) => one.split(' ')[1]),
    [accountId, deviceId, merchant?.id],
  );
});
