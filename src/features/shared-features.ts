// What accounts share (merchants, devices, IP addresses, payees), brought up to date with what was decided elsewhere.
import type { EntityTable } from './entity-table.ts';
import type { SharedEvent } from './event.ts';
import { ENTITY_SHAPES, type FeatureState } from './feature-state.ts';
import { History } from './history.ts';
import { loadToAdd, storeHistory } from './history-codec.ts';
import { keepKey } from './key-set.ts';

const merchant = new History(ENTITY_SHAPES.merchant);
const device = new History(ENTITY_SHAPES.device);
const ip = new History(ENTITY_SHAPES.ip);
const counterparty = new History(ENTITY_SHAPES.counterparty);

/** Does to the shared histories what `observe` did where the transaction was decided. */
export function observeShared(state: FeatureState, event: SharedEvent): void {
  const { timeSeconds, amountMinor, accountHash } = event;
  if (event.merchantId !== undefined) {
    const entry = state.merchant.findOrAdd(event.merchantId);
    loadToAdd(merchant, state.merchant, entry, timeSeconds);
    merchant.logSum += event.logAmount;
    merchant.logSquareSum += event.logAmount * event.logAmount;
    merchant.add(timeSeconds, amountMinor);
    storeHistory(merchant, state.merchant, entry);
  }
  const add = (table: EntityTable, history: History, key: string | undefined): void => {
    if (key === undefined) return;
    const entry = table.findOrAdd(key);
    loadToAdd(history, table, entry, timeSeconds);
    keepKey(history.keySets[0], accountHash, timeSeconds);
    history.add(timeSeconds, amountMinor);
    storeHistory(history, table, entry);
  };
  add(state.device, device, event.deviceId);
  add(state.ip, ip, event.ip);
  add(state.counterparty, counterparty, event.counterpartyId);
}
