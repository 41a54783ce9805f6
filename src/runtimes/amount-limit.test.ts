import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LARGEST_MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR } from '../domain/amount.ts';
import { amountLimit, maxAmountMinor } from './amount-limit.ts';
import { streamSettings } from './stream-settings.ts';

test('T7 a bank says how much one transaction may move; what cannot be is refused with what can', () => {
  assert.equal(maxAmountMinor({}), MAX_AMOUNT_MINOR);
  assert.equal(maxAmountMinor({ MAX_AMOUNT_MINOR: '' }), MAX_AMOUNT_MINOR);
  assert.equal(maxAmountMinor({ MAX_AMOUNT_MINOR: '500' }), 500);
  assert.equal(amountLimit('--max-amount-minor', String(LARGEST_MAX_AMOUNT_MINOR)), LARGEST_MAX_AMOUNT_MINOR);
  for (const wrong of ['0', '-1', '1.5', 'much', 'NaN', '1e400', String(LARGEST_MAX_AMOUNT_MINOR + 1)]) {
    assert.throws(() => maxAmountMinor({ MAX_AMOUNT_MINOR: wrong }), {
      name: 'InputError',
      message: `MAX_AMOUNT_MINOR is "${wrong}"; it must be a whole number of minor units from 1 to 90071992547409.`,
    });
  }
  const servers = {
    KAFKA_BROKERS: 'localhost:9092',
    REDIS_URL: 'redis://localhost',
    DATABASE_URL: 'postgres://localhost/x',
    CARD_NUMBERS: 'refuse',
  };
  assert.equal(streamSettings({ ...servers, MAX_AMOUNT_MINOR: '7' }).maxAmountMinor, 7);
});
