// Lines of the audit trail that name a person. Only this changes lines: the name in each is replaced by the token, and a new line of
// the trail says which they are, with a hash of what each says now, so that whoever verifies the trail knows them from lines that
// somebody changed.
import { createHash } from 'node:crypto';
import { LOCAL_ACTOR } from '../../domain/access.ts';
import type { Eraser } from '../../domain/eraser.ts';
import { ERASED_LINES } from '../../domain/erasure.ts';
import { mentionPattern, withoutMentions } from '../../domain/mention.ts';
import type { ErasureInHand } from '../../ports/office/erasures.ts';
import { auditStatement } from './audit.ts';
import { valuesOfNobodyElse } from './erase-mentions.ts';
import { counting, type StepTaken } from './erasure-step.ts';
import type { SqlSession } from './session.ts';

const LINES_AT_ONCE = 2000;
/** Lines that one line of the trail names. */
const NAMED_AT_ONCE = 200;

const hashOf = (line: string): string => createHash('sha256').update(line).digest('hex');

/**
 * A line without names and without its salt: without that nobody can try out by its hash who was named. What stands in their place is
 * the erasure's, and not that of their rows: whoever knows whose erasure it was is led to none of them.
 */
function erasedLine(line: string, pattern: string, token: string): string {
  const { salt: _, ...said } = JSON.parse(withoutMentions(line, pattern, token)) as Record<string, unknown>;
  return JSON.stringify({ ...said, erased: true });
}

export async function eraseInTrail(
  session: SqlSession,
  inHand: ErasureInHand,
  eraser: Eraser,
  place: string | undefined,
  nowMs: number,
): Promise<StepTaken> {
  const { devices, addresses } = await valuesOfNobodyElse(session, inHand);
  const others = [...devices, ...addresses];
  const values = eraser.person.map(({ value }) => value);
  const all = mentionPattern([...values, ...others]);
  if (all === undefined) return { statements: [], place: undefined };
  const after = Number(place ?? 0);
  const looked = `select seq, line from audit_log where seq > $1 order by seq limit ${LINES_AT_ONCE}`;
  const rows = await session.query(
    `select seq, line from (${looked}) looked where line ~ $2 order by seq limit ${NAMED_AT_ONCE}`,
    [after, all],
  );
  const [edge] = await session.query(`select max(seq) as seq from (${looked}) looked`, [after]);
  const isFull = rows.length === NAMED_AT_ONCE;
  const last = isFull ? rows[rows.length - 1].seq : edge.seq;
  const next = last === null ? undefined : String(last);
  if (rows.length === 0) return { statements: [], place: next };
  const lines = rows.map((row) => ({
    seq: Number(row.seq),
    line: erasedLine(String(row.line), all, inHand.token),
  }));
  return {
    statements: [
      {
        sql: `with erased as (select erase_in_audit($2) as lines),
            changed as (select generate_series(1, lines) from erased) ${counting('auditLines', 'changed')}`,
        parameters: [inHand.id, JSON.stringify(lines)],
      },
      auditStatement({
        atMs: nowMs,
        actor: { ...LOCAL_ACTOR, id: 'erasure', name: inHand.askedBy },
        action: ERASED_LINES,
        subject: `erasure ${inHand.id}`,
        detail: { lines: Object.fromEntries(lines.map(({ seq, line }) => [seq, hashOf(line)])) },
      }),
    ],
    place: next,
  };
}
