// The route that takes in one transaction to decide. Many: bulk-routes.ts; labels: label-routes.ts.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ownDataOf, undeclaredIn } from '../../domain/own-data.ts';
import type { Problem } from '../../domain/problem.ts';
import { WHOLE } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import { decide } from '../../protocol/decisions.ts';
import { conceptSeen } from '../access/features-seen.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { serve } from '../edge/serve.ts';

/** Names that an answer lists. */
const MAX_UNDECLARED = 100;

/** Answers with every problem. */
export const unprocessable = (reply: FastifyReply, problems: readonly Problem[]): FastifyReply =>
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

export function intakeRoutes(app: FastifyInstance, desk: Desk): void {
  serve(
    app,
    decide,
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
      const { decidedAtMs, rules, concepts, ...decision } = result.decision;
      const undeclared = undeclaredIn(parsed.value.attributes, ownDataOf(desk.dataModel()), MAX_UNDECLARED);
      // A shadow rule had no part in the answer.
      return {
        ...decision,
        // Whoever sends a transaction gets its decision whole.
        concepts: concepts.map((concept) => conceptSeen(concept, WHOLE)),
        rules: rules.filter(({ shadow }) => !shadow),
        decidedAt: new Date(decidedAtMs).toISOString(),
        ...(undeclared.length > 0 && { undeclared }),
      };
    },
    { validatorCompiler: byParser },
  );
}
