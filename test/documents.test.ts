// The documents that docs/data.md shows are in order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DataModel, FieldDefinition } from '../src/domain/data-model.ts';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';
import type { CatalogueDocument, FeatureDefinition } from '../src/features/document.ts';
import type { CatalogueDocument as WireDocument } from '../src/protocol/catalogue-document.ts';

test('Y21 the running example of docs/data.md is in order', () => {
  const text = readFileSync(join(import.meta.dirname, '../docs/data.md'), 'utf8');
  const documents = [...text.matchAll(/```json\n([\s\S]*?)```/g)]
    .filter(([, json]) => json.includes('"format":'))
    .map(([, json]) => JSON.parse(json) as unknown);
  assert.ok(documents.length > 0);
  for (const document of documents) {
    const checked = checkedCatalogue(document);
    assert.ok(checked.ok, checked.ok ? '' : JSON.stringify(checked.problems));
  }
});

type KeysOf<T> = T extends unknown ? keyof T : never;
type WireFeature = NonNullable<WireDocument['features']>[number];
/** What a definition may say and the API does not name: it would not leave the desk. */
type Unnamed =
  | Exclude<KeysOf<FeatureDefinition>, keyof WireFeature>
  | Exclude<keyof FieldDefinition, KeysOf<NonNullable<NonNullable<WireDocument['data']>['fields']>[number]>>
  | Exclude<keyof DataModel, keyof NonNullable<WireDocument['data']>>
  | Exclude<keyof CatalogueDocument, keyof WireDocument>;

test('A19 the API names all that a document may say', () => {
  const unnamed: readonly Unnamed[] = [] satisfies readonly never[];
  const none: readonly never[] = unnamed;
  assert.equal(none.length, 0);
});
