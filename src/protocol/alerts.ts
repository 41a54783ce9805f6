// Alerts: what was flagged of an account and waits for somebody's verdict; one open alert an account.
import { type Static, Type } from 'typebox';
import { ALERT_SORTS, ALERT_VIEWS, VERDICTS } from '../domain/alert.ts';
import { OUTCOMES } from '../domain/decision.ts';
import { ID_MAX_LENGTH } from '../domain/transaction.ts';
import { Amount, Currency } from './amounts.ts';
import { HistoryLine } from './audit.ts';
import { Identifier, Int32, Line, Prose, SafeInteger, Time } from './fields.ts';
import { Attachment, Note, NoteBody, Notes } from './notes.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';
import { PageCursor, PageLimit, SEARCH_WORDS, SearchedRows, SearchPage } from './pages.ts';
import { DownloadQuery, Sample, TransactionRow } from './transactions.ts';

const capability = 'alerts';
const MAX_PAGE = 500;
const MAX_AT_ONCE = 500;
export const MAX_ATTACHMENT_BYTES = 5 << 20;
export const MAX_ATTACHMENTS = 20;

export const Colleague = Component('Colleague', { id: Type.String(), name: Type.String() });

export const Alert = Component(
  'Alert',
  {
    id: Type.Integer(),
    accountId: Type.String(),
    openedAt: At(),
    updatedAt: At(),
    dueAt: At(),
    transactions: Type.Integer({ description: 'How many were flagged' }),
    declined: Type.Integer(),
    amountMinor: Type.Number({ description: 'Hundredths of the base currency’s unit', examples: [12_345] }),
    expectedLossMinor: Type.Number({
      description: 'Hundredths of the base currency’s unit: sum of score × amount',
    }),
    maxScore: Type.Number(),
    currency: Currency,
    country: Nullable(Type.String()),
    topReason: Nullable(Type.String()),
    topConcept: Nullable(
      Type.String({
        description: 'What the reason is about; null where a rule says it',
        examples: ['payee'],
      }),
    ),
    sample: Nullable(Sample),
    status: OneOf(['open', 'closed']),
    assignee: Nullable(Colleague),
    snoozedUntil: Nullable(At()),
    escalated: Type.Boolean(),
    verdict: Nullable(
      OneOf([...VERDICTS, 'labels'], { description: '`labels`: closed by labels from elsewhere' }),
    ),
    fraudType: Nullable(Type.String()),
    closedAt: Nullable(At()),
    closedBy: Nullable(Type.String()),
    caseId: Nullable(Type.Integer()),
    version: Type.Integer({ description: 'To be named with an action: it is done if nothing changed since' }),
  },
  { description: 'What was flagged of an account and waits for a verdict' },
);
export type Alert = Static<typeof Alert>;

export const AlertCounts = Component('AlertCounts', {
  open: Type.Integer(),
  mine: Type.Integer(),
  unassigned: Type.Integer(),
  overdue: Type.Integer(),
  escalated: Type.Integer(),
  samples: Type.Integer({ description: 'Approved transactions that were drawn' }),
  snoozed: Type.Integer(),
});
export type AlertCounts = Static<typeof AlertCounts>;

export const AlertPage = Component('AlertPage', {
  items: List(Alert),
  nextCursor: Nullable(Type.String()),
  searched: SearchedRows,
});
export type AlertPage = Static<typeof AlertPage>;

export const AccountPoint = Component(
  'AccountPoint',
  {
    id: Type.String(),
    at: At(),
    amountMinor: Type.Number(),
    currency: Currency,
    base: Type.Optional(Amount),
    outcome: OneOf(OUTCOMES),
    isFraud: Nullable(Type.Boolean()),
    place: Type.String(),
    lat: Nullable(Type.Number()),
    lon: Nullable(Type.Number()),
  },
  { description: 'A transaction of the account, for its timeline and its map' },
);
export type AccountPoint = Static<typeof AccountPoint>;

export const AlertFile = Component(
  'AlertFile',
  {
    alert: Alert,
    transactions: List(TransactionRow, { description: 'Newest first, at most 200' }),
    account: List(AccountPoint, {
      description: 'The latest of the account, flagged or not, oldest first; at most 300',
    }),
    earlier: List(Alert, { description: 'Other alerts of the account, newest first' }),
    notes: List(Note),
    attachments: List(Attachment),
    history: List(HistoryLine),
  },
  { description: 'An alert with all that belongs to it' },
);
export type AlertFile = Static<typeof AlertFile>;

export const FLAGGED_STATES = ['open', 'confirmed', 'dismissed', 'unsure'] as const;

export const FlaggedTransaction = Component(
  'FlaggedTransaction',
  {
    transactionId: Type.String(),
    offset: Type.Integer(),
    accountId: Type.String(),
    createdAt: At(),
    outcome: OneOf(OUTCOMES),
    score: Type.Number(),
    amountMinor: Type.Number(),
    currency: Currency,
    base: Type.Optional(Amount),
    country: Type.Optional(Type.String()),
    merchantName: Type.Optional(Type.String()),
    topReason: Type.Optional(Type.String()),
    topConcept: Type.Optional(
      Type.String({ description: 'What the reason is about, where no rule says it' }),
    ),
    isFraud: Type.Boolean(),
    status: OneOf(FLAGGED_STATES),
  },
  { description: 'A transaction that was flagged, and what became of it' },
);
export type FlaggedTransaction = Static<typeof FlaggedTransaction>;

export const AlertActionResult = Component('AlertActionResult', {
  done: List(Type.Integer()),
  conflicts: List(Alert, { description: 'Alerts that had changed meanwhile, as they are now' }),
});
export type AlertActionResult = Static<typeof AlertActionResult>;

const AlertQuery = Type.Object(
  {
    view: Type.Optional(OneOf(ALERT_VIEWS, { default: 'open' })),
    sort: Type.Optional(OneOf(ALERT_SORTS, { default: 'priority' })),
    search: Type.Optional(Line(200, { minLength: 0 })),
    minLossMinor: Type.Optional(SafeInteger()),
    accountId: Type.Optional(Identifier(ID_MAX_LENGTH)),
    cursor: Type.Optional(
      Identifier(34, { pattern: '^-?\\d{1,16}\\.\\d{1,16}$', description: 'nextCursor of the page before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: MAX_PAGE, default: 100 })),
  },
  { additionalProperties: false },
);

const AlertParams = Type.Object({ id: SafeInteger({ minimum: 1 }) });

export const ALERT_ACTIONS = [
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

export const AlertAction = Component(
  'AlertAction',
  {
    action: OneOf(ALERT_ACTIONS),
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
    verdict: Type.Optional(OneOf(VERDICTS)),
    fraudType: Type.Optional(Line(60)),
    note: Type.Optional(Prose(4000)),
  },
  {
    additionalProperties: false,
    examples: [{ action: 'verdict', alerts: [{ id: 17, version: 2, transactions: 3 }], verdict: 'fraud' }],
  },
);
export type AlertAction = Static<typeof AlertAction>;

export const listAlerts = operation({
  id: 'listAlerts',
  method: 'GET',
  path: '/v1/queue',
  capability,
  summary: 'Alerts to be worked, one an account',
  description:
    'Every flagged transaction joins the open alert of its account. Sorted by the loss to be expected (sum of score × amount), by due time, or newest first. ' +
    `Asking by account, or searching, needs permission to see identifiers (read_identifiers) besides. ${SEARCH_WORDS}`,
  permission: 'read',
  expensive: true,
  query: AlertQuery,
  answers: { 200: AlertPage },
});

export const countAlerts = operation({
  id: 'countAlerts',
  method: 'GET',
  path: '/v1/queue/counts',
  capability,
  summary: 'How many alerts each view holds',
  permission: 'read',
  answers: { 200: AlertCounts },
});

export const listColleagues = operation({
  id: 'listColleagues',
  method: 'GET',
  path: '/v1/queue/colleagues',
  capability,
  summary: 'Who can be given an alert',
  permission: 'work_alerts',
  answers: { 200: Component('Colleagues', { people: List(Colleague) }) },
});

export const getAlert = operation({
  id: 'getAlert',
  method: 'GET',
  path: '/v1/queue/:id',
  capability,
  summary: 'An alert with all that belongs to it',
  description:
    'Its transactions, other alerts of the account, notes, attachments, and who did what; `download` makes it a file.',
  permission: 'read',
  viewed: 'alert',
  params: AlertParams,
  query: DownloadQuery,
  answers: { 200: AlertFile },
  problems: [404],
});

export const actOnAlerts = operation({
  id: 'actOnAlerts',
  method: 'POST',
  path: '/v1/queue/actions',
  capability,
  summary: 'Do something with one or many alerts',
  description:
    'Each alert is changed only if it is still as it was seen (`version`, for a verdict also `transactions`); the others come ' +
    'back as `conflicts`, as they are now. A verdict writes the label and the audit line in the same transaction.',
  permission: 'work_alerts',
  audits: [
    'claimed',
    'released',
    'assigned',
    'snoozed',
    'woke',
    'escalated',
    'de-escalated',
    'reopened',
    'gave verdict',
    'added a note',
  ],
  body: AlertAction,
  answers: { 200: AlertActionResult },
  problems: [404, 409],
});

export const addNoteToAlert = operation({
  id: 'addNoteToAlert',
  method: 'POST',
  path: '/v1/queue/:id/notes',
  capability,
  summary: 'Add a note to an alert',
  permission: 'work_alerts',
  audits: ['added a note'],
  params: AlertParams,
  body: NoteBody,
  answers: { 201: Notes },
  problems: [404],
});

export const attachToAlert = operation({
  id: 'attachToAlert',
  method: 'POST',
  path: '/v1/queue/:id/attachments',
  capability,
  summary: 'Attach a file to an alert',
  description: `The body is the file, up to ${MAX_ATTACHMENT_BYTES >> 20} MB; at most ${MAX_ATTACHMENTS} an alert.`,
  permission: 'work_alerts',
  audits: ['attached a file'],
  params: AlertParams,
  query: Type.Object({ name: Line(200) }, { additionalProperties: false }),
  streamTypes: ['application/octet-stream'],
  answers: { 201: Component('AttachedFile', { name: Type.String(), sha256: Type.String() }) },
  problems: [404, 409],
});

export const getAttachment = operation({
  id: 'getAttachment',
  method: 'GET',
  path: '/v1/queue/:id/attachments/:attachment',
  capability,
  summary: 'An attached file',
  permission: 'read_identifiers',
  audits: ['opened a file'],
  params: Type.Object({ id: SafeInteger({ minimum: 1 }), attachment: SafeInteger({ minimum: 1 }) }),
  answers: { 200: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) },
  answerType: 'application/octet-stream',
  problems: [404],
});

export const listFlaggedTransactions = operation({
  id: 'listFlaggedTransactions',
  method: 'GET',
  path: '/v1/alerts',
  capability,
  summary: 'Flagged transactions, newest first',
  description: `Asking by account needs permission to see identifiers (read_identifiers) besides. ${SEARCH_WORDS}`,
  permission: 'read',
  expensive: true,
  query: Type.Object(
    {
      status: Type.Optional(OneOf(['open', 'confirmed', 'dismissed'])),
      accountId: Type.Optional(Identifier(ID_MAX_LENGTH)),
      outcome: Type.Optional(OneOf(['review', 'decline'])),
      cursor: Type.Optional(PageCursor),
      limit: Type.Optional(PageLimit),
    },
    { additionalProperties: false },
  ),
  answers: { 200: SearchPage('FlaggedTransactionPage', FlaggedTransaction) },
});
