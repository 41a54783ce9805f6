// What an account's customer did besides paying: logins, other passwords, devices that were bound, and so on.
import type { StoredEvent } from '../../../src/protocol/events.ts';
import { dateTime, utc, words } from '../kit/format.ts';
import { type Column, Table } from '../kit/table.tsx';
import { useAnswer } from '../live/desk.ts';
import { useMay } from '../live/me.ts';

const SHOWN = 10;

const about = ({ deviceId, ip, counterpartyId, country, attributes = {} }: StoredEvent): string =>
  [
    deviceId && `device ${deviceId}`,
    ip,
    counterpartyId && `payee ${counterpartyId}`,
    country,
    ...Object.entries(attributes).map(([name, value]) => `${name} ${String(value)}`),
  ]
    .filter(Boolean)
    .join(' · ');

const EVENT: readonly Column<StoredEvent>[] = [
  { hint: ({ occurredAt }) => utc(occurredAt), cell: ({ occurredAt }) => dateTime(occurredAt) },
  { cell: ({ kind }) => words(kind) },
  { className: 'muted', hint: about, cell: about },
];

/** The latest of an account; nothing where there are none, or where accounts are hidden. */
export function AccountEvents(props: { readonly accountId: string; readonly title: string }) {
  const sees = useMay('read_identifiers');
  const { data } = useAnswer(
    'listEvents',
    sees ? { query: { accountId: props.accountId, limit: SHOWN } } : undefined,
  );
  if (!data || data.items.length === 0) return null;
  return (
    <section data-testid="account-events">
      <h3>{props.title}</h3>
      <Table label={props.title} rows={data.items} rowKey={({ id }) => id} columns={EVENT} />
    </section>
  );
}
