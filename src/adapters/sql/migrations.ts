// Schema migrations, oldest first; a migration that has landed is never changed.
import { type Kysely, type Migration, Migrator, type RawBuilder, sql } from 'kysely';
import { InputError } from '../../domain/input-error.ts';
import { ALERT_FEATURES, ALERT_RULES, ALERT_TABLES, CONCEPT_COLUMNS, SAMPLE_TABLES } from './alert-tables.ts';
import { AUDIT_TABLES } from './audit.ts';
import { CASE_TABLES } from './cases.ts';
import { CATALOGUE_TABLES, FILLING_COLUMNS } from './catalogue.ts';
import { LARGEST_LOSS } from './commit.ts';
import { MENDED_COLUMN, quarantineColumns } from './dead-letters.ts';
import { SECRET_TABLES } from './desk-secrets.ts';
import { ERASURE_TABLES } from './erasures.ts';
import { eventTables } from './events.ts';
import { FILE_IMPORT_TABLES } from './file-imports.ts';
import { LINK_INDEXES } from './links.ts';
import { IMPORT_TABLES, LIST_TABLES, WEAK_ALIASES } from './lists.ts';
import { NOTE_TABLES } from './notes.ts';
import { CHANNEL_HOLDS, NOTIFICATION_TABLES } from './notifications.ts';
import { OBSERVED_FIELD_TABLES } from './observed-fields.ts';
import { MISSED_INDEX } from './past-samples.ts';
import { PAST_PLACES, PAST_VALUE_TABLES, ROW_PLACES } from './past-values.ts';
import { PEOPLE_TABLES } from './people.ts';
import { PROPOSAL_TABLES } from './proposals.ts';
import { BASE_AMOUNT_COLUMNS, RATE_TABLES } from './rates.ts';
import { READER_INDEXES } from './reader-indexes.ts';
import { RULE_TABLES } from './rules.ts';
import { SIGN_IN_TABLES } from './sign-in-tables.ts';
import { VIEW_TABLES } from './views.ts';

/** Columns that tell where in a stream a row comes from. */
const PLACE = sql`, partition integer, log_offset bigint`;
const NO_PLACE = sql``;

function foundation(place: RawBuilder<unknown>) {
  return [
    sql`create table fraud_alerts (
      transaction_id text primary key, seq bigint not null, account_id text not null,
      created_at timestamptz not null, outcome text not null, score double precision not null,
      amount_minor bigint not null, currency text not null, country text, merchant_name text,
      top_reason text, is_fraud boolean not null, status text not null)`,
    sql`create unique index fraud_alerts_seq on fraud_alerts (seq)`,
    sql`comment on column fraud_alerts.is_fraud is
      'Fraud as best known: the label when there is one, else whether the engine declined'`,
    sql`create table labels (
      seq bigint primary key, transaction_id text not null, fraud boolean not null, fraud_type text,
      source text not null, labelled_at timestamptz not null${place})`,
    sql`create index labels_transaction on labels (transaction_id, seq)`,
    sql`create table stats_by_minute (
      minute timestamptz not null, country text not null, transactions integer not null,
      reviews integer not null, declines integer not null, score_sum double precision not null,
      flagged_minor bigint not null, primary key (minute, country))`,
    sql`create table progress (partition integer primary key, next_offset bigint not null)`,
    sql`insert into progress values (0, 0)`,
    sql`create table dead_letters (
      id bigint generated always as identity primary key, received_at timestamptz not null,
      source text not null, raw text not null, problems text not null)`,
  ];
}

const TRANSACTION_COLUMNS = sql`
  id text not null, seq bigint not null, account_id text not null,
  occurred_at timestamptz not null, received_at timestamptz not null, decided_at timestamptz not null,
  amount_minor bigint not null, currency text not null, type text not null, channel text,
  merchant_id text, merchant_name text, mcc text, country text, city text,
  lat double precision, lon double precision, device_id text, ip text, counterparty_id text,
  outcome text not null, score double precision not null, reasons text, rules text,
  model_version text not null, ruleset_version text not null, catalogue_hash text not null,
  features bytea not null, content_hash text not null, engine_ms real not null,
  is_fraud boolean, fraud_type text, labelled_at timestamptz`;

/** What the registry adds to `models`, and its history. */
function registry() {
  return [
    sql`alter table models
      add column sha256 text not null default '', add column state text not null default 'candidate'
        check (state in ('candidate', 'shadow', 'challenger', 'champion', 'retired')),
      add column share double precision not null default 0, add column filed_at timestamptz not null default now(),
      add column filed_by text not null default '', add column notes text not null default '',
      add column info text not null default ''`,
    sql`create unique index models_one_champion on models (state) where state = 'champion'`,
    sql`create unique index models_one_challenger on models (state) where state = 'challenger'`,
    sql`create table model_events (
      id bigint generated always as identity primary key, at timestamptz not null,
      version text not null references models, action text not null, from_state text, to_state text not null,
      share double precision not null, who text not null, note text not null, gate text)`,
  ];
}

/** A migration whose statements are the same in the process and on a server. */
const ofBoth = (statements: readonly string[]): Migration => ({
  async up(db: Kysely<unknown>) {
    for (const statement of statements) await sql.raw(statement).execute(db);
  },
});
const ACCESS = ofBoth([...AUDIT_TABLES, ...PEOPLE_TABLES]);
const ALERT_QUEUE = ofBoth([...ALERT_TABLES, ...NOTE_TABLES, ...VIEW_TABLES, ...LINK_INDEXES]);

const RULES = ofBoth([
  ...RULE_TABLES,
  ...LIST_TABLES,
  'alter table transactions add column counterparty_name text',
]);

const CASES = ofBoth(CASE_TABLES);
const NOTIFICATIONS = ofBoth(NOTIFICATION_TABLES);
const SIGN_IN = ofBoth(SIGN_IN_TABLES);
const SIGHT = ofBoth([...SECRET_TABLES, ...ALERT_RULES]);
const PROPOSALS = ofBoth(PROPOSAL_TABLES);

/** Sums of money that no amount can overflow; the losses that alerts are ranked by were not bounded before. */
const SUMS = ofBoth([
  `alter table alerts alter column amount_minor type numeric, alter column transactions type bigint,
     alter column declined type bigint`,
  `update alerts set expected_loss_minor = ${LARGEST_LOSS} where expected_loss_minor > ${LARGEST_LOSS}`,
  'alter table stats_by_minute alter column flagged_minor type numeric',
]);

const READERS = ofBoth([...READER_INDEXES, ...IMPORT_TABLES]);

const BASE_AMOUNTS = ofBoth([...BASE_AMOUNT_COLUMNS, ...RATE_TABLES]);

const LOCAL_TIME = ofBoth([
  'alter table transactions add column utc_offset_minutes integer',
  `comment on column transactions.utc_offset_minutes is 'Minutes that the clock of the place is ahead of UTC'`,
]);

const OWN_DATA = ofBoth([
  'alter table transactions add column attributes text, add column relates_to text',
  `comment on column transactions.attributes is 'JSON of the fields of one''s own, by their dotted path'`,
  `comment on column transactions.relates_to is 'JSON: the transaction that it takes back, completes or returns, and which of these'`,
  ...OBSERVED_FIELD_TABLES,
]);

const HOLDS = ofBoth(CHANNEL_HOLDS);
const WEAK = ofBoth(WEAK_ALIASES);
const CATALOGUE = ofBoth(CATALOGUE_TABLES);
const FILLING = ofBoth([...PAST_VALUE_TABLES, ...FILLING_COLUMNS]);

/** In the process: one log, kept in the same database. */
const EMBEDDED: Readonly<Record<string, Migration>> = {
  '001_foundation': {
    async up(db: Kysely<unknown>) {
      const statements = [
        sql`create table transactions (${TRANSACTION_COLUMNS}, primary key (id))`,
        sql`create unique index transactions_seq on transactions (seq)`,
        sql`create index transactions_account on transactions (account_id, seq)`,
        ...foundation(NO_PLACE),
        sql`create table log_batches (
          base_offset bigint primary key, records integer not null, appended_at timestamptz not null,
          payload bytea not null)`,
        sql`alter table log_batches alter payload set storage external`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  '002_registry': {
    async up(db: Kysely<unknown>) {
      const models = sql`create table models (
        version text primary key, created_at timestamptz not null, artefact text not null)`;
      for (const statement of [models, ...registry()]) await statement.execute(db);
    },
  },
  '003_access': ACCESS,
  '004_alert_queue': ALERT_QUEUE,
  '005_rules': RULES,
  '006_cases': CASES,
  '007_notifications': NOTIFICATIONS,
  '008_sums': SUMS,
  '009_quarantine': ofBoth(quarantineColumns(true)),
  '010_sign_in': SIGN_IN,
  '011_sight': SIGHT,
  '012_proposals': PROPOSALS,
  '013_readers': READERS,
  '014_base_amounts': BASE_AMOUNTS,
  '015_local_time': LOCAL_TIME,
  '016_channel_holds': HOLDS,
  '017_weak_aliases': WEAK,
  '018_catalogue': CATALOGUE,
  '019_own_data': OWN_DATA,
  '020_events': ofBoth(eventTables(false)),
  '021_filling': FILLING,
  '022_mended_letters': ofBoth([MENDED_COLUMN]),
  '023_alert_features': ofBoth(ALERT_FEATURES),
  '024_concepts': ofBoth(CONCEPT_COLUMNS),
  '028_past_places': ofBoth([...ROW_PLACES, ...PAST_PLACES]),
  '029_samples': ofBoth([...SAMPLE_TABLES, MISSED_INDEX]),
  '030_file_imports': ofBoth(FILE_IMPORT_TABLES),
  '031_erasures': ofBoth(ERASURE_TABLES),
};

/** On a server: what several partitions of a stream decided, in parts by month so that old ones can be dropped. */
const SERVER: Readonly<Record<string, Migration>> = {
  '001_stream': {
    async up(db: Kysely<unknown>) {
      const statements = [
        sql`create table transactions (${TRANSACTION_COLUMNS}${PLACE}, primary key (id, occurred_at))
          partition by range (occurred_at)`,
        sql`create table transactions_other partition of transactions default`,
        sql`create index transactions_seq on transactions (seq)`,
        sql`create index transactions_account on transactions (account_id, seq)`,
        sql`create index transactions_place on transactions (partition, log_offset)`,
        ...foundation(PLACE),
        sql`create index labels_place on labels (partition, log_offset)`,
        sql`create table stream_progress (
          output text not null, partition integer not null, next_offset bigint not null,
          source_offset bigint not null, primary key (output, partition))`,
        sql`create table stream_sequence (next bigint not null)`,
        sql`insert into stream_sequence values (0)`,
        sql`create table models (
          version text primary key, created_at timestamptz not null, artefact text not null)`,
        sql`create table base_histories (
          kind text not null, key text not null, bytes bytea not null, primary key (kind, key))`,
        sql`create table champion (
          one boolean primary key default true check (one), version text not null references models,
          promoted_at timestamptz not null)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  '002_decided_dead_letters': {
    async up(db: Kysely<unknown>) {
      const statements = [
        sql`alter table dead_letters add column partition integer, add column log_offset bigint`,
        sql`comment on column dead_letters.log_offset is
          'Where the record was decided nevertheless: histories that are rebuilt need it'`,
        sql`create index dead_letters_place on dead_letters (partition, log_offset) where partition is not null`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  '003_registry': {
    async up(db: Kysely<unknown>) {
      const statements = [
        ...registry(),
        sql`update models set sha256 = encode(sha256(convert_to(artefact, 'UTF8')), 'hex'), filed_at = created_at,
          filed_by = 'before the registry', info = (split_part(artefact, E'\n', 2)::json -> 'info')::text,
          state = case when version = (select version from champion) then 'champion' else 'retired' end`,
        sql`insert into model_events (at, version, action, to_state, share, who, note)
          select promoted_at, version, 'moved', 'champion', 0, 'before the registry', '' from champion`,
        sql`drop table champion`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  '004_access': ACCESS,
  '005_alert_queue': ALERT_QUEUE,
  '006_rules': RULES,
  '007_cases': CASES,
  '008_notifications': NOTIFICATIONS,
  '009_sums': SUMS,
  '010_quarantine': ofBoth(quarantineColumns(false)),
  '011_sign_in': SIGN_IN,
  '012_sight': SIGHT,
  '013_proposals': PROPOSALS,
  '014_readers': READERS,
  '015_base_amounts': BASE_AMOUNTS,
  '016_local_time': LOCAL_TIME,
  '017_channel_holds': HOLDS,
  '018_weak_aliases': WEAK,
  '019_catalogue': CATALOGUE,
  '020_own_data': OWN_DATA,
  '021_events': ofBoth(eventTables(true)),
  '022_filling': FILLING,
  '023_mended_letters': ofBoth([MENDED_COLUMN]),
  '024_alert_features': ofBoth(ALERT_FEATURES),
  '025_concepts': ofBoth(CONCEPT_COLUMNS),
  '028_past_places': ofBoth(PAST_PLACES),
  '029_samples': ofBoth([...SAMPLE_TABLES, MISSED_INDEX]),
  '030_file_imports': ofBoth(FILE_IMPORT_TABLES),
  '031_erasures': ofBoth(ERASURE_TABLES),
};

export const MIGRATIONS = { embedded: EMBEDDED, server: SERVER };

/** Brings the schema up to date, or to a migration by name. Throws InputError when the database was written by a newer program. */
export async function migrate<T>(
  db: Kysely<T>,
  kind: keyof typeof MIGRATIONS,
  until?: string,
): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => MIGRATIONS[kind] },
    // What is written side by side lands in any order: a database may have a later one and lack one before it. One that it has and
    // this program does not know is still refused.
    allowUnorderedMigrations: true,
  });
  const { error, results } = await (until === undefined
    ? migrator.migrateToLatest()
    : migrator.migrateTo(until));
  if (!error) return;
  if (error instanceof Error && /corrupted migrations/.test(error.message)) {
    throw new InputError(
      `The ${kind === 'embedded' ? 'data folder' : 'database of DATABASE_URL'} was written by another version of Goshawk (${error.message}). Run that version.`,
    );
  }
  const failed = results?.find((result) => result.status === 'Error');
  throw new Error(`schema migration ${failed?.migrationName ?? ''} failed`, { cause: error });
}
