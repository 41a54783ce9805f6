// The rule book in the database; a change, its audit line and the revision that processes watch are one transaction.
import { personBehind } from '../../domain/access.ts';
import type { RuleAction } from '../../domain/decision.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { RuleState } from '../../domain/rule.ts';
import type { FiledRule, RuleBook } from '../../ports/office/rules.ts';
import type { Rule } from '../../rules/rule.ts';
import { auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';

export const RULE_TABLES: readonly string[] = [
  `create table rules (
    id text not null, version integer not null, expression text not null, action text not null,
    text text not null, priority integer not null,
    state text not null check (state in ('draft', 'shadow', 'live', 'retired')),
    author text not null, author_id text not null, created_at timestamptz not null, moved_by text, moved_at timestamptz,
    primary key (id, version))`,
  "create unique index rules_one_live on rules (id) where state = 'live'",
  "create unique index rules_one_shadow on rules (id) where state = 'shadow'",
  "create unique index rules_one_draft on rules (id) where state = 'draft'",
  'create table rule_revision (one boolean primary key default true check (one), revision bigint not null)',
  'insert into rule_revision (revision) values (0)',
  `create table settings (name text primary key, value text not null)`,
];

function toFiled(row: Row): FiledRule {
  return {
    id: String(row.id),
    version: Number(row.version),
    expression: String(row.expression),
    action: row.action as RuleAction,
    text: String(row.text),
    priority: Number(row.priority),
    state: row.state as RuleState,
    author: String(row.author),
    authorId: String(row.author_id),
    createdAtMs: (row.created_at as Date).getTime(),
    movedBy: row.moved_by === null ? undefined : String(row.moved_by),
    movedAtMs: row.moved_at === null ? undefined : (row.moved_at as Date).getTime(),
  };
}

const toRule = (row: Row): Rule => ({
  id: String(row.id),
  version: Number(row.version),
  action: row.action as RuleAction,
  priority: Number(row.priority),
  text: String(row.text),
  expression: String(row.expression),
  mode: row.state === 'live' ? 'live' : 'shadow',
});

export function createRuleBook(session: SqlSession): RuleBook {
  return {
    async rules() {
      return (await session.query('select * from rules order by id, version desc', [])).map(toFiled);
    },
    async find(id, version) {
      const [row] = await session.query('select * from rules where id = $1 and version = $2', [id, version]);
      return row && toFiled(row);
    },
    async file({ id, expression, action, text, priority }, entry) {
      const { actor, atMs } = entry;
      // A draft that is written anew is another version: whoever looked at the one before approves that one, or nothing.
      const [row] = await session.query(
        `with changed as (
           update rules set version = version + 1, expression = $2, action = $3, text = $4, priority = $5, author = $6,
             author_id = $7, created_at = $8
           where id = $1 and state = 'draft' returning version),
         filed as (
           insert into rules (id, version, expression, action, text, priority, state, author, author_id, created_at)
           select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, 'draft', $6, $7, $8 from rules where id = $1
           having not exists (select 1 from changed)
           returning version),
         either as (select version from changed union all select version from filed)
         select version, append_audit(replace($9, '{version}', version::text)) from either`,
        [
          id,
          expression,
          action,
          text,
          priority,
          actor.name,
          personBehind(actor),
          isoTime(atMs),
          auditText(entry),
        ],
      );
      return Number(row?.version ?? 0);
    },
    async move(id, version, from, to, entry) {
      const at = isoTime(entry.atMs);
      const rows = await session.query(
        `with room as (
           update rules set state = 'retired', moved_by = $5, moved_at = $6
           where id = $1 and version <> $2 and state = $4 and $4 in ('live', 'shadow')
             and exists (select 1 from rules where id = $1 and version = $2 and state = $3)
           returning version),
         moved as (
           update rules set state = $4, moved_by = $5, moved_at = $6
           where id = $1 and version = $2 and state = $3 and (select count(*) from room) >= 0
           returning version),
         revised as (
           update rule_revision set revision = revision + 1 where exists (select 1 from moved) returning revision)
         select append_audit($7) from moved, revised`,
        [id, version, from, to, entry.actor.name, at, auditText(entry)],
      );
      return rows.length > 0;
    },
    async revision() {
      const [row] = await session.query('select revision from rule_revision', []);
      return Number(row.revision);
    },
    async inService() {
      return (await session.query("select * from rules where state in ('live', 'shadow')", [])).map(toRule);
    },
    async fileStarter(rules, atMs) {
      if ((await session.query('select 1 from rules limit 1', [])).length > 0) return;
      await session.transaction([
        {
          sql: `insert into rules (id, version, expression, action, text, priority, state, author, author_id, created_at, moved_by, moved_at)
                select id, version, expression, action, text, priority, mode, 'Goshawk', '', $2, 'Goshawk', $2
                from json_to_recordset($1) as r(id text, version int, expression text, action text, text text,
                  priority int, mode text) on conflict do nothing`,
          parameters: [JSON.stringify(rules), isoTime(atMs)],
        },
        { sql: 'update rule_revision set revision = revision + 1', parameters: [] },
      ]);
    },
  };
}
