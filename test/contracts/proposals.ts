// What changes that wait for a second person must do, whatever database is behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'ann', name: 'Ann' },
  action: 'proposed',
  subject: 'proposal {proposal}',
};

export function proposalsContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`proposals: ${name}`, async (t) => {
    const { session, close } = await open();
    const { proposals } = createOffice(session);
    const proposedBy = { id: 'ann', name: 'Ann' };
    const propose = (change: unknown, atMost = 10) =>
      proposals.add({ kind: 'model', subject: 'm1', change, proposedBy }, atMost, entry);
    const waiting = async () => (await proposals.waiting('model')).map(({ id }) => id);

    await t.test(
      'PROPOSAL2 What waits is told whole, as it was asked for, oldest first, and only what waits',
      async () => {
        const change = { state: 'champion', note: 'because “it is better”', list: [1, { deep: null }] };
        const [first, second] = [await propose(change), await propose({})];
        assert.ok(first !== undefined && second !== undefined);
        assert.deepEqual(await waiting(), [first, second]);
        assert.deepEqual(await proposals.find('model', first), {
          id: first,
          kind: 'model',
          subject: 'm1',
          change,
          proposedBy,
          proposedAtMs: START_MS,
        });
        assert.equal(await proposals.find('list', first), undefined);
        assert.ok(await proposals.decide(second, 'withdrawn', 'ann', entry));
        assert.equal(await proposals.find('model', second), undefined);
        assert.deepEqual(await waiting(), [first]);
      },
    );

    await t.test(
      'O13 PROPOSAL1 A proposal is decided once, by the one who is first, and never approved by whoever proposed it',
      async () => {
        const [id] = await waiting();
        assert.equal(await proposals.decide(id, 'approved', 'ann', entry), false);
        const both = await Promise.all([
          proposals.decide(id, 'approved', 'bob', entry),
          proposals.decide(id, 'approved', 'cleo', entry),
          proposals.decide(id, 'withdrawn', 'ann', entry),
        ]);
        assert.equal(both.filter(Boolean).length, 1);
        assert.deepEqual(await waiting(), []);
        if (both[2]) return;
        await proposals.reopen(id, entry);
        assert.deepEqual(await waiting(), [id], 'it could not be carried out');
      },
    );

    await t.test('PROPOSAL3 Where as many wait as may, another is not taken', async () => {
      const count = (await waiting()).length;
      assert.ok((await propose({}, count + 1)) !== undefined);
      assert.equal(await propose({}, count + 1), undefined);
      assert.equal((await waiting()).length, count + 1);
    });
    await close();
  });
}
