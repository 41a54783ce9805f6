// The documents that docs/data.md shows are in order.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkedCatalogue } from '../src/features/checked-catalogue.ts';

test('Y21 the running example of docs/data.md is in order', () => {
  const text = readFileSync(join(import.meta.dirname, '../docs/data.md'), 'utf8');
  const documents = [...text.matchAll(/```json\n([\s\S]*?)```/g)]
    .map(([, json]) => JSON.parse(json) as Record<string, unknown>)
    .filter((json) => 'format' in json);
  assert.ok(documents.length > 0);
  for (const document of documents) {
    const checked = checkedCatalogue(document);
    assert.ok(checked.ok, checked.ok ? '' : JSON.stringify(checked.problems));
  }
});
