import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isoTimeAt, offsetOf, parseIsoTime } from './iso-time.ts';
import { readTransaction } from './read-transaction.ts';
import { timeZoneProblem, zoneOffsets } from './time-zone.ts';
import { transactionFromJson, transactionToJson } from './transaction.ts';

const at = (text: string): number => Date.parse(text);

test('T13 a time zone has the offset of the season, to the minute in which it changes', () => {
  const berlin = zoneOffsets('Europe/Berlin');
  for (const [text, offset] of [
    ['2026-01-15T12:00:00Z', 60],
    ['2026-03-29T00:59:59Z', 60],
    ['2026-03-29T01:00:00Z', 120],
    ['2026-10-25T00:59:59Z', 120],
    ['2026-10-25T01:00:00Z', 60],
  ] as const)
    assert.equal(berlin(at(text)), offset, text);
  for (const [zone, text, offset] of [
    ['America/New_York', '2026-07-01T00:00:00Z', -240],
    ['Asia/Kolkata', '2026-07-01T00:00:00Z', 330],
    ['Asia/Kathmandu', '2026-07-01T00:00:00Z', 345],
    ['Australia/Lord_Howe', '2026-07-01T00:00:00Z', 630],
    ['Pacific/Apia', '2026-07-01T00:00:00Z', 780],
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['Europe/London', '2026-01-01T00:00:00Z', 0],
  ] as const)
    assert.equal(zoneOffsets(zone)(at(text)), offset, zone);
});

test('T13 what is no zone is refused with what one looks like', () => {
  for (const name of ['Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires'])
    assert.equal(timeZoneProblem(name), undefined);
  for (const name of ['', 'Berlin', '+02:00', 'Europe/Atlantis', 'UTC+2'])
    assert.match(String(timeZoneProblem(name)), /IANA/, name);
});

test('T13 an offset that was sent is that of the place; Z and -00:00 say nothing of it (RFC 9557, 2.2)', () => {
  for (const [text, offset] of [
    ['2026-11-27T18:00:00+02:00', 120],
    ['2026-11-27T18:00:00.5-03:30', -210],
    ['2026-11-27T18:00:00+00:00', 0],
    ['2026-11-27T18:00:00Z', undefined],
    ['2026-11-27T18:00:00-00:00', undefined],
  ] as const)
    assert.equal(offsetOf(text), offset, text);
  for (const offset of [0, 120, -210, 345, -720, 840]) {
    const text = isoTimeAt(at('2026-11-27T18:00:00.250Z'), offset);
    assert.deepEqual([parseIsoTime(text), offsetOf(text)], [at('2026-11-27T18:00:00.250Z'), offset], text);
  }
});

const body = { id: 't', accountId: 'a', amountMinor: 1, currency: 'EUR', type: 'payment' };
function read(occurredAt: string, zone?: string): number | undefined {
  const parsed = readTransaction(
    { ...body, occurredAt },
    { nowMs: at('2026-12-01T00:00:00Z'), ...(zone !== undefined && { offsetAt: zoneOffsets(zone) }) },
  );
  assert.ok(parsed.ok);
  const json = JSON.parse(JSON.stringify(transactionToJson(parsed.value)));
  const again = transactionFromJson(json);
  assert.deepEqual(
    [again.occurredAtMs, again.utcOffsetMinutes],
    [parsed.value.occurredAtMs, parsed.value.utcOffsetMinutes],
  );
  return parsed.value.utcOffsetMinutes;
}

test('T13 what was sent wins, then the zone of the desk; it is kept with the transaction', () => {
  assert.equal(read('2026-07-01T12:00:00Z'), undefined);
  assert.equal(read('2026-07-01T12:00:00Z', 'Europe/Berlin'), 120);
  assert.equal(read('2026-01-01T12:00:00Z', 'Europe/Berlin'), 60);
  assert.equal(read('2026-07-01T12:00:00+09:00', 'Europe/Berlin'), 540);
  assert.equal(read('2026-07-01T12:00:00+00:00', 'Europe/Berlin'), 0);
});
