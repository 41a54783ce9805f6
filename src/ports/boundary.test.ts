import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createBoundary, owningBoundary, shownError } from './boundary.ts';

function bounded() {
  const told: string[] = [];
  let nowMs = 0;
  const boundary = createBoundary(
    () => nowMs,
    (text) => told.push(text),
  );
  return { boundary, told, pass: (ms: number) => (nowMs += ms) };
}

test('A10 BOUND1 A listener that throws, now or later, ends what it belongs to and nothing else', async () => {
  const { boundary, told } = bounded();
  const ended: string[] = [];
  boundary.guarded(
    'socket',
    () => {
      throw new TypeError('now');
    },
    () => ended.push('now'),
  )();
  boundary.guarded(
    'socket',
    async () => {
      throw new TypeError('later');
    },
    () => {
      ended.push('later');
      throw new Error('on the way out');
    },
  )();
  await sleep(1);
  assert.deepEqual(ended, ['now', 'later']);
  assert.equal(boundary.count, 3);
  assert.equal(boundary.last?.text, 'Error: on the way out');
  assert.equal(told.length, 3);
  assert.match(told[0], /socket: TypeError: now\n\s+at /);
});

test('A10 BOUND2 The same error is counted each time and told once a minute', () => {
  const { boundary, told, pass } = bounded();
  const error = new Error('again');
  for (let i = 0; i < 100; i++) boundary.caught('timer', error);
  assert.equal(boundary.count, 100);
  assert.equal(told.length, 1);
  pass(61_000);
  boundary.caught('timer', error);
  assert.equal(told.length, 2);
});

test('A10 BOUND3 Nothing that is thrown can make the boundary throw', () => {
  const boundary = createBoundary(
    () => 0,
    () => {
      throw new Error('the log is full');
    },
  );
  const odd = [
    null,
    undefined,
    0,
    'text',
    Symbol('s'),
    Object.create(null),
    { toString: () => assert.fail() },
  ];
  for (const thrown of odd) boundary.caught('odd', thrown);
  assert.equal(boundary.count, odd.length);
});

test('A10 BOUND4 A timer goes on after a run that failed, and never runs twice at once', async () => {
  const { boundary } = bounded();
  let runs = 0;
  let atOnce = 0;
  const stop = boundary.every('tick', 5, async () => {
    runs++;
    atOnce++;
    assert.equal(atOnce, 1);
    await sleep(8);
    atOnce--;
    throw new Error('every time');
  });
  for (let i = 0; i < 200 && runs < 3; i++) await sleep(5);
  stop();
  assert.ok(runs >= 3);
  assert.ok(boundary.count >= 2);
  assert.equal(boundary.last?.text, 'Error: every time');
});

test('A10 BOUND5 What a desk starts belongs to it, whenever it fails', async () => {
  const { boundary } = bounded();
  const owners: unknown[] = [];
  boundary.own(() => {
    setTimeout(() => owners.push(owningBoundary()), 1);
    void sleep(1).then(() => owners.push(owningBoundary()));
  });
  await sleep(10);
  assert.deepEqual(owners, [boundary, boundary]);
  assert.equal(owningBoundary(), undefined);
});

test('A10 BOUND6 What is shown of an error has no long numbers and nothing long that it quotes', () => {
  assert.equal(shownError(new TypeError("Cannot read 'type'")), "TypeError: Cannot read 'type'");
  for (const number of [
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4111111111111111',
    'DE89370400440532013000',
  ]) {
    assert.doesNotMatch(
      shownError(new Error(`${number} refused`)),
      /\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d[ -]?\d/,
    );
  }
  assert.match(shownError(new Error(`Unexpected token, "${'x'.repeat(40)}" is not JSON`)), /token, … is not/);
  assert.ok(shownError(new Error('long '.repeat(500))).length <= 200);
});
