import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KnownDecision } from '../engine/process-batch.ts';
import type { Found } from './decision-waiters.ts';
import { createLookUps } from './look-ups.ts';

const KNOWN: KnownDecision = {
  decision: {
    transactionId: 'known',
    outcome: 'approve',
    score: 0.1,
    reasons: [],
    concepts: [],
    rules: [],
    modelVersion: 'm',
    rulesetVersion: 'r',
    catalogueHash: 'c',
    decidedAtMs: 1,
  },
  contentHash: 'h',
  label: undefined,
};

test('A14 however many wait are looked up by one statement at a time, until they are told or leave', async () => {
  const asked: (readonly string[])[] = [];
  let under = 0;
  const lookUps = createLookUps(
    {
      async findKnown(ids) {
        assert.equal(++under, 1, 'one at a time');
        await new Promise((resolve) => setTimeout(resolve, 5));
        under--;
        asked.push(ids);
        if (asked.length === 1) throw new Error('away');
        return new Map(ids.includes('known') ? [['known', KNOWN]] : []);
      },
    },
    { reasonsOf: async (ids) => new Map(ids.includes('bad') ? [['bad', 'poison']] : []) },
  );
  const told = new Map<string, Found>();
  const stops: (() => void)[] = [];
  const wait = (id: string): Promise<void> =>
    new Promise((resolve) => {
      const stop = lookUps.watch(id, {
        tell(found) {
          told.set(id, found);
          stop();
          resolve();
        },
      });
      stops.push(stop);
    });
  for (let i = 0; i < 300; i++) wait(`unknown ${i}`);
  await Promise.all([wait('known'), wait('bad')]);
  for (const stop of stops) stop();
  assert.ok(asked.length >= 2 && asked.length <= 6, `${asked.length} statements for 302 who wait`);
  assert.deepEqual(told.get('bad'), { quarantined: 'poison' });
  assert.equal(told.get('known'), KNOWN);
});

test('A14 what is known is told, also where the dead letters cannot be asked', async () => {
  const lookUps = createLookUps(
    { findKnown: async () => new Map([['known', KNOWN]]) },
    { reasonsOf: () => Promise.reject(new Error('away')) },
  );
  const stopOther = lookUps.watch('unknown', { tell: () => assert.fail('nothing is known of it') });
  const found = await new Promise<Found>((tell) => {
    const stop = lookUps.watch('known', {
      tell(what) {
        stop();
        tell(what);
      },
    });
  });
  stopOther();
  assert.equal(found, KNOWN);
});
