// Poisoned records: transactions that are valid, and that a program with a fault cannot decide, or a database does not take.
import type { Pool } from 'pg';
import type { Transaction } from '../../src/domain/transaction.ts';

/** What `faulty-program.ts` fails at. */
export const POISONED_AMOUNT_MINOR = 666_613;
/** What a database with `poisonDatabase` does not take. */
const POISONED_CITY = 'Poison';

export type Poison = 'deciding' | 'storing';
export const FAULTY_PROGRAM = new URL('./faulty-program.ts', import.meta.url).href;

/** The transaction of an account, made so that it fails at a step. */
export function poisoned(transaction: Transaction, poison: Poison): Transaction {
  return poison === 'deciding'
    ? { ...transaction, amountMinor: POISONED_AMOUNT_MINOR }
    : { ...transaction, city: POISONED_CITY };
}

const TRIES = 20;

/**
 * A change of a table that others are at work on: the table and its months are locked one after the other, and the database
 * may pick this statement as the one that gives way.
 */
async function changeTable(pool: Pool, statement: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await pool.query(statement);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== '40P01' || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** From now on the database refuses some rows, as it refuses a number that is out of range. */
export async function poisonDatabase(pool: Pool): Promise<void> {
  await changeTable(
    pool,
    `
    create or replace function refuse_poison() returns trigger language plpgsql as $$
    begin
      if new.city = '${POISONED_CITY}' then raise exception 'out of range' using errcode = '22003'; end if;
      return new;
    end $$;
    drop trigger if exists refuse_poison on transactions;
    create trigger refuse_poison before insert on transactions for each row execute function refuse_poison()`,
  );
}

export const mendDatabase = (pool: Pool): Promise<void> =>
  changeTable(pool, 'drop trigger if exists refuse_poison on transactions');

export type PoisonFinding = { readonly poisons: number; readonly wrong: readonly string[] };

/** Is each poisoned transaction in quarantine, once, at its step, and not among the rows? */
export async function findPoison(
  pool: Pool,
  round: string,
  sent: ReadonlyMap<string, Poison>,
  published: ReadonlyMap<string, unknown>,
): Promise<PoisonFinding> {
  const { rows } = await pool.query(
    `select transaction_id, step, state, count(*)::int as n from dead_letters
     where transaction_id like $1 and step is not null group by 1, 2, 3`,
    [`${round}-%`],
  );
  const stored = await pool.query('select id from transactions where id = any($1::text[])', [
    [...sent.keys()],
  ]);
  const wrong: string[] = stored.rows.map(({ id }) => `${id} is in quarantine and stored`);
  const found = new Map(rows.map((row) => [String(row.transaction_id), row]));
  if (found.size !== rows.length) wrong.push('a transaction has several letters');
  for (const [id, poison] of sent) {
    const row = found.get(id);
    if (!row) wrong.push(`${id} (${poison}) is not in quarantine`);
    else if (row.step !== poison || row.n !== 1 || row.state !== 'open')
      wrong.push(`${id} (${poison}) is in quarantine ${row.n} times as ${row.step}, ${row.state}`);
    if (published.has(id) !== (poison === 'storing'))
      wrong.push(`${id} (${poison}) was published: ${published.has(id)}`);
  }
  for (const id of found.keys()) if (!sent.has(id)) wrong.push(`${id} is in quarantine and was no poison`);
  return { poisons: sent.size, wrong };
}
