import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptOf, keptOfBytes } from './raw-input.ts';
import { isSensitiveField, sensitiveFieldIn } from './sensitive-fields.ts';

test('T8 fields for security codes, PINs and tracks are known by any way of writing their name', () => {
  for (const name of [
    'cvv', 'CVV2', 'Cvc', 'cardCvv', 'card_cvv', 'cvv_code', 'securityCode', 'security-code', 'SECURITY CODE', 'cardSecurityCode',
    'pin', 'PIN', 'customerPin', 'pinBlock', 'PINBlock', 'encrypted_pin_block', 'encryptedPin', 'track1', 'Track2Data', 'track_2',
    'track2EquivalentData', 'cid', 'csc', '\uff43\uff56\uff56', 'c\u200bvv', 'magStripe',
  ]) assert.ok(isSensitiveField(name), name); // biome-ignore format: a list
  for (const name of ['pinned', 'shipping', 'tracking', 'city', 'id', 'accountId', 'code', 'opinion', 'merchant', 'spin', 'trackId', 'values', 'channel', 'mcc', 'incident']) // biome-ignore format: a list
    assert.ok(!isSensitiveField(name), name);
});

test('what is kept of raw input is found in a moment, however long a word or a run of one sign is', () => {
  const long = [
    'k',
    'kkkk ',
    'a4',
    '4',
    '4-',
    '\\',
    '\\"',
    '"',
    '<a>',
    'cvv=1 ',
    '{"a":',
    '\\u00',
    '\u0000',
    '😀',
    '４',
  ];
  const before = process.cpuUsage().user;
  for (const part of long) keptOf(part.repeat(16_000), 2000);
  const spentMs = (process.cpuUsage().user - before) / 1000;
  // Each of three took a quarter of a second.
  assert.ok(spentMs < 400, `${spentMs} ms`);
});

test('T8 a sensitive field is found at any depth', () => {
  assert.equal(sensitiveFieldIn({ a: [{ b: { cvv: '123' } }] }), '/a/0/b/cvv');
  assert.equal(sensitiveFieldIn({ a: [1, null, 'cvv'] }), undefined);
  let deep: unknown = { pin: 1 };
  for (let i = 0; i < 50_000; i++) deep = [deep];
  assert.ok(sensitiveFieldIn(deep)?.endsWith('/pin'));
});

test('T8 what is kept of raw input holds no value of a sensitive field, whatever form it has', () => {
  for (const raw of [
    '{"id":"a","cvv":"8765432"}', '{"id":"a","cvv": 8765432 ,"b":1}', '{"cvv":"8765432', '{"CVV2" : "87\\"65432","b":"kept"}',
    '{"pinBlock":{"value":["8765432","}"],"x":8765432},"b":"kept"}', '{"a":{"track2":[8765432,8765432', '{"cv\\u0076":"8765432"}',
    '{"inner":"{\\"cvv\\":\\"8765432\\",\\"b\\":1}"}', 'a=1&cvv=8765432&b=kept', 'cvv: 8765432', '<cvv>8765432</cvv><b>kept</b>',
    '<pin type="x">8765432</pin>', "{'cvv':'8765432'}", '{"security code":"8765432"}', 'card.cvv=8765432; x',
    `{"cvv"${' '.repeat(300)}: "8765432"}`,
    '{"cvv":"8765432","pin":"8765432","cvv":8765432}',
  ]) {
    const kept = keptOf(raw, 2000);
    assert.ok(!kept.includes('8765432') && !kept.includes('65432'), `${raw} → ${kept}`);
    if (raw.includes('kept')) assert.ok(kept.includes('kept'), kept);
  } // biome-ignore format: a list
});

test('T5 what is kept of raw input holds no card number, also at the place where it is cut', () => {
  const raw = `{"id":"a","accountId":"4012888888881881","x":"4012\\u0038888 88881881","broken`;
  assert.equal(keptOf(raw, 2000), '{"id":"a","accountId":"401288xxxxxx1881","x":"401288xxxxxx1881","broken');
  for (let limit = 1; limit < 80; limit++) assert.ok(!/\d{7}/.test(keptOf(raw, limit)), String(limit));
  assert.equal(keptOfBytes(null, 10), '');
  assert.ok(!/\d{7}/.test(keptOfBytes(Buffer.from('4012888888881881', 'utf16le'), 2000)));
  assert.ok(!keptOfBytes(Buffer.from(raw), 30).includes('40128888'));
  assert.equal(keptOf('a\u0000b', 10), 'a\ufffdb');
});
