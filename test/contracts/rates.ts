// What the store of exchange rates must do, whatever database is behind it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOffice } from '../../src/adapters/sql/office.ts';
import type { AuditEntry } from '../../src/ports/office/audit.ts';
import type { OfficeWorld } from './office-world.ts';
import { aDecision, START_MS } from './store.ts';

const entry: AuditEntry = {
  atMs: START_MS,
  actor: { kind: 'person', id: 'ann', name: 'Ann' },
  action: 'imported rates',
  subject: 'rates',
};

/** Nothing is stored yet. */
export function ratesContract(name: string, open: () => Promise<OfficeWorld>): void {
  test(`exchange rates: ${name}`, async (t) => {
    const { session, commit, close } = await open();
    const { rates, audit } = createOffice(session);

    await t.test(
      'RATE3 The usual currency is that of most of the newest transactions, and none where there are none',
      async () => {
        assert.equal(await rates.usualCurrency(), undefined);
        await commit(
          ['SEK', 'EUR', 'SEK', 'CHF'].map((currency, i) =>
            aDecision(200 + i, 'approve', { id: `rate-${i}`, currency }),
          ),
        );
        assert.equal(await rates.usualCurrency(), 'SEK');
      },
    );

    await t.test('RATE1 Of a currency and day the last rate counts', async () => {
      await rates.add(
        'first',
        [
          { currency: 'USD', day: 20_000, perEuro: 1.1 },
          { currency: 'USD', day: 20_001, perEuro: 1.2 },
          { currency: 'JPY', day: 20_000, perEuro: 161.25 },
        ],
        entry,
      );
      await rates.add('second', [{ currency: 'USD', day: 20_001, perEuro: 1.3 }], entry);
      const all = (await rates.all()).map(({ currency, day, perEuro }) => `${currency} ${day} ${perEuro}`);
      assert.deepEqual(all.sort(), ['JPY 20000 161.25', 'USD 20000 1.1', 'USD 20001 1.3']);
    });

    await t.test(
      'RATE2 The revision grows once all rates of an import are there, with its line',
      async () => {
        const many = Array.from({ length: 12_000 }, (_, i) => ({
          currency: 'GBP',
          day: 8000 + i,
          perEuro: 0.8 + i / 1e6,
        }));
        const before = await rates.revision();
        const { seq } = await audit.head();
        let over = false;
        const adding = rates.add('many', many, entry).finally(() => {
          over = true;
        });
        while (!over) {
          const revision = await rates.revision();
          if (revision === before) continue;
          const there = (await rates.all()).filter(({ currency }) => currency === 'GBP').length;
          assert.equal(there, many.length);
        }
        await adding;
        assert.ok((await rates.revision()) > before);
        assert.equal((await audit.head()).seq, seq + 1);
        assert.deepEqual(
          (await rates.imports(2)).map(({ source, rates: count, lastDay, by }) => [
            source,
            count,
            lastDay,
            by,
          ]),
          [
            ['many', 12_000, 19_999, 'Ann'],
            ['second', 1, 20_001, 'Ann'],
          ],
        );
      },
    );
    await close();
  });
}
