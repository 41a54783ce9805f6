import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../domain/transaction.ts';
import { checkedCatalogue } from '../features/checked-catalogue.ts';
import { compileFilling } from '../features/compile-filling.ts';
import { ENTITY_KINDS } from '../features/feature-state.ts';
import type { DecidedHistory, HistoryItem } from '../ports/stream/history.ts';
import { type ComingCatalogue, createSharedFill } from './fill-shared.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 8, 1);
const aggregate = { kind: 'aggregate', description: 'Of the shop', entity: 'shop' } as const;
const checked = checkedCatalogue({
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: { entities: [{ name: 'shop', description: 'A shop', key: ['merchant.id'] }] },
  features: [
    { ...aggregate, name: 'shop_payments', measure: 'count', window: '30d' },
    { ...aggregate, name: 'shop_last', measure: 'last', of: 'amount' },
  ],
});
assert.ok(checked.ok);
const { catalogue, document } = checked;
const COMING: ComingCatalogue = {
  version: 1,
  catalogue,
  filling: compileFilling(document, catalogue, { stores: new Set(ENTITY_KINDS), has: () => true }),
};

/** A payment in each hour; the hour is its amount. */
const item = (offset: number, hour: number): HistoryItem => ({
  kind: 'transaction',
  offset,
  transaction: {
    id: `t${hour}`,
    accountId: `a${hour % 2}`,
    occurredAtMs: START_MS + hour * HOUR_MS,
    amountMinor: hour * 100,
    currency: 'EUR',
    type: 'purchase',
    merchant: { id: 'm' },
  } satisfies Transaction,
});

const historyOf = (partitions: readonly (readonly HistoryItem[])[]): DecidedHistory => ({
  async *replay(partition, from, to) {
    for (const one of partitions[partition]) if (one.offset >= from && one.offset <= to) yield [one];
  },
});

function valuesOf(fill: ReturnType<typeof createSharedFill>): number[] {
  const out = new Float64Array(catalogue.size);
  const probe = item(0, 20);
  assert.ok(probe.kind === 'transaction');
  catalogue.look(fill.state, probe.transaction, out);
  return ['shop_payments', 'shop_last'].map((name) => out[catalogue.place(name) ?? -1]);
}

test('Y37: partitions are gone through in the order of time, to exactly where one wants, in turns as short as one wants', async () => {
  const history = historyOf([
    [item(0, 1), item(1, 3), item(3, 9)],
    [item(0, 2), item(2, 8)],
  ]);
  const fill = createSharedFill(COMING, history);
  const first = new Map([[0, 4], [1, 2]]); // biome-ignore format: pairs
  for (let turns = 0; !fill.isAt(first); turns++) {
    assert.ok(turns < 20);
    let asked = 0;
    await fill.run(first, () => asked++ === 0);
  }
  assert.deepEqual([fill.records, ...valuesOf(fill)], [4, 5, 9]);
  const then = new Map([[0, 4], [1, 5]]); // biome-ignore format: pairs
  assert.ok(!fill.isAt(then));
  await fill.run(then, () => true);
  assert.ok(fill.isAt(then));
  assert.deepEqual([fill.records, ...valuesOf(fill)], [5, 6, 9]);
  assert.equal(fill.holdsFromMs, undefined);
});

test('Y37: where the beginning of a partition is not kept any more, it is said when the first of what is kept was', async () => {
  const fill = createSharedFill(COMING, historyOf([[item(7, 4)], [item(0, 5)]]));
  await fill.run(new Map([[0, 8], [1, 1]]), () => true); // biome-ignore format: pairs
  assert.equal(fill.holdsFromMs, START_MS + 4 * HOUR_MS);
});

test('Y38: where less is there than is in, after a loss of the state store, a turn ends at once, and what is rebuilt is not taken twice', async () => {
  const fill = createSharedFill(COMING, historyOf([[item(0, 1), item(1, 3), item(2, 9)]]));
  await fill.run(new Map([[0, 3]]), () => true);
  const asked: number[] = [];
  for (const end of [0, 1, 3]) {
    await fill.run(new Map([[0, end]]), () => asked.push(end) < 10);
    assert.equal(fill.isAt(new Map([[0, end]])), end === 3);
  }
  assert.deepEqual([asked, fill.records], [[], 3]);
});
