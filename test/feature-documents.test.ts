// The handbook's 15 features and thirteen classic ones as catalogue files, in the language that everybody has for theirs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readDocument } from '../src/features/check-document.ts';
import { compileCatalogue } from '../src/features/compile.ts';
import { CLASSIC_FEATURES, HANDBOOK_FEATURES } from '../src/features/sets.ts';
import { STANDARD } from '../src/features/standard.ts';
import { steps } from './standard-features/stream.ts';

const FOLDER = join(import.meta.dirname, '../src/features/documents');
/** Few enough payments an account and merchant that none is tiled. */
const KIND = { seed: 21, payments: 900, stepHours: 9 };

for (const [file, names] of [
  ['handbook.json', HANDBOOK_FEATURES],
  ['classic.json', CLASSIC_FEATURES],
] as const) {
  test(`F7 Y1: what ${file} defines is what the program’s features of that meaning are, bit for bit`, () => {
    const read = readDocument(JSON.parse(readFileSync(join(FOLDER, file), 'utf8')));
    if (!read.ok) assert.fail(JSON.stringify(read.problems));
    const catalogue = compileCatalogue(read.document);
    assert.equal(catalogue.size, names.length);
    const values = new Float64Array(catalogue.size);
    const program = new Float64Array(STANDARD.size);
    const [own, theirs] = [catalogue.createState(), STANDARD.createState()];
    let compared = 0;
    let newestMs = 0;
    for (const step of steps(KIND)) {
      if (step.kind === 'label') {
        catalogue.applyLabel(own, step.label, step.previous);
        STANDARD.applyLabel(theirs, step.label, step.previous);
        continue;
      }
      catalogue.observe(own, step.transaction, values);
      STANDARD.observe(theirs, step.transaction, program);
      // Histories keep a day more than their longest window: these keep less than the program's, for who is later than that.
      newestMs = Math.max(newestMs, step.transaction.occurredAtMs);
      if (step.transaction.occurredAtMs < newestMs - 86_400_000) continue;
      compared++;
      names.forEach((name, i) => {
        assert.ok(
          Object.is(values[i], program[STANDARD.place(name) ?? -1]),
          `${name} of ${step.transaction.id}`,
        );
      });
      catalogue.categories.forEach((category, i) => {
        const [merchant, country, type] = ['merchant', 'country', 'type'].map((name) =>
          STANDARD.categories.find((one) => one.name === name),
        );
        assert.equal(category.of(step.transaction), [merchant, country, type][i]?.of(step.transaction));
      });
    }
    assert.ok(compared > KIND.payments * 0.8);
  });
}
