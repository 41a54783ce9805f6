import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cataloguesOf, createVectorReader } from '../engine/stored-vectors.ts';
import { STANDARD } from '../features/standard.ts';
import { decidedAcross, decidedBefore, isMature } from './past-decisions.ts';
import type { Store, StoredTransaction, TransactionFilter } from './store.ts';

const READER = createVectorReader(
  STANDARD,
  cataloguesOf(() => [STANDARD]),
);

/** One decision a second; every third offset is something else. Some were made with features of before. */
function decisions(
  count: number,
  isOld: (i: number) => boolean = () => false,
): { store: Pick<Store, 'transactions'>; pages: () => number } {
  const all = Array.from({ length: count }, (_, i) => {
    const offset = Math.floor(i * 1.5);
    return {
      offset,
      decision: { decidedAtMs: i * 1000, catalogueHash: isOld(i) ? 'before' : STANDARD.hash },
    } as StoredTransaction;
  }).reverse();
  let asked = 0;
  const transactions = async (
    { matureMs = Number.POSITIVE_INFINITY, before = Number.POSITIVE_INFINITY }: TransactionFilter,
    limit: number,
  ): Promise<StoredTransaction[]> => {
    asked++;
    return all.filter((stored) => stored.offset < before && isMature(stored, matureMs)).slice(0, limit);
  };
  return { store: { transactions }, pages: () => asked };
}

async function collect(count: number, fromMs: number, untilMs: number, maxRows: number) {
  const { store, pages } = decisions(count);
  const rows: StoredTransaction[] = [];
  for await (const page of decidedAcross(store, READER, fromMs, untilMs, maxRows)) rows.push(...page);
  return { times: rows.map(({ decision }) => decision.decidedAtMs / 1000), pages: pages() };
}

test('DECIDED1 Pages are newest first, none twice, and only of what was decided with a catalogue that can be read', async () => {
  const { times } = await collect(10_000, 2_000_000, 6_000_000, 30_000);
  assert.deepEqual(
    times,
    Array.from({ length: 4000 }, (_, i) => 5999 - i),
  );
  assert.deepEqual((await collect(0, 0, 1000, 10)).times, []);
  assert.equal((await collect(20, 0, 10_000, 1000)).times.length, 10);
  const { store } = decisions(2000, (i) => i % 4 === 0);
  for (const walk of [
    decidedBefore(store, READER, 1_500_000, 30_000),
    decidedAcross(store, READER, 0, 1_500_000, 30_000),
  ]) {
    const found: number[] = [];
    for await (const page of walk) found.push(...page.map(({ decision }) => decision.decidedAtMs / 1000));
    assert.deepEqual(
      found,
      Array.from({ length: 1500 }, (_, i) => 1499 - i).filter((i) => i % 4 !== 0),
    );
  }
});

test('J10 what is of long ago and labelled is mature, whenever it was decided; without a label it waits', () => {
  const stored = (decidedAtMs: number, occurredAtMs: number, isFraud: boolean | undefined) =>
    ({ decision: { decidedAtMs }, transaction: { occurredAtMs }, isFraud }) as StoredTransaction;
  assert.equal(isMature(stored(100, 5, false), 50), true);
  assert.equal(isMature(stored(100, 5, undefined), 50), false);
  assert.equal(isMature(stored(100, 99, true), 50), false);
  assert.equal(isMature(stored(10, 9, undefined), 50), true);
});

test('DECIDED2 Where there is more than asked for, decidedAcross takes pages from all over the span, decidedBefore the newest', async () => {
  const { times, pages } = await collect(100_000, 20_000_000, 90_000_000, 5000);
  assert.ok(times.length >= 4500 && times.length <= 5500, `${times.length}`);
  assert.equal(new Set(times).size, times.length);
  assert.ok(Math.max(...times) === 89_999 && Math.min(...times) >= 20_000);
  for (let tenth = 2; tenth < 9; tenth++) {
    const here = times.filter((time) => time >= tenth * 10_000 && time < (tenth + 1) * 10_000).length;
    assert.ok(here >= 500 && here <= 1000, `${here} of the tenth ${tenth}`);
  }
  assert.ok(pages < 40, `${pages} pages`);
  const newest: number[] = [];
  for await (const page of decidedBefore(decisions(100_000).store, READER, 90_000_000, 5000))
    newest.push(...page.map(({ decision }) => decision.decidedAtMs / 1000));
  assert.deepEqual(
    newest,
    Array.from({ length: 5000 }, (_, i) => 89_999 - i),
  );
});
