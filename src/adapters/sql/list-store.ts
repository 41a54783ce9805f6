// Lists and sanctions names in the database. Each change carries the revision it came with; what was taken out stays as
// a mark until no process can be waiting for it.
import { isoTime } from '../../domain/iso-time.ts';
import type { ListKind, ListPurpose } from '../../lists/entry.ts';
import type { FiledList, ListStore } from '../../ports/list-store.ts';
import { auditStatement, auditText } from './audit.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { timeMs, timeMsOrNone } from './values.ts';

export const LIST_TABLES: readonly string[] = [
  `create table lists (
    name text primary key, kind text not null, purpose text not null, note text not null, created_at timestamptz not null,
    removed boolean not null default false)`,
  `create table list_entries (
    list text not null references lists, value text not null, expires_at timestamptz, note text not null,
    who text not null, at timestamptz not null, removed boolean not null default false, revision bigint not null,
    primary key (list, value))`,
  'create index list_entries_revision on list_entries (revision, list, value)',
  'create table list_revision (one boolean primary key default true check (one), revision bigint not null, names bigint not null)',
  'insert into list_revision (revision, names) values (0, 0)',
  // Holds the row until its transaction ends: revisions become visible in their order.
  `create function next_list_revision() returns bigint language sql volatile as $$
     update list_revision set revision = revision + 1 returning revision $$`,
  `create table sanctions_sources (
    name text primary key, names integer not null, imported_at timestamptz not null, imported_by text not null)`,
  `create table sanctions_names (
    seq bigint generated always as identity primary key, source text not null references sanctions_sources on delete cascade,
    uid text not null, name text not null)`,
  'create index sanctions_names_source on sanctions_names (source)',
];

const REVISE: Statement = { sql: 'update list_revision set revision = revision + 1', parameters: [] };
const REVISE_NAMES: Statement = {
  sql: 'update list_revision set revision = revision + 1, names = names + 1',
  parameters: [],
};
const REVISION = '(select revision from list_revision)';
const NAMES_AT_ONCE = 5000;

const toList = (row: Row): FiledList => ({
  name: String(row.name),
  kind: row.kind as ListKind,
  purpose: row.purpose as ListPurpose,
  note: String(row.note),
  entries: Number(row.entries),
});
const LISTS = `select l.*, (select count(*) from list_entries e where e.list = l.name and not e.removed) as entries
  from lists l where not l.removed`;

export function createListStore(session: SqlSession): ListStore {
  return {
    async lists() {
      return (await session.query(`${LISTS} order by l.name`, [])).map(toList);
    },
    async find(name) {
      const [row] = await session.query(`${LISTS} and l.name = $1`, [name]);
      return row && toList(row);
    },
    async add({ name, kind, purpose, note }, entry) {
      const rows = await session.query(
        `with added as (
           insert into lists (name, kind, purpose, note, created_at) values ($1, $2, $3, $4, $5)
           on conflict (name) do update set kind = excluded.kind, purpose = excluded.purpose, note = excluded.note,
             removed = false where lists.removed
           returning name),
         revised as (update list_revision set revision = revision + 1 where exists (select 1 from added) returning revision)
         select append_audit($6) from added, revised`,
        [name, kind, purpose, note, isoTime(entry.atMs), auditText(entry)],
      );
      return rows.length > 0;
    },
    async remove(name, entry) {
      const rows = await session.query(
        `with gone as (update lists set removed = true where name = $1 and not removed returning name),
         revised as (select next_list_revision() as revision from gone),
         emptied as (
           update list_entries set removed = true, revision = revised.revision from revised
           where list = $1 and not removed)
         select append_audit($2) from revised`,
        [name, auditText(entry)],
      );
      return rows.length > 0;
    },
    async entries(list, search, after, limit) {
      const rows = await session.query(
        `select * from list_entries where list = $1 and not removed and value > $2
           and ($3 = '' or value ilike '%' || $3 || '%' or note ilike '%' || $3 || '%')
         order by value limit $4`,
        [list, after, search.replace(/[\\%_]/g, '\\$&'), limit],
      );
      return rows.map((row) => ({
        value: String(row.value),
        expiresAtMs: timeMsOrNone(row.expires_at),
        note: String(row.note),
        who: String(row.who),
        atMs: timeMs(row.at),
      }));
    },
    async put(list, entries, entry) {
      const rows = entries.map(({ value, expiresAtMs, note }) => ({
        value,
        note,
        expires_at: expiresAtMs === undefined ? null : isoTime(expiresAtMs),
      }));
      const before = await session.query(
        'select count(*) as n from list_entries where list = $1 and not removed',
        [list],
      );
      await session.transaction([
        REVISE,
        {
          sql: `insert into list_entries (list, value, expires_at, note, who, at, revision)
                select $1, value, expires_at, note, $3, $4, ${REVISION}
                from json_to_recordset($2) as e(value text, expires_at timestamptz, note text)
                on conflict (list, value) do update set expires_at = excluded.expires_at, note = excluded.note,
                  who = excluded.who, at = excluded.at, removed = false, revision = excluded.revision`,
          parameters: [list, JSON.stringify(rows), entry.actor.name, isoTime(entry.atMs)],
        },
        auditStatement(entry),
      ]);
      const after = await session.query(
        'select count(*) as n from list_entries where list = $1 and not removed',
        [list],
      );
      return Number(after[0].n) - Number(before[0].n);
    },
    async take(list, values, entry) {
      const rows = await session.query(
        `with revised as (select next_list_revision() as revision),
         gone as (
           update list_entries set removed = true, revision = revised.revision from revised
           where list = $1 and value = any($2::text[]) and not removed returning value)
         select n, append_audit($3) from (select count(*) as n from gone) taken where n > 0`,
        [list, values, auditText(entry)],
      );
      return rows.length === 0 ? 0 : Number(rows[0].n);
    },
    async revision() {
      const [row] = await session.query('select revision from list_revision', []);
      return Number(row.revision);
    },
    async changes(sinceRevision, after, limit) {
      const rows = await session.query(
        `select list, value, expires_at, removed from list_entries
         where revision > $1 and ($2::text is null or (list, value) > ($2, $3)) order by list, value limit $4`,
        [sinceRevision, after?.list ?? null, after?.value ?? null, limit],
      );
      return rows.map((row) => ({
        list: String(row.list),
        value: String(row.value),
        expiresAtMs: timeMsOrNone(row.expires_at),
        removed: row.removed === true,
      }));
    },
    async sources() {
      const rows = await session.query('select * from sanctions_sources order by name', []);
      return rows.map((row) => ({
        name: String(row.name),
        names: Number(row.names),
        importedAtMs: timeMs(row.imported_at),
        importedBy: String(row.imported_by),
      }));
    },
    async importNames(source, names, entry) {
      const parts: Statement[] = [];
      for (let i = 0; i < names.length; i += NAMES_AT_ONCE) {
        parts.push({
          sql: `insert into sanctions_names (source, uid, name)
                select $1, uid, name from json_to_recordset($2) as n(uid text, name text)`,
          parameters: [source, JSON.stringify(names.slice(i, i + NAMES_AT_ONCE))],
        });
      }
      await session.transaction([
        { sql: 'delete from sanctions_sources where name = $1', parameters: [source] },
        {
          sql: 'insert into sanctions_sources values ($1, $2, $3, $4)',
          parameters: [source, names.length, isoTime(entry.atMs), entry.actor.name],
        },
        ...parts,
        REVISE_NAMES,
        auditStatement(entry),
      ]);
    },
    async removeSource(source, entry) {
      const rows = await session.query(
        `with gone as (delete from sanctions_sources where name = $1 returning name),
         revised as (
           update list_revision set revision = revision + 1, names = names + 1
           where exists (select 1 from gone) returning revision)
         select append_audit($2) from gone, revised`,
        [source, auditText(entry)],
      );
      return rows.length > 0;
    },
    async names(after, limit) {
      const rows = await session.query(
        'select seq, uid, name from sanctions_names where seq > $1 order by seq limit $2',
        [after, limit],
      );
      return rows.map((row) => ({ seq: Number(row.seq), uid: String(row.uid), name: String(row.name) }));
    },
    async namesRevision() {
      const [row] = await session.query('select names from list_revision', []);
      return Number(row.names);
    },
  };
}
