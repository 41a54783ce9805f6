// Counts of decisions and their scores: by the minute, and added up from stretches of what was stored.
import type { Kysely } from 'kysely';
import { isoTime } from '../../domain/iso-time.ts';
import type { CountRow, MatureScores, ScoreCount, Store } from '../../ports/store.ts';
import type { Tables } from './schema.ts';
import type { SqlSession } from './session.ts';
import { stretches } from './walk.ts';

const SCORE_BINS = 1000;
/** Counts of so much time are read at once. */
const COUNTS_MS = 30 * 60_000;

/** How many were decided, how, and with which scores. */
export function createCounts(
  reads: SqlSession,
  readDb: Kysely<Tables>,
): Pick<Store, 'counts' | 'scoreCounts' | 'matureScores'> {
  return {
    async counts(fromMs, untilMs) {
      const found: CountRow[] = [];
      for (let from = fromMs; from < untilMs; from += COUNTS_MS) {
        const rows = await readDb
          .selectFrom('stats_by_minute')
          .selectAll()
          .where('minute', '>=', new Date(from))
          .where('minute', '<', new Date(Math.min(untilMs, from + COUNTS_MS)))
          .orderBy('minute')
          .execute();
        for (const row of rows) {
          found.push({
            minuteMs: row.minute.getTime(),
            country: row.country,
            transactions: row.transactions,
            reviews: row.reviews,
            declines: row.declines,
            scoreSum: row.score_sum,
            flaggedMinor: Number(row.flagged_minor),
          });
        }
      }
      return found;
    },
    async scoreCounts(fromMs, maxRows) {
      const counts = new Map<string, ScoreCount>();
      for await (const { from, before } of stretches(reads, 'transactions', 'seq', maxRows)) {
        const rows = await reads.query(
          `select date_trunc('minute', decided_at) as minute, least(floor(score * 20), 19)::int as bin, count(*)::int as n
           from transactions where seq >= $2 and ($3::bigint is null or seq < $3) and decided_at >= $1 group by 1, 2`,
          [isoTime(fromMs), from, before],
        );
        for (const row of rows) {
          const minuteMs = (row.minute as Date).getTime();
          const bin = Number(row.bin);
          const key = `${minuteMs} ${bin}`;
          counts.set(key, {
            minuteMs,
            bin,
            transactions: (counts.get(key)?.transactions ?? 0) + Number(row.n),
          });
        }
        if (rows.length === 0) break;
      }
      return [...counts.values()];
    },
    async matureScores(untilMs, maxRows) {
      const total = new Float64Array(SCORE_BINS);
      const frauds = new Float64Array(SCORE_BINS);
      const flagged = { frauds: 0, genuine: 0 };
      const passed = { frauds: 0, genuine: 0 };
      for await (const { from, before } of stretches(reads, 'transactions', 'seq', maxRows)) {
        const rows = await reads.query(
          `select least(floor(score * ${SCORE_BINS}), ${SCORE_BINS - 1})::int as bin, outcome <> 'approve' as flagged,
             coalesce(is_fraud, false) as fraud, count(*)::int as n
           from transactions where seq >= $2 and ($3::bigint is null or seq < $3) and decided_at < $1 group by 1, 2, 3`,
          [isoTime(untilMs), from, before],
        );
        for (const row of rows) {
          const bin = Number(row.bin);
          const n = Number(row.n);
          total[bin] += n;
          if (row.fraud) frauds[bin] += n;
          const side = row.flagged ? flagged : passed;
          if (row.fraud) side.frauds += n;
          else side.genuine += n;
        }
      }
      return { total, frauds, flagged, passed } satisfies MatureScores;
    },
  };
}
