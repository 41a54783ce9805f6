// Imported sanctions names in the database, an edition of each source in place of the one before: names come in bit by
// bit, and count once all of them are there.
import { isoTime } from '../../domain/iso-time.ts';
import type { SanctionsNames } from '../../ports/office/lists.ts';
import { auditText } from './audit.ts';
import type { SqlSession } from './session.ts';
import { timeMs } from './values.ts';

/** Rows that one statement takes out where thousands may go. */
const GONE_AT_ONCE = 500;

/** Takes out names of editions that no source counts any more, bit by bit. */
async function takeOut(session: SqlSession, source: string, sign: '<' | '=', edition: number): Promise<void> {
  for (let gone = GONE_AT_ONCE; gone === GONE_AT_ONCE; ) {
    const [row] = await session.query(
      `with gone as (
         delete from sanctions_names where seq = any(array(
           select seq from sanctions_names where source = $1 and edition ${sign} $2 limit ${GONE_AT_ONCE})) returning 1)
       select count(*)::int as n from gone`,
      [source, edition],
    );
    gone = Number(row.n);
  }
}

/** Names of all sources. */
export function createSanctionsNames(session: SqlSession): SanctionsNames {
  return {
    async sources() {
      const rows = await session.query('select * from sanctions_sources order by name', []);
      return rows.map((row) => ({
        name: String(row.name),
        names: Number(row.names),
        importedAtMs: timeMs(row.imported_at),
        importedBy: String(row.imported_by),
      }));
    },
    async beginNames(source) {
      const [row] = await session.query(
        `select nextval('sanctions_editions') as edition,
           coalesce((select edition from sanctions_sources where name = $1), 0) as current`,
        [source],
      );
      await takeOut(session, source, '<', Number(row.current));
      return Number(row.edition);
    },
    async addNames(source, edition, names) {
      await session.query(
        `insert into sanctions_names (source, edition, uid, name, weak)
         select $1, $2, uid, name, weak from json_to_recordset($3) as n(uid text, name text, weak boolean)`,
        [
          source,
          edition,
          JSON.stringify(names.map(({ uid, name, isWeak = false }) => ({ uid, name, weak: isWeak }))),
        ],
      );
    },
    async putNames(source, edition, names, entry) {
      const rows = await session.query(
        `with put as (
           insert into sanctions_sources (name, names, imported_at, imported_by, edition) values ($1, $2, $3, $4, $5)
           on conflict (name) do update set names = excluded.names, imported_at = excluded.imported_at,
             imported_by = excluded.imported_by, edition = excluded.edition
             where sanctions_sources.edition < excluded.edition
           returning name),
         revised as (
           update list_revision set revision = revision + 1, names = names + 1
           where exists (select 1 from put) returning revision)
         select append_audit($6) from put, revised`,
        [source, names, isoTime(entry.atMs), entry.actor.name, edition, auditText(entry)],
      );
      return rows.length > 0;
    },
    async sweepNames(source) {
      const [row] = await session.query('select edition from sanctions_sources where name = $1', [source]);
      if (row) await takeOut(session, source, '<', Number(row.edition));
    },
    dropNames: (source, edition) => takeOut(session, source, '=', edition),
    async removeSource(source, entry) {
      const rows = await session.query(
        `with gone as (delete from sanctions_sources where name = $1 returning edition),
         revised as (
           update list_revision set revision = revision + 1, names = names + 1
           where exists (select 1 from gone) returning revision)
         select edition, append_audit($2) from gone, revised`,
        [source, auditText(entry)],
      );
      for (const { edition } of rows) await takeOut(session, source, '<', Number(edition) + 1);
      return rows.length > 0;
    },
    async names(after, limit) {
      const rows = await session.query(
        `select n.seq, n.source, n.uid, n.name, n.weak, s.name is not null as counts
         from (select * from sanctions_names where seq > $1 order by seq limit $2) n
           left join sanctions_sources s on s.name = n.source and s.edition = n.edition
         order by n.seq`,
        [after, limit],
      );
      return {
        names: rows.flatMap((row) =>
          row.counts === true
            ? [
                {
                  uid: String(row.uid),
                  name: String(row.name),
                  source: String(row.source),
                  ...(row.weak === true && { isWeak: true }),
                },
              ]
            : [],
        ),
        next: rows.length === limit ? Number(rows[rows.length - 1].seq) : undefined,
      };
    },
    async namesRevision() {
      const [row] = await session.query('select names from list_revision', []);
      return Number(row.names);
    },
  };
}
