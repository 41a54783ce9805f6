// What cases must do, whatever database is behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { OfficeWorld } from './office-world.ts';
import { aDecision, START_MS } from './store.ts';

const ANN = { id: 'ann', name: 'Ann' };
const BOB = { id: 'bob', name: 'Bob' };

export function casesContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`cases: ${name}`, async (t) => {
    const { session, commit, close } = await open();
    const { cases, alerts } = createOffice(session);
    const entry: AuditEntry = {
      atMs: START_MS,
      actor: { kind: 'person', ...ANN },
      action: 'worked on a case',
      subject: 'case {case}',
    };
    await commit([
      aDecision(100, 'review', { id: 'case-1', accountId: 'case-a' }),
      aDecision(101, 'review', { id: 'case-2', accountId: 'case-b' }),
    ]);
    const [first = 0, second = 0] = [await alerts.alertOf('case-1'), await alerts.alertOf('case-2')];
    const one = await cases.open('One', ANN, [first], entry);

    await t.test(
      'C1 CASE1 A case is changed where it is as it was seen and its status allows it: of two people at once one is heard',
      async () => {
        const seen = await cases.find(one);
        assert.deepEqual([seen?.status, seen?.assignee, seen?.alerts], ['open', ANN, 1]);
        const version = seen?.version ?? 0;
        const both = await Promise.all([
          cases.change(one, version, { kind: 'propose', outcome: 'fraud', by: ANN }, entry),
          cases.change(one, version, { kind: 'assign', to: BOB }, entry),
        ]);
        assert.equal(both.filter(Boolean).length, 1);
        const now = await cases.find(one);
        assert.equal(now?.version, version + 1);
        if (!both[0])
          assert.ok(
            await cases.change(one, version + 1, { kind: 'propose', outcome: 'fraud', by: ANN }, entry),
          );
        const proposed = await cases.find(one);
        assert.deepEqual([proposed?.status, proposed?.proposedBy], ['proposed', ANN]);
        const last = proposed?.version ?? 0;
        assert.equal(
          await cases.change(one, last, { kind: 'propose', outcome: 'fraud', by: BOB }, entry),
          false,
          'it is proposed already',
        );
        assert.ok(await cases.change(one, last, { kind: 'close', outcome: 'fraud', by: 'Bob' }, entry));
        assert.equal(
          await cases.change(one, last + 1, { kind: 'edit', title: 'x', narrative: '' }, entry),
          false,
          'what is closed is not edited',
        );
        assert.ok(await cases.change(one, last + 1, { kind: 'reopen' }, entry));
        const again = await cases.find(one);
        assert.deepEqual([again?.status, again?.outcome, again?.closedBy], ['open', undefined, undefined]);
      },
    );

    await t.test(
      'C1 CASE2 An alert belongs to one case at most: one that has another stays there',
      async () => {
        const two = await cases.open('Two', BOB, [first, second], entry);
        assert.deepEqual([await cases.alertIds(one), await cases.alertIds(two)], [[first], [second]]);
        assert.deepEqual(await cases.addAlerts(two, [first], entry), []);
        assert.equal(await cases.removeAlert(two, first, entry), false);
        assert.ok(await cases.removeAlert(one, first, entry));
        const both = await Promise.all([
          cases.addAlerts(one, [first], entry),
          cases.addAlerts(two, [first], entry),
        ]);
        assert.equal(both.flat().length, 1);
      },
    );

    await t.test('CASE3 Lists are newest first, and go on below the last one', async () => {
      const three = await cases.open('Three', BOB, [], entry);
      const page = await cases.list(undefined, undefined, 2);
      assert.deepEqual(
        page.map(({ title }) => title),
        ['Three', 'Two'],
      );
      const next = await cases.list('open', page[1].id, 1);
      assert.deepEqual(
        next.map(({ title }) => title),
        ['One'],
      );
      assert.deepEqual(await cases.list('closed', three, 10), []);
    });

    await t.test(
      'CASE4 A task is done, or open again, once: whoever says the same again changes nothing',
      async () => {
        await cases.addTask(one, 'Call them', entry);
        await cases.addTask(one, 'Write it down', entry);
        const [task] = await cases.tasks(one);
        const both = await Promise.all([1, 2].map(() => cases.setTask(one, task.id, true, entry)));
        assert.equal(both.filter(Boolean).length, 1);
        assert.equal((await cases.find(one))?.tasksOpen, 1);
        assert.equal(await cases.setTask(one, task.id, true, entry), false);
        assert.ok(await cases.setTask(one, task.id, false, entry));
        assert.deepEqual(
          (await cases.tasks(one)).map(({ text, done }) => [text, done]),
          [
            ['Call them', false],
            ['Write it down', false],
          ],
        );
      },
    );
    await close();
  });
}
