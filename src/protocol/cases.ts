// Cases: alerts that belong together, with tasks, notes and a narrative, worked to an outcome that somebody answers for.
import { type Static, Type } from 'typebox';
import {
  CASE_OUTCOMES,
  CASE_STATUSES,
  type CaseChange,
  type Case as KeptCase,
  type CaseTask as KeptTask,
} from '../domain/case.ts';
import { Alert, Colleague } from './alerts.ts';
import { HistoryLine } from './audit.ts';
import { Identifier, Int32, Line, Prose, SafeInteger, Said } from './fields.ts';
import { Note, NoteBody, Notes } from './notes.ts';
import { At, Component, List, Nullable, OneOf, operation, type SchemasOf } from './operation.ts';
import { SuspiciousReport } from './suspicious-report.ts';

const capability = 'cases';
export const MAX_ALERTS_OF_CASE = 200;
/** Units of one currency for one of another. */
const MAX_RATE = 1e9;

const Hidden = Nullable(Type.String({ description: 'Null where it is hidden' }));

export const Case = Component(
  'Case',
  {
    id: Type.Integer(),
    title: Type.String(),
    status: OneOf(CASE_STATUSES, {
      description:
        '`proposed`: somebody asks to close it, and another one has to agree where two are asked for',
    }),
    narrative: Hidden,
    outcome: Nullable(OneOf(CASE_OUTCOMES)),
    assignee: Nullable(Colleague),
    openedBy: Type.String(),
    openedAt: At(),
    proposedBy: Nullable(Colleague),
    closedBy: Nullable(Type.String()),
    closedAt: Nullable(At()),
    alerts: Type.Integer({ description: 'How many belong to it' }),
    tasksOpen: Type.Integer({ description: 'It closes when there are none' }),
    version: Type.Integer({ description: 'To be named with a change: it is made if nothing changed since' }),
  } satisfies SchemasOf<KeptCase>,
  { description: 'Alerts that belong together' },
);
export type Case = Static<typeof Case>;

export const CaseTask = Component('CaseTask', {
  id: Type.Integer(),
  text: Hidden,
  done: Type.Boolean(),
  who: Type.String({ description: 'Who added it, or last did it or took it up again' }),
  at: At(),
} satisfies SchemasOf<KeptTask>);
export type CaseTask = Static<typeof CaseTask>;

export const CaseFile = Component(
  'CaseFile',
  {
    case: Case,
    fourEyes: Type.Boolean({ description: 'Two people close a case here' }),
    alerts: List(Alert),
    tasks: List(CaseTask),
    notes: List(Note),
    history: List(HistoryLine),
  },
  { description: 'A case with all that belongs to it' },
);
export type CaseFile = Static<typeof CaseFile>;

const CaseId = SafeInteger({ minimum: 1 });
const AlertId = SafeInteger({ minimum: 1 });
const AlertIds = Type.Array(AlertId, { maxItems: MAX_ALERTS_OF_CASE, uniqueItems: true });
const CaseParams = Type.Object({ id: CaseId });

const CHANGES = [
  'edit',
  'assign',
  'propose',
  'close',
  'reopen',
] as const satisfies readonly CaseChange['kind'][];

const ChangeBody = Type.Object(
  {
    version: Int32({ minimum: 1, description: 'As it was seen' }),
    action: OneOf<CaseChange['kind']>(CHANGES),
    title: Type.Optional(Line(200)),
    narrative: Type.Optional(Prose(20_000)),
    assignee: Type.Optional(Identifier(200, { description: 'Nobody where absent' })),
    outcome: Type.Optional(OneOf(CASE_OUTCOMES)),
  },
  { additionalProperties: false, examples: [{ version: 3, action: 'close', outcome: 'fraud' }] },
);

const ReportBody = Type.Object(
  {
    format: OneOf(['json', 'goaml']),
    reportingEntityId: SafeInteger({ minimum: 1 }),
    institutionCode: Line(50),
    localCurrency: Identifier(3, { minLength: 3, examples: ['EUR'] }),
    exchangeRates: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Z]{3}$' }),
        Type.Number({ minimum: 1 / MAX_RATE, maximum: MAX_RATE }),
        { additionalProperties: false, maxProperties: 200 },
      ),
    ),
    indicators: Type.Optional(
      Type.Array(Identifier(20, { pattern: '^[\\w-]+$', examples: ['FRAUD'] }), {
        maxItems: 50,
        uniqueItems: true,
      }),
    ),
    action: Type.Optional(Prose(8000, { description: 'What was done about it' })),
  },
  { additionalProperties: false },
);

export const listCases = operation({
  id: 'listCases',
  method: 'GET',
  path: '/v1/cases',
  capability,
  summary: 'Cases, newest first',
  permission: 'read',
  query: Type.Object(
    {
      status: Type.Optional(OneOf(CASE_STATUSES)),
      cursor: Type.Optional(SafeInteger({ minimum: 1 })),
    },
    { additionalProperties: false },
  ),
  answers: {
    200: Component('CasePage', {
      items: List(Case),
      nextCursor: Nullable(Type.Integer({ description: 'For the next page; null on the last one' })),
    }),
  },
});

export const openCase = operation({
  id: 'openCase',
  method: 'POST',
  path: '/v1/cases',
  capability,
  summary: 'Open a case, with alerts',
  permission: 'work_alerts',
  audits: ['opened a case'],
  body: Type.Object(
    { title: Line(200), alerts: Type.Optional(AlertIds) },
    { additionalProperties: false, examples: [{ title: 'Card testing by one device', alerts: [17, 18] }] },
  ),
  answers: { 201: Component('CaseOpened', { id: Type.Integer() }) },
});

export const getCase = operation({
  id: 'getCase',
  method: 'GET',
  path: '/v1/cases/:id',
  capability,
  summary: 'A case with all that belongs to it',
  permission: 'read',
  viewed: 'case',
  params: CaseParams,
  answers: { 200: CaseFile },
  problems: [404],
});

export const changeCase = operation({
  id: 'changeCase',
  method: 'POST',
  path: '/v1/cases/:id/actions',
  capability,
  summary: 'Change a case as it was seen: edit, assign, propose to close, close, reopen',
  permission: 'work_alerts',
  audits: [
    'edited a case',
    'assigned a case',
    'proposed to close a case',
    'closed a case',
    'reopened a case',
  ],
  params: CaseParams,
  body: ChangeBody,
  answers: { 200: Case },
  problems: [404, 409],
});

export const addAlertsToCase = operation({
  id: 'addAlertsToCase',
  method: 'POST',
  path: '/v1/cases/:id/alerts',
  capability,
  summary: 'Add alerts to a case',
  permission: 'work_alerts',
  audits: ['added alerts'],
  params: CaseParams,
  body: Type.Object({ alerts: AlertIds }, { additionalProperties: false }),
  answers: {
    200: Component('AlertsAdded', {
      added: List(Type.Integer(), {
        description: 'Those that are there and belonged to no case',
      }),
    }),
  },
  problems: [404, 409],
});

export const takeAlertOutOfCase = operation({
  id: 'takeAlertOutOfCase',
  method: 'DELETE',
  path: '/v1/cases/:id/alerts/:alert',
  capability,
  summary: 'Take an alert out of a case',
  permission: 'work_alerts',
  audits: ['removed an alert'],
  params: Type.Object({ id: CaseId, alert: AlertId }),
  answers: { 200: Component('AlertTakenOut', { removed: Type.Integer({ description: 'Its id' }) }) },
  problems: [404],
});

export const addNoteToCase = operation({
  id: 'addNoteToCase',
  method: 'POST',
  path: '/v1/cases/:id/notes',
  capability,
  summary: 'Add a note to a case',
  permission: 'work_alerts',
  audits: ['added a note'],
  params: CaseParams,
  body: NoteBody,
  answers: { 201: Notes },
  problems: [404],
});

export const addTaskToCase = operation({
  id: 'addTaskToCase',
  method: 'POST',
  path: '/v1/cases/:id/tasks',
  capability,
  summary: 'Add a task to a case',
  permission: 'work_alerts',
  audits: ['added a task'],
  params: CaseParams,
  body: Type.Object({ text: Said(4000) }, { additionalProperties: false }),
  answers: { 201: Component('TaskAdded', { tasks: Type.Integer({ description: 'How many it has now' }) }) },
  problems: [404],
});

export const setTaskOfCase = operation({
  id: 'setTaskOfCase',
  method: 'PUT',
  path: '/v1/cases/:id/tasks/:task',
  capability,
  summary: 'A task is done, or is not',
  permission: 'work_alerts',
  audits: ['did a task', 'took up a task again'],
  params: Type.Object({ id: CaseId, task: SafeInteger({ minimum: 1 }) }),
  body: Type.Object({ done: Type.Boolean() }, { additionalProperties: false }),
  answers: {
    200: Component('TaskSet', { task: Type.Integer({ description: 'Its id' }), done: Type.Boolean() }),
  },
  problems: [404],
});

export const reportCase = operation({
  id: 'reportCase',
  method: 'POST',
  path: '/v1/cases/:id/report',
  capability,
  summary: 'The suspicious transaction report of a case',
  description:
    'As JSON (docs/cases.md) or as goAML XML. Every transaction of the case’s alerts is in it. What only the bank knows of a customer ' +
    'has to be added where the intelligence unit takes the file in.',
  permission: 'work_alerts',
  identifiers: true,
  audits: ['made a report'],
  params: CaseParams,
  body: ReportBody,
  answers: { 200: SuspiciousReport },
  otherAnswerType: 'application/xml',
  problems: [404, 409, 422],
});
