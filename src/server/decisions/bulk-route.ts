// Many transactions at once: lines or arrays of JSON, streamed; each that is not taken is told with its place.
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJson } from '../../domain/json-text.ts';
import type { Parsed, Problem } from '../../domain/problem.ts';
import { keptOf } from '../../domain/raw-input.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { badByteText } from '../../domain/utf8.ts';
import { contentHash } from '../../engine/process-batch.ts';
import { type JsonPiece, jsonRecords } from '../../formats/json-records.ts';
import type { Boundary } from '../../ports/boundary.ts';
import { type Desk, OverCapacityError } from '../../ports/desk.ts';
import { addTransactions } from '../../protocol/decisions.ts';
import { watchPace } from '../edge/connection-bounds.ts';
import { isNotDecodable, notDecodable } from '../edge/content-encoding.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { serve } from '../edge/serve.ts';
import { otherContent } from './decide-route.ts';

const CHUNK = 500;
const MAX_PIECE_BYTES = 64 * 1024;
const MAX_ERRORS_SHOWN = 1000;
const DEAD_LETTER_CHARACTERS = 2000;
/** Ids of one body that are remembered: what came just before may not be decided yet. */
const MAX_LATELY = 50_000;

type Taken = { readonly index: number; readonly raw: string; readonly transaction: Transaction };

type LineError = { readonly index: number; readonly status: number; readonly problems: readonly Problem[] };

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

/** A body that names no type is read as one of these. */
async function refuseOtherTypes(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (type === '' || BULK_TYPES.has(type)) return;
  await sendProblem(
    reply,
    415,
    'Cannot be read',
    `Transactions are not read as ${type.slice(0, 60)}. Send JSON (application/json) or one JSON object a line ` +
      '(application/x-ndjson; with curl: -H "content-type: application/x-ndjson" --data-binary @FILE). CSV files are read by ' +
      './goshawk replay.',
  );
}

const WRAPPED = /^\s*\{\s*"transactions"\s*:\s*\[/;
const UNWRAP = 'Send the list itself, without the object around it: [{…}, {…}], or one transaction a line.';

/** What a transaction turned out to be is no part of it: it is refused by name, with where it goes. */
const withLabelHint = (problem: Problem): Problem =>
  problem.pointer === '/fraud' || problem.pointer === '/fraudType'
    ? {
        ...problem,
        message: `${problem.pointer.slice(1)} is no part of a transaction: send labels to /v1/labels once it is decided.`,
      }
    : problem;

/** Bulk intake: the route reads its own stream, so it lives in a scope without body parsers. */
export function bulkRoute(app: FastifyInstance, desk: Desk, boundary: Boundary): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

  /** Waits while the desk is full, so that a fast sender is slowed down instead of refused half-way. */
  async function acceptWhenRoom(transactions: readonly Transaction[]): Promise<void> {
    const until = desk.clock.nowMs() + 30_000;
    for (;;) {
      try {
        await desk.accept(transactions);
        return;
      } catch (error) {
        if (!(error instanceof OverCapacityError) || desk.clock.nowMs() > until) throw error;
        await sleep(20);
      }
    }
  }

  serve(
    app,
    addTransactions,
    async (request, reply) => {
      const errors: LineError[] = [];
      let accepted = 0;
      let rejected = 0;
      let repeated = 0;
      let chunk: Taken[] = [];
      /** Of this body: what came last, by id. */
      const lately = new Map<string, string>();
      const reject = async (
        index: number,
        raw: string,
        problems: readonly Problem[],
        status = 422,
      ): Promise<void> => {
        rejected++;
        if (errors.length < MAX_ERRORS_SHOWN) errors.push({ index, status, problems });
        await desk.store.addDeadLetter(
          'POST /v1/transactions',
          keptOf(raw, DEAD_LETTER_CHARACTERS, desk.cards),
          problems,
          desk.clock.nowMs(),
        );
      };
      const flush = async (): Promise<void> => {
        if (chunk.length === 0) return;
        const full = chunk;
        chunk = [];
        const before = await desk.store.findKnown(full.map(({ transaction }) => transaction.id));
        const fresh: Transaction[] = [];
        for (const { index, raw, transaction } of full) {
          const { id } = transaction;
          const content = contentHash(transaction);
          const known = before.get(id)?.contentHash ?? lately.get(id);
          if (known === undefined) {
            fresh.push(transaction);
            const { value: oldest } = lately.keys().next();
            if (lately.size === MAX_LATELY && oldest !== undefined) lately.delete(oldest);
            lately.set(id, content);
          } else if (known === content) repeated++;
          else await reject(index, raw, [{ pointer: '/id', message: otherContent(id) }], 409);
        }
        if (fresh.length > 0) await acceptWhenRoom(fresh);
        accepted += fresh.length;
      };
      const take = async (piece: JsonPiece): Promise<void> => {
        const parsed = transactionOf(piece, desk);
        if (!parsed.ok) {
          const raw = piece.kind === 'text' || piece.kind === 'bad-bytes' ? piece.text : '';
          const isWrapped = WRAPPED.test(raw);
          const problems = isWrapped
            ? [{ pointer: '/transactions', message: UNWRAP }]
            : parsed.problems.map(withLabelHint);
          return reject(piece.index, raw, problems);
        }
        chunk.push({
          index: piece.index,
          raw: piece.kind === 'text' ? piece.text : '',
          transaction: parsed.value,
        });
        if (chunk.length === CHUNK) await flush();
      };
      let wasRead = false;
      const body = async function* (): AsyncGenerator<Buffer> {
        if (!(request.body instanceof Readable)) return;
        for await (const bytes of request.body as AsyncIterable<Buffer>) {
          wasRead ||= SAYS_SOMETHING.test(bytes.toString('latin1'));
          yield bytes;
        }
      };
      const pace = watchPace(request, reply, boundary, () => `${accepted} were accepted.`);
      const readAll = async (): Promise<void> => {
        for await (const piece of jsonRecords(body(), MAX_PIECE_BYTES)) {
          pace.came();
          await take(piece);
        }
      };
      // What came whole before a body broke off is taken.
      const broken = await failureOf(readAll).finally(pace.stop);
      const failure =
        (await failureOf(flush)) ?? broken ?? nothingTaken(accepted + repeated, rejected, wasRead);
      const figures = { accepted, repeated, rejected, errors };
      if (!failure) return figures;
      if (failure.retryAfterSeconds !== undefined)
        reply.header('Retry-After', String(failure.retryAfterSeconds));
      return sendProblem(reply, failure.status, failure.title, failure.detail, undefined, figures);
    },
    { onRequest: refuseOtherTypes, streams: true },
  );
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
function nothingTaken(taken: number, rejected: number, wasRead: boolean): Failure | undefined {
  if (taken > 0) return undefined;
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

/** The transaction in a piece of a body, or what is wrong with it. */
function transactionOf(piece: JsonPiece, desk: Desk): Parsed<Transaction> {
  const wrong = (message: string): Parsed<never> => ({ ok: false, problems: [{ pointer: '', message }] });
  switch (piece.kind) {
    case 'too-long':
      return wrong(`This element is longer than ${MAX_PIECE_BYTES} bytes.`);
    case 'bad-bytes':
      return wrong(`This element is ${badByteText(piece.badByte)}.`);
    case 'broken':
      return wrong(piece.problem);
    case 'text': {
      const read = readJson(piece.text);
      return read.ok ? desk.readTransaction(read.value) : read;
    }
  }
}
