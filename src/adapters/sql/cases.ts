// Cases in the database; each change and its audit line are one statement or transaction.
import type { Case, CaseChange, CaseOutcome, CaseStatus } from '../../domain/case.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Cases } from '../../ports/office/cases.ts';
import { auditStatement, auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';
import { textOrNone, timeMs } from './values.ts';

export const CASE_TABLES: readonly string[] = [
  `create table cases (
    id bigint generated always as identity primary key, title text not null, narrative text not null default '',
    status text not null default 'open' check (status in ('open', 'proposed', 'closed')), outcome text,
    assignee_id text, assignee_name text, opened_by text not null, opened_at timestamptz not null,
    proposed_by_id text, proposed_by text, closed_by text, closed_at timestamptz, version integer not null default 1)`,
  `create table case_tasks (
    id bigint generated always as identity primary key, case_id bigint not null references cases, text text not null,
    done boolean not null default false, who text not null, at timestamptz not null)`,
  'create index case_tasks_case on case_tasks (case_id, id)',
  'create index alerts_case on alerts (case_id) where case_id is not null',
];

const COLUMNS = `c.*, (select count(*) from alerts a where a.case_id = c.id) as alerts,
  (select count(*) from case_tasks t where t.case_id = c.id and not t.done) as tasks_open`;
const person = (id: unknown, name: unknown) =>
  id === null ? undefined : { id: String(id), name: String(name) };

function toCase(row: Row): Case {
  return {
    id: Number(row.id),
    title: String(row.title),
    status: row.status as CaseStatus,
    narrative: String(row.narrative),
    outcome: (row.outcome as CaseOutcome | null) ?? undefined,
    assignee: person(row.assignee_id, row.assignee_name),
    openedBy: String(row.opened_by),
    openedAtMs: timeMs(row.opened_at),
    proposedBy: person(row.proposed_by_id, row.proposed_by),
    closedBy: textOrNone(row.closed_by),
    closedAtMs: row.closed_at === null ? undefined : timeMs(row.closed_at),
    alerts: Number(row.alerts),
    tasksOpen: Number(row.tasks_open),
    version: Number(row.version),
  };
}

/** What a change sets; its parameters come after the first three. */
function setOf(change: CaseChange, atMs: number): { set: string; parameters: unknown[]; from: string } {
  switch (change.kind) {
    case 'edit':
      return {
        set: 'title = $4, narrative = $5',
        parameters: [change.title, change.narrative],
        from: "status <> 'closed'",
      };
    case 'assign':
      return {
        set: 'assignee_id = $4, assignee_name = $5',
        parameters: [change.to?.id ?? null, change.to?.name ?? null],
        from: "status <> 'closed'",
      };
    case 'propose':
      return {
        set: "status = 'proposed', outcome = $4, proposed_by_id = $5, proposed_by = $6",
        parameters: [change.outcome, change.by.id, change.by.name],
        from: "status = 'open'",
      };
    case 'close':
      return {
        set: "status = 'closed', outcome = $4, closed_by = $5, closed_at = $6",
        parameters: [change.outcome, change.by, isoTime(atMs)],
        from: "status <> 'closed'",
      };
    case 'reopen':
      return {
        set: `status = 'open', outcome = null, proposed_by_id = null, proposed_by = null, closed_by = null, closed_at = null`,
        parameters: [],
        from: "status <> 'open'",
      };
  }
}

const casesThemselves = (
  session: SqlSession,
  reads: SqlSession,
): Pick<Cases, 'list' | 'find' | 'open' | 'change'> => ({
  async list(status, before, limit) {
    const rows = await reads.query(
      `select ${COLUMNS} from cases c where ($1::text is null or status = $1) and ($2::bigint is null or id < $2)
       order by id desc limit $3`,
      [status ?? null, before ?? null, limit],
    );
    return rows.map(toCase);
  },
  async find(id) {
    const [row] = await session.query(`select ${COLUMNS} from cases c where id = $1`, [id]);
    return row && toCase(row);
  },
  async open(title, by, alertIds, entry) {
    const [row] = await session.query(
      `with opened as (
         insert into cases (title, assignee_id, assignee_name, opened_by, opened_at) values ($1, $2, $3, $3, $4)
         returning id),
       joined as (
         update alerts set case_id = opened.id from opened
         where alerts.id = any($5::bigint[]) and alerts.case_id is null)
       select opened.id, append_audit(replace($6, '{case}', opened.id::text)) from opened`,
      [title, by.id, by.name, isoTime(entry.atMs), alertIds, auditText(entry)],
    );
    return Number(row.id);
  },
  async change(id, version, change, entry) {
    const { set, parameters, from } = setOf(change, entry.atMs);
    const rows = await session.query(
      `with changed as (
         update cases set ${set}, version = version + 1 where id = $1 and version = $2 and ${from} returning id)
       select append_audit($3) from changed`,
      [id, version, auditText(entry), ...parameters],
    );
    return rows.length > 0;
  },
});

const alertsOfCases = (session: SqlSession): Pick<Cases, 'addAlerts' | 'removeAlert' | 'alertIds'> => ({
  async addAlerts(id, alertIds, entry) {
    const rows = await session.query(
      `with joined as (
         update alerts set case_id = $1 where id = any($2::bigint[]) and case_id is null returning id),
       line as (select append_audit($3) from (select 1 from joined limit 1) any_one)
       select joined.id, (select count(*) from line) from joined`,
      [id, alertIds, auditText(entry)],
    );
    return rows.map((row) => Number(row.id));
  },
  async removeAlert(id, alertId, entry) {
    const rows = await session.query(
      `with left_case as (update alerts set case_id = null where id = $2 and case_id = $1 returning id)
       select append_audit($3) from left_case`,
      [id, alertId, auditText(entry)],
    );
    return rows.length > 0;
  },
  async alertIds(id) {
    const rows = await session.query('select id from alerts where case_id = $1 order by id', [id]);
    return rows.map((row) => Number(row.id));
  },
});

const tasksOfCases = (session: SqlSession): Pick<Cases, 'tasks' | 'addTask' | 'setTask'> => ({
  async tasks(id) {
    const rows = await session.query('select * from case_tasks where case_id = $1 order by id', [id]);
    return rows.map((row) => ({
      id: Number(row.id),
      text: String(row.text),
      done: row.done === true,
      who: String(row.who),
      atMs: timeMs(row.at),
    }));
  },
  async addTask(id, text, entry) {
    await session.transaction([
      {
        sql: 'insert into case_tasks (case_id, text, who, at) values ($1, $2, $3, $4)',
        parameters: [id, text, entry.actor.name, isoTime(entry.atMs)],
      },
      auditStatement(entry),
    ]);
  },
  async setTask(id, taskId, done, entry) {
    const rows = await session.query(
      `with changed as (
         update case_tasks set done = $3, who = $4, at = $5 where case_id = $1 and id = $2 and done <> $3 returning id)
       select append_audit($6) from changed`,
      [id, taskId, done, entry.actor.name, isoTime(entry.atMs), auditText(entry)],
    );
    return rows.length > 0;
  },
});

export const createCases = (session: SqlSession, reads: SqlSession): Cases => ({
  ...casesThemselves(session, reads),
  ...alertsOfCases(session),
  ...tasksOfCases(session),
});
