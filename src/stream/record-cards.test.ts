import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardTokens } from '../domain/card-policy.ts';
import { deadLetterMessage } from './message-codec.ts';
import { decodeRecord, HEADERS } from './record-codec.ts';

const NOW = Date.UTC(2026, 10, 27);
const VISA = '4012888888881881';
const TOKENS = cardTokens(Buffer.alloc(32, 7));
const token = '401288xxxxxx1881~maqyh7s55rl5b2n5gwdx';
const json = (fields: object): string =>
  JSON.stringify({ id: 't1', accountId: 'a1', occurredAt: '2026-11-26T15:00:00Z', amountMinor: 1, currency: 'EUR', type: 'purchase', ...fields }); // biome-ignore format: one record
const record = (key: string, value: string, headers: readonly [string, string][] = []) => ({
  offset: 7,
  timestampMs: NOW,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: new Map(headers),
});

test('T5 what workers pass on of a record holds no card number: neither its fields, nor its text, nor its key', () => {
  for (const [key, value] of [
    [VISA, json({ accountId: VISA })],
    [token, json({ accountId: VISA })],
    ['a1', json({ city: VISA })],
  ]) {
    const decoded = decodeRecord(record(key, value), { nowMs: NOW, cards: TOKENS });
    assert.ok(decoded.ok && decoded.record.kind === 'transaction', value);
    const text = Buffer.from(decoded.text).toString();
    assert.ok(!/\d{7}/.test(text), text);
    assert.deepEqual(JSON.parse(text).accountId, decoded.record.transaction.accountId);
  }
  const plain = record('a1', json({ city: 'Zürich', deviceId: '1234567890123456' }));
  const decoded = decodeRecord(plain, { nowMs: NOW, cards: TOKENS });
  assert.ok(decoded.ok && decoded.text === plain.value, 'what holds none is passed on as it came');
  // A member that another of its name hides would be passed on unread.
  for (const hidden of [VISA, '4012\\u0038888 88881881']) {
    const text = json({})
      .replace('{', `{"city":"${hidden}",`)
      .replace('"currency"', '"city":"Bern","currency"');
    const twice = decodeRecord(record('a1', text), { nowMs: NOW, cards: TOKENS });
    assert.ok(!twice.ok && twice.problems[0].message.startsWith('"city" stands twice'), text);
  }
  const wrong = decodeRecord(record('5555555555554444', json({ accountId: VISA })), {
    nowMs: NOW,
    cards: TOKENS,
  });
  assert.ok(!wrong.ok && !/\d{7}/.test(wrong.problems[0].message));
});

test('T5 the dead letter of a record holds no card number, T8 nor what a sensitive field held', () => {
  for (const value of [
    json({ cardNumber: VISA, cvv: '87654' }),
    json({ id: VISA }).slice(0, -9),
    `{"pin":"87654","x":"${VISA}`,
    VISA,
  ]) {
    const raw = record(VISA, value, [
      [HEADERS.traceparent, `00-${VISA}`],
      [HEADERS.kind, VISA],
    ]);
    const decoded = decodeRecord(raw, { nowMs: NOW, cards: TOKENS });
    assert.ok(!decoded.ok);
    const message = deadLetterMessage(raw, decoded.problems, TOKENS);
    const all = [message.key, message.traceparent ?? '', Buffer.from(message.value).toString()].join('\n');
    assert.ok(!/40128888|87654/.test(all), all);
    assert.ok(all.includes(token), 'the same token as elsewhere');
  }
});
