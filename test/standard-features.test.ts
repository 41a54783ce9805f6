// The program's own features, compiled from their document, against what the code that was written by hand computed: vectors, histories
// and sentences that were recorded with it (version 1.0) over payments that come late, are stamped ahead, and are labelled back and forth.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { STANDARD } from '../src/features/standard.ts';
import { type Recorded, recordOf, sentencesOf } from './standard-features/record.ts';

type Fixture = {
  readonly catalogue: string;
  readonly features: readonly (readonly [name: string, group: string, unit: string, window: string | null])[];
  readonly sentences: Readonly<Record<string, string>>;
  readonly recorded: readonly Recorded[];
};

const FIXTURE = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures/standard-features.json'), 'utf8'),
) as Fixture;

test('F1 Y6: the program’s features are called, grouped and told as before, and models of before go on to serve', () => {
  assert.equal(STANDARD.hash, FIXTURE.catalogue);
  assert.deepEqual(
    STANDARD.features.map(({ name, group, unit, window }) => [name, group, unit, window ?? null]),
    FIXTURE.features,
  );
  assert.deepEqual(sentencesOf(STANDARD), FIXTURE.sentences);
});

for (const { vectors, histories, samples, ...kind } of FIXTURE.recorded) {
  test(`F1 F6 Y6: compiled features and their histories are those of before, bit for bit (${JSON.stringify(kind)})`, () => {
    const now = recordOf(STANDARD, kind);
    now.samples.forEach((vector, i) => {
      vector.forEach((value, slot) => {
        assert.equal(value, samples[i][slot], `${STANDARD.features[slot].name} of sample ${i}`);
      });
    });
    assert.equal(now.vectors, vectors);
    assert.equal(now.histories, histories);
  });
}
