// The alert queue over HTTP: what waits, what belongs to it, and what people do with it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ALERT_SORTS, ALERT_VIEWS, type AlertVerdict, type AlertView, VERDICTS } from '../../domain/alert.ts';
import { identifierForm } from '../../domain/identifier-form.ts';
import { isoTime, parseIsoTime } from '../../domain/iso-time.ts';
import { type Sight, transactionSeen } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import type { AlertAction, QueueCursor } from '../../ports/office/alerts.ts';
import type { StoredTransaction } from '../../ports/store.ts';
import {
  type AccountPoint,
  ALERT_ACTIONS,
  type AlertAction as AlertActionBody,
  actOnAlerts,
  addNoteToAlert,
  countAlerts,
  getAlert,
  listAlerts,
  listColleagues,
} from '../../protocol/alerts.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { refuseHidden, sightOf } from '../access/sight.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { searchedMessage } from '../edge/searched.ts';
import { serve } from '../edge/serve.ts';
import type { Feed } from '../feed/feed.ts';
import type { LabelRelay } from '../labels/label-relay.ts';
import { baseSeen, feedRow } from '../transactions/rows.ts';
import {
  alertMessage,
  attachmentsMessage,
  historyMessage,
  notesMessage,
  worksAlerts,
} from './alert-messages.ts';

const MAX_TRANSACTIONS = 200;
const MAX_ACCOUNT = 300;
const MAX_EARLIER = 50;
const MAX_HISTORY = 200;
const MAX_SNOOZE_MS = 30 * 86_400_000;

const ACTION_WORDS: Readonly<Record<AlertAction['kind'], string>> = {
  claim: 'claimed',
  release: 'released',
  assign: 'assigned',
  snooze: 'snoozed',
  wake: 'woke',
  escalate: 'escalated',
  'de-escalate': 'de-escalated',
  reopen: 'reopened',
  verdict: 'gave verdict',
};

function accountPoint({ transaction, decision, isFraud }: StoredTransaction, sight: Sight): AccountPoint {
  const t = transactionSeen(transaction, sight);
  return {
    id: t.id,
    at: isoTime(t.occurredAtMs),
    amountMinor: t.amountMinor,
    currency: t.currency,
    ...baseSeen(t.base),
    outcome: decision.outcome,
    isFraud: isFraud ?? null,
    place: [t.merchant?.name ?? t.counterpartyId, t.city, t.country].filter(Boolean).join(', '),
    lat: t.location?.lat ?? null,
    lon: t.location?.lon ?? null,
  };
}

function parseCursor(text: string | undefined): QueueCursor | undefined {
  if (text === undefined) return undefined;
  const [value, id] = text.split('.').map(Number);
  return { value, id };
}

export function queueRoutes(app: FastifyInstance, desk: Desk, relay: LabelRelay, feed: Feed): void {
  const { clock, store } = desk;
  const { alerts, audit, notes, people } = desk.office;
  const notFound = (reply: FastifyReply, id: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no alert ${id}.`);

  serve(app, listAlerts, async (request, reply) => {
    const {
      view = 'open',
      sort = 'priority',
      search,
      minLossMinor,
      accountId,
      cursor,
      limit = 100,
    } = request.query;
    const refused = refuseHidden(request, reply, { accountId, search });
    if (refused) return refused;
    const by = ALERT_SORTS.find((one) => one === sort) ?? 'priority';
    const after = parseCursor(cursor);
    const found = await alerts.page(
      {
        view: ALERT_VIEWS.find((one) => one === view) ?? ('open' satisfies AlertView),
        sort: by,
        person: actorOf(request).id,
        nowMs: clock.nowMs(),
        ...(search?.trim() && { search: identifierForm(search) }),
        ...(minLossMinor !== undefined && { minLossMinor }),
        ...(accountId !== undefined && { accountId: identifierForm(accountId) }),
        ...(after && { after }),
      },
      limit,
    );
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
    const sight = sightOf(request);
    const alert = await alerts.find(id);
    if (!alert) return notFound(reply, id);
    const subject = `alert ${id}`;
    const asked = { sort: 'newest', person: '', nowMs: clock.nowMs(), accountId: alert.accountId } as const;
    const [ids, latest, closed, open, said, files, lines] = await Promise.all([
      alerts.transactionIds(id, MAX_TRANSACTIONS),
      store.transactions({ accountId: alert.accountId }, MAX_ACCOUNT),
      alerts.list({ ...asked, view: 'closed' }, MAX_EARLIER),
      alerts.list({ ...asked, view: 'open' }, 1),
      notes.notes(subject),
      notes.attachments(subject),
      audit.lines({ subject }, MAX_HISTORY),
    ]);
    if (request.query.download) {
      reply.header('content-disposition', `attachment; filename="alert-${id}.json"`);
    }
    const atHand = new Map(latest.map((row) => [row.transaction.id, row]));
    const rows = await Promise.all(
      ids.map((transactionId) => atHand.get(transactionId) ?? store.transaction(transactionId)),
    );
    return {
      alert: alertMessage(alert, sight),
      transactions: rows.flatMap((row) => (row ? [feedRow(row, sight, row.isFraud)] : [])),
      account: latest.reverse().map((row) => accountPoint(row, sight)),
      earlier: [...open, ...closed]
        .filter((other) => other.id !== id)
        .map((other) => alertMessage(other, sight)),
      notes: notesMessage(said, sight),
      attachments: attachmentsMessage(files, sight),
      history: historyMessage(lines, sight),
    };
  });

  /** The action that a body asks for, or what is missing. */
  async function actionOf(request: FastifyRequest, body: AlertActionBody): Promise<AlertAction | string> {
    const { id, name } = actorOf(request);
    const by = { id, name };
    const kind = ALERT_ACTIONS.find((one) => one === body.action);
    switch (kind) {
      case undefined:
        return `There is no action ${body.action}.`;
      case 'claim':
        return { kind, by };
      case 'assign': {
        if (body.assignee === undefined) return 'Say to whom, in "assignee".';
        if (body.assignee === id) return { kind, to: by };
        const person = await people.user(body.assignee);
        return person && worksAlerts(person)
          ? { kind, to: { id: person.id, name: person.name } }
          : `${body.assignee} does not work alerts.`;
      }
      case 'snooze': {
        const untilMs = body.until === undefined ? undefined : parseIsoTime(body.until);
        const now = clock.nowMs();
        if (untilMs === undefined) return 'Say until when, in "until", as a time like 2026-11-23T15:00:00Z.';
        if (untilMs <= now || untilMs > now + MAX_SNOOZE_MS)
          return 'An alert can be snoozed for up to 30 days from now.';
        return { kind, untilMs };
      }
      case 'verdict': {
        const verdict: AlertVerdict | undefined = VERDICTS.find((one) => one === body.verdict);
        if (!verdict) return `Say what it is, in "verdict": ${VERDICTS.join(', ')}.`;
        if (body.alerts.some(({ transactions }) => transactions === undefined)) {
          return 'A verdict needs "transactions" of each alert: how many were seen.';
        }
        return { kind, verdict, fraudType: verdict === 'fraud' ? body.fraudType : undefined, by };
      }
      default:
        return { kind };
    }
  }

  serve(app, actOnAlerts, async (request, reply) => {
    const { body } = request;
    const twice = body.alerts.find(({ id }, i) => body.alerts.findIndex((other) => other.id === id) < i);
    if (twice) return sendProblem(reply, 400, 'Bad request', `Alert ${twice.id} is named twice.`);
    const action = await actionOf(request, body);
    if (typeof action === 'string') return sendProblem(reply, 400, 'Bad request', action);
    const note = body.note?.trim();
    const detail = {
      ...(action.kind === 'assign' && { to: action.to.name }),
      ...(action.kind === 'snooze' && { until: isoTime(action.untilMs) }),
      ...(action.kind === 'verdict' && { verdict: action.verdict, fraudType: action.fraudType }),
      ...(note && { note }),
    };
    const entry = entryOf(request, clock, ACTION_WORDS[action.kind], '', detail);
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
  });

  serve(app, addNoteToAlert, async (request, reply) => {
    const { id } = request.params;
    if (!(await alerts.find(id))) return notFound(reply, id);
    await notes.addNote(
      `alert ${id}`,
      request.body.text.trim(),
      entryOf(request, clock, 'added a note', `alert ${id}`),
    );
    feed.queueChanged();
    const all = await notes.notes(`alert ${id}`);
    return { notes: notesMessage(all, sightOf(request)) };
  });
}
