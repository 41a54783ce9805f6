// What accounts have in common, from their latest transactions. Bounded on every side: a supermarket links everybody.
import { LINK_KINDS, type LinkKind, type Links } from '../../ports/office/links.ts';
import type { Row, SqlSession } from './session.ts';

const COLUMN: Readonly<Record<LinkKind, string>> = {
  device: 'device_id',
  ip: 'ip',
  counterparty: 'counterparty_id',
  merchant: 'merchant_id',
};
const OWN_TRANSACTIONS = 300;
const OTHERS_TRANSACTIONS = 2000;
const FLAGGED_TRANSACTIONS = 5000;

/** Each is looked up by its place in the table. */
const AT_ONCE = 500;

type Uses = { transactions: number; flagged: number; frauds: number };

/** What accounts did with a key, a stretch of transactions at a time; gives where the stretch begins, or nothing at the end. */
type Stretch = (
  before: number | null,
) => Promise<{ readonly rows: readonly Row[]; readonly from: number | null }>;

const USES = `account_id, count(*) as n, count(*) filter (where outcome <> 'approve') as flagged,
  count(*) filter (where is_fraud) as frauds, min(seq) as first`;

export const LINK_INDEXES: readonly string[] = LINK_KINDS.filter((kind) => kind !== 'merchant').map(
  (kind) =>
    `create index transactions_${kind} on transactions (${COLUMN[kind]}, seq) where ${COLUMN[kind]} is not null`,
);

const usersOf =
  (session: SqlSession, column: string, key: string): Stretch =>
  async (before) => {
    const rows = await session.query(
      `select ${USES} from (
         select account_id, outcome, is_fraud, seq from transactions
         where ${column} = $1 and ($2::bigint is null or seq < $2) order by seq desc limit ${AT_ONCE}) these
       group by account_id`,
      [key, before],
    );
    const all = rows.reduce((sum, row) => sum + Number(row.n), 0);
    return { rows, from: all < AT_ONCE ? null : Math.min(...rows.map((row) => Number(row.first))) };
  };

/**
 * Who pays at the same merchant says nothing, who was flagged there does: merchants link accounts by what was flagged. It also
 * saves every transaction an entry in an index.
 */
const flaggedAt =
  (session: SqlSession, merchantId: string): Stretch =>
  async (before) => {
    const [edge] = await session.query(
      `select seq from fraud_alerts where $1::bigint is null or seq < $1 order by seq desc offset ${AT_ONCE - 1} limit 1`,
      [before],
    );
    const from = edge ? Number(edge.seq) : null;
    const rows = await session.query(
      `select ${USES} from (
         select t.account_id, t.outcome, t.is_fraud, t.seq
         from fraud_alerts f join transactions t on t.id = f.transaction_id
         where f.outcome <> 'approve' and f.seq >= $2 and ($3::bigint is null or f.seq < $3) and t.merchant_id = $1) these
       group by account_id`,
      [merchantId, from ?? 0, before],
    );
    return { rows, from };
  };

export function createLinks(session: SqlSession): Links {
  return {
    async ofAccount(accountId, limit) {
      const parts = LINK_KINDS.map(
        (kind) => `select '${kind}' as kind, ${COLUMN[kind]} as key,
            ${kind === 'merchant' ? 'max(merchant_name)' : 'null::text'} as name, count(*) as n, max(seq) as latest
          from recent where ${COLUMN[kind]} is not null group by ${COLUMN[kind]}`,
      );
      const rows = await session.query(
        `with recent as (
           select device_id, ip, counterparty_id, merchant_id, merchant_name, seq from transactions
           where account_id = $1 order by seq desc limit ${OWN_TRANSACTIONS}),
         found as (${parts.join(' union all ')}),
         ranked as (select *, row_number() over (partition by kind order by n desc, latest desc) as place from found)
         select kind, key, name, n from ranked where place <= $2 order by kind, place`,
        [accountId, limit],
      );
      return rows.map((row) => ({
        kind: row.kind as LinkKind,
        key: String(row.key),
        name: row.name === null ? undefined : String(row.name),
        transactions: Number(row.n),
      }));
    },
    async accountsOf(kind, key, limit) {
      const uses = new Map<string, Uses>();
      const stretch = kind === 'merchant' ? flaggedAt(session, key) : usersOf(session, COLUMN[kind], key);
      const most = kind === 'merchant' ? FLAGGED_TRANSACTIONS : OTHERS_TRANSACTIONS;
      let before: number | null = null;
      for (let looked = 0; looked < most; looked += AT_ONCE) {
        const { rows, from } = await stretch(before);
        for (const row of rows) {
          const account = String(row.account_id);
          const of = uses.get(account) ?? { transactions: 0, flagged: 0, frauds: 0 };
          uses.set(account, of);
          of.transactions += Number(row.n);
          of.flagged += Number(row.flagged);
          of.frauds += Number(row.frauds);
        }
        if (from === null) break;
        before = from;
      }
      const accounts = [...uses]
        .map(([accountId, of]) => ({ accountId, ...of }))
        .sort(
          (a, b) =>
            b.frauds - a.frauds ||
            b.flagged - a.flagged ||
            b.transactions - a.transactions ||
            (a.accountId < b.accountId ? -1 : 1),
        );
      return { total: accounts.length, accounts: accounts.slice(0, limit) };
    },
  };
}
