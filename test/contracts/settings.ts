// What settings, secrets and saved views must do, whatever database is behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import { DEFAULT_SETTINGS } from '../../src/ports/office/settings.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'ann', name: 'Ann' },
  action: 'changed settings',
  subject: 'settings',
};

export function settingsContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`settings, secrets, views: ${name}`, async (t) => {
    const { session, close } = await open();
    const { settings, secrets, views } = createOffice(session);

    await t.test('SETTING1 What nobody changed is as preset, and a change leaves the others', async () => {
      assert.deepEqual(await settings.read(), DEFAULT_SETTINGS);
      const changed = { ...DEFAULT_SETTINGS, fourEyesRules: true };
      assert.deepEqual(await settings.change({ fourEyesRules: true }, entry), changed);
      const both = { ...changed, fourEyesModels: true };
      assert.deepEqual(await settings.change({ fourEyesModels: true }, entry), both);
      assert.deepEqual(await settings.read(), both);
    });

    await t.test(
      'SETTING2 What is kept by a name is kept once: whoever comes second gets the first',
      async () => {
        assert.equal(await settings.kept('currency'), undefined);
        const both = await Promise.all([settings.keep('currency', 'EUR'), settings.keep('currency', 'SEK')]);
        assert.equal(both[0], both[1]);
        assert.equal(await settings.keep('currency', 'CHF'), both[0]);
        assert.equal(await settings.kept('currency'), both[0]);
        assert.equal((await settings.read()).fourEyesRules, true);
      },
    );

    await t.test(
      'SETTING3 What is kept is replaced by whoever saw what was there: of two at once one is heard',
      async () => {
        assert.equal(await settings.replace('volume', 'none', 'a'), false);
        const firsts = ['a', 'b'].map((value) => settings.replace('volume', undefined, value));
        assert.deepEqual((await Promise.all(firsts)).sort(), [false, true]);
        const first = await settings.kept('volume');
        assert.equal(await settings.replace('volume', 'seen long ago', 'c'), false);
        const seconds = ['c', 'd'].map((value) => settings.replace('volume', first, value));
        assert.deepEqual((await Promise.all(seconds)).sort(), [false, true]);
        assert.ok(['c', 'd'].includes((await settings.kept('volume')) ?? ''));
        assert.deepEqual((await settings.read()).reviewsADay, null);
      },
    );

    await t.test(
      'SECRET1 A secret is 32 bytes that were drawn once: the same whoever asks, another for every other name',
      async () => {
        const all = await Promise.all([1, 2, 3].map(() => secrets.secret('masks')));
        assert.equal(all[0].length, 32);
        for (const secret of [...all, await createOffice(session).secrets.secret('masks')])
          assert.deepEqual(secret, all[0]);
        assert.notDeepEqual(await secrets.secret('others'), all[0]);
      },
    );

    await t.test('VIEW1 Views are a person’s own, each name once, and no more than may be', async () => {
      assert.ok(await views.save('ann', 'mine', '/alerts?view=mine', 2));
      assert.ok(await views.save('ann', 'due', '/alerts?view=overdue', 2));
      assert.equal(await views.save('ann', 'third', '/', 2), false);
      assert.ok(await views.save('ann', 'mine', '/alerts?view=open', 2), 'one of that name is there');
      assert.ok(await views.save('bob', 'mine', '/', 2));
      await views.remove('ann', 'due');
      assert.deepEqual(await views.list('ann'), [{ name: 'mine', path: '/alerts?view=open' }]);
      assert.deepEqual(await views.list('bob'), [{ name: 'mine', path: '/' }]);
    });
    await close();
  });
}
