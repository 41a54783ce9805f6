// What was flagged, newest first, and how many alerts wait in the queue.
import type { Selectable } from 'kysely';
import type { Outcome } from '../../domain/decision.ts';
import type { FlaggedTransaction, Store } from '../../ports/store.ts';
import type { FraudAlertsTable } from './schema.ts';
import type { SqlSession } from './session.ts';
import { A_PAGE, type Condition, walk } from './walk.ts';

const COUNTED_AT_ONCE = 5000;

function toFlagged(row: Selectable<FraudAlertsTable>): FlaggedTransaction {
  return {
    offset: Number(row.seq),
    transactionId: row.transaction_id,
    accountId: row.account_id,
    createdAtMs: row.created_at.getTime(),
    outcome: row.outcome as Outcome,
    score: row.score,
    amountMinor: Number(row.amount_minor),
    currency: row.currency,
    base:
      row.base_amount_minor === null || row.base_currency === null
        ? undefined
        : { amountMinor: Number(row.base_amount_minor), currency: row.base_currency },
    country: row.country ?? undefined,
    merchantName: row.merchant_name ?? undefined,
    topReason: row.top_reason ?? undefined,
    topRule: row.top_rule ?? undefined,
    topFeature: row.top_feature ?? undefined,
    topConcept: row.top_concept ?? undefined,
    isFraud: row.is_fraud,
    status: row.status as FlaggedTransaction['status'],
  };
}

/** Decisions that were flagged, one by one, and the queue that they are in. */
export function createFlaggedTransactions(reads: SqlSession): Pick<Store, 'flagged' | 'openAlerts'> {
  return {
    async flagged({ status, accountId, outcome, before }, limit) {
      const { rows, place, looked } = await walk(
        reads,
        {
          table: 'fraud_alerts',
          columns: '*',
          keys: [['seq', 'bigint']],
          down: true,
          among: accountId === undefined ? [] : [($) => `account_id = ${$(accountId)}`],
          filters: [
            // Samples stand beside what was flagged, and are not.
            () => "outcome <> 'approve'",
            ...(status === undefined ? [] : [($: Parameters<Condition>[0]) => `status = ${$(status)}`]),
            ...(outcome === undefined ? [] : [($: Parameters<Condition>[0]) => `outcome = ${$(outcome)}`]),
          ],
        },
        before === undefined ? undefined : [before],
        limit,
        A_PAGE,
      );
      return {
        items: rows.map((row) => toFlagged(row as Selectable<FraudAlertsTable>)),
        next: place && Number(place[0]),
        looked,
      };
    },
    async openAlerts() {
      let open = 0;
      let expectedLossMinor = 0;
      let after: unknown = 0;
      for (let n = COUNTED_AT_ONCE; n === COUNTED_AT_ONCE; open += n) {
        const [row] = await reads.query(
          `select count(*)::int as n, max(id) as last, coalesce(sum(expected_loss_minor), 0) as loss from (
             select id, expected_loss_minor from alerts where status = 'open' and sample_id is null and id > $1 order by id limit ${COUNTED_AT_ONCE}) these`,
          [after],
        );
        n = Number(row.n);
        after = row.last;
        expectedLossMinor += Number(row.loss);
      }
      return { open, expectedLossMinor };
    },
  };
}
