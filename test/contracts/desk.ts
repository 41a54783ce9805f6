// What a desk must do, whatever runtime is behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { problemsToText } from '../../src/domain/problem.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import { type Desk, OverCapacityError } from '../../src/ports/desk.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';

const LONGEST_MS = 60_000;
/** More than any desk lets wait. */
const FLOOD = 20_100;

export function deskContract(name: string, open: () => Promise<Desk>): void {
  test(`desk: ${name}`, async (t) => {
    const desk = await open();
    const read = (id: string, more: Record<string, unknown> = {}): Transaction => {
      const found = desk.readTransaction({
        id,
        accountId: 'desk-a',
        occurredAt: new Date(desk.clock.nowMs() - 1000).toISOString(),
        amountMinor: 1200,
        currency: 'EUR',
        type: 'purchase',
        ...more,
      });
      if (!found.ok) throw new Error(problemsToText(found.problems));
      return found.value;
    };
    async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
      for (const end = Date.now() + LONGEST_MS; ; await sleep(50)) {
        const found = await look();
        if (found !== undefined) return found;
        if (Date.now() > end) throw new Error(`not within ${LONGEST_MS} ms: ${what}`);
      }
    }
    /** What the store knows; while it is asked by thousands it may not answer at once. */
    const known = (ids: readonly string[]) =>
      until('the store answers', () => desk.store.findKnown(ids).catch(() => undefined));
    /** Sinks store some time after a decision. */
    const stored = (id: string) => until(`${id} is stored`, async () => (await known([id])).get(id));
    const idsOf = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

    await t.test(
      'D1 D2 DESK1 Whoever asks for a decision hears it once it is durable; the same id again hears the same decision',
      async () => {
        const asked = read('desk-1');
        const first = await desk.decide(asked);
        assert.equal(first.kind, 'decided');
        if (first.kind !== 'decided') return;
        assert.deepEqual((await stored('desk-1')).decision, first.decision);
        const again = await desk.decide(asked);
        assert.ok(again.kind !== 'quarantined');
        assert.deepEqual(again.decision, first.decision);
        const other = await desk.decide(
          read('desk-1', { amountMinor: 9900, occurredAt: new Date(asked.occurredAtMs).toISOString() }),
        );
        assert.ok(other.kind === 'duplicate' && !other.sameContent);
        assert.deepEqual(other.decision, first.decision);
      },
    );

    await t.test(
      'DESK2 What a desk accepted is durable when it says so, and decided without anybody waiting for it',
      async () => {
        const ids = idsOf('accepted-', 30);
        await desk.accept(ids.map((id, i) => read(id, { accountId: `desk-${i % 4}` })));
        for (const id of ids) await stored(id);
      },
    );

    await t.test(
      'DESK3 Who listens hears of each decision once, and a listener that throws holds nobody up',
      async () => {
        const heard = new Map<string, number>();
        desk.onCommitted(() => {
          throw new Error('a listener that is broken');
        });
        desk.onCommitted((committed) => {
          for (const { transaction } of committed.latest(committed.counts.length))
            heard.set(transaction.id, (heard.get(transaction.id) ?? 0) + 1);
        });
        const ids = idsOf('heard-', 25);
        await desk.accept(ids.map((id, i) => read(id, { accountId: `desk-${i % 4}` })));
        await desk.decide(read('heard-last'));
        for (const id of [...ids, 'heard-last']) await until(`${id} is heard of`, async () => heard.get(id));
        await desk.decide(read('heard-last'));
        await sleep(300);
        assert.deepEqual([...new Set(heard.values())], [1]);
      },
    );

    await t.test('DESK4 After a refresh a desk has in service what registry and rule book say', async () => {
      const entry = (action: string): AuditEntry => ({
        atMs: desk.clock.nowMs(),
        actor: { kind: 'local', id: 'local', name: 'local' },
        action,
        subject: 'rule',
      });
      const draft = {
        id: 'desk-rule',
        expression: 'score > 2.0',
        action: 'tag',
        text: 'never',
        priority: 1,
      } as const;
      const version = await desk.office.rules.file(draft, entry('filed'));
      const before = desk.inService().ruleset;
      await desk.refresh();
      assert.equal(desk.inService().ruleset.version, before.version, 'a draft is not in service');
      assert.ok(await desk.office.rules.move('desk-rule', version, 'draft', 'live', entry('moved')));
      await desk.refresh();
      assert.notEqual(desk.inService().ruleset.version, before.version);
      const { champion } = await desk.models.serving();
      assert.equal(desk.inService().serving.champion.info.version, champion);
    });

    await t.test('DESK6 A record that is taken again is decided as if it had just come', async () => {
      const transaction = read('again-1');
      await desk.takeAgain({ kind: 'transaction', transaction, receivedAtMs: 0 }, 'letter 1, 1');
      await stored('again-1');
      const { accountId, occurredAtMs } = transaction;
      const label = {
        transactionId: 'again-1',
        fraud: true,
        source: 'analyst',
        labelledAtMs: desk.clock.nowMs(),
        accountId,
        occurredAtMs,
      } as const;
      await desk.takeAgain({ kind: 'label', label }, 'letter 2, 1');
      await until('it is labelled', async () => (await stored('again-1')).label);
    });

    await t.test(
      'DESK5 A desk that is full refuses with OverCapacityError and when to come again; what it accepted is kept',
      async () => {
        const answers = await Promise.allSettled(
          idsOf('flood-', FLOOD).map((id, i) =>
            desk.decide(read(id, { accountId: `flood-${i % 500}`, amountMinor: 1000 + (i % 500) })),
          ),
        );
        const refused = answers.flatMap((answer, i) =>
          answer.status === 'rejected' ? [{ i, error: answer.reason }] : [],
        );
        assert.ok(
          refused.every(({ error }) => error instanceof OverCapacityError && error.retryAfterSeconds > 0),
        );
        const full = refused.filter(({ error }) => !/is accepted/.test(error.message)).map(({ i }) => i);
        assert.ok(full.length > 0, 'some were too many');
        assert.ok(!full.includes(0));
        for (const i of [0, 1000, 10_000].filter((one) => !full.includes(one))) await stored(`flood-${i}`);
        assert.equal((await known(full.map((i) => `flood-${i}`))).size, 0);
        assert.equal((await desk.decide(read('after the flood'))).kind, 'decided');
      },
    );
    await desk.close();
  });
}
