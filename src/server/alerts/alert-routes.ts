// Alerts over HTTP: what waits, what belongs to it, and what people do with it.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { identifierForm } from '../../domain/identifier-form.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Desk } from '../../ports/desk.ts';
import type { AlertAction, AlertCursor, AlertFilter } from '../../ports/office/alerts.ts';
import {
  actOnAlerts,
  addNoteToAlert,
  countAlerts,
  getAlert,
  listAlerts,
  listColleagues,
  listFlaggedTransactions,
} from '../../protocol/alerts.ts';
import type { QueryOf } from '../../protocol/operation.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { searchedMessage } from '../edge/searched.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import type { Feed } from '../feed/feed.ts';
import type { LabelRelay } from '../labels/label-relay.ts';
import { alertRow } from '../transactions/rows.ts';
import { ACTION_WORDS, actionOf } from './alert-action.ts';
import { alertFile } from './alert-file.ts';
import { alertMessage, notesMessage, worksAlerts } from './alert-messages.ts';

const PAGE = 100;
const FLAGGED_PAGE = 50;

const notFound = (reply: FastifyReply, id: number): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no alert ${id}.`);

function cursorOf(text: string | undefined): AlertCursor | undefined {
  if (text === undefined) return undefined;
  const [value, id] = text.split('.').map(Number);
  return { value, id };
}

function filterOf(query: QueryOf<typeof listAlerts>, person: string, nowMs: number): AlertFilter {
  const { view = 'open', sort = 'priority', search, minLossMinor, accountId, cursor } = query;
  const after = cursorOf(cursor);
  return {
    view,
    sort,
    person,
    nowMs,
    ...(search?.trim() && { search: identifierForm(search) }),
    ...(minLossMinor !== undefined && { minLossMinor }),
    ...(accountId !== undefined && { accountId: identifierForm(accountId) }),
    ...(after && { after }),
  };
}

/** What the audit trail keeps of an action. */
const detailOf = (action: AlertAction, note: string | undefined) => ({
  ...(action.kind === 'assign' && { to: action.to.name }),
  ...(action.kind === 'snooze' && { until: isoTime(action.untilMs) }),
  ...(action.kind === 'verdict' && { verdict: action.verdict, fraudType: action.fraudType }),
  ...(note && { note }),
});

async function act(
  request: RequestOf<typeof actOnAlerts>,
  reply: FastifyReply,
  desk: Desk,
  relay: LabelRelay,
  feed: Feed,
) {
  const { clock } = desk;
  const { alerts, notes, people } = desk.office;
  const { body } = request;
  const twice = body.alerts.find(({ id }, i) => body.alerts.findIndex((other) => other.id === id) < i);
  if (twice) return sendProblem(reply, 400, 'Bad request', `Alert ${twice.id} is named twice.`);
  const { id: person, name } = actorOf(request);
  const action = await actionOf(body, { id: person, name }, people, clock.nowMs());
  if (typeof action === 'string') return sendProblem(reply, 400, 'Bad request', action);
  const note = body.note?.trim();
  const entry = entryOf(request, clock, ACTION_WORDS[action.kind], '', detailOf(action, note));
  const seen = body.alerts.map(({ id, version, transactions = 0 }) => ({ id, version, transactions }));
  const done = await alerts.act(seen, action, entry);
  if (note) {
    for (const id of done) {
      await notes.addNote(`alert ${id}`, note, entryOf(request, clock, 'added a note', `alert ${id}`));
    }
  }
  if (action.kind === 'verdict' && done.size > 0) void relay.push();
  if (done.size > 0) feed.queueChanged();
  const missed = body.alerts.filter(({ id }) => !done.has(id));
  const conflicts = (await Promise.all(missed.map(({ id }) => alerts.find(id)))).flatMap((alert) =>
    alert ? [alertMessage(alert, sightOf(request))] : [],
  );
  if (done.size === 0 && conflicts.length === 0) return notFound(reply, body.alerts[0].id);
  return { done: [...done], conflicts };
}

export function alertRoutes(app: FastifyInstance, desk: Desk, relay: LabelRelay, feed: Feed): void {
  const { clock, store } = desk;
  const { alerts, notes, people } = desk.office;

  serve(app, listAlerts, async (request, reply) => {
    const { accountId, search, limit = PAGE } = request.query;
    const refused = refuseHidden(request, reply, { accountId, search });
    if (refused) return refused;
    const found = await alerts.page(filterOf(request.query, actorOf(request).id, clock.nowMs()), limit);
    return {
      items: found.items.map((alert) => alertMessage(alert, sightOf(request))),
      nextCursor: found.next ? `${found.next.value}.${found.next.id}` : null,
      searched: searchedMessage(found),
    };
  });

  serve(app, countAlerts, async (request) => alerts.counts(actorOf(request).id, clock.nowMs()));

  serve(app, listColleagues, async (request) => {
    const self = actorOf(request);
    const all = (await people.users()).filter(worksAlerts);
    const listed = all.map(({ id, name }) => ({ id, name }));
    return { people: self.kind === 'local' ? [{ id: self.id, name: self.name }, ...listed] : listed };
  });

  serve(app, getAlert, async (request, reply) => {
    const { id } = request.params;
    const alert = await alerts.find(id);
    if (!alert) return notFound(reply, id);
    if (request.query.download)
      reply.header('content-disposition', `attachment; filename="alert-${id}.json"`);
    return alertFile(desk, alert, sightOf(request));
  });

  serve(app, actOnAlerts, (request, reply) => act(request, reply, desk, relay, feed));

  serve(app, addNoteToAlert, async (request, reply) => {
    const { id } = request.params;
    if (!(await alerts.find(id))) return notFound(reply, id);
    const entry = entryOf(request, clock, 'added a note', `alert ${id}`);
    await notes.addNote(`alert ${id}`, request.body.text.trim(), entry);
    feed.queueChanged();
    return { notes: notesMessage(await notes.notes(`alert ${id}`), sightOf(request)) };
  });

  serve(app, listFlaggedTransactions, async (request, reply) => {
    const { status, accountId, outcome, cursor, limit = FLAGGED_PAGE } = request.query;
    const refused = refuseHidden(request, reply, { accountId });
    if (refused) return refused;
    const found = await store.flagged(
      {
        ...(status !== undefined && { status }),
        ...(accountId !== undefined && { accountId: identifierForm(accountId) }),
        ...(outcome !== undefined && { outcome }),
        ...(cursor !== undefined && { before: cursor }),
      },
      limit,
    );
    return {
      items: found.items.map((alert) => alertRow(alert, sightOf(request))),
      nextCursor: found.next ?? null,
      searched: searchedMessage(found),
    };
  });
}
