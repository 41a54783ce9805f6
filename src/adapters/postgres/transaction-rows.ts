// Decisions as rows of `transactions` for COPY: the columns, and their values in the same order.
import type { PoolClient } from 'pg';
import type { Decided } from '../../engine/process-batch.ts';
import { copyInto, createCopyRows } from './copy-rows.ts';

const COLUMNS = [
  'id', 'seq', 'partition', 'log_offset', 'account_id', 'occurred_at', 'received_at', 'decided_at',
  'amount_minor', 'currency', 'type', 'channel', 'merchant_id', 'merchant_name', 'mcc', 'country', 'city',
  'lat', 'lon', 'device_id', 'ip', 'counterparty_id', 'counterparty_name', 'outcome', 'score', 'reasons', 'rules',
  'model_version', 'ruleset_version', 'catalogue_hash', 'features', 'content_hash', 'engine_ms',
]; // biome-ignore format: as the values below
const USUAL_ROW_BYTES = 1000;

export type PlacedDecision = { readonly item: Decided; readonly partition: number };

/** Appends decisions, numbered from `firstSeq` on. */
export async function copyTransactions(
  client: PoolClient,
  decided: readonly PlacedDecision[],
  firstSeq: number,
): Promise<void> {
  if (decided.length === 0) return;
  const rows = createCopyRows(decided.length * USUAL_ROW_BYTES);
  decided.forEach(({ item, partition }, i) => {
    const { transaction: t, decision } = item;
    rows.row(COLUMNS.length);
    rows.text(t.id);
    rows.bigint(firstSeq + i);
    rows.integer(partition);
    rows.bigint(item.offset);
    rows.text(t.accountId);
    rows.timestamp(t.occurredAtMs);
    rows.timestamp(item.receivedAtMs);
    rows.timestamp(decision.decidedAtMs);
    rows.bigint(t.amountMinor);
    rows.text(t.currency);
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
    rows.text(decision.outcome);
    rows.double(decision.score);
    rows.text(decision.outcome === 'approve' ? undefined : JSON.stringify(decision.reasons));
    rows.text(decision.rules.length > 0 ? JSON.stringify(decision.rules) : undefined);
    rows.text(decision.modelVersion);
    rows.text(decision.rulesetVersion);
    rows.text(decision.catalogueHash);
    rows.bytes(item.vector);
    rows.text(item.contentHash);
    rows.real(item.engineMs);
  });
  await copyInto(client, 'transactions', COLUMNS, rows.finish());
}
