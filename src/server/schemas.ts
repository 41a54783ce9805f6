// The API's shapes: one schema serves the types, the OpenAPI document and its page.
// Bodies are checked by the domain parser, which lists every problem, so their schemas are for the reader.
import { type Static, Type } from 'typebox';
import { LARGEST_MAX_AMOUNT_MINOR, MAX_AMOUNT_MINOR } from '../domain/amount.ts';
import { OUTCOMES, RULE_ACTIONS } from '../domain/decision.ts';
import { CHANNELS, ID_MAX_LENGTH, TRANSACTION_TYPES } from '../domain/transaction.ts';
import { MODEL_STATES } from '../ports/model-registry.ts';
import { Identifier, Line, Prose, SafeInteger, Said, Time } from './field-schema.ts';

export const oneOf = <T extends string>(values: readonly T[]) => Type.Enum([...values]);
const time = Time();

export const TransactionSchema = Type.Object(
  {
    id: Identifier(ID_MAX_LENGTH),
    accountId: Identifier(ID_MAX_LENGTH),
    occurredAt: time,
    amountMinor: SafeInteger({
      maximum: LARGEST_MAX_AMOUNT_MINOR,
      description: `Minor units; at most ${MAX_AMOUNT_MINOR} where the desk was not told otherwise`,
    }),
    currency: Identifier(3, { description: 'ISO 4217', examples: ['EUR'] }),
    type: oneOf(TRANSACTION_TYPES),
    channel: Type.Optional(oneOf(CHANNELS)),
    merchant: Type.Optional(
      Type.Object(
        {
          id: Identifier(ID_MAX_LENGTH),
          name: Type.Optional(Line(200)),
          mcc: Type.Optional(Identifier(4, { pattern: '^[0-9]{4}$', description: 'ISO 18245' })),
        },
        { additionalProperties: false },
      ),
    ),
    country: Type.Optional(Identifier(2, { description: 'ISO 3166-1 alpha-2' })),
    city: Type.Optional(Line(200)),
    location: Type.Optional(
      Type.Object(
        {
          lat: Type.Number({ minimum: -90, maximum: 90 }),
          lon: Type.Number({ minimum: -180, maximum: 180 }),
        },
        { additionalProperties: false },
      ),
    ),
    deviceId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    ip: Type.Optional(Identifier(64)),
    counterpartyId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    counterpartyName: Type.Optional(Line(200, { description: 'The payee, as the payer named it' })),
    billing: Type.Optional(
      Type.Object(
        {
          amountMinor: SafeInteger({ maximum: LARGEST_MAX_AMOUNT_MINOR }),
          currency: Identifier(3, { description: 'ISO 4217', examples: ['EUR'] }),
        },
        {
          additionalProperties: false,
          description:
            'What the scheme bills the cardholder, where that is another amount: it is what counts',
        },
      ),
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        id: 't1',
        accountId: 'a1',
        occurredAt: '2026-11-23T15:00:00Z',
        amountMinor: 1234,
        currency: 'EUR',
        type: 'purchase',
      },
    ],
  },
);

export const DecisionSchema = Type.Object({
  transactionId: Type.String(),
  outcome: oneOf(OUTCOMES),
  score: Type.Number(),
  reasons: Type.Array(
    Type.Object({
      feature: Type.String(),
      value: Type.Union([Type.Number(), Type.Null()]),
      contribution: Type.Number({
        description:
          'In log-odds of fraud where boosted trees decided, as a share of the votes where a forest did.',
      }),
      text: Type.String(),
    }),
  ),
  rules: Type.Array(
    Type.Object({
      id: Type.String(),
      version: Type.Optional(Type.Integer()),
      action: oneOf(RULE_ACTIONS),
      priority: Type.Optional(Type.Integer({ description: '1 is the most important' })),
      text: Type.String(),
      why: Type.Optional(
        Type.String({
          description:
            'Of a rule that screens names: the listed name, how well it fits, and which parts fit how.',
        }),
      ),
    }),
  ),
  modelVersion: Type.String(),
  rulesetVersion: Type.String(),
  catalogueHash: Type.String(),
  decidedAt: time,
});

export const ProblemSchema = Type.Object({
  type: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  detail: Type.String(),
  problems: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), message: Type.String() }))),
});

const limit = Type.Integer({ minimum: 1, maximum: 500, default: 50 });
const cursor = SafeInteger({ description: 'nextCursor of the page before' });

export const TransactionQuery = Type.Object(
  {
    accountId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    merchantId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    outcome: Type.Optional(oneOf(OUTCOMES)),
    country: Type.Optional(Identifier(2)),
    minScore: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    from: Type.Optional(time),
    until: Type.Optional(time),
    cursor: Type.Optional(cursor),
    limit: Type.Optional(limit),
  },
  { additionalProperties: false },
);
export type TransactionQuery = Static<typeof TransactionQuery>;

export const AlertQuery = Type.Object(
  {
    status: Type.Optional(oneOf(['open', 'confirmed', 'dismissed'] as const)),
    accountId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    outcome: Type.Optional(oneOf(['review', 'decline'] as const)),
    cursor: Type.Optional(cursor),
    limit: Type.Optional(limit),
  },
  { additionalProperties: false },
);
export type AlertQuery = Static<typeof AlertQuery>;

export const StatsQuery = Type.Object(
  { minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 720, default: 60 })) },
  { additionalProperties: false },
);
export type StatsQuery = Static<typeof StatsQuery>;

export const IdParams = Type.Object({ id: Identifier(ID_MAX_LENGTH) });
export type IdParams = Static<typeof IdParams>;

export const StoryQuery = Type.Object(
  { download: Type.Optional(Type.Boolean({ description: 'As a file' })) },
  { additionalProperties: false },
);
export type StoryQuery = Static<typeof StoryQuery>;

export const VersionParams = Type.Object({ version: Identifier(128) });
export type VersionParams = Static<typeof VersionParams>;

const who = Type.Optional(
  Line(100, { minLength: 0, description: 'Who does it, at a desk where nobody signs in' }),
);
const note = Prose(2000);

export const ReviewQuery = Type.Object(
  {
    versions: Type.Optional(
      Identifier(1000, { description: 'With commas between; the champion where not said' }),
    ),
  },
  { additionalProperties: false },
);
export type ReviewQuery = Static<typeof ReviewQuery>;

export const FileModelQuery = Type.Object(
  { who, notes: Type.Optional(note) },
  { additionalProperties: false },
);
export type FileModelQuery = Static<typeof FileModelQuery>;

export const WhoBody = Type.Object({ who, note: Type.Optional(note) }, { additionalProperties: false });
export type WhoBody = Static<typeof WhoBody>;

export const MoveBody = Type.Object(
  {
    state: oneOf(MODEL_STATES),
    share: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: 'Of the accounts, for a challenger' }),
    ),
    who,
    note: Type.Optional(note),
    override: Type.Optional(Said(2000, { description: 'Why, although the gate is shut' })),
  },
  { additionalProperties: false, examples: [{ state: 'challenger', share: 0.1, who: 'R. Okafor' }] },
);
export type MoveBody = Static<typeof MoveBody>;
