// A label written into the histories of its transaction.
import type { Label } from '../domain/label.ts';
import type { SharedKeys } from './event.ts';
import { ENTITY_SHAPES, type EntityKind, type FeatureState } from './feature-state.ts';
import { History } from './history.ts';
import { loadHistory, storeHistory } from './history-codec.ts';

const scratch: { readonly [K in EntityKind]: History } = {
  account: new History(ENTITY_SHAPES.account),
  merchant: new History(ENTITY_SHAPES.merchant),
  device: new History(ENTITY_SHAPES.device),
  ip: new History(ENTITY_SHAPES.ip),
  counterparty: new History(ENTITY_SHAPES.counterparty),
};

/**
 * Writes a label into the histories of its transaction, at the moment it becomes known. `previous` is what
 * the same transaction was labelled before, if it was.
 */
export function applyLabel(state: FeatureState, label: Label, previous: boolean | undefined): void {
  if (!changesHistories(label, previous)) return;
  const time = Math.floor(label.occurredAtMs / 1000);
  labelEntity(state, 'account', label.accountId, time, label.fraud);
  labelShared(state, label, time, label.fraud);
}

/** Whether a label says anything new; unlabelled counts as genuine. */
export function changesHistories(label: Label, previous: boolean | undefined): boolean {
  return label.fraud !== (previous ?? false);
}

/** Writes a label that says something new into the histories that accounts share. */
export function labelShared(
  state: FeatureState,
  keys: SharedKeys,
  timeSeconds: number,
  fraud: boolean,
): void {
  labelEntity(state, 'merchant', keys.merchantId, timeSeconds, fraud);
  labelEntity(state, 'device', keys.deviceId, timeSeconds, fraud);
  labelEntity(state, 'ip', keys.ip, timeSeconds, fraud);
  labelEntity(state, 'counterparty', keys.counterpartyId, timeSeconds, fraud);
}

/** Writes a label that says something new into one history. */
export function labelEntity(
  state: FeatureState,
  kind: EntityKind,
  key: string | undefined,
  time: number,
  fraud: boolean,
): void {
  if (key === undefined) return;
  const table = state[kind];
  const entry = table.find(key);
  if (entry < 0) return;
  const history = scratch[kind];
  loadHistory(history, table, entry);
  history.label(time, fraud);
  history.knownFrauds = Math.max(0, history.knownFrauds + (fraud ? 1 : -1));
  if (fraud) history.lastFraudAt = Math.max(history.lastFraudAt, time);
  else if (history.knownFrauds === 0) history.lastFraudAt = 0;
  storeHistory(history, table, entry);
}
