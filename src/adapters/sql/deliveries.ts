// Deliveries in the database. What happened is read from the audit trail, whose lines have no gaps, and from alerts that
// were not announced yet; the deliveries of it and the mark up to where it was read are one transaction.
import { EVENT_OF_ACTION, type EventType } from '../../domain/event.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Channel, Deliveries } from '../../ports/office/notifications.ts';
import type { SqlSession } from './session.ts';
import { timeMs, timeMsOrNone } from './values.ts';

/** How long after a hold one delivery at a time is sent: at full speed a receiver under load would be at the same point at once. */
const CAREFUL_MS = 60_000;

const ACTIONS = JSON.stringify(Object.entries(EVENT_OF_ACTION).map(([action, event]) => ({ action, event })));

const GATHER_AUDIT = `
  with mark as (select audit_seq from notification_mark for update),
  lines as (
    select l.seq, l.line, a.event from audit_log l, mark,
      json_to_recordset($1) as a(action text, event text)
    where l.seq > mark.audit_seq and l.seq <= mark.audit_seq + $2 and l.action = a.action),
  made as (
    insert into deliveries (channel, event, payload, created_at, next_at)
    select c.id, lines.event, json_build_object('type', lines.event, 'seq', lines.seq,
        'at', lines.line::json ->> 'at', 'who', lines.line::json ->> 'who', 'subject', lines.line::json ->> 'subject',
        'detail', lines.line::json -> 'detail')::text, $3, $3
    from lines join channels c on c.enabled and c.events::jsonb ? lines.event
    order by lines.seq returning id),
  moved as (
    update notification_mark m set audit_seq = least(mark.audit_seq + $2, (select seq from audit_head)) from mark)
  select count(*) as n from made`;

const GATHER_ALERTS = `
  with fresh as (
    select id, account_id, opened_at, due_at, transactions, amount_minor, expected_loss_minor, max_score, currency, country,
      top_reason, top_concept from alerts
    where not announced and status = 'open' and sample_id is null order by id limit $1 for update),
  made as (
    insert into deliveries (channel, event, payload, created_at, next_at)
    select c.id, 'alert.opened', json_build_object('type', 'alert.opened', 'subject', 'alert ' || f.id, 'alert', f.id,
        'at', f.opened_at, 'dueAt', f.due_at, 'accountId', f.account_id, 'transactions', f.transactions,
        'amountMinor', f.amount_minor, 'expectedLossMinor', f.expected_loss_minor, 'maxScore', f.max_score,
        'currency', f.currency, 'country', f.country, 'topReason', f.top_reason,
        'topConcept', f.top_concept)::text, $2, $2
    from fresh f join channels c on c.enabled and c.events::jsonb ? 'alert.opened'
      and f.expected_loss_minor >= c.min_loss_minor
    order by f.id returning id),
  marked as (update alerts set announced = true where id in (select id from fresh))
  select count(*) as n from made`;

/** Deliveries by all channels. */
export function createDeliveries(session: SqlSession): Deliveries {
  return {
    async gather(nowMs, limit) {
      if ((await session.query('select 1 from channels limit 1', [])).length === 0) return 0;
      const now = isoTime(nowMs);
      const [byAudit] = await session.query(GATHER_AUDIT, [ACTIONS, limit, now]);
      const [byAlerts] = await session.query(GATHER_ALERTS, [limit, now]);
      return Number(byAudit.n) + Number(byAlerts.n);
    },
    async deliverTest(channel, nowMs) {
      const now = isoTime(nowMs);
      await session.query(
        `insert into deliveries (channel, event, payload, created_at, next_at) values ($1, 'test', $2, $3, $3)`,
        [channel, JSON.stringify({ type: 'test', at: now, subject: `channel ${channel}` }), now],
      );
    },
    async take(nowMs, leaseMs, limit) {
      const rows = await session.query(
        `with due as (
           select waiting.id from channels c cross join lateral (
             select d.id, d.next_at from deliveries d
             where d.channel = c.id and d.delivered_at is null and d.next_at <= $1
             order by d.next_at, d.id limit case when c.held_until is null then $3::integer else 1 end
             for update skip locked) waiting
           where c.enabled and (c.held_until is null or c.held_until <= $1)
           order by waiting.next_at, waiting.id limit $3),
         taken as (
           update deliveries d set next_at = $2, attempts = attempts + 1 from due where d.id = due.id
           returning d.id, d.attempts, d.event, d.payload, d.channel)
         select taken.*, c.kind, c.target, c.secret from taken join channels c on c.id = taken.channel order by taken.id`,
        [isoTime(nowMs), isoTime(nowMs + leaseMs), limit],
      );
      return rows.map((row) => ({
        id: Number(row.id),
        attempts: Number(row.attempts),
        event: row.event as EventType,
        payload: String(row.payload),
        secret: String(row.secret),
        channel: { id: Number(row.channel), kind: row.kind as Channel['kind'], target: String(row.target) },
      }));
    },
    async delivered(id, nowMs) {
      await session.query(
        `with arrived as (
           update deliveries set delivered_at = $2, next_at = null, last_error = null where id = $1 returning channel)
         update channels set held_until = null from arrived where channels.id = arrived.channel and held_until < $3`,
        [id, isoTime(nowMs), isoTime(nowMs - CAREFUL_MS)],
      );
    },
    async failed(id, error, nextAtMs) {
      await session.query('update deliveries set last_error = $2, next_at = $3 where id = $1', [
        id,
        error,
        nextAtMs === undefined ? null : isoTime(nextAtMs),
      ]);
    },
    async deliveries(limit) {
      const rows = await session.query('select * from deliveries order by id desc limit $1', [limit]);
      return rows.map((row) => ({
        id: Number(row.id),
        channel: Number(row.channel),
        event: row.event as EventType,
        createdAtMs: timeMs(row.created_at),
        attempts: Number(row.attempts),
        nextAtMs: timeMsOrNone(row.next_at) ?? 0,
        deliveredAtMs: timeMsOrNone(row.delivered_at),
        givenUp: row.delivered_at === null && row.next_at === null,
        lastError: row.last_error === null ? undefined : String(row.last_error),
      }));
    },
    async troubles() {
      const [row] = await session.query(
        `select count(*) filter (where next_at is not null and last_error is not null) as failing,
           count(*) filter (where next_at is null) as given_up
         from deliveries where delivered_at is null`,
        [],
      );
      return { failing: Number(row.failing), givenUp: Number(row.given_up) };
    },
    async forgetBefore(ms) {
      await session.query(
        // What waits for a channel that is paused goes when it goes on; there is no more of it than on the day it was paused.
        `delete from deliveries d using channels c where d.channel = c.id and d.created_at < $1
           and (c.enabled or d.delivered_at is not null or d.next_at is null)`,
        [isoTime(ms)],
      );
    },
  };
}
