// Past transactions for backtests, out of the database in large pages.
import { type BaseAmount, baseCurrency, baseHundredths, baseMinor } from '../../domain/base-amount.ts';
import type { Outcome, RuleHit } from '../../domain/decision.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { SEGMENT_KINDS, type SegmentKind } from '../../domain/segment.ts';
import type { PastRows, RuleHits, SegmentOutcome } from '../../ports/past-rows.ts';
import type { SqlSession } from './session.ts';
import { textOrNone, timeMs } from './values.ts';
import { stretches } from './walk.ts';

const NO_HITS: readonly RuleHit[] = [];
/** Each is looked up by the id of its transaction. */
const LABELS_AT_ONCE = 300;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type LabelsOfSource = { labels: number; frauds: number; latestAtMs: number; delays: number[] };

/** Between the two nearest values; undefined where there are none. */
function quantile(sorted: Float64Array, share: number): number | undefined {
  if (sorted.length === 0) return undefined;
  const place = share * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
}

export function createPastRows(session: SqlSession): PastRows {
  return {
    async page(catalogueHash, before, limit) {
      const rows = await session.query(
        `select seq, id, account_id, occurred_at, utc_offset_minutes, decided_at, amount_minor, currency, base, type, channel, merchant_id,
           merchant_name, mcc, country, city, device_id, ip, counterparty_id, counterparty_name, outcome, score, rules,
           features, is_fraud, catalogue_hash = $1 as usable
         from transactions where ($2::bigint is null or seq < $2) order by seq desc limit $3`,
        [catalogueHash, before ?? null, limit],
      );
      return {
        last: rows.length === limit ? Number(rows[rows.length - 1].seq) : undefined,
        rows: rows.flatMap((row) => {
          if (row.usable !== true) return [];
          const amounts = {
            amountMinor: Number(row.amount_minor),
            currency: String(row.currency),
            ...(row.base !== null && { base: JSON.parse(String(row.base)) as BaseAmount }),
          };
          return {
            id: String(row.id),
            accountId: String(row.account_id),
            occurredAtMs: timeMs(row.occurred_at),
            utcOffsetMinutes: row.utc_offset_minutes === null ? Number.NaN : Number(row.utc_offset_minutes),
            decidedAtMs: timeMs(row.decided_at),
            amountMinor: amounts.amountMinor,
            baseMinor: baseMinor(amounts),
            baseHundredths: baseHundredths(amounts),
            currency: amounts.currency,
            baseCurrency: baseCurrency(amounts),
            type: String(row.type),
            channel: textOrNone(row.channel),
            country: textOrNone(row.country),
            city: textOrNone(row.city),
            deviceId: textOrNone(row.device_id),
            ip: textOrNone(row.ip),
            counterpartyId: textOrNone(row.counterparty_id),
            counterpartyName: textOrNone(row.counterparty_name),
            merchantId: textOrNone(row.merchant_id),
            merchantName: textOrNone(row.merchant_name),
            mcc: textOrNone(row.mcc),
            score: Number(row.score),
            outcome: row.outcome as Outcome,
            isFraud: row.is_fraud === null ? undefined : row.is_fraud === true,
            hits: row.rules === null ? NO_HITS : (JSON.parse(String(row.rules)) as RuleHit[]),
            vector: row.features as Uint8Array,
          };
        }),
      };
    },
    async outcomes(untilMs, maxRows) {
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
    },
    async labelSources(maxRows) {
      const sources = new Map<string, LabelsOfSource>();
      for await (const { from, before } of stretches(session, 'labels', 'seq', maxRows, LABELS_AT_ONCE)) {
        const rows = await session.query(
          `select l.source, l.fraud, l.labelled_at,
             extract(epoch from l.labelled_at - t.decided_at) * 1000 as delay
           from labels l left join transactions t on t.id = l.transaction_id
           where l.seq >= $1 and ($2::bigint is null or l.seq < $2)`,
          [from, before],
        );
        for (const row of rows) {
          const name = String(row.source);
          const source = sources.get(name) ?? { labels: 0, frauds: 0, latestAtMs: 0, delays: [] };
          sources.set(name, source);
          source.labels++;
          if (row.fraud === true) source.frauds++;
          source.latestAtMs = Math.max(source.latestAtMs, timeMs(row.labelled_at));
          if (row.delay !== null) source.delays.push(Math.max(0, Number(row.delay)));
        }
      }
      return [...sources]
        .map(([source, { labels, frauds, latestAtMs, delays }]) => {
          const sorted = Float64Array.from(delays).sort();
          return {
            source,
            labels,
            frauds,
            medianDelayMs: quantile(sorted, 0.5),
            p90DelayMs: quantile(sorted, 0.9),
            latestAtMs,
          };
        })
        .sort((a, b) => b.labels - a.labels);
    },
    async labelDelays(fromMs, untilMs, maxRows) {
      const delays: number[] = [];
      for await (const { from, before } of stretches(session, 'labels', 'seq', maxRows, LABELS_AT_ONCE)) {
        const rows = await session.query(
          `select extract(epoch from l.labelled_at - t.decided_at) * 1000 as delay
           from labels l join transactions t on t.id = l.transaction_id
           where l.seq >= $3 and ($4::bigint is null or l.seq < $4) and l.labelled_at >= $1 and l.labelled_at < $2`,
          [isoTime(fromMs), isoTime(untilMs), from, before],
        );
        for (const { delay } of rows) delays.push(Math.max(0, Number(delay)));
      }
      return Float64Array.from(delays);
    },
    async hits(newest) {
      const found = new Map<string, Mutable<RuleHits>>();
      for await (const { from, before } of stretches(session, 'transactions', 'seq', newest)) {
        const rows = await session.query(
          `select hit ->> 'id' as id, coalesce((hit ->> 'version')::int, 1) as version,
             coalesce((hit ->> 'shadow')::boolean, false) as shadow, count(*) as hits,
             count(*) filter (where is_fraud is not null) as labelled, count(*) filter (where is_fraud) as frauds
           from (select rules, is_fraud from transactions
                 where seq >= $1 and ($2::bigint is null or seq < $2) and rules is not null) recent,
             json_array_elements(rules::json) hit
           group by 1, 2, 3`,
          [from, before],
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
          };
          found.set(key, hits);
          hits.hits += Number(row.hits);
          hits.labelled += Number(row.labelled);
          hits.frauds += Number(row.frauds);
        }
      }
      return [...found.values()];
    },
  };
}
