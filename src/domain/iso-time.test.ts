import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isoTime, parseIsoTime } from './iso-time.ts';
import { createRandom } from './random.ts';

test('isoTime writes every time as Date does', () => {
  const random = createRandom(1);
  const times = [
    0, -1, 1, 86_399_999, 86_400_000, -62_135_596_800_000, 253_402_300_799_999, 253_402_300_800_000,
  ];
  for (let i = 0; i < 20_000; i++) times.push(Math.floor((random.next() - 0.4) * 4e12));
  for (let i = 0; i < 2000; i++) times.push(1_790_000_000_000 + i);
  for (let i = 0; i < 2000; i++) times.push((random.next() - 0.4) * 4e12);
  for (const ms of times) assert.equal(isoTime(ms), new Date(ms).toISOString());
  assert.throws(() => isoTime(Number.NaN), RangeError);
  assert.throws(() => isoTime(1e18), RangeError);
});

test('times: offsets are honoured, impossible times are not', () => {
  assert.equal(parseIsoTime('2026-11-23T16:00:00+01:00'), Date.UTC(2026, 10, 23, 15));
  assert.equal(parseIsoTime('2026-11-23T15:00:00.1239Z'), Date.UTC(2026, 10, 23, 15, 0, 0, 123));
  assert.equal(parseIsoTime('2026-11-23T24:00:00Z'), undefined);
  assert.equal(parseIsoTime('2026-11-23T15:00:00'), undefined);
  // Years of two digits are not those of the last century, and there is none of five.
  assert.equal(parseIsoTime('0050-11-23T15:00:00Z'), undefined);
  assert.equal(parseIsoTime('9999-12-31T23:59:59-01:00'), undefined);
  assert.equal(parseIsoTime('9999-12-31T23:59:59Z'), Date.UTC(9999, 11, 31, 23, 59, 59));
});

test('times: the usual form is read as every other', () => {
  const anyTime = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true });
  const texts = fc.tuple(anyTime, fc.nat(24), fc.constantFrom('', '9', '0', '-', ':', 'T', 'Z', '32', 'é'));
  fc.assert(
    fc.property(texts, ([date, at, put]) => {
      const iso = date.toISOString();
      assert.equal(parseIsoTime(iso), date.getTime());
      const whole = Math.floor(date.getTime() / 1000) * 1000;
      assert.equal(parseIsoTime(`${iso.slice(0, 19)}Z`), whole);
      assert.equal(parseIsoTime(`${iso.slice(0, 19)}+00:00`), whole);
      // With an offset of nothing it is not the usual form, and must mean the same.
      const changed = `${iso.slice(0, at)}${put}${iso.slice(at + put.length)}`;
      if (changed.endsWith('Z')) {
        assert.equal(parseIsoTime(changed), parseIsoTime(`${changed.slice(0, -1)}+00:00`), changed);
      }
    }),
    { numRuns: 2000 },
  );
});
