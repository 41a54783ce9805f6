import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryAfterMs } from './retry-after.ts';

const NOW_MS = Date.UTC(2026, 10, 27, 12, 0, 0);

test('N4 Retry-After is read in seconds and in each form of a date, in whatever zone the desk runs', () => {
  assert.equal(retryAfterMs('120', NOW_MS), 120_000);
  assert.equal(retryAfterMs(' 0 ', NOW_MS), 0);
  assert.equal(retryAfterMs('99999999999999999999', NOW_MS), 1e23);
  for (const date of [
    'Fri, 27 Nov 2026 12:02:00 GMT',
    'Friday, 27-Nov-26 12:02:00 GMT',
    'Fri Nov 27 12:02:00 2026',
    'fri, 27 nov 2026 12:02:00 gmt',
  ]) {
    assert.equal(retryAfterMs(date, NOW_MS), 120_000, date);
  }
  assert.equal(retryAfterMs('Sun Nov 29 12:00:00 2026', NOW_MS), 2 * 86_400_000);
  assert.equal(retryAfterMs('Sun Dec  6 12:00:00 2026', NOW_MS), 9 * 86_400_000);
  assert.equal(retryAfterMs('Sun, 06 Nov 1994 08:49:37 GMT', NOW_MS), 0, 'past');
  assert.equal(retryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', NOW_MS), 0, 'of the last century');
});

test('N4 what asks for nothing that can be read asks for nothing', () => {
  for (const text of [
    ...[undefined, '', 'soon', '-5', '1.5', '1e3', '0x10', '10 s', '2026-11-27T12:02:00Z', '120, 240'],
    ...['Fri, 27 Foo 2026 12:02:00 GMT', 'Fri, 27 Nov 2026 12:02:00', 'Fri, 27 Nov 2026 12:02:00 +0100'],
  ]) {
    assert.equal(retryAfterMs(text, NOW_MS), undefined, String(text));
  }
});
