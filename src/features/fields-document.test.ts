import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FieldDefinition, FieldType } from '../domain/data-model.ts';
import type { Transaction } from '../domain/transaction.ts';
import { checkDocument } from './check-document.ts';
import { compileCatalogue } from './compile.ts';
import { documentOfFields } from './fields-document.ts';
import { STANDARD } from './standard.ts';

const field = (name: string, type: FieldType): FieldDefinition => ({
  name,
  type,
  description: `Column ${name}`,
  personal: true,
});

const transaction: Transaction = {
  id: 't',
  accountId: 'a',
  occurredAtMs: Date.UTC(2026, 0, 1),
  amountMinor: 700,
  currency: 'EUR',
  type: 'purchase',
  country: 'DE',
  attributes: { V1: 1.5, isNew: true, amount: 9, country: 'north', note: 'text', who: 'c1' },
};

test('Y71: numbers, booleans and categories of a table are features, texts and ids are not; names of the program are kept apart', () => {
  const { document, left } = documentOfFields([
    field('V1', 'number'),
    field('isNew', 'boolean'),
    field('amount', 'number'),
    field('country', 'category'),
    field('note', 'text'),
    field('who', 'id'),
  ]);
  assert.deepEqual(checkDocument(document), []);
  assert.deepEqual(left, []);
  const catalogue = compileCatalogue(document);
  const own = catalogue.features.map(({ name }) => name).slice(STANDARD.size);
  assert.deepEqual(own, ['V1', 'isNew', 'country', 'own_amount']);
  const vector = new Float64Array(catalogue.size);
  catalogue.observe(catalogue.createState(), transaction, vector);
  const value = (name: string): number => vector[catalogue.place(name) ?? -1];
  assert.deepEqual([value('V1'), value('isNew'), value('own_amount'), value('amount')], [1.5, 1, 9, 7]);
  const said = catalogue.categories.map(({ name, of }) => [name, of(transaction)]);
  assert.deepEqual(
    said.filter(([name]) => String(name).endsWith('country')),
    [
      ['country', 'DE'],
      ['own country', 'north'],
    ],
  );
});

test('Y71: of more columns than there can be features the first ones are', () => {
  const many = Array.from({ length: 405 }, (_, i) => field(`V${i}`, 'number'));
  const { document, left } = documentOfFields(many);
  assert.deepEqual(checkDocument(document), []);
  assert.deepEqual(left, ['V400', 'V401', 'V402', 'V403', 'V404']);
});
