import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STANDARD } from '../features/standard.ts';
import { vectorCodec } from './vector-codec.ts';

test('D5 a stored feature vector comes back bit for bit', () => {
  const value = fc.oneof(
    fc.constantFrom(0, -0, 1, 127, 128, 2 ** 35 - 1, 2 ** 35, -1, Number.POSITIVE_INFINITY, Number.NaN),
    fc.double(),
    fc.nat(),
  );
  fc.assert(
    fc.property(fc.array(value, { minLength: STANDARD.size, maxLength: STANDARD.size }), (values) => {
      const back = vectorCodec(STANDARD.size).decode(
        vectorCodec(STANDARD.size).encode(Float64Array.from(values)),
      );
      values.forEach((expected, i) => {
        assert.ok(Object.is(back[i], expected), `${back[i]} is not ${expected}`);
      });
    }),
  );
});

test('bytes that are no feature vector are refused', () => {
  const bytes = vectorCodec(STANDARD.size).encode(new Float64Array(STANDARD.size).fill(1.5));
  assert.throws(() => vectorCodec(STANDARD.size).decode(bytes.subarray(0, bytes.length - 1)));
  assert.throws(
    () => vectorCodec(STANDARD.size).decode(Uint8Array.from([...bytes, 0])),
    /not a feature vector/,
  );
});
