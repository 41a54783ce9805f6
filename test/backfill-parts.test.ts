// A backfill by the engine's steps alone, as Spark would bring their rows together, beside one engine: random documents and streams.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BATCH_KIND, type BatchRow, encodeRow, readRows } from '../src/adapters/spark/batch-frames.ts';
import { createFrameCutter } from '../src/adapters/spark/frame-cutter.ts';
import { ownDataOf } from '../src/domain/own-data.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import type { Catalogue } from '../src/features/catalogue.ts';
import { compileCatalogue } from '../src/features/compile.ts';
import { eventRows, labelRows, transactionRows } from '../src/runtimes/backfill-rows.ts';
import { assembleStep, featuresStep, type Write } from '../src/runtimes/backfill-steps.ts';
import { labelFor } from '../src/training/label-clock.ts';
import { FIXED_COLUMNS, ownCategories, tableColumns } from '../src/training/table-columns.ts';
import { byOneEngine, type Item } from './backfill/one-engine.ts';
import { documentOf, drawn, START, stream } from './own-features/reference.ts';

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  if (bytes.length > 0) yield bytes;
}

async function framesOf(step: (write: Write) => Promise<void>): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  await step((bytes) => void chunks.push(Buffer.from(bytes)));
  return createFrameCutter('frame', 1).cut(Buffer.concat(chunks));
}

async function rowsOf(frames: readonly Buffer[]): Promise<BatchRow[]> {
  const whole = frames.map((frame) => {
    assert.equal(frame.readUInt8(0), BATCH_KIND.row, frame.toString());
    const length = Buffer.alloc(4);
    length.writeUInt32LE(frame.length);
    return Buffer.concat([length, frame]);
  });
  const rows: BatchRow[] = [];
  for await (const some of readRows(one(Buffer.concat(whole)))) rows.push(...some);
  return rows;
}

const inTime = (a: BatchRow, b: BatchRow): number => a.timeMs - b.timeMs || a.order - b.order;

/** What Spark does between the steps: rows of a history to one place of `places`, then all in the order of time. */
async function throughSteps(
  catalogue: Catalogue,
  read: readonly Buffer[],
  places: number,
  delayMs: number | undefined,
): Promise<Buffer[]> {
  const rows = await rowsOf(read.map((frame) => frame.subarray(4)));
  const parts: BatchRow[] = [];
  for (let place = 0; place < places; place++) {
    const here = rows.filter(({ hash }) => (hash >>> 0) % places === place).sort(inTime);
    const input = Buffer.concat(here.map(encodeRow));
    parts.push(
      ...(await rowsOf(await framesOf((write) => featuresStep(one(input), catalogue, delayMs, write)))),
    );
  }
  const together = Buffer.concat(parts.sort(inTime).map(encodeRow));
  return framesOf((write) => assembleStep(one(together), catalogue, undefined, write));
}

/** The id, own categories and features of a row of the table. */
function readTableRow(catalogue: Catalogue, frame: Buffer) {
  assert.equal(frame.readUInt8(0), BATCH_KIND.result, frame.toString());
  let at = 1;
  const values = tableColumns(catalogue).map(({ type }) => {
    if (type === 'string') {
      const length = frame.readInt32LE(at);
      at += 4 + Math.max(length, 0);
      return length < 0 ? undefined : frame.toString('utf8', at - length, at);
    }
    at += type === 'boolean' ? 1 : 8;
    return type === 'boolean' ? frame.readUInt8(at - 1) : frame.readDoubleLE(at - 8);
  });
  const own = ownCategories(catalogue).length;
  return {
    id: values[0],
    categories: values.slice(FIXED_COLUMNS.length, FIXED_COLUMNS.length + own),
    vector: Float64Array.from(values.slice(FIXED_COLUMNS.length + own) as number[]),
  };
}

const MORE = [
  { name: 'fails', entity: 'customer', measure: 'count', window: '24h', events: ['failed_login'] },
  {
    name: 'failsAtShop',
    entity: 'account',
    measure: 'since_last',
    unit: 'minutes',
    events: ['login', 'failed_login'],
  },
  { name: 'risk', entity: 'customer', measure: 'fraud_rate', window: '30d' },
  { name: 'pairFrauds', entity: 'customerAtMerchant', measure: 'fraud_count', window: '30d' },
  { name: 'paid', entity: 'customer', by: ['counterpartyId'], measure: 'count', window: '7d' },
].map((feature) => ({ kind: 'aggregate', description: 'More.', ...feature }));
const CATEGORY = { kind: 'encoded', name: 'segment', description: 'A segment.', field: 'customer.segment' };

/** Some pay themselves, some customers are called as their accounts: keys of different entities are the same text. */
const streamOf = (seed: number): Transaction[] =>
  stream(seed, 60, 0).map((transaction, i) => ({
    ...transaction,
    ...(i % 3 === 0 && { counterpartyId: transaction.accountId }),
    ...(i % 4 === 0 && {
      counterpartyId: 'same',
      attributes: { ...transaction.attributes, customerId: i % 8 === 0 ? 'same' : transaction.accountId },
    }),
  }));

function itemsOf(seed: number, { data }: Catalogue, labelled: 'later' | 'said'): Item[] {
  const { keyFields } = ownDataOf(data);
  const items = streamOf(seed).flatMap((transaction, i): Item[] => {
    const { occurredAtMs: atMs, accountId, attributes } = transaction;
    const kind = i % 3 === 0 ? 'failed_login' : 'login';
    const event: Item = {
      kind: 'event',
      atMs: atMs + (i % 2) * 1000,
      event: {
        id: `e${i}`,
        kind,
        occurredAtMs: atMs + (i % 2) * 1000,
        accountId,
        ...(attributes && { attributes }),
      },
    };
    const fraud = i % 5 === 0;
    const known = atMs + 7_200_000 + 1;
    const label = labelFor(transaction, true, known, 'import', undefined, keyFields);
    return [
      ...(i % 4 === 0 ? [event] : []),
      { kind: 'transaction', atMs, transaction, fraud },
      ...(fraud && labelled === 'said' ? [{ kind: 'label', atMs: known, label } as const] : []),
    ];
  });
  return items.sort((a, b) => a.atMs - b.atMs);
}

test('S6 Y3: a backfill by parts is what one engine computes, bit for bit: own entities of a field or two, events, labels', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(drawn, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      fc.constantFrom('all', 'none', ['amount', 'merchant_fraud_rate_7d_delayed']),
      fc.constantFrom('later' as const, 'said' as const),
      fc.integer({ min: 1, max: 4 }),
      async (list, seed, standard, labelled, places) => {
        const features = list.map((feature, i) => ({
          kind: 'aggregate',
          name: `f${i}`,
          description: 'A feature.',
          ...Object.fromEntries(Object.entries(feature).filter(([, value]) => value !== undefined)),
        }));
        const composed = {
          kind: 'expression',
          name: 'twice',
          description: 'Twice.',
          expression: 'features.f0 * 2.0 + features.fails',
        };
        const catalogue = compileCatalogue(documentOf([...features, ...MORE, CATEGORY, composed], standard));
        const items = itemsOf(seed, catalogue, labelled);
        const delayMs = labelled === 'later' ? 7_200_000 : undefined;
        const read = items.flatMap((item, number) =>
          item.kind === 'transaction'
            ? transactionRows(catalogue.parts, item.transaction, item.fraud, number)
            : item.kind === 'event'
              ? eventRows(catalogue.parts, item.event, number)
              : labelRows(catalogue.parts, item.label, number),
        );
        const table = await throughSteps(catalogue, read, places, delayMs);
        const expected = byOneEngine(catalogue, items, delayMs);
        assert.equal(table.length, expected.length);
        for (const [i, { transaction, vector }] of expected.entries()) {
          const row = readTableRow(catalogue, table[i]);
          assert.equal(row.id, transaction.id);
          // As a field by itself, and as the feature that names it.
          assert.deepEqual(row.categories, new Array(2).fill(transaction.attributes?.['customer.segment']));
          for (const [slot, value] of vector.entries())
            assert.ok(
              Object.is(row.vector[slot], value),
              `${catalogue.features[slot].name} of ${i}: ${row.vector[slot]} is not ${value}`,
            );
        }
      },
    ),
    { numRuns: 40 },
  );
});

test('S6: a transaction whose account no feature asks for is in the table too', async () => {
  const feature = {
    kind: 'aggregate',
    name: 'n',
    description: 'N',
    entity: 'customer',
    measure: 'count',
    window: '1h',
  };
  const catalogue = compileCatalogue(documentOf([feature]));
  const transaction: Transaction = {
    id: 't',
    accountId: 'a',
    occurredAtMs: START * 1000,
    amountMinor: 100,
    currency: 'EUR',
    type: 'payment',
  };
  const table = await throughSteps(
    catalogue,
    transactionRows(catalogue.parts, transaction, undefined, 0),
    2,
    undefined,
  );
  assert.deepEqual(
    readTableRow(catalogue, table[0]).vector,
    new Float64Array(catalogue.size).fill(Number.NaN),
  );
});
