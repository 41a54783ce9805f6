// The tables of the alert queue, and how the alerts of before come into them.
import { SERVICE_LEVELS } from '../../domain/alert.ts';

const LEVELS = SERVICE_LEVELS.map(({ fromLossMinor, minutes }) => `(${fromLossMinor}, ${minutes})`).join(
  ', ',
);

export const ALERT_TABLES: readonly string[] = [
  `create table alerts (
    id bigint generated always as identity primary key, account_id text not null,
    opened_at timestamptz not null, updated_at timestamptz not null, due_at timestamptz not null,
    transactions integer not null, declined integer not null, amount_minor bigint not null,
    expected_loss_minor bigint not null, max_score double precision not null, currency text not null,
    country text, top_reason text, status text not null default 'open' check (status in ('open', 'closed')),
    assignee_id text, assignee_name text, snoozed_until timestamptz, escalated boolean not null default false,
    verdict text, fraud_type text, closed_at timestamptz, closed_by text, case_id bigint,
    version integer not null default 1)`,
  `comment on column alerts.amount_minor is 'Hundredths of a currency unit; currencies are not converted'`,
  "create unique index alerts_one_open on alerts (account_id) where status = 'open'",
  "create index alerts_by_loss on alerts (expected_loss_minor desc, id desc) where status = 'open'",
  "create index alerts_by_due on alerts (due_at, id) where status = 'open'",
  'create index alerts_account on alerts (account_id, id)',
  'create index alerts_closed on alerts (closed_at) where closed_at is not null',
  'create table service_levels (from_loss_minor bigint primary key, minutes integer not null check (minutes > 0))',
  `insert into service_levels values ${LEVELS}`,
  `create function due_after(p_loss bigint) returns interval language sql stable as $$
     select make_interval(mins => minutes) from service_levels
     where from_loss_minor <= p_loss order by from_loss_minor desc limit 1 $$`,
  `create table label_outbox (
    id bigint generated always as identity primary key, transaction_id text not null, fraud boolean not null,
    fraud_type text, source text not null, labelled_at timestamptz not null)`,
  'alter table fraud_alerts add column alert_id bigint',
  `insert into alerts (account_id, opened_at, updated_at, due_at, transactions, declined, amount_minor,
     expected_loss_minor, max_score, currency, country, top_reason, status, verdict, closed_at, closed_by)
   select account_id, min(created_at), max(created_at), min(created_at) + due_after(sum(score * amount_minor)::bigint),
     count(*), count(*) filter (where outcome = 'decline'), sum(amount_minor), sum(score * amount_minor)::bigint,
     max(score), max(currency), max(country), (array_agg(top_reason order by score desc))[1],
     case when is_open then 'open' else 'closed' end, case when is_open then null else 'labels' end,
     case when is_open then null else max(created_at) end, case when is_open then null else 'labels' end
   from (select f.*, status = 'open' as is_open from fraud_alerts f) before group by account_id, is_open`,
  `update fraud_alerts f set alert_id = a.id from alerts a
   where a.account_id = f.account_id and (a.status = 'open') = (f.status = 'open')`,
  'create index fraud_alerts_alert on fraud_alerts (alert_id, seq)',
];

/** Of alerts from before it is not known who says their reason: an empty text, which a default gives without a rewrite. */
export const ALERT_RULES: readonly string[] = ['alerts', 'fraud_alerts'].flatMap((table) => [
  `alter table ${table} add column top_rule text default ''`,
  `alter table ${table} alter column top_rule drop default`,
  `comment on column ${table}.top_rule is
    'The rule that says top_reason; empty where that is not known, null where no rule does'`,
]);

/** What moved a score, by concept, and the concept that an alert is told by; of before there is none. */
export const CONCEPT_COLUMNS: readonly string[] = [
  'alter table transactions add column concepts text',
  `comment on column transactions.concepts is 'JSON: what moved the score, by concept; null of approvals'`,
  ...['alerts', 'fraud_alerts'].flatMap((table) => [
    `alter table ${table} add column top_concept text`,
    `comment on column ${table}.top_concept is
      'The concept whose sentence top_reason is; null where it is of a rule, or of one feature'`,
  ]),
];

/** Samples: alerts that nothing is suspected of, each about one transaction that was approved. */
export const SAMPLE_TABLES: readonly string[] = [
  'alter table transactions add column draw text, add column draw_chance double precision',
  'alter table fraud_alerts add column draw text, add column draw_chance double precision',
  'alter table alerts add column draw text, add column draw_chance double precision, add column sample_id text',
  ...['transactions', 'fraud_alerts'].map(
    (table) => `comment on column ${table}.draw is
      'Why people look at it: flagged, or drawn: random, uncertain; null where they do not, or nothing was drawn'`,
  ),
  `comment on column alerts.sample_id is 'The transaction that was drawn; null where the alert is of what was flagged'`,
  'drop index alerts_one_open',
  "create unique index alerts_one_open on alerts (account_id) where status = 'open' and sample_id is null",
  'create unique index alerts_sample on alerts (sample_id) where sample_id is not null',
];

/** Of alerts from before it is not known which feature their reason is of: an empty text likewise. */
export const ALERT_FEATURES: readonly string[] = ['alerts', 'fraud_alerts'].flatMap((table) => [
  `alter table ${table} add column top_feature text default ''`,
  `alter table ${table} alter column top_feature drop default`,
  `comment on column ${table}.top_feature is
    'The feature that top_reason is of; empty where that is not known, null where it is of a rule'`,
]);
