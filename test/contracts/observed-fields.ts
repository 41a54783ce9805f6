// What is known of own fields that nobody declared must do, whatever database is behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import { createFieldObserver, MAX_OBSERVED_FIELDS, type Observed } from '../../src/domain/observed-fields.ts';
import { NO_OWN_DATA } from '../../src/domain/own-data.ts';
import type { OfficeWorld } from './office-world.ts';
import { START_MS } from './store.ts';

const DAY_MS = 86_400_000;

function seen(rows: readonly Record<string, string | number>[], atMs: number): Observed {
  const observer = createFieldObserver();
  for (const row of rows) observer.look(row, NO_OWN_DATA, atMs);
  const taken = observer.take();
  assert.ok(taken);
  return taken;
}

export function observedFieldsContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`observed fields: ${name}`, async (t) => {
    const { session, close } = await open();
    const { observedFields } = createOffice(session);

    await t.test(
      'OBSERVED1 What was added is there again, each name once, summed over all who add, and no more names than 1,000',
      async () => {
        assert.deepEqual(await observedFields.read('transaction'), { records: 0, fields: new Map() });
        await observedFields.add(
          'transaction',
          seen([{ segment: 'gold' }, {}, { segment: 'silver', score: 1.5 }], START_MS),
          START_MS,
        );
        const another = createOffice(session).observedFields;
        await another.add(
          'transaction',
          seen([{ segment: 'gold', 'device.id': 'd-1' }], START_MS + 5),
          START_MS + 5,
        );
        const { records, fields } = await observedFields.read('transaction');
        assert.equal(records, 4);
        assert.deepEqual([...fields.keys()].sort(), ['device.id', 'score', 'segment']);
        const segment = fields.get('segment');
        assert.deepEqual(
          [
            segment?.seen,
            segment?.since,
            segment?.firstSeenMs,
            segment?.lastSeenMs,
            segment?.looks,
            segment?.few.length,
          ],
          [3, 0, START_MS, START_MS + 5, { word: 3 }, 2],
        );
        assert.deepEqual([fields.get('score')?.since, fields.get('device.id')?.since], [2, 3]);
        const many = Array.from({ length: MAX_OBSERVED_FIELDS }, (_, i) => ({ [`f${i}`]: i }));
        await observedFields.add('transaction', seen(many, START_MS + DAY_MS), START_MS + DAY_MS);
        assert.equal((await observedFields.read('transaction')).fields.size, MAX_OBSERVED_FIELDS);
      },
    );

    await t.test('OBSERVED2 A name that nobody saw for ninety days makes room', async () => {
      const later = START_MS + 90 * DAY_MS + 100;
      await observedFields.add('transaction', seen([{ late: 'x' }], later), later);
      const { fields } = await observedFields.read('transaction');
      assert.ok(!fields.has('segment') && fields.has('f0') && fields.has('late'));
    });

    await t.test(
      'OBSERVED3 What events said is kept beside what transactions said: neither counts in the other',
      async () => {
        const later = START_MS + 90 * DAY_MS + 200;
        const before = await observedFields.read('transaction');
        await observedFields.add('event', seen([{ late: 'y', session: 's-1' }, {}], later), later);
        assert.deepEqual(await observedFields.read('transaction'), before);
        const { records, fields } = await observedFields.read('event');
        assert.deepEqual(
          [records, [...fields.keys()], fields.get('late')?.seen],
          [2, ['late', 'session'], 1],
        );
        await observedFields.add('transaction', seen([{ late: 'x' }], later), later);
        assert.deepEqual(await observedFields.read('event'), { records, fields });
      },
    );
    await close();
  });
}
