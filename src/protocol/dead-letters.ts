// Dead letters: input that could not be used, and records in quarantine.
import { type Static, Type } from 'typebox';
import { DEAD_LETTER_CHARACTERS, DEAD_LETTER_STATES, QUARANTINE_STEPS } from '../domain/dead-letter.ts';
import { Identifier, Prose, SafeInteger } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';
import { PageCursor, PageLimit } from './pages.ts';

const capability = 'pipeline';

export const DeadLetterRow = Component('DeadLetterRow', {
  id: Type.Integer(),
  receivedAt: At(),
  source: Type.String({ description: 'Where it came from' }),
  state: OneOf(DEAD_LETTER_STATES),
  times: Type.Integer({ description: 'How often it failed' }),
  changedAt: At(),
  changedBy: Nullable(Type.String()),
  step: Nullable(
    OneOf(QUARANTINE_STEPS, {
      description: 'What failed of a record in quarantine; null where input was refused as what it is',
    }),
  ),
  decided: Type.Boolean({ description: 'It was decided nevertheless, and only storing it failed' }),
  kind: Nullable(OneOf(['transaction', 'event', 'label'])),
  problems: List(Type.Object({ pointer: Type.String(), message: Type.String() })),
  raw: Type.Optional(Type.String({ description: 'For those who may see identifiers, like the ids below' })),
  mended: Type.Optional(
    Type.String({ description: 'What somebody put in the place of `raw`; it is tried instead' }),
  ),
  transactionId: Type.Optional(Type.String()),
  eventId: Type.Optional(Type.String()),
  accountId: Type.Optional(Type.String()),
});
export type DeadLetterRow = Static<typeof DeadLetterRow>;

export const DeadLetterPage = Component('DeadLetterPage', {
  total: Type.Integer(),
  quarantined: Type.Integer({ description: 'Open ones of the quarantine' }),
  items: List(DeadLetterRow),
  nextCursor: Nullable(SafeInteger({ description: 'For the next page; null on the last one' })),
});
export type DeadLetterPage = Static<typeof DeadLetterPage>;

export const RetriedLetter = Component('RetriedLetter', {
  id: Type.Integer(),
  state: OneOf(['resolved', 'retrying']),
  detail: Type.String(),
});
export type RetriedLetter = Static<typeof RetriedLetter>;

const LetterParams = Type.Object({ id: SafeInteger({ minimum: 1 }) });

export const listDeadLetters = operation({
  id: 'listDeadLetters',
  method: 'GET',
  path: '/v1/dead-letters',
  capability,
  summary: 'Input that could not be used, and records in quarantine, newest first',
  description:
    'A record in quarantine was accepted and could not be decided or stored; the others around it were. It stays until ' +
    'it is tried again or discarded.',
  permission: 'read',
  query: Type.Object(
    {
      state: Type.Optional(OneOf(DEAD_LETTER_STATES)),
      quarantined: Type.Optional(
        Type.Boolean({ description: 'Only what was accepted and could not be dealt with, or only the rest' }),
      ),
      cursor: Type.Optional(PageCursor),
      limit: Type.Optional(PageLimit),
    },
    { additionalProperties: false },
  ),
  answers: { 200: DeadLetterPage },
});

export const getDeadLetter = operation({
  id: 'getDeadLetter',
  method: 'GET',
  path: '/v1/dead-letters/:id',
  capability,
  summary: 'One dead letter',
  permission: 'read',
  params: LetterParams,
  answers: { 200: DeadLetterRow },
  problems: [404],
});

export const retryDeadLetter = operation({
  id: 'retryDeadLetter',
  method: 'POST',
  path: '/v1/dead-letters/:id/retry',
  capability,
  summary: 'Try a dead letter again',
  description:
    'One that could not be decided goes through the engine again, one whose decision could not be stored is stored; input ' +
    'that was refused is read again. What fails again stays, with the reason of now.',
  permission: 'handle_dead_letters',
  audits: ['tried again', 'could not try again'],
  params: LetterParams,
  answers: { 200: RetriedLetter },
  problems: [404, 409, 422],
});

export const mendDeadLetter = operation({
  id: 'mendDeadLetter',
  method: 'POST',
  path: '/v1/dead-letters/:id/mend',
  capability,
  summary: 'Mend a dead letter and try it again',
  description:
    'Takes a text in the place of what was sent, and tries that; what was sent is kept beside it. A text that cannot be read ' +
    'changes nothing. What was accepted keeps its kind, its id and its account; what was decided is not mended.',
  permission: 'handle_dead_letters',
  identifiers: true,
  audits: ['mended', 'tried again', 'could not try again'],
  params: LetterParams,
  body: Type.Object(
    { record: Prose(DEAD_LETTER_CHARACTERS, { description: 'The record as it should have been, as JSON' }) },
    { additionalProperties: false },
  ),
  answers: { 200: RetriedLetter },
  problems: [404, 409, 422],
});

/** So many letters at once. */
export const MOST_LETTERS = 200;
const LetterIds = Type.Array(SafeInteger({ minimum: 1 }), {
  minItems: 1,
  maxItems: MOST_LETTERS,
  uniqueItems: true,
});

export const HandledLetter = Component('HandledLetter', {
  id: Type.Integer(),
  outcome: OneOf(['resolved', 'retrying', 'discarded', 'refused']),
  detail: Type.String({ description: 'What became of it, or why not' }),
  problems: Type.Optional(List(Type.Object({ pointer: Type.String(), message: Type.String() }))),
});
export type HandledLetter = Static<typeof HandledLetter>;

export const HandledLetters = Component('HandledLetters', { results: List(HandledLetter) });

export const LetterMend = Type.Object(
  {
    pointer: Identifier(200, {
      description: 'The field to change, as a JSON pointer: /currency',
      pattern: '^/',
      examples: ['/currency'],
    }),
    value: Prose(2000, { description: 'What it is to be, as JSON; nothing takes the field out' }),
  },
  { additionalProperties: false },
);
export type LetterMend = Static<typeof LetterMend>;

export const retryDeadLetters = operation({
  id: 'retryDeadLetters',
  method: 'POST',
  path: '/v1/dead-letters/retry',
  capability,
  summary: 'Try several dead letters again, mended alike where one says how',
  description: 'Each by itself: what is refused costs itself, and the answer says what became of each.',
  permission: 'handle_dead_letters',
  audits: ['mended', 'tried again', 'could not try again'],
  body: Type.Object({ ids: LetterIds, mend: Type.Optional(LetterMend) }, { additionalProperties: false }),
  answers: { 200: HandledLetters },
});

export const discardDeadLetters = operation({
  id: 'discardDeadLetters',
  method: 'POST',
  path: '/v1/dead-letters/discard',
  capability,
  summary: 'Let go of several dead letters',
  permission: 'handle_dead_letters',
  audits: ['discarded'],
  body: Type.Object({ ids: LetterIds }, { additionalProperties: false }),
  answers: { 200: HandledLetters },
});

export const discardDeadLetter = operation({
  id: 'discardDeadLetter',
  method: 'POST',
  path: '/v1/dead-letters/:id/discard',
  capability,
  summary: 'Let go of a dead letter',
  description: 'It is not tried again, and its id is spent: the transaction may be sent under a new one.',
  permission: 'handle_dead_letters',
  audits: ['discarded'],
  params: LetterParams,
  answers: { 200: Component('DiscardedLetter', { id: Type.Integer(), state: OneOf(['discarded']) }) },
  problems: [404, 409],
});
