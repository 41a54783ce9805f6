// Transactions that were decided: in tables, and the whole story of one.
import { type Static, Type } from 'typebox';
import { OUTCOMES, RULE_ACTIONS } from '../domain/decision.ts';
import { SAMPLED_BY } from '../domain/draw.ts';
import { ID_MAX_LENGTH } from '../domain/transaction.ts';
import { Amount, Currency } from './amounts.ts';
import { Channel, Concept, Decision, StoredTransaction, TransactionType } from './decisions.ts';
import { Identifier, Time } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';
import { PageCursor, PageLimit, SEARCH_WORDS, SearchPage } from './pages.ts';

export const TransactionRow = Component(
  'TransactionRow',
  {
    id: Type.String(),
    offset: Type.Integer({ description: 'Where it stands in the order of decisions' }),
    accountId: Type.String(),
    occurredAt: At(),
    decidedAt: At(),
    amountMinor: Type.Number({ examples: [1234] }),
    currency: Currency,
    base: Type.Optional(Amount),
    type: TransactionType,
    channel: Type.Optional(Channel),
    merchantName: Type.Optional(Type.String()),
    mcc: Type.Optional(Type.String()),
    country: Type.Optional(Type.String()),
    city: Type.Optional(Type.String()),
    score: Type.Number({ description: 'Probability of fraud, 0 to 1', examples: [0.12] }),
    outcome: OneOf(OUTCOMES),
    topReason: Type.Optional(Type.String()),
    topConcept: Type.Optional(
      Type.String({ description: 'What the reason is about, where no rule says it' }),
    ),
    isFraud: Type.Optional(Type.Boolean({ description: 'Where it is labelled' })),
  },
  { description: 'A decided transaction as a table shows it' },
);
export type TransactionRow = Static<typeof TransactionRow>;

export const Sample = Component(
  'Sample',
  {
    by: OneOf(SAMPLED_BY, {
      description: 'Drawn whatever its score, or by a draw that favours what the model is unsure of',
    }),
    chance: Type.Number({ description: 'Of being drawn, by either, before it was' }),
  },
  { description: 'A transaction that was approved, and drawn so that somebody says what it was' },
);
export type Sample = Static<typeof Sample>;

const Range = Type.Object({ low: Type.Number(), high: Type.Number() });

export const FeatureOfStory = Component('FeatureOfStory', {
  name: Type.String(),
  group: Type.String(),
  concept: Type.String({ description: 'What it is about: contributions are told by concept' }),
  unit: Type.String(),
  description: Type.String(),
  value: Nullable(Type.Number()),
  text: Type.String(),
  contribution: Nullable(
    Type.Number({ description: 'Null when the model that decided is not in service any more' }),
  ),
  usual: Nullable(Range),
  peers: Nullable(Range),
  afterwards: Type.Boolean({
    description: 'Computed after it was decided, for what went live since: neither rules nor model saw it',
  }),
});

export const ConceptOfStory = Component('ConceptOfStory', {
  ...Concept.properties,
  comparison: Nullable(
    Type.String({
      description:
        'What is usual for the account and for transactions of this kind, of what the sentence tells; null where it is not known',
    }),
  ),
});
export type ConceptOfStory = Static<typeof ConceptOfStory>;

const ConditionOfRule = Type.Object({
  text: Type.String(),
  holds: Nullable(Type.Boolean()),
  values: List(
    Type.Object({
      text: Type.String(),
      value: Nullable(Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
    }),
  ),
});

export const RuleOfStory = Component('RuleOfStory', {
  id: Type.String(),
  version: Type.Integer(),
  action: OneOf(RULE_ACTIONS),
  text: Type.String(),
  why: Nullable(
    Type.String({
      description: 'What the names that it screened fitted when it was decided; null where it screened none',
    }),
  ),
  shadow: Type.Boolean(),
  conditions: List(ConditionOfRule, { description: 'Empty for rules that are not filed any more' }),
});

export const TransactionStory = Component(
  'TransactionStory',
  {
    transaction: StoredTransaction,
    decision: Decision,
    offset: Type.Integer(),
    peers: Type.Integer({
      description: 'How many transactions of its type and channel it is compared with',
    }),
    alertId: Nullable(Type.Integer({ description: 'The alert that it belongs to' })),
    sample: Nullable(Sample),
    isFraud: Nullable(Type.Boolean()),
    fraudType: Nullable(Type.String()),
    headline: Type.String({ description: 'Why it was decided so, in a line' }),
    concepts: List(ConceptOfStory, {
      description:
        'What moved the score, by concept, those that are told first; empty where they were not kept and the model is not known any more',
    }),
    features: List(FeatureOfStory, {
      description:
        '`usual`: the middle four fifths of the account’s earlier transactions; `peers`: of the latest ones of this type and channel',
    }),
    contributionUnit: Nullable(
      OneOf(['vote', 'log-odds'], {
        description: 'What contributions add up to: shares of a forest’s vote, or log-odds of boosted trees',
      }),
    ),
    baseVote: Nullable(Type.Number()),
    vote: Nullable(Type.Number()),
    rules: List(RuleOfStory, { description: 'Rules that held, with what each of their conditions was' }),
    neighbours: List(TransactionRow, { description: 'The account’s transactions around it, oldest first' }),
  },
  { description: 'All there is to say about one transaction' },
);
export type TransactionStory = Static<typeof TransactionStory>;

export const TransactionPage = SearchPage('TransactionPage', TransactionRow);
export type TransactionPage = Static<typeof TransactionPage>;

const TransactionQuery = Type.Object(
  {
    accountId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    merchantId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    outcome: Type.Optional(OneOf(OUTCOMES)),
    country: Type.Optional(Identifier(2)),
    minScore: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    from: Type.Optional(Time()),
    until: Type.Optional(Time()),
    cursor: Type.Optional(PageCursor),
    limit: Type.Optional(PageLimit),
  },
  { additionalProperties: false },
);

export const DownloadQuery = Type.Object(
  { download: Type.Optional(Type.Boolean({ description: 'As a file' })) },
  { additionalProperties: false },
);

export const listTransactions = operation({
  id: 'listTransactions',
  method: 'GET',
  path: '/v1/transactions',
  capability: 'transactions',
  summary: 'Decided transactions, newest first',
  description: `Asking by account or merchant needs permission to see identifiers (read_identifiers) besides. ${SEARCH_WORDS}`,
  permission: 'read',
  expensive: true,
  query: TransactionQuery,
  answers: { 200: TransactionPage },
});

export const getTransaction = operation({
  id: 'getTransaction',
  method: 'GET',
  path: '/v1/transactions/:id',
  pathByAnyId: '/v1/transaction',
  capability: 'transactions',
  summary: 'The whole story of a transaction',
  description:
    'Decision, reasons, every feature with its contribution, and the account’s transactions around it. It is explained ' +
    'by the model that decided, whatever decides by now; `download` makes it a file.',
  permission: 'read',
  viewed: 'transaction',
  params: Type.Object({ id: Identifier(ID_MAX_LENGTH) }),
  query: DownloadQuery,
  answers: { 200: TransactionStory },
  problems: [404],
});
