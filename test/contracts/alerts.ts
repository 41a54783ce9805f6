// What the alert queue must do, whatever database is behind it and whichever way decisions come into it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyAudit } from '../../src/adapters/sql/audit.ts';
import { createOffice } from '../../src/adapters/sql/office.ts';
import { MAX_AMOUNT_MINOR } from '../../src/domain/amount.ts';
import type { Alert, AlertAction, AlertCursor } from '../../src/ports/office/alerts.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { OfficeWorld } from './office-world.ts';
import { aDecision, START_MS } from './store.ts';

const ANN = { id: 'ann', name: 'Ann' };
const BOB = { id: 'bob', name: 'Bob' };
const MINUTE_MS = 60_000;

export function alertsContract(name: string, open: () => Promise<OfficeWorld>) {
  test(`Q1–Q4 alert queue: ${name}`, async (t) => {
    const { session, commit, close } = await open();
    const { alerts, audit, links, past } = createOffice(session);
    let clock = START_MS + 3_600_000;
    const entry = (person: typeof ANN, action: string): AuditEntry => ({
      atMs: clock++,
      actor: { kind: 'person', ...person },
      action,
      subject: '',
    });
    const act = (alert: Alert, action: AlertAction, person = ANN) =>
      alerts.act([alert], action, entry(person, action.kind));
    const queue = async (view: 'open' | 'mine' | 'snoozed' | 'closed' = 'open', person = 'ann') =>
      alerts.list({ view, sort: 'priority', person, nowMs: clock }, 10);
    const one = async (accountId: string): Promise<Alert> => {
      const [found] = await alerts.list(
        { view: 'open', sort: 'newest', person: '', nowMs: clock, accountId },
        1,
      );
      assert.ok(found, `no open alert of ${accountId}`);
      return found;
    };

    await t.test(
      'Q1 ALERT1 An account has one open alert at most, and what is flagged joins it in the commit of its decision',
      async () => {
        await commit([
          aDecision(0, 'review', { id: 'a-1', accountId: 'a', amountMinor: 50_000, deviceId: 'd' }),
          aDecision(1, 'approve', { id: 'a-2', accountId: 'a', deviceId: 'd' }),
          aDecision(2, 'decline', { id: 'b-1', accountId: 'b', amountMinor: 500_000, deviceId: 'd' }),
        ]);
        await commit([aDecision(3, 'decline', { id: 'a-3', accountId: 'a', amountMinor: 30_000 })]);
        const [first, second] = await queue();
        assert.deepEqual(
          [first, second].map((alert) => [
            alert.accountId,
            alert.transactions,
            alert.declined,
            alert.amountMinor,
            alert.expectedLossMinor,
          ]),
          [
            ['b', 1, 1, 500_000, 450_000],
            ['a', 2, 1, 80_000, 72_000],
          ],
          'the larger loss comes first',
        );
        assert.deepEqual(await alerts.transactionIds(second.id, 10), ['a-3', 'a-1']);
        assert.equal(await alerts.alertOf('a-1'), second.id);
        assert.equal(await alerts.alertOf('a-2'), undefined);
        // The service level of its loss, from when it was opened.
        assert.equal(first.dueAtMs - first.openedAtMs, 30 * MINUTE_MS);
        assert.equal(second.dueAtMs - second.openedAtMs, 120 * MINUTE_MS);
        assert.deepEqual(await alerts.counts('ann', clock), {
          open: 2,
          mine: 0,
          unassigned: 2,
          overdue: 1,
          escalated: 0,
          samples: 0,
          snoozed: 0,
        });
        const page = { view: 'open', sort: 'priority', person: '', nowMs: clock } as const;
        const next = await alerts.list(
          { ...page, after: { value: first.expectedLossMinor, id: first.id } },
          10,
        );
        assert.deepEqual(
          next.map(({ id }) => id),
          [second.id],
        );
        for (const [search, found] of [
          ['a', 1],
          [String(first.id), 1],
          ['a_', 0],
          ['%', 0],
        ] as const) {
          assert.equal((await alerts.list({ ...page, search }, 10)).length >= found, true, search);
          if (found === 0) assert.equal((await alerts.list({ ...page, search }, 10)).length, 0, search);
        }
      },
    );

    await t.test(
      'Q2 ALERT2 An action is done to each alert that is still as it was seen, and to no other: of two people at once one is heard',
      async () => {
        const seen = await one('a');
        const [byAnn, byBob] = await Promise.all([
          alerts.act([seen], { kind: 'claim', by: ANN }, entry(ANN, 'claimed')),
          alerts.act([seen], { kind: 'claim', by: BOB }, entry(BOB, 'claimed')),
        ]);
        assert.equal(byAnn.size + byBob.size, 1);
        const now = await one('a');
        assert.equal(now.assignee?.name, byAnn.size === 1 ? 'Ann' : 'Bob');
        assert.equal(now.version, seen.version + 1);
        const lines = await audit.lines({ subject: `alert ${seen.id}` }, 10);
        assert.equal(lines.length, 1, 'one line, of the one who was heard');
        assert.equal((await act(now, { kind: 'assign', to: ANN })).size, 1);
        assert.deepEqual(
          (await queue('mine')).map(({ accountId }) => accountId),
          ['a'],
        );
        assert.deepEqual(await queue('mine', 'bob'), []);
      },
    );

    await t.test('ALERT6 A snoozed alert is away until then, or until something comes to it', async () => {
      const alert = await one('a');
      await act(alert, { kind: 'snooze', untilMs: clock + 10 * MINUTE_MS });
      assert.deepEqual(
        (await queue()).map(({ accountId }) => accountId),
        ['b'],
      );
      assert.equal((await queue('snoozed')).length, 1);
      clock += 11 * MINUTE_MS;
      assert.equal((await queue()).length, 2);
      await act(await one('a'), { kind: 'snooze', untilMs: clock + 10 * MINUTE_MS });
      await commit([aDecision(4, 'review', { id: 'a-4', accountId: 'a', amountMinor: 100 })]);
      assert.equal((await queue('snoozed')).length, 0);
    });

    await t.test(
      'Q3 ALERT3 A verdict is on the transactions that were seen: it, its labels and its line are one, and each label waits until it is done',
      async () => {
        const seen = await one('a');
        await commit([aDecision(5, 'decline', { id: 'a-5', accountId: 'a' })]);
        const verdict = { kind: 'verdict', verdict: 'fraud', fraudType: 'card_testing', by: ANN } as const;
        assert.equal((await act(seen, verdict)).size, 0, 'a transaction came in between');
        assert.deepEqual(await alerts.waitingLabels(10), []);
        const now = await one('a');
        const before = (await audit.head()).seq;
        assert.deepEqual([...(await act(now, verdict))], [now.id]);
        assert.equal((await audit.head()).seq, before + 1);
        const waiting = await alerts.waitingLabels(10);
        assert.deepEqual(waiting.map(({ verdict: said }) => said.transactionId).sort(), [
          'a-1',
          'a-3',
          'a-4',
          'a-5',
        ]);
        assert.ok(waiting.every(({ verdict: said }) => said.fraud && said.fraudType === 'card_testing'));
        const closed = await alerts.find(now.id);
        assert.deepEqual(
          [closed?.status, closed?.verdict, closed?.fraudType, closed?.closedBy],
          ['closed', 'fraud', 'card_testing', 'Ann'],
        );
        assert.equal((await act(now, verdict)).size, 0, 'once');
        await alerts.labelsDone(waiting.map(({ id }) => id));
        assert.deepEqual(await alerts.waitingLabels(10), []);
      },
    );

    await t.test(
      'ALERT5 A closed alert stays closed; it opens again only while its account has no other open one',
      async () => {
        const [closed] = await queue('closed');
        await commit([aDecision(6, 'review', { id: 'a-6', accountId: 'a' })]);
        const next = await one('a');
        assert.notEqual(next.id, closed.id);
        assert.equal((await act(closed, { kind: 'reopen' })).size, 0);
        const unsure = { kind: 'verdict', verdict: 'unsure', fraudType: undefined, by: BOB } as const;
        assert.equal((await act(next, unsure, BOB)).size, 1);
        assert.deepEqual(await alerts.waitingLabels(10), [], 'whoever is unsure labels nothing');
        const again = await alerts.find(closed.id);
        assert.ok(again);
        assert.equal((await act(again, { kind: 'reopen' })).size, 1);
        assert.equal((await one('a')).id, closed.id);
      },
    );

    await t.test('Q4 ALERT4 Labels from elsewhere close an alert as soon as all of it is known', async () => {
      const alert = await one('b');
      await commit(
        [],
        [
          {
            offset: 7,
            label: {
              transactionId: 'b-1',
              fraud: false,
              source: 'customer',
              labelledAtMs: clock,
              accountId: 'b',
              occurredAtMs: START_MS,
            },
          },
        ],
      );
      const closed = await alerts.find(alert.id);
      assert.deepEqual([closed?.status, closed?.verdict], ['closed', 'labels']);
    });

    await t.test(
      'ALERT2 An action is done to each alert that is still as it was seen, and to no other: of two people at once one is heard, of many alerts as well',
      async () => {
        await commit(
          Array.from({ length: 5 }, (_, i) =>
            aDecision(8 + i, 'review', { id: `m-${i}`, accountId: `many-${i}` }),
          ),
        );
        const all = await alerts.list(
          { view: 'open', sort: 'newest', person: '', nowMs: clock, search: 'many' },
          10,
        );
        assert.equal(all.length, 5);
        await act(all[2], { kind: 'escalate' });
        const done = await alerts.act(all, { kind: 'claim', by: BOB }, entry(BOB, 'claimed'));
        assert.equal(done.size, 4);
        assert.ok(!done.has(all[2].id));
        assert.equal((await alerts.counts('bob', clock)).escalated, 1);
      },
    );

    await t.test(
      'LINK1 Accounts are linked by what they share, no further than asked, and with how many there are among those looked at',
      async () => {
        const own = await links.ofAccount('a', 5);
        assert.deepEqual(
          own.map(({ kind, key, transactions }) => [kind, key, transactions]),
          [['device', 'd', 2]],
        );
        const { accounts, total } = await links.accountsOf('device', 'd', 1);
        assert.equal(total, 2);
        assert.equal(accounts.length, 1);
      },
    );

    await t.test(
      'ROWS2 Outcomes, sources and hits are of the newest rows at most, each counted once, and what is not labelled is not called genuine',
      async () => {
        const outcomes = await past.outcomes(START_MS + 3_600_000, 100);
        assert.deepEqual(
          outcomes.filter(({ kind }) => kind === 'type'),
          [
            {
              kind: 'type',
              name: 'purchase',
              rows: 12,
              labelled: 1,
              frauds: 0,
              flagged: 11,
              caught: 0,
              fraudMinor: 0,
              caughtMinor: 0,
            },
          ],
        );
        assert.deepEqual(await past.outcomes(START_MS, 100), []);
        const [source] = await past.labelSources(100);
        assert.deepEqual([source.source, source.labels, source.frauds], ['customer', 1, 0]);
        assert.ok((source.medianDelayMs ?? 0) > 3_000_000);
        const delays = await past.labelDelays(START_MS, Date.now() + 86_400_000, 100);
        assert.deepEqual([...delays], [source.medianDelayMs]);
        assert.equal((await past.labelDelays(0, START_MS, 100)).length, 0);
        assert.deepEqual(
          (await past.outcomes(START_MS + 3_600_000, 5))
            .filter(({ kind }) => kind === 'type')
            .map(({ rows }) => rows),
          [5],
        );
        assert.deepEqual(await past.hits(100, START_MS + 3_600_000), [
          { id: 'r', version: 1, shadow: false, hits: 3, labelled: 1, frauds: 0, mature: 3, matureFrauds: 0 },
        ]);
        assert.deepEqual(
          (await past.hits(100, START_MS)).map(({ hits, mature }) => [hits, mature]),
          [[3, 0]],
        );
      },
    );

    await t.test(
      'ROWS1 Pages hold each decision once, with the catalogue it was made with, newest first, and end when nothing is left',
      async () => {
        for (const limit of [1, 5, 12, 13]) {
          const ids: string[] = [];
          for (let before: number | undefined, pages = 0; pages < 20; pages++) {
            const page = await past.page(before, limit);
            ids.push(...page.rows.map(({ id }) => id));
            assert.ok(page.rows.every(({ catalogueHash }) => catalogueHash === 'c'));
            if (page.last === undefined) break;
            before = page.last;
          }
          assert.deepEqual(
            ids,
            ['m-4', 'm-3', 'm-2', 'm-1', 'm-0', 'a-6', 'a-5', 'a-4', 'a-3', 'b-1', 'a-2', 'a-1'],
            `${limit} at a time`,
          );
        }
      },
    );

    await t.test(
      'ROWS3 Delays are of labels that came in within the time asked for, and never below nothing',
      async () => {
        const early = {
          offset: 90,
          label: {
            transactionId: 'm-0',
            fraud: true,
            source: 'chargeback',
            labelledAtMs: START_MS - 5000,
            accountId: 'many-0',
            occurredAtMs: START_MS,
          },
        } as const;
        await commit([], [early]);
        assert.deepEqual([...(await past.labelDelays(START_MS - 10_000, START_MS, 100))], [0]);
        assert.deepEqual([...(await past.labelDelays(START_MS - 10_000, START_MS - 5000, 100))], []);
        assert.equal((await past.labelDelays(START_MS - 10_000, START_MS + 86_400_000, 100)).length, 2);
        assert.equal((await past.labelDelays(START_MS - 10_000, START_MS + 86_400_000, 1)).length, 1);
      },
    );

    await t.test(
      'T7 ALERT7 Alerts are added up, sorted and paged whatever their amounts: nothing twice, nothing left out',
      async () => {
        const flagged = (from: number, accountId: string, amountMinor: number) =>
          Array.from(
            { length: 11 },
            (_, i) =>
            aDecision(from + i, 'decline', {
              id: `${accountId}-${i}`, accountId, amountMinor, currency: 'JPY',
            }), // biome-ignore format: short
          );
        const old = flagged(5000, 'whale', Number.MAX_SAFE_INTEGER);
        for (const item of old) await commit([item]);
        await commit(flagged(5100, 'pod', Number.MAX_SAFE_INTEGER));
        await commit(flagged(5200, 'bound', MAX_AMOUNT_MINOR));
        const whale = await one('whale');
        const pod = await one('pod');
        const bound = await one('bound');
        assert.deepEqual([whale.transactions, whale.declined, pod.transactions], [11, 11, 11]);
        assert.equal(bound.amountMinor, 11 * 100 * MAX_AMOUNT_MINOR);
        for (const { amountMinor } of [whale, pod])
          assert.ok(Math.abs(amountMinor / (11 * Number.MAX_SAFE_INTEGER) - 1) < 1e-12, String(amountMinor));
        for (const { expectedLossMinor } of [whale, pod, bound])
          assert.equal(expectedLossMinor, Number.MAX_SAFE_INTEGER);
        assert.equal(whale.dueAtMs - whale.openedAtMs, 30 * MINUTE_MS);
        const page = { view: 'open', sort: 'priority', person: '', nowMs: clock } as const;
        const seen: string[] = [];
        for (let after: AlertCursor | undefined; seen.length < 3; ) {
          const [next] = await alerts.list({ ...page, ...(after && { after }) }, 1);
          seen.push(next.accountId);
          after = { value: next.expectedLossMinor, id: next.id };
        }
        assert.deepEqual(seen, ['bound', 'pod', 'whale']);
        assert.equal(
          (await act(whale, { kind: 'verdict', verdict: 'genuine', fraudType: undefined, by: ANN })).size,
          1,
        );
      },
    );

    await t.test('O8 the trail of all that is whole', async () => {
      const check = await verifyAudit((sql) => session.query(sql, []), []);
      assert.ok(check.ok, JSON.stringify(check));
    });
    await close();
  });
}
