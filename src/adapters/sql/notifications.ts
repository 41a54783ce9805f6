// Channels and deliveries in the database.
import type { Notifications } from '../../ports/office/notifications.ts';
import { createChannels } from './channels.ts';
import { createDeliveries } from './deliveries.ts';
import type { SqlSession } from './session.ts';

export const NOTIFICATION_TABLES: readonly string[] = [
  `create table channels (
    id bigint generated always as identity primary key, kind text not null check (kind in ('webhook', 'email')),
    target text not null, events text not null, min_loss_minor bigint not null, secret text not null,
    enabled boolean not null default true, created_by text not null, created_at timestamptz not null)`,
  `create table deliveries (
    id bigint generated always as identity primary key, channel bigint not null references channels on delete cascade,
    event text not null, payload text not null, created_at timestamptz not null, attempts integer not null default 0,
    next_at timestamptz, delivered_at timestamptz, last_error text)`,
  'create index deliveries_due on deliveries (next_at) where delivered_at is null and next_at is not null',
  `create table notification_mark (one boolean primary key default true check (one), audit_seq bigint not null)`,
  'insert into notification_mark (audit_seq) select seq from audit_head',
  'alter table alerts add column announced boolean not null default false',
  'update alerts set announced = true',
  "create index alerts_unannounced on alerts (id) where not announced and status = 'open'",
];

/** Channels that are stopped or held back keep what waits for them. */
export const CHANNEL_HOLDS: readonly string[] = [
  'alter table channels add column stopped_because text, add column held_until timestamptz',
  `create index deliveries_waiting on deliveries (channel, next_at, id)
     where delivered_at is null and next_at is not null`,
  'drop index deliveries_due',
];

/** By whom others are told, and of what. */
export const createNotifications = (session: SqlSession): Notifications => ({
  ...createChannels(session),
  ...createDeliveries(session),
});
