// Past transactions for backtests, out of the database in large pages.
import { type BaseAmount, baseCurrency, baseHundredths, baseMinor } from '../../domain/base-amount.ts';
import type { Outcome, RuleHit } from '../../domain/decision.ts';
import type { Relation } from '../../domain/transaction.ts';
import type { PastRows } from '../../ports/past-rows.ts';
import type { StoredPast } from '../../rules/past-columns.ts';
import { labelDelays, labelSources } from './past-labels.ts';
import { ruleHits, segmentOutcomes } from './past-outcomes.ts';
import { askedAbout } from './past-samples.ts';
import { createPastValues, withFilled } from './past-values.ts';
import type { Row, SqlSession } from './session.ts';
import { textOrNone, timeMs } from './values.ts';

const NO_HITS: readonly RuleHit[] = [];

function toPast(row: Row): StoredPast {
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
    attributes: textOrNone(row.attributes),
    relation: row.relates_to === null ? undefined : (JSON.parse(String(row.relates_to)) as Relation).kind,
    score: Number(row.score),
    outcome: row.outcome as Outcome,
    isFraud: row.is_fraud === null ? undefined : row.is_fraud === true,
    hits: row.rules === null ? NO_HITS : (JSON.parse(String(row.rules)) as RuleHit[]),
    catalogueHash: String(row.catalogue_hash),
    vector: row.features as Uint8Array,
  };
}

/** What was decided, as far as rules can read it, and how it turned out. */
export function createPastRows(session: SqlSession): PastRows {
  const values = createPastValues(session);
  return {
    async page(before, limit) {
      const rows = await session.query(
        `select seq, id, account_id, occurred_at, utc_offset_minutes, decided_at, amount_minor, currency, base, type, channel, merchant_id,
           merchant_name, mcc, country, city, device_id, ip, counterparty_id, counterparty_name, attributes, relates_to, outcome, score,
           rules, features, is_fraud, catalogue_hash, partition, log_offset
         from transactions where ($1::bigint is null or seq < $1) order by seq desc limit $2`,
        [before ?? null, limit],
      );
      return {
        last: rows.length === limit ? Number(rows[rows.length - 1].seq) : undefined,
        rows: await withFilled(values, rows, toPast),
      };
    },
    outcomes: (untilMs, maxRows) => segmentOutcomes(session, untilMs, maxRows),
    labelSources: (maxRows) => labelSources(session, maxRows),
    labelDelays: (fromMs, untilMs, maxRows) => labelDelays(session, fromMs, untilMs, maxRows),
    askedAbout: (untilMs, maxRows) => askedAbout(session, untilMs, maxRows),
    hits: (newest, matureUntilMs) => ruleHits(session, newest, matureUntilMs),
  };
}
