// Dead letters: input that could not be used, and records in quarantine.
import { type Static, Type } from 'typebox';
import { DEAD_LETTER_STATES, QUARANTINE_STEPS } from '../domain/dead-letter.ts';
import { SafeInteger } from './fields.ts';
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
