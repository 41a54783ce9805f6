import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOCAL_READER, placeFor } from './feed-places.ts';

/** Lets each of them ask as often as it says, in turn; gives who holds how many places. */
function askInTurn(asks: Readonly<Record<string, number>>, held = new Map<string, number>()) {
  for (const [who, times] of Object.entries(asks)) {
    for (let i = 0; i < times; i++) {
      const place = placeFor(who, held);
      if (place.kind === 'refused') break;
      if (place.kind === 'taken over') held.set(place.from, (held.get(place.from) ?? 0) - 1);
      held.set(who, (held.get(who) ?? 0) + 1);
    }
  }
  return held;
}
const sum = (held: ReadonlyMap<string, number>): number => [...held.values()].reduce((a, b) => a + b, 0);

test('A11 one key gets a few places of the feed, however often it asks', () => {
  const held = askInTurn({ 'key a': 520 });
  assert.equal(held.get('key a'), 20);
  assert.deepEqual(placeFor('person analyst', held), { kind: 'free' });
});

test('A11 whoever is at an open desk gets more, and not all', () => {
  const held = askInTurn({ [LOCAL_READER]: 1000 });
  assert.equal(held.get(LOCAL_READER), 400);
  assert.deepEqual(placeFor('person analyst', held), { kind: 'free' });
});

test('A11 where the feed is full, who has most gives a place to who has few', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key ${i}`, 20]));
  const held = askInTurn(many);
  assert.equal(sum(held), 500);
  const place = placeFor('person analyst', held);
  assert.equal(place.kind, 'taken over');
  const after = askInTurn({ 'person analyst': 3 }, held);
  assert.equal(after.get('person analyst'), 3);
  assert.equal(sum(after), 500);
  // Nobody gains by asking again and again: shares become equal and stay so.
  const shared = askInTurn(many, askInTurn(many, after));
  assert.ok(Math.min(...shared.values()) >= 3, JSON.stringify([...shared]));
  assert.equal(sum(shared), 500);
});
