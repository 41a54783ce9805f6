// What the rule book must do, whatever database is behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { RuleDraft } from '../../src/ports/office/rules.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'ann', name: 'Ann' },
  action: 'changed a rule',
  subject: 'rule',
};
const draft = (id: string, expression: string): RuleDraft => ({
  id,
  expression,
  action: 'review',
  text: 'a rule — “quoted”',
  priority: 5,
});

export function rulesContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`rule book: ${name}`, async (t) => {
    const { session, close } = await open();
    const { rules } = createOffice(session);
    const statesOf = async (id: string): Promise<string[]> =>
      (await rules.rules())
        .filter((rule) => rule.id === id)
        .map(({ version, state }) => `${version} ${state}`);

    await t.test(
      'RULE5 The rules of a new installation are filed where there are none, and in service',
      async () => {
        const starter = [
          { ...draft('starter', 'score > 0.1'), version: 1, mode: 'live' },
          { ...draft('careful', 'score > 0.2'), version: 1, mode: 'shadow' },
        ] as const;
        await rules.fileStarter(starter, START_MS);
        assert.deepEqual((await rules.inService()).map(({ id, mode }) => `${id} ${mode}`).sort(), [
          'careful shadow',
          'starter live',
        ]);
        const revision = await rules.revision();
        await rules.fileStarter([{ ...draft('late', 'score > 0.3'), version: 1, mode: 'live' }], START_MS);
        assert.equal(await rules.find('late', 1), undefined);
        assert.equal(await rules.revision(), revision);
      },
    );

    await t.test(
      'RULE1 A version is what was filed; a draft that is written anew is the next version',
      async () => {
        assert.equal(await rules.file(draft('r', 'score > 0.5'), entry), 1);
        assert.equal(await rules.file(draft('r', 'score > 0.6'), entry), 2);
        assert.equal(await rules.find('r', 1), undefined, 'whoever looked at it moves nothing');
        const filed = await rules.find('r', 2);
        assert.deepEqual(
          [
            filed?.expression,
            filed?.state,
            filed?.author,
            filed?.authorId,
            filed?.createdAtMs,
            filed?.movedBy,
          ],
          ['score > 0.6', 'draft', 'Ann', 'ann', START_MS, undefined],
        );
        assert.ok(await rules.move('r', 2, 'draft', 'shadow', entry));
        assert.equal(await rules.file(draft('r', 'score > 0.7'), entry), 3);
        assert.equal((await rules.find('r', 2))?.expression, 'score > 0.6');
      },
    );

    await t.test(
      'RULE2 A rule has one draft, one shadow and one live version at most: whoever comes retires the one before',
      async () => {
        assert.ok(await rules.move('r', 2, 'shadow', 'live', entry));
        assert.ok(await rules.move('r', 3, 'draft', 'shadow', entry));
        await rules.file(draft('r', 'score > 0.8'), entry);
        assert.deepEqual(await statesOf('r'), ['4 draft', '3 shadow', '2 live']);
        assert.ok(await rules.move('r', 3, 'shadow', 'live', entry));
        assert.deepEqual(await statesOf('r'), ['4 draft', '3 live', '2 retired']);
        assert.ok(await rules.move('r', 4, 'draft', 'live', entry));
        assert.deepEqual(await statesOf('r'), ['4 live', '3 retired', '2 retired']);
        const serving = (await rules.inService()).filter(({ id }) => id === 'r');
        assert.deepEqual(
          serving.map(({ version, mode }) => [version, mode]),
          [[4, 'live']],
        );
      },
    );

    await t.test(
      'RULE3 A version is moved from the state that was named, or not at all: of two people at once one is heard',
      async () => {
        assert.equal(await rules.move('r', 4, 'shadow', 'retired', entry), false);
        const both = await Promise.all([
          rules.move('r', 4, 'live', 'shadow', entry),
          rules.move('r', 4, 'live', 'retired', entry),
        ]);
        assert.equal(both.filter(Boolean).length, 1);
        assert.equal((await statesOf('r'))[0], both[0] ? '4 shadow' : '4 retired');
      },
    );

    await t.test('RULE4 The revision moves with each move, and not with a draft that is filed', async () => {
      const before = await rules.revision();
      const version = await rules.file(draft('moved', 'score > 0.9'), entry);
      assert.equal(await rules.revision(), before);
      await rules.move('moved', version, 'draft', 'live', entry);
      assert.equal(await rules.revision(), before + 1);
      await rules.move('moved', version, 'draft', 'live', entry);
      assert.equal(await rules.revision(), before + 1);
      await rules.move('moved', version, 'live', 'retired', entry);
      assert.equal(await rules.revision(), before + 2);
    });
    await close();
  });
}
