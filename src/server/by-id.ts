// Opening what has an id of somebody else's making. Browsers and proxies take `.` and `..` in a path for folders, and some take
// `%2F` for a slash, so whatever is opened by its id in a path is opened by `?id=` as well.
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { type TObject, Type } from 'typebox';

type ById = { Params: { id: string }; Querystring: unknown };
type Options = RouteShorthandOptions & { readonly schema: { params: TObject; querystring?: TObject } };

/** A route whose path ends in `:id` or holds it, and the same route with the id in the query. */
export function getById<Route extends ById>(
  app: FastifyInstance,
  [byPath, byQuery]: readonly [byPath: string, byQuery: string],
  options: Options,
  handler: (request: FastifyRequest<Route>, reply: FastifyReply) => Promise<unknown>,
): void {
  const run = handler as (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  app.get(byPath, options, run);
  const { params, querystring, ...schema } = options.schema;
  const { summary = '' } = schema as { summary?: string };
  app.get(
    byQuery,
    {
      ...options,
      schema: {
        ...schema,
        summary: `${summary}, by any id`,
        querystring: Type.Object(
          { ...params.properties, ...querystring?.properties },
          { additionalProperties: false },
        ),
      },
      preHandler: async (request) => {
        const { id } = request.query as { id: string };
        request.params = { id };
      },
    },
    run,
  );
}
