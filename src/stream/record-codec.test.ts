import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { StreamRecord } from '../ports/stream/stream.ts';
import { decodeRecord, encodeEvent, HEADERS, traceparentOf } from './record-codec.ts';

const NOW = Date.UTC(2026, 10, 24);
const TRANSACTION = {
  id: 't',
  accountId: 'Müller',
  occurredAt: '2026-11-23T15:00:00Z',
  amountMinor: 1,
  currency: 'EUR',
  type: 'purchase',
};
const record = (
  value: Uint8Array | null,
  key: Uint8Array | null,
  headers: [string, string][] = [],
): StreamRecord => ({
  offset: 7,
  timestampMs: NOW,
  key,
  value,
  headers: new Map(headers),
});
const problemOf = (raw: StreamRecord): string | undefined => {
  const decoded = decodeRecord(raw, { nowMs: NOW });
  return decoded.ok ? undefined : `${decoded.problems[0].pointer} ${decoded.problems[0].message}`;
};

test('T9 a record or a key that is not UTF-8 is refused with its place', () => {
  const text = JSON.stringify(TRANSACTION, undefined, 1);
  const [key, latinKey] = [Buffer.from('Müller'), Buffer.from('Müller', 'latin1')];
  assert.equal(problemOf(record(Buffer.from(text), key)), undefined);
  assert.equal(
    problemOf(record(Buffer.from(text, 'latin1'), key)),
    ' The record is not UTF-8: byte 0xFC at line 3, column 17 (offset 30).',
  );
  assert.equal(
    problemOf(record(Buffer.from(text), latinKey)),
    " The record's key is not UTF-8: byte 0xFC at line 1, column 2 (offset 1).",
  );
});

test('T3 what nests without end, keys that mean something to objects, and keys that stand twice stop nothing', () => {
  const key = Buffer.from('Müller');
  const base = JSON.stringify(TRANSACTION).slice(0, -1);
  const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
  for (const [more, problem] of [
    [`,"city":${deep}}`, '/city city must be a string, not a list of 1.'],
    [`,"merchant":${deep}}`, '/merchant merchant must be an object, not a list of 1.'],
    [
      `,"merchant":{"id":${'{"id":'.repeat(9000)}1${'}'.repeat(9000)}}}`,
      '/merchant/id id must be a string, not an object.',
    ],
    [',"__proto__":{"id":"x"}}', '/__proto__ "__proto__" is not a known field'],
    [',"merchant":{"id":"m","__proto__":1}}', '/merchant/__proto__ "__proto__" is not a known field'],
    [',"constructor":{"prototype":1}}', '/constructor "constructor" is not a known field'],
  ]) {
    assert.ok(problemOf(record(Buffer.from(base + more), key))?.startsWith(problem), problem);
  }
  assert.equal(
    problemOf(record(Buffer.from(deep), key)),
    ' A transaction must be a JSON object, not a list of 1.',
  );
  assert.equal(
    problemOf(record(Buffer.from(`${base},"id":"second"}`), key)),
    ' "id" stands twice in an object; say it once.',
  );
});

test('W10 a trace context that is not well-formed is not carried on', () => {
  const good = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const traceOf = (text: string) => traceparentOf(record(null, null, [[HEADERS.traceparent, text]]));
  assert.equal(traceOf(good), good);
  for (const bad of [
    '',
    `${good}\n`,
    `\ufeff${good}`,
    good.toUpperCase(),
    good.replace('00-', 'ff-'),
    'x'.repeat(100_000),
  ])
    assert.equal(traceOf(bad), undefined);
  assert.equal(traceparentOf(record(null, null)), undefined);
});

test('T11 a record may be keyed by its account as it is written there, or in its one form', () => {
  const accountId = 'de89 3704 0044 0532 0130 00';
  const value = Buffer.from(JSON.stringify({ ...TRANSACTION, accountId }));
  for (const key of [accountId, 'DE89370400440532013000', 'DE89 3704 0044 0532 0130 00']) {
    const decoded = decodeRecord(record(value, Buffer.from(key)), { nowMs: NOW });
    assert.ok(decoded.ok && decoded.record.kind === 'transaction');
    assert.equal(decoded.record.transaction.accountId, 'DE89370400440532013000');
    assert.match(String(decoded.text), /DE89370400440532013000/, 'what is written on has the form');
  }
  assert.match(problemOf(record(value, Buffer.from('DE89370400440532013001'))) ?? '', /^\/accountId/);
});

test('Y33: an event is a record by its header, keyed by its account, or by whom it is about', () => {
  const value = Buffer.from(
    JSON.stringify({ id: 'e', kind: 'login', occurredAt: '2026-11-23T15:00:00Z', accountId: 'Müller' }),
  );
  const asEvent: [string, string][] = [[HEADERS.kind, 'event']];
  const decoded = decodeRecord(record(value, Buffer.from('Müller'), asEvent), { nowMs: NOW });
  assert.ok(decoded.ok && decoded.record.kind === 'event');
  assert.deepEqual(decoded.record, {
    kind: 'event',
    event: { id: 'e', kind: 'login', occurredAtMs: Date.UTC(2026, 10, 23, 15), accountId: 'Müller' },
    receivedAtMs: NOW,
  });
  assert.deepEqual(decoded.text, value);
  assert.match(
    problemOf(record(value, Buffer.from('Meier'), asEvent)) ?? '',
    /^\/accountId .*must be the account/,
  );
  assert.match(problemOf(record(value, Buffer.from('Müller'))) ?? '', /amountMinor is required/);
  const ofCustomer: CustomerEvent = {
    id: 'e',
    kind: 'login',
    occurredAtMs: NOW,
    attributes: { customerId: 'c' },
  };
  const { key, value: written, kind } = encodeEvent(ofCustomer);
  const again = decodeRecord(record(written, key, [[HEADERS.kind, kind]]), { nowMs: NOW });
  assert.ok(again.ok && again.record.kind === 'event');
  assert.deepEqual(again.record.event, ofCustomer);
  const attributes = { customer: { id: 'c' } };
  const nested = Buffer.from(
    JSON.stringify({ id: 'e', kind: 'login', occurredAt: '2026-11-23T15:00:00Z', attributes }),
  );
  const flat = decodeRecord(record(nested, Buffer.from('anything'), asEvent), { nowMs: NOW });
  assert.ok(flat.ok);
  assert.match(String(flat.text), /"attributes":\{"customer.id":"c"\}/);
});

test('Y14: own fields go through a stream in their flat form, whichever version of the schema says so', () => {
  const key = Buffer.from('Müller');
  const sent = { ...TRANSACTION, attributes: { customer: { segment: 'gold' }, score: 0.5, other: null } };
  for (const version of ['1', '2']) {
    const decoded = decodeRecord(
      record(Buffer.from(JSON.stringify(sent)), key, [[HEADERS.schemaVersion, version]]),
      {
        nowMs: NOW,
      },
    );
    assert.ok(decoded.ok && decoded.record.kind === 'transaction');
    const flat = { 'customer.segment': 'gold', score: 0.5 };
    assert.deepEqual(decoded.record.transaction.attributes, flat);
    assert.deepEqual(JSON.parse(Buffer.from(decoded.text).toString()).attributes, flat);
    const again = decodeRecord(record(decoded.text, key), { nowMs: NOW });
    assert.ok(again.ok);
    assert.deepEqual(
      [again.text, again.record],
      [decoded.text, decoded.record],
      'as it is, it is not written anew',
    );
  }
  assert.match(
    problemOf(record(Buffer.from('{}'), key, [[HEADERS.schemaVersion, '3']])) ?? '',
    /reads 1 and 2/,
  );
});
