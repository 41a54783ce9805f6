import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../../domain/transaction.ts';
import { cataloguesOf } from '../../engine/stored-vectors.ts';
import { vectorCodec } from '../../engine/vector-codec.ts';
import { placeIn } from '../../features/place-in.ts';
import { STANDARD } from '../../features/standard.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Committed } from '../../ports/stream/committed.ts';
import { createPeerGroups, usualRanges } from './peer-groups.ts';

const vectorOf = (amount: number): Float64Array => {
  const vector = new Float64Array(STANDARD.size).fill(Number.NaN);
  vector[placeIn(STANDARD, 'amount')] = amount;
  return vector;
};

test('what is usual is told of enough transactions of the same type and channel, the latest of them', async () => {
  let commit: (output: Committed) => void = () => undefined;
  const desk = {
    store: { transactions: async () => [] },
    catalogues: cataloguesOf(() => [STANDARD]),
    inService: () => ({ catalogue: STANDARD }),
    onCommitted: (listener: typeof commit) => {
      commit = listener;
    },
  } as unknown as Desk;
  const peers = createPeerGroups(desk, assert.fail);
  const kind = (channel: string): Transaction => ({ type: 'purchase', channel }) as Transaction;
  /** In as many batches as there are amounts. */
  const send = (channel: string, amounts: readonly number[]): void => {
    for (const amount of amounts) {
      const one = {
        transaction: kind(channel),
        decision: { catalogueHash: STANDARD.hash },
        vector: vectorCodec(STANDARD.size).encode(vectorOf(amount)),
      };
      commit({ latest: () => [one] } as unknown as Committed);
    }
  };
  send('atm', [5]);
  send(
    'chip',
    Array.from({ length: 101 }, (_, i) => i),
  );
  assert.deepEqual(peers.usual(kind('chip')).ranges[placeIn(STANDARD, 'amount')], { low: 10, high: 90 });
  assert.equal(
    peers.usual(kind('chip')).ranges[placeIn(STANDARD, 'amount_log')],
    null,
    'nothing is known of it',
  );
  assert.equal(peers.usual(kind('atm')).ranges[placeIn(STANDARD, 'amount')], null, 'one is not a group');
  assert.deepEqual(peers.usual(kind('moto')), { transactions: 0, ranges: usualRanges([], STANDARD.size, 1) });
  send('chip', new Array<number>(1000).fill(7));
  const { transactions, ranges } = peers.usual(kind('chip'));
  assert.deepEqual([transactions, ranges[placeIn(STANDARD, 'amount')]], [300, { low: 7, high: 7 }]);
});
