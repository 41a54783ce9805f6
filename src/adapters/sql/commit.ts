// One batch of decisions as the statements of one transaction.
import { countryOf } from '../../domain/transaction.ts';
import type { BatchOutput, Decided } from '../../engine/process-batch.ts';
import { copyValue, type Statement } from './session.ts';

const TRANSACTION_COLUMNS =
  'id, seq, account_id, occurred_at, received_at, decided_at, amount_minor, currency, type, channel, merchant_id, ' +
  'merchant_name, mcc, country, city, lat, lon, device_id, ip, counterparty_id, outcome, score, reasons, rules, ' +
  'model_version, ruleset_version, catalogue_hash, features, content_hash, engine_ms';
const ALERT_COLUMNS =
  'transaction_id, seq, account_id, created_at, outcome, score, amount_minor, currency, country, merchant_name, ' +
  'top_reason, is_fraud, status';
const MINUTE_MS = 60_000;

type CopyField = string | number | boolean | Uint8Array | undefined;

const time = (ms: number): string => new Date(ms).toISOString();
const line = (fields: readonly CopyField[]): string => fields.map(copyValue).join('\t');

function transactionLine({
  offset,
  transaction: t,
  receivedAtMs,
  decision,
  vector,
  contentHash,
  engineMs,
}: Decided): string {
  return line([
    t.id,
    offset,
    t.accountId,
    time(t.occurredAtMs),
    time(receivedAtMs),
    time(decision.decidedAtMs),
    t.amountMinor,
    t.currency,
    t.type,
    t.channel,
    t.merchant?.id,
    t.merchant?.name,
    t.merchant?.mcc,
    t.country,
    t.city,
    t.location?.lat,
    t.location?.lon,
    t.deviceId,
    t.ip,
    t.counterpartyId,
    decision.outcome,
    decision.score,
    decision.outcome === 'approve' ? undefined : JSON.stringify(decision.reasons),
    decision.rules.length > 0 ? JSON.stringify(decision.rules) : undefined,
    decision.modelVersion,
    decision.rulesetVersion,
    decision.catalogueHash,
    vector,
    contentHash,
    engineMs,
  ]);
}

function alertLine({ offset, transaction: t, decision }: Decided): string {
  const top = decision.rules[0]?.text ?? decision.reasons[0]?.text;
  return line([
    t.id,
    offset,
    t.accountId,
    time(decision.decidedAtMs),
    decision.outcome,
    decision.score,
    t.amountMinor,
    t.currency,
    t.country,
    t.merchant?.name ?? t.counterpartyId,
    top,
    decision.outcome === 'decline',
    'open',
  ]);
}

type Count = {
  minuteMs: number;
  country: string;
  transactions: number;
  reviews: number;
  declines: number;
  scoreSum: number;
  flaggedMinor: number;
};

function countStatements(decided: readonly Decided[]): Statement[] {
  const counts = new Map<string, Count>();
  for (const { transaction, decision } of decided) {
    const minuteMs = Math.floor(decision.decidedAtMs / MINUTE_MS) * MINUTE_MS;
    const country = countryOf(transaction);
    const key = `${minuteMs} ${country}`;
    let count = counts.get(key);
    if (!count) {
      count = { minuteMs, country, transactions: 0, reviews: 0, declines: 0, scoreSum: 0, flaggedMinor: 0 };
      counts.set(key, count);
    }
    count.transactions++;
    count.scoreSum += decision.score;
    if (decision.outcome === 'approve') continue;
    if (decision.outcome === 'review') count.reviews++;
    else count.declines++;
    count.flaggedMinor += transaction.amountMinor;
  }
  if (counts.size === 0) return [];
  const rows = [...counts.values()].map((c) => ({ ...c, minute: time(c.minuteMs) }));
  return [
    {
      sql: `insert into stats_by_minute
        select * from jsonb_to_recordset($1::jsonb) as c(minute timestamptz, country text, transactions integer,
          reviews integer, declines integer, "scoreSum" double precision, "flaggedMinor" bigint)
        on conflict (minute, country) do update set
          transactions = stats_by_minute.transactions + excluded.transactions,
          reviews = stats_by_minute.reviews + excluded.reviews,
          declines = stats_by_minute.declines + excluded.declines,
          score_sum = stats_by_minute.score_sum + excluded.score_sum,
          flagged_minor = stats_by_minute.flagged_minor + excluded.flagged_minor`,
      parameters: [JSON.stringify(rows)],
    },
  ];
}

export function commitStatements(output: BatchOutput): Statement[] {
  const { decided, labelled } = output;
  const statements: Statement[] = [];
  if (decided.length > 0) {
    statements.push({
      copyInto: `transactions (${TRANSACTION_COLUMNS})`,
      lines: `${decided.map(transactionLine).join('\n')}\n`,
    });
    const flagged = decided.filter((item) => item.decision.outcome !== 'approve');
    if (flagged.length > 0) {
      statements.push({
        copyInto: `fraud_alerts (${ALERT_COLUMNS})`,
        lines: `${flagged.map(alertLine).join('\n')}\n`,
      });
    }
    statements.push(...countStatements(decided));
  }
  if (labelled.length > 0) {
    statements.push({
      copyInto: 'labels (seq, transaction_id, fraud, fraud_type, source, labelled_at)',
      lines: `${labelled
        .map(({ offset, label }) =>
          line([
            offset,
            label.transactionId,
            label.fraud,
            label.fraudType,
            label.source,
            time(label.labelledAtMs),
          ]),
        )
        .join('\n')}\n`,
    });
    // The last word on each transaction. A record set, not a join with labels: the planner knows it is short,
    // and looks the transactions up one by one however many there are.
    const newest = new Map(labelled.map(({ label }) => [label.transactionId, label]));
    const words = JSON.stringify(
      [...newest.values()].map((label) => ({
        id: label.transactionId,
        fraud: label.fraud,
        type: label.fraudType,
        at: time(label.labelledAtMs),
      })),
    );
    const set = 'jsonb_to_recordset($1::jsonb) as l(id text, fraud boolean, type text, at timestamptz)';
    statements.push(
      {
        sql: `update transactions t set is_fraud = l.fraud, fraud_type = l.type, labelled_at = l.at
              from ${set} where t.id = l.id`,
        parameters: [words],
      },
      {
        sql: `update fraud_alerts a set is_fraud = l.fraud,
                status = case when l.fraud then 'confirmed' else 'dismissed' end
              from ${set} where a.transaction_id = l.id`,
        parameters: [words],
      },
    );
  }
  statements.push({
    sql: 'update progress set next_offset = $1 where partition = $2',
    parameters: [output.nextOffset, output.partition],
  });
  return statements;
}
