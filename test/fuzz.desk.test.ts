// Records of strangers down the road: see test/fuzz.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';
import { fuzz } from './fuzz/road.ts';

const RECORDS = Number(process.env.FUZZ_RECORDS ?? 200_000);
const folder = makeTemporaryFolder('fuzz');
after(() => rmSync(folder, { recursive: true, force: true }));

test('A1 T9 whatever record comes, nothing throws: it reads back as it was, or is refused with its place', async (t) => {
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`seed ${seed}`);
  const { refused, decided, labelled, duplicates } = await fuzz(seed, RECORDS, folder);
  t.diagnostic(`${refused} refused, ${decided} decided, ${labelled} labels, ${duplicates} repetitions`);
  assert.ok(decided > RECORDS / 20 && labelled > RECORDS / 100 && refused > RECORDS / 4 && duplicates > 0);
});
