// Looking for transactions that were stored: by id, and page by page.
import type { Kysely } from 'kysely';
import type { Store, TransactionFilter } from '../../ports/store.ts';
import { createPastValues, withFilled } from './past-values.ts';
import type { Tables } from './schema.ts';
import type { Row, SqlSession } from './session.ts';
import {
  LISTED_COLUMNS,
  type ListedRow,
  type TransactionRow,
  toListed,
  toStored,
} from './stored-transactions.ts';
import { A_PAGE, type Condition, type Walk, walk } from './walk.ts';

/** Decisions are stored in the order of their time, but for clocks that were set and partitions that a sink is behind with. */
const OUT_OF_ORDER_MS = 3_600_000;

/** How transactions are looked for: by the index that leaves the fewest, and by the rest of the filter among these. */
function transactionWalk(filter: TransactionFilter, columns: string): Walk {
  const { accountId, merchantId, outcome, country, minScore, fromMs, untilMs, matureMs, after } = filter;
  const conditions: { readonly indexed: boolean; readonly condition: Condition }[] = [];
  const add = (value: unknown, indexed: boolean, condition: Condition): void => {
    if (value !== undefined) conditions.push({ indexed, condition });
  };
  add(accountId, true, ($) => `account_id = ${$(accountId)}`);
  add(country, true, ($) => `country = ${$(country)}`);
  const flagged = outcome !== undefined && outcome !== 'approve';
  // The index holds what was flagged: the planner must see that this is.
  add(outcome, flagged, ($) => `outcome = ${$(outcome)}${flagged ? " and outcome <> 'approve'" : ''}`);
  add(merchantId, false, ($) => `merchant_id = ${$(merchantId)}`);
  add(minScore, false, ($) => `score >= ${$(minScore)}`);
  add(fromMs, false, ($) => `decided_at >= ${$(new Date(fromMs ?? 0))}`);
  add(untilMs, false, ($) => `decided_at < ${$(new Date(untilMs ?? 0))}`);
  add(matureMs, false, ($) => {
    const until = $(new Date(matureMs ?? 0));
    return `(decided_at < ${until} or (is_fraud is not null and occurred_at < ${until}))`;
  });
  const first = conditions.findIndex(({ indexed }) => indexed);
  return {
    table: 'transactions',
    columns,
    keys: [['seq', 'bigint']],
    down: after === undefined,
    among: first < 0 ? [] : [conditions[first].condition],
    filters: conditions.filter((_, i) => i !== first).map(({ condition }) => condition),
  };
}

/** Where what was decided at a moment begins, about. */
async function seqAt(reads: SqlSession, ms: number): Promise<number> {
  const before = async (seq: number | null): Promise<Row | undefined> => {
    const rows = await reads.query(
      'select seq, decided_at from transactions where $1::bigint is null or seq < $1 order by seq desc limit 1',
      [seq],
    );
    return rows[0];
  };
  const newest = await before(null);
  let low = 0;
  let high = newest ? Number(newest.seq) + 1 : 0;
  while (high > low) {
    const middle = Math.ceil((low + high) / 2);
    const row = await before(middle);
    if (row && (row.decided_at as Date).getTime() >= ms) high = Number(row.seq);
    else low = middle;
  }
  return low;
}

/** A page of what fits. */
async function pageOf<T>(
  reads: SqlSession,
  filter: TransactionFilter,
  limit: number,
  of: (row: Row) => T,
  columns: string,
) {
  const { fromMs, untilMs, before, after } = filter;
  const firstSeq = fromMs === undefined ? 0 : await seqAt(reads, fromMs - OUT_OF_ORDER_MS);
  const lastSeq =
    untilMs === undefined || before !== undefined ? undefined : await seqAt(reads, untilMs + OUT_OF_ORDER_MS);
  const from = after ?? Math.min(before ?? Number.MAX_SAFE_INTEGER, lastSeq ?? Number.MAX_SAFE_INTEGER);
  const asked = transactionWalk(filter, columns);
  const bound = columns === '*' ? undefined : A_PAGE;
  const { rows, place, looked } = await walk(
    reads,
    asked,
    from === Number.MAX_SAFE_INTEGER ? undefined : [from],
    limit,
    bound,
    ([seq]) => asked.down && Number(seq) < firstSeq,
  );
  const next = place && Number(place[0]);
  return { items: rows.map(of), next, looked };
}

async function decidedAtMs(reads: SqlSession, seq: number): Promise<number | undefined> {
  const [row] = await reads.query('select decided_at from transactions where seq = $1', [seq]);
  return row && (row.decided_at as Date).getTime();
}

const toStoredRow = (row: Row) => toStored(row as TransactionRow);

/** What people and screens find, in short steps. */
export function createTransactionSearch(
  reads: SqlSession,
  readDb: Kysely<Tables>,
): Pick<Store, 'transaction' | 'transactions' | 'search'> {
  const values = createPastValues(reads);
  return {
    async transaction(id) {
      const row = await readDb.selectFrom('transactions').selectAll().where('id', '=', id).executeTakeFirst();
      if (!row) return undefined;
      const [stored] = await withFilled(values, [row], toStoredRow);
      return stored;
    },
    async transactions(filter, limit) {
      const { items } = await pageOf(reads, filter, limit, (row) => row, '*');
      return withFilled(values, items, toStoredRow);
    },
    async search(filter, limit) {
      const found = await pageOf(reads, filter, limit, (row) => toListed(row as ListedRow), LISTED_COLUMNS);
      const { items, next } = found;
      return {
        ...found,
        backToMs: next !== undefined && items.length < limit ? await decidedAtMs(reads, next) : undefined,
      };
    },
  };
}
