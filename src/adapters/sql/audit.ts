// The audit trail in the database. A line is written by append_audit(), inside the statement or transaction that makes
// the change it tells of; rows cannot be changed or deleted, and each is chained to the one before.
import { createHash, randomBytes } from 'node:crypto';
import { ERASED_LINES } from '../../domain/erasure.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { AuditEntry, AuditFilter, AuditLine, AuditTrail } from '../../ports/office/audit.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { A_PAGE, type Condition, type Place, type Walk, walk } from './walk.ts';

export const AUDIT_START = '0'.repeat(64);

export const AUDIT_TABLES: readonly string[] = [
  `create table audit_log (
    seq bigint primary key, line text not null, previous text not null, hash text not null,
    at text generated always as (line::json ->> 'at') stored,
    who text generated always as (line::json ->> 'who') stored,
    action text generated always as (line::json ->> 'action') stored,
    subject text generated always as (line::json ->> 'subject') stored)`,
  'create index audit_log_subject on audit_log (subject, seq)',
  'create table audit_head (one boolean primary key default true check (one), seq bigint not null, hash text not null)',
  `insert into audit_head (seq, hash) values (0, '${AUDIT_START}')`,
  `create function append_audit(p_line text) returns bigint language plpgsql as $$
   declare
     v_seq bigint; v_previous text; v_hash text;
   begin
     update audit_head set seq = seq + 1 returning seq, hash into v_seq, v_previous;
     v_hash := encode(sha256(convert_to(v_previous || E'\\n' || v_seq || E'\\n' || p_line, 'UTF8')), 'hex');
     insert into audit_log (seq, line, previous, hash) values (v_seq, p_line, v_previous, v_hash);
     update audit_head set hash = v_hash;
     return v_seq;
   end $$`,
  `create function audit_is_append_only() returns trigger language plpgsql as $$
   begin
     raise exception 'the audit trail is append-only';
   end $$`,
  `create trigger audit_log_append_only before update or delete or truncate on audit_log
   for each statement execute function audit_is_append_only()`,
];

const SALT_BYTES = 12;

/**
 * The line of an entry, as it is hashed. Its salt goes when somebody is erased in it: what it said cannot be tried out by its hash then.
 */
export function auditText({ atMs, actor, action, subject, detail }: AuditEntry): string {
  return JSON.stringify({
    at: isoTime(atMs),
    who: actor.name,
    id: actor.id,
    kind: actor.kind,
    action,
    subject,
    ...(detail && { detail }),
    salt: randomBytes(SALT_BYTES).toString('base64url'),
  }).replaceAll('\\u0000', '\\ufffd');
}

export const auditStatement = (entry: AuditEntry): Statement => ({
  sql: 'select append_audit($1)',
  parameters: [auditText(entry)],
});

function toLine(row: Row): AuditLine {
  const { at, who, kind, action, subject, detail } = JSON.parse(String(row.line));
  return {
    seq: Number(row.seq),
    at,
    who,
    kind,
    action,
    subject,
    detail: detail ?? null,
    hash: String(row.hash),
  };
}

function auditWalk({ who, action, subject }: AuditFilter): Walk {
  const filters: Condition[] = [];
  if (who !== undefined) filters.push(($) => `who = ${$(who)}`);
  if (action !== undefined) filters.push(($) => `action = ${$(action)}`);
  return {
    table: 'audit_log',
    columns: 'seq, line, hash',
    keys: [['seq', 'bigint']],
    down: true,
    among: subject === undefined ? [] : [($) => `subject = ${$(subject)}`],
    filters,
  };
}

const placeOf = ({ before }: AuditFilter): Place | undefined => (before === undefined ? undefined : [before]);

export function createAuditTrail(session: SqlSession, reads: SqlSession): AuditTrail {
  return {
    async append(entry) {
      const { sql, parameters } = auditStatement(entry);
      await session.query(sql, parameters);
    },
    async lines(filter, limit) {
      return (await walk(reads, auditWalk(filter), placeOf(filter), limit)).rows.map(toLine);
    },
    async search(filter, limit) {
      const { rows, place, looked } = await walk(reads, auditWalk(filter), placeOf(filter), limit, A_PAGE);
      return { items: rows.map(toLine), next: place && Number(place[0]), looked };
    },
    async head() {
      const [row] = await session.query('select seq, hash from audit_head', []);
      return { seq: Number(row.seq), hash: String(row.hash) };
    },
  };
}

/** A head that was seen once: the chain must still go through it. */
export type AuditAnchor = { readonly seq: number; readonly hash: string };

export type AuditCheck =
  | { readonly ok: true; readonly lines: number; readonly head: AuditAnchor }
  | { readonly ok: false; readonly problem: string };

const PAGE = 2000;

const wasChanged = (seq: number, line: string): string => `line ${seq} was changed: ${line.slice(0, 200)}`;

/** Lines that lost names when somebody was erased: each must be what the last line that speaks of it says. */
function erasedLines() {
  const lines = new Map<number, string>();
  const hashes = new Map<number, string>();
  return {
    found(seq: number, line: string): void {
      lines.set(seq, line);
    },
    said(detail: unknown): void {
      const { lines: told } = (detail ?? {}) as { readonly lines?: Readonly<Record<string, string>> };
      for (const [seq, hash] of Object.entries(told ?? {})) hashes.set(Number(seq), hash);
    },
    firstUnsaid(): string | undefined {
      for (const [seq, line] of lines)
        if (hashes.get(seq) !== createHash('sha256').update(line).digest('hex')) return wasChanged(seq, line);
      return undefined;
    },
  };
}

/**
 * Reads the whole trail and computes every hash again. Finds lines that were changed, taken out or put in, an end that
 * was cut off, and, by `anchors` kept elsewhere, a chain that was written anew.
 */
export async function verifyAudit(
  query: (sql: string) => Promise<readonly Row[]>,
  anchors: readonly AuditAnchor[],
  onProgress: (lines: number) => void = () => undefined,
): Promise<AuditCheck> {
  const expected = new Map(anchors.map(({ seq, hash }) => [seq, hash]));
  const erased = erasedLines();
  let seq = 0;
  let hash = AUDIT_START;
  const ended = (head: Row | undefined): AuditCheck => {
    const last = Math.max(0, ...expected.keys());
    if (last > seq)
      return { ok: false, problem: `the trail ends at line ${seq}, but line ${last} was there` };
    if (!head || Number(head.seq) !== seq || head.hash !== hash) {
      return { ok: false, problem: `the trail ends at line ${seq}, its head says ${head?.seq}` };
    }
    const changed = erased.firstUnsaid();
    if (changed !== undefined) return { ok: false, problem: changed };
    return { ok: true, lines: seq, head: { seq, hash } };
  };
  for (;;) {
    const rows = await query(
      `select seq, line, previous, hash, at, who, action, subject from audit_log where seq > ${seq} order by seq limit ${PAGE}`,
    );
    if (rows.length === 0) {
      // Lines may be written while this reads: the end is where no more have come.
      const [head] = await query('select seq, hash from audit_head');
      if (
        head &&
        Number(head.seq) > seq &&
        (await query(`select 1 from audit_log where seq > ${seq} limit 1`)).length > 0
      ) {
        continue;
      }
      return ended(head);
    }
    for (const row of rows) {
      const line = String(row.line);
      if (Number(row.seq) !== seq + 1) {
        return { ok: false, problem: `after line ${seq} comes line ${row.seq}: lines are missing` };
      }
      seq++;
      if (row.previous !== hash) {
        return { ok: false, problem: `line ${seq} does not follow from line ${seq - 1}` };
      }
      hash = createHash('sha256').update(`${hash}\n${seq}\n${line}`).digest('hex');
      const said = JSON.parse(line);
      if (row.hash !== hash) {
        if (said.erased === undefined) return { ok: false, problem: wasChanged(seq, line) };
        // What it said is gone: the chain goes on by its hash, and a later line has to say what it says now.
        erased.found(seq, line);
        hash = String(row.hash);
      } else if (said.action === ERASED_LINES) erased.said(said.detail);
      for (const name of ['at', 'who', 'action', 'subject'] as const) {
        if (row[name] !== said[name]) return { ok: false, problem: `"${name}" of line ${seq} was changed` };
      }
      const anchor = expected.get(seq);
      if (anchor !== undefined && anchor !== hash) {
        return { ok: false, problem: `line ${seq} is not what it was when its hash was written down` };
      }
    }
    onProgress(seq);
  }
}
