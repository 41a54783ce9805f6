// Many transactions, or other records, at once: lines or arrays of JSON, streamed; each that is not taken is told with its place.
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jsonRecords } from '../../formats/json-records.ts';
import type { Boundary } from '../../ports/boundary.ts';
import { type Desk, OverCapacityError } from '../../ports/desk.ts';
import { addTransactions } from '../../protocol/decisions.ts';
import { watchPace } from '../edge/connection-bounds.ts';
import { isNotDecodable, notDecodable } from '../edge/content-encoding.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { type BulkFigures, type BulkIntake, createBulkIntake, MAX_PIECE_BYTES } from './bulk-intake.ts';
import { transactionsOf } from './take-transactions.ts';

/** What bulk intake reads; the others are names that senders use for lines of JSON. */
const BULK_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
  'application/json-lines',
]);

/** A body that names no type is read as one of these. `what` is not read as others; `besides` says what else there is. */
export const refuseOtherTypes =
  (what: string, besides = '') =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
    if (type === '' || BULK_TYPES.has(type)) return;
    await sendProblem(
      reply,
      415,
      'Cannot be read',
      `${what} are not read as ${type.slice(0, 60)}. Send JSON (application/json) or one JSON object a line ` +
        `(application/x-ndjson; with curl: -H "content-type: application/x-ndjson" --data-binary @FILE).${besides}`,
    );
  };

/** Reads a body to its end into the intake; gives the figures, or the reply that says why there are none. */
export async function takeBody(
  request: FastifyRequest,
  reply: FastifyReply,
  intake: BulkIntake,
  boundary: Boundary,
): Promise<BulkFigures | FastifyReply> {
  let wasRead = false;
  const body = async function* (): AsyncGenerator<Buffer> {
    if (!(request.body instanceof Readable)) return;
    for await (const bytes of request.body as AsyncIterable<Buffer>) {
      wasRead ||= SAYS_SOMETHING.test(bytes.toString('latin1'));
      yield bytes;
    }
  };
  const pace = watchPace(request, reply, boundary, () => `${intake.figures().accepted} were accepted.`);
  const readAll = async (): Promise<void> => {
    for await (const piece of jsonRecords(body(), MAX_PIECE_BYTES)) {
      pace.came();
      await intake.take(piece);
    }
  };
  // What came whole before a body broke off is taken.
  const broken = await failureOf(readAll).finally(pace.stop);
  const failure = (await failureOf(intake.flush)) ?? broken ?? nothingTaken(intake.figures(), wasRead);
  const figures = intake.figures();
  if (!failure) return figures;
  if (failure.retryAfterSeconds !== undefined) reply.header('Retry-After', String(failure.retryAfterSeconds));
  return sendProblem(reply, failure.status, failure.title, failure.detail, undefined, figures);
}

/** Bulk intake reads its own stream, so it lives in a scope without body parsers. */
export function bulkRoute(app: FastifyInstance, desk: Desk, boundary: Boundary): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  const take = (request: RequestOf<typeof addTransactions>, reply: FastifyReply) =>
    takeBody(request, reply, createBulkIntake(desk, transactionsOf(desk)), boundary);
  serve(app, addTransactions, take, {
    onRequest: refuseOtherTypes('Transactions', ' CSV files are read by ./goshawk replay.'),
    streams: true,
  });
}

/** Neither blank nor a byte order mark. */
const SAYS_SOMETHING = /[^\s\u00ef\u00bb\u00bf]/;

/** Why a body was not taken, or not to its end. */
type Failure = {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly retryAfterSeconds?: number;
};

/** Does a part of the work on a body; what can go wrong with a body comes back, all else is thrown. */
async function failureOf(work: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof OverCapacityError) {
      const { message: detail, retryAfterSeconds } = error;
      return { status: 503, title: 'Over capacity', detail, retryAfterSeconds };
    }
    if (isNotDecodable(error)) return { status: 400, title: 'Bad request', detail: notDecodable(error) };
    if (isTooLarge(error)) return { status: 413, title: 'Too large', detail: error.message };
    throw error;
  }
}

/** A body of which nothing was taken is an error, unless it was an empty list. */
function nothingTaken({ accepted, repeated, rejected }: BulkFigures, wasRead: boolean): Failure | undefined {
  if (accepted + repeated > 0) return undefined;
  if (!wasRead)
    return {
      status: 400,
      title: 'Bad request',
      detail: 'The body is empty; it must be JSON, or one JSON object a line.',
    };
  if (rejected === 0) return undefined;
  return { status: 422, title: 'Not valid', detail: `None of ${rejected} could be taken; see errors.` };
}

const isTooLarge = (error: unknown): error is Error & { statusCode: number } =>
  error instanceof Error && 'statusCode' in error && error.statusCode === 413;
