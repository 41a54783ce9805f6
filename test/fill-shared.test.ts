import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMemoryPastValues } from '../src/adapters/memory/past-values.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { cataloguesOf } from '../src/engine/stored-vectors.ts';
import { vectorCodec } from '../src/engine/vector-codec.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import { compileFilling } from '../src/features/compile-filling.ts';
import { ENTITY_KINDS } from '../src/features/feature-state.ts';
import { STANDARD } from '../src/features/standard.ts';
import { type DecidedHistory, type HistoryItem, NO_BASE } from '../src/ports/stream/history.ts';
import { type ComingCatalogue, createSharedFill, type FillParts } from '../src/stream/fill-shared.ts';

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
  receivedAtMs: START_MS + hour * HOUR_MS,
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

const partsOf = (history: DecidedHistory): FillParts => ({
  history,
  base: NO_BASE,
  values: createMemoryPastValues(),
  catalogues: cataloguesOf(() => [STANDARD]),
});

function valuesOf(fill: ReturnType<typeof createSharedFill>): number[] {
  const out = new Float64Array(catalogue.size);
  const probe = item(0, 20);
  assert.ok(probe.kind === 'transaction');
  catalogue.look(fill.state, probe.transaction, out);
  return ['shop_payments', 'shop_last'].map((name) => out[catalogue.place(name) ?? -1]);
}

test('Y37: partitions are gone through in the order in which records came in, to exactly where one wants, in turns as short as one wants', async () => {
  const history = historyOf([
    [item(0, 1), item(1, 3), item(3, 9)],
    [item(0, 2), item(2, 8)],
  ]);
  const fill = createSharedFill(COMING, partsOf(history));
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
  const fill = createSharedFill(COMING, partsOf(historyOf([[item(7, 4)], [item(0, 5)]])));
  await fill.run(new Map([[0, 8], [1, 1]]), () => true); // biome-ignore format: pairs
  assert.equal(fill.holdsFromMs, START_MS + 4 * HOUR_MS);
});

test('Y38: where less is there than is in, after a loss of the state store, a turn ends at once, and what is rebuilt is not taken twice', async () => {
  const fill = createSharedFill(COMING, partsOf(historyOf([[item(0, 1), item(1, 3), item(2, 9)]])));
  await fill.run(new Map([[0, 3]]), () => true);
  const asked: number[] = [];
  for (const end of [0, 1, 3]) {
    await fill.run(new Map([[0, end]]), () => asked.push(end) < 10);
    assert.equal(fill.isAt(new Map([[0, end]])), end === 3);
  }
  assert.deepEqual([asked, fill.records], [[], 3]);
});

const composed = checkedCatalogue({
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: { entities: [{ name: 'shop', description: 'A shop', key: ['merchant.id'] }] },
  features: [
    { ...aggregate, name: 'shop_payments', measure: 'count', window: '30d' },
    {
      kind: 'expression',
      name: 'count_twice',
      description: 'Twice the payments of a day',
      expression: 'features.account_tx_count_24h * 2.0',
    },
  ],
});
assert.ok(composed.ok);
const COMPOSED: ComingCatalogue = {
  version: 2,
  catalogue: composed.catalogue,
  filling: compileFilling(composed.document, composed.catalogue, {
    stores: new Set(ENTITY_KINDS),
    has: (name) => STANDARD.place(name) !== undefined,
  }),
};

/** The item as it was decided by a catalogue, its account's payments of the day being what is said. */
function decided(one: HistoryItem, paid: number, by = STANDARD): HistoryItem {
  const vector = new Float64Array(by.size).fill(Number.NaN);
  vector[by.place('account_tx_count_24h') ?? -1] = paid;
  return {
    ...one,
    decidedBy: { catalogueHash: by.hash, vector: vectorCodec(by.size).encode(vector) },
  } as HistoryItem;
}

async function filledAt(
  parts: FillParts,
  places: readonly (readonly [number, number])[],
): Promise<(number[] | undefined)[]> {
  const found = await parts.values.of(places.map(([partition, offset]) => ({ partition, offset })));
  return found.map((all) =>
    all?.flatMap(({ features, bytes }) => [...vectorCodec(features.length).decode(bytes)]),
  );
}

test('Y41: new features have the values for the past that they would have been decided by, those that use others by what was stored; what was decided by the version itself, or has no row, has none', async () => {
  const parts = partsOf(
    historyOf([
      [decided(item(0, 1), 7), decided(item(1, 3), 8), decided(item(3, 9), 9, composed.catalogue)],
      [decided(item(0, 2), 5), item(2, 8)],
    ]),
  );
  const fill = createSharedFill(COMPOSED, parts);
  assert.deepEqual(
    fill.coming.filling.lacking.map(({ name }) => name),
    ['count_twice', 'shop_payments'].sort(
      (a, b) => (composed.catalogue.place(a) ?? 0) - (composed.catalogue.place(b) ?? 0),
    ),
  );
  await fill.run(new Map([[0, 4], [1, 3]]), () => true); // biome-ignore format: pairs
  await fill.flush();
  const byName = (twice: number, payments: number): number[] =>
    fill.coming.filling.lacking.map(({ name }) => (name === 'count_twice' ? twice : payments));
  assert.deepEqual(await filledAt(parts, [[0, 0], [0, 1], [0, 3], [1, 0], [1, 2]]), [byName(14, 1), byName(16, 3), undefined, byName(10, 2), undefined]); // biome-ignore format: pairs
});

test('Y42: values of a version that decides already go on behind those that were kept', async () => {
  const items = Array.from({ length: 6 }, (_, i) => decided(item(i, i + 1), i));
  const parts = partsOf(historyOf([items]));
  const first = createSharedFill(COMPOSED, parts);
  await first.run(new Map([[0, 3]]), () => true);
  await first.flush();
  await first.close();
  const before = await filledAt(parts, [[0, 0], [0, 2], [0, 3]]); // biome-ignore format: pairs
  assert.equal(before[2], undefined);
  const second = createSharedFill(COMPOSED, parts, true);
  await second.run(new Map([[0, 6]]), () => true);
  await second.flush();
  const after = await filledAt(parts, [[0, 0], [0, 2], [0, 3], [0, 5]]); // biome-ignore format: pairs
  assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
  assert.ok(after.every((one) => one?.length === 2));
});
