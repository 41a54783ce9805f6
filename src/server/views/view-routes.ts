// Saved views: the address of a screen with its filters, under a name of one's own.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Office } from '../../ports/office/office.ts';
import type { Views } from '../../ports/office/views.ts';
import { listViews, removeView, type SavedViews, saveView } from '../../protocol/views.ts';
import { actorOf } from '../access/access.ts';
import { hiddenFilters } from '../access/office-seen.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';

const MAX_VIEWS = 50;

/** One's own; without those that ask by what is hidden from oneself by now. */
async function own(request: FastifyRequest, views: Views): Promise<SavedViews> {
  const saved = await views.list(actorOf(request).id);
  return { views: saved.filter(({ path }) => hiddenFilters(path, sightOf(request)).length === 0) };
}

async function save(request: RequestOf<typeof saveView>, reply: FastifyReply, views: Views) {
  const { name, path } = request.body;
  const hidden = hiddenFilters(path, sightOf(request));
  const refused = refuseHidden(request, reply, Object.fromEntries(hidden.map((one) => [one, true])));
  if (refused) return refused;
  if (!(await views.save(actorOf(request).id, name.trim(), path, MAX_VIEWS)))
    return sendProblem(reply, 409, 'Conflict', `There are ${MAX_VIEWS} views already; remove one first.`);
  return own(request, views);
}

export function viewRoutes(app: FastifyInstance, { views }: Office): void {
  serve(app, listViews, (request) => own(request, views));
  serve(app, saveView, (request, reply) => save(request, reply, views));
  serve(app, removeView, async (request) => {
    await views.remove(actorOf(request).id, request.params.name);
    return own(request, views);
  });
}
