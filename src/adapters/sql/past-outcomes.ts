// How decisions of the past turned out: by the parts that they can be told into, and by the rules that held.
import { isoTime } from '../../domain/iso-time.ts';
import { SEGMENT_KINDS, type SegmentKind } from '../../domain/segment.ts';
import type { RuleHits, SegmentOutcome } from '../../ports/past-rows.ts';
import type { SqlSession } from './session.ts';
import { stretches } from './walk.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Each part of the newest decisions before a moment. */
export async function segmentOutcomes(
  session: SqlSession,
  untilMs: number,
  maxRows: number,
): Promise<SegmentOutcome[]> {
  const segments = new Map<string, Mutable<SegmentOutcome>>();
  for await (const { from, before } of stretches(session, 'transactions', 'seq', maxRows)) {
    const rows = await session.query(
      `with recent as (
         select coalesce(channel, 'not stated') as channel, type, coalesce(country, '??') as country,
           coalesce(is_fraud, false) as fraud, is_fraud is not null as labelled, outcome <> 'approve' as flagged,
           coalesce(fraud_type, 'not stated') as fraud_type,
           coalesce(base_amount_minor, amount_minor) as amount_minor
         from transactions where seq >= $2 and ($3::bigint is null or seq < $3) and decided_at < $1),
       told as (
         select 'channel' as kind, channel as name, * from recent
         union all select 'type', type, * from recent
         union all select 'country', country, * from recent
         union all select 'fraud type', fraud_type, * from recent where fraud)
       select kind, name, count(*) as n, count(*) filter (where labelled) as labelled,
         count(*) filter (where fraud) as frauds, count(*) filter (where flagged) as flagged,
         count(*) filter (where fraud and flagged) as caught,
         coalesce(sum(amount_minor) filter (where fraud), 0) as fraud_minor,
         coalesce(sum(amount_minor) filter (where fraud and flagged), 0) as caught_minor
       from told group by kind, name`,
      [isoTime(untilMs), from, before],
    );
    for (const row of rows) {
      const key = `${row.kind} ${row.name}`;
      const segment = segments.get(key) ?? {
        kind: SEGMENT_KINDS.find((kind) => kind === row.kind) ?? ('type' satisfies SegmentKind),
        name: String(row.name),
        rows: 0,
        labelled: 0,
        frauds: 0,
        flagged: 0,
        caught: 0,
        fraudMinor: 0,
        caughtMinor: 0,
      };
      segments.set(key, segment);
      segment.rows += Number(row.n);
      segment.labelled += Number(row.labelled);
      segment.frauds += Number(row.frauds);
      segment.flagged += Number(row.flagged);
      segment.caught += Number(row.caught);
      segment.fraudMinor += Number(row.fraud_minor);
      segment.caughtMinor += Number(row.caught_minor);
    }
  }
  return [...segments.values()].sort(
    (a, b) => a.kind.localeCompare(b.kind) || b.frauds - a.frauds || b.rows - a.rows,
  );
}

/** Each rule that held for one of the newest transactions. */
export async function ruleHits(
  session: SqlSession,
  newest: number,
  matureUntilMs: number,
): Promise<RuleHits[]> {
  const found = new Map<string, Mutable<RuleHits>>();
  for await (const { from, before } of stretches(session, 'transactions', 'seq', newest)) {
    const rows = await session.query(
      `select hit ->> 'id' as id, coalesce((hit ->> 'version')::int, 1) as version,
         coalesce((hit ->> 'shadow')::boolean, false) as shadow, count(*) as hits,
         count(*) filter (where is_fraud is not null) as labelled, count(*) filter (where is_fraud) as frauds,
         count(*) filter (where mature) as mature,
         count(*) filter (where is_fraud and mature) as mature_frauds
       from (select rules, is_fraud, decided_at < $3 or (is_fraud is not null and occurred_at < $3) as mature
             from transactions
             where seq >= $1 and ($2::bigint is null or seq < $2) and rules is not null) recent,
         json_array_elements(rules::json) hit
       group by 1, 2, 3`,
      [from, before, isoTime(matureUntilMs)],
    );
    for (const row of rows) {
      const key = `${row.id} ${row.version} ${row.shadow}`;
      const hits = found.get(key) ?? {
        id: String(row.id),
        version: Number(row.version),
        shadow: row.shadow === true,
        hits: 0,
        labelled: 0,
        frauds: 0,
        mature: 0,
        matureFrauds: 0,
      };
      found.set(key, hits);
      hits.hits += Number(row.hits);
      hits.labelled += Number(row.labelled);
      hits.frauds += Number(row.frauds);
      hits.mature += Number(row.mature);
      hits.matureFrauds += Number(row.mature_frauds);
    }
  }
  return [...found.values()];
}
