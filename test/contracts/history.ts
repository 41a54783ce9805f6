// What is told of the past for state that is built again must be all of it, in order.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Label } from '../../src/domain/label.ts';
import { historiesOf } from '../../src/domain/label.ts';
import type { Decided, Labelled, Observed } from '../../src/engine/process-batch.ts';
import { ENTITY_KINDS, type FeatureState } from '../../src/features/feature-state.ts';
import { STANDARD } from '../../src/features/standard.ts';
import type { BaseHistories, DecidedHistory, HistoryItem } from '../../src/ports/stream/history.ts';
import { trainFirstModel } from '../../src/training/first-model.ts';
import { aDecision, START_MS } from './store.ts';

export type HistoryWorld = {
  readonly history: DecidedHistory;
  /** What was decided, labelled and observed in partition 1. */
  put(
    decided: readonly Decided[],
    labelled: readonly Labelled[],
    observed: readonly Observed[],
  ): Promise<void>;
  close(): Promise<void>;
};

const anEvent = (offset: number, id: string): Observed => ({
  offset,
  event: { id, kind: 'login', occurredAtMs: START_MS, accountId: 'a1', attributes: { tries: offset } },
  receivedAtMs: START_MS,
  contentHash: id,
});

export function decidedHistoryContract(name: string, open: () => Promise<HistoryWorld>): void {
  test(`${name}: PAST1 What was decided and observed from one offset to another, both included, comes once and in order, stored or left out, with the labels of what is stored`, async () => {
    const { history, put, close } = await open();
    const replayed = async (from: number, to: number): Promise<HistoryItem[]> => {
      const items: HistoryItem[] = [];
      for await (const some of history.replay(1, from, to)) items.push(...some);
      return items;
    };
    const ITEMS = 1300;
    const decided = Array.from({ length: ITEMS }, (_, i) => aDecision(2 * i, 'approve', { id: `d${i}` }));
    const labelled: Labelled[] = [0, 700, 701].map((i) => {
      const label: Label = {
        transactionId: `d${i}`,
        fraud: i > 0,
        source: 'analyst',
        labelledAtMs: START_MS,
        ...historiesOf(decided[i].transaction),
      };
      return { offset: 2 * i + 1, label };
    });
    const { occurredAtMs } = decided[3].transaction;
    // Other content under an id that is taken: decided, in the histories, and not stored.
    const taken = {
      ...aDecision(2 * ITEMS, 'approve', { id: 'd3', accountId: 'other', occurredAtMs }),
      contentHash: 'other',
    };
    // More of them than of all else towards the end.
    const observed = Array.from({ length: 1200 }, (_, i) => anEvent(2 * ITEMS + 1 + i, `e${i}`));
    const takenEvent = { ...anEvent(2 * ITEMS + 1201, 'e3'), contentHash: 'other' };
    await put([...decided, taken], labelled, [...observed, takenEvent]);
    const offsets = (items: readonly HistoryItem[]) => items.map(({ offset }) => offset);
    const all = [
      ...decided.map(({ offset }) => offset),
      ...labelled.map(({ offset }) => offset),
      2 * ITEMS,
      ...observed.map(({ offset }) => offset),
      takenEvent.offset,
    ].sort((a, b) => a - b);
    const found = await replayed(0, takenEvent.offset);
    assert.deepEqual(offsets(found), all);
    assert.deepEqual(
      found.flatMap((item) => (item.kind === 'label' ? [item.label] : [])),
      labelled.map(({ label }) => label),
    );
    const [lastEvent] = found.slice(-1);
    assert.ok(lastEvent.kind === 'event');
    assert.deepEqual(lastEvent.event, takenEvent.event);
    const last = found.findLast(({ kind }) => kind === 'transaction');
    assert.ok(last?.kind === 'transaction');
    assert.deepEqual([last.transaction.id, last.transaction.accountId], ['d3', 'other']);
    for (const [from, to] of [
      [1, 2],
      [2, 2],
      [999, 1401],
      [2 * ITEMS, 2 * ITEMS],
      [2 * ITEMS - 700, 2 * ITEMS + 1100],
    ] as const)
      assert.deepEqual(
        offsets(await replayed(from, to)),
        all.filter((offset) => offset >= from && offset <= to),
      );
    await close();
  });
}

const historiesIn = (state: FeatureState, kind: (typeof ENTITY_KINDS)[number]): Map<string, string> => {
  const table = state[kind];
  return new Map(
    Array.from({ length: table.size }, (_, entry) => {
      const at = table.offsetOf(entry);
      const bytes = table.chunkOf(entry).bytes.subarray(at, at + table.payloadLength(entry));
      return [table.keyOf(entry), Buffer.from(bytes).toString('base64')];
    }),
  );
};

export type BaseWorld = {
  readonly base: BaseHistories;
  readonly partitions: number;
  close(): Promise<void>;
};

export function baseHistoriesContract(name: string, open: (state: FeatureState) => Promise<BaseWorld>): void {
  test(`${name}: PAST2 Histories from before come back byte for byte, each account in one partition`, async () => {
    const state = STANDARD.createState();
    await trainFirstModel(state, { preset: 'classic', seed: 1, endMs: START_MS, liveRate: 10 });
    const { base, partitions, close } = await open(state);
    const accounts = new Map<string, string>();
    for (let partition = 0; partition < partitions; partition++) {
      for (const { accountId, bytes } of await base.accounts(partition)) {
        assert.ok(!accounts.has(accountId), accountId);
        accounts.set(accountId, Buffer.from(bytes).toString('base64'));
      }
    }
    assert.deepEqual(accounts, historiesIn(state, 'account'));
    const loaded = STANDARD.createState();
    await base.loadShared(loaded);
    for (const kind of ENTITY_KINDS)
      if (kind !== 'account') assert.deepEqual(historiesIn(loaded, kind), historiesIn(state, kind), kind);
    await close();
  });
}
