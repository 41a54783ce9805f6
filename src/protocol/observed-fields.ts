// Own fields that arrived lately and that nobody declared.
import { type Static, Type } from 'typebox';
import { FIELD_TYPES } from '../domain/data-model.ts';
import { At, Component, List, OneOf, operation } from './operation.ts';

export const ObservedField = Component('ObservedField', {
  name: Type.String({ description: 'Its dotted path in `attributes`', examples: ['customer.segment'] }),
  type: OneOf(FIELD_TYPES, { description: 'What it looks like' }),
  advice: Type.Optional(
    Type.String({
      description: 'What to know before it is declared: what could come otherwise, or would be refused',
    }),
  ),
  seen: Type.Integer({ description: 'Transactions and events that had it' }),
  events: Type.Optional(Type.Integer({ description: 'Of them, events; absent where none had it' })),
  absent: Type.Number({
    description:
      'Of the transactions since it was seen first, the share that had it not; of the events likewise where they had it',
    examples: [0.12],
  }),
  firstSeen: At(),
  lastSeen: At(),
  samples: List(Type.String(), {
    description: 'Up to three, masked; none for whoever may not see identifiers',
  }),
});
export type ObservedField = Static<typeof ObservedField>;

export const ObservedFields = Component('ObservedFields', {
  transactions: Type.Integer({ description: 'Looked at since they have own fields' }),
  events: Type.Optional(Type.Integer({ description: 'Looked at since they have own fields' })),
  fields: List(ObservedField, {
    description: 'At most 1,000 of transactions and 1,000 of events, those that come most often first',
  }),
});
export type ObservedFields = Static<typeof ObservedFields>;

export const listObservedFields = operation({
  id: 'listObservedFields',
  method: 'GET',
  path: '/v1/observed-fields',
  capability: 'data',
  summary: 'Own fields that arrive and that nobody declared',
  description:
    'What came in `attributes` and is not in the data model that is live: it is kept with its transactions, and once it is declared it ' +
    'is there for the past too. What came in the last seconds may be missing.',
  permission: 'read',
  answers: { 200: ObservedFields },
});
