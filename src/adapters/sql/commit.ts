// One batch of decisions as the statements of one transaction.

import { baseCurrency, baseHundredths } from '../../domain/base-amount.ts';
import { asBuffer } from '../../domain/bytes.ts';
import { isLookedAt } from '../../domain/decision.ts';
import { sampleOf } from '../../domain/draw.ts';
import { isoTime } from '../../domain/iso-time.ts';
import { countryOf } from '../../domain/transaction.ts';
import type { BatchOutput, Decided, Labelled } from '../../engine/process-batch.ts';
import { leadingOf } from '../../explanation/told.ts';
import { flaggedMinorOf } from '../../ports/stream/committed.ts';
import { leadingHit } from '../../rules/combine.ts';
import { addDeadLetters, quarantineLetter } from './dead-letters.ts';
import { eventRow, insertEvents } from './events.ts';
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
    utc_offset_minutes: t.utcOffsetMinutes,
    received_at: isoTime(receivedAtMs),
    decided_at: isoTime(decision.decidedAtMs),
    amount_minor: t.amountMinor,
    currency: t.currency,
    base_amount_minor: t.base?.amountMinor,
    base: t.base && JSON.stringify(t.base),
    billing: t.billing && JSON.stringify(t.billing),
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
    counterparty_name: t.counterpartyName,
    attributes: t.attributes && JSON.stringify(t.attributes),
    relates_to: t.relatesTo && JSON.stringify(t.relatesTo),
    outcome: decision.outcome,
    score: decision.score,
    reasons: decision.outcome === 'approve' ? undefined : JSON.stringify(decision.reasons),
    concepts: decision.concepts.length > 0 ? JSON.stringify(decision.concepts) : undefined,
    rules: decision.rules.length > 0 ? JSON.stringify(decision.rules) : undefined,
    model_version: decision.modelVersion,
    ruleset_version: decision.rulesetVersion,
    catalogue_hash: decision.catalogueHash,
    features: `\\x${asBuffer(vector).toString('hex')}`,
    content_hash: contentHash,
    engine_ms: engineMs,
    draw: decision.draw?.by,
    draw_chance: decision.draw?.chance,
  };
}

/** A row of `fraud_alerts`: of what people are asked about. */
export function alertRow({ transaction: t, decision }: Decided, seq: number) {
  const hit = leadingHit(decision.rules, decision.outcome);
  const leading = leadingOf(decision);
  return {
    transaction_id: t.id,
    seq,
    account_id: t.accountId,
    created_at: isoTime(decision.decidedAtMs),
    outcome: decision.outcome,
    score: decision.score,
    amount_minor: t.amountMinor,
    currency: t.currency,
    base_amount_minor: t.base?.amountMinor,
    base_currency: t.base?.currency,
    country: t.country,
    merchant_name: t.merchant?.name ?? t.counterpartyName ?? t.counterpartyId,
    top_reason: hit?.text ?? leading.text,
    top_rule: hit?.id,
    top_feature: hit ? undefined : leading.feature,
    top_concept: hit ? undefined : leading.concept,
    is_fraud: decision.outcome === 'decline',
    status: 'open',
    draw: decision.draw?.by,
    draw_chance: decision.draw?.chance,
  };
}

/** What a batch adds to the alert of an account: a row of `alerts`. */
type AlertGroup = {
  readonly account_id: string;
  readonly opened_at: string;
  updated_at: string;
  transactions: number;
  declined: number;
  amount_minor: number;
  expected_loss_minor: number;
  max_score: number;
  currency: string;
  country: string | undefined;
  top_reason: string | undefined;
  top_rule: string | undefined;
  top_feature: string | undefined;
  top_concept: string | undefined;
  readonly draw: string | undefined;
  readonly draw_chance: number | undefined;
  /** The transaction that is the sample; undefined where it is not about one. */
  readonly sample_id: string | undefined;
};

/** What alerts are sorted and paged by stays a safe integer: beyond it there is nothing left to rank. */
export const LARGEST_LOSS = Number.MAX_SAFE_INTEGER;
const LOSS_OF_BOTH = `least(alerts.expected_loss_minor + excluded.expected_loss_minor, ${LARGEST_LOSS})`;

/**
 * What is looked at of a batch, the flagged by account and each sample by itself, in the order of accounts: whoever changes several alerts
 * takes them in that order.
 */
export function alertGroups(lookedAt: readonly Decided[]): AlertGroup[] {
  const groups = new Map<string, AlertGroup>();
  for (const item of lookedAt) {
    const { transaction, decision } = item;
    const sample = sampleOf(decision.draw);
    const key = JSON.stringify([transaction.accountId, sample && transaction.id]);
    const row = alertRow(item, 0);
    const amount = baseHundredths(transaction);
    let group = groups.get(key);
    if (!group) {
      group = {
        account_id: transaction.accountId,
        opened_at: row.created_at,
        updated_at: row.created_at,
        transactions: 0,
        declined: 0,
        amount_minor: 0,
        expected_loss_minor: 0,
        max_score: -1,
        currency: baseCurrency(transaction),
        country: undefined,
        top_reason: undefined,
        top_rule: undefined,
        top_feature: undefined,
        top_concept: undefined,
        draw: sample?.by,
        draw_chance: sample?.chance,
        sample_id: sample && transaction.id,
      };
      groups.set(key, group);
    }
    group.updated_at = row.created_at;
    group.transactions++;
    if (decision.outcome === 'decline') group.declined++;
    group.amount_minor += amount;
    group.expected_loss_minor = Math.min(
      LARGEST_LOSS,
      group.expected_loss_minor + Math.round(decision.score * amount),
    );
    if (decision.score <= group.max_score) continue;
    group.max_score = decision.score;
    group.country = row.country;
    group.top_reason = row.top_reason;
    group.top_rule = row.top_rule;
    group.top_feature = row.top_feature;
    group.top_concept = row.top_concept;
  }
  return [...groups.values()].sort((a, b) => (a.account_id < b.account_id ? -1 : 1));
}

/**
 * What is looked at and the alerts it belongs to: what was flagged joins the open alert of its account, or opens one; a sample is one by
 * itself. What comes to a snoozed alert wakes it.
 */
export const ADD_ALERTS = (rows: string, groups: string): string => `
  grouped as (
    insert into alerts (account_id, opened_at, updated_at, due_at, transactions, declined, amount_minor,
      expected_loss_minor, max_score, currency, country, top_reason, top_rule, top_feature, top_concept, draw, draw_chance, sample_id)
    select account_id, opened_at, updated_at, opened_at + due_after(expected_loss_minor), transactions, declined,
      amount_minor, expected_loss_minor, max_score, currency, country, top_reason, top_rule, top_feature, top_concept, draw, draw_chance,
      sample_id
    from json_populate_recordset(null::alerts, ${groups})
    on conflict (account_id) where status = 'open' and sample_id is null do update set
      updated_at = excluded.updated_at,
      due_at = least(alerts.due_at,
        excluded.updated_at + due_after(${LOSS_OF_BOTH})),
      transactions = alerts.transactions + excluded.transactions,
      declined = alerts.declined + excluded.declined,
      amount_minor = alerts.amount_minor + excluded.amount_minor,
      expected_loss_minor = ${LOSS_OF_BOTH},
      country = case when excluded.max_score > alerts.max_score then excluded.country else alerts.country end,
      top_reason = case when excluded.max_score > alerts.max_score then excluded.top_reason else alerts.top_reason end,
      top_rule = case when excluded.max_score > alerts.max_score then excluded.top_rule else alerts.top_rule end,
      top_feature = case when excluded.max_score > alerts.max_score then excluded.top_feature else alerts.top_feature end,
      top_concept = case when excluded.max_score > alerts.max_score then excluded.top_concept else alerts.top_concept end,
      max_score = greatest(alerts.max_score, excluded.max_score),
      snoozed_until = null
    returning id, account_id, sample_id),
  looked_at as (
    insert into fraud_alerts (transaction_id, seq, account_id, created_at, outcome, score, amount_minor, currency,
      base_amount_minor, base_currency, country, merchant_name, top_reason, top_rule, top_feature, top_concept,
      is_fraud, status, draw, draw_chance, alert_id)
    select f.transaction_id, f.seq, f.account_id, f.created_at, f.outcome, f.score, f.amount_minor, f.currency,
      f.base_amount_minor, f.base_currency, f.country, f.merchant_name, f.top_reason, f.top_rule,
      f.top_feature, f.top_concept, f.is_fraud, f.status, f.draw, f.draw_chance, grouped.id
    from json_populate_recordset(null::fraud_alerts, ${rows}) f join grouped on grouped.account_id = f.account_id
      and grouped.sample_id is not distinct from case when f.outcome = 'approve' then f.transaction_id end
    on conflict (transaction_id) do nothing)`;

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

/** By the minute's number and the country. */
export type Counts = Map<number, Map<string, CountRow>>;

export function addCount(counts: Counts, item: Decided): void {
  const { transaction, decision } = item;
  const minute = Math.floor(decision.decidedAtMs / MINUTE_MS);
  const country = countryOf(transaction);
  let countries = counts.get(minute);
  if (!countries) {
    countries = new Map();
    counts.set(minute, countries);
  }
  let count = countries.get(country);
  if (!count) {
    count = {
      minute: isoTime(minute * MINUTE_MS),
      country,
      transactions: 0,
      reviews: 0,
      declines: 0,
      score_sum: 0,
      flagged_minor: 0,
    };
    countries.set(country, count);
  }
  count.transactions++;
  count.score_sum += decision.score;
  if (decision.outcome === 'review') count.reviews++;
  else if (decision.outcome === 'decline') count.declines++;
  count.flagged_minor += flaggedMinorOf(item);
}

/** One row for each minute and country of all these counts. */
export function countRows(all: readonly Counts[]): CountRow[] {
  const rows = new Map<string, CountRow>();
  for (const count of all.flatMap((counts) => [...counts.values()].flatMap((each) => [...each.values()]))) {
    const key = `${count.minute} ${count.country}`;
    const sum = rows.get(key);
    if (!sum) {
      rows.set(key, { ...count });
      continue;
    }
    sum.transactions += count.transactions;
    sum.reviews += count.reviews;
    sum.declines += count.declines;
    sum.score_sum += count.score_sum;
    sum.flagged_minor += count.flagged_minor;
  }
  return [...rows.values()];
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
    // An alert of which everything is known needs nobody any more.
    {
      sql: `update alerts a set status = 'closed', verdict = 'labels', closed_at = done.at, closed_by = 'labels',
              version = a.version + 1
            from (
              select f.alert_id, max(l.labelled_at) as at
              from ${LATEST_LABELS} join fraud_alerts f using (transaction_id)
              where not exists (
                select 1 from fraud_alerts o where o.alert_id = f.alert_id and o.status in ('open', 'unsure'))
              group by f.alert_id) done
            where a.id = done.alert_id and a.status = 'open'`,
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
  ${ADD_ALERTS('$4', '$6')},
  counts as (${ADD_COUNTS('$5')})
  update progress set next_offset = $1 where partition = $2`;

/** One statement for all decisions of a batch: each more costs a round trip. */
export function commitStatements(output: BatchOutput): Statement[] {
  const { partition, nextOffset, decided, observed, labelled, quarantined } = output;
  const lookedAt = decided.filter((item) => isLookedAt(item.decision));
  const counts: Counts = new Map();
  for (const item of decided) addCount(counts, item);
  const rows = [
    decided.map((item) => transactionRow(item, item.offset)),
    lookedAt.map((item) => alertRow(item, item.offset)),
    countRows([counts]),
    alertGroups(lookedAt),
  ];
  return [
    {
      sql: INSERT_DECISIONS,
      parameters: [nextOffset, partition, ...rows.map((list) => JSON.stringify(list))],
    },
    ...(observed.length > 0
      ? [
          insertEvents(
            observed.map((item) => eventRow(item, item.offset)),
            'refused',
          ),
        ]
      : []),
    ...labelStatements(labelled.map((item) => labelRow(item, item.offset))),
    ...(quarantined.length > 0
      ? [addDeadLetters(quarantined.map((item) => quarantineLetter(item, partition)))]
      : []),
  ];
}
