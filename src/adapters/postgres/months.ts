// The table of transactions is kept in parts, one a month of when they occurred: old ones are dropped whole.
import type { Pool } from 'pg';

const ALREADY_THERE = new Set(['42P07', '23505']);
/** Months further back or ahead than this share one part: a wrong clock must not make thousands. */
const MONTHS_BACK = 120;
const MONTHS_AHEAD = 2;

const monthOf = (ms: number): number => {
  const date = new Date(ms);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};
const startOf = (month: number): string =>
  `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}-01T00:00:00Z`;
const nameOf = (month: number): string =>
  `transactions_${Math.floor(month / 12)}_${String((month % 12) + 1).padStart(2, '0')}`;

const known = new WeakMap<Pool, Set<number>>();

/** Makes the parts that these times need. */
export async function ensureMonths(pool: Pool, timesMs: readonly number[]): Promise<void> {
  let there = known.get(pool);
  if (!there) {
    there = new Set();
    known.set(pool, there);
  }
  const now = monthOf(Date.now());
  for (const ms of timesMs) {
    const month = monthOf(ms);
    if (there.has(month)) continue;
    if (month >= now - MONTHS_BACK && month <= now + MONTHS_AHEAD) {
      try {
        await pool.query(
          `create table if not exists ${nameOf(month)} partition of transactions
           for values from ('${startOf(month)}') to ('${startOf(month + 1)}')`,
        );
      } catch (error) {
        // Another sink was quicker.
        if (!ALREADY_THERE.has((error as { code?: string }).code ?? '')) throw error;
      }
    }
    there.add(month);
  }
}

/** Deletes what is older than so many months, counted from now; gives the names of the parts dropped. */
export async function dropOldMonths(pool: Pool, months: number, nowMs: number): Promise<string[]> {
  const oldest = monthOf(nowMs) - months;
  const { rows } = await pool.query(
    `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'transactions'::regclass and c.relname ~ '^transactions_[0-9]{4}_[0-9]{2}$'`,
  );
  const dropped: string[] = [];
  for (const { name } of rows as { name: string }[]) {
    const [, year, month] = name.split('_').map(Number);
    if (year * 12 + month - 1 >= oldest) continue;
    await pool.query(`drop table ${name}`);
    known.get(pool)?.delete(year * 12 + month - 1);
    dropped.push(name);
  }
  const before = startOf(oldest);
  await pool.query('delete from transactions_other where occurred_at < $1', [before]);
  // Blocks of which nothing is stored any more.
  await pool.query(
    `delete from past_values v using (
       select partition, (select min(log_offset) from transactions t where t.partition = p.partition) as first
       from (select distinct partition from past_values) p) kept
     where v.partition = kept.partition and v.last_offset < kept.first`,
  );
  await pool.query('delete from fraud_alerts where created_at < $1', [before]);
  await pool.query("delete from alerts where status = 'closed' and updated_at < $1", [before]);
  await pool.query('delete from labels where labelled_at < $1', [before]);
  await pool.query('delete from stats_by_minute where minute < $1', [before]);
  await pool.query('delete from dead_letters where received_at < $1', [before]);
  return dropped;
}
