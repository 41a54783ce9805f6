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
  // All are read before one is written: a label that one of them cannot take leaves no trace.
  const account = readEntity(state, 'account', label.accountId);
  const shared = readShared(state, label);
  writeEntity(state, 'account', account, time, label.fraud);
  writeShared(state, shared, time, label.fraud);
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
  writeShared(state, readShared(state, keys), timeSeconds, fraud);
}

/** Writes a label that says something new into one history. */
export function labelEntity(
  state: FeatureState,
  kind: EntityKind,
  key: string | undefined,
  time: number,
  fraud: boolean,
): void {
  writeEntity(state, kind, readEntity(state, kind, key), time, fraud);
}

/** Entries of what accounts share; -1 where there is none. */
type SharedEntries = Readonly<Record<Exclude<EntityKind, 'account'>, number>>;

const readShared = (state: FeatureState, keys: SharedKeys): SharedEntries => ({
  merchant: readEntity(state, 'merchant', keys.merchantId),
  device: readEntity(state, 'device', keys.deviceId),
  ip: readEntity(state, 'ip', keys.ip),
  counterparty: readEntity(state, 'counterparty', keys.counterpartyId),
});

function writeShared(state: FeatureState, entries: SharedEntries, time: number, fraud: boolean): void {
  writeEntity(state, 'merchant', entries.merchant, time, fraud);
  writeEntity(state, 'device', entries.device, time, fraud);
  writeEntity(state, 'ip', entries.ip, time, fraud);
  writeEntity(state, 'counterparty', entries.counterparty, time, fraud);
}

/** Reads the history of a kind; gives its entry, -1 where there is none. */
function readEntity(state: FeatureState, kind: EntityKind, key: string | undefined): number {
  if (key === undefined) return -1;
  const entry = state[kind].find(key);
  if (entry >= 0) loadHistory(scratch[kind], state[kind], entry);
  return entry;
}

/** Writes a label into the history of a kind that was read last. */
function writeEntity(
  state: FeatureState,
  kind: EntityKind,
  entry: number,
  time: number,
  fraud: boolean,
): void {
  if (entry < 0) return;
  const history = scratch[kind];
  markFraud(history, time, fraud);
  storeHistory(history, state[kind], entry);
}

/** Marks an event of a history that is read as fraud, or takes the mark back. */
export function markFraud(history: History, time: number, fraud: boolean): void {
  history.label(time, fraud);
  history.knownFrauds = Math.max(0, history.knownFrauds + (fraud ? 1 : -1));
  if (fraud) history.lastFraudAt = Math.max(history.lastFraudAt, time);
  else if (history.knownFrauds === 0) history.lastFraudAt = 0;
  // The one before it is the last now; where that is no longer held, nobody knows when it was.
  else if (time === history.lastFraudAt) history.lastFraudAt = history.lastFraudUntil(time);
}
