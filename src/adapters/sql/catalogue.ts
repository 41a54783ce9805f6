// Versions of the catalogue document in the database; a change, its audit line and the revision that processes watch are one
// statement. What is changed by what was seen is held against the one row of `catalogue_state`, which two people at once wait for.
import { personBehind } from '../../domain/access.ts';
import type { CatalogueState, FilledFrom } from '../../domain/catalogue-version.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { CatalogueBook, CatalogueVersion, FiledCatalogue } from '../../ports/office/catalogue.ts';
import { auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';
import { textOrNone, timeMs, timeMsOrNone } from './values.ts';

export const CATALOGUE_TABLES: readonly string[] = [
  `create table catalogue_versions (
    version integer primary key check (version > 0),
    state text not null check (state in ('draft', 'filling', 'live', 'retired')),
    document text not null, document_hash text not null, catalogue_hash text not null, note text not null,
    author text not null, author_id text not null, created_at timestamptz not null, moved_by text, moved_at timestamptz,
    served_at timestamptz, problem text, disabled text not null default '[]', filled_from text not null default '[]')`,
  ...['draft', 'filling', 'live'].map(
    (state) =>
      `create unique index catalogue_versions_one_${state} on catalogue_versions (state) where state = '${state}'`,
  ),
  'create index catalogue_versions_hash on catalogue_versions (catalogue_hash, version)',
  `create table catalogue_state (
    one boolean primary key default true check (one), revision bigint not null, last_version integer not null, draft integer)`,
  'insert into catalogue_state (revision, last_version) values (0, 0)',
];

export const FILLING_COLUMNS: readonly string[] = [
  'alter table catalogue_versions add column live_from bigint',
  `comment on column catalogue_versions.live_from is 'The first record of the log that it decided when it went live last'`,
];

const WITHOUT_DOCUMENT = `version, state, document_hash, catalogue_hash, note, author, author_id, created_at, moved_by, moved_at,
  served_at, live_from, problem, disabled, filled_from`;

const toVersion = (row: Row): CatalogueVersion => ({
  version: Number(row.version),
  state: row.state as CatalogueState,
  documentHash: String(row.document_hash),
  catalogueHash: String(row.catalogue_hash),
  author: String(row.author),
  authorId: String(row.author_id),
  note: String(row.note),
  createdAtMs: timeMs(row.created_at),
  movedBy: textOrNone(row.moved_by),
  movedAtMs: timeMsOrNone(row.moved_at),
  servedAtMs: timeMsOrNone(row.served_at),
  liveFrom: row.live_from === null ? undefined : Number(row.live_from),
  problem: textOrNone(row.problem),
  disabled: JSON.parse(String(row.disabled)) as string[],
  filledFrom: (JSON.parse(String(row.filled_from)) as FilledFrom[]).map(({ offset, ...rest }) => ({
    ...rest,
    offset: offset ?? undefined,
  })),
});
const toFiled = (row: Row): FiledCatalogue => ({ ...toVersion(row), document: String(row.document) });

const FILE = `
  with counted as (
    update catalogue_state set last_version = last_version + 1, draft = last_version + 1
    where draft is not distinct from $1::integer returning last_version as version),
  changed as (
    update catalogue_versions set version = counted.version, document = $2, document_hash = $3, catalogue_hash = $4,
      note = $5, author = $6, author_id = $7, created_at = $8, problem = null
    from counted where state = 'draft' returning counted.version),
  filed as (
    insert into catalogue_versions
      (version, state, document, document_hash, catalogue_hash, note, author, author_id, created_at)
    select version, 'draft', $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::timestamptz from counted
    where not exists (select 1 from changed) returning version)
  select version, append_audit(replace($9, '{version}', version::text)) from counted`;

const MOVE = `
  with room as (
    update catalogue_versions set state = 'retired', moved_by = $5, moved_at = $6
    where version <> $1 and state = 'live' and $3 = 'live'
      and exists (select 1 from catalogue_versions where version = $1 and state = $2)
    returning version),
  moved as (
    update catalogue_versions set state = $3, moved_by = $5, moved_at = $6, filled_from = $4,
      served_at = case when $3 = 'live' then $6::timestamptz else served_at end,
      live_from = case when $3 = 'live' then $8::bigint else live_from end
    where version = $1 and state = $2 and (select count(*) from room) >= 0
    returning version),
  revised as (
    update catalogue_state set revision = revision + 1,
      draft = case when $3 = 'draft' then $1 when draft = $1 then null else draft end
    where exists (select 1 from moved) returning revision)
  select append_audit($7) from moved, revised`;

const SWITCH = `
  with changed as (
    update catalogue_versions set disabled = (
      select coalesce(json_agg(name order by name), '[]')::text from (
        select name from json_array_elements_text(disabled::json) as had(name) where name <> $2::text
        union all select $2::text where $3::boolean) as names)
    where version = $1 and state = 'live' and jsonb_exists(disabled::jsonb, $2::text) <> $3::boolean
    returning version),
  revised as (
    update catalogue_state set revision = revision + 1 where exists (select 1 from changed) returning revision)
  select append_audit($4) from changed, revised`;

export function createCatalogueBook(session: SqlSession): CatalogueBook {
  const filed = async (where: string, parameters: readonly unknown[]): Promise<FiledCatalogue[]> =>
    (await session.query(`select * from catalogue_versions where ${where}`, parameters)).map(toFiled);
  return {
    async versions(limit) {
      const sql = `select ${WITHOUT_DOCUMENT} from catalogue_versions order by version desc limit $1`;
      return (await session.query(sql, [limit])).map(toVersion);
    },
    find: async (version) => (await filed('version = $1', [version]))[0],
    inState: async (state) => (await filed('state = $1', [state]))[0],
    servedBefore: (limit) =>
      filed("served_at is not null and state <> 'live' order by served_at desc, version desc limit $1", [
        limit,
      ]),
    byCatalogueHash: async (hash) =>
      (await filed('catalogue_hash = $1 and served_at is not null order by version desc limit 1', [hash]))[0],
    async file({ document, documentHash, catalogueHash, note }, seen, entry) {
      const { actor, atMs } = entry;
      const [row] = await session.query(FILE, [
        seen ?? null,
        document,
        documentHash,
        catalogueHash,
        note,
        actor.name,
        personBehind(actor),
        isoTime(atMs),
        auditText(entry),
      ]);
      return row && Number(row.version);
    },
    async discard(seen, entry) {
      const rows = await session.query(
        `with none as (
           update catalogue_state set draft = null where draft = $1 returning one),
         discarded as (
           delete from catalogue_versions where version = $1 and state = 'draft' and exists (select 1 from none)
           returning version)
         select append_audit($2) from discarded`,
        [seen, auditText(entry)],
      );
      return rows.length > 0;
    },
    async move(version, from, to, filledFrom, entry, liveFrom) {
      const rows = await session.query(MOVE, [
        version,
        from,
        to,
        JSON.stringify(filledFrom),
        entry.actor.name,
        isoTime(entry.atMs),
        auditText(entry),
        liveFrom ?? null,
      ]);
      return rows.length > 0;
    },
    async switchFeature(version, feature, isOff, entry) {
      const rows = await session.query(SWITCH, [version, feature, isOff, auditText(entry)]);
      return rows.length > 0;
    },
    async tell(version, problem) {
      await session.query(
        'update catalogue_versions set problem = $2 where version = $1 and problem is distinct from $2',
        [version, problem ?? null],
      );
    },
    async tellFilled(version, filledFrom) {
      await session.query(
        `with told as (
           update catalogue_versions set filled_from = $2 where version = $1 returning version)
         update catalogue_state set revision = revision + 1 where exists (select 1 from told)`,
        [version, JSON.stringify(filledFrom)],
      );
    },
    async revision() {
      const [row] = await session.query('select revision from catalogue_state', []);
      return Number(row.revision);
    },
  };
}
