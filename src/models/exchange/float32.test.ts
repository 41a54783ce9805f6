// Limits in double precision that decide as single precision does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitBelowFloat, limitUpToFloat } from './float32.ts';

test('M8 a double takes the side that its rounded value takes, however near to the limit it is', () => {
  const near = fc.tuple(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -6, max: 6 }));
  fc.assert(
    fc.property(near, fc.double({ noNaN: true }), ([limit, step], anywhere) => {
      const beside = limit + (step / 4) * Math.max(Math.abs(limit) * 2 ** -23, 2 ** -149);
      for (const value of [beside, anywhere, limit]) {
        assert.equal(value <= limitBelowFloat(limit), Math.fround(value) < limit, `${value} < ${limit}`);
        assert.equal(value <= limitUpToFloat(limit), Math.fround(value) <= limit, `${value} ≤ ${limit}`);
      }
    }),
    { numRuns: 20_000, seed: 1 },
  );
});
