// The suspicious transaction report of a case as JSON, as docs/cases.md has it.
import { type Static, Type } from 'typebox';
import type { BaseAmount } from '../domain/base-amount.ts';
import { CASE_OUTCOMES } from '../domain/case.ts';
import { OUTCOMES } from '../domain/decision.ts';
import type { TransactionJson } from '../domain/transaction.ts';
import { Currency } from './amounts.ts';
import { Channel, OwnFields, RelatesTo, TransactionType } from './decisions.ts';
import { At, Component, List, Nullable, OneOf, type SchemasOf } from './operation.ts';

const AmountMinor = Type.Number({ description: 'Minor units', examples: [1234] });

const sent = {
  id: Type.String(),
  accountId: Type.String(),
  occurredAt: Type.String({
    description: 'In the offset of the place where it is known',
    format: 'date-time',
  }),
  amountMinor: AmountMinor,
  currency: Currency,
  type: TransactionType,
  channel: Type.Optional(Channel),
  merchant: Type.Optional(
    Type.Object({
      id: Type.String(),
      name: Type.Optional(Type.String()),
      mcc: Type.Optional(Type.String({ description: 'ISO 18245' })),
    }),
  ),
  country: Type.Optional(Type.String({ description: 'ISO 3166-1 alpha-2' })),
  city: Type.Optional(Type.String()),
  location: Type.Optional(Type.Object({ lat: Type.Number(), lon: Type.Number() })),
  deviceId: Type.Optional(Type.String()),
  ip: Type.Optional(Type.String()),
  counterpartyId: Type.Optional(Type.String()),
  counterpartyName: Type.Optional(Type.String()),
  billing: Type.Optional(Type.Object({ amountMinor: AmountMinor, currency: Currency })),
  base: Type.Optional(
    Type.Object(
      {
        amountMinor: AmountMinor,
        currency: Currency,
        rate: Type.Number({
          description:
            'Units of the base currency for one unit of `billing`, or of the amount where there is none',
        }),
        rateDate: Type.String({ description: 'The day that the rate is of', examples: ['2026-11-23'] }),
        source: OneOf(['billing', 'imported', 'shipped']),
      } satisfies SchemasOf<BaseAmount>,
      { description: 'In the desk’s base currency, where the amount itself is in another one' },
    ),
  ),
  attributes: Type.Optional(OwnFields),
  relatesTo: Type.Optional(RelatesTo),
} satisfies SchemasOf<TransactionJson>;

export const ReportedTransaction = Component(
  'ReportedTransaction',
  {
    ...sent,
    outcome: OneOf(OUTCOMES),
    score: Type.Number({ description: 'Probability of fraud, 0 to 1' }),
    reasons: List(Type.String(), { description: 'Sentences' }),
    rules: List(Type.Object({ id: Type.String(), text: Type.String() })),
    isFraud: Nullable(Type.Boolean({ description: 'Null where it is not labelled' })),
    fraudType: Nullable(Type.String()),
  },
  { description: 'A transaction as it was sent, and what was decided of it' },
);

export const SuspiciousReport = Component(
  'SuspiciousReport',
  {
    format: Type.Literal('goshawk-suspicious-report'),
    version: Type.Literal(1),
    reference: Type.String({ examples: ['case-17'] }),
    preparedAt: At(),
    preparedBy: Type.String(),
    reportingEntityId: Type.Integer(),
    institutionCode: Type.String(),
    title: Type.String(),
    outcome: Nullable(OneOf(CASE_OUTCOMES, { description: 'Null while the case is open' })),
    narrative: Type.String(),
    action: Type.String({ description: 'What was done about it' }),
    indicators: List(Type.String()),
    accounts: List(Type.String(), { description: 'That occur' }),
    knownFrauds: Type.Integer({ description: 'How many of the transactions are labelled fraud' }),
    transactions: List(ReportedTransaction, { description: 'Oldest first' }),
  },
  { description: 'The suspicious transaction report of a case, for systems of one’s own' },
);
export type SuspiciousReport = Static<typeof SuspiciousReport>;
