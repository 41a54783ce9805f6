// The catalogue document as it goes over the wire: own fields, entities, kinds of events, types and channels, and features. What it
// must be is looked at by the domain's reader, which tells every problem with its place: this is for whoever reads.
import { type Static, Type } from 'typebox';
import { FIELD_TYPES } from '../domain/data-model.ts';
import { MAX_EXPRESSION } from '../domain/rule.ts';
import { Identifier, Int32, Line, Prose } from './fields.ts';
import { Component, List, OneOf } from './operation.ts';

const CLOSED = { additionalProperties: false } as const;
const MAX_NAME = 64;
const MAX_VALUES = 1000;
const LARGEST = 1e15;

const Name = (example: string) => Identifier(MAX_NAME, { examples: [example] });
const Words = (description: string) => Type.Optional(Line(500, { description }));
const Bounded = (description: string) =>
  Type.Optional(Type.Number({ minimum: -LARGEST, maximum: LARGEST, description }));
const Many = <S extends Parameters<typeof Type.Array>[0]>(items: S, maxItems: number) =>
  Type.Array(items, { maxItems });

export const DataField = Component(
  'DataField',
  {
    name: Identifier(MAX_NAME, { description: 'Its path in `attributes`', examples: ['customer.segment'] }),
    type: OneOf(FIELD_TYPES),
    description: Line(500),
    personal: Type.Boolean({
      description: 'Hidden from who may not see identifiers; erased with the person',
    }),
    minimum: Bounded('Of numbers and money'),
    maximum: Bounded('Of numbers and money'),
    values: Type.Optional(Many(Line(200), MAX_VALUES)),
    feature: Type.Optional(
      Type.Boolean({
        description: 'Whether it is a feature by itself: numbers, money, booleans and categories are',
      }),
    ),
  },
  CLOSED,
);

const Entity = Component(
  'DataEntity',
  {
    name: Name('customer'),
    description: Line(500),
    key: Many(Identifier(MAX_NAME, { examples: ['customerId'] }), 2),
  },
  CLOSED,
);

const Code = Component('DataCode', { name: Name('wallet'), description: Line(500) }, CLOSED);

const DataModel = Component(
  'DataModel',
  {
    fields: Type.Optional(Many(DataField, 500)),
    entities: Type.Optional(Many(Entity, 20)),
    events: Type.Optional(Many(Code, 50)),
    types: Type.Optional(Many(Code, 50)),
    channels: Type.Optional(Many(Code, 50)),
  },
  CLOSED,
);

const Expression = (description: string) =>
  Type.Optional(Prose(MAX_EXPRESSION, { description, examples: ['true'] }));
const Span = (description: string) => Type.Optional(Identifier(12, { description, examples: ['7d'] }));

const FeatureDefinition = Component(
  'FeatureDefinition',
  {
    name: Name('customer_devices_7d'),
    kind: OneOf(['field', 'encoded', 'expression', 'aggregate']),
    description: Words('What it is'),
    unit: Words('Of its value'),
    missing: Words('When it has no value'),
    sentence: Type.Optional(
      Prose(1000, { description: 'What an analyst reads; CEL over `value` in braces' }),
    ),
    concept: Words('What it is about, for reasons by concept'),
    field: Type.Optional(
      Identifier(MAX_NAME, { description: 'Of kinds field and encoded', examples: ['customer.segment'] }),
    ),
    delayed: Type.Optional(
      Type.Boolean({ description: 'Rows of training know what was known at their time' }),
    ),
    prior: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1e9, description: 'Rows that the overall rate counts for' }),
    ),
    expression: Expression('CEL over `transaction` and other features'),
    entity: Type.Optional(Name('customer')),
    by: Type.Optional(Many(Identifier(MAX_NAME, { examples: ['counterpartyId'] }), 2)),
    measure: Type.Optional(
      Identifier(MAX_NAME, { description: 'As docs/features.md lists them', examples: ['distinct'] }),
    ),
    of: Expression('A field, or CEL over the record'),
    where: Expression('CEL over the record: only what meets it counts'),
    events: Type.Optional(Many(Name('failed_login'), 50)),
    window: Span('Such as 1h, 24h, 7d'),
    delay: Span('The window ends so long ago'),
    current: Type.Optional(Type.Boolean({ description: 'Whether the current record counts' })),
    upTo: Type.Optional(Int32({ description: 'Different values that are told apart' })),
    times: Type.Optional(Type.Number({ minimum: 0, maximum: 1e9 })),
    limit: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1e9, description: 'Ages beyond it count as it' }),
    ),
    otherwise: Type.Optional(
      Type.Number({
        minimum: -1e15,
        maximum: 1e15,
        description: 'Instead of a missing age, or a rate over nothing',
      }),
    ),
    anyTime: Type.Optional(
      Type.Boolean({ description: 'Running sums also where all that is known is stamped later' }),
    ),
    added: Type.Optional(
      Type.Boolean({ description: 'The record is put into the history before it is read' }),
    ),
  },
  CLOSED,
);

const EXAMPLE = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [
      { name: 'customerId', type: 'id', description: 'The customer behind the account', personal: true },
    ],
    entities: [{ name: 'customer', description: 'Who owns accounts', key: ['customerId'] }],
  },
  features: [
    {
      name: 'customer_devices_7d',
      kind: 'aggregate',
      description: 'Devices that the customer used in seven days',
      unit: 'devices',
      missing: 'missing without a customer',
      sentence: '{value} devices in seven days',
      entity: 'customer',
      measure: 'distinct',
      of: 'deviceId',
      window: '7d',
    },
  ],
};

export const CatalogueDocument = Component(
  'CatalogueDocument',
  {
    format: Identifier(40, { examples: ['goshawk-catalogue-1'] }),
    standard: Type.Union([OneOf(['all', 'none']), Many(Identifier(MAX_NAME), 200)], {
      description: 'Which of the program’s features are in it',
    }),
    data: Type.Optional(DataModel),
    features: Type.Optional(Many(FeatureDefinition, 500)),
  },
  { ...CLOSED, description: 'Own data and features (docs/data.md)', examples: [EXAMPLE] },
);
export type CatalogueDocument = Static<typeof CatalogueDocument>;

/** What somebody holds against what is there now. */
export const Places = List(
  Type.Object({
    pointer: Type.String({ description: 'Where in the document (RFC 6901)' }),
    message: Type.String(),
  }),
);
