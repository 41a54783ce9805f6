// Errors as RFC 9457 problem details.
import type { FastifyReply } from 'fastify';
import { maskCardNumbers } from '../../domain/card-number.ts';
import type { Problem } from '../../domain/problem.ts';

const masked = ({ pointer, message }: Problem): Problem => ({
  pointer: maskCardNumbers(pointer),
  message: maskCardNumbers(message),
});

/** Answers with a problem. What it repeats of the request is repeated without card numbers. */
export function sendProblem(
  reply: FastifyReply,
  status: number,
  title: string,
  detail: string,
  problems?: readonly Problem[],
  /** Members beside those of every problem (RFC 9457, 3.2). */
  more?: object,
): FastifyReply {
  return reply
    .code(status)
    .type('application/problem+json')
    .send({
      type: 'about:blank',
      title,
      status,
      detail: maskCardNumbers(detail),
      ...(problems && { problems: problems.map(masked) }),
      ...more,
    });
}
