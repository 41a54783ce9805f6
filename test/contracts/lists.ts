// What lists and imported names must do, whatever database is behind them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { ChangePlace, ListChange } from '../../src/ports/office/lists.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'ann', name: 'Ann' },
  action: 'changed a list',
  subject: 'list',
};

export function listsContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`lists: ${name}`, async (t) => {
    const { session, close } = await open();
    const { lists } = createOffice(session);
    const values = (from: number, until: number) =>
      Array.from({ length: until - from }, (_, i) => `v${String(from + i).padStart(4, '0')}`);
    const put = (list: string, some: readonly string[], note = '') =>
      lists.put(
        list,
        some.map((value) => ({ value, expiresAtMs: undefined, note })),
        entry,
      );
    const valuesOf = async (list: string): Promise<string[]> => {
      const found: string[] = [];
      for (let after: string | undefined = ''; after !== undefined; ) {
        const page: Awaited<ReturnType<typeof lists.entries>> = await lists.entries(list, '', after, 300);
        found.push(...page.entries.map(({ value }) => value));
        after = page.next;
      }
      return found;
    };
    const changesAfter = async (place: ChangePlace): Promise<ListChange[]> => {
      const found: ListChange[] = [];
      for (let after = place; ; ) {
        const some = await lists.changes(after, 100);
        if (some.length === 0) return found;
        found.push(...some);
        after = some[some.length - 1];
      }
    };
    const add = (list: string) =>
      lists.add({ name: list, kind: 'account', purpose: 'block', note: 'why' }, entry);

    await t.test(
      'LIST3 A list holds as many entries as it says; who puts or takes hears how many were new or gone',
      async () => {
        assert.ok(await add('kept'));
        assert.equal(await put('kept', values(0, 700)), 700);
        assert.equal(await put('kept', values(690, 710), 'again'), 10);
        assert.equal(await lists.take('kept', ['v0000', 'v0001', 'nowhere'], entry), 2);
        assert.equal(await lists.take('kept', ['v0000'], entry), 0);
        assert.equal((await lists.find('kept'))?.entries, 708);
        assert.deepEqual(await valuesOf('kept'), values(2, 710));
        const { entries } = await lists.entries('kept', 'again', '', 1000);
        assert.deepEqual(
          entries.map(({ value }) => value),
          values(690, 710),
        );
      },
    );

    await t.test(
      'LIST4 The name of a list is given once; a list that was removed gives it back, with nothing in it',
      async () => {
        const both = await Promise.all([add('once'), add('once')]);
        assert.equal(both.filter(Boolean).length, 1);
        await put('once', values(0, 600));
        assert.ok(await lists.remove('once', entry));
        assert.equal(await lists.remove('once', entry), false);
        assert.equal(await lists.find('once'), undefined);
        assert.ok(await add('once'));
        assert.equal((await lists.find('once'))?.entries, 0);
        assert.deepEqual(await valuesOf('once'), []);
      },
    );

    await t.test(
      'LIST2 Changes after a place come once each, in the order of their revisions, what was taken out among them',
      async () => {
        const revision = await lists.revision();
        await put('once', values(0, 250));
        await lists.take('once', values(100, 120), entry);
        await put('kept', ['v0000']);
        await lists.remove('once', entry);
        const found = await changesAfter({ revision });
        const revisions = found.map((change) => change.revision);
        assert.deepEqual(
          revisions,
          [...revisions].sort((a, b) => a - b),
        );
        assert.ok(revisions.every((one) => one > revision));
        assert.equal(new Set(found.map(({ list, value }) => `${list} ${value}`)).size, found.length);
        assert.deepEqual(
          found.filter(({ removed }) => !removed).map(({ list, value }) => `${list} ${value}`),
          ['kept v0000'],
        );
        assert.deepEqual(
          found
            .filter(({ list }) => list === 'once')
            .map(({ value }) => value)
            .sort(),
          values(0, 250),
        );
        assert.deepEqual(await changesAfter({ revision: await lists.revision() }), []);
      },
    );

    await t.test(
      'LIST5 Names of an edition count together, once it is put in place, instead of those before; an earlier one never replaces a later',
      async () => {
        const namesOf = async (source: string): Promise<string[]> => {
          const found: string[] = [];
          for (let after: number | undefined = 0; after !== undefined; ) {
            const page: Awaited<ReturnType<typeof lists.names>> = await lists.names(after, 3);
            found.push(...page.names.filter((one) => one.source === source).map((one) => one.name));
            after = page.next;
          }
          return found;
        };
        const edition = async (...names: string[]): Promise<number> => {
          const number = await lists.beginNames('listed');
          for (const [i, one] of names.entries())
            await lists.addNames('listed', number, [{ uid: String(i), name: one }]);
          return number;
        };
        const first = await edition('Ann', 'Bob');
        assert.deepEqual(await namesOf('listed'), []);
        assert.ok(await lists.putNames('listed', first, 2, entry));
        assert.deepEqual(await namesOf('listed'), ['Ann', 'Bob']);
        const [second, third] = [await edition('Cleo'), await edition('Dora', 'Eve')];
        assert.deepEqual(await namesOf('listed'), ['Ann', 'Bob'], 'the names of before serve');
        assert.ok(await lists.putNames('listed', third, 2, entry));
        assert.equal(await lists.putNames('listed', second, 1, entry), false);
        assert.deepEqual(await namesOf('listed'), ['Dora', 'Eve']);
        await lists.sweepNames('listed');
        await lists.dropNames('listed', second);
        assert.deepEqual(await namesOf('listed'), ['Dora', 'Eve']);
        assert.ok(await lists.removeSource('listed', entry));
        assert.deepEqual(await namesOf('listed'), []);
      },
    );

    await t.test(
      'L1 LIST1 The revision moves with each change of lists, entries and names, and with nothing else',
      async () => {
        const moves = async (change: () => Promise<unknown>): Promise<boolean> => {
          const before = [await lists.revision(), await lists.namesRevision()];
          await change();
          const after = [await lists.revision(), await lists.namesRevision()];
          assert.ok(after.every((one, i) => one >= before[i]));
          return after[0] > before[0];
        };
        assert.ok(await moves(() => add('moved')));
        assert.ok(await moves(() => put('moved', ['a'])));
        assert.ok(await moves(() => lists.take('moved', ['a'], entry)));
        const edition = await lists.beginNames('moved');
        assert.ok(await moves(() => lists.putNames('moved', edition, 0, entry)));
        assert.ok(await moves(() => lists.removeSource('moved', entry)));
        assert.ok(await moves(() => lists.remove('moved', entry)));
        const names = await lists.namesRevision();
        assert.ok(await moves(() => add('names')));
        assert.equal(await lists.namesRevision(), names, 'names are as they were');
        assert.ok(!(await moves(() => add('names'))));
        assert.ok(!(await moves(() => lists.beginNames('moved'))));
        assert.ok(!(await moves(() => lists.entries('kept', '', '', 10))));
        assert.ok(!(await moves(() => lists.remove('nowhere', entry))));
      },
    );
    await close();
  });
}
