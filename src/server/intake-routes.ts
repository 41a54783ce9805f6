// Routes that take in one thing at a time: a transaction to decide, a label. Many transactions: bulk-routes.ts.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseVerdict } from '../domain/label.ts';
import type { Problem } from '../domain/problem.ts';
import type { Desk } from '../ports/desk.ts';
import { entryOf } from './access/access.ts';
import type { LabelRelay } from './label-relay.ts';
import { sendProblem } from './problem-details.ts';
import { DecisionSchema, LabelSchema, ProblemSchema, TransactionSchema } from './schemas.ts';

const unprocessable = (reply: FastifyReply, problems: readonly Problem[]): FastifyReply =>
  sendProblem(
    reply,
    422,
    'Not valid',
    `${problems.length} problem${problems.length === 1 ? '' : 's'}; see problems.`,
    problems,
  );

/** Why an id cannot be used again. */
export const otherContent = (id: string): string =>
  `Transaction ${id} was decided before with other content. Send a new id, or the content as it was.`;

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
      const parsed = desk.readTransaction(request.body);
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
