// Saved views: the address of a screen with its filters, under a name of one's own.
import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Office } from '../ports/office.ts';
import { actorOf } from './access/access.ts';
import { Line } from './field-schema.ts';
import { sendProblem } from './problem-details.ts';
import { ProblemSchema } from './schemas.ts';

const MAX_VIEWS = 50;
const ViewBody = Type.Object(
  {
    // A view is removed by its name in a path, which cannot end in what means a folder.
    name: Line(60, { pattern: '^(?!\\s*\\.{1,2}\\s*$)' }),
    path: Line(1000, { pattern: '^/[a-z]+(\\?.*)?$' }),
  },
  { additionalProperties: false },
);
const NameParams = Type.Object({ name: Line(60) });

export function viewRoutes(app: FastifyInstance, office: Office): void {
  const { views } = office;
  const tags = ['Views'];
  app.get(
    '/v1/views',
    { config: { permission: 'read' }, schema: { summary: 'One’s own saved views', tags } },
    async (request) => ({ views: await views.list(actorOf(request).id) }),
  );
  app.put<{ Body: Static<typeof ViewBody> }>(
    '/v1/views',
    {
      config: { permission: 'read' },
      schema: { summary: 'Save a view under a name', tags, body: ViewBody, response: { 409: ProblemSchema } },
    },
    async (request, reply) => {
      const { name, path } = request.body;
      const { id } = actorOf(request);
      if (!(await views.save(id, name.trim(), path, MAX_VIEWS))) {
        return sendProblem(reply, 409, 'Conflict', `There are ${MAX_VIEWS} views already; remove one first.`);
      }
      return { views: await views.list(id) };
    },
  );
  app.delete<{ Params: Static<typeof NameParams> }>(
    '/v1/views/:name',
    {
      config: { permission: 'read' },
      schema: { summary: 'Remove a saved view', tags, params: NameParams },
    },
    async (request) => {
      const { id } = actorOf(request);
      await views.remove(id, request.params.name);
      return { views: await views.list(id) };
    },
  );
}
