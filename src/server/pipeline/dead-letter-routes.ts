// Dead letters and the quarantine over HTTP: what is there and why, tried again or let go.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Desk } from '../../ports/desk.ts';
import {
  discardDeadLetter,
  getDeadLetter,
  listDeadLetters,
  retryDeadLetter,
} from '../../protocol/dead-letters.ts';
import { entryOf } from '../access/access.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { deadLetterRow, notOpen, problemsSeen } from './dead-letter-messages.ts';
import { tryAgain } from './retry-dead-letter.ts';

const PAGE = 50;

const noLetter = (reply: FastifyReply, id: number): FastifyReply =>
  sendProblem(
    reply,
    404,
    'Not found',
    `There is no dead letter ${id}; it may have been let go of meanwhile.`,
  );

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

async function retry(request: RequestOf<typeof retryDeadLetter>, reply: FastifyReply, desk: Desk) {
  const { id } = request.params;
  const letter = await desk.office.deadLetters.find(id);
  if (!letter) return noLetter(reply, id);
  const retried = await tryAgain(
    desk,
    letter,
    entryOf(request, desk.clock, 'tried again', `dead letter ${id}`),
  );
  if (!retried.ok) {
    const problems = retried.problems && problemsSeen(retried.problems, sightOf(request));
    return sendProblem(reply, retried.status, 'Not done', retried.detail, problems);
  }
  return { id, state: retried.state, detail: retried.detail };
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

export function deadLetterRoutes(app: FastifyInstance, desk: Desk): void {
  serve(app, listDeadLetters, (request) => page(request, desk));
  serve(app, getDeadLetter, async (request, reply) => {
    const letter = await desk.office.deadLetters.find(request.params.id);
    return letter ? deadLetterRow(letter, sightOf(request)) : noLetter(reply, request.params.id);
  });
  serve(app, retryDeadLetter, (request, reply) => retry(request, reply, desk));
  serve(app, discardDeadLetter, (request, reply) => discard(request, reply, desk));
}
