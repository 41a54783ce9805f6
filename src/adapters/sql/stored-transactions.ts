// Rows of transactions as what was stored of them: the transaction, its decision, and what it turned out to be.
import type { Selectable } from 'kysely';
import type { Amount, BaseAmount } from '../../domain/base-amount.ts';
import type { Concept } from '../../domain/concept.ts';
import type { Attributes } from '../../domain/data-model.ts';
import type { Decision, Outcome, Reason, RuleHit } from '../../domain/decision.ts';
import { drawOf } from '../../domain/draw.ts';
import type { Relation, Transaction } from '../../domain/transaction.ts';
import type { ListedTransaction, StoredTransaction } from '../../ports/store.ts';
import type { TransactionsTable } from './schema.ts';

export type TransactionRow = Selectable<TransactionsTable>;
type DecisionRow = Pick<
  TransactionRow,
  | 'id'
  | 'outcome'
  | 'score'
  | 'reasons'
  | 'concepts'
  | 'rules'
  | 'model_version'
  | 'ruleset_version'
  | 'catalogue_hash'
  | 'decided_at'
  | 'draw'
  | 'draw_chance'
>;

/** The database holds only what this program wrote, so what it reads back has the right shape. */
export function toDecision(row: DecisionRow): Decision {
  const draw = drawOf(row.draw, row.draw_chance);
  return {
    transactionId: row.id,
    outcome: row.outcome as Outcome,
    score: row.score,
    concepts: row.concepts ? (JSON.parse(row.concepts) as Concept[]) : [],
    reasons: row.reasons ? (JSON.parse(row.reasons) as Reason[]) : [],
    rules: row.rules ? (JSON.parse(row.rules) as RuleHit[]) : [],
    modelVersion: row.model_version,
    rulesetVersion: row.ruleset_version,
    catalogueHash: row.catalogue_hash,
    decidedAtMs: row.decided_at.getTime(),
    ...(draw && { draw }),
  };
}

/** The transaction of a row. */
export function toTransaction(row: ListedRow): Transaction {
  return {
    id: row.id,
    accountId: row.account_id,
    occurredAtMs: row.occurred_at.getTime(),
    ...(row.utc_offset_minutes !== null && { utcOffsetMinutes: row.utc_offset_minutes }),
    amountMinor: Number(row.amount_minor),
    currency: row.currency,
    ...(row.billing !== null && { billing: JSON.parse(row.billing) as Amount }),
    ...(row.base !== null && { base: JSON.parse(row.base) as BaseAmount }),
    type: row.type,
    ...(row.channel !== null && { channel: row.channel }),
    ...(row.merchant_id !== null && {
      merchant: {
        id: row.merchant_id,
        ...(row.merchant_name !== null && { name: row.merchant_name }),
        ...(row.mcc !== null && { mcc: row.mcc }),
      },
    }),
    ...(row.country !== null && { country: row.country }),
    ...(row.city !== null && { city: row.city }),
    ...(row.lat !== null && row.lon !== null && { location: { lat: row.lat, lon: row.lon } }),
    ...(row.device_id !== null && { deviceId: row.device_id }),
    ...(row.ip !== null && { ip: row.ip }),
    ...(row.counterparty_id !== null && { counterpartyId: row.counterparty_id }),
    ...(row.counterparty_name !== null && { counterpartyName: row.counterparty_name }),
    ...(row.attributes !== null && { attributes: JSON.parse(row.attributes) as Attributes }),
    ...(row.relates_to !== null && { relatesTo: JSON.parse(row.relates_to) as Relation }),
  };
}

export type ListedRow = Omit<TransactionRow, 'features' | 'content_hash' | 'engine_ms' | 'labelled_at'>;

/** What tables show of a row. */
export function toListed(row: ListedRow): ListedTransaction {
  return {
    offset: Number(row.seq),
    transaction: toTransaction(row),
    receivedAtMs: row.received_at.getTime(),
    decision: toDecision(row),
    isFraud: row.is_fraud ?? undefined,
    fraudType: row.fraud_type ?? undefined,
  };
}

/** All of a row. */
export const toStored = (row: TransactionRow): StoredTransaction => ({
  ...toListed(row),
  vector: row.features,
});

/** Of a `ListedRow`. */
export const LISTED_COLUMNS = [
  'id', 'seq', 'account_id', 'occurred_at', 'utc_offset_minutes', 'received_at', 'decided_at', 'amount_minor', 'currency', 'base_amount_minor', 'base', 'billing', 'type', 'channel',
  'merchant_id', 'merchant_name', 'mcc', 'country', 'city', 'lat', 'lon', 'device_id', 'ip', 'counterparty_id',
  'counterparty_name', 'attributes', 'relates_to', 'outcome', 'score', 'reasons', 'concepts', 'rules', 'model_version', 'ruleset_version', 'catalogue_hash',
  'is_fraud', 'fraud_type', 'draw', 'draw_chance',
].join(', '); // biome-ignore format: a list
