// Records and messages of the stream's topics, for whoever writes to them or reads from them. src/stream has what writes and reads.
import { Type } from 'typebox';
import { QUARANTINE_STEPS } from '../domain/dead-letter.ts';
import { OUTCOMES } from '../domain/decision.ts';
import { DRAWN_BY } from '../domain/draw.ts';
import { LABEL_SOURCES } from '../domain/label.ts';
import { Reason, RuleHit, StoredTransaction, Transaction } from './decisions.ts';
import { CustomerEvent, KeptEvent } from './events.ts';
import { At, Component, List, OneOf } from './operation.ts';

const SOURCE_OFFSET = { description: 'Of the record on the transactions topic, in the same partition' };

export const LabelRecord = Component(
  'LabelRecord',
  {
    transactionId: Type.String(),
    fraud: Type.Boolean(),
    fraudType: Type.Optional(Type.String()),
    source: OneOf(LABEL_SOURCES),
    labelledAt: At(),
    accountId: Type.String(),
    occurredAt: At({ description: 'Of the transaction' }),
    merchantId: Type.Optional(Type.String()),
    deviceId: Type.Optional(Type.String()),
    ip: Type.Optional(Type.String()),
    counterpartyId: Type.Optional(Type.String()),
  },
  { description: 'A verdict with the keys of the histories that it belongs to (header kind: label)' },
);

const KeptConcept = Component('KeptConcept', {
  concept: Type.String(),
  contribution: Type.Number(),
  told: Type.Optional(
    List(Type.Object({ text: Type.String(), features: List(Type.String()) }), {
      description: 'Parts of its sentence, with the features that each tells of',
    }),
  ),
});

export const DecisionMessage = Component('DecisionMessage', {
  kind: Type.Literal('decision'),
  offset: Type.Integer(SOURCE_OFFSET),
  transactionId: Type.String(),
  outcome: OneOf(OUTCOMES),
  score: Type.Number({ description: 'Calibrated probability of fraud, 0 to 1' }),
  receivedAt: At(),
  decidedAt: At(),
  engineMs: Type.Number(),
  country: Type.Optional(Type.String()),
  reasons: List(Reason),
  concepts: Type.Optional(
    List(KeptConcept, { description: 'What moved the score, by concept; absent where there is none' }),
  ),
  rules: List(RuleHit),
  modelVersion: Type.String(),
  rulesetVersion: Type.String(),
  catalogueHash: Type.String({ description: 'Of the features, their order and meaning' }),
  contentHash: Type.String({ description: 'Of what the transaction says' }),
  draw: Type.Optional(
    Type.Object(
      {
        by: OneOf(DRAWN_BY),
        chance: Type.Number({ description: 'Above 0; 1 where it was flagged' }),
      },
      {
        description:
          'Why people look at it, and with which chance; absent where they do not, or nothing is drawn',
      },
    ),
  ),
  features: Type.String({ description: 'Base64 of the features as the model saw them' }),
  transaction: StoredTransaction,
});

export const EventMessage = Component(
  'EventMessage',
  {
    kind: Type.Literal('event'),
    offset: Type.Integer(SOURCE_OFFSET),
    receivedAt: At(),
    contentHash: Type.String({ description: 'Of what the event says' }),
    event: KeptEvent,
  },
  { description: 'Histories have this event; decisions behind it were made with it' },
);

export const LabelMessage = Component('LabelMessage', {
  kind: Type.Literal('label'),
  offset: Type.Integer(SOURCE_OFFSET),
  label: LabelRecord,
});

export const ClaimMessage = Component(
  'ClaimMessage',
  { kind: Type.Literal('claim'), offset: Type.Integer(SOURCE_OFFSET) },
  { description: 'Written by whoever takes over a partition: how far its output goes' },
);

export const DeadLetterMessage = Component('DeadLetterMessage', {
  kind: Type.Literal('dead-letter'),
  offset: Type.Integer(SOURCE_OFFSET),
  receivedAt: At(),
  key: Type.String(),
  raw: Type.String({
    description: 'The first 2,000 characters without card numbers; of what was accepted, all of it',
  }),
  problems: List(Type.Object({ pointer: Type.String(), message: Type.String() })),
  quarantine: Type.Optional(
    Type.Object(
      {
        step: OneOf(QUARANTINE_STEPS),
        subject: Type.Optional(
          Type.Union([
            Type.Object({
              kind: OneOf(['transaction', 'label']),
              accountId: Type.String(),
              transactionId: Type.String(),
            }),
            Type.Object({
              kind: Type.Literal('event'),
              accountId: Type.Optional(Type.String()),
              eventId: Type.String(),
            }),
          ]),
        ),
      },
      { description: 'It was accepted, and could not be dealt with' },
    ),
  ),
});

/** What is on each topic; names of topics begin with KAFKA_TOPIC_PREFIX. */
export const TOPICS = {
  transactions: {
    about:
      'What is to be decided, events besides payments (header kind: event), and labels; the key of a record is its account, ' +
      'of an event without one whom it is about',
    messages: [Transaction, CustomerEvent, LabelRecord],
  },
  decisions: {
    about:
      'What was decided, observed and labelled, in the order of the partition; read committed messages only',
    messages: [DecisionMessage, EventMessage, LabelMessage, ClaimMessage],
  },
  'dead-letters': {
    about: 'What could not be read, and what is in quarantine',
    messages: [DeadLetterMessage, ClaimMessage],
  },
} as const;
