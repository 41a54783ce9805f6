// Saved views: the address of a screen with its filters, under a name of one's own.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Office } from '../../ports/office/office.ts';
import { Line } from '../../protocol/fields.ts';
import { actorOf } from '../access/access.ts';
import { hiddenFilters } from '../access/office-seen.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { ProblemSchema } from '../schemas.ts';

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
  /** One's own; without those that ask by what is hidden from oneself by now. */
  async function own(request: FastifyRequest) {
    const saved = await views.list(actorOf(request).id);
    return { views: saved.filter(({ path }) => hiddenFilters(path, sightOf(request)).length === 0) };
  }

  app.get(
    '/v1/views',
    { config: { permission: 'read' }, schema: { summary: 'One’s own saved views', tags } },
    own,
  );
  app.put<{ Body: Static<typeof ViewBody> }>(
    '/v1/views',
    {
      config: { permission: 'read' },
      schema: {
        summary: 'Save a view under a name',
        tags,
        body: ViewBody,
        response: { 403: ProblemSchema, 409: ProblemSchema },
      },
    },
    async (request, reply) => {
      const { name, path } = request.body;
      const { id } = actorOf(request);
      const hidden = hiddenFilters(path, sightOf(request));
      const refused = refuseHidden(request, reply, Object.fromEntries(hidden.map((one) => [one, true])));
      if (refused) return refused;
      if (!(await views.save(id, name.trim(), path, MAX_VIEWS))) {
        return sendProblem(reply, 409, 'Conflict', `There are ${MAX_VIEWS} views already; remove one first.`);
      }
      return own(request);
    },
  );
  app.delete<{ Params: Static<typeof NameParams> }>(
    '/v1/views/:name',
    {
      config: { permission: 'read' },
      schema: { summary: 'Remove a saved view', tags, params: NameParams },
    },
    async (request) => {
      await views.remove(actorOf(request).id, request.params.name);
      return own(request);
    },
  );
}
