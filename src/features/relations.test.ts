// What a refund or reversal does to windows: it is a transaction of its own, and features count it where they say so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RelationKind, Transaction } from '../domain/transaction.ts';
import { checkDocument, readDocument } from './check-document.ts';
import { compileCatalogue } from './compile.ts';
import { STANDARD } from './standard.ts';

const START = Date.UTC(2026, 10, 1);
const KINDS: readonly (RelationKind | undefined)[] = [
  undefined,
  'refund',
  undefined,
  'reversal',
  'completion',
  'return',
  undefined,
];

const stream = (related: boolean): Transaction[] =>
  KINDS.map((kind, i) => ({
    id: `t${i}`,
    accountId: 'a',
    occurredAtMs: START + i * 60_000,
    amountMinor: 1000 * (i + 1),
    currency: 'EUR',
    type: 'purchase',
    ...(related && kind && { relatesTo: { transactionId: 't0', kind } }),
  }));

test('Y13: the features of the program count a related transaction as any other', () => {
  const vectors = [stream(true), stream(false)].map((transactions) => {
    const state = STANDARD.createState();
    const vector = new Float64Array(STANDARD.size);
    return transactions.map((transaction) => {
      STANDARD.observe(state, transaction, vector);
      return [...vector];
    });
  });
  assert.deepEqual(vectors[0], vectors[1]);
});

test('Y13: a feature counts, or leaves out, what its condition says of the relation', () => {
  const said = { description: 'x', unit: 'payments', missing: 'never', sentence: '{value} payments' };
  const count = { ...said, kind: 'aggregate', entity: 'account', measure: 'count', window: '1h' };
  const read = readDocument({
    format: 'goshawk-catalogue-1',
    standard: 'none',
    data: {},
    features: [
      { ...count, name: 'all_1h' },
      { ...count, name: 'plain_1h', where: 'transaction.relation == ""' },
      { ...count, name: 'taken_back_1h', where: 'transaction.relation in ["refund", "reversal"]' },
      {
        ...count,
        name: 'refunded_1h',
        measure: 'sum',
        of: 'amount',
        where: 'transaction.relation == "refund"',
      },
    ],
  });
  assert.ok(read.ok, JSON.stringify(read));
  assert.deepEqual(checkDocument(read.document), []);
  const catalogue = compileCatalogue(read.document);
  const state = catalogue.createState();
  const vector = new Float64Array(catalogue.size);
  for (const transaction of stream(true)) catalogue.observe(state, transaction, vector);
  assert.deepEqual([...vector], [7, 3, 2, 20]);
});
