import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transaction } from '../../domain/transaction.ts';
import type { StoredTransaction } from '../../ports/store.ts';
import { type Report, type ReportDetails, reportXml } from './suspicious-report.ts';

const PAYMENT: Transaction = {
  id: 'p-1',
  type: 'transfer',
  accountId: 'a-1',
  occurredAtMs: Date.UTC(2026, 4, 3, 10),
  amountMinor: 1_234_500,
  currency: 'HUF',
  counterpartyId: 'b-1',
};

const DETAILS: ReportDetails = {
  reportingEntityId: 17,
  institutionCode: 'BANKDEFF',
  localCurrency: 'EUR',
  exchangeRates: {},
  indicators: ['FRAUD'],
  action: 'blocked',
};

/** The report of one payment, which differs from PAYMENT by `about`. */
function xmlOf(about: Partial<Transaction>, details: Partial<ReportDetails> = {}): string {
  const stored: StoredTransaction = {
    offset: 1,
    transaction: { ...PAYMENT, ...about },
    receivedAtMs: PAYMENT.occurredAtMs,
    decision: {
      outcome: 'review',
      score: 0.9,
      reasons: [],
      concepts: [],
      rules: [],
    } as unknown as StoredTransaction['decision'],
    vector: new Uint8Array(),
    isFraud: undefined,
    fraudType: undefined,
  };
  const report: Report = {
    case: { id: 1, title: 'One', narrative: 'Told.', outcome: undefined } as Report['case'],
    transactions: [stored],
    preparedBy: 'Ann',
    preparedAtMs: PAYMENT.occurredAtMs,
  };
  return reportXml(report, { ...DETAILS, ...details });
}

test('C3 an identifier that a field has no room for ends in a sign, and stands in full in the description', () => {
  const id = 'p'.repeat(120);
  const account = 'IBAN'.repeat(20);
  const xml = xmlOf({ id, accountId: account }, { exchangeRates: { HUF: 0.0025 } });
  assert.match(xml, /<transactionnumber>p{99}~<\/transactionnumber>/);
  assert.match(xml, new RegExp(`<account>${account.slice(0, 49)}~</account>`));
  assert.match(xml, new RegExp(`<transaction_description>In full: number ${id}, account ${account}\\. `));
  assert.doesNotMatch(xmlOf({}, { exchangeRates: { HUF: 0.0025 } }), /~|In full/);
});

test('C3 amounts are in the digits of their currency, by the rate stated, else by the one decided with', () => {
  const stated = xmlOf({}, { exchangeRates: { HUF: 0.0025 } });
  assert.match(stated, /<amount_local>30.86</);
  assert.match(stated, /<foreign_amount>12345<\/foreign_amount>/);
  const base = { amountMinor: 3210, currency: 'EUR', rateDate: '2026-05-02' };
  const decided = xmlOf({ base: { ...base, rate: 0.0026, source: 'imported' } });
  assert.match(decided, /<amount_local>32.1</);
  assert.match(decided, /<foreign_exchange_rate>0.0026</);
  const billed = xmlOf({ base: { ...base, amountMinor: 246_900, rate: 1, source: 'billing' } });
  assert.match(billed, /<foreign_exchange_rate>0.2</, 'billing is worth what the scheme says it is');
  assert.throws(() => xmlOf({}), /what one HUF is worth/);
  assert.throws(
    () => xmlOf({ base: { ...base, rate: 0.0026, source: 'imported' } }, { localCurrency: 'USD' }),
    /in USD/,
  );
});

test('C3 a number is written in digits, however small', () => {
  assert.match(
    xmlOf({}, { exchangeRates: { HUF: 1e-7 } }),
    /<foreign_exchange_rate>0.0000001<\/foreign_exchange_rate>/,
  );
});
