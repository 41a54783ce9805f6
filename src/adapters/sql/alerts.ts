// The alert queue in the database. What a person does is one statement: the change where the alert is still as it was
// seen, the labels, and the audit line.
import type { AlertSort, AlertVerdict, AlertView } from '../../domain/alert.ts';
import { drawOf, sampleOf } from '../../domain/draw.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { LABEL_SOURCES, type LabelSource } from '../../domain/label.ts';
import type { Alert, AlertAction, AlertCursor, AlertFilter, Alerts } from '../../ports/office/alerts.ts';
import { auditStatement, auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';
import { textOrNone, timeMs, timeMsOrNone } from './values.ts';
import { A_PAGE, type Condition, type Place, type Walk, walk } from './walk.ts';

function toAlert(row: Row): Alert {
  return {
    id: Number(row.id),
    accountId: String(row.account_id),
    openedAtMs: timeMs(row.opened_at),
    updatedAtMs: timeMs(row.updated_at),
    dueAtMs: timeMs(row.due_at),
    transactions: Number(row.transactions),
    declined: Number(row.declined),
    amountMinor: Number(row.amount_minor),
    expectedLossMinor: Number(row.expected_loss_minor),
    maxScore: Number(row.max_score),
    currency: String(row.currency),
    country: textOrNone(row.country),
    topReason: textOrNone(row.top_reason),
    topRule: textOrNone(row.top_rule),
    topFeature: textOrNone(row.top_feature),
    topConcept: textOrNone(row.top_concept),
    sample: sampleOf(drawOf(row.draw, row.draw_chance)),
    status: row.status as Alert['status'],
    assignee:
      row.assignee_id === null ? undefined : { id: String(row.assignee_id), name: String(row.assignee_name) },
    snoozedUntilMs: timeMsOrNone(row.snoozed_until),
    escalated: row.escalated === true,
    verdict: (row.verdict as AlertVerdict | 'labels' | null) ?? undefined,
    fraudType: textOrNone(row.fraud_type),
    closedAtMs: timeMsOrNone(row.closed_at),
    closedBy: textOrNone(row.closed_by),
    caseId: row.case_id === null ? undefined : Number(row.case_id),
    version: Number(row.version),
  };
}

const COUNTED_AT_ONCE = 2000;
const COUNTED_VIEWS = ['open', 'mine', 'unassigned', 'overdue', 'escalated', 'samples', 'snoozed'] as const;
const AWAKE = '(snoozed_until is null or snoozed_until <= $2)';

/** What a view shows besides the status, which an index finds. */
function viewFilters(view: AlertView, person: string, nowMs: number): Condition[] {
  const now = isoTime(nowMs);
  const awake: Condition = ($) => `(snoozed_until is null or snoozed_until <= ${$(now)})`;
  switch (view) {
    case 'open':
      return [awake];
    case 'mine':
      return [awake, ($) => `assignee_id = ${$(person)}`];
    case 'unassigned':
      return [awake, () => 'assignee_id is null'];
    case 'overdue':
      return [awake, ($) => `due_at < ${$(now)}`];
    case 'escalated':
      return [awake, () => 'escalated'];
    case 'samples':
      return [awake, () => 'sample_id is not null'];
    case 'snoozed':
      return [($) => `snoozed_until > ${$(now)}`];
    case 'closed':
      return [];
  }
}

/** What a page is sorted by, and which way; the id comes last. */
const SORTS: Readonly<Record<AlertSort, Pick<Walk, 'keys' | 'down'>>> = {
  priority: {
    keys: [
      ['expected_loss_minor', 'bigint'],
      ['id', 'bigint'],
    ],
    down: true,
  },
  due: {
    keys: [
      ['due_at', 'timestamptz'],
      ['id', 'bigint'],
    ],
    down: false,
  },
  newest: { keys: [['id', 'bigint']], down: true },
};

function placeOf(sort: AlertSort, { value, id }: AlertCursor): Place {
  if (sort === 'newest') return [id];
  return [sort === 'due' ? isoTime(value) : value, id];
}

function cursorAt(sort: AlertSort, place: Place): AlertCursor {
  const id = Number(place[place.length - 1]);
  const value = sort === 'due' ? Date.parse(String(place[0])) : Number(place[0]);
  return { value, id };
}

function queueWalk({ view, sort, person, nowMs, search, minLossMinor, accountId }: AlertFilter): Walk {
  const status = view === 'closed' ? 'closed' : 'open';
  const filters = viewFilters(view, person, nowMs);
  if (search !== undefined) {
    const escaped = search.replace(/[\\%_]/g, '\\$&');
    filters.push(($) => {
      const text = `${$(escaped)}::text`;
      return `(account_id like ${text} || '%' or id::text = ${text} or top_reason ilike '%' || ${text} || '%')`;
    });
  }
  if (minLossMinor !== undefined) filters.push(($) => `expected_loss_minor >= ${$(minLossMinor)}`);
  return {
    ...SORTS[sort],
    // Alerts of an account are few: they are sorted by whatever is asked.
    table:
      accountId === undefined
        ? 'alerts'
        : ($) => `(select * from alerts where account_id = ${$(accountId)} offset 0) own`,
    columns: '*',
    among: [($) => `status = ${$(status)}`],
    filters,
  };
}

type Change = { readonly set: string; readonly parameters: readonly unknown[]; readonly where: string };

/** What an action changes; its parameters come after the first three of the statement. */
function changeOf(action: AlertAction, atMs: number): Change {
  const open = "a.status = 'open'";
  switch (action.kind) {
    case 'claim':
      return {
        set: 'assignee_id = $4, assignee_name = $5, snoozed_until = null',
        parameters: [action.by.id, action.by.name],
        where: open,
      };
    case 'assign':
      return {
        set: 'assignee_id = $4, assignee_name = $5',
        parameters: [action.to.id, action.to.name],
        where: open,
      };
    case 'release':
      return { set: 'assignee_id = null, assignee_name = null', parameters: [], where: open };
    case 'snooze':
      return { set: 'snoozed_until = $4', parameters: [isoTime(action.untilMs)], where: open };
    case 'wake':
      return { set: 'snoozed_until = null', parameters: [], where: open };
    case 'escalate':
      return { set: 'escalated = true, snoozed_until = null', parameters: [], where: open };
    case 'de-escalate':
      return { set: 'escalated = false', parameters: [], where: open };
    case 'reopen':
      return {
        set: "status = 'open', verdict = null, fraud_type = null, closed_at = null, closed_by = null",
        parameters: [],
        where: `a.status = 'closed' and (a.sample_id is not null or not exists (
          select 1 from alerts other
          where other.account_id = a.account_id and other.status = 'open' and other.sample_id is null))`,
      };
    case 'verdict':
      return {
        set: `status = 'closed', verdict = $4, fraud_type = $5, closed_at = $6, closed_by = $8,
          assignee_id = coalesce(assignee_id, $7), assignee_name = coalesce(assignee_name, $8)`,
        parameters: [action.verdict, action.fraudType ?? null, isoTime(atMs), action.by.id, action.by.name],
        where: open,
      };
  }
}

/** What a verdict does besides: rows of the alert get it, and their labels wait for the stream. */
const WITH_LABELS = `,
  told as (
    update fraud_alerts f set status = case $4 when 'fraud' then 'confirmed' when 'genuine' then 'dismissed' else 'unsure' end,
      is_fraud = case $4 when 'fraud' then true when 'genuine' then false else f.is_fraud end
    from changed where f.alert_id = changed.id returning f.transaction_id),
  outbox as (
    insert into label_outbox (transaction_id, fraud, fraud_type, source, labelled_at)
    select transaction_id, $4 = 'fraud', $5, 'analyst', $6::timestamptz from told where $4 <> 'unsure')`;
const WITH_REOPENED = `,
  told as (update fraud_alerts f set status = 'open' from changed where f.alert_id = changed.id)`;

export function createAlerts(session: SqlSession, reads: SqlSession): Alerts {
  return {
    async list(filter, limit) {
      const after = filter.after && placeOf(filter.sort, filter.after);
      return (await walk(reads, queueWalk(filter), after, limit)).rows.map(toAlert);
    },
    async page(filter, limit) {
      const after = filter.after && placeOf(filter.sort, filter.after);
      const { rows, place, looked } = await walk(reads, queueWalk(filter), after, limit, A_PAGE);
      return { items: rows.map(toAlert), next: place && cursorAt(filter.sort, place), looked };
    },
    async counts(person, nowMs) {
      const counts = { open: 0, mine: 0, unassigned: 0, overdue: 0, escalated: 0, samples: 0, snoozed: 0 };
      for (let after: unknown = 0; after !== null; ) {
        const [row]: Row[] = await reads.query(
          `select count(*) filter (where ${AWAKE}) as open,
             count(*) filter (where assignee_id = $1 and ${AWAKE}) as mine,
             count(*) filter (where assignee_id is null and ${AWAKE}) as unassigned,
             count(*) filter (where due_at < $2 and ${AWAKE}) as overdue,
             count(*) filter (where escalated and ${AWAKE}) as escalated,
             count(*) filter (where sample_id is not null and ${AWAKE}) as samples,
             count(*) filter (where snoozed_until > $2) as snoozed, max(id) as last
           from (select * from alerts where status = 'open' and id > $3 order by id limit ${COUNTED_AT_ONCE}) these`,
          [person, isoTime(nowMs), after],
        );
        for (const view of COUNTED_VIEWS) counts[view] += Number(row[view]);
        after = row.last;
      }
      return counts;
    },
    async find(id) {
      const [row] = await session.query('select * from alerts where id = $1', [id]);
      return row && toAlert(row);
    },
    async transactionIds(id, limit) {
      const rows = await session.query(
        'select transaction_id from fraud_alerts where alert_id = $1 order by seq desc limit $2',
        [id, limit],
      );
      return rows.map((row) => String(row.transaction_id));
    },
    async alertOf(transactionId) {
      const [row] = await session.query('select alert_id from fraud_alerts where transaction_id = $1', [
        transactionId,
      ]);
      return row?.alert_id == null ? undefined : Number(row.alert_id);
    },
    async act(seen, action, entry) {
      const { set, parameters, where } = changeOf(action, entry.atMs);
      // New transactions do not stand in the way of claiming an alert, but nobody judges what they have not seen.
      const same =
        action.kind === 'verdict'
          ? 'a.version = w.version and a.transactions = w.transactions'
          : 'a.version = w.version';
      const more = action.kind === 'verdict' ? WITH_LABELS : action.kind === 'reopen' ? WITH_REOPENED : '';
      const rows = await session.query(
        `with wanted as (select * from json_to_recordset($1) as w(id bigint, version int, transactions bigint)),
         changed as (
           update alerts a set ${set}, version = a.version + 1 from wanted w
           where a.id = w.id and ${same} and ${where} returning a.id)${more}
         select changed.id, append_audit(replace($2, $3, changed.id::text)) from changed`,
        [JSON.stringify(seen), auditText({ ...entry, subject: 'alert {alert}' }), '{alert}', ...parameters],
      );
      return new Set(rows.map((row) => Number(row.id)));
    },
    async label(verdicts, entry) {
      const rows = verdicts.map(({ transactionId, fraud, fraudType, source, labelledAtMs }) => ({
        transaction_id: transactionId,
        fraud,
        fraud_type: fraudType ?? null,
        source,
        labelled_at: isoTime(labelledAtMs),
      }));
      await session.transaction([
        {
          sql: `insert into label_outbox (transaction_id, fraud, fraud_type, source, labelled_at)
                select transaction_id, fraud, fraud_type, source, labelled_at from json_to_recordset($1)
                as l(transaction_id text, fraud boolean, fraud_type text, source text, labelled_at timestamptz)`,
          parameters: [JSON.stringify(rows)],
        },
        auditStatement(entry),
      ]);
    },
    async waitingLabels(limit) {
      const rows = await session.query('select * from label_outbox order by id limit $1', [limit]);
      return rows.map((row) => ({
        id: Number(row.id),
        verdict: {
          transactionId: String(row.transaction_id),
          fraud: row.fraud === true,
          ...(row.fraud_type !== null && { fraudType: String(row.fraud_type) }),
          source: LABEL_SOURCES.find((source) => source === row.source) ?? ('analyst' satisfies LabelSource),
          labelledAtMs: timeMs(row.labelled_at),
        },
      }));
    },
    async labelsDone(ids) {
      await session.query('delete from label_outbox where id = any($1::bigint[])', [ids]);
    },
  };
}
