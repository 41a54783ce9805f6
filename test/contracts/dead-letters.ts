// What quarantine must do in every database: with a commit that sets records aside, and with letters that are tried again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { customerEventToJson } from '../../src/domain/customer-event.ts';
import { isRecordFault } from '../../src/domain/fault.ts';
import { type BatchOutput, type Decided, eventContentHash } from '../../src/engine/process-batch.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import {
  DEAD_LETTERS_KEPT,
  type DeadLetters,
  quarantinedEvent,
  quarantinedIdOf,
} from '../../src/ports/office/dead-letters.ts';
import type { Store } from '../../src/ports/store.ts';
import { commitNarrowed } from '../../src/stream/commit-narrowed.ts';
import { aDecision, START_MS } from './store.ts';

type Opened = {
  readonly store: Store;
  readonly deadLetters: DeadLetters;
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
};

const entry = (action: string): AuditEntry => ({
  atMs: START_MS,
  actor: { kind: 'local', id: 'local', name: 'local' },
  action,
  subject: 'dead letter',
});

/** Decisions at the offsets from `first` on, of accounts of their own. */
function batchOf(first: number, items: readonly Decided[]): BatchOutput {
  return {
    partition: 0,
    firstOffset: first,
    nextOffset: first + items.length,
    decided: items,
    labelled: [],
    observed: [],
    quarantined: [],
    results: items.map(({ offset, decision }) => ({ kind: 'decided', offset, decision })),
  };
}

/** A decision that no database takes: half a character in its city, as an older program might have let in. */
const poisoned = (offset: number): Decided =>
  aDecision(offset, 'decline', { id: `poison-${offset}`, city: 'x\u0000y' });

export function deadLettersContract(name: string, open: () => Promise<Opened>): void {
  test(`K1 quarantine: ${name}`, async (t) => {
    const { store, deadLetters, query, close } = await open();
    const committed: BatchOutput[] = [];
    const commit = (output: BatchOutput): Promise<void> =>
      commitNarrowed(
        output,
        (part) => store.commit(part),
        (part) => committed.push(part),
      );

    await t.test(
      'K1 NARROW1 A record that is refused costs itself: its neighbours are committed, it is set aside with its reason, the offset moves on',
      async () => {
        const items = Array.from({ length: 16 }, (_, i) =>
          i === 6 || i === 11
            ? poisoned(i)
            : aDecision(i, i % 2 ? 'decline' : 'approve', { accountId: `k${i}` }),
        );
        await commit(batchOf(0, items));
        assert.equal(await store.committedOffset(0), 16);
        for (const item of items) {
          const { id } = item.transaction;
          const stored = await store.transaction(id);
          assert.equal(stored !== undefined, !id.startsWith('poison'), id);
        }
        const letters = await deadLetters.page({ quarantined: true }, 10);
        assert.deepEqual(
          letters.map(({ quarantine, decidedAt, state, times }) => [
            quarantine?.subject && quarantinedIdOf(quarantine.subject),
            quarantine?.step,
            decidedAt?.offset,
            state,
            times,
          ]),
          [
            ['poison-11', 'storing', 11, 'open', 1],
            ['poison-6', 'storing', 6, 'open', 1],
          ],
        );
        assert.ok(letters.every(({ problems }) => problems[0].message.length > 0));
        assert.deepEqual(await deadLetters.count(), { total: 2, quarantined: 2 });
        assert.deepEqual(
          [...(await store.decidedOffsets(0, 16))].sort((a, b) => a - b),
          [...Array(16).keys()],
          'histories hold all of them',
        );
        assert.deepEqual(
          committed
            .flatMap(({ results }) => results)
            .filter(({ kind }) => kind === 'quarantined')
            .map(({ offset }) => offset),
          [6, 11],
        );
        assert.deepEqual([...(await deadLetters.quarantinedIds()).keys()].sort(), ['poison-11', 'poison-6']);
      },
    );

    await t.test('an id that is stored already costs itself, too', async () => {
      await commit(
        batchOf(16, [aDecision(16, 'approve', { id: 't0' }), aDecision(17, 'approve', { accountId: 'k17' })]),
      );
      assert.equal((await store.transaction('t17'))?.offset, 17);
      assert.match((await deadLetters.reasonsOf(['t0', 't1'])).get('t0') ?? '', /duplicate key/);
    });

    await t.test('K2 NARROW2 A fault of the machine sets nothing aside', async () => {
      const away = Object.assign(new Error('connection refused'), { code: 'ECONNREFUSED' });
      const before = await deadLetters.count();
      await assert.rejects(
        commitNarrowed(
          batchOf(18, [aDecision(18), aDecision(19)]),
          () => Promise.reject(away),
          () => assert.fail(),
        ),
        /refused/,
      );
      assert.deepEqual(await deadLetters.count(), before);
    });

    await t.test(
      'LETTER1 A transaction that fails again is the same letter, counted, with what it says now',
      async () => {
        const letter = {
          source: 'log, offset 20',
          raw: '{}',
          problems: [{ pointer: '', message: 'first' }],
          receivedAtMs: START_MS,
          quarantine: {
            step: 'deciding',
            offset: 20,
            subject: { kind: 'transaction', accountId: 'k', transactionId: 'again' },
          },
        } as const;
        await deadLetters.add([letter, letter]);
        await deadLetters.add([{ ...letter, problems: [{ pointer: '', message: 'second' }] }]);
        const [found] = await deadLetters.page({}, 1);
        assert.deepEqual([found.times, found.problems[0].message, found.state], [3, 'second', 'open']);
        const labels = [1, 2].map((offset) => ({
          ...letter,
          quarantine: {
            ...letter.quarantine,
            offset,
            subject: { ...letter.quarantine.subject, kind: 'label' as const },
          },
        }));
        await deadLetters.add(labels);
        assert.deepEqual([...(await store.refusedLabels(0, 10))].sort(), [1, 2]);
      },
    );

    await t.test(
      'STORE8 Offsets of decisions and events are told of those that could not be stored, too, and of labels that no history took',
      async () => {
        assert.deepEqual([...(await store.decidedOffsets(5, 13))].sort(), [10, 11, 12, 5, 6, 7, 8, 9]);
        assert.deepEqual([...(await store.refusedLabels(2, 3))], [2]);
        assert.deepEqual([...(await store.refusedLabels(3, 100))], []);
      },
    );

    await t.test(
      'NARROW3 Parts are committed and told in the order of their offsets, each told once it is committed',
      async () => {
        const order: string[] = [];
        const items = Array.from({ length: 8 }, (_, i) =>
          i === 3 ? poisoned(40 + i) : aDecision(40 + i, 'approve', { id: `n${i}`, accountId: `n${i}` }),
        );
        const refuses = (part: BatchOutput): boolean => part.decided.some(({ offset }) => offset === 43);
        await commitNarrowed(
          batchOf(40, items),
          async (part) => {
            if (refuses(part)) throw new RangeError('no number');
            order.push(`commit ${part.firstOffset}–${part.nextOffset}`);
          },
          (part) => order.push(`told ${part.firstOffset}–${part.nextOffset}`),
        );
        assert.deepEqual(
          order,
          ['40–42', '42–43', '43–44', '44–48'].flatMap((part) => [`commit ${part}`, `told ${part}`]),
        );
      },
    );

    await t.test(
      'LETTER3 What was decided and could not be stored is stored as it was decided, and its letter resolved, or neither',
      async () => {
        const [letter] = (await deadLetters.page({ quarantined: true }, 50)).filter(
          ({ quarantine }) => quarantine?.subject && quarantinedIdOf(quarantine.subject) === 'poison-6',
        );
        await assert.rejects(
          deadLetters.storeAgain(
            { ...letter, decided: letter.decided?.replace('x\ufffdy', 'x\\u0000y') },
            START_MS,
          ),
          isRecordFault,
        );
        assert.equal((await deadLetters.find(letter.id))?.state, 'open');
        const changed = { ...letter, decided: letter.decided?.replaceAll(/x(\\u0000|\ufffd)y/g, 'Bruges') };
        assert.ok(await deadLetters.move(letter.id, 'open', 'retrying', entry('tried again')));
        await deadLetters.storeAgain(changed, START_MS);
        const stored = await store.transaction('poison-6');
        assert.equal(stored?.transaction.city, 'Bruges');
        assert.equal((await deadLetters.find(letter.id))?.state, 'resolved');
        assert.equal((await deadLetters.reasonsOf(['poison-6'])).size, 0);
        assert.ok((await store.decidedOffsets(0, 16)).has(6));
      },
    );

    await t.test(
      'LETTER2 A letter is moved from the state that was named, or not at all: of two people at once one is heard',
      async () => {
        const [{ id }] = await deadLetters.page({ state: 'open' }, 1);
        const move = (from: 'open' | 'retrying', to: 'discarded' | 'retrying') =>
          deadLetters.move(id, from, to, entry('moved'));
        assert.equal(await move('retrying', 'discarded'), false);
        const both = await Promise.all([move('open', 'retrying'), move('open', 'discarded')]);
        assert.equal(both.filter(Boolean).length, 1);
        assert.equal((await deadLetters.find(id))?.state, both[0] ? 'retrying' : 'discarded');
      },
    );

    await t.test('a label that could not be stored is stored, and reaches its transaction', async () => {
      const label = {
        transactionId: 't1', fraud: true, source: 'customer', labelledAt: '2026-11-23T12:00:00.000Z', accountId: 'k1',
        occurredAt: '2026-11-23T12:00:00.000Z',
      }; // biome-ignore format: short
      await deadLetters.add([
        {
          source: 'log, offset 30',
          raw: JSON.stringify(label),
          problems: [{ pointer: '', message: 'out of range' }],
          receivedAtMs: START_MS,
          quarantine: {
            step: 'storing',
            offset: 30,
            subject: { kind: 'label', accountId: 'k1', transactionId: 't1' },
          },
          decidedAt: { partition: 0, offset: 30 },
        },
      ]);
      const [letter] = await deadLetters.page({}, 1);
      await deadLetters.storeAgain(letter, START_MS);
      assert.equal((await store.transaction('t1'))?.isFraud, true);
      assert.equal(await store.labelBefore('t1', 31), true);
      assert.equal((await deadLetters.find(letter.id))?.state, 'resolved');
    });

    await t.test(
      'Y32 an event that could not be stored is in histories, and is stored when it is tried again',
      async () => {
        const login = { id: 'login\u0000', kind: 'login', accountId: 'a1', occurredAtMs: START_MS };
        const from = await store.committedOffset(0);
        const observed = [login, { ...login, id: 'beside' }].map((event, i) => ({
          offset: from + i,
          event,
          receivedAtMs: START_MS,
          contentHash: eventContentHash(event),
        }));
        await commit({ ...batchOf(from, []), nextOffset: from + 2, observed });
        assert.equal(await store.committedOffset(0), from + 2);
        assert.deepEqual([...(await store.knownEvents(['login', 'beside'])).keys()], ['beside']);
        assert.deepEqual([...(await store.decidedOffsets(from, from + 2))].sort(), [from, from + 1]);
        const [letter] = await deadLetters.page({ quarantined: true }, 1);
        assert.deepEqual(letter.quarantine?.subject, {
          kind: 'event',
          accountId: 'a1',
          eventId: 'login\ufffd',
        });
        assert.ok((await deadLetters.quarantinedIds()).has(quarantinedEvent('login\ufffd')));
        const raw = JSON.stringify(customerEventToJson({ ...login, id: 'login' }));
        await deadLetters.storeAgain({ ...letter, raw }, START_MS);
        assert.equal((await deadLetters.find(letter.id))?.state, 'resolved');
        const [{ event, offset }] = (await store.events({ accountId: 'a1' }, 10)).items.filter(
          (item) => item.event.id === 'login',
        );
        assert.deepEqual([event, offset], [{ ...login, id: 'login' }, from]);
        assert.ok((await store.decidedOffsets(from, from + 1)).has(from));
      },
    );

    await t.test('LETTER4 Texts that no database takes are kept as far as they can be', async () => {
      await store.addDeadLetter(
        'POST \ud800',
        '{"a":"\u0000\udfff"',
        [{ pointer: '/\u0000', message: '\ud800 half' }],
        START_MS,
      );
      const [letter] = await deadLetters.page({ quarantined: false }, 1);
      assert.equal(letter.raw, '{"a":"\ufffd\ufffd"');
      assert.equal(letter.quarantine, undefined);
    });

    await t.test(
      'LETTER6 Only an open letter is mended, with its audit line; what was sent stays beside what was put in its place',
      async () => {
        const [letter] = await deadLetters.page({ quarantined: false }, 1);
        assert.ok(await deadLetters.mend(letter.id, '{"a":"\u0000"}', entry('mended')));
        const mended = await deadLetters.find(letter.id);
        assert.deepEqual([mended?.raw, mended?.mended], [letter.raw, '{"a":"\ufffd"}']);
        assert.equal(mended?.changedBy, 'local');
        const lines = await query("select 1 from audit_log where action = 'mended'");
        assert.equal(lines.length, 1);
        assert.ok(await deadLetters.move(letter.id, 'open', 'discarded', entry('discarded')));
        assert.equal(await deadLetters.mend(letter.id, 'again', entry('mended')), false);
        assert.equal((await deadLetters.find(letter.id))?.mended, '{"a":"\ufffd"}');
      },
    );

    await t.test(
      'K5 LETTER5 Open letters of the quarantine, and what histories are built from, stay; of the others the newest do, for thirty days',
      async () => {
        await deadLetters.tidy(START_MS + 1);
        const before = await deadLetters.count();
        await deadLetters.tidy(START_MS + 31 * 86_400_000);
        const after = await deadLetters.count();
        assert.equal(after.quarantined, before.quarantined);
        assert.ok(after.total < before.total);
        await query(
          `insert into dead_letters (source, raw, problems, received_at)
         select 'flood', '', '[]', now() from generate_series(1, ${DEAD_LETTERS_KEPT + 10})`,
        );
        await deadLetters.tidy(START_MS);
        assert.ok((await deadLetters.count()).total <= DEAD_LETTERS_KEPT + after.total);
      },
    );
    await close();
  });
}
