// Routes that take something in: decisions, bulk transactions, labels.
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJson } from '../domain/json-text.ts';
import { parseVerdict } from '../domain/label.ts';
import type { Parsed, Problem } from '../domain/problem.ts';
import { keptOf } from '../domain/raw-input.ts';
import { parseTransaction, type Transaction } from '../domain/transaction.ts';
import { badByteText } from '../domain/utf8.ts';
import { contentHash } from '../engine/process-batch.ts';
import { type JsonPiece, jsonRecords } from '../formats/json-records.ts';
import type { Boundary } from '../ports/boundary.ts';
import { type Desk, OverCapacityError } from '../ports/desk.ts';
import { entryOf } from './access/access.ts';
import { watchPace } from './connection-bounds.ts';
import { isNotDecodable, notDecodable } from './content-encoding.ts';
import type { LabelRelay } from './label-relay.ts';
import { sendProblem } from './problem-details.ts';
import { DecisionSchema, LabelSchema, ProblemSchema, TransactionSchema } from './schemas.ts';

const CHUNK = 500;
const MAX_PIECE_BYTES = 64 * 1024;
const MAX_ERRORS_SHOWN = 1000;
const DEAD_LETTER_CHARACTERS = 2000;

const unprocessable = (reply: FastifyReply, problems: readonly Problem[]): FastifyReply =>
  sendProblem(
    reply,
    422,
    'Not valid',
    `${problems.length} problem${problems.length === 1 ? '' : 's'}; see problems.`,
    problems,
  );

const otherContent = (id: string): string =>
  `Transaction ${id} was decided before with other content. Send a new id, or the content as it was.`;

/** Ids of one body that are remembered: what came just before may not be decided yet. */
const MAX_LATELY = 50_000;

type Taken = { readonly index: number; readonly raw: string; readonly transaction: Transaction };

type LineError = { readonly index: number; readonly status: number; readonly problems: readonly Problem[] };

/** Bodies are checked by the domain parser, which lists every problem; a schema check would stop at the first. */
const byParser = () => () => true;

export function intakeRoutes(app: FastifyInstance, desk: Desk, relay: LabelRelay): void {
  const problemResponses = {
    400: ProblemSchema,
    409: ProblemSchema,
    422: ProblemSchema,
    429: ProblemSchema,
    503: ProblemSchema,
  };

  app.post(
    '/v1/decisions',
    {
      config: { permission: 'decide' },
      validatorCompiler: byParser,
      schema: {
        summary: 'Decide one transaction',
        description:
          'Answers once the decision is committed. The same id again returns the same decision; with other content 409.',
        tags: ['Decisions'],
        body: TransactionSchema,
        response: { 200: DecisionSchema, ...problemResponses },
      },
    },
    async (request, reply) => {
      const parsed = parseTransaction(request.body, desk.clock.nowMs(), desk.maxAmountMinor, desk.cards);
      if (!parsed.ok) return unprocessable(reply, parsed.problems);
      const { traceparent } = request.headers;
      const result = await desk.decide(
        parsed.value,
        typeof traceparent === 'string' ? traceparent : undefined,
      );
      if (result.kind === 'quarantined') {
        return sendProblem(
          reply,
          422,
          'In quarantine',
          `Transaction ${parsed.value.id} was accepted and cannot be decided by this program: it is kept among the dead letters, where it can be tried again. Do not send it again.`,
        );
      }
      if (result.kind === 'duplicate' && !result.sameContent) {
        return sendProblem(reply, 409, 'Conflict', otherContent(parsed.value.id));
      }
      const { decidedAtMs, rules, ...decision } = result.decision;
      // A shadow rule had no part in the answer.
      return {
        ...decision,
        rules: rules.filter(({ shadow }) => !shadow),
        decidedAt: new Date(decidedAtMs).toISOString(),
      };
    },
  );

  app.post(
    '/v1/labels',
    {
      config: { permission: 'label' },
      validatorCompiler: byParser,
      schema: {
        summary: 'Say what a transaction turned out to be',
        tags: ['Labels'],
        body: LabelSchema,
        response: { ...problemResponses, 404: ProblemSchema },
      },
    },
    async (request, reply) => {
      const parsed = parseVerdict(request.body, desk.clock.nowMs(), desk.cards);
      if (!parsed.ok) return unprocessable(reply, parsed.problems);
      const verdict = parsed.value;
      const stored = await desk.store.transaction(verdict.transactionId);
      if (!stored) {
        return sendProblem(
          reply,
          404,
          'Not found',
          `There is no transaction ${verdict.transactionId} to label.`,
        );
      }
      const entry = entryOf(request, desk.clock, 'labelled', `transaction ${verdict.transactionId}`, {
        fraud: verdict.fraud,
        fraudType: verdict.fraudType,
        source: verdict.source,
      });
      await desk.office.alerts.label(verdict, entry);
      // It is committed; whether the stream takes it now or later is told by the label itself.
      await relay.push();
      return reply.code(202).send({ transactionId: verdict.transactionId, fraud: verdict.fraud });
    },
  );
}

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
const UNWRAP =
  'Send the list itself, without the object around it: [{…}, {…}], or one transaction a line. Nothing of this body was taken.';

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

  app.post(
    '/v1/transactions',
    {
      onRequest: refuseOtherTypes,
      config: { permission: 'decide', streams: true },
      schema: {
        summary: 'Take in many transactions',
        description:
          'NDJSON, JSON arrays, or one transaction, streamed, of any size; compressed by gzip, deflate, br or zstd where Content-Encoding ' +
          'says so. Answers how many are durably in the log, and every element that was not accepted with its problems (the first ' +
          '1,000): 422, or 409 where its id was used with other content. What was here before, just so, counts as repeated. 422 where ' +
          'nothing was taken. What is rejected also goes to the dead letters.',
        tags: ['Decisions'],
        consumes: ['application/x-ndjson', 'application/json'],
      },
    },
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
            lately.set(id, content);
            if (lately.size > MAX_LATELY)
              for (const oldest of lately.keys()) if (lately.delete(oldest)) break;
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
      let status = 200;
      let problem: string | undefined;
      try {
        for await (const piece of jsonRecords(body(), MAX_PIECE_BYTES)) {
          pace.came();
          await take(piece);
        }
      } catch (error) {
        if (error instanceof OverCapacityError) {
          status = 503;
          reply.header('Retry-After', String(error.retryAfterSeconds));
          problem = error.message;
        } else if (isNotDecodable(error)) {
          status = 400;
          problem = notDecodable(error);
        } else if (isTooLarge(error)) {
          status = error.statusCode;
          problem = error.message;
        } else throw error;
      } finally {
        pace.stop();
      }
      if (status !== 503) await flush();
      if (problem === undefined && accepted + repeated === 0 && !wasRead) {
        status = 400;
        problem = 'The body is empty; it must be JSON, or one JSON object a line.';
      } else if (problem === undefined && accepted + repeated === 0 && rejected > 0) {
        status = 422;
        problem = `None of ${rejected} could be taken; see errors.`;
      }
      const figures = { accepted, repeated, rejected, errors };
      if (problem === undefined) return figures;
      return reply
        .code(status)
        .type('application/problem+json')
        .send({
          type: 'about:blank',
          title: TITLES[status] ?? 'Bad request',
          status,
          detail: problem,
          ...figures,
        });
    },
  );
}

const TITLES: Readonly<Record<number, string>> = { 413: 'Too large', 422: 'Not valid', 503: 'Over capacity' };
/** Neither blank nor a byte order mark. */
const SAYS_SOMETHING = /[^\s\u00ef\u00bb\u00bf]/;

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
      return read.ok
        ? parseTransaction(read.value, desk.clock.nowMs(), desk.maxAmountMinor, desk.cards)
        : read;
    }
  }
}
