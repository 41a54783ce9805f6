// Past transactions for backtests, out of the database in large pages.
import { minorPerMajor } from '../../domain/codes.ts';
import type { Outcome, RuleHit } from '../../domain/decision.ts';
import type { PastRows } from '../../ports/past-rows.ts';
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
            amountHundredths: Math.round((100 * amountMinor) / minorPerMajor(currency)),
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
