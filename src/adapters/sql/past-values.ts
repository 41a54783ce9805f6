// Values that were computed for the past, in blocks by offset. They are kept as long as the transactions are.
import type { FilledVector } from '../../domain/filled-vector.ts';
import { decodeBlock } from '../../engine/filled-block.ts';
import type { PastValues } from '../../ports/past-values.ts';
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

/** Blocks that one statement takes away. */
const DROPPED_AT_ONCE = 200;
/** Offsets that lie so close are looked for together. */
const DENSE = 8;

/** Blocks of a stretch. */
const BETWEEN = `
  select s.version, s.features, p.first_offset, p.payload from past_value_sets s
    join past_values p on p.version = s.version and p.last_offset >= $1 and p.first_offset <= $2
      and p.first_offset >= coalesce(
        (select max(b.first_offset) from past_values b where b.version = s.version and b.first_offset <= $1), 0)
  order by s.version, p.first_offset`;

/** Blocks of offsets that lie apart. */
const AT = `
  with found as (
    select distinct s.version, b.first_offset from past_value_sets s
      cross join unnest($1::bigint[]) as asked(seq)
      cross join lateral (
        select first_offset, last_offset from past_values p
        where p.version = s.version and p.first_offset <= asked.seq order by p.first_offset desc limit 1) b
    where b.last_offset >= asked.seq)
  select version, features, first_offset, payload from found join past_value_sets using (version)
    join past_values using (version, first_offset)
  order by version, first_offset`;

export function createPastValues(session: SqlSession): PastValues {
  async function drop(version: number): Promise<void> {
    for (;;) {
      const gone = await session.query(
        `delete from past_values where version = $1 and first_offset in (
           select first_offset from past_values where version = $1 limit ${DROPPED_AT_ONCE}) returning version`,
        [version],
      );
      if (gone.length < DROPPED_AT_ONCE) break;
    }
    await session.query('delete from past_value_sets where version = $1', [version]);
  }
  async function blocksOf(offsets: readonly number[]): Promise<readonly Row[]> {
    const [first, last] = [Math.min(...offsets), Math.max(...offsets)];
    return last - first <= offsets.length * DENSE
      ? session.query(BETWEEN, [first, last])
      : session.query(AT, [offsets]);
  }
  return {
    async begin(version, features) {
      await drop(version);
      const said = JSON.stringify(features.map(({ name, hash }) => [name, hash]));
      await session.query('insert into past_value_sets values ($1, $2)', [version, said]);
    },
    async add(version, blocks) {
      for (const { firstOffset, lastOffset, payload } of blocks) {
        await session.query('insert into past_values values ($1, $2, $3, $4)', [
          version,
          firstOffset,
          lastOffset,
          payload,
        ]);
      }
    },
    drop,
    async of(offsets) {
      const found = new Map<number, FilledVector[]>();
      if (offsets.length === 0) return found;
      const asked = new Set(offsets);
      const sets = new Map<number, FilledVector['features']>();
      for (const row of await blocksOf(offsets)) {
        const version = Number(row.version);
        const features = sets.get(version) ?? featuresOf(row);
        sets.set(version, features);
        const block = { firstOffset: Number(row.first_offset), payload: row.payload as Uint8Array };
        for (const { offset, vector } of decodeBlock(block, (one) => asked.has(one))) {
          const filled = { version, features, bytes: vector };
          const before = found.get(offset);
          if (before) before.push(filled);
          else found.set(offset, [filled]);
        }
      }
      return found;
    },
  };
}

/** Rows with what was computed of them afterwards. */
export async function withFilled<T extends { readonly offset: number }>(
  values: Pick<PastValues, 'of'>,
  rows: readonly T[],
): Promise<(T & { readonly filled?: readonly FilledVector[] })[]> {
  const found = await values.of(rows.map(({ offset }) => offset));
  return rows.map((row) => {
    const filled = found.get(row.offset);
    return filled ? { ...row, filled } : row;
  });
}

const featuresOf = (row: Row): FilledVector['features'] =>
  (JSON.parse(String(row.features)) as [string, string][]).map(([name, hash]) => ({ name, hash }));
