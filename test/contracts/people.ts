// What the store of people must do, whatever database is behind it: count tries one by one, keep somebody who can administer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { SqlSession } from '../../src/adapters/sql/session.ts';
import type { Role } from '../../src/domain/access.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';

const NOW_MS = Date.UTC(2026, 10, 27);
const HOUR_MS = 3_600_000;
const OWN = { free: 5, firstMs: 30_000, longestMs: 900_000 };
const ANYWHERE = { free: 30, firstMs: 1000, longestMs: 60_000 };

export function peopleContract(name: string, open: () => Promise<SqlSession>) {
  test(`O5 O7 people: ${name}`, async (t) => {
    const session = await open();
    const { people } = createOffice(session);
    const entry: AuditEntry = {
      atMs: NOW_MS,
      actor: { kind: 'local', id: 'local', name: 'local' },
      action: 'tested',
      subject: '',
    };
    const take = (
      who: string,
      source: string,
      nowMs = NOW_MS,
      anywhere: typeof ANYWHERE | undefined = ANYWHERE,
    ) => people.tries.take(who, source, nowMs, OWN, anywhere);
    const isTaken = (one: Awaited<ReturnType<typeof take>>) => 'failures' in one;
    const add = async (id: string, roles: Role[], canSignIn = true) => {
      assert.ok(await people.addUser({ id, name: id, roles }, entry), id);
      if (canSignIn) await people.setPassword(id, 'scrypt$x$y', entry);
    };

    await t.test(
      'O5 PEOPLE1 Of tries at once as many are taken as are free, each with a number of its own, and the wait grows',
      async () => {
        const all = await Promise.all(Array.from({ length: 40 }, () => take('ann', 'address 1.1.1.1')));
        assert.deepEqual(
          all.flatMap((one) => ('failures' in one ? [one.failures] : [])).sort(),
          [1, 2, 3, 4, 5],
        );
        const refused = all.find((one) => 'waitMs' in one);
        assert.ok(refused && 'waitMs' in refused && refused.waitMs === 30_000);
        assert.ok(isTaken(await take('ann', 'address 2.2.2.2')), 'another place is not locked');
        assert.ok(isTaken(await take('bob', 'address 1.1.1.1')), 'nor another name');
        assert.ok(isTaken(await take('ann', 'address 1.1.1.1', NOW_MS + 30_001)));
        const again = await take('ann', 'address 1.1.1.1', NOW_MS + 30_002);
        assert.ok('waitMs' in again && again.waitMs > 59_000, 'and the wait grows');
        assert.deepEqual(await take('ann', 'address 1.1.1.1', NOW_MS + 25 * HOUR_MS), { failures: 1 });
      },
    );

    await t.test(
      'O5 PEOPLE2 Many places together are slowed, never shut out, and a place that is known is not held by them',
      async () => {
        const places = Array.from({ length: 60 }, (_, i) => take('carl', `address 3.3.3.${i}`));
        assert.equal((await Promise.all(places)).filter(isTaken).length, 30);
        const slowed = await take('carl', 'address 4.4.4.4');
        assert.ok('waitMs' in slowed && slowed.waitMs === 1000);
        assert.deepEqual(
          await take('carl', 'address 4.4.4.4', NOW_MS + 1001),
          { failures: 1 },
          'nothing was used up',
        );
        assert.deepEqual(await people.tries.take('carl', 'device x', NOW_MS, OWN, undefined), {
          failures: 1,
        });
      },
    );

    await t.test(
      'O7 PEOPLE3 The first account administers, and somebody always can: of two who step down at once, one stays',
      async () => {
        assert.equal(await people.addUser({ id: 'viewer', name: 'V', roles: ['viewer'] }, entry), false);
        await people.addLink('first', undefined, NOW_MS + HOUR_MS);
        await add('one', ['administrator'], false);
        assert.equal(await people.administered(), false, 'whoever never came cannot administer');
        assert.ok(await people.link('first', NOW_MS), 'so the first link still works');
        const made = { id: 'first', name: 'First', passwordHash: 'scrypt$x$y' };
        const firsts = await Promise.all([
          people.takeFirstLink('first', made, entry),
          people.takeFirstLink('first', { ...made, id: 'other' }, entry),
        ]);
        assert.equal(firsts.filter(Boolean).length, 1, 'once');
        const [first] = (await people.users()).filter(({ canSignIn }) => canSignIn);
        assert.equal(await people.setRoles(first.id, ['viewer'], entry), false);
        assert.equal(await people.setDisabled(first.id, true, entry), false);
        await assert.rejects(session.query('delete from users', []), /last who can administer/);
        await people.setPassword('one', 'scrypt$x$y', entry);
        const both = await Promise.all([
          people.setRoles(first.id, ['viewer'], entry),
          people.setDisabled('one', true, entry),
        ]);
        assert.equal(both.filter(Boolean).length, 1, 'of two who step down at once, one stays');
        assert.equal(await people.administered(), true);
        await assert.rejects(
          session.query(`update users set roles = '["viewer"]'`, []),
          /last who can administer/,
        );
      },
    );

    await t.test('O7 PEOPLE4 Whoever has the machine makes an administrator', async () => {
      await people.makeAdministrator('newcomer', entry);
      await people.makeAdministrator('one', entry);
      const found = await people.user('one');
      assert.deepEqual([found?.disabled, found?.roles.includes('administrator')], [false, true]);
      assert.deepEqual((await people.user('newcomer'))?.roles, ['administrator']);
    });

    await t.test(
      'O6 PEOPLE6 A link is used once, in its time, and not by somebody who is shut out; a new one makes the one before worthless',
      async () => {
        await add('dora', ['analyst'], false);
        await people.addLink('dora', 'dora', NOW_MS + HOUR_MS);
        await people.setDisabled('dora', true, entry);
        assert.equal(await people.link('dora', NOW_MS), undefined);
        assert.equal(await people.takeLink('dora', 'scrypt$a$b', entry), false);
        await people.setDisabled('dora', false, entry);
        assert.equal((await people.credentials('dora'))?.passwordHash, undefined);
        const used = await Promise.all([1, 2, 3].map(() => people.takeLink('dora', 'scrypt$a$b', entry)));
        assert.equal(used.filter(Boolean).length, 1);
        assert.equal((await people.credentials('dora'))?.passwordHash, 'scrypt$a$b');
        await people.addLink('before', 'dora', NOW_MS + HOUR_MS);
        await people.addLink('after', 'dora', NOW_MS + HOUR_MS);
        assert.equal(await people.link('before', NOW_MS), undefined);
        assert.deepEqual(await people.link('after', NOW_MS), { userId: 'dora' });
        assert.equal(await people.link('after', NOW_MS + HOUR_MS), undefined);
        const late = { ...entry, atMs: NOW_MS + HOUR_MS };
        assert.equal(await people.takeLink('after', 'scrypt$x$x', late), false);
      },
    );

    await t.test(
      'O6 PEOPLE7 A key is what it was made as, until it is revoked, which is once and for good',
      async () => {
        const key = {
          id: 'k1',
          name: 'Batch — “nightly”',
          permissions: ['decide'],
          createdBy: 'Dora',
          ownerId: 'dora',
          createdAtMs: NOW_MS,
          expiresAtMs: NOW_MS + HOUR_MS,
        } as const;
        await people.addKey(key, 'hash', entry);
        const fresh = { ...key, lastUsedAtMs: undefined, revoked: false };
        assert.deepEqual(await people.key('k1'), { ...fresh, secretHash: 'hash' });
        assert.deepEqual(await people.keys(), [fresh], 'lists show no hash');
        await assert.rejects(people.addKey({ ...key, name: 'another' }, 'other', entry));
        await people.keyUsed('k1', NOW_MS + 1);
        const revoked = await Promise.all([people.revokeKey('k1', entry), people.revokeKey('k1', entry)]);
        assert.equal(revoked.filter(Boolean).length, 1);
        assert.deepEqual(await people.key('k1'), {
          ...fresh,
          lastUsedAtMs: NOW_MS + 1,
          revoked: true,
          secretHash: 'hash',
        });
        assert.equal(await people.revokeKey('nowhere', entry), false);
      },
    );

    await t.test(
      'O5 PEOPLE5 A right password takes back the tries of its place alone, and its browser is known until the password is another',
      async () => {
        for (let i = 0; i < 4; i++) await take('dora', 'address 5.5.5.5');
        for (let i = 0; i < 2; i++) await take('dora', 'address 6.6.6.6');
        const way = { tokenHash: 't1', deviceHash: 'd1', forgive: 'address 5.5.5.5' };
        await people.signedIn('dora', way, NOW_MS, entry);
        assert.deepEqual(await take('dora', 'address 5.5.5.5'), { failures: 1 });
        assert.deepEqual(await take('dora', 'address 6.6.6.6'), { failures: 3 });
        assert.deepEqual(await people.peopleOfDevice('d1', NOW_MS), ['dora']);
        assert.deepEqual(await people.peopleOfDevice('d1', NOW_MS + 200 * 24 * HOUR_MS), []);
        await people.setPassword('dora', 'scrypt$c$d', entry);
        assert.deepEqual(await people.peopleOfDevice('d1', NOW_MS), []);
      },
    );
    await session.close();
  });
}
