import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesOfHashes, createDecidedIds, hashOfId } from './decided-ids.ts';

const PIECE = 5000;
const idOf = (i: number): string => hashOfId('account', `transaction-${i}`);

test('W14 the ids decided last are known through two pieces, older ones forgotten; what is kept says the same', () => {
  const ids = createDecidedIds([], PIECE);
  const pieces: string[][] = [[]];
  for (let i = 0; i < 4.5 * PIECE; i++) {
    assert.equal(ids.add(idOf(i)), true, `${i} is new`);
    assert.equal(ids.add(idOf(i)), false, `${i} is known`);
    pieces[0].push(idOf(i));
    if (!ids.full) continue;
    ids.startNew();
    pieces.unshift([]);
  }
  const [newer, older] = pieces;
  const again = createDecidedIds([bytesOfHashes(older), bytesOfHashes(newer)], PIECE);
  for (const known of [ids, again]) {
    for (const id of [...older, ...newer]) assert.equal(known.add(id), false);
  }
  for (const forgotten of pieces[2]) assert.equal(again.add(forgotten), true);
  assert.equal(ids.add(pieces[3][0]), true);
});
