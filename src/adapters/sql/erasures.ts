// The book of erasures in the database. Each step is a transaction with how far it came, so that a death costs nothing and counts
// nothing twice.
import { type ErasureCounts, NO_COUNTS, type PersonIdentifier } from '../../domain/erasure.ts';
import { isoTime } from '../../domain/iso-time.ts';
import {
  ERASURE_STEPS,
  type Erasure,
  type ErasureInHand,
  type ErasureStep,
  type Erasures,
  type FoundOfPerson,
} from '../../ports/office/erasures.ts';
import { auditStatement, auditText } from './audit.ts';
import { eraseInTrail } from './erase-in-trail.ts';
import { eraseLetters } from './erase-letters.ts';
import { eraseMentions } from './erase-mentions.ts';
import { eraseEvents, eraseProse, eraseTransactions } from './erase-rows.ts';
import type { StepTaken } from './erasure-step.ts';
import { planErasure } from './plan-erasure.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { textOrNone, timeMs, timeMsOrNone } from './values.ts';

export const ERASURE_TABLES: readonly string[] = [
  `create table erasures (
    id bigint generated always as identity primary key, token text not null, reference text not null,
    asked_by text not null, asked_at timestamptz not null, done_at timestamptz,
    until_seq bigint not null, step text not null, place text, counts jsonb not null, found text, person text, secret text,
    trouble text, held_by text, held_until timestamptz)`,
  'create index erasures_under_way on erasures (id) where done_at is null',
  `comment on table erasures is 'Erasures of people; whom one is of, and its key, are there until it is done'`,
  // The one way to change a line: a later line of the trail says which it was and what it is now (erase-in-trail.ts).
  `create or replace function audit_is_append_only() returns trigger language plpgsql as $$
   begin
     if tg_op = 'UPDATE' and current_setting('goshawk.erasing', true) = 'on' then
       return null;
     end if;
     raise exception 'the audit trail is append-only';
   end $$`,
  `create function erase_in_audit(p_lines text) returns bigint language plpgsql as $$
   declare
     v_changed bigint;
   begin
     perform set_config('goshawk.erasing', 'on', true);
     update audit_log a set line = e.line from json_to_recordset(p_lines::json) as e(seq bigint, line text)
       where a.seq = e.seq;
     get diagnostics v_changed = row_count;
     perform set_config('goshawk.erasing', 'off', true);
     return v_changed;
   end $$`,
];

const NOTHING_FOUND: FoundOfPerson = { accounts: [], devices: [], addresses: [] };

function toErasure(row: Row): Erasure {
  return {
    id: Number(row.id),
    token: String(row.token),
    reference: String(row.reference),
    askedBy: String(row.asked_by),
    askedAtMs: timeMs(row.asked_at),
    doneAtMs: timeMsOrNone(row.done_at),
    step: row.step as ErasureStep,
    counts: { ...NO_COUNTS, ...(row.counts as ErasureCounts) },
    trouble: textOrNone(row.trouble),
  };
}

/** Undefined for one that is done. */
function inHandOf(row: Row): ErasureInHand | undefined {
  if (row.person === null || row.secret === null) return undefined;
  return {
    ...toErasure(row),
    key: Buffer.from(String(row.secret), 'base64'),
    person: JSON.parse(String(row.person)) as PersonIdentifier[],
    untilSeq: Number(row.until_seq),
    found: row.found === null ? NOTHING_FOUND : (JSON.parse(String(row.found)) as FoundOfPerson),
  };
}

const WORK = {
  transactions: eraseTransactions,
  events: eraseEvents,
  letters: eraseLetters,
  prose: eraseProse,
  mentions: eraseMentions,
  trail: eraseInTrail,
} as const;

const after = (step: ErasureStep): ErasureStep => ERASURE_STEPS[ERASURE_STEPS.indexOf(step) + 1] ?? step;

/** How far it is now. */
function progress(id: number, step: ErasureStep, { place, found }: StepTaken): Statement {
  return {
    sql: `update erasures set step = $2, place = $3, found = coalesce($4, found), trouble = null where id = $1`,
    parameters: [
      id,
      place === undefined ? after(step) : step,
      place ?? null,
      found === undefined ? null : JSON.stringify(found),
    ],
  };
}

export function createErasures(session: SqlSession, reads: SqlSession): Erasures {
  return {
    plan: (eraser) => planErasure(reads, eraser),
    async begin({ person, key, token, reference, untilSeq }, entry) {
      const [row] = await session.query(
        `with begun as (
           insert into erasures (token, reference, asked_by, asked_at, until_seq, step, counts, person, secret)
           values ($1, $2, $3, $4, $5, $6, '{}', $7, $8) returning id)
         select id, append_audit(replace($9, '{erasure}', id::text)) from begun`,
        [
          token,
          reference,
          entry.actor.name,
          isoTime(entry.atMs),
          untilSeq,
          ERASURE_STEPS[0],
          JSON.stringify(person),
          key.toString('base64'),
          auditText(entry),
        ],
      );
      return Number(row.id);
    },
    async list(limit) {
      const rows = await session.query('select * from erasures order by id desc limit $1', [limit]);
      return rows.map(toErasure);
    },
    async find(id) {
      const [row] = await session.query('select * from erasures where id = $1', [id]);
      return row && toErasure(row);
    },
    async hold(holder, nowMs, forMs) {
      const [row] = await session.query(
        `update erasures set held_by = $1, held_until = $3
         where id = (select min(id) from erasures where done_at is null)
           and (held_by is null or held_by = $1 or held_until < $2) returning *`,
        [holder, isoTime(nowMs), isoTime(nowMs + forMs)],
      );
      return row && inHandOf(row);
    },
    async step(inHand, eraser, nowMs) {
      const [row] = await session.query('select * from erasures where id = $1', [inHand.id]);
      // Others may have gone on with it since.
      const now = row && inHandOf(row);
      if (!now || now.step === 'runtime') return true;
      const taken = await WORK[now.step](session, now, eraser, textOrNone(row.place), nowMs);
      await session.transaction([...taken.statements, progress(now.id, now.step, taken)]);
      return false;
    },
    async tell(id, trouble) {
      await session.query('update erasures set trouble = $2 where id = $1', [id, trouble ?? null]);
    },
    async count(id, { histories, records }) {
      await session.query('update erasures set counts = counts || $2::jsonb where id = $1', [
        id,
        JSON.stringify({ histories, records }),
      ]);
    },
    async finish(id, entry) {
      await session.transaction([
        {
          sql: `update erasures set done_at = $2, person = null, secret = null, found = null, place = null, trouble = null,
                  held_by = null, held_until = null
                where id = $1`,
          parameters: [id, isoTime(entry.atMs)],
        },
        auditStatement(entry),
      ]);
    },
  };
}
