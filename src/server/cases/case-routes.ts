// Cases over HTTP: alerts that belong together, tasks, a narrative, closing by one or two people, and the report.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { personBehind } from '../../domain/access.ts';
import { CASE_OUTCOMES, CASE_STATUSES, type CaseOutcome } from '../../domain/case.ts';
import { currencyProblem } from '../../domain/currency.ts';
import { InputError } from '../../domain/input-error.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Sight } from '../../domain/sight.ts';
import type { Desk } from '../../ports/desk.ts';
import type { Case, CaseChange } from '../../ports/office/cases.ts';
import type { StoredTransaction } from '../../ports/store.ts';
import type { CaseMessage } from '../../protocol/cases.ts';
import { Identifier, Int32, Line, Prose, SafeInteger, Said } from '../../protocol/fields.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { textSeen } from '../access/office-seen.ts';
import { sightOf } from '../access/sight.ts';
import { alertMessage, historyMessage, notesMessage, worksAlerts } from '../alerts/alert-messages.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { notSecond } from '../proposals/proposals.ts';
import { ProblemSchema } from '../schemas.ts';
import { reportJson, reportXml } from './suspicious-report.ts';

const PAGE = 100;
const MAX_ALERTS = 200;
const MAX_REPORTED = 1000;
const MAX_HISTORY = 200;
/** Units of one currency for one of another. */
const MAX_RATE = 1e9;

const id = SafeInteger({ minimum: 1 });
const CaseParams = Type.Object({ id });
const AlertParams = Type.Object({ id, alert: id });
const TaskParams = Type.Object({ id, task: id });
const alertIds = Type.Array(id, { maxItems: MAX_ALERTS, uniqueItems: true });
const CaseQuery = Type.Object(
  {
    status: Type.Optional(Type.String({ enum: [...CASE_STATUSES] })),
    cursor: Type.Optional(id),
  },
  { additionalProperties: false },
);
const OpenBody = Type.Object(
  { title: Line(200), alerts: Type.Optional(alertIds) },
  { additionalProperties: false, examples: [{ title: 'Card testing by one device', alerts: [17, 18] }] },
);
const AlertsBody = Type.Object({ alerts: alertIds }, { additionalProperties: false });
const ChangeBody = Type.Object(
  {
    version: Int32({ minimum: 1, description: 'As it was seen' }),
    action: Type.String({ enum: ['edit', 'assign', 'propose', 'close', 'reopen'] }),
    title: Type.Optional(Line(200)),
    narrative: Type.Optional(Prose(20_000)),
    assignee: Type.Optional(Identifier(200, { description: 'Nobody where absent' })),
    outcome: Type.Optional(Type.String({ enum: [...CASE_OUTCOMES] })),
  },
  { additionalProperties: false, examples: [{ version: 3, action: 'close', outcome: 'fraud' }] },
);
const TextBody = Type.Object({ text: Said(4000) }, { additionalProperties: false });
const TaskBody = Type.Object({ done: Type.Boolean() }, { additionalProperties: false });
const ReportBody = Type.Object(
  {
    format: Type.String({ enum: ['json', 'goaml'] }),
    reportingEntityId: SafeInteger({ minimum: 1 }),
    institutionCode: Line(50),
    localCurrency: Identifier(3, { minLength: 3 }),
    exchangeRates: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Z]{3}$' }),
        Type.Number({ minimum: 1 / MAX_RATE, maximum: MAX_RATE }),
        { additionalProperties: false, maxProperties: 200 },
      ),
    ),
    indicators: Type.Optional(
      Type.Array(Identifier(20, { pattern: '^[\\w-]+$' }), { maxItems: 50, uniqueItems: true }),
    ),
    action: Type.Optional(Prose(8000, { description: 'What was done about it' })),
  },
  { additionalProperties: false },
);

function caseMessage(found: Case, sight: Sight): CaseMessage {
  return {
    id: found.id,
    title: textSeen(found.title, sight) ?? `Case ${found.id}`,
    status: found.status,
    narrative: textSeen(found.narrative, sight),
    outcome: found.outcome ?? null,
    assignee: found.assignee ?? null,
    openedBy: found.openedBy,
    openedAt: isoTime(found.openedAtMs),
    proposedBy: found.proposedBy ?? null,
    closedBy: found.closedBy ?? null,
    closedAt: timeOrNull(found.closedAtMs),
    alerts: found.alerts,
    tasksOpen: found.tasksOpen,
    version: found.version,
  };
}

export function caseRoutes(app: FastifyInstance, desk: Desk): void {
  const { clock, store } = desk;
  const { cases, alerts, notes, audit, people, settings } = desk.office;
  const tags = ['Cases'];
  const problems = { 400: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema, 422: ProblemSchema };
  const work = { permission: 'work_alerts' } as const;
  const notFound = (reply: FastifyReply, number: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no case ${number}.`);

  app.get<{ Querystring: Static<typeof CaseQuery> }>(
    '/v1/cases',
    {
      config: { permission: 'read' },
      schema: { summary: 'Cases, newest first', tags, querystring: CaseQuery },
    },
    async (request) => {
      const status = CASE_STATUSES.find((one) => one === request.query.status);
      const items = await cases.list(status, request.query.cursor, PAGE);
      return {
        items: items.map((one) => caseMessage(one, sightOf(request))),
        nextCursor: items.length === PAGE ? (items.at(-1)?.id ?? null) : null,
      };
    },
  );

  app.post<{ Body: Static<typeof OpenBody> }>(
    '/v1/cases',
    {
      config: work,
      schema: { summary: 'Open a case, with alerts', tags, body: OpenBody, response: problems },
    },
    async (request, reply) => {
      const { title, alerts: ids = [] } = request.body;
      const { id: personId, name } = actorOf(request);
      const entry = entryOf(request, clock, 'opened a case', 'case {case}', { title, alerts: ids });
      const number = await cases.open(title.trim(), { id: personId, name }, ids, entry);
      return reply.code(201).send({ id: number });
    },
  );

  app.get<{ Params: Static<typeof CaseParams> }>(
    '/v1/cases/:id',
    {
      config: { permission: 'read', viewed: 'case' },
      schema: { summary: 'A case with all that belongs to it', tags, params: CaseParams, response: problems },
    },
    async (request, reply) => {
      const found = await cases.find(request.params.id);
      if (!found) return notFound(reply, request.params.id);
      const subject = `case ${found.id}`;
      const sight = sightOf(request);
      const [ids, tasks, said, lines, { fourEyesCases }] = await Promise.all([
        cases.alertIds(found.id),
        cases.tasks(found.id),
        notes.notes(subject),
        audit.lines({ subject }, MAX_HISTORY),
        settings.read(),
      ]);
      const belonging = await Promise.all(ids.map((alertId) => alerts.find(alertId)));
      return {
        case: caseMessage(found, sight),
        fourEyes: fourEyesCases,
        alerts: belonging.flatMap((alert) => (alert ? [alertMessage(alert, sight)] : [])),
        tasks: tasks.map(({ id: task, text: said, done, who, atMs }) => ({
          id: task,
          text: textSeen(said, sight),
          done,
          who,
          at: isoTime(atMs),
        })),
        notes: notesMessage(said, sight),
        history: historyMessage(lines, sight),
      };
    },
  );

  /** The change that a body asks for, or what stands in its way. */
  async function changeOf(
    found: Case,
    body: Static<typeof ChangeBody>,
    request: FastifyRequest,
  ): Promise<CaseChange | string> {
    const actor = actorOf(request);
    const by = { id: actor.id, name: actor.name };
    const outcome: CaseOutcome | undefined = CASE_OUTCOMES.find((one) => one === body.outcome);
    switch (body.action) {
      case 'edit':
        return {
          kind: 'edit',
          title: (body.title ?? found.title).trim(),
          narrative: body.narrative ?? found.narrative,
        };
      case 'assign': {
        if (body.assignee === undefined) return { kind: 'assign', to: undefined };
        if (body.assignee === actor.id) return { kind: 'assign', to: by };
        const person = await people.user(body.assignee);
        return person && worksAlerts(person)
          ? { kind: 'assign', to: { id: person.id, name: person.name } }
          : `${body.assignee} does not work cases.`;
      }
      case 'propose':
        return outcome
          ? { kind: 'propose', outcome, by: { id: personBehind(actor), name: actor.name } }
          : 'Say how it ended, in "outcome".';
      case 'close': {
        const ended = outcome ?? found.outcome;
        if (!ended) return 'Say how it ended, in "outcome".';
        if (found.tasksOpen > 0) return `${found.tasksOpen} tasks are not done.`;
        const { fourEyesCases } = await settings.read();
        if (!fourEyesCases) return { kind: 'close', outcome: ended, by: actor.name };
        if (found.status !== 'proposed') return 'Two people close a case here: propose it first.';
        const refused = notSecond(request, found.proposedBy?.id ?? '');
        if (refused) return refused;
        return { kind: 'close', outcome: found.outcome ?? ended, by: actor.name };
      }
      default:
        return { kind: 'reopen' };
    }
  }

  app.post<{ Params: Static<typeof CaseParams>; Body: Static<typeof ChangeBody> }>(
    '/v1/cases/:id/actions',
    {
      config: work,
      schema: {
        summary: 'Change a case as it was seen: edit, assign, propose to close, close, reopen',
        tags,
        params: CaseParams,
        body: ChangeBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const found = await cases.find(request.params.id);
      if (!found) return notFound(reply, request.params.id);
      const change = await changeOf(found, request.body, request);
      if (typeof change === 'string') return sendProblem(reply, 409, 'Conflict', change);
      const done = {
        edit: 'edited',
        assign: 'assigned',
        propose: 'proposed to close',
        close: 'closed',
        reopen: 'reopened',
      };
      const detail =
        change.kind === 'assign' ? { to: change.to?.name ?? 'nobody' } : { ...change, kind: undefined };
      const entry = entryOf(request, clock, `${done[change.kind]} a case`, `case ${found.id}`, detail);
      if (!(await cases.change(found.id, request.body.version, change, entry))) {
        return sendProblem(reply, 409, 'Conflict', 'The case changed meanwhile. Look at it again.');
      }
      const now = await cases.find(found.id);
      return now ? caseMessage(now, sightOf(request)) : notFound(reply, found.id);
    },
  );

  app.post<{ Params: Static<typeof CaseParams>; Body: Static<typeof AlertsBody> }>(
    '/v1/cases/:id/alerts',
    {
      config: work,
      schema: {
        summary: 'Add alerts to a case',
        tags,
        params: CaseParams,
        body: AlertsBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const found = await cases.find(request.params.id);
      if (!found) return notFound(reply, request.params.id);
      if (found.alerts + request.body.alerts.length > MAX_ALERTS) {
        return sendProblem(reply, 409, 'Conflict', `A case holds at most ${MAX_ALERTS} alerts.`);
      }
      const entry = entryOf(request, clock, 'added alerts', `case ${found.id}`, {
        alerts: request.body.alerts,
      });
      return { added: await cases.addAlerts(found.id, request.body.alerts, entry) };
    },
  );

  app.delete<{ Params: Static<typeof AlertParams> }>(
    '/v1/cases/:id/alerts/:alert',
    {
      config: work,
      schema: { summary: 'Take an alert out of a case', tags, params: AlertParams, response: problems },
    },
    async (request, reply) => {
      const { id: number, alert } = request.params;
      const entry = entryOf(request, clock, 'removed an alert', `case ${number}`, { alert });
      if (!(await cases.removeAlert(number, alert, entry))) return notFound(reply, number);
      return { removed: alert };
    },
  );

  app.post<{ Params: Static<typeof CaseParams>; Body: Static<typeof TextBody> }>(
    '/v1/cases/:id/notes',
    {
      config: work,
      schema: {
        summary: 'Add a note to a case',
        tags,
        params: CaseParams,
        body: TextBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const found = await cases.find(request.params.id);
      if (!found) return notFound(reply, request.params.id);
      const subject = `case ${found.id}`;
      await notes.addNote(
        subject,
        request.body.text.trim(),
        entryOf(request, clock, 'added a note', subject),
      );
      return reply.code(201).send({ notes: notesMessage(await notes.notes(subject), sightOf(request)) });
    },
  );

  app.post<{ Params: Static<typeof CaseParams>; Body: Static<typeof TextBody> }>(
    '/v1/cases/:id/tasks',
    {
      config: work,
      schema: {
        summary: 'Add a task to a case',
        tags,
        params: CaseParams,
        body: TextBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const found = await cases.find(request.params.id);
      if (!found) return notFound(reply, request.params.id);
      const task = request.body.text.trim();
      await cases.addTask(
        found.id,
        task,
        entryOf(request, clock, 'added a task', `case ${found.id}`, { task }),
      );
      return reply.code(201).send({ tasks: (await cases.tasks(found.id)).length });
    },
  );

  app.put<{ Params: Static<typeof TaskParams>; Body: Static<typeof TaskBody> }>(
    '/v1/cases/:id/tasks/:task',
    {
      config: work,
      schema: {
        summary: 'A task is done, or is not',
        tags,
        params: TaskParams,
        body: TaskBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id: number, task } = request.params;
      const { done } = request.body;
      const entry = entryOf(request, clock, done ? 'did a task' : 'took up a task again', `case ${number}`, {
        task,
      });
      if (!(await cases.setTask(number, task, done, entry))) return notFound(reply, number);
      return { task, done };
    },
  );

  app.post<{ Params: Static<typeof CaseParams>; Body: Static<typeof ReportBody> }>(
    '/v1/cases/:id/report',
    {
      config: { ...work, identifiers: true },
      schema: {
        summary: 'The suspicious transaction report of a case',
        description:
          'As JSON (docs/cases.md) or as goAML XML. Every transaction of the case’s alerts is in it. What only the bank knows of a customer ' +
          'has to be added where the intelligence unit takes the file in.',
        tags,
        params: CaseParams,
        body: ReportBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const found = await cases.find(request.params.id);
      if (!found) return notFound(reply, request.params.id);
      const { format, exchangeRates = {}, indicators = [], action = '', ...about } = request.body;
      const notInUse = currencyProblem(about.localCurrency, clock.nowMs());
      if (notInUse)
        return sendProblem(reply, 422, 'Not valid', `localCurrency is ${about.localCurrency}; ${notInUse}.`);
      const details = { ...about, exchangeRates, indicators, action };
      const transactions: StoredTransaction[] = [];
      for (const alertId of await cases.alertIds(found.id)) {
        for (const transactionId of await alerts.transactionIds(alertId, MAX_REPORTED)) {
          const stored = await store.transaction(transactionId);
          if (stored) transactions.push(stored);
        }
      }
      if (transactions.length > MAX_REPORTED) {
        return sendProblem(
          reply,
          409,
          'Conflict',
          `A report has at most ${MAX_REPORTED} transactions; split the case.`,
        );
      }
      transactions.sort((a, b) => a.transaction.occurredAtMs - b.transaction.occurredAtMs);
      const report = {
        case: found,
        transactions,
        preparedBy: actorOf(request).name,
        preparedAtMs: clock.nowMs(),
      };
      try {
        const content = format === 'goaml' ? reportXml(report, details) : reportJson(report, details);
        await audit.append(
          entryOf(request, clock, 'made a report', `case ${found.id}`, {
            format,
            transactions: transactions.length,
          }),
        );
        const extension = format === 'goaml' ? 'xml' : 'json';
        reply.header('content-disposition', `attachment; filename="case-${found.id}.${extension}"`);
        return typeof content === 'string' ? reply.type('application/xml').send(content) : content;
      } catch (error) {
        if (error instanceof InputError) return sendProblem(reply, 422, 'Not valid', error.message);
        throw error;
      }
    },
  );
}
