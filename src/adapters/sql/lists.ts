// Lists in the database. Each change carries the revision it came with; what was taken out stays as
// a mark until no process can be waiting for it.
import { isoTime } from '../../domain/iso-time.ts';
import type { ListKind, ListPurpose } from '../../domain/list.ts';
import type { FiledList, ListStore, Lists } from '../../ports/office/lists.ts';
import { auditStatement, auditText } from './audit.ts';
import { createSanctionsNames } from './sanctions-names.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { timeMs, timeMsOrNone } from './values.ts';
import { A_PAGE, type Walk, walk } from './walk.ts';

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

export const IMPORT_TABLES: readonly string[] = [
  'alter table lists add column entries bigint not null default 0',
  'update lists set entries = (select count(*) from list_entries e where e.list = lists.name and not e.removed)',
  // Names come in bit by bit, and count once all of them are there.
  'create sequence sanctions_editions',
  'alter table sanctions_sources add column edition bigint not null default 0',
  'alter table sanctions_names add column edition bigint not null default 0',
  'alter table sanctions_names drop constraint sanctions_names_source_fkey',
  'drop index sanctions_names_source',
  'create index sanctions_names_edition on sanctions_names (source, edition, seq)',
];

export const WEAK_ALIASES: readonly string[] = [
  'alter table sanctions_names add column weak boolean not null default false',
  `comment on column sanctions_names.weak is 'An alias that its list says is too vague to find a party by alone'`,
];

const REVISE: Statement = { sql: 'update list_revision set revision = revision + 1', parameters: [] };
const REVISION = '(select revision from list_revision)';
/** Rows that one statement takes out where thousands may go. */
const GONE_AT_ONCE = 500;

const toList = (row: Row): FiledList => ({
  name: String(row.name),
  kind: row.kind as ListKind,
  purpose: row.purpose as ListPurpose,
  note: String(row.note),
  entries: Number(row.entries),
});

function entriesWalk(list: string, search: string): Walk {
  const text = search.replace(/[\\%_]/g, '\\$&');
  return {
    table: 'list_entries',
    columns: 'value, expires_at, note, who, at',
    keys: [['value', 'text']],
    down: false,
    atOnce: 500,
    among: [($) => `list = ${$(list)}`],
    filters: [
      () => 'not removed',
      ...(search === ''
        ? []
        : [
            ($: (value: unknown) => string) => {
              const pattern = `'%' || ${$(text)}::text || '%'`;
              return `(value ilike ${pattern} or note ilike ${pattern})`;
            },
          ]),
    ],
  };
}

const LISTS = 'select * from lists where not removed';

/** Lists and sanctions names; pages for people come through `reads`. */
export const createListStore = (session: SqlSession, reads: SqlSession = session): ListStore => ({
  ...createLists(session, reads),
  ...createSanctionsNames(session),
});

/** Takes out what a list that was removed still holds, bit by bit: nobody asks for it any more. */
async function emptyOut(session: SqlSession, name: string): Promise<void> {
  for (let gone = GONE_AT_ONCE; gone === GONE_AT_ONCE; ) {
    const [row] = await session.query(
      `with revised as (select next_list_revision() as revision),
       gone as (
         update list_entries set removed = true, revision = revised.revision from revised
         where list = $1 and value in (
           select value from list_entries where list = $1 and not removed limit ${GONE_AT_ONCE}) returning 1)
       select count(*)::int as n from gone`,
      [name],
    );
    gone = Number(row.n);
  }
}

function createLists(session: SqlSession, reads: SqlSession): Lists {
  async function find(name: string): Promise<FiledList | undefined> {
    const [row] = await session.query(`${LISTS} and name = $1`, [name]);
    return row && toList(row);
  }

  return {
    async lists() {
      return (await session.query(`${LISTS} order by name`, [])).map(toList);
    },
    find,
    async add({ name, kind, purpose, note }, entry) {
      const [there] = await session.query('select removed from lists where name = $1', [name]);
      if (there?.removed === true) await emptyOut(session, name);
      const rows = await session.query(
        `with added as (
           insert into lists (name, kind, purpose, note, created_at) values ($1, $2, $3, $4, $5)
           on conflict (name) do update set kind = excluded.kind, purpose = excluded.purpose, note = excluded.note,
             removed = false, entries = 0 where lists.removed
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
         revised as (select next_list_revision() as revision from gone)
         select append_audit($2) from revised`,
        [name, auditText(entry)],
      );
      if (rows.length > 0) await emptyOut(session, name);
      return rows.length > 0;
    },
    async entries(list, search, after, limit) {
      const { rows, place } = await walk(reads, entriesWalk(list, search), [after], limit, A_PAGE);
      const entries = rows.map((row) => ({
        value: String(row.value),
        expiresAtMs: timeMsOrNone(row.expires_at),
        note: String(row.note),
        who: String(row.who),
        atMs: timeMs(row.at),
      }));
      return { entries, next: place && String(place[0]) };
    },
    async put(list, entries, entry, told) {
      const rows = entries.map(({ value, expiresAtMs, note }) => ({
        value,
        note,
        expires_at: expiresAtMs === undefined ? null : isoTime(expiresAtMs),
      }));
      const before = await find(list);
      await session.transaction([
        REVISE,
        {
          sql: `with rows as (
                  select value, expires_at, note
                  from json_to_recordset($2) as e(value text, expires_at timestamptz, note text)),
                there as (
                  select count(*) as n from list_entries e join rows using (value) where e.list = $1 and not e.removed),
                put as (
                  insert into list_entries (list, value, expires_at, note, who, at, revision)
                  select $1, value, expires_at, note, $3, $4, ${REVISION} from rows
                  on conflict (list, value) do update set expires_at = excluded.expires_at, note = excluded.note,
                    who = excluded.who, at = excluded.at, removed = false, revision = excluded.revision)
                update lists set entries = entries + (select count(*) from rows) - (select n from there) where name = $1`,
          parameters: [list, JSON.stringify(rows), entry.actor.name, isoTime(entry.atMs)],
        },
        ...(told ? [] : [auditStatement(entry)]),
      ]);
      const after = await find(list);
      return (after?.entries ?? 0) - (before?.entries ?? 0);
    },
    async take(list, values, entry) {
      const rows = await session.query(
        `with revised as (select next_list_revision() as revision),
         gone as (
           update list_entries set removed = true, revision = revised.revision from revised
           where list = $1 and value = any($2::text[]) and not removed returning value),
         counted as (update lists set entries = entries - (select count(*) from gone) where name = $1)
         select n, append_audit($3) from (select count(*) as n from gone) taken where n > 0`,
        [list, values, auditText(entry)],
      );
      return rows.length === 0 ? 0 : Number(rows[0].n);
    },
    async revision() {
      const [row] = await session.query('select revision from list_revision', []);
      return Number(row.revision);
    },
    async changes(after, limit) {
      const rows = await session.query(
        `select list, value, expires_at, removed, revision from list_entries
         where ${after.value === undefined ? 'revision > $1 and $2::text is null and $3::text is null' : '(revision, list, value) > ($1, $2, $3)'}
         order by revision, list, value limit $4`,
        [after.revision, after.list ?? null, after.value ?? null, limit],
      );
      return rows.map((row) => ({
        list: String(row.list),
        value: String(row.value),
        expiresAtMs: timeMsOrNone(row.expires_at),
        removed: row.removed === true,
        revision: Number(row.revision),
      }));
    },
  };
}
