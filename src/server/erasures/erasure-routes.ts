// Erasing a person over HTTP: what would go, asking for it, and what was asked for.
import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createEraser, type Eraser, readPerson } from '../../domain/eraser.ts';
import type { PersonIdentifier } from '../../domain/erasure.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { mentionPattern } from '../../domain/mention.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Erasure, ErasureHold, ErasurePlan } from '../../ports/office/erasures.ts';
import { erasePerson, getErasure, listErasures, planErasure } from '../../protocol/erasures.ts';
import { entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import type { ErasureKeeper } from './keep-erasures.ts';

const SHOWN = 200;
const KEY_BYTES = 32;

const HOLD_WORDS: Readonly<Record<ErasureHold['kind'], string>> = {
  alert: 'give a verdict on alert',
  case: 'close case',
  deadLetter: 'try again or discard dead letter',
  list: 'take them out of list',
  rule: 'change rule',
  catalogue: 'change the catalogue,',
};

export const holdWords = ({ kind, id }: ErasureHold): string => `${HOLD_WORDS[kind]} ${id}`;

const erasureMessage = ({ askedAtMs, doneAtMs, trouble, ...erasure }: Erasure) => ({
  ...erasure,
  askedAt: isoTime(askedAtMs),
  doneAt: doneAtMs === undefined ? null : isoTime(doneAtMs),
  trouble: trouble ?? null,
});

const planMessage = (plan: ErasurePlan) => ({
  ...plan,
  holds: plan.holds.map((hold) => ({ ...hold, todo: holdWords(hold) })),
});

type Asked = { readonly key: Buffer; readonly eraser: Eraser; readonly person: readonly PersonIdentifier[] };

/** Reads by what the person is named; answers with what is wrong where something is. */
function read(reply: FastifyReply, person: readonly PersonIdentifier[], desk: Desk): Asked | FastifyReply {
  const parsed = readPerson(person, desk.dataModel());
  if (!parsed.ok) {
    const [first] = parsed.problems;
    return sendProblem(reply, 422, 'Not valid', first.message, parsed.problems);
  }
  const key = randomBytes(KEY_BYTES);
  return { key, person: parsed.value, eraser: createEraser(key, parsed.value, desk.dataModel()) };
}

async function plan(request: RequestOf<typeof planErasure>, reply: FastifyReply, desk: Desk) {
  const asked = read(reply, request.body.person, desk);
  if (!('eraser' in asked)) return asked;
  return planMessage(await desk.office.erasures.plan(asked.eraser));
}

async function erase(
  request: RequestOf<typeof erasePerson>,
  reply: FastifyReply,
  desk: Desk,
  keeper: ErasureKeeper,
) {
  const asked = read(reply, request.body.person, desk);
  if (!('eraser' in asked)) return asked;
  const { erasures } = desk.office;
  const { person, eraser, key } = asked;
  const { reference } = request.body;
  const pattern = mentionPattern(person.map(({ value }) => value));
  if (pattern !== undefined && new RegExp(pattern).test(reference)) {
    const detail = 'The reference stays when the person is erased: it must not name them.';
    return sendProblem(reply, 422, 'Not valid', detail, [{ pointer: '/reference', message: detail }]);
  }
  const { holds } = await erasures.plan(eraser);
  if (holds.length > 0) {
    const todo = holds.slice(0, 5).map(holdWords).join('; ');
    const more = holds.length > 5 ? ` (and ${holds.length - 5} more)` : '';
    return sendProblem(
      reply,
      409,
      'Conflict',
      `This person cannot be erased yet: ${todo}${more}. What is open or in use is brought to an end by whoever answers for it.`,
    );
  }
  // Not that of their rows: whoever knows whose request it was is led to none of them.
  const token = eraser.token(randomUUID());
  const id = await erasures.begin(
    {
      person,
      key,
      token,
      reference,
      untilSeq: await desk.traces.end(),
    },
    entryOf(request, desk.clock, 'asked for an erasure', 'erasure {erasure}', {
      token,
      reference,
      fields: person.map(({ field }) => field),
    }),
  );
  keeper.wake();
  const begun = await erasures.find(id);
  if (!begun) throw new Error(`erasure ${id} is not in the book`);
  return reply.code(202).send(erasureMessage(begun));
}

async function one(request: RequestOf<typeof getErasure>, reply: FastifyReply, desk: Desk) {
  const found = await desk.office.erasures.find(request.params.id);
  if (found) return erasureMessage(found);
  return sendProblem(reply, 404, 'Not found', `There is no erasure ${request.params.id}.`);
}

export function erasureRoutes(app: FastifyInstance, desk: Desk, keeper: ErasureKeeper): void {
  const all = async (_request: FastifyRequest) => ({
    items: (await desk.office.erasures.list(SHOWN)).map(erasureMessage),
  });
  serve(app, planErasure, (request, reply) => plan(request, reply, desk));
  serve(app, erasePerson, (request, reply) => erase(request, reply, desk, keeper));
  serve(app, listErasures, all);
  serve(app, getErasure, (request, reply) => one(request, reply, desk));
}
