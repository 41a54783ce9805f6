// Features from what accounts share (merchants, devices, IP addresses, payees), and the transaction added to them.
import type { Transaction } from '../domain/transaction.ts';
import { AGE_LIMIT_DAYS, INDEX as I } from './catalogue.ts';
import type { EntityTable } from './entity-table.ts';
import type { ObservedEvent, SharedEvent } from './event.ts';
import {
  ENTITY_SHAPES,
  type FeatureState,
  LABEL_DELAY_SECONDS,
  MERCHANT_RETENTION_SECONDS,
} from './feature-state.ts';
import { History } from './history.ts';
import { loadHistory, loadToAdd, storeHistory } from './history-codec.ts';
import { ageDays, usualAmount, zscore } from './history-figures.ts';
import { distinctKeys, keepKey } from './key-set.ts';
import { DAY, HOUR } from './units.ts';

const merchant = new History(ENTITY_SHAPES.merchant);
const device = new History(ENTITY_SHAPES.device);
const ip = new History(ENTITY_SHAPES.ip);
const counterparty = new History(ENTITY_SHAPES.counterparty);
const inbound = new History(ENTITY_SHAPES.counterparty);

export function merchantRole(
  state: FeatureState,
  { transaction, time, perMajor, logAmount }: ObservedEvent,
  out: Float64Array,
): void {
  if (transaction.merchant)
    merchantGroup(state, transaction.merchant.id, transaction.amountMinor, perMajor, time, logAmount, out);
}

export function deviceRole(
  state: FeatureState,
  { transaction, time, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  const { deviceId, amountMinor } = transaction;
  if (deviceId !== undefined)
    sharedGroup(state.device, device, deviceId, accountHash, amountMinor, time, I.device_accounts_24h, out);
}

export function ipRole(
  state: FeatureState,
  { transaction, time, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  const { amountMinor } = transaction;
  if (transaction.ip !== undefined)
    sharedGroup(state.ip, ip, transaction.ip, accountHash, amountMinor, time, I.ip_accounts_24h, out);
}

export function counterpartyRole(
  state: FeatureState,
  { transaction, time, perMajor, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  const { counterpartyId: key, amountMinor } = transaction;
  if (key === undefined) return;
  const first = I.counterparty_senders_24h;
  sharedGroup(state.counterparty, counterparty, key, accountHash, amountMinor, time, first, out);
  counterparty.window(time - DAY, time);
  out[I.counterparty_amount_sum_24h] = counterparty.windowSum / perMajor;
}

const DELAYED_WINDOWS = [
  { seconds: DAY, count: I.merchant_tx_count_1d_delayed, rate: I.merchant_fraud_rate_1d_delayed },
  { seconds: 7 * DAY, count: I.merchant_tx_count_7d_delayed, rate: I.merchant_fraud_rate_7d_delayed },
  { seconds: 30 * DAY, count: I.merchant_tx_count_30d_delayed, rate: I.merchant_fraud_rate_30d_delayed },
];

function merchantGroup(
  state: FeatureState,
  merchantId: string,
  amountMinor: number,
  perMajor: number,
  time: number,
  logAmount: number,
  out: Float64Array,
): void {
  const entry = state.merchant.findOrAdd(merchantId);
  loadHistory(merchant, state.merchant, entry);
  merchant.window(time - HOUR, time);
  out[I.merchant_tx_count_1h] = merchant.windowCount + 1;
  merchant.window(time - DAY, time);
  out[I.merchant_tx_count_24h] = merchant.windowCount + 1;
  const end = time - LABEL_DELAY_SECONDS;
  for (const window of DELAYED_WINDOWS) {
    merchant.window(end - window.seconds, end);
    out[window.count] = merchant.windowCount;
    out[window.rate] = merchant.windowCount > 0 ? merchant.windowFrauds / merchant.windowCount : 0;
  }
  merchant.window(time - 30 * DAY, time);
  out[I.merchant_known_frauds_30d] = merchant.windowFrauds;
  if (merchant.knownFrauds > 0) merchantFrauds(perMajor, time, end, out);
  out[I.merchant_amount_zscore] = zscore(merchant, logAmount);
  if (merchant.count > 0) out[I.merchant_age_days] = ageDays(time, merchant.firstSeen);
  addToMerchant(state.merchant, entry, amountMinor, time, logAmount);
}

/** What the loaded merchant's known frauds tell; labels are taken as complete up to `end`. */
function merchantFrauds(perMajor: number, time: number, end: number, out: Float64Array): void {
  if (time - merchant.lastFraudAt < AGE_LIMIT_DAYS * DAY) {
    out[I.merchant_days_since_known_fraud] = ageDays(time, merchant.lastFraudAt);
    merchant.window(merchant.lastFraudAt, Math.max(end, merchant.lastFraudAt));
    out[I.merchant_genuine_since_known_fraud] = Math.max(0, merchant.windowCount - merchant.windowFrauds);
  }
  merchant.scanFrauds(time - MERCHANT_RETENTION_SECONDS, time);
  const first = merchant.scanFirstFraudAt;
  if (first === 0) return;
  out[I.merchant_days_since_first_known_fraud] = ageDays(time, first);
  if (!merchant.tiled) {
    out[I.merchant_fraud_amount_ratio] = merchant.scanFraudMean / (usualAmount(merchant) * perMajor);
  }
}

/** Adds an event to the merchant that is loaded from `entry`. */
function addToMerchant(
  table: EntityTable,
  entry: number,
  amountMinor: number,
  time: number,
  logAmount: number,
): void {
  merchant.logSum += logAmount;
  merchant.logSquareSum += logAmount * logAmount;
  merchant.add(time, amountMinor);
  storeHistory(merchant, table, entry);
}

/** Devices, IP addresses and payees: who else uses them. `first` is the group's first feature. */
function sharedGroup(
  table: EntityTable,
  history: History,
  key: string,
  accountHash: number,
  amountMinor: number,
  time: number,
  first: number,
  out: Float64Array,
): void {
  const entry = table.findOrAdd(key);
  loadHistory(history, table, entry);
  const [accounts] = history.keySets;
  out[first] = distinctKeys(accounts, time - DAY, time, accountHash);
  out[first + 1] = distinctKeys(accounts, time - 30 * DAY, time, accountHash);
  history.window(time - DAY, time);
  out[first + 2] = history.windowCount + 1;
  out[first + 3] = history.count > 0 ? ageDays(time, history.firstSeen) : 0;
  out[first + 4] = history.knownFrauds;
  addToShared(table, history, entry, accountHash, amountMinor, time);
}

/** Adds an event to the device, IP address or payee that is loaded from `entry`. */
function addToShared(
  table: EntityTable,
  history: History,
  entry: number,
  accountHash: number,
  amountMinor: number,
  time: number,
): void {
  keepKey(history.keySets[0], accountHash, time);
  history.add(time, amountMinor);
  storeHistory(history, table, entry);
}

/** What the account received as the payee of others. */
export function inboundGroup(
  state: FeatureState,
  transaction: Transaction,
  time: number,
  perMajor: number,
  out: Float64Array,
): void {
  loadHistory(inbound, state.counterparty, state.counterparty.find(transaction.accountId));
  inbound.window(time - DAY, time);
  out[I.account_received_count_24h] = inbound.windowCount;
  out[I.account_received_sum_24h] = inbound.windowSum / perMajor;
}

/** Does to the shared histories what `observe` did where the transaction was decided. */
export function observeShared(state: FeatureState, event: SharedEvent): void {
  const { timeSeconds, amountMinor, accountHash } = event;
  if (event.merchantId !== undefined) {
    const entry = state.merchant.findOrAdd(event.merchantId);
    loadToAdd(merchant, state.merchant, entry, timeSeconds);
    addToMerchant(state.merchant, entry, amountMinor, timeSeconds, event.logAmount);
  }
  const add = (table: EntityTable, history: History, key: string | undefined): void => {
    if (key === undefined) return;
    const entry = table.findOrAdd(key);
    loadToAdd(history, table, entry, timeSeconds);
    addToShared(table, history, entry, accountHash, amountMinor, timeSeconds);
  };
  add(state.device, device, event.deviceId);
  add(state.ip, ip, event.ip);
  add(state.counterparty, counterparty, event.counterpartyId);
}
