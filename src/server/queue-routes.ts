// The alert queue over HTTP: what waits, what belongs to it, and what people do with it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { type AlertVerdict, QUEUE_SORTS, QUEUE_VIEWS, type QueueView, VERDICTS } from '../domain/alert.ts';
import { identifierForm } from '../domain/identifier-form.ts';
import { isoTime, parseIsoTime } from '../domain/iso-time.ts';
import { type Sight, transactionSeen } from '../domain/sight.ts';
import type { AlertAction, QueueCursor } from '../ports/alert-queue.ts';
import type { Desk } from '../ports/desk.ts';
import type { StoredTransaction } from '../ports/store.ts';
import type { AccountPoint } from '../protocol/queue.ts';
import { actorOf, entryOf } from './access/access.ts';
import { refuseHidden, sightOf } from './access/sight.ts';
import type { Feed } from './feed.ts';
import { Identifier, Int32, Line, Prose, SafeInteger, Said, Time } from './field-schema.ts';
import type { LabelRelay } from './label-relay.ts';
import {
  alertMessage,
  attachmentsMessage,
  historyMessage,
  notesMessage,
  worksAlerts,
} from './office-messages.ts';
import { sendProblem } from './problem-details.ts';
import { baseSeen, feedRow } from './rows.ts';
import { ProblemSchema, StoryQuery } from './schemas.ts';
import { SEARCH_WORDS, searchedMessage } from './searched.ts';

const MAX_PAGE = 500;
const MAX_TRANSACTIONS = 200;
const MAX_ACCOUNT = 300;
const MAX_EARLIER = 50;
const MAX_AT_ONCE = 500;
const MAX_HISTORY = 200;
const MAX_SNOOZE_MS = 30 * 86_400_000;

const ACTIONS = [
  'claim',
  'release',
  'assign',
  'snooze',
  'wake',
  'escalate',
  'de-escalate',
  'reopen',
  'verdict',
] as const;
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

const QueueQuery = Type.Object(
  {
    view: Type.Optional(Type.String({ enum: [...QUEUE_VIEWS], default: 'open' })),
    sort: Type.Optional(Type.String({ enum: [...QUEUE_SORTS], default: 'priority' })),
    search: Type.Optional(Line(200, { minLength: 0 })),
    minLossMinor: Type.Optional(SafeInteger()),
    accountId: Type.Optional(Identifier(128)),
    cursor: Type.Optional(
      Identifier(34, { pattern: '^-?\\d{1,16}\\.\\d{1,16}$', description: 'nextCursor of the page before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })),
  },
  { additionalProperties: false },
);
const AlertParams = Type.Object({ id: SafeInteger({ minimum: 1 }) });
const ActionBody = Type.Object(
  {
    action: Type.String({ enum: [...ACTIONS] }),
    alerts: Type.Array(
      Type.Object(
        {
          id: SafeInteger({ minimum: 1 }),
          version: Int32({ description: 'As it was seen' }),
          transactions: Type.Optional(Int32({ description: 'How many were seen; needed for a verdict' })),
        },
        { additionalProperties: false },
      ),
      { minItems: 1, maxItems: MAX_AT_ONCE },
    ),
    assignee: Type.Optional(Identifier(200, { description: 'For assign' })),
    until: Type.Optional(Time({ description: 'For snooze: a time like 2026-11-23T15:00:00Z' })),
    verdict: Type.Optional(Type.String({ enum: [...VERDICTS] })),
    fraudType: Type.Optional(Line(60)),
    note: Type.Optional(Prose(4000)),
  },
  {
    additionalProperties: false,
    examples: [{ action: 'verdict', alerts: [{ id: 17, version: 2, transactions: 3 }], verdict: 'fraud' }],
  },
);
const NoteBody = Type.Object({ text: Said(4000) }, { additionalProperties: false });
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
  const tags = ['Alert queue'];
  const problems = { 400: ProblemSchema, 403: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema };
  const notFound = (reply: FastifyReply, id: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no alert ${id}.`);

  app.get<{ Querystring: Static<typeof QueueQuery> }>(
    '/v1/queue',
    {
      config: { permission: 'read', expensive: true },
      schema: {
        summary: 'Alerts to be worked, one an account',
        description:
          'Every flagged transaction joins the open alert of its account. Sorted by the loss to be expected (sum of score × amount), by due time, or newest first. ' +
          `Asking by account, or searching, needs permission to see identifiers (read_identifiers) besides. ${SEARCH_WORDS}`,
        tags,
        querystring: QueueQuery,
        response: problems,
      },
    },
    async (request, reply) => {
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
      const by = QUEUE_SORTS.find((one) => one === sort) ?? 'priority';
      const after = parseCursor(cursor);
      const found = await alerts.page(
        {
          view: QUEUE_VIEWS.find((one) => one === view) ?? ('open' satisfies QueueView),
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
    },
  );

  app.get(
    '/v1/queue/counts',
    { config: { permission: 'read' }, schema: { summary: 'How many alerts each view holds', tags } },
    async (request) => alerts.counts(actorOf(request).id, clock.nowMs()),
  );

  app.get(
    '/v1/queue/colleagues',
    { config: { permission: 'work_alerts' }, schema: { summary: 'Who can be given an alert', tags } },
    async (request) => {
      const self = actorOf(request);
      const all = (await people.users()).filter(worksAlerts);
      const listed = all.map(({ id, name }) => ({ id, name }));
      return { people: self.kind === 'local' ? [{ id: self.id, name: self.name }, ...listed] : listed };
    },
  );

  app.get<{ Params: Static<typeof AlertParams>; Querystring: StoryQuery }>(
    '/v1/queue/:id',
    {
      config: { permission: 'read', viewed: 'alert' },
      schema: {
        summary: 'An alert with all that belongs to it',
        description:
          'Its transactions, other alerts of the account, notes, attachments, and who did what; `download` makes it a file.',
        tags,
        params: AlertParams,
        querystring: StoryQuery,
        response: problems,
      },
    },
    async (request, reply) => {
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
    },
  );

  /** The action that a body asks for, or what is missing. */
  async function actionOf(
    request: FastifyRequest,
    body: Static<typeof ActionBody>,
  ): Promise<AlertAction | string> {
    const { id, name } = actorOf(request);
    const by = { id, name };
    const kind = ACTIONS.find((one) => one === body.action);
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

  app.post<{ Body: Static<typeof ActionBody> }>(
    '/v1/queue/actions',
    {
      config: { permission: 'work_alerts' },
      schema: {
        summary: 'Do something with one or many alerts',
        description:
          'Each alert is changed only if it is still as it was seen (`version`, for a verdict also `transactions`); the others come ' +
          'back as `conflicts`, as they are now. A verdict writes the label and the audit line in the same transaction.',
        tags,
        body: ActionBody,
        response: problems,
      },
    },
    async (request, reply) => {
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
    },
  );

  app.post<{ Params: Static<typeof AlertParams>; Body: Static<typeof NoteBody> }>(
    '/v1/queue/:id/notes',
    {
      config: { permission: 'work_alerts' },
      schema: {
        summary: 'Add a note to an alert',
        tags,
        params: AlertParams,
        body: NoteBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await alerts.find(id))) return notFound(reply, id);
      await notes.addNote(
        `alert ${id}`,
        request.body.text.trim(),
        entryOf(request, clock, 'added a note', `alert ${id}`),
      );
      feed.queueChanged();
      const all = await notes.notes(`alert ${id}`);
      return reply.code(201).send({ notes: notesMessage(all, sightOf(request)) });
    },
  );
}
