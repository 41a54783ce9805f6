// Decisions as rows of `transactions` for COPY: the columns, and their values in the same order.
import type { PoolClient } from 'pg';
import type { Decided } from '../../engine/process-batch.ts';
import { type CopyRows, copyInto } from './copy-rows.ts';

const COLUMNS = [
  'id', 'seq', 'partition', 'log_offset', 'account_id', 'occurred_at', 'utc_offset_minutes', 'received_at', 'decided_at',
  'amount_minor', 'currency', 'base_amount_minor', 'base', 'billing', 'type', 'channel', 'merchant_id', 'merchant_name', 'mcc', 'country', 'city',
  'lat', 'lon', 'device_id', 'ip', 'counterparty_id', 'counterparty_name', 'attributes', 'relates_to', 'outcome', 'score',
  'reasons', 'concepts', 'rules',
  'model_version', 'ruleset_version', 'catalogue_hash', 'features', 'content_hash', 'engine_ms', 'draw', 'draw_chance',
]; // biome-ignore format: as the values below

/** Writes a row whose number is told later; gives where the number stands. */
export function addTransactionRow(rows: CopyRows, item: Decided, partition: number): number {
  const { transaction: t, decision } = item;
  rows.row(COLUMNS.length);
  rows.text(t.id);
  const seqAt = rows.bigintLater();
  rows.integer(partition);
  rows.bigint(item.offset);
  rows.text(t.accountId);
  rows.timestamp(t.occurredAtMs);
  rows.integer(t.utcOffsetMinutes);
  rows.timestamp(item.receivedAtMs);
  rows.timestamp(decision.decidedAtMs);
  rows.bigint(t.amountMinor);
  rows.text(t.currency);
  rows.bigint(t.base?.amountMinor);
  rows.text(t.base && JSON.stringify(t.base));
  rows.text(t.billing && JSON.stringify(t.billing));
  rows.text(t.type);
  rows.text(t.channel);
  rows.text(t.merchant?.id);
  rows.text(t.merchant?.name);
  rows.text(t.merchant?.mcc);
  rows.text(t.country);
  rows.text(t.city);
  rows.double(t.location?.lat);
  rows.double(t.location?.lon);
  rows.text(t.deviceId);
  rows.text(t.ip);
  rows.text(t.counterpartyId);
  rows.text(t.counterpartyName);
  rows.text(t.attributes && JSON.stringify(t.attributes));
  rows.text(t.relatesTo && JSON.stringify(t.relatesTo));
  rows.text(decision.outcome);
  rows.double(decision.score);
  rows.text(decision.outcome === 'approve' ? undefined : JSON.stringify(decision.reasons));
  rows.text(decision.concepts.length > 0 ? JSON.stringify(decision.concepts) : undefined);
  rows.text(decision.rules.length > 0 ? JSON.stringify(decision.rules) : undefined);
  rows.text(decision.modelVersion);
  rows.text(decision.rulesetVersion);
  rows.text(decision.catalogueHash);
  rows.bytes(item.vector);
  rows.text(item.contentHash);
  rows.real(item.engineMs);
  rows.text(decision.draw?.by);
  rows.double(decision.draw?.chance);
  return seqAt;
}

/** Appends rows that `addTransactionRow` wrote. */
export const copyTransactions = (client: PoolClient, rows: readonly CopyRows[]): Promise<void> =>
  copyInto(client, 'transactions', COLUMNS, rows);
