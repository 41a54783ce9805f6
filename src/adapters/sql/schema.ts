// The tables, as the query builder sees them. The same schema serves PGlite and PostgreSQL 15+.
import type { ColumnType, Generated } from 'kysely';

type Time = ColumnType<Date, string | Date, string | Date>;

export type TransactionsTable = {
  id: string;
  /** Offset in the log. */
  seq: number;
  account_id: string;
  occurred_at: Time;
  /** Of the clock of the place; null where it is not known. */
  utc_offset_minutes: number | null;
  received_at: Time;
  decided_at: Time;
  amount_minor: number;
  currency: string;
  /** In the base currency, where that is another; `base` and `billing` are JSON of how it came about. */
  base_amount_minor: number | null;
  base: string | null;
  billing: string | null;
  type: string;
  channel: string | null;
  merchant_id: string | null;
  merchant_name: string | null;
  mcc: string | null;
  country: string | null;
  city: string | null;
  lat: number | null;
  lon: number | null;
  device_id: string | null;
  ip: string | null;
  counterparty_id: string | null;
  counterparty_name: string | null;
  /** JSON of the fields of one's own, and of the transaction that it takes back, completes or returns. */
  attributes: string | null;
  relates_to: string | null;
  outcome: string;
  score: number;
  /** JSON arrays; null for approvals, whose reasons are computed on demand from `features`. */
  reasons: string | null;
  concepts: string | null;
  rules: string | null;
  model_version: string;
  ruleset_version: string;
  catalogue_hash: string;
  features: Uint8Array;
  content_hash: string;
  engine_ms: number;
  /** Why it is looked at, and with which chance; null where it was not drawn. */
  draw: string | null;
  draw_chance: number | null;
  /** What the transaction turned out to be; null while unknown. */
  is_fraud: boolean | null;
  fraud_type: string | null;
  labelled_at: Time | null;
} & Place;

/** Where in a stream a row comes from; on a server only. */
type Place = { partition?: number | null; log_offset?: number | null };

export type FraudAlertsTable = {
  transaction_id: string;
  seq: number;
  account_id: string;
  created_at: Time;
  outcome: string;
  score: number;
  amount_minor: number;
  currency: string;
  base_amount_minor: number | null;
  base_currency: string | null;
  country: string | null;
  merchant_name: string | null;
  top_reason: string | null;
  /** The rule that says it; empty where that is not known any more, null where no rule does. */
  top_rule: string | null;
  /** The feature that it is of; empty where that is not known any more, null where it is of a rule. */
  top_feature: string | null;
  /** The concept whose sentence it is; null where it is of a rule, and of before concepts were kept. */
  top_concept: string | null;
  /** Fraud as best known: the label when there is one, else whether the engine declined. */
  is_fraud: boolean;
  /** open; confirmed or dismissed: what the label said; unsure where an analyst could not tell. */
  status: string;
  alert_id: number | null;
  /** As of its transaction. */
  draw: string | null;
  draw_chance: number | null;
};

export type LabelsTable = {
  seq: number;
  transaction_id: string;
  fraud: boolean;
  fraud_type: string | null;
  source: string;
  labelled_at: Time;
} & Place;

export type StatsTable = {
  /** Start of the minute in which the decisions were made. */
  minute: Time;
  country: string;
  transactions: number;
  reviews: number;
  declines: number;
  score_sum: number;
  /** A numeric, which comes as a text. */
  flagged_minor: ColumnType<string, number, number>;
};

export type Tables = {
  transactions: TransactionsTable;
  fraud_alerts: FraudAlertsTable;
  alerts: { id: number; status: string };
  labels: LabelsTable;
  stats_by_minute: StatsTable;
  log_batches: { base_offset: number; records: number; appended_at: Time; payload: Uint8Array };
  progress: { partition: number; next_offset: number };
  stream_progress: { output: string; partition: number; next_offset: number; source_offset: number };
  stream_sequence: { next: number };
  dead_letters: {
    id: Generated<number>;
    received_at: Time;
    source: string;
    raw: string;
    problems: string;
  } & Place;
};
