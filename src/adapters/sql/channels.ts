// Channels in the database; each change by a person and its audit line are one statement.
import type { EventType } from '../../domain/event.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Channel, Channels } from '../../ports/office/notifications.ts';
import { auditText } from './audit.ts';
import type { Row, SqlSession } from './session.ts';
import { timeMs, timeMsOrNone } from './values.ts';

const toChannel = (row: Row): Channel => ({
  id: Number(row.id),
  kind: row.kind as Channel['kind'],
  target: String(row.target),
  events: JSON.parse(String(row.events)) as EventType[],
  minLossMinor: Number(row.min_loss_minor),
  enabled: row.enabled === true,
  stoppedBecause: row.stopped_because === null ? undefined : String(row.stopped_because),
  heldUntilMs: timeMsOrNone(row.held_until),
  createdBy: String(row.created_by),
  createdAtMs: timeMs(row.created_at),
});

/** Marks what is there as told, so that a first channel does not hear of all that ever was. */
const CATCH_UP = `
  with marked as (update notification_mark set audit_seq = (select seq from audit_head)
    where not exists (select 1 from channels))
  update alerts set announced = true where not announced and not exists (select 1 from channels)`;

/** Channels by their ids. */
export function createChannels(session: SqlSession): Channels {
  const channelById = async (id: number): Promise<Channel | undefined> => {
    const [row] = await session.query('select * from channels where id = $1', [id]);
    return row && toChannel(row);
  };
  return {
    async channels() {
      return (await session.query('select * from channels order by id', [])).map(toChannel);
    },
    channel: channelById,
    async add({ kind, target, events, minLossMinor, createdBy, createdAtMs }, secret, entry) {
      await session.query(CATCH_UP, []);
      const [row] = await session.query(
        `with added as (
           insert into channels (kind, target, events, min_loss_minor, secret, created_by, created_at)
           values ($1, $2, $3, $4, $5, $6, $7) returning id)
         select id, append_audit(replace($8, '{channel}', id::text)) from added`,
        [
          kind,
          target,
          JSON.stringify(events),
          minLossMinor,
          secret,
          createdBy,
          isoTime(createdAtMs),
          auditText(entry),
        ],
      );
      return Number(row.id);
    },
    async remove(id, entry) {
      const rows = await session.query(
        'with gone as (delete from channels where id = $1 returning id) select append_audit($2) from gone',
        [id, auditText(entry)],
      );
      return rows.length > 0;
    },
    async setEnabled(id, enabled, entry) {
      const rows = await session.query(
        `with changed as (
           update channels set enabled = $2, stopped_because = null, held_until = null
           where id = $1 and enabled <> $2 returning id),
         hurried as (
           update deliveries set next_at = $4 from changed
           where channel = changed.id and $2 and delivered_at is null and next_at > $4)
         select append_audit($3) from changed`,
        [id, enabled, auditText(entry), isoTime(entry.atMs)],
      );
      return rows.length > 0;
    },
    async stop(id, because, entry) {
      const rows = await session.query(
        `with changed as (
           update channels set enabled = false, stopped_because = $2 where id = $1 and enabled returning id)
         select append_audit($3) from changed`,
        [id, because, auditText(entry)],
      );
      return rows.length > 0;
    },
    async hold(id, untilMs) {
      await session.query(
        'update channels set held_until = greatest(held_until, $2) where id = $1 and enabled',
        [id, isoTime(untilMs)],
      );
    },
  };
}
