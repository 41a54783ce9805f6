// What samples are in the queue, whatever database is behind it and whichever way decisions come into it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { Alert, AlertAction } from '../../src/ports/office/alerts.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { OfficeWorld } from './office-world.ts';
import { aDecision, aSample, START_MS } from './store.ts';

const ANN = { id: 'ann', name: 'Ann' };
const CHANCE = 0.1 + 0.2;

export function samplesContract(name: string, open: () => Promise<OfficeWorld>) {
  test(`M22 samples: ${name}`, async (t) => {
    const { session, commit, close } = await open();
    const { alerts, past } = createOffice(session);
    let clock = START_MS + 60_000;
    const act = (alert: Alert, action: AlertAction) =>
      alerts.act([alert], action, {
        atMs: clock++,
        actor: { kind: 'person', ...ANN },
        action: action.kind,
        subject: '',
      } satisfies AuditEntry);
    const view = (which: 'open' | 'samples' | 'closed') =>
      alerts.list({ view: which, sort: 'newest', person: 'ann', nowMs: clock }, 20);
    const found = async (transactionId: string): Promise<Alert> => {
      const id = await alerts.alertOf(transactionId);
      const alert = id === undefined ? undefined : await alerts.find(id);
      assert.ok(alert, `no alert of ${transactionId}`);
      return alert;
    };

    await t.test(
      'M22 ALERT8 A sample is an alert by itself, whatever else its account has, and is worked as the others are',
      async () => {
        await commit([
          aSample(0, { id: 's-1', accountId: 'a' }, CHANCE),
          aDecision(1, 'review', { id: 'f-1', accountId: 'a' }),
          aSample(2, { id: 's-2', accountId: 'a' }),
          aSample(3, { id: 's-3', accountId: 'b' }),
          aDecision(4, 'approve', { id: 'not-drawn', accountId: 'b' }),
        ]);
        await commit([aDecision(5, 'decline', { id: 'f-2', accountId: 'a' })]);
        const first = await found('s-1');
        assert.deepEqual(
          [first.sample, first.transactions, first.declined, first.topReason, first.status],
          [{ by: 'random', chance: CHANCE }, 1, 0, undefined, 'open'],
        );
        assert.deepEqual(await alerts.transactionIds(first.id, 10), ['s-1']);
        const flagged = await found('f-1');
        assert.deepEqual([flagged.sample, flagged.transactions], [undefined, 2]);
        assert.equal((await found('f-2')).id, flagged.id, 'what is flagged joins what was flagged');
        assert.equal(await alerts.alertOf('not-drawn'), undefined);
        assert.equal((await view('open')).length, 4);
        assert.equal((await view('samples')).length, 3);
        const { open: all, samples } = await alerts.counts('ann', clock);
        assert.deepEqual([all, samples], [4, 3]);

        const genuine = { kind: 'verdict', verdict: 'genuine', fraudType: undefined, by: ANN } as const;
        assert.equal((await act(first, genuine)).size, 1);
        assert.deepEqual(
          (await alerts.waitingLabels(10)).map(({ verdict }) => [verdict.transactionId, verdict.fraud]),
          [['s-1', false]],
        );
        assert.equal((await found('f-1')).status, 'open', 'nothing was said of what was flagged');
        assert.equal((await act(await found('s-1'), { kind: 'reopen' })).size, 1, 'beside the open one');
        assert.equal((await found('s-1')).status, 'open');
      },
    );

    await t.test('M22 what comes to its account neither joins nor wakes a sample', async () => {
      const sample = await found('s-3');
      await act(sample, { kind: 'snooze', untilMs: clock + 3_600_000 });
      await commit([aDecision(6, 'review', { id: 'f-3', accountId: 'b' })]);
      const after = await found('s-3');
      assert.deepEqual([after.transactions, after.snoozedUntilMs !== undefined], [1, true]);
      assert.notEqual((await found('f-3')).id, sample.id);
    });

    await t.test('Q4 M22 a chargeback tells of a sample too', async () => {
      const label = {
        transactionId: 's-2',
        fraud: true,
        source: 'chargeback',
        labelledAtMs: clock,
        accountId: 'a',
        occurredAtMs: START_MS,
      } as const;
      await commit([], [{ offset: 20, label }]);
      const told = await found('s-2');
      assert.deepEqual([told.status, told.verdict], ['closed', 'labels']);
    });
    await t.test(
      'M23 ROWS4 What people were asked about is told back to the first of it that was decided while nothing was drawn, and what nobody told of is called nothing',
      async () => {
        const drawn = (offset: number, id: string): ReturnType<typeof aDecision> => {
          const item = aDecision(offset, 'review', { id, accountId: id });
          return { ...item, decision: { ...item.decision, draw: { by: 'flagged', chance: 1 } } };
        };
        await commit([drawn(100, 'before'), aDecision(101, 'review', { id: 'no-draws', accountId: 'x' })]);
        await commit([
          aSample(102, { id: 'looked-at', accountId: 'y' }, 0.01),
          drawn(103, 'flagged'),
          aSample(104, { id: 'reported', accountId: 'z' }, 0.02),
          aDecision(105, 'approve', { id: 'missed', accountId: 'z' }),
          aSample(106, { id: 'waits', accountId: 'w' }, 0.03),
          aSample(200, { id: 'too-young', accountId: 'w' }, 0.03),
        ]);
        const untilMs = START_MS + 150_000;
        const said = (
          transactionId: string,
          fraud: boolean,
          source: 'analyst' | 'chargeback',
          offset: number,
        ) => ({
          offset,
          label: {
            transactionId,
            fraud,
            source,
            labelledAtMs: clock,
            accountId: 'y',
            occurredAtMs: START_MS,
          },
        });
        await commit(
          [],
          [
            said('looked-at', false, 'analyst', 210),
            said('flagged', true, 'analyst', 211),
            said('reported', true, 'chargeback', 212),
            said('missed', true, 'chargeback', 213),
          ],
        );
        const { rows, sinceMs, missedForCertain } = await past.askedAbout(untilMs, 1000);
        assert.deepEqual(
          rows.map(({ isFlagged, chance, toldBy, isFraud }) => [isFlagged, chance, toldBy, isFraud]),
          [
            [false, 0.03, 'nobody', false],
            [false, 0.02, 'others', true],
            [true, 1, 'analyst', true],
            [false, 0.01, 'analyst', false],
          ],
        );
        assert.equal(sinceMs, START_MS + 102_000);
        assert.equal(missedForCertain, 2, 'one that was drawn, and one that nobody asked about');
        assert.equal(
          (await past.askedAbout(untilMs, 2)).rows.length,
          1,
          'of the newest two one is old enough',
        );
        assert.deepEqual(await past.askedAbout(START_MS, 1000), {
          rows: [],
          sinceMs: undefined,
          missedForCertain: 0,
        });
      },
    );
    await close();
  });
}
