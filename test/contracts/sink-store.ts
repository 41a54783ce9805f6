// What a sink's store must do: rows and progress together, each decision once, everything as it came.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Transaction, transactionToJson } from '../../src/domain/transaction.ts';
import type { Decided, Observed } from '../../src/engine/process-batch.ts';
import type { DeadLetters } from '../../src/ports/office/dead-letters.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Collector, SinkProgress, SinkStore } from '../../src/ports/stream/sink-store.ts';
import { FencedError } from '../../src/ports/stream/state-store.ts';
import { decisionMessage } from '../../src/stream/message-codec.ts';
import { aDecision, aSample, START_MS } from './store.ts';

export type SinkWorld<Collected extends Collector> = {
  readonly sink: SinkStore<Collected>;
  readonly store: Store;
  readonly deadLetters: DeadLetters;
  /** In the order in which they were stored. */
  rows(): Promise<readonly { readonly id: string; readonly partition: number; readonly offset: number }[]>;
  close(): Promise<void>;
};

/** As a sink collects what it has read. */
export function collectedOf<Collected extends Collector>(
  sink: SinkStore<Collected>,
  partition: number,
  decided: readonly Decided[],
): Collected {
  const collected = sink.collect(partition);
  for (const item of decided) {
    const text = Buffer.from(JSON.stringify(transactionToJson(item.transaction)));
    collected.decided(item, decisionMessage(item, text, undefined).value);
  }
  return collected;
}

const sum = (counts: Awaited<ReturnType<Store['counts']>>, key: 'transactions' | 'reviews'): number =>
  counts.reduce((total, count) => total + count[key], 0);

export function sinkStoreContract<Collected extends Collector>(
  name: string,
  open: () => Promise<SinkWorld<Collected>>,
): void {
  test(`sink store: ${name}`, async (t) => {
    const { sink, store, deadLetters, rows, close } = await open();
    const known = new Map<number, SinkProgress>();
    /** What the next batch of a partition is, from where it stands on. */
    async function batchOf(partition: number, items: readonly Decided[]) {
      const before = known.get(partition) ?? (await sink.progress('decisions', partition));
      const last = items[items.length - 1].offset;
      const after = { nextOffset: before.nextOffset + items.length, sourceOffset: last };
      return {
        output: 'decisions',
        partition,
        before,
        after,
        collected: collectedOf(sink, partition, items),
      } as const;
    }
    async function put(partition: number, items: readonly Decided[]) {
      const batch = await batchOf(partition, items);
      await sink.store([batch]);
      known.set(partition, batch.after);
      return batch;
    }
    const idsOf = async (partition: number): Promise<string[]> =>
      (await rows()).filter((row) => row.partition === partition).map(({ id }) => id);

    await t.test('A7 SINK4 What was collected comes back as it went in', async () => {
      const more = (offset: number, transaction: Partial<Transaction>): Decided => {
        const item = aDecision(offset, 'decline', transaction);
        const text = 'with "quotes", \\ and a\ttab';
        const rules = [{ id: 'r', version: 1, action: 'tag', priority: 30, text }] as const;
        return { ...item, decision: { ...item.decision, score: 0.1 + 0.2, rules } };
      };
      const decided = [
        aSample(1, { id: 'drawn' }, 0.1 + 0.2),
        more(2, { id: 'least', occurredAtMs: Date.UTC(1990, 0, 1), amountMinor: 0 }),
        more(7, {
          id: '\ufeffключ-鍵-🔑\\N',
          occurredAtMs: Date.UTC(2026, 10, 24, 1, 2, 3, 4),
          amountMinor: Number.MAX_SAFE_INTEGER,
          channel: 'ecommerce',
          merchant: { id: 'm\\.', name: '\ufeffCafé "N\'ice"\u00a0☕', mcc: '5812' },
          country: 'FR',
          city: '東京',
          location: { lat: -89.999999, lon: 179.123456789 },
          deviceId: 'd',
          ip: '2001:db8::1',
          counterpartyId: '{"x":1}',
          attributes: { 'customer.note': '\\N \t“x”\\', 'risk.deviceScore': 1e-7, vip: true },
          relatesTo: { transactionId: 't\\.', kind: 'reversal' },
        }),
      ];
      await put(3, decided);
      for (const { transaction, receivedAtMs, decision, vector } of decided) {
        const found = await store.transaction(transaction.id);
        assert.deepEqual(found?.transaction, transaction);
        assert.equal(found.receivedAtMs, receivedAtMs);
        assert.deepEqual(found.decision, decision);
        assert.deepEqual([...found.vector], [...vector]);
      }
      assert.deepEqual(
        (await rows()).map(({ partition, offset }) => [partition, offset]),
        [
          [3, 1],
          [3, 2],
          [3, 7],
        ],
      );
    });

    await t.test(
      'SINK1 What was collected is stored together with how far its outputs are read, or neither is',
      async () => {
        const batch = await put(0, [aDecision(10), aDecision(11, 'review')]);
        assert.deepEqual(await sink.progress('decisions', 0), batch.after);
        assert.deepEqual(await sink.progress('dead-letters', 0), { nextOffset: 0, sourceOffset: -1 });
        // No database takes this label.
        const bad = await batchOf(0, [aDecision(12)]);
        const label = {
          accountId: 'a',
          occurredAtMs: 0,
          source: 'analyst',
          fraud: true,
          labelledAtMs: 0,
        } as const;
        bad.collected.labelled({ offset: 13, label: { ...label, transactionId: 'x\u0000y' } });
        const beside = await batchOf(1, [aDecision(20)]);
        await assert.rejects(sink.store([bad, beside]));
        assert.deepEqual(await sink.progress('decisions', 0), batch.after);
        assert.deepEqual(await sink.progress('decisions', 1), beside.before);
        assert.deepEqual([await idsOf(0), await idsOf(1)], [['t10', 't11'], []]);
      },
    );

    await t.test(
      'SINK2 A batch that does not begin where its output is read to is refused with a FencedError, and so is what came with it',
      async () => {
        const stale = { ...(await batchOf(0, [aDecision(14)])), before: { nextOffset: 0, sourceOffset: -1 } };
        const beside = await batchOf(1, [aDecision(21)]);
        await assert.rejects(sink.store([stale, beside]), FencedError);
        const ahead = {
          ...(await batchOf(0, [aDecision(15)])),
          before: { nextOffset: 99, sourceOffset: 99 },
        };
        await assert.rejects(sink.store([ahead]), FencedError);
        assert.deepEqual([await idsOf(0), await idsOf(1)], [['t10', 't11'], []]);
        const batch = await put(0, [aDecision(16)]);
        const again = { ...batch, collected: collectedOf(sink, 0, [aDecision(16)]) };
        await assert.rejects(sink.store([again]), FencedError, 'the same again');
      },
    );

    await t.test(
      'W8 SINK3 An id that is taken, with the same time, is a repetition or a dead letter; what came with it is stored',
      async () => {
        const item = (offset: number, id: string, accountId: string, contentHash: string): Decided => ({
          ...aDecision(offset, offset % 2 === 0 ? 'approve' : 'review', {
            id,
            accountId,
            occurredAtMs: START_MS,
          }),
          contentHash,
        });
        await put(2, [item(0, 'one', 'a', 'x')]);
        await put(2, [
          item(1, 'two', 'a', 'x'),
          item(2, 'one', 'a', 'x'),
          item(3, 'one', 'b', 'y'),
          item(4, 'two', 'a', 'z'),
          item(5, 'three', 'b', 'x'),
        ]);
        assert.deepEqual(
          (await rows()).filter(({ partition }) => partition === 2).map(({ id, offset }) => [id, offset]),
          [
            ['one', 0],
            ['two', 1],
            ['three', 5],
          ],
        );
        const letters = [...(await deadLetters.page({}, 10))].reverse();
        assert.deepEqual(
          letters.map(({ decidedAt }) => decidedAt?.offset),
          [3, 4],
        );
        assert.match(letters[0].problems[0].message, /used before, with other content, by account a/);
        assert.match(letters[1].problems[0].message, /by the same account/);
        const hour = [
          aDecision(0).decision.decidedAtMs - 60_000,
          aDecision(0).decision.decidedAtMs + 60_000,
        ] as const;
        const counts = await store.counts(...hour);
        assert.equal(sum(counts, 'transactions'), 3 + 2 + 1 + 3);
        assert.equal(sum(counts, 'reviews'), 1 + 2);
      },
    );
    await t.test(
      'Y33 events are stored with their progress; an id that is taken is a repetition or a dead letter',
      async () => {
        const login = (offset: number, id: string, accountId: string, contentHash: string): Observed => ({
          offset,
          event: { id, kind: 'login', occurredAtMs: START_MS, accountId, attributes: { tries: 3 } },
          receivedAtMs: START_MS + offset,
          contentHash,
        });
        const before = await sink.progress('decisions', 4);
        const batch = async (
          from: SinkProgress,
          observed: readonly Observed[],
          decided: readonly Decided[],
        ) => {
          const collected = collectedOf(sink, 4, decided);
          for (const item of observed) collected.observed(item);
          const nextOffset = from.nextOffset + observed.length + decided.length;
          return {
            output: 'decisions',
            partition: 4,
            before: from,
            after: { nextOffset, sourceOffset: nextOffset },
            collected,
          } as const;
        };
        const first = await batch(
          before,
          [login(0, 'e1', 'a', 'x'), login(2, 'e2', 'a', 'x')],
          [aDecision(1)],
        );
        await sink.store([first]);
        const [newest] = (await store.events({ accountId: 'a' }, 10)).items;
        assert.deepEqual([newest.event, newest.receivedAtMs], [login(2, 'e2', 'a', 'x').event, START_MS + 2]);
        const second = await batch(
          first.after,
          [
            login(3, 'e1', 'a', 'x'),
            login(4, 'e1', 'b', 'y'),
            login(5, 'e3', 'a', 'x'),
            login(6, 'e3', 'b', 'z'),
          ],
          [aDecision(7, 'approve', { id: 't1', occurredAtMs: aDecision(1).transaction.occurredAtMs })],
        );
        await sink.store([second]);
        assert.deepEqual(await sink.progress('decisions', 4), second.after);
        assert.deepEqual(
          (await store.events({}, 10)).items.map(({ event }) => [event.id, event.accountId]),
          [
            ['e3', 'a'],
            ['e2', 'a'],
            ['e1', 'a'],
          ],
        );
        const letters = (await deadLetters.page({}, 3)).filter(({ raw }) => raw.includes('login'));
        assert.deepEqual(
          letters.map(({ decidedAt }) => decidedAt?.offset).sort(),
          [4, 6],
          'what histories hold can be found again',
        );
        await assert.rejects(sink.store([first]), FencedError);
      },
    );
    await close();
  });
}
