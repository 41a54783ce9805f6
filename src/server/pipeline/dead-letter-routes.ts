// Dead letters and the quarantine over HTTP: what is there and why, tried again or let go.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Desk } from '../../ports/desk.ts';
import type { DeadLetter } from '../../ports/office/dead-letters.ts';
import {
  discardDeadLetter,
  discardDeadLetters,
  getDeadLetter,
  type HandledLetter,
  type LetterMend,
  listDeadLetters,
  mendDeadLetter,
  retryDeadLetter,
  retryDeadLetters,
} from '../../protocol/dead-letters.ts';
import { entryOf } from '../access/access.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { deadLetterRow, notOpen, problemsSeen } from './dead-letter-messages.ts';
import { type EntryFor, mendAndTry, mendedText } from './mend-dead-letter.ts';
import { type Retried, tryAgain } from './retry-dead-letter.ts';

const PAGE = 50;

async function page(request: RequestOf<typeof listDeadLetters>, { office: { deadLetters } }: Desk) {
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
    items: letters.map((letter) => deadLetterRow(letter, sightOf(request))),
    nextCursor: letters.length === limit ? letters[letters.length - 1].id : null,
  };
}

/** The letter was let go of, or never there. */
const isGone = (id: number): string => `There is no dead letter ${id}; it may have been let go of meanwhile.`;

const noLetter = (reply: FastifyReply, id: number): FastifyReply =>
  sendProblem(reply, 404, 'Not found', isGone(id));

/** Lines of the trail for what is done to a letter. */
const entriesFor =
  (request: FastifyRequest, desk: Desk, id: number): EntryFor =>
  (action) =>
    entryOf(request, desk.clock, action, `dead letter ${id}`);

function answered(request: FastifyRequest, reply: FastifyReply, id: number, retried: Retried) {
  if (retried.ok) return { id, state: retried.state, detail: retried.detail };
  const problems = retried.problems && problemsSeen(retried.problems, sightOf(request));
  return sendProblem(reply, retried.status, 'Not done', retried.detail, problems);
}

async function retry(request: RequestOf<typeof retryDeadLetter>, reply: FastifyReply, desk: Desk) {
  const { id } = request.params;
  const letter = await desk.office.deadLetters.find(id);
  if (!letter) return noLetter(reply, id);
  const retried = await tryAgain(desk, letter, entriesFor(request, desk, id)('tried again'));
  return answered(request, reply, id, retried);
}

async function mend(request: RequestOf<typeof mendDeadLetter>, reply: FastifyReply, desk: Desk) {
  const { id } = request.params;
  const letter = await desk.office.deadLetters.find(id);
  if (!letter) return noLetter(reply, id);
  const retried = await mendAndTry(desk, letter, request.body.record, entriesFor(request, desk, id));
  return answered(request, reply, id, retried);
}

async function discard(request: RequestOf<typeof discardDeadLetter>, reply: FastifyReply, desk: Desk) {
  const { deadLetters } = desk.office;
  const { id } = request.params;
  const letter = await deadLetters.find(id);
  if (!letter) return noLetter(reply, id);
  const entry = entryOf(request, desk.clock, 'discarded', `dead letter ${id}`);
  if (!(await deadLetters.move(id, 'open', 'discarded', entry)))
    return sendProblem(reply, 409, 'Conflict', notOpen(letter));
  return { id, state: 'discarded' as const };
}

/** One after the other: what is refused costs itself. */
async function eachOf(
  ids: readonly number[],
  desk: Desk,
  handle: (letter: DeadLetter) => Promise<Omit<HandledLetter, 'id'>>,
): Promise<{ results: HandledLetter[] }> {
  const results: HandledLetter[] = [];
  for (const id of ids) {
    const letter = await desk.office.deadLetters.find(id);
    results.push({ id, ...(letter ? await handle(letter) : { outcome: 'refused', detail: isGone(id) }) });
  }
  return { results };
}

async function tryOne(
  desk: Desk,
  letter: DeadLetter,
  change: LetterMend | undefined,
  entryFor: EntryFor,
): Promise<Retried> {
  if (!change) return tryAgain(desk, letter, entryFor('tried again'));
  const changed = mendedText(letter, change);
  if (changed.ok) return mendAndTry(desk, letter, changed.text, entryFor);
  const { problems } = changed;
  return { ok: false, status: 422, detail: `Dead letter ${letter.id} was not changed.`, problems };
}

async function retryMany(request: RequestOf<typeof retryDeadLetters>, reply: FastifyReply, desk: Desk) {
  const { ids, mend: change } = request.body;
  const hidden = refuseHidden(request, reply, { mend: change });
  if (hidden) return hidden;
  const sight = sightOf(request);
  return eachOf(ids, desk, async (letter) => {
    const retried = await tryOne(desk, letter, change, entriesFor(request, desk, letter.id));
    if (retried.ok) return { outcome: retried.state, detail: retried.detail };
    const problems = retried.problems && problemsSeen(retried.problems, sight);
    return { outcome: 'refused', detail: retried.detail, ...(problems && { problems }) };
  });
}

const discardMany = (request: RequestOf<typeof discardDeadLetters>, desk: Desk) =>
  eachOf(request.body.ids, desk, async (letter) => {
    const entry = entryOf(request, desk.clock, 'discarded', `dead letter ${letter.id}`);
    return (await desk.office.deadLetters.move(letter.id, 'open', 'discarded', entry))
      ? { outcome: 'discarded', detail: 'It is not tried again.' }
      : { outcome: 'refused', detail: notOpen(letter) };
  });

export function deadLetterRoutes(app: FastifyInstance, desk: Desk): void {
  serve(app, listDeadLetters, (request) => page(request, desk));
  serve(app, getDeadLetter, async (request, reply) => {
    const letter = await desk.office.deadLetters.find(request.params.id);
    return letter ? deadLetterRow(letter, sightOf(request)) : noLetter(reply, request.params.id);
  });
  serve(app, retryDeadLetter, (request, reply) => retry(request, reply, desk));
  serve(app, mendDeadLetter, (request, reply) => mend(request, reply, desk));
  serve(app, discardDeadLetter, (request, reply) => discard(request, reply, desk));
  serve(app, retryDeadLetters, (request, reply) => retryMany(request, reply, desk));
  serve(app, discardDeadLetters, (request) => discardMany(request, desk));
}
