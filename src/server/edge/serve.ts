// Puts an operation of the API on the server: its schemas check what comes in and write what goes out, so that nothing that it
// does not name leaves the desk.
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { answersNothing, served } from '../../protocol/document.ts';
import type { AnswerOf, BodyOf, OperationShape, ParamsOf, QueryOf } from '../../protocol/operation.ts';
import { Problem } from '../../protocol/problem.ts';
import { hasBody } from './connection-bounds.ts';
import { sendProblem } from './problem-details.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What is served here, as the API's document has it. */
    operation?: OperationShape;
  }
}

export type RequestOf<O> = FastifyRequest<{
  Params: ParamsOf<O>;
  Querystring: QueryOf<O>;
  Body: BodyOf<O>;
}>;

/** What a handler gives: the answer, or the reply where it has sent one itself (a problem, a file). */
export type Handler<O> = (request: RequestOf<O>, reply: FastifyReply) => Promise<AnswerOf<O> | FastifyReply>;

type Hooks = {
  /** The handler reads the body as it comes. */
  readonly streams?: true;
  /** A body with a Content-Encoding is refused. */
  readonly takesNoEncoding?: true;
  /** How often one address may ask, where that is less than what any may. */
  readonly rateLimit?: { readonly max: number; readonly timeWindow: number };
} & Pick<
  RouteShorthandOptions,
  'bodyLimit' | 'onRequest' | 'preValidation' | 'preHandler' | 'validatorCompiler'
>;

/** Serves an operation, by its path and by any id where it has both. */
export function serve<O extends OperationShape>(
  app: FastifyInstance,
  operation: O,
  handler: Handler<O>,
  { streams, takesNoEncoding, rateLimit, ...hooks }: Hooks = {},
): void {
  const [status] = Object.keys(operation.answers).map(Number);
  const run = handler as (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  for (const one of served([operation])) {
    const { method, path: url, permission, identifiers, viewed, expensive } = one;
    const isByAnyId = one.path !== operation.path;
    app.route({
      ...hooks,
      method,
      url,
      config: {
        operation: one,
        permission,
        ...(streams && { streams }),
        ...(takesNoEncoding && { takesNoEncoding }),
        ...(rateLimit && { rateLimit }),
        ...(identifiers && { identifiers }),
        ...(viewed !== undefined && { viewed }),
        ...(expensive && { expensive }),
      },
      schema: {
        ...(one.params && !isByAnyId && { params: one.params }),
        ...(one.query && { querystring: one.query }),
        ...(one.body && { body: one.body }),
        response: {
          ...(one.answerType === undefined && !answersNothing(status) && one.answers),
          '4xx': one.problemBody ?? Problem,
          '5xx': one.problemBody ?? Problem,
        },
      },
      ...(isByAnyId && {
        preHandler: async (request: FastifyRequest) => {
          const { id } = request.query as { id: string };
          request.params = { id };
        },
      }),
      handler: async (request, reply) => {
        if (one.streamTypes && !hasBody(request.raw))
          return sendProblem(
            reply,
            400,
            'Bad request',
            `There is no body. Send ${one.streamTypes.join(' or ')}.`,
          );
        reply.code(status);
        return run(request, reply);
      },
    });
  }
}

/** Sends the answer that an operation has for a status other than its first one. */
export function answer<O extends OperationShape, S extends keyof O['answers'] & number>(
  reply: FastifyReply,
  _operation: O,
  status: S,
  body: AnswerOf<{ readonly answers: Pick<O['answers'], S> }>,
): FastifyReply {
  reply.code(status);
  const send: (payload: unknown) => FastifyReply = reply.send.bind(reply);
  return send(body);
}
