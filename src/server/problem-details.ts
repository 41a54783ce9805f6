// Errors as RFC 9457 problem details.
import type { FastifyReply } from 'fastify';
import type { Problem } from '../domain/problem.ts';

export function sendProblem(
  reply: FastifyReply,
  status: number,
  title: string,
  detail: string,
  problems?: readonly Problem[],
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({ type: 'about:blank', title, status, detail, ...(problems && { problems }) });
}
