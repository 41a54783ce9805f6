// Past transactions for backtests, out of the database in large pages.
import { hundredths } from '../../domain/codes.ts';
import type { Outcome, RuleHit } from '../../domain/decision.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { type PastRows, SEGMENT_KINDS, type SegmentKind } from '../../ports/past-rows.ts';
import type { SqlSession } from './session.ts';
import { textOrNone, timeMs } from './values.ts';

const NO_HITS: readonly RuleHit[] = [];

export function createPastRows(session: SqlSession): PastRows {
  return {
    async page(catalogueHash, before, limit) {
      const rows = await session.query(
        `select seq, id, account_id, occurred_at, decided_at, amount_minor, currency, type, channel, merchant_id,
           merchant_name, mcc, country, city, device_id, ip, counterparty_id, counterparty_name, outcome, score, rules,
           features, is_fraud, catalogue_hash = $1 as usable
         from transactions where ($2::bigint is null or seq < $2) order by seq desc limit $3`,
        [catalogueHash, before ?? null, limit],
      );
      return {
        last: rows.length === limit ? Number(rows[rows.length - 1].seq) : undefined,
        rows: rows.flatMap((row) => {
          if (row.usable !== true) return [];
          const amountMinor = Number(row.amount_minor);
          const currency = String(row.currency);
          return {
            id: String(row.id),
            accountId: String(row.account_id),
            occurredAtMs: timeMs(row.occurred_at),
            decidedAtMs: timeMs(row.decided_at),
            amountMinor,
            amountHundredths: hundredths(amountMinor, currency),
            currency,
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
      const rows = await session.query(
        `with recent as (
           select coalesce(channel, 'not stated') as channel, type, coalesce(country, '??') as country,
             coalesce(is_fraud, false) as fraud, is_fraud is not null as labelled, outcome <> 'approve' as flagged,
             coalesce(fraud_type, 'not stated') as fraud_type, amount_minor
           from transactions where decided_at < $1 order by seq desc limit $2),
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
         from told group by kind, name order by kind, count(*) filter (where fraud) desc, count(*) desc`,
        [isoTime(untilMs), maxRows],
      );
      return rows.map((row) => ({
        kind: SEGMENT_KINDS.find((kind) => kind === row.kind) ?? ('type' satisfies SegmentKind),
        name: String(row.name),
        rows: Number(row.n),
        labelled: Number(row.labelled),
        frauds: Number(row.frauds),
        flagged: Number(row.flagged),
        caught: Number(row.caught),
        fraudMinor: Number(row.fraud_minor),
        caughtMinor: Number(row.caught_minor),
      }));
    },
    async labelSources(maxRows) {
      const rows = await session.query(
        `with recent as (select transaction_id, source, fraud, labelled_at from labels order by seq desc limit $1),
         delays as (
           select r.*, extract(epoch from r.labelled_at - t.decided_at) * 1000 as delay
           from recent r left join transactions t on t.id = r.transaction_id)
         select source, count(*) as n, count(*) filter (where fraud) as frauds, max(labelled_at) as latest,
           percentile_cont(0.5) within group (order by delay) as median,
           percentile_cont(0.9) within group (order by delay) as p90
         from delays group by source order by count(*) desc`,
        [maxRows],
      );
      const milliseconds = (value: unknown): number | undefined =>
        value === null ? undefined : Math.max(0, Number(value));
      return rows.map((row) => ({
        source: String(row.source),
        labels: Number(row.n),
        frauds: Number(row.frauds),
        medianDelayMs: milliseconds(row.median),
        p90DelayMs: milliseconds(row.p90),
        latestAtMs: timeMs(row.latest),
      }));
    },
    async labelDelays(fromMs, untilMs, maxRows) {
      const rows = await session.query(
        `select extract(epoch from r.labelled_at - t.decided_at) * 1000 as delay
         from (select transaction_id, labelled_at from labels where labelled_at >= $1 and labelled_at < $2
               order by seq desc limit $3) r
         join transactions t on t.id = r.transaction_id`,
        [isoTime(fromMs), isoTime(untilMs), maxRows],
      );
      return Float64Array.from(rows, (row) => Math.max(0, Number(row.delay)));
    },
    async hits(newest) {
      const rows = await session.query(
        `select hit ->> 'id' as id, coalesce((hit ->> 'version')::int, 1) as version,
           coalesce((hit ->> 'shadow')::boolean, false) as shadow, count(*) as hits,
           count(*) filter (where is_fraud is not null) as labelled, count(*) filter (where is_fraud) as frauds
         from (select rules, is_fraud from transactions order by seq desc limit $1) recent,
           json_array_elements(rules::json) hit
         where rules is not null group by 1, 2, 3`,
        [newest],
      );
      return rows.map((row) => ({
        id: String(row.id),
        version: Number(row.version),
        shadow: row.shadow === true,
        hits: Number(row.hits),
        labelled: Number(row.labelled),
        frauds: Number(row.frauds),
      }));
    },
  };
}
