// What accounts have in common, from their latest transactions. Bounded on every side: a supermarket links everybody.
import { LINK_KINDS, type LinkKind, type Links } from '../../ports/links.ts';
import type { SqlSession } from './session.ts';

const COLUMN: Readonly<Record<LinkKind, string>> = {
  device: 'device_id',
  ip: 'ip',
  counterparty: 'counterparty_id',
  merchant: 'merchant_id',
};
const OWN_TRANSACTIONS = 300;
const OTHERS_TRANSACTIONS = 2000;
const FLAGGED_TRANSACTIONS = 5000;

/**
 * Who pays at the same merchant says nothing, who was flagged there does: merchants link accounts by what was flagged. It also
 * saves every transaction an entry in an index.
 */
const FLAGGED_AT_MERCHANT = `
  select t.account_id, t.outcome, t.is_fraud
  from (select transaction_id from fraud_alerts order by seq desc limit ${FLAGGED_TRANSACTIONS}) f
    join transactions t on t.id = f.transaction_id
  where t.merchant_id = $1`;

export const LINK_INDEXES: readonly string[] = LINK_KINDS.filter((kind) => kind !== 'merchant').map(
  (kind) =>
    `create index transactions_${kind} on transactions (${COLUMN[kind]}, seq) where ${COLUMN[kind]} is not null`,
);

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
      const recent =
        kind === 'merchant'
          ? FLAGGED_AT_MERCHANT
          : `select account_id, outcome, is_fraud from transactions
             where ${COLUMN[kind]} = $1 order by seq desc limit ${OTHERS_TRANSACTIONS}`;
      const rows = await session.query(
        `with recent as (${recent}),
         accounts as (
           select account_id, count(*) as n, count(*) filter (where outcome <> 'approve') as flagged,
             count(*) filter (where is_fraud) as frauds
           from recent group by account_id)
         select *, count(*) over () as total from accounts order by frauds desc, flagged desc, n desc, account_id limit $2`,
        [key, limit],
      );
      return {
        total: rows.length === 0 ? 0 : Number(rows[0].total),
        accounts: rows.map((row) => ({
          accountId: String(row.account_id),
          transactions: Number(row.n),
          flagged: Number(row.flagged),
          frauds: Number(row.frauds),
        })),
      };
    },
  };
}
