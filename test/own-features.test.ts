// Features of one's own against a plain reference, over random documents and random streams.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { historiesOf } from '../src/domain/label.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { compileCatalogue } from '../src/features/compile.ts';
import { encodedLength, encodeEntity, loadEntities } from '../src/features/entity-codec.ts';
import { type FeatureState, tablesOf } from '../src/features/feature-state.ts';
import type { OwnChange } from '../src/features/own-changes.ts';
import { applySharedChanges, encodeSharedChanges, type SharedChange } from '../src/features/shared-codec.ts';
import { type Drawn, documentOf, drawn, reference, START, stream } from './own-features/reference.ts';

const near = (a: number, b: number): boolean =>
  Object.is(a, b) ||
  (Number.isNaN(a) && Number.isNaN(b)) ||
  Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

function featuresOf(list: readonly Drawn[]): unknown[] {
  return list.map((feature, i) => ({
    kind: 'aggregate',
    name: `f${i}`,
    description: 'A feature.',
    ...Object.fromEntries(Object.entries(feature).filter(([, value]) => value !== undefined)),
  }));
}

function vectors(catalogue: Catalogue, transactions: readonly Transaction[]): Float64Array[] {
  const state = catalogue.createState();
  return transactions.map((transaction) => {
    const out = new Float64Array(catalogue.size);
    catalogue.observe(state, transaction, out);
    return out;
  });
}

/** Of records that come late these know the last few, and uses of a key to the hour. */
const KNOW_A_FEW: ReadonlySet<string> = new Set([
  'distinct',
  'is_new',
  'last',
  'since_last',
  'distance_from_last',
  'speed_from_last',
]);

test('Y1: compiled features are what a plain reference computes, over random documents and streams', () => {
  fc.assert(
    fc.property(
      fc.array(drawn, { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.constantFrom(0, 0.3),
      (list, seed, late) => {
        const catalogue = compileCatalogue(documentOf(featuresOf(list)));
        const transactions = stream(seed, 90, late);
        const computed = vectors(catalogue, transactions);
        transactions.forEach((now, i) => {
          list.forEach((feature, f) => {
            if (late > 0 && KNOW_A_FEW.has(feature.measure)) return;
            const expected = reference(feature, transactions.slice(0, i), now);
            const is = computed[i][catalogue.place(`f${f}`) ?? -1];
            if (!near(is, expected))
              assert.fail(`${JSON.stringify(feature)} of ${i}: ${is} is not ${expected}`);
          });
        });
      },
    ),
    { numRuns: 150 },
  );
});

test('Y2: a catalogue computes the same beside another, in one state or in two, in whatever order of its features', () => {
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 2, maxLength: 8 }), fc.nat(), (list, seed) => {
      const transactions = stream(seed, 60, 0.2);
      const whole = compileCatalogue(documentOf(featuresOf(list)));
      const reversed = compileCatalogue(documentOf(featuresOf(list).reverse(), 'all'));
      const alone = vectors(whole, transactions);
      const states = [whole.createState(), reversed.createState()];
      const out = new Float64Array(whole.size);
      const other = new Float64Array(reversed.size);
      transactions.forEach((transaction, i) => {
        whole.look(states[0], transaction, out);
        reversed.look(states[1], transaction, other);
        whole.keep(states[0], transaction);
        reversed.keep(states[1], transaction);
        list.forEach((_, f) => {
          const value = alone[i][whole.place(`f${f}`) ?? -1];
          assert.ok(Object.is(out[whole.place(`f${f}`) ?? -1], value));
          assert.ok(near(other[reversed.place(`f${f}`) ?? -1], value), `f${f} ${JSON.stringify(list[f])}`);
        });
      });
    }),
    { numRuns: 60 },
  );
});

test('Y3: the parts of a vector put together are the vector', () => {
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 1, maxLength: 8 }), fc.nat(), (list, seed) => {
      const composed = {
        kind: 'expression',
        name: 'twice',
        description: 'Twice.',
        expression: 'features.f0 * 2.0 + features.amount',
      };
      const catalogue = compileCatalogue(documentOf([...featuresOf(list), composed], 'all'));
      const transactions = stream(seed, 40, 0.2);
      const whole = vectors(catalogue, transactions);
      const states = new Map(catalogue.parts.map(({ store }) => [store, catalogue.createState()]));
      transactions.forEach((transaction, i) => {
        const together = new Float64Array(catalogue.size).fill(Number.NaN);
        const its = catalogue.parts.filter(({ key }) => key(transaction) !== undefined);
        const stateOf = (store: string) => states.get(store) ?? assert.fail(store);
        for (const { store, look } of its) look(stateOf(store), transaction, together);
        for (const { store, keeps, keep } of its) if (keeps) keep(stateOf(store));
        catalogue.complete(transaction, together);
        whole[i].forEach((value, slot) => {
          assert.ok(Object.is(value, together[slot]), catalogue.features[slot].name);
        });
      });
    }),
    { numRuns: 40 },
  );
});

test('Y4: frauds are known when a label says so, behind the delay, in histories of one’s own', () => {
  const catalogue = compileCatalogue(
    documentOf([
      {
        kind: 'aggregate',
        name: 'known',
        description: 'Known frauds',
        entity: 'customer',
        measure: 'fraud_count',
        window: '30d',
      },
      {
        kind: 'aggregate',
        name: 'rate',
        description: 'Rate',
        entity: 'customer',
        measure: 'fraud_rate',
        window: '7d',
        delay: '7d',
        otherwise: 0,
      },
      {
        kind: 'aggregate',
        name: 'since',
        description: 'Since',
        entity: 'customer',
        measure: 'since_fraud',
        unit: 'days',
        limit: 90,
      },
      {
        kind: 'aggregate',
        name: 'domains',
        description: 'At the domain',
        entity: 'emailDomain',
        measure: 'fraud_count',
      },
    ]),
  );
  const state = catalogue.createState();
  const out = new Float64Array(catalogue.size);
  const at = (day: number): Transaction => ({
    id: `t${day}`,
    accountId: `a${day}`,
    occurredAtMs: (START + day * 86_400) * 1000,
    amountMinor: 100,
    currency: 'EUR',
    type: 'purchase',
    attributes: { customerId: 'c', 'contact.email': `u${day}@x.example` },
  });
  for (let day = 0; day < 4; day++) catalogue.observe(state, at(day), out);
  const label = (day: number, fraud: boolean) => ({
    transactionId: `t${day}`,
    fraud,
    source: 'import' as const,
    labelledAtMs: 0,
    ...historiesOf(at(day), ['customerId', 'contact.email.domain']),
  });
  catalogue.applyLabel(state, label(2, true), undefined);
  catalogue.applyLabel(state, label(2, true), true);
  catalogue.observe(state, at(10), out);
  const own = (name: string): number => out[catalogue.place(name) ?? -1];
  assert.deepEqual([own('known'), own('rate'), own('since'), own('domains')], [1, 0.25, 8, 1]);
  catalogue.applyLabel(state, label(2, false), true);
  catalogue.observe(state, at(11), out);
  assert.deepEqual([own('known'), own('rate'), own('since'), own('domains')], [0, 0, Number.NaN, 0]);
});

/** All histories of a state as bytes, store by store. */
function bytesOf(state: FeatureState): Buffer {
  const parts: Buffer[] = [];
  // In whichever order they began.
  for (const [store, table] of [...tablesOf(state)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (let entry = 0; entry < table.size; entry++) {
      const part = Buffer.alloc(encodedLength(table, entry, store));
      encodeEntity(table, entry, store, part, 0);
      parts.push(part);
    }
  }
  return Buffer.concat(parts);
}

test('Y9 F6: histories of one’s own written and read back are the same, byte for byte, tiled ones too', () => {
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 1, maxLength: 10 }), fc.nat(), (list, seed) => {
      const catalogue = compileCatalogue(documentOf(featuresOf(list), 'all'));
      const again = compileCatalogue(documentOf(featuresOf(list), 'all'));
      const transactions = stream(seed, 700, 0.1).map((transaction, i) =>
        // Many within a month, so that some are tiled.
        i < 600 ? { ...transaction, occurredAtMs: START * 1000 + i * 3_000_000 } : transaction,
      );
      const ordered = transactions.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs);
      const state = catalogue.createState();
      const out = new Float64Array(catalogue.size);
      for (const transaction of ordered.slice(0, 650)) catalogue.observe(state, transaction, out);
      const loaded = again.createState();
      const bytes = bytesOf(state);
      loadEntities(bytes, loaded);
      assert.ok(bytes.equals(bytesOf(loaded)));
      const other = new Float64Array(catalogue.size);
      for (const transaction of ordered.slice(650)) {
        catalogue.observe(state, transaction, out);
        again.observe(loaded, transaction, other);
        assert.deepEqual(other, out);
      }
      assert.ok(bytesOf(state).equals(bytesOf(loaded)));
    }),
    { numRuns: 25 },
  );
});

test('Y9 W1: what is told of own histories brings another copy to the same bytes, labels and events too', () => {
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 1, maxLength: 10 }), fc.nat(), (list, seed) => {
      const more = [
        { name: 'fails', measure: 'count', window: '24h', events: ['failed_login'] },
        { name: 'since', measure: 'since_last', unit: 'minutes', events: ['password_change'] },
        { name: 'risk', measure: 'fraud_rate', window: '30d', where: 'transaction.amount > 10.0' },
        { name: 'most', measure: 'differs_from_most', of: 'deviceId' },
        { name: 'unusual', measure: 'unusual_count', of: 'risk.deviceScore', window: '7d' },
      ].map((one) => ({ kind: 'aggregate', entity: 'customer', description: 'More.', ...one }));
      const catalogue = compileCatalogue(documentOf([...featuresOf(list), ...more]));
      const [state, copy] = [catalogue.createState(), catalogue.createState()];
      const out = new Float64Array(catalogue.size);
      stream(seed, 120, 0.2).forEach((transaction, i) => {
        const changes: SharedChange[] = [];
        const tell = (own: readonly OwnChange[]): void => void changes.push({ kind: 'own', changes: own });
        catalogue.observe(state, transaction, out);
        tell(catalogue.own.ofTransaction(transaction));
        const { occurredAtMs, accountId, attributes } = transaction;
        const kind = i % 3 === 0 ? 'failed_login' : 'password_change';
        const event = { id: `e${i}`, kind, occurredAtMs, accountId, attributes };
        catalogue.observeEvent?.(state, event);
        tell(catalogue.own.ofEvent(event));
        if (i % 5 === 0) {
          const verdict = {
            transactionId: transaction.id,
            fraud: true,
            source: 'import',
            labelledAtMs: 0,
          } as const;
          const label = { ...verdict, ...historiesOf(transaction, ['customerId', 'contact.email.domain']) };
          catalogue.applyLabel(state, label, undefined);
          tell(catalogue.own.ofLabel(label));
        }
        applySharedChanges(copy, encodeSharedChanges(changes));
      });
      assert.ok(bytesOf(state).equals(bytesOf(copy)));
    }),
    { numRuns: 40 },
  );
});

test('Y1: events feed histories of their own, and payments are told of them', () => {
  const of = (name: string, more: object) => ({
    kind: 'aggregate',
    entity: 'customer',
    description: name,
    name,
    ...more,
  });
  const catalogue = compileCatalogue(
    documentOf([
      of('fails', { measure: 'count', window: '24h', events: ['failed_login'] }),
      of('failShare', {
        measure: 'share',
        of: 'transaction.country == "US"',
        window: '24h',
        events: ['login', 'failed_login'],
      }),
      of('minutesSincePassword', { measure: 'since_last', unit: 'minutes', events: ['password_change'] }),
    ]),
  );
  const state = catalogue.createState();
  const out = new Float64Array(catalogue.size);
  const attributes = { customerId: 'c' };
  const event = (kind: string, minute: number, country = 'DE') =>
    catalogue.observeEvent?.(state, {
      id: `${kind}${minute}`,
      kind,
      occurredAtMs: (START + minute * 60) * 1000,
      country,
      attributes,
    });
  event('failed_login', 0, 'US');
  event('failed_login', 1);
  event('login', 2, 'US');
  event('password_change', 3);
  const [payment] = stream(1, 1, 0);
  const own = (): number[] => [...out.subarray(-3)];
  catalogue.observe(state, { ...payment, occurredAtMs: (START + 600) * 1000, attributes }, out);
  assert.deepEqual(own(), [2, 2 / 3, 7]);
  catalogue.observe(
    state,
    { ...payment, occurredAtMs: (START + 600) * 1000, attributes: { customerId: 'other' } },
    out,
  );
  assert.deepEqual(own(), [0, Number.NaN, Number.NaN]);
});
