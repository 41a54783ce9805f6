// Local times of files: orders of day and month, clocks of a zone, and what is no time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numbersOf } from './cell-values.ts';
import { localTimes } from './local-times.ts';

test('J12 a local time is read by the clocks of its zone, in the order that was said', () => {
  const berlin = localTimes('day_month_year', 'Europe/Berlin');
  assert.equal(berlin('01.07.2026 12:30'), '2026-07-01T12:30:00.000+02:00');
  assert.equal(berlin('1.12.2026 7:05:09,25'), '2026-12-01T07:05:09.250+01:00');
  assert.equal(berlin('24/12/2026'), '2026-12-24T00:00:00.000+01:00');
  assert.equal(localTimes('month_day_year', 'UTC')('12/24/2026 01:02 pm'), '2026-12-24T13:02:00.000Z');
  assert.equal(localTimes('month_day_year', 'UTC')('12/24/2026 12:02 AM'), '2026-12-24T00:02:00.000Z');
  assert.equal(localTimes('year_month_day', '+05:30')('2026-12-24 01:02'), '2026-12-24T01:02:00.000+05:30');
});

test('J12 of an hour that comes twice the first is taken; one that never was, and what is no day, is given back as it stands', () => {
  const berlin = localTimes('day_month_year', 'Europe/Berlin');
  assert.equal(berlin('25.10.2026 02:30'), '2026-10-25T02:30:00.000+02:00');
  for (const text of [
    '29.03.2026 02:30',
    '31.02.2026',
    '12/24/2026',
    '01.02.26',
    '2026-02-01',
    'gestern',
    '01.02.2026 25:00',
    '01.02.2026 13:00 pm',
  ])
    assert.equal(berlin(text), text);
});

test('J12 thousands are set apart in groups of three or not at all, and a number has the mark that was said', () => {
  const comma = numbersOf(',');
  assert.deepEqual(['1.234.567,89', '12,5', '1234', '1 234,5', "1'234,5"].map(comma), [
    '1234567.89',
    '12.5',
    '1234',
    '1234.5',
    '1234.5',
  ]);
  assert.deepEqual(['12.50', '1.23,4', '1.234.5,0'].map(comma), [undefined, undefined, undefined]);
  assert.deepEqual(['1,234.50', '12.5', '1,2'].map(numbersOf('.')), ['1234.50', '12.5', '1,2']);
});
