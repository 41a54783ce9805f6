// What is known of own fields that nobody declared, in the database: a row a name, and one of the empty name that counts
// records. What events said has its rows beside them, with a prefix that no name of a field has.
import { isoTime } from '../../domain/iso-time.ts';
import {
  type Observed,
  type ObservedField,
  type RecordKind,
  together,
} from '../../domain/observed-fields.ts';
import type { ObservedFields } from '../../ports/office/observed-fields.ts';
import type { Row, SqlSession } from './session.ts';
import { timeMs } from './values.ts';

export const OBSERVED_FIELD_TABLES: readonly string[] = [
  `create table observed_fields (
     name text primary key, seen bigint not null, since bigint not null, first_seen timestamptz not null,
     last_seen timestamptz not null, looks text not null, few text not null, examples text not null)`,
  `comment on column observed_fields.since is 'Transactions that had come when it was seen first'`,
];

/** Of the row that counts records. */
const ALL = '';
/** Before names in the rows of a kind of records. */
const PREFIX: Readonly<Record<RecordKind, string>> = { transaction: '', event: 'event:' };
/** The rows of a kind: names of fields have no colon. */
const OF_KIND = "(position(':' in name) > 0) = ($1 <> '')";
const FORGOTTEN_MS = 90 * 86_400_000;

const toField = (row: Row, prefix: string): ObservedField => ({
  name: String(row.name).slice(prefix.length),
  seen: Number(row.seen),
  since: Number(row.since),
  firstSeenMs: timeMs(row.first_seen),
  lastSeenMs: timeMs(row.last_seen),
  looks: JSON.parse(String(row.looks)) as ObservedField['looks'],
  few: JSON.parse(String(row.few)) as number[],
  examples: JSON.parse(String(row.examples)) as string[],
});

/** Counts are added to what is there; what several writers see of the same name at once is of one of them. */
const ADD = `
  insert into observed_fields
  select * from json_populate_recordset(null::observed_fields, $1)
  on conflict (name) do update set
    seen = observed_fields.seen + excluded.seen,
    first_seen = least(observed_fields.first_seen, excluded.first_seen),
    last_seen = greatest(observed_fields.last_seen, excluded.last_seen),
    looks = excluded.looks, few = excluded.few, examples = excluded.examples`;

export function createObservedFields(session: SqlSession): ObservedFields {
  async function read(of: RecordKind): Promise<Observed> {
    const prefix = PREFIX[of];
    const rows = await session.query(`select * from observed_fields where ${OF_KIND} order by name`, [
      prefix,
    ]);
    const fields = new Map(rows.map((row) => toField(row, prefix)).map((field) => [field.name, field]));
    const records = fields.get(ALL)?.seen ?? 0;
    fields.delete(ALL);
    return { records, fields };
  }
  return {
    read,
    async add(of, more, nowMs) {
      const prefix = PREFIX[of];
      const forgotten = `delete from observed_fields where ${OF_KIND} and name <> $1 and last_seen < $2`;
      await session.query(forgotten, [prefix, isoTime(nowMs - FORGOTTEN_MS)]);
      const sums = together(await read(of), more);
      const at = isoTime(nowMs);
      const all = {
        name: prefix, seen: more.records, since: 0, first_seen: at, last_seen: at, looks: '{}', few: '[]', examples: '[]',
      }; // biome-ignore format: a row
      const rows = [...more.fields].flatMap(([name, { seen }]) => {
        const sum = sums.fields.get(name);
        return sum ? [rowOf(prefix, sum, seen)] : [];
      });
      await session.query(ADD, [JSON.stringify([all, ...rows])]);
    },
  };
}

/** `seen` is what is added; the rest is what is known by now. */
const rowOf = (prefix: string, field: ObservedField, seen: number) => ({
  name: prefix + field.name,
  seen,
  since: field.since,
  first_seen: isoTime(field.firstSeenMs),
  last_seen: isoTime(field.lastSeenMs),
  looks: JSON.stringify(field.looks),
  few: JSON.stringify(field.few),
  examples: JSON.stringify(field.examples),
});
