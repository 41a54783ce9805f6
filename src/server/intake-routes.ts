// Routes that take something in: decisions, bulk transactions, labels.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readJson } from '../domain/json-text.ts';
import { parseVerdict } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import { keptOf } from '../domain/raw-input.ts';
import { parseTransaction, type Transaction } from '../domain/transaction.ts';
import { badByteText } from '../domain/utf8.ts';
import type { Boundary } from '../ports/boundary.ts';
import { type Desk, OverCapacityError } from '../ports/desk.ts';
import { entryOf } from './access/access.ts';
import { watchPace } from './connection-bounds.ts';
import type { LabelRelay } from './label-relay.ts';
import { sendProblem } from './problem-details.ts';
import { DecisionSchema, LabelSchema, ProblemSchema, TransactionSchema } from './schemas.ts';
import { splitJson } from './split-json.ts';

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

/** What bulk intake reads; the others are names that senders use for lines of JSON. */
const BULK_TYPES = new Set([
  'application/json',
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
  'application/json-lines',
]);
const WRAPPED = /^\s*\{\s*"transactions"\s*:\s*\[/;
const UNWRAP =
  'Send the list itself, without the object around it: [{…}, {…}], or one transaction a line. Nothing of this body was taken.';
const MISSING = {
  element: 'There is nothing between two commas, or after the last one; what stands around it was read.',
  'end of array':
    'The array has no end ("]"): the body is not whole. What was accepted before stays; send what is missing.',
};

/** Why a body of this type is not read as transactions; undefined where it is. None at all is found out by looking. */
function bulkTypeRefusal(contentType: string | undefined): string | undefined {
  const [type = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim().toLowerCase());
  if (type !== '' && !BULK_TYPES.has(type)) {
    return `Transactions are not read as ${type.slice(0, 60)}. Send JSON (application/json) or one JSON object a line (application/x-ndjson); CSV files are read by ./goshawk replay.`;
  }
  const charset = parameters.find((part) => part.startsWith('charset='))?.slice('charset='.length);
  if (charset !== undefined && !/^"?(utf-?8|us-ascii)"?$/.test(charset)) {
    return `JSON is UTF-8; it cannot be read as ${charset.slice(0, 40)}.`;
  }
  return undefined;
}

/** Neither blank nor a byte order mark. */
const SAYS_SOMETHING = /[^\s\u00ef\u00bb\u00bf]/;

/** What a transaction turned out to be is no part of it: it is refused by name, with where it goes. */
const withLabelHint = (problem: Problem): Problem =>
  problem.pointer === '/fraud' || problem.pointer === '/fraudType'
    ? {
        ...problem,
        message: `${problem.pointer.slice(1)} is no part of a transaction: send labels to /v1/labels once it is decided.`,
      }
    : problem;

type LineError = { readonly index: number; readonly problems: readonly Problem[] };

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
        return sendProblem(
          reply,
          409,
          'Conflict',
          `Transaction ${parsed.value.id} was decided before with other content. Send a new id, or the content as it was.`,
        );
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

/** Bulk intake: the route reads its own stream, so it lives in a scope without body parsers. */
export function bulkRoute(app: FastifyInstance, desk: Desk, boundary: Boundary): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, _payload, done) => {
    const refusal = bulkTypeRefusal(request.headers['content-type']);
    if (refusal === undefined) done(null, undefined);
    else done(Object.assign(new Error(refusal), { statusCode: 415 }));
  });

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
      config: { permission: 'decide', streams: true },
      schema: {
        summary: 'Take in many transactions',
        description:
          'NDJSON, a JSON array of transactions or one transaction, streamed, of any size. Answers how many are durably in the log, ' +
          'and every line that was not accepted with its problems (the first 1,000). Rejected lines also go to the dead letters. ' +
          'Where nothing could be read it answers 400 or 422, with the same fields.',
        tags: ['Decisions'],
        consumes: ['application/x-ndjson', 'application/json'],
      },
    },
    async (request, reply) => {
      const errors: LineError[] = [];
      let accepted = 0;
      let rejected = 0;
      let chunk: Transaction[] = [];
      let wrapped = false;
      const reject = async (index: number, raw: string, problems: readonly Problem[]): Promise<void> => {
        rejected++;
        if (errors.length < MAX_ERRORS_SHOWN) errors.push({ index, problems });
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
        await acceptWhenRoom(full);
        accepted += full.length;
      };
      let wasRead = false;
      const source = async function* (): AsyncGenerator<Buffer> {
        for await (const bytes of request.raw as AsyncIterable<Buffer>) {
          wasRead ||= SAYS_SOMETHING.test(bytes.toString('latin1'));
          yield bytes;
        }
      };
      const pace = watchPace(request, reply, boundary, () => `${accepted} were accepted.`);
      try {
        for await (const piece of splitJson(source(), MAX_PIECE_BYTES)) {
          pace.came();
          // The rest of such a body is read to its end, so that the answer is heard.
          if (wrapped) continue;
          const start = 'start' in piece ? piece.start : 'text' in piece ? piece.text : '';
          if (piece.index === 1 && WRAPPED.test(start)) {
            wrapped = true;
            await reject(piece.index, start, [{ pointer: '/transactions', message: UNWRAP }]);
            continue;
          }
          if ('missing' in piece) {
            await reject(piece.index, '', [{ pointer: '', message: MISSING[piece.missing] }]);
            continue;
          }
          if ('tooLong' in piece) {
            const message = `This element is longer than ${MAX_PIECE_BYTES} bytes.`;
            await reject(piece.index, '', [{ pointer: '', message }]);
            continue;
          }
          if ('badByte' in piece) {
            const message = `This element is ${badByteText(piece.badByte)}.`;
            await reject(piece.index, piece.text, [{ pointer: '', message }]);
            continue;
          }
          const read = readJson(piece.text);
          const parsed = read.ok
            ? parseTransaction(read.value, desk.clock.nowMs(), desk.maxAmountMinor, desk.cards)
            : read;
          if (!parsed.ok) {
            await reject(piece.index, piece.text, parsed.problems.map(withLabelHint));
            continue;
          }
          chunk.push(parsed.value);
          if (chunk.length === CHUNK) await flush();
        }
        await flush();
      } catch (error) {
        if (!(error instanceof OverCapacityError)) throw error;
        reply.header('Retry-After', String(error.retryAfterSeconds)).code(503);
        return { accepted, rejected, errors, problem: error.message };
      } finally {
        pace.stop();
      }
      if (accepted > 0 || (rejected === 0 && wasRead)) return { accepted, rejected, errors };
      const [title, status, detail] = wasRead
        ? ['Not valid', 422, `None of ${rejected} could be accepted; see errors.`]
        : ['Bad request', 400, 'The body is empty; it must be JSON, or one JSON object a line.'];
      reply.code(status).type('application/problem+json');
      const problems = errors.flatMap((error) => error.problems).slice(0, MAX_ERRORS_SHOWN);
      return { type: 'about:blank', title, status, detail, problems, accepted, rejected, errors };
    },
  );
}
