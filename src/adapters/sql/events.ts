// Events besides payments: a row each, found by account and newest first.
import {
  type CustomerEventJson,
  customerEventFromJson,
  customerEventToJson,
} from '../../domain/customer-event.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Observed } from '../../engine/process-batch.ts';
import type { EventFilter, Store, StoredEvent } from '../../ports/store.ts';
import type { Row, SqlSession, Statement } from './session.ts';
import { A_PAGE, type Condition, walk } from './walk.ts';

/** `place` tells where in a stream a row comes from; one log has no use for it. */
export const eventTables = (place: boolean): readonly string[] => [
  `create table events (
     id text primary key, seq bigint not null, kind text not null, account_id text, occurred_at timestamptz not null,
     received_at timestamptz not null, event text not null, content_hash text not null
     ${place ? ', partition integer, log_offset bigint' : ''})`,
  `comment on column events.event is 'The event as JSON, with all that was stated'`,
  'create unique index events_seq on events (seq)',
  'create index events_account on events (account_id, seq) where account_id is not null',
  ...(place ? ['create index events_place on events (partition, log_offset)'] : []),
];

/** A row of `events`, by column name. */
export const eventRow = ({ event, receivedAtMs, contentHash }: Observed, seq: number) => ({
  id: event.id,
  seq,
  kind: event.kind,
  account_id: event.accountId,
  occurred_at: isoTime(event.occurredAtMs),
  received_at: isoTime(receivedAtMs),
  event: JSON.stringify(customerEventToJson(event)),
  content_hash: contentHash,
});
export type EventRow = ReturnType<typeof eventRow> & {
  readonly partition?: number;
  readonly log_offset?: number;
};

/** Adds events; of a stream those whose ids are taken are left out, and `id` is given of the others. */
export const insertEvents = (rows: readonly EventRow[], takenIds: 'refused' | 'left out'): Statement => ({
  sql: `insert into events select * from json_populate_recordset(null::events, $1)
    ${takenIds === 'left out' ? 'on conflict (id) do nothing returning id' : ''}`,
  parameters: [JSON.stringify(rows)],
});

export const storedEventOf = (row: Row): StoredEvent => ({
  offset: Number(row.seq),
  event: customerEventFromJson(JSON.parse(String(row.event)) as CustomerEventJson),
  receivedAtMs: (row.received_at as Date).getTime(),
});

export function createEvents(session: SqlSession, reads: SqlSession): Pick<Store, 'knownEvents' | 'events'> {
  return {
    async knownEvents(eventIds) {
      if (eventIds.length === 0) return new Map();
      const rows = await session.query('select id, content_hash from events where id = any($1::text[])', [
        eventIds,
      ]);
      return new Map(rows.map((row) => [String(row.id), String(row.content_hash)]));
    },
    async events(filter, limit) {
      const { rows, place, looked } = await walk(
        reads,
        {
          table: 'events',
          columns: 'seq, event, received_at',
          keys: [['seq', 'bigint']],
          down: true,
          ...conditionsOf(filter),
        },
        filter.before === undefined ? undefined : [filter.before],
        limit,
        A_PAGE,
      );
      return { items: rows.map(storedEventOf), next: place && Number(place[0]), looked };
    },
  };
}

function conditionsOf({ accountId, kind }: EventFilter): {
  readonly among: readonly Condition[];
  readonly filters: readonly Condition[];
} {
  return {
    among: accountId === undefined ? [] : [($) => `account_id = ${$(accountId)}`],
    filters: kind === undefined ? [] : [($) => `kind = ${$(kind)}`],
  };
}
