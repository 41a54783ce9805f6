// Labels over HTTP: one, or many as lines or arrays of JSON or as CSV; each that is not taken is told with its place.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parseVerdict } from '../../domain/label.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk } from '../../ports/desk.ts';
import { addLabels } from '../../protocol/labels.ts';
import { entryOf } from '../access/access.ts';
import { unprocessable } from '../decisions/decide-route.ts';
import { watchPace } from '../edge/connection-bounds.ts';
import { isNotDecodable, notDecodable } from '../edge/content-encoding.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { answer, type RequestOf, serve } from '../edge/serve.ts';
import type { LabelRelay } from './label-relay.ts';
import { type Read, readCsvBody, readJsonBody } from './read-labels.ts';
import { createLabelIntake, type LabelIntake } from './take-labels.ts';

const JSON_TYPES = /^application\/(json|x-ndjson|ndjson|jsonl|x-jsonl|jsonlines|x-jsonlines|json-lines)$/;
const typeOf = (request: FastifyRequest): string =>
  (request.headers['content-type'] ?? 'application/json').split(';')[0].trim().toLowerCase();

async function refuseOtherTypes(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const type = typeOf(request);
  if (JSON_TYPES.test(type) || type === 'text/csv') return;
  await sendProblem(
    reply,
    415,
    'Cannot be read',
    `Labels are not read as ${type.slice(0, 60)}. Send application/json, application/x-ndjson or text/csv.`,
  );
}

/** What was read of a body: its only label where it is one object, and how it begins. */
type Whole = { readonly only: Read | undefined; readonly read: number; readonly first: string };

/** Reads a body to its end into the intake; one label alone is given back, for its answer is about it. */
async function readAll(
  request: RequestOf<typeof addLabels>,
  intake: LabelIntake,
  came: () => void,
): Promise<Whole> {
  const type = typeOf(request);
  const mayBeAlone = type === 'application/json';
  const body = request.body instanceof Readable ? (request.body as AsyncIterable<Buffer>) : Readable.from([]);
  let first = '';
  const watched = async function* (): AsyncGenerator<Buffer> {
    for await (const bytes of body) {
      if (first === '') first = bytes.toString('latin1').replace(/[\s\u00ef\u00bb\u00bf]/g, '')[0] ?? '';
      yield bytes;
    }
  };
  let read = 0;
  let only: Read | undefined;
  for await (const one of type === 'text/csv'
    ? readCsvBody(watched(), request.query)
    : readJsonBody(watched())) {
    came();
    read++;
    if (read === 1 && mayBeAlone && first === '{') {
      only = one;
      continue;
    }
    if (only) await intake.take(only);
    only = undefined;
    await intake.take(one);
  }
  return { only, read, first };
}

/** One label, alone in a body: its answer is about it. */
async function labelOne(
  request: FastifyRequest,
  reply: FastifyReply,
  { only }: { readonly only: Read },
  desk: Desk,
  relay: LabelRelay,
): Promise<FastifyReply> {
  if (only.kind !== 'value') {
    const detail = only.kind === 'wrong' ? only.problem : 'The body says nothing.';
    return sendProblem(reply, 400, 'Bad request', detail);
  }
  const parsed = parseVerdict(only.value, desk.clock.nowMs(), desk.cards);
  if (!parsed.ok) return unprocessable(reply, parsed.problems);
  const verdict = parsed.value;
  const { transactionId, fraud, fraudType, source } = verdict;
  if (!(await desk.store.transaction(transactionId)))
    return sendProblem(reply, 404, 'Not found', `There is no transaction ${transactionId} to label.`);
  const detail = { fraud, fraudType, source };
  const entry = entryOf(request, desk.clock, 'labelled', `transaction ${transactionId}`, detail);
  await desk.office.alerts.label([verdict], entry);
  // It is committed; whether the stream takes it now or later is told by the label itself.
  await relay.push();
  return answer(reply, addLabels, 202, { transactionId, fraud });
}

async function label(
  request: RequestOf<typeof addLabels>,
  reply: FastifyReply,
  desk: Desk,
  relay: LabelRelay,
  boundary: Boundary,
) {
  const intake = createLabelIntake(desk, (detail) =>
    entryOf(request, desk.clock, 'labelled many', 'transactions', { ...detail }),
  );
  const pace = watchPace(request, reply, boundary, () => `${intake.figures().accepted} labels were taken.`);
  let whole: Whole;
  try {
    whole = await readAll(request, intake, pace.came);
  } catch (error) {
    await intake.flush();
    const { accepted } = intake.figures();
    if (accepted > 0) await relay.push();
    if (!isNotDecodable(error)) throw error;
    return sendProblem(reply, 400, 'Bad request', `${notDecodable(error)} ${accepted} labels were taken.`);
  } finally {
    pace.stop();
  }
  const { only, read, first } = whole;
  if (only) return labelOne(request, reply, { only }, desk, relay);
  await intake.flush();
  const figures = intake.figures();
  const { accepted, unknown, rejected } = figures;
  if (accepted > 0) await relay.push();
  if (read === 0 && first !== '[' && typeOf(request) !== 'text/csv') {
    const detail = 'The body is empty; it must be a label, a list, or a label a line.';
    return sendProblem(reply, 400, 'Bad request', detail);
  }
  if (accepted + unknown > 0 || rejected === 0) return figures;
  const detail = `None of ${rejected} could be taken; see errors.`;
  return sendProblem(reply, 422, 'Not valid', detail, undefined, figures);
}

/** The route reads its own stream, so it lives in a scope without body parsers. */
export function labelRoutes(app: FastifyInstance, desk: Desk, relay: LabelRelay, boundary: Boundary): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  serve(app, addLabels, (request, reply) => label(request, reply, desk, relay, boundary), {
    onRequest: refuseOtherTypes,
    streams: true,
  });
}
