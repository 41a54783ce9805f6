// One batch of decisions as the statements of one transaction.
import { minorPerMajor } from '../../domain/codes.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { countryOf } from '../../domain/transaction.ts';
import type { BatchOutput, Decided, Labelled } from '../../engine/process-batch.ts';
import type { Statement } from './session.ts';

const MINUTE_MS = 60_000;

/** A row of `transactions`, by column name; what is absent becomes NULL. */
export function transactionRow(item: Decided, seq: number) {
  const { transaction: t, receivedAtMs, decision, vector, contentHash, engineMs } = item;
  return {
    id: t.id,
    seq,
    account_id: t.accountId,
    occurred_at: isoTime(t.occurredAtMs),
    received_at: isoTime(receivedAtMs),
    decided_at: isoTime(decision.decidedAtMs),
    amount_minor: t.amountMinor,
    currency: t.currency,
    type: t.type,
    channel: t.channel,
    merchant_id: t.merchant?.id,
    merchant_name: t.merchant?.name,
    mcc: t.merchant?.mcc,
    country: t.country,
    city: t.city,
    lat: t.location?.lat,
    lon: t.location?.lon,
    device_id: t.deviceId,
    ip: t.ip,
    counterparty_id: t.counterpartyId,
    outcome: decision.outcome,
    score: decision.score,
    reasons: decision.outcome === 'approve' ? undefined : JSON.stringify(decision.reasons),
    rules: decision.rules.length > 0 ? JSON.stringify(decision.rules) : undefined,
    model_version: decision.modelVersion,
    ruleset_version: decision.rulesetVersion,
    catalogue_hash: decision.catalogueHash,
    features: `\\x${Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('hex')}`,
    content_hash: contentHash,
    engine_ms: engineMs,
  };
}

export function alertRow({ transaction: t, decision }: Decided, seq: number) {
  return {
    transaction_id: t.id,
    seq,
    account_id: t.accountId,
    created_at: isoTime(decision.decidedAtMs),
    outcome: decision.outcome,
    score: decision.score,
    amount_minor: t.amountMinor,
    currency: t.currency,
    country: t.country,
    merchant_name: t.merchant?.name ?? t.counterpartyId,
    top_reason: decision.rules[0]?.text ?? decision.reasons[0]?.text,
    is_fraud: decision.outcome === 'decline',
    status: 'open',
  };
}

/** A row of `stats_by_minute`. */
type CountRow = {
  readonly minute: string;
  readonly country: string;
  transactions: number;
  reviews: number;
  declines: number;
  score_sum: number;
  flagged_minor: number;
};

export function countRows(decided: readonly Decided[]): CountRow[] {
  const counts = new Map<string, CountRow>();
  for (const { transaction, decision } of decided) {
    const minute = isoTime(Math.floor(decision.decidedAtMs / MINUTE_MS) * MINUTE_MS);
    const country = countryOf(transaction);
    const key = `${minute} ${country}`;
    let count = counts.get(key);
    if (!count) {
      count = { minute, country, transactions: 0, reviews: 0, declines: 0, score_sum: 0, flagged_minor: 0 };
      counts.set(key, count);
    }
    count.transactions++;
    count.score_sum += decision.score;
    if (decision.outcome === 'approve') continue;
    if (decision.outcome === 'review') count.reviews++;
    else count.declines++;
    // Hundredths of the currency's unit, whatever its digits.
    count.flagged_minor += Math.round((100 * transaction.amountMinor) / minorPerMajor(transaction.currency));
  }
  return [...counts.values()];
}

// The last word on each transaction. A record set, not a join with labels: the planner knows it is short, and
// looks the transactions up one by one however many there are.
const LATEST_LABELS =
  'json_to_recordset($1) as l(transaction_id text, fraud boolean, fraud_type text, labelled_at timestamptz)';

/** A row of `labels`, by column name. */
export const labelRow = ({ label }: Labelled, seq: number) => ({
  seq,
  transaction_id: label.transactionId,
  fraud: label.fraud,
  fraud_type: label.fraudType,
  source: label.source,
  labelled_at: isoTime(label.labelledAtMs),
});

/** Labels may concern rows of the same batch: these come after them. */
export function labelStatements(rows: readonly ReturnType<typeof labelRow>[]): Statement[] {
  if (rows.length === 0) return [];
  const latest = JSON.stringify([...new Map(rows.map((row) => [row.transaction_id, row])).values()]);
  return [
    {
      sql: 'insert into labels select * from json_populate_recordset(null::labels, $1)',
      parameters: [JSON.stringify(rows)],
    },
    {
      sql: `update transactions t set is_fraud = l.fraud, fraud_type = l.fraud_type, labelled_at = l.labelled_at
            from ${LATEST_LABELS} where t.id = l.transaction_id`,
      parameters: [latest],
    },
    {
      sql: `update fraud_alerts a set is_fraud = l.fraud,
              status = case when l.fraud then 'confirmed' else 'dismissed' end
            from ${LATEST_LABELS} where a.transaction_id = l.transaction_id`,
      parameters: [latest],
    },
  ];
}

/** The counts of a batch, added to what is there. */
export const ADD_COUNTS = (parameter: string): string => `
    insert into stats_by_minute select * from json_populate_recordset(null::stats_by_minute, ${parameter})
    on conflict (minute, country) do update set
      transactions = stats_by_minute.transactions + excluded.transactions,
      reviews = stats_by_minute.reviews + excluded.reviews,
      declines = stats_by_minute.declines + excluded.declines,
      score_sum = stats_by_minute.score_sum + excluded.score_sum,
      flagged_minor = stats_by_minute.flagged_minor + excluded.flagged_minor`;

const INSERT_DECISIONS = `
  with decided as (
    insert into transactions select * from json_populate_recordset(null::transactions, $3)),
  alerts as (
    insert into fraud_alerts select * from json_populate_recordset(null::fraud_alerts, $4)),
  counts as (${ADD_COUNTS('$5')})
  update progress set next_offset = $1 where partition = $2`;

/** One statement for all decisions of a batch: each more costs a round trip. */
export function commitStatements({ partition, nextOffset, decided, labelled }: BatchOutput): Statement[] {
  const flagged = decided.filter((item) => item.decision.outcome !== 'approve');
  const rows = [
    decided.map((item) => transactionRow(item, item.offset)),
    flagged.map((item) => alertRow(item, item.offset)),
    countRows(decided),
  ];
  return [
    {
      sql: INSERT_DECISIONS,
      parameters: [nextOffset, partition, ...rows.map((list) => JSON.stringify(list))],
    },
    ...labelStatements(labelled.map((item) => labelRow(item, item.offset))),
  ];
}
