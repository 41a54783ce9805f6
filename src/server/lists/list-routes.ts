// Lists over HTTP: making and removing them, filling them by hand or by a service, and asking imported sanctions lists.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { isoTime } from '../../domain/iso-time.ts';
import type { Desk } from '../../ports/desk.ts';
import {
  listEntries,
  listLists,
  makeList,
  putEntries,
  removeList,
  removeSanctionsList,
  screenName,
  takeEntries,
} from '../../protocol/lists.ts';
import { entryOf } from '../access/access.ts';
import { textSeen } from '../access/office-seen.ts';
import { sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { listsOfTwo, rulesByList } from '../rules/lists-of-rules.ts';
import { entriesOf, put, take } from './entries.ts';
import { listProposals } from './list-proposals.ts';
import { screened } from './screen-name.ts';

async function lists(request: RequestOf<typeof listLists>, { office }: Desk) {
  const [all, sources, ofTwo] = await Promise.all([
    office.lists.lists(),
    office.lists.sources(),
    listsOfTwo(office),
  ]);
  return {
    lists: all.map(({ note, ...list }) => ({
      ...list,
      note: textSeen(note, sightOf(request)) ?? '',
      needsTwo: ofTwo.has(list.name),
    })),
    sources: sources.map(({ importedAtMs, ...source }) => ({ ...source, importedAt: isoTime(importedAtMs) })),
  };
}

async function make(request: RequestOf<typeof makeList>, reply: FastifyReply, desk: Desk) {
  const { name, kind, purpose = 'watch', note = '' } = request.body;
  const list = { name, kind, purpose, note };
  const entry = entryOf(request, desk.clock, 'made a list', `list ${name}`, { kind, purpose });
  if (!(await desk.office.lists.add(list, entry))) {
    return sendProblem(reply, 409, 'Conflict', `There is a list ${name} already.`);
  }
  await desk.refresh();
  return { ...list, entries: 0 };
}

async function remove(request: RequestOf<typeof removeList>, reply: FastifyReply, desk: Desk) {
  const { name } = request.params;
  const users = (await rulesByList(desk.office)).get(name) ?? [];
  if (users.length > 0) {
    const ids = users.map(({ id }) => id).join(', ');
    return sendProblem(reply, 409, 'Conflict', `Rules read it: ${ids}. Retire them first.`);
  }
  const entry = entryOf(request, desk.clock, 'removed a list', `list ${name}`);
  if (!(await desk.office.lists.remove(name, entry)))
    return sendProblem(reply, 404, 'Not found', `There is no list ${name}.`);
  await desk.refresh();
  return { name, removed: true };
}

async function removeSource(request: RequestOf<typeof removeSanctionsList>, reply: FastifyReply, desk: Desk) {
  const { name } = request.params;
  const entry = entryOf(request, desk.clock, 'removed names', `sanctions ${name}`);
  if (!(await desk.office.lists.removeSource(name, entry))) {
    return sendProblem(reply, 404, 'Not found', `There is no sanctions list ${name}.`);
  }
  await desk.refresh();
  return { name, removed: true };
}

export function listRoutes(app: FastifyInstance, desk: Desk): void {
  serve(app, listLists, (request) => lists(request, desk));
  serve(app, makeList, (request, reply) => make(request, reply, desk));
  serve(app, removeList, (request, reply) => remove(request, reply, desk));
  serve(app, listEntries, (request, reply) => entriesOf(request, reply, desk));
  serve(app, putEntries, (request, reply) => put(request, reply, desk));
  serve(app, takeEntries, (request, reply) => take(request, reply, desk));
  serve(app, removeSanctionsList, (request, reply) => removeSource(request, reply, desk));
  serve(app, screenName, async (request) => {
    const { name } = request.body;
    const best = desk.lists.sanctionBest(name);
    await desk.office.audit.append(entryOf(request, desk.clock, 'screened a name', 'sanctions', { name }));
    return screened(best);
  });
  listProposals(app, desk);
}
