// Transactions as they come in, and what is decided of them.
import { type Static, type TSchema, Type } from 'typebox';
import { LARGEST_MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR } from '../domain/amount.ts';
import { MAX_ATTRIBUTE_LEVELS, MAX_ATTRIBUTE_TEXT, MAX_ATTRIBUTES } from '../domain/attributes.ts';
import { CONCEPTS } from '../domain/concept.ts';
import { OUTCOMES, RULE_ACTIONS } from '../domain/decision.ts';
import {
  CHANNELS,
  ID_MAX_LENGTH,
  RELATION_KINDS,
  TRANSACTION_TYPES,
  type TransactionJson,
} from '../domain/transaction.ts';
import { Identifier, Line, SafeInteger, Time } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation, type SchemasOf } from './operation.ts';
import { Problem } from './problem.ts';

const EXAMPLE = {
  id: 't1',
  accountId: 'a1',
  occurredAt: '2026-11-23T15:00:00Z',
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
};

const Closed = <const P extends Parameters<typeof Type.Object>[0]>(properties: P, description?: string) =>
  Type.Object(properties, {
    additionalProperties: false,
    ...(description !== undefined && { description }),
  });

const AmountMinor = SafeInteger({
  maximum: LARGEST_MAX_AMOUNT_MINOR,
  description: `Minor units; at most ${MAX_AMOUNT_MINOR} where the desk was not told otherwise`,
});
const Iso4217 = Identifier(3, { description: 'ISO 4217', examples: ['EUR'] });

const OWN_VALUE = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** Fields of the bank's own, flat by dotted path. */
export const OwnFields = Type.Record(Type.String(), OWN_VALUE, {
  description: 'Fields of one’s own by their dotted path (docs/data.md)',
  examples: [{ 'customer.segment': 'gold', 'risk.deviceScore': 0.7 }],
});

const OWN_NAME = '^[A-Za-z][A-Za-z0-9_]{0,63}([.][A-Za-z][A-Za-z0-9_]{0,61}){0,3}$';
const SENT_VALUES = [
  Line(MAX_ATTRIBUTE_TEXT),
  Type.Number({ minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE }),
  Type.Boolean(),
  Type.Null(),
];

/** Values, or objects of them down to so many levels. */
const sentOwnFields = (levels: number, description?: string): TSchema => ({
  type: 'object',
  additionalProperties: false,
  maxProperties: MAX_ATTRIBUTES,
  patternProperties: {
    [OWN_NAME]: { anyOf: levels > 1 ? [...SENT_VALUES, sentOwnFields(levels - 1)] : SENT_VALUES },
  },
  ...(description !== undefined && { description }),
});

/** Own fields as they are sent. */
export const SentOwnFields = Type.Unsafe<Readonly<Record<string, unknown>>>({
  ...sentOwnFields(
    MAX_ATTRIBUTE_LEVELS,
    'Fields of one’s own: texts, numbers, true or false, in objects or by dotted names; null is not stated (docs/data.md)',
  ),
  examples: [{ customer: { segment: 'gold' }, 'risk.deviceScore': 0.7 }],
});

const RelationKind = OneOf(RELATION_KINDS);

/** The transaction that another one takes back, completes or returns. */
export const RelatesTo = Type.Object(
  { transactionId: Type.String(), kind: RelationKind },
  { description: 'The transaction that this one takes back, completes or returns' },
);

const MAX_CODE = 64;
const TYPE_WORDS = `${TRANSACTION_TYPES.join(', ')}, or a type of one’s own`;
const CHANNEL_WORDS = `${CHANNELS.join(', ')}, or a channel of one’s own`;
/** As they are kept. */
export const TransactionType = Type.String({ description: TYPE_WORDS, examples: ['purchase'] });
export const Channel = Type.String({ description: CHANNEL_WORDS, examples: ['ecommerce'] });

/** Bodies are checked by the domain parser, which lists every problem: this is for whoever reads. */
export const Transaction = Component(
  'Transaction',
  {
    id: Identifier(ID_MAX_LENGTH),
    accountId: Identifier(ID_MAX_LENGTH),
    occurredAt: Time(),
    amountMinor: AmountMinor,
    currency: Iso4217,
    type: Identifier(MAX_CODE, { description: TYPE_WORDS, examples: ['purchase'] }),
    channel: Type.Optional(Identifier(MAX_CODE, { description: CHANNEL_WORDS, examples: ['ecommerce'] })),
    merchant: Type.Optional(
      Closed({
        id: Identifier(ID_MAX_LENGTH),
        name: Type.Optional(Line(200)),
        mcc: Type.Optional(Identifier(4, { pattern: '^[0-9]{4}$', description: 'ISO 18245' })),
      }),
    ),
    country: Type.Optional(Identifier(2, { description: 'ISO 3166-1 alpha-2' })),
    city: Type.Optional(Line(200)),
    location: Type.Optional(
      Closed({
        lat: Type.Number({ minimum: -90, maximum: 90 }),
        lon: Type.Number({ minimum: -180, maximum: 180 }),
      }),
    ),
    deviceId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    ip: Type.Optional(Identifier(64)),
    counterpartyId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    counterpartyName: Type.Optional(Line(200, { description: 'The payee, as the payer named it' })),
    billing: Type.Optional(
      Closed(
        { amountMinor: SafeInteger({ maximum: LARGEST_MAX_AMOUNT_MINOR }), currency: Iso4217 },
        'What the scheme bills the cardholder, where that is another amount: it is what counts',
      ),
    ),
    attributes: Type.Optional(SentOwnFields),
    relatesTo: Type.Optional(
      Closed(
        { transactionId: Identifier(ID_MAX_LENGTH), kind: RelationKind },
        'The transaction that this one takes back, completes or returns; it need not be here',
      ),
    ),
  },
  { additionalProperties: false, examples: [EXAMPLE] },
);

const Text = Type.String();

/** A transaction as it is kept: what is hidden from whoever asks is a token, or absent. */
export const StoredTransaction = Component(
  'StoredTransaction',
  {
    id: Text,
    accountId: Text,
    occurredAt: At(),
    amountMinor: Type.Number({ description: 'Minor units', examples: [1234] }),
    currency: Type.String({ examples: ['EUR'] }),
    type: TransactionType,
    channel: Type.Optional(Channel),
    merchant: Type.Optional(Type.Object({ id: Text, name: Type.Optional(Text), mcc: Type.Optional(Text) })),
    country: Type.Optional(Text),
    city: Type.Optional(Text),
    location: Type.Optional(Type.Object({ lat: Type.Number(), lon: Type.Number() })),
    deviceId: Type.Optional(Text),
    ip: Type.Optional(Text),
    counterpartyId: Type.Optional(Text),
    counterpartyName: Type.Optional(Text),
    billing: Type.Optional(
      Type.Object({ amountMinor: Type.Number(), currency: Type.String({ examples: ['EUR'] }) }),
    ),
    base: Type.Optional(
      Type.Object(
        {
          amountMinor: Type.Number(),
          currency: Type.String({ examples: ['EUR'] }),
          rate: Type.Number({ description: 'Base units for one unit of what was converted' }),
          rateDate: Type.String({ format: 'date', examples: ['2026-11-23'] }),
          source: OneOf(['billing', 'imported', 'shipped']),
        },
        { description: 'In the base currency, where the amount is in another one' },
      ),
    ),
    attributes: Type.Optional(OwnFields),
    relatesTo: Type.Optional(RelatesTo),
  } satisfies SchemasOf<TransactionJson>,
  { description: 'A transaction as it is kept; what is hidden from whoever asks is a token, or absent' },
);
export type StoredTransaction = Static<typeof StoredTransaction>;

export const Reason = Component('Reason', {
  feature: Type.String(),
  value: Nullable(Type.Number()),
  contribution: Type.Number({
    description:
      'In log-odds of fraud where boosted trees decided, as a share of the votes where a forest did.',
  }),
  text: Type.String(),
});

export const Concept = Component(
  'Concept',
  {
    concept: Type.String({
      description: `Of the program: ${CONCEPTS.join(', ')}; or as a document says of own features`,
      examples: ['payee'],
    }),
    contribution: Type.Number({ description: 'The sum of the contributions of all its features' }),
    text: Nullable(
      Type.String({
        description: 'What an analyst reads; null of concepts that are not told',
        examples: ['€3,576 to a payee never paid before: 14 × the account’s usual €255'],
      }),
    ),
    features: List(Type.String(), { description: 'Those that the sentence tells of' }),
  },
  { description: 'What the features of one concept did to the score together' },
);
export type Concept = Static<typeof Concept>;

export const RuleHit = Component('RuleHit', {
  id: Type.String(),
  version: Type.Optional(Type.Integer()),
  action: OneOf(RULE_ACTIONS),
  priority: Type.Optional(Type.Integer({ description: '1 is the most important' })),
  text: Type.String(),
  why: Type.Optional(
    Type.String({
      description:
        'Of a rule that screens names: the listed name, how well it fits, and which parts fit how.',
    }),
  ),
  shadow: Type.Optional(Type.Boolean({ description: 'Told, and without effect' })),
});

export const Decision = Component(
  'Decision',
  {
    transactionId: Type.String({ examples: ['t1'] }),
    outcome: OneOf(OUTCOMES),
    score: Type.Number({ description: 'Calibrated probability of fraud, 0 to 1', examples: [0.012] }),
    reasons: List(Reason),
    concepts: List(Concept, {
      description:
        'What moved the score: all contributions, added up by concept; those that are told come first, at most five. Empty of an approval',
    }),
    rules: List(RuleHit),
    modelVersion: Type.String(),
    rulesetVersion: Type.String(),
    catalogueHash: Type.String(),
    decidedAt: At(),
    undeclared: Type.Optional(
      List(Type.String(), {
        description:
          'Attributes that were sent and that nobody declared, the first 100: they are kept, and no rule or feature asks for them',
      }),
    ),
  },
  { description: 'What was decided of a transaction, why, and by what' },
);
export type Decision = Static<typeof Decision>;

/** Of one record among many that was not taken. */
export const RejectedRecord = Component('RejectedRecord', {
  index: Type.Integer({ description: 'Its place in the body, from 1 on' }),
  status: Type.Integer(),
  problems: List(Type.Object({ pointer: Type.String(), message: Type.String() })),
});
export type RejectedRecord = Static<typeof RejectedRecord>;

/** What is told of many records that came at once; `things` are what they are called. */
export const takenOf = (things: string, example: Readonly<Record<string, number>>) => ({
  accepted: Type.Integer({ description: 'Durably in the log' }),
  repeated: Type.Integer({ description: 'Here before, just so' }),
  rejected: Type.Integer(),
  errors: List(RejectedRecord, { description: 'The first 1,000' }),
  undeclared: Type.Optional(
    Type.Record(Type.String(), Type.Integer(), {
      description: `Attributes that nobody declared, and how many of the ${things} that were taken had them; the first 500`,
      examples: [example],
    }),
  ),
});
const taken = takenOf('transactions', { 'customer.segment': 1200 });
export const TransactionsTaken = Component('TransactionsTaken', taken);
export const TransactionsProblem = Component('TransactionsProblem', {
  ...Problem.properties,
  ...Type.Partial(Type.Object(taken)).properties,
});

export const decide = operation({
  id: 'decide',
  method: 'POST',
  path: '/v1/decisions',
  capability: 'decisions',
  summary: 'Decide one transaction',
  description:
    'Answers once the decision is committed. The same id again returns the same decision; with other content 409.',
  permission: 'decide',
  repeatable: true,
  body: Transaction,
  answers: { 200: Decision },
  problems: [409, 422],
});

export const addTransactions = operation({
  id: 'addTransactions',
  method: 'POST',
  path: '/v1/transactions',
  capability: 'decisions',
  summary: 'Take in many transactions',
  description:
    'NDJSON, JSON arrays, or one transaction, streamed, of any size; compressed by gzip, deflate, br or zstd where Content-Encoding ' +
    'says so. Answers how many are durably in the log, and every element that was not accepted with its problems (the first ' +
    '1,000): 422, or 409 where its id was used with other content. What was here before, just so, counts as repeated. 422 where ' +
    'nothing was taken. What is rejected also goes to the dead letters.',
  permission: 'decide',
  repeatable: true,
  streamTypes: ['application/x-ndjson', 'application/json'],
  answers: { 200: TransactionsTaken },
  problems: [422],
  problemBody: TransactionsProblem,
});
