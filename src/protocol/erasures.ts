// Erasing a person: what would go, asking for it, what was asked for.
import { type Static, Type } from 'typebox';
import { MAX_IDENTIFIERS, type NO_COUNTS } from '../domain/erasure.ts';
import { Identifier, Line, SafeInteger } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'erasures';
const CLOSED = { additionalProperties: false };
const MAX_FIELD = 64;
const MAX_VALUE = 256;
const MAX_REFERENCE = 120;

const STEPS = ['transactions', 'events', 'letters', 'prose', 'mentions', 'trail', 'runtime'] as const;
const HOLDS = ['alert', 'case', 'deadLetter', 'list', 'rule', 'catalogue'] as const;

const count = (description: string) => Type.Integer({ description });

/** Of each kind what is counted. */
const COUNTED = {
  transactions: count('Transactions: identifiers and what is personal go, the decision stays'),
  alerts: count('Alerts that were theirs'),
  events: count('Events besides payments'),
  deadLetters: count('Dead letters that name them'),
  notes: count('Notes on their alerts and cases'),
  files: count('Files at their alerts'),
  cases: count('Cases that are about nobody else'),
  mentions: count('Rows elsewhere that named them'),
  auditLines: count('Lines of the audit trail that named them'),
  histories: count('Histories that features are computed from'),
  records: count('Records of the log'),
} as const satisfies Readonly<Record<keyof typeof NO_COUNTS, unknown>>;

const { mentions: _m, auditLines: _a, histories: _h, records: _r, ...PLANNED } = COUNTED;

const PersonName = Type.Object(
  {
    field: Identifier(MAX_FIELD, {
      description:
        '`accountId`, or the name of a field of your own that is personal (`customerId`, `customer.email`)',
      examples: ['accountId'],
    }),
    value: Identifier(MAX_VALUE, { description: 'Its value', examples: ['DE89370400440532013000'] }),
  },
  CLOSED,
);

const Person = Type.Array(PersonName, {
  minItems: 1,
  maxItems: MAX_IDENTIFIERS,
  description: 'By what the person is named: a record that states one of these is theirs',
});

export const ErasurePlan = Component('ErasurePlan', {
  counts: Type.Object(PLANNED),
  holds: List(
    Type.Object({
      kind: OneOf(HOLDS),
      id: Type.String(),
      todo: Type.String({ description: 'What to do', examples: ['give a verdict on alert 17'] }),
    }),
    { description: 'What has to be brought to an end first' },
  ),
  related: List(Type.Object({ field: Type.String(), value: Type.String(), records: Type.Integer() }), {
    description:
      'What else names somebody in their records, and in how many of these. It goes with them; where it stands elsewhere, it goes ' +
      'when it is named as well',
  }),
  isComplete: Type.Boolean({
    description:
      'False where there was more to look through than anybody waits for: there are at least so many',
  }),
});
export type ErasurePlan = Static<typeof ErasurePlan>;

export const Erasure = Component('Erasure', {
  id: Type.Integer(),
  token: Type.String({
    description:
      'What stands in the place of their names in the audit trail; in what stays of their records another one does',
    examples: ['erased-k3f9m2x7q0vwb4td'],
  }),
  reference: Type.String({ description: 'What the bank calls the request' }),
  askedBy: Type.String(),
  askedAt: At(),
  doneAt: Nullable(At({ description: 'Null while it is under way' })),
  step: OneOf(STEPS, { description: 'What is being done; the last one of an erasure that is done' }),
  counts: Type.Object(COUNTED),
  trouble: Nullable(Type.String({ description: 'What kept it from going on; it is tried again' })),
});
export type Erasure = Static<typeof Erasure>;

export const Erasures = Component('Erasures', { items: List(Erasure) });
export type Erasures = Static<typeof Erasures>;

export const planErasure = operation({
  id: 'planErasure',
  method: 'POST',
  path: '/v1/erasures/plan',
  capability,
  summary: 'What an erasure would change, and what stands in its way',
  description: 'Nothing is changed.',
  permission: 'erase_people',
  identifiers: true,
  repeatable: true,
  expensive: true,
  body: Type.Object({ person: Person }, CLOSED),
  answers: { 200: ErasurePlan },
  problems: [422],
});

export const erasePerson = operation({
  id: 'erasePerson',
  method: 'POST',
  path: '/v1/erasures',
  capability,
  summary: 'Erase a person',
  description:
    'What is personal in their records goes: identifiers, devices, addresses, own fields that are personal, what people wrote about ' +
    'them. Decisions, amounts, times and scores stay, with a token in the place of the account that nobody can make again. It is done ' +
    'beside everything else, and goes on after a death. What comes in of them later is kept like anybody’s.',
  permission: 'erase_people',
  identifiers: true,
  audits: ['asked for an erasure'],
  body: Type.Object(
    {
      person: Person,
      reference: Line(MAX_REFERENCE, {
        description: 'What the bank calls the request. It stays, and must not name the person',
        examples: ['DSR-2026-0117'],
      }),
    },
    CLOSED,
  ),
  answers: { 202: Erasure },
  problems: [409, 422],
});

export const listErasures = operation({
  id: 'listErasures',
  method: 'GET',
  path: '/v1/erasures',
  capability,
  summary: 'Erasures that were asked for, newest first',
  permission: 'erase_people',
  answers: { 200: Erasures },
});

export const getErasure = operation({
  id: 'getErasure',
  method: 'GET',
  path: '/v1/erasures/:id',
  capability,
  summary: 'How far an erasure is',
  permission: 'erase_people',
  params: Type.Object({ id: SafeInteger({ minimum: 1 }) }),
  answers: { 200: Erasure },
  problems: [404],
});
