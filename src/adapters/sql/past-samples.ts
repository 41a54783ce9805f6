// What people were asked about, flagged or drawn, and what they said: out of the one small table that holds all of it.
import { isoTime } from '../../domain/iso-time.ts';
import type { LookedAt } from '../../models/unbiased.ts';
import type { AskedAbout } from '../../ports/past-rows.ts';
import type { SqlSession } from './session.ts';
import { timeMs } from './values.ts';
import { stretches } from './walk.ts';

/** Whether somebody gave a verdict is looked up by the id of each transaction. */
const ASKED_AT_ONCE = 500;

/** Of approved frauds that somebody told of; where nobody drew, none is known to have been drawn from. */
export const MISSED_INDEX =
  "create index transactions_missed on transactions (seq) where is_fraud and outcome = 'approve'";

export async function askedAbout(session: SqlSession, untilMs: number, maxRows: number): Promise<AskedAbout> {
  const until = isoTime(untilMs);
  const rows: LookedAt[] = [];
  let sinceMs: number | undefined;
  let first: number | undefined;
  newest: for await (const { from, before } of stretches(
    session,
    'fraud_alerts',
    'seq',
    maxRows,
    ASKED_AT_ONCE,
  )) {
    const found = await session.query(
      `select f.seq, f.outcome <> 'approve' as flagged, f.score, f.draw_chance, f.is_fraud, f.created_at,
         f.status in ('confirmed', 'dismissed') as known, f.created_at < $1 as mature,
         exists (select 1 from labels l where l.transaction_id = f.transaction_id and l.source = 'analyst') as by_analyst
       from fraud_alerts f where f.seq >= $2 and ($3::bigint is null or f.seq < $3) order by f.seq desc`,
      [until, from, before],
    );
    for (const row of found) {
      // Before that nothing was drawn: what was flagged then has no samples beside it.
      if (row.draw_chance === null) break newest;
      if (row.mature !== true) continue;
      first = Number(row.seq);
      sinceMs = timeMs(row.created_at);
      rows.push({
        isFlagged: row.flagged === true,
        score: Number(row.score),
        chance: Number(row.draw_chance),
        toldBy: row.known !== true ? 'nobody' : row.by_analyst === true ? 'analyst' : 'others',
        isFraud: row.is_fraud === true,
      });
    }
  }
  if (first === undefined) return { rows, sinceMs, missedForCertain: 0 };
  const [{ n }] = await session.query(
    "select count(*) as n from transactions where is_fraud and outcome = 'approve' and seq >= $1 and decided_at < $2",
    [first, until],
  );
  return { rows, sinceMs, missedForCertain: Number(n) };
}
