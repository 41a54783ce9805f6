// Changes that wait for a second person, in the database; each step and its audit line are one statement.
import { isoTime } from '../../domain/iso-time.ts';
import type { Proposal, ProposalKind, Proposals } from '../../ports/office/proposals.ts';
import { auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';
import { timeMs } from './values.ts';

export const PROPOSAL_TABLES: readonly string[] = [
  `create table proposals (
    id bigint generated always as identity primary key, kind text not null check (kind in ('settings', 'list', 'model')),
    subject text not null, change text not null, proposed_by_id text not null, proposed_by text not null,
    proposed_at timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'approved', 'withdrawn')),
    decided_by_id text, decided_by text, decided_at timestamptz)`,
  "create index proposals_waiting on proposals (kind, id) where state = 'waiting'",
];

const toProposal = (row: Row): Proposal => ({
  id: Number(row.id),
  kind: row.kind as ProposalKind,
  subject: String(row.subject),
  change: JSON.parse(String(row.change)),
  proposedBy: { id: String(row.proposed_by_id), name: String(row.proposed_by) },
  proposedAtMs: timeMs(row.proposed_at),
});

export function createProposals(session: SqlSession): Proposals {
  return {
    async waiting(kind) {
      const rows = await session.query(
        "select * from proposals where kind = $1 and state = 'waiting' order by id",
        [kind],
      );
      return rows.map(toProposal);
    },
    async find(kind, id) {
      const [row] = await session.query(
        "select * from proposals where kind = $1 and id = $2 and state = 'waiting'",
        [kind, id],
      );
      return row && toProposal(row);
    },
    async add({ kind, subject, change, proposedBy }, atMost, entry) {
      const [row] = await session.query(
        `with added as (
           insert into proposals (kind, subject, change, proposed_by_id, proposed_by, proposed_at)
           select $1::text, $2::text, $3::text, $4::text, $5::text, $6::timestamptz
           where (select count(*) from proposals where kind = $1::text and state = 'waiting') < $7
           returning id)
         select id, append_audit(replace($8, '{proposal}', id::text)) from added`,
        [
          kind,
          subject,
          JSON.stringify(change),
          proposedBy.id,
          proposedBy.name,
          isoTime(entry.atMs),
          atMost,
          auditText(entry),
        ],
      );
      return row && Number(row.id);
    },
    async decide(id, to, personId, entry) {
      const rows = await session.query(
        `with decided as (
           update proposals set state = $2, decided_by_id = $3, decided_by = $4, decided_at = $5
           where id = $1 and state = 'waiting' and ($2 <> 'approved' or proposed_by_id <> $3)
           returning id)
         select append_audit($6) from decided`,
        [id, to, personId, entry.actor.name, isoTime(entry.atMs), auditText(entry)],
      );
      return rows.length > 0;
    },
    async reopen(id, entry) {
      await session.query(
        `with again as (
           update proposals set state = 'waiting', decided_by_id = null, decided_by = null, decided_at = null
           where id = $1 and state = 'approved' returning id)
         select append_audit($2) from again`,
        [id, auditText(entry)],
      );
    },
  };
}
