// What is known of own fields that nobody declared, in the database: a row a name, and one of the empty name that counts transactions.

export const OBSERVED_FIELD_TABLES: readonly string[] = [
  `create table observed_fields (
     name text primary key, seen bigint not null, since bigint not null, first_seen timestamptz not null,
     last_seen timestamptz not null, looks text not null, few text not null, examples text not null)`,
  `comment on column observed_fields.since is 'Transactions that had come when it was seen first'`,
];
