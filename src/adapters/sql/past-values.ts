// Values that were computed for the past, in blocks by place. They are kept as long as the transactions are.
import type { FilledVector } from '../../domain/filled-vector.ts';
import { decodeBlock } from '../../engine/filled-block.ts';
import type { PastPlace, PastValues } from '../../ports/past-values.ts';
import type { Row, SqlSession } from './session.ts';

export const PAST_VALUE_TABLES: readonly string[] = [
  'create table past_value_sets (version integer primary key, features text not null)',
  `create table past_values (
    version integer not null, first_offset bigint not null, last_offset bigint not null, payload bytea not null,
    primary key (version, first_offset))`,
  'alter table past_values alter payload set storage external',
  `comment on table past_values is
    'Values of features for transactions that were decided before the features were declared'`,
];

/** What came with values for the past of a stream: the partitions that they are of, and whether more follow. */
export const PAST_PLACES: readonly string[] = [
  'alter table past_value_sets add column unfinished boolean not null default false',
  'alter table past_values add column partition integer not null default 0',
  'alter table past_values drop constraint past_values_pkey, add primary key (version, partition, first_offset)',
];

/** In one log a row has no place of its own: it is the row's number. */
export const ROW_PLACES: readonly string[] = [
  'alter table transactions add column partition integer, add column log_offset bigint',
  `comment on column transactions.log_offset is 'Where in a stream it was decided; in one log that is its number'`,
];

/** Where the transaction of a row stands. */
export const placeOf = ({ partition, log_offset, seq }: Row): PastPlace => ({
  partition: Number(partition ?? 0),
  offset: Number(log_offset ?? seq),
});

/** Blocks that one statement takes away. */
const DROPPED_AT_ONCE = 200;
/** Offsets that lie so close are looked for together. */
const DENSE = 8;

/** Blocks of stretches: in these partitions, from these offsets to those. */
const BETWEEN = `
  select s.version, s.features, p.partition, p.first_offset, p.payload from past_value_sets s
    cross join unnest($1::integer[], $2::bigint[], $3::bigint[]) as asked(partition, low, high)
    join past_values p on p.version = s.version and p.partition = asked.partition
      and p.last_offset >= asked.low and p.first_offset <= asked.high
      and p.first_offset >= coalesce(
        (select max(b.first_offset) from past_values b
          where b.version = s.version and b.partition = asked.partition and b.first_offset <= asked.low), 0)
  order by s.version, p.partition, p.first_offset`;

/** Blocks of places that lie apart. */
const AT = `
  with found as (
    select distinct s.version, b.partition, b.first_offset from past_value_sets s
      cross join unnest($1::integer[], $2::bigint[]) as asked(partition, seq)
      cross join lateral (
        select partition, first_offset, last_offset from past_values p
        where p.version = s.version and p.partition = asked.partition and p.first_offset <= asked.seq
        order by p.first_offset desc limit 1) b
    where b.last_offset >= asked.seq)
  select version, features, partition, first_offset, payload from found join past_value_sets using (version)
    join past_values using (version, partition, first_offset)
  order by version, partition, first_offset`;

/** Which of the places asked for are at an offset of a partition. */
type Asked = ReadonlyMap<number, ReadonlyMap<number, readonly number[]>>;

function askedOf(places: readonly PastPlace[]): Asked {
  const asked = new Map<number, Map<number, number[]>>();
  places.forEach(({ partition, offset }, i) => {
    const within = asked.get(partition) ?? new Map<number, number[]>();
    asked.set(partition, within);
    const same = within.get(offset);
    if (same) same.push(i);
    else within.set(offset, [i]);
  });
  return asked;
}

export function createPastValues(session: SqlSession): PastValues {
  async function drop(version: number): Promise<void> {
    for (;;) {
      const gone = await session.query(
        `delete from past_values where version = $1 and (partition, first_offset) in (
           select partition, first_offset from past_values where version = $1 limit ${DROPPED_AT_ONCE}) returning version`,
        [version],
      );
      if (gone.length < DROPPED_AT_ONCE) break;
    }
    await session.query('delete from past_value_sets where version = $1', [version]);
  }
  async function blocksOf(places: readonly PastPlace[], asked: Asked): Promise<readonly Row[]> {
    const stretches = [...asked].map(([partition, within]) => {
      const offsets = [...within.keys()];
      return { partition, low: Math.min(...offsets), high: Math.max(...offsets) };
    });
    const span = stretches.reduce((sum, { low, high }) => sum + high - low, 0);
    return span <= places.length * DENSE
      ? session.query(BETWEEN, [
          stretches.map(({ partition }) => partition),
          stretches.map(({ low }) => low),
          stretches.map(({ high }) => high),
        ])
      : session.query(AT, [places.map(({ partition }) => partition), places.map(({ offset }) => offset)]);
  }
  return {
    async begin(version, features) {
      await drop(version);
      const said = JSON.stringify(features.map(({ name, hash }) => [name, hash]));
      await session.query(
        'insert into past_value_sets (version, features, unfinished) values ($1, $2, true)',
        [version, said],
      );
    },
    async add(version, partition, blocks) {
      for (const { firstOffset, lastOffset, payload } of blocks) {
        await session.query(
          'insert into past_values (version, partition, first_offset, last_offset, payload) values ($1, $2, $3, $4, $5)',
          [version, partition, firstOffset, lastOffset, payload],
        );
      }
    },
    async finish(version) {
      await session.query('update past_value_sets set unfinished = false where version = $1', [version]);
    },
    unfinished: async () =>
      (
        await session.query(
          'select version, features from past_value_sets where unfinished order by version',
          [],
        )
      ).map((row) => ({ version: Number(row.version), features: featuresOf(row) })),
    async reached(version) {
      const rows = await session.query(
        'select partition, max(last_offset) as last from past_values where version = $1 group by partition',
        [version],
      );
      return new Map(rows.map((row) => [Number(row.partition), Number(row.last)]));
    },
    drop,
    async of(places) {
      const found: FilledVector[][] = [];
      if (places.length === 0) return found;
      const asked = askedOf(places);
      const sets = new Map<number, FilledVector['features']>();
      for (const row of await blocksOf(places, asked)) {
        const version = Number(row.version);
        const features = sets.get(version) ?? featuresOf(row);
        sets.set(version, features);
        const within = asked.get(Number(row.partition));
        const block = { firstOffset: Number(row.first_offset), payload: row.payload as Uint8Array };
        for (const { offset, vector } of decodeBlock(block, (one) => within?.has(one) === true)) {
          for (const i of within?.get(offset) ?? []) {
            found[i] ??= [];
            found[i].push({ version, features, bytes: vector });
          }
        }
      }
      return places.map((_, i) => found[i]);
    },
  };
}

/** Rows of the database as what they are read as, with what was computed of them afterwards. */
export async function withFilled<T extends object>(
  values: Pick<PastValues, 'of'>,
  rows: readonly Row[],
  of: (row: Row) => T,
): Promise<(T & { readonly filled?: readonly FilledVector[] })[]> {
  const found = await values.of(rows.map(placeOf));
  return rows.map((row, i) => {
    const filled = found[i];
    return filled ? { ...of(row), filled } : of(row);
  });
}

const featuresOf = (row: Row): FilledVector['features'] =>
  (JSON.parse(String(row.features)) as [string, string][]).map(([name, hash]) => ({ name, hash }));
