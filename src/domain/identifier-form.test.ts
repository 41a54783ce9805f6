import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identifierForm } from './identifier-form.ts';
import { parseTransaction } from './transaction.ts';

const SAME: Readonly<Record<string, readonly string[]>> = {
  DE89370400440532013000: ['DE89 3704 0044 0532 0130 00', 'de89370400440532013000', ' DE89-3704-0044-0532-0130-00 '],
  GB82WEST12345698765432: ['GB82 WEST 1234 5698 7654 32', 'gb82west12345698765432', 'GB82\u00a0WEST\u00a01234 5698765432'],
  'ann@bank.example': ['Ann@Bank.example', 'ANN@BANK.EXAMPLE', ' ann@bank.example'],
  '+442079460000': ['+44 20 7946 0000', '+44 (0)20 7946-0000', '+44.20.7946.0000', '+44\u00a02079460000'],
  'M\u00fcller-7': ['Mu\u0308ller-7', 'M\u00fcller-7 '],
}; // biome-ignore format: a line a form

/** Written alike by somebody, and not the same: nothing is made of them. */
const AS_THEY_ARE = [
  'Acc-17',
  'acc-17',
  'DE88 3704 0044 0532 0130 00',
  'DE89 3704',
  'AB12 cd34',
  '0170 123 4567',
  '+12',
  '+1 800 FLOWERS',
  '@handle',
  'a@b@c',
  '+4917012345678901234',
];

test('T11 an IBAN, an e-mail address, a telephone number and an accent are one identifier, however written', () => {
  for (const [form, written] of Object.entries(SAME)) {
    for (const text of written) assert.equal(identifierForm(text), form, text);
    assert.equal(identifierForm(form), form);
  }
  for (const text of AS_THEY_ARE) assert.equal(identifierForm(text), text);
});

test('T11 accounts, payees, devices and merchants have that form in a transaction', () => {
  const parsed = parseTransaction(
    {
      id: ' id 1 ',
      accountId: 'de89 3704 0044 0532 0130 00',
      counterpartyId: 'Bob@Pay.example',
      deviceId: '+49 170 1234567',
      merchant: { id: 'Cafe\u0301 ' },
      occurredAt: '2026-05-03T10:00:00Z',
      amountMinor: 100,
      currency: 'EUR',
      type: 'transfer',
    },
    Date.UTC(2026, 5, 1),
  );
  assert.ok(parsed.ok);
  const { id, accountId, counterpartyId, deviceId, merchant } = parsed.value;
  assert.deepEqual(
    [id, accountId, counterpartyId, deviceId, merchant?.id],
    [' id 1 ', 'DE89370400440532013000', 'bob@pay.example', '+491701234567', 'Caf\u00e9'],
  );
  assert.equal(parsed.wasChanged, true);
});
