// Dead letters and the quarantine: what is there and why, tried again or let go.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { isRecordFault, reasonOf } from '../../domain/fault.ts';
import { isObject } from '../../domain/fields.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { readJson } from '../../domain/json-text.ts';
import { parseLabel } from '../../domain/label.ts';
import type { Problem } from '../../domain/problem.ts';
import type { Sight } from '../../domain/sight.ts';
import type { LogRecord } from '../../engine/records.ts';
import type { Desk } from '../../ports/desk.ts';
import { DEAD_LETTER_STATES, type DeadLetter } from '../../ports/office/dead-letters.ts';
import type { DeadLetterRow } from '../../protocol/dead-letters.ts';
import { entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { oneOf, ProblemSchema } from '../schemas.ts';

const PAGE = 50;
const LAST_ID = Number.MAX_SAFE_INTEGER;

const DeadLetterQuery = Type.Object(
  {
    state: Type.Optional(oneOf(DEAD_LETTER_STATES)),
    quarantined: Type.Optional(
      Type.Boolean({ description: 'Only what was accepted and could not be dealt with, or only the rest' }),
    ),
    cursor: Type.Optional(
      Type.Integer({ minimum: 0, maximum: LAST_ID, description: 'nextCursor of the page before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: PAGE })),
  },
  { additionalProperties: false },
);
type DeadLetterQuery = Static<typeof DeadLetterQuery>;

const LetterParams = Type.Object({ id: Type.Integer({ minimum: 1, maximum: LAST_ID }) });
type LetterParams = Static<typeof LetterParams>;

/** What became of one that was tried again. */
type Retried =
  | { readonly ok: true; readonly state: 'resolved' | 'retrying'; readonly detail: string }
  | {
      readonly ok: false;
      readonly status: 409 | 422;
      readonly detail: string;
      readonly problems?: readonly Problem[];
    };

export function deadLetterRoutes(app: FastifyInstance, desk: Desk): void {
  const { deadLetters } = desk.office;
  const found = { 404: ProblemSchema, 409: ProblemSchema, 422: ProblemSchema };

  const noLetter = (reply: FastifyReply, id: number): FastifyReply =>
    sendProblem(
      reply,
      404,
      'Not found',
      `There is no dead letter ${id}; it may have been let go of meanwhile.`,
    );

  const rowFor = (request: FastifyRequest, letter: DeadLetter): DeadLetterRow =>
    deadLetterRow(letter, sightOf(request));

  app.get<{ Querystring: DeadLetterQuery }>(
    '/v1/dead-letters',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'Input that could not be used, and records in quarantine, newest first',
        description:
          'A record in quarantine was accepted and could not be decided or stored; the others around it were. It stays until ' +
          'it is tried again or discarded.',
        tags: ['Pipeline'],
        querystring: DeadLetterQuery,
      },
    },
    async (request) => {
      const { state, quarantined, cursor, limit = PAGE } = request.query;
      const [counts, letters] = await Promise.all([
        deadLetters.count(),
        deadLetters.page(
          {
            ...(state !== undefined && { state }),
            ...(quarantined !== undefined && { quarantined }),
            ...(cursor !== undefined && { before: cursor }),
          },
          limit,
        ),
      ]);
      return {
        ...counts,
        items: letters.map((letter) => rowFor(request, letter)),
        nextCursor: letters.length === limit ? letters[letters.length - 1].id : null,
      };
    },
  );

  app.get<{ Params: LetterParams }>(
    '/v1/dead-letters/:id',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'One dead letter',
        tags: ['Pipeline'],
        params: LetterParams,
        response: { 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const letter = await deadLetters.find(request.params.id);
      return letter ? rowFor(request, letter) : noLetter(reply, request.params.id);
    },
  );

  app.post<{ Params: LetterParams }>(
    '/v1/dead-letters/:id/retry',
    {
      config: { permission: 'handle_dead_letters' },
      schema: {
        summary: 'Try a dead letter again',
        description:
          'One that could not be decided goes through the engine again, one whose decision could not be stored is stored; input ' +
          'that was refused is read again. What fails again stays, with the reason of now.',
        tags: ['Pipeline'],
        params: LetterParams,
        response: found,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const letter = await deadLetters.find(id);
      if (!letter) return noLetter(reply, id);
      const retried = await retry(
        desk,
        letter,
        entryOf(request, desk.clock, 'tried again', `dead letter ${id}`),
      );
      if (!retried.ok) {
        const problems = retried.problems && problemsSeen(retried.problems, sightOf(request));
        return sendProblem(reply, retried.status, 'Not done', retried.detail, problems);
      }
      return { id, state: retried.state, detail: retried.detail };
    },
  );

  app.post<{ Params: LetterParams }>(
    '/v1/dead-letters/:id/discard',
    {
      config: { permission: 'handle_dead_letters' },
      schema: {
        summary: 'Let go of a dead letter',
        description:
          'It is not tried again, and its id is spent: the transaction may be sent under a new one.',
        tags: ['Pipeline'],
        params: LetterParams,
        response: found,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const letter = await deadLetters.find(id);
      if (!letter) return noLetter(reply, id);
      const entry = entryOf(request, desk.clock, 'discarded', `dead letter ${id}`);
      if (!(await deadLetters.move(id, 'open', 'discarded', entry)))
        return sendProblem(reply, 409, 'Conflict', notOpen(letter));
      return { id, state: 'discarded' };
    },
  );
}

const notOpen = ({ id, state, changedBy }: DeadLetter): string =>
  `Dead letter ${id} is ${state === 'open' ? 'being changed by somebody else' : state}${changedBy === undefined ? '' : ` (${changedBy})`}; only an open one can be tried again or discarded.`;

async function retry(desk: Desk, letter: DeadLetter, entry: ReturnType<typeof entryOf>): Promise<Retried> {
  const { deadLetters } = desk.office;
  const { id, quarantine } = letter;
  if (letter.state !== 'open') return { ok: false, status: 409, detail: notOpen(letter) };
  if (quarantine?.step === 'rebuilding') {
    const detail = `Dead letter ${id} is decided and stored; histories are built again at a start. Start a program that can take it, or discard it.`;
    return { ok: false, status: 409, detail };
  }
  if (!quarantine && letter.decidedAt) {
    const detail = `What dead letter ${id} holds is decided; its id belongs to another transaction. Send it with an id of its own.`;
    return { ok: false, status: 409, detail };
  }
  if (quarantine?.step === 'storing') return storeAgain(desk, letter, entry);
  const read = readAgain(letter, desk);
  if (!read.ok) {
    await deadLetters.failedAgain(id, read.problems, desk.clock.nowMs());
    const detail = `Dead letter ${id} still cannot be read; see problems.`;
    return { ok: false, status: 422, detail, problems: read.problems };
  }
  // What becomes of a transaction is seen by its row; a label, and what was never accepted before, is on its way by itself.
  const state = read.record.kind === 'transaction' && quarantine?.subject ? 'retrying' : 'resolved';
  if (!(await deadLetters.move(id, 'open', state, entry)))
    return { ok: false, status: 409, detail: notOpen(letter) };
  try {
    await desk.takeAgain(read.record, `${id}.${letter.times}`);
  } catch (error) {
    await deadLetters.move(id, state, 'open', { ...entry, action: 'could not try again' });
    throw error;
  }
  return { ok: true, state, detail: 'It is in the log again, behind what came since.' };
}

/** A decision, or a label that histories hold already, brought into the database. */
async function storeAgain(
  desk: Desk,
  letter: DeadLetter,
  entry: ReturnType<typeof entryOf>,
): Promise<Retried> {
  const { deadLetters } = desk.office;
  const { id, quarantine } = letter;
  if (!(await deadLetters.move(id, 'open', 'retrying', entry)))
    return { ok: false, status: 409, detail: notOpen(letter) };
  try {
    await deadLetters.storeAgain(letter, desk.clock.nowMs());
  } catch (error) {
    const problems = [{ pointer: '', message: reasonOf(error) }];
    await deadLetters.failedAgain(id, problems, desk.clock.nowMs());
    if (!isRecordFault(error)) throw error;
    const detail = `The database still does not take dead letter ${id}; see problems.`;
    return { ok: false, status: 422, detail, problems };
  }
  if (quarantine?.subject?.kind === 'transaction') desk.letGo(quarantine.subject.transactionId);
  return { ok: true, state: 'resolved', detail: 'It is stored.' };
}

/** Six digits and four of a card, and no token that tells which. */
const MASKED_CARD = /\d{6}x{3,9}\d{4}(?!~)/;

type ReadAgain =
  | { readonly ok: true; readonly record: LogRecord }
  | { readonly ok: false; readonly problems: readonly Problem[] };

function readAgain({ raw, quarantine, receivedAtMs }: DeadLetter, desk: Desk): ReadAgain {
  const nowMs = desk.clock.nowMs();
  const { cards } = desk;
  const read = readJson(raw);
  if (!read.ok) return read;
  const value = quarantine ? stated(read.value) : read.value;
  if (!quarantine && MASKED_CARD.test(raw)) {
    const message =
      'Card numbers are masked in it: nobody can tell which cards these were. Send it again from where it came.';
    return { ok: false, problems: [{ pointer: '', message }] };
  }
  if (quarantine?.subject?.kind === 'label') {
    const label = parseLabel(value, nowMs, cards);
    return label.ok ? { ok: true, record: { kind: 'label', label: label.value } } : label;
  }
  const transaction = desk.readTransaction(value);
  if (transaction.ok)
    return { ok: true, record: { kind: 'transaction', transaction: transaction.value, receivedAtMs } };
  // A label of a stream that could not be read does not say that it is one.
  const label = quarantine ? undefined : parseLabel(value, nowMs, cards);
  return label?.ok ? { ok: true, record: { kind: 'label', label: label.value } } : transaction;
}

/** A record that was taken in may carry its base amount: it is converted again, by the rates of now. */
function stated(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { base: _, ...rest } = value;
  return rest;
}

/** What was sent, and what is said of it, may name accounts and people. */
const problemsSeen = (problems: readonly Problem[], sight: Sight): readonly Problem[] =>
  sight.kind === 'whole' ? problems : problems.map(() => ({ pointer: '', message: HIDDEN }));

function deadLetterRow(letter: DeadLetter, sight: Sight): DeadLetterRow {
  const { id, source, raw, problems, receivedAtMs, state, times, changedAtMs, changedBy, quarantine } =
    letter;
  const subject = quarantine?.subject;
  return {
    id,
    receivedAt: isoTime(receivedAtMs),
    source,
    state,
    times,
    changedAt: isoTime(changedAtMs),
    changedBy: changedBy ?? null,
    step: quarantine?.step ?? null,
    decided: letter.decidedAt !== undefined,
    kind: subject?.kind ?? null,
    problems: problemsSeen(problems, sight),
    ...(sight.kind === 'whole' && {
      raw,
      ...(subject && { transactionId: subject.transactionId, accountId: subject.accountId }),
    }),
  };
}

const HIDDEN = 'What is said of the record is hidden from your role.';
