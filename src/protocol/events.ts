// Events besides payments: what a customer did, as it comes in and as it is found again.
import { type Static, Type } from 'typebox';
import { type CustomerEventJson, EVENT_KINDS } from '../domain/customer-event.ts';
import { ID_MAX_LENGTH } from '../domain/transaction.ts';
import { OwnFields, SentOwnFields, takenOf } from './decisions.ts';
import { Identifier, Time } from './fields.ts';
import { At, Component, OneOf, operation, type SchemasOf } from './operation.ts';
import { PageCursor, PageLimit, SEARCH_WORDS, SearchPage } from './pages.ts';
import { Problem } from './problem.ts';

const capability = 'events';

const KIND_WORDS = `${EVENT_KINDS.join(', ')}, or a kind of the data model`;

const EXAMPLE = {
  id: 'e1',
  kind: 'failed_login',
  occurredAt: '2026-11-23T14:58:00Z',
  accountId: 'a1',
  deviceId: 'd1',
  attributes: { 'session.id': 's9' },
};

/** Bodies are checked by the domain parser, which lists every problem: this is for whoever reads. */
export const CustomerEvent = Component(
  'CustomerEvent',
  {
    id: Identifier(ID_MAX_LENGTH),
    kind: Identifier(64, { description: KIND_WORDS, examples: ['login'] }),
    occurredAt: Time(),
    accountId: Type.Optional(
      Identifier(ID_MAX_LENGTH, { description: 'Required where attributes do not say whom it is about' }),
    ),
    deviceId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    ip: Type.Optional(Identifier(64)),
    counterpartyId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    country: Type.Optional(Identifier(2, { description: 'ISO 3166-1 alpha-2' })),
    currency: Type.Optional(
      Identifier(3, {
        description: 'ISO 4217: of money in attributes; required where there is any',
        examples: ['EUR'],
      }),
    ),
    attributes: Type.Optional(SentOwnFields),
  },
  {
    additionalProperties: false,
    examples: [EXAMPLE],
    description: 'Something that a customer did besides paying',
  },
);

const Text = Type.String();

const kept = {
  id: Text,
  kind: Type.String({ examples: ['login'] }),
  occurredAt: At(),
  accountId: Type.Optional(Text),
  deviceId: Type.Optional(Text),
  ip: Type.Optional(Text),
  counterpartyId: Type.Optional(Text),
  country: Type.Optional(Text),
  currency: Type.Optional(Type.String({ examples: ['EUR'] })),
  base: Type.Optional(
    Type.Object(
      {
        currency: Type.String({ examples: ['EUR'] }),
        rate: Type.Number({ description: 'Base units for one unit of what is converted' }),
        rateDate: Type.String({ format: 'date', examples: ['2026-11-23'] }),
        source: OneOf(['billing', 'imported', 'shipped']),
      },
      { description: 'What money is converted by into the base currency, where it is in another one' },
    ),
  ),
  attributes: Type.Optional(OwnFields),
} satisfies SchemasOf<CustomerEventJson>;

export const KeptEvent = Component('KeptEvent', kept, { description: 'An event as it is kept' });

export const StoredEvent = Component(
  'StoredEvent',
  {
    ...kept,
    offset: Type.Integer({ description: 'Where it stands in the order of what came in' }),
    receivedAt: At(),
  },
  { description: 'An event as it is kept; what is hidden from whoever asks is a token, or absent' },
);
export type StoredEvent = Static<typeof StoredEvent>;

const taken = takenOf('events', { 'session.id': 12 });
export const EventsTaken = Component('EventsTaken', taken);
export const EventsProblem = Component('EventsProblem', {
  ...Problem.properties,
  ...Type.Partial(Type.Object(taken)).properties,
});

export const EventPage = SearchPage('EventPage', StoredEvent);
export type EventPage = Static<typeof EventPage>;

export const addEvents = operation({
  id: 'addEvents',
  method: 'POST',
  path: '/v1/events',
  capability,
  summary: 'Take in events besides payments',
  description:
    'One event, a list, or one a line (application/x-ndjson), streamed, of any size, compressed or not: logins, failed logins, other ' +
    'passwords and addresses, devices that were bound, payees that were added, limits that were raised, and kinds of the data model. ' +
    'Answers how many are durably in the log, and every element that was not accepted with its problems (the first 1,000): 422, or ' +
    '409 where its id was used with other content. What was here before, just so, counts as repeated. 422 where nothing was taken. ' +
    'What is rejected also goes to the dead letters. Each event is in histories once; what is decided after it sees it.',
  permission: 'decide',
  repeatable: true,
  streamTypes: ['application/x-ndjson', 'application/json'],
  answers: { 200: EventsTaken },
  problems: [422],
  problemBody: EventsProblem,
});

export const listEvents = operation({
  id: 'listEvents',
  method: 'GET',
  path: '/v1/events',
  capability,
  summary: 'Events, the latest that came in first',
  description: `Asking by account needs permission to see identifiers (read_identifiers) besides. ${SEARCH_WORDS}`,
  permission: 'read',
  expensive: true,
  query: Type.Object(
    {
      accountId: Type.Optional(Identifier(ID_MAX_LENGTH)),
      kind: Type.Optional(Identifier(64)),
      cursor: Type.Optional(PageCursor),
      limit: Type.Optional(PageLimit),
    },
    { additionalProperties: false },
  ),
  answers: { 200: EventPage },
});
