// What every Store must do, whatever database is behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomerEvent } from '../../src/domain/customer-event.ts';
import type { Label } from '../../src/domain/label.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { BatchOutput, Decided, Observed } from '../../src/engine/process-batch.ts';
import { vectorCodec } from '../../src/engine/vector-codec.ts';
import { STANDARD } from '../../src/features/standard.ts';
import type { Store } from '../../src/ports/store.ts';

export const START_MS = Date.UTC(2026, 10, 23, 12);

export const aDecision = decided;

type Outcome = Decided['decision']['outcome'];

function transaction(offset: number, more: Partial<Transaction> = {}): Transaction {
  return {
    id: `t${offset}`,
    accountId: `a${offset % 3}`,
    occurredAtMs: START_MS + offset * 1000,
    amountMinor: 1000 + offset,
    currency: 'EUR',
    type: 'purchase',
    ...more,
  };
}

function decided(offset: number, outcome: Outcome = 'approve', more: Partial<Transaction> = {}): Decided {
  const concepts = [
    {
      concept: 'payee',
      contribution: 0.75,
      told: [{ text: 'nobody “paid” it \\ \t 😀', features: ['amount'] }],
    },
    { concept: 'amount', contribution: -0.25 },
  ];
  const reasons = [{ feature: 'amount', value: null, contribution: 0.5, text: 'Läuft “quer”: \\ \t und 😀' }];
  return {
    offset,
    transaction: transaction(offset, more),
    receivedAtMs: START_MS + offset,
    decision: {
      transactionId: more.id ?? `t${offset}`,
      outcome,
      score: outcome === 'approve' ? 0.01 : 0.9,
      reasons: outcome === 'approve' ? [] : reasons,
      concepts: outcome === 'approve' ? [] : concepts,
      rules:
        outcome === 'decline'
          ? [{ id: 'r', version: 1, action: 'decline', priority: 30, text: 'a rule' }]
          : [],
      modelVersion: 'm',
      rulesetVersion: 'r',
      catalogueHash: 'c',
      decidedAtMs: START_MS + offset * 1000,
    },
    contentHash: `hash-${offset}`,
    vector: vectorCodec(STANDARD.size).encode(new Float64Array(STANDARD.size).fill(offset + 0.5)),
    engineMs: 0.25,
  };
}

/** What was approved, and drawn. */
export function aSample(offset: number, more: Partial<Transaction> = {}, chance = 0.001): Decided {
  const item = decided(offset, 'approve', more);
  return { ...item, decision: { ...item.decision, draw: { by: 'random', chance } } };
}

function label(offset: number, transactionId: string, fraud: boolean): { offset: number; label: Label } {
  const known = {
    accountId: 'a',
    occurredAtMs: START_MS,
    source: 'analyst',
    labelledAtMs: START_MS,
  } as const;
  return { offset, label: { transactionId, fraud, ...(fraud && { fraudType: 'card_testing' }), ...known } };
}

function batch(
  firstOffset: number,
  items: readonly Decided[],
  labelled: BatchOutput['labelled'] = [],
  observed: BatchOutput['observed'] = [],
): BatchOutput {
  const nextOffset = firstOffset + items.length + labelled.length + observed.length;
  return {
    partition: 0,
    firstOffset,
    nextOffset,
    decided: items,
    observed,
    labelled,
    quarantined: [],
    results: [],
  };
}

export function storeContract(name: string, open: () => Promise<{ store: Store; close(): Promise<void> }>) {
  test(`A7 store contract: ${name}`, async (t) => {
    const { store, close } = await open();
    const full = decided(1, 'decline', {
      channel: 'ecommerce',
      merchant: { id: 'm1', name: 'Zoë & Söhne', mcc: '5411' },
      country: 'DE',
      city: 'Köln',
      location: { lat: 50.94, lon: 6.96 },
      deviceId: 'd1',
      ip: '2001:db8::1',
      counterpartyId: 'c1',
    });
    await t.test('STORE1 A store that is empty knows nothing and stands at 0', async () => {
      assert.equal(await store.committedOffset(0), 0);
      assert.equal((await store.findKnown(['t1'])).size, 0);
      assert.equal((await store.findKnown([])).size, 0);
      assert.equal(await store.transaction('t1'), undefined);
      assert.deepEqual(await store.transactions({}, 10), []);
    });
    await t.test('STORE2 What was committed comes back as it was', async () => {
      await store.commit(batch(0, [decided(0), full, decided(2, 'review')]));
      assert.equal(await store.committedOffset(0), 3);
      const stored = await store.transaction('t1');
      assert.ok(stored);
      assert.deepEqual(stored.transaction, full.transaction);
      assert.deepEqual(stored.decision, full.decision);
      assert.deepEqual(Buffer.from(stored.vector), Buffer.from(full.vector));
      assert.deepEqual([stored.offset, stored.receivedAtMs, stored.isFraud], [1, START_MS + 1, undefined]);
      const known = await store.findKnown(['t0', 't1', 'absent']);
      assert.deepEqual([...known.keys()].sort(), ['t0', 't1']);
      assert.deepEqual(known.get('t1'), { decision: full.decision, contentHash: 'hash-1', label: undefined });
      assert.deepEqual([...(await store.decidedOffsets(0, 2))].sort(), [0, 1]);
    });
    await t.test(
      'STORE3 A batch is committed whole, with the offset that comes next, or nothing of it is',
      async () => {
        await assert.rejects(store.commit(batch(3, [decided(3), decided(4, 'review', { id: 't0' })])));
        assert.equal(await store.committedOffset(0), 3);
        assert.equal(await store.transaction('t3'), undefined);
        assert.equal((await store.flagged({}, 10)).items.length, 2);
      },
    );
    await t.test(
      'STORE4 The last word on a transaction counts, on its alert as well, also where it came in the batch of the decision',
      async () => {
        const words = [
          label(5, 't1', false),
          label(6, 't4', true),
          label(7, 't1', true),
          label(8, 'nobody', true),
        ];
        await store.commit({ ...batch(3, [decided(3), decided(4, 'review')], words), nextOffset: 9 });
        assert.deepEqual(
          [(await store.transaction('t1'))?.isFraud, (await store.transaction('t4'))?.fraudType],
          [true, 'card_testing'],
        );
        assert.equal((await store.findKnown(['t4'])).get('t4')?.label, true);
        const { items: alerts } = await store.flagged({}, 10);
        assert.deepEqual(
          alerts.map((alert) => [alert.transactionId, alert.status, alert.isFraud]),
          [
            ['t4', 'confirmed', true],
            ['t2', 'open', false],
            ['t1', 'confirmed', true],
          ],
        );
        assert.equal(alerts[2].topReason, 'a rule');
        assert.deepEqual(
          alerts.map(({ topRule, topFeature }) => topRule ?? topFeature),
          ['amount', 'amount', 'r'],
        );
        assert.deepEqual(
          alerts.map(({ topConcept, topReason }) => [topConcept, topReason]),
          [
            ['payee', 'Nobody “paid” it \\ \t 😀'],
            ['payee', 'Nobody “paid” it \\ \t 😀'],
            [undefined, 'a rule'],
          ],
        );
        assert.deepEqual((await store.transaction('t4'))?.decision, decided(4, 'review').decision);
        assert.deepEqual((await store.transaction('t3'))?.decision.concepts, []);
        const { open, expectedLossMinor } = await store.openAlerts();
        assert.equal(open, 1);
        assert.ok(expectedLossMinor > 0);
        assert.deepEqual(
          [
            await store.labelBefore('t1', 5),
            await store.labelBefore('t1', 7),
            await store.labelBefore('t1', 8),
          ],
          [undefined, false, true],
        );
      },
    );
    await t.test(
      'STORE5 Lists are newest first (after an offset: oldest first), and go on where they ended: nothing twice, nothing left out',
      async () => {
        const ids = async (...filter: Parameters<Store['transactions']>): Promise<string[]> =>
          (await store.transactions(...filter)).map((item) => item.transaction.id);
        assert.deepEqual(await ids({}, 2), ['t4', 't3']);
        assert.deepEqual(await ids({ before: 3 }, 2), ['t2', 't1']);
        assert.deepEqual(await ids({ after: 2 }, 1), ['t3']);
        assert.deepEqual(await ids({ after: 0 }, 10), ['t1', 't2', 't3', 't4']);
        for (const limit of [1, 2, 3, 10]) {
          const all: string[] = [];
          for (let before: number | undefined; ; ) {
            const { items, next } = await store.search({ ...(before !== undefined && { before }) }, limit);
            all.push(...items.map((item) => item.transaction.id));
            if (next === undefined) break;
            before = next;
          }
          assert.deepEqual(all, ['t4', 't3', 't2', 't1', 't0']);
        }
        assert.deepEqual(await ids({ accountId: 'a1' }, 10), ['t4', 't1']);
        assert.deepEqual(
          await ids({ merchantId: 'm1', country: 'DE', outcome: 'decline', minScore: 0.5 }, 10),
          ['t1'],
        );
        assert.deepEqual(await ids({ fromMs: START_MS + 1000, untilMs: START_MS + 3000 }, 10), ['t2', 't1']);
        assert.equal((await store.flagged({ outcome: 'review', status: 'open' }, 10)).items.length, 1);
      },
    );
    await t.test('STORE6 Counts are those of all that was committed, whatever the batches', async () => {
      const rows = await store.counts(START_MS, START_MS + 60_000);
      const sum = (key: 'transactions' | 'reviews' | 'declines' | 'flaggedMinor'): number =>
        rows.reduce((total, row) => total + row[key], 0);
      assert.deepEqual([sum('transactions'), sum('reviews'), sum('declines')], [5, 2, 1]);
      assert.equal(sum('flaggedMinor'), 1001 + 1002 + 1004);
      assert.deepEqual(rows.map((row) => row.country).sort(), ['??', 'DE']);
      const scores = await store.scoreCounts(START_MS, 100);
      assert.equal(
        scores.reduce((total, { transactions }) => total + transactions, 0),
        5,
      );
      assert.ok(scores.every(({ bin, minuteMs }) => (bin === 0 || bin === 18) && minuteMs === START_MS));
      const mature = await store.matureScores(START_MS + 60_000, 100);
      assert.deepEqual(
        [mature.flagged, mature.passed],
        [
          { frauds: 2, genuine: 1 },
          { frauds: 0, genuine: 2 },
        ],
      );
    });
    await t.test('T7 STORE7 No amount makes a sum leave its type, or a commit fail', async () => {
      const later = START_MS + 3_600_000;
      for (let i = 0; i < 11; i++) {
        const offset = 9 + i;
        const item = decided(offset, 'decline', { amountMinor: Number.MAX_SAFE_INTEGER, currency: 'JPY' });
        await store.commit(batch(offset, [{ ...item, decision: { ...item.decision, decidedAtMs: later } }]));
      }
      const [row] = await store.counts(later, later + 60_000);
      assert.equal(row.declines, 11);
      assert.ok(Math.abs(row.flaggedMinor / (11 * Number.MAX_SAFE_INTEGER) - 1) < 1e-12);
      assert.equal((await store.transaction('t9'))?.transaction.amountMinor, Number.MAX_SAFE_INTEGER);
    });
    await t.test(
      'Y31 STORE9 An event is stored once, with what is committed beside it, and comes back as it was',
      async () => {
        const from = await store.committedOffset(0);
        const login = (offset: number, more: Partial<CustomerEvent> = {}): Observed => ({
          offset,
          event: { id: `e${offset}`, kind: 'login', occurredAtMs: START_MS, accountId: 'a1', ...more },
          receivedAtMs: START_MS + offset,
          contentHash: `content-${offset}`,
        });
        const whole = login(from + 1, {
          kind: 'payee_added',
          utcOffsetMinutes: 60,
          deviceId: 'd',
          ip: '2001:db8::1',
          counterpartyId: 'c',
          country: 'DE',
          attributes: { 'customer.id': 'Zoë "quer"', tries: 3, known: false },
        });
        const own: CustomerEvent = {
          id: 'own',
          kind: 'failed_login',
          occurredAtMs: START_MS,
          attributes: { customerId: 'c9' },
        };
        const third = { ...login(from + 2), event: own };
        await store.commit(batch(from, [], [], [login(from), whole, third]));
        assert.equal(await store.committedOffset(0), from + 3);
        assert.deepEqual(
          await store.knownEvents([`e${from}`, 'own', 'absent']),
          new Map([
            [`e${from}`, `content-${from}`],
            ['own', `content-${from + 2}`],
          ]),
        );
        assert.equal((await store.knownEvents([])).size, 0);
        assert.deepEqual([...(await store.decidedOffsets(from, from + 2))].sort(), [from, from + 1]);
        const { items, next } = await store.events({ accountId: 'a1' }, 10);
        assert.equal(next, undefined);
        const { event, receivedAtMs } = whole;
        assert.deepEqual(items[0], { offset: from + 1, event, receivedAtMs });
        assert.deepEqual(
          items.map((item) => item.event.id),
          [`e${from + 1}`, `e${from}`],
        );
        const first = await store.events({}, 2);
        assert.deepEqual(
          first.items.map((item) => item.event.id),
          ['own', `e${from + 1}`],
        );
        const rest = await store.events({ ...(first.next !== undefined && { before: first.next }) }, 2);
        assert.deepEqual(
          rest.items.map((item) => item.event.id),
          [`e${from}`],
        );
        const logins = await store.events({ kind: 'login' }, 10);
        assert.deepEqual(
          logins.items.map((item) => item.event.id),
          [`e${from}`],
        );
        const again = { ...login(from + 4), event: own };
        await assert.rejects(store.commit(batch(from + 3, [], [], [login(from + 3), again])));
        assert.equal((await store.knownEvents([`e${from + 3}`])).size, 0);
      },
    );
    await t.test(
      'M21 STORE2 What was committed comes back as it was: with which chance it was drawn',
      async () => {
        const from = await store.committedOffset(0);
        const flagged = decided(from + 1, 'review', { accountId: 'drawn' });
        const items = [
          aSample(from, { accountId: 'drawn' }, 0.1 + 0.2),
          { ...flagged, decision: { ...flagged.decision, draw: { by: 'flagged', chance: 1 } as const } },
          decided(from + 2, 'approve', { accountId: 'drawn' }),
        ];
        const { open } = await store.openAlerts();
        await store.commit(batch(from, items));
        for (const { transaction: sent, decision } of items) {
          assert.deepEqual((await store.transaction(sent.id))?.decision, decision);
          assert.deepEqual((await store.findKnown([sent.id])).get(sent.id)?.decision, decision);
        }
        assert.deepEqual(
          (await store.flagged({ accountId: 'drawn' }, 10)).items.map(({ transactionId }) => transactionId),
          [`t${from + 1}`],
          'a sample is not flagged',
        );
        assert.equal((await store.openAlerts()).open, open + 1);
      },
    );
    await close();
  });
}
