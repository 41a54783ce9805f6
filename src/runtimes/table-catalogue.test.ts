import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkedCatalogue } from '../features/checked-catalogue.ts';
import { STANDARD } from '../features/standard.ts';
import {
  catalogueOfTable,
  expectCatalogue,
  TABLE_CATALOGUE_FILE,
  tableCatalogueJson,
} from './table-catalogue.ts';

test('S7: a table is read by the catalogue that it says, and refused where another is expected, or where it is computed otherwise here', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'table-catalogue-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const say = (text: string): void => writeFileSync(join(folder, TABLE_CATALOGUE_FILE), text);
  // The version before said nothing, and had the features of the program.
  assert.equal(await catalogueOfTable(folder), STANDARD);
  await expectCatalogue(folder, STANDARD);

  const own = checkedCatalogue({
    format: 'goshawk-catalogue-1',
    standard: ['amount'],
    features: [
      { kind: 'expression', name: 'half', description: 'Half', expression: 'transaction.amount / 2.0' },
    ],
  });
  if (!own.ok) assert.fail(JSON.stringify(own.problems));
  const said = tableCatalogueJson(own);
  say(JSON.stringify(said));
  assert.equal((await catalogueOfTable(folder)).hash, own.catalogue.hash);
  await expectCatalogue(folder, own.catalogue);
  await assert.rejects(
    expectCatalogue(folder, STANDARD),
    /was made with catalogue .* is expected here: make the table/,
  );
  say(JSON.stringify({ ...said, hash: 'of another release' }));
  await assert.rejects(
    catalogueOfTable(folder),
    /with catalogue of another release; by its document .* Make the table again/,
  );
  say(JSON.stringify({ ...said, hash: 'x', document: { format: 'nothing' } }));
  await assert.rejects(catalogueOfTable(folder), /cannot be used by this program/);
  say(JSON.stringify({ ...said, version: 2 }));
  await assert.rejects(catalogueOfTable(folder), /is of version 2; this program reads 1/);
  say('{');
  await assert.rejects(catalogueOfTable(folder), /is no JSON/);
  say('null');
  await assert.rejects(catalogueOfTable(folder), /is of version undefined/);
});
