import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cardMode, cardSettingsFrom, cardsOfFiles } from './card-settings.ts';

test('T5 a process of a distributed installation has the key from outside, or does not start', () => {
  const key = Buffer.alloc(32, 7).toString('base64');
  assert.throws(() => cardSettingsFrom({}), /CARD_TOKEN_KEY is not set/);
  assert.equal(cardSettingsFrom({ CARD_TOKEN_KEY: key }).policy.mode, 'token');
  assert.equal(cardSettingsFrom({ CARD_NUMBERS: 'refuse' }).policy.mode, 'refuse');
  assert.equal(cardsOfFiles({}).mode, 'refuse');
  assert.throws(
    () => cardMode('CARD_NUMBERS', 'maybe'),
    /CARD_NUMBERS is "maybe"; it must be one of token, refuse/,
  );
  for (const bad of ['short', 'x'.repeat(42), '%'.repeat(60), key.slice(0, -4)]) {
    assert.throws(
      () => cardSettingsFrom({ CARD_TOKEN_KEY: bad }),
      (error: Error) => /at least 32 random bytes/.test(error.message) && !error.message.includes(bad),
    );
  }
  const inBase64Url = Buffer.alloc(32, 0xfb).toString('base64url');
  assert.equal(
    cardSettingsFrom({ CARD_TOKEN_KEY: inBase64Url }).keyCheck,
    cardSettingsFrom({ CARD_TOKEN_KEY: Buffer.alloc(32, 0xfb).toString('base64') }).keyCheck,
  );
});
