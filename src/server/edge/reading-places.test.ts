import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readingPlaces } from './reading-places.ts';

const STAYS = new AbortController().signal;

test('A14 a person has some searches at once; others of theirs wait in order, and beyond a number are refused', async () => {
  const places = readingPlaces(2, 2);
  const [first, second] = [await places.take('ann', STAYS), await places.take('ann', STAYS)];
  const order: string[] = [];
  const third = places.take('ann', STAYS).then((release) => {
    order.push('third');
    return release;
  });
  const gone = new AbortController();
  const left = places.take('ann', gone.signal);
  assert.equal(await places.take('ann', STAYS), undefined, 'no more wait than that');
  const bob = await places.take('bob', STAYS);
  assert.ok(bob, 'nobody waits for somebody else');
  gone.abort();
  assert.equal(await left, undefined, 'whoever has gone waits no more');
  const fourth = places.take('ann', STAYS).then((release) => {
    order.push('fourth');
    return release;
  });
  await Promise.resolve();
  assert.deepEqual(order, []);
  first?.();
  const thirdRelease = await third;
  assert.deepEqual(order, ['third']);
  second?.();
  thirdRelease?.();
  (await fourth)?.();
  bob();
  assert.deepEqual(order, ['third', 'fourth']);
  assert.ok(await places.take('ann', STAYS));
});
