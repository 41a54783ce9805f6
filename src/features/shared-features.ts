// Features from what accounts share (merchants, devices, IP addresses, payees), and the transaction added to them. Reading
// changes nothing that is stored: a transaction that cannot be decided leaves no trace.
import { INDEX as I } from './catalogue.ts';
import type { EntityTable } from './entity-table.ts';
import type { ObservedEvent, SharedEvent } from './event.ts';
import { AGE_LIMIT_DAYS } from './feature-definition.ts';
import {
  ENTITY_SHAPES,
  type FeatureState,
  LABEL_DELAY_SECONDS,
  MERCHANT_RETENTION_SECONDS,
} from './feature-state.ts';
import { History } from './history.ts';
import { loadHistory, loadToAdd, storeHistory } from './history-codec.ts';
import { ageDays, usualAmount, zscore } from './history-figures.ts';
import { ownTheTiles } from './history-tiles.ts';
import { distinctKeys, keepKey } from './key-set.ts';
import { DAY, HOUR } from './units.ts';

const merchant = new History(ENTITY_SHAPES.merchant);
const device = new History(ENTITY_SHAPES.device);
const ip = new History(ENTITY_SHAPES.ip);
const counterparty = new History(ENTITY_SHAPES.counterparty);
const inbound = new History(ENTITY_SHAPES.counterparty);

/** The entries that the histories above were read from, or -1. */
let merchantEntry = -1;
let deviceEntry = -1;
let ipEntry = -1;
let counterpartyEntry = -1;

export function merchantRole(
  state: FeatureState,
  { transaction, time, perMajor, logAmount }: ObservedEvent,
  out: Float64Array,
): void {
  if (transaction.merchant) merchantGroup(state, transaction.merchant.id, perMajor, time, logAmount, out);
}

export function keepMerchant(
  { merchant: table }: FeatureState,
  { transaction, time, amountMinor, logAmount }: ObservedEvent,
): void {
  const { merchant: named } = transaction;
  if (!named) return;
  addToMerchant(amountMinor, time, logAmount);
  storeHistory(merchant, table, merchantEntry < 0 ? table.findOrAdd(named.id) : merchantEntry);
}

export function deviceRole(
  { device: table }: FeatureState,
  { transaction, time, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  const { deviceId } = transaction;
  if (deviceId === undefined) return;
  deviceEntry = table.find(deviceId);
  sharedGroup(table, device, deviceEntry, accountHash, time, I.device_accounts_24h, out);
}

export function keepDevice({ device: table }: FeatureState, event: ObservedEvent): void {
  const { deviceId } = event.transaction;
  if (deviceId === undefined) return;
  addToShared(device, event.accountHash, event.amountMinor, event.time);
  storeHistory(device, table, deviceEntry < 0 ? table.findOrAdd(deviceId) : deviceEntry);
}

export function ipRole(
  { ip: table }: FeatureState,
  { transaction, time, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  if (transaction.ip === undefined) return;
  ipEntry = table.find(transaction.ip);
  sharedGroup(table, ip, ipEntry, accountHash, time, I.ip_accounts_24h, out);
}

export function keepIp({ ip: table }: FeatureState, event: ObservedEvent): void {
  const { ip: address } = event.transaction;
  if (address === undefined) return;
  addToShared(ip, event.accountHash, event.amountMinor, event.time);
  storeHistory(ip, table, ipEntry < 0 ? table.findOrAdd(address) : ipEntry);
}

export function counterpartyRole(
  { counterparty: table }: FeatureState,
  { transaction, time, amountMinor, perMajor, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  const { counterpartyId } = transaction;
  if (counterpartyId === undefined) return;
  counterpartyEntry = table.find(counterpartyId);
  sharedGroup(table, counterparty, counterpartyEntry, accountHash, time, I.counterparty_senders_24h, out);
  // The sum counts this payment: it is added here already, and to a copy, since tiles are read where they are stored.
  if (counterparty.tiled) ownTheTiles(counterparty);
  addToShared(counterparty, accountHash, amountMinor, time);
  counterparty.window(time - DAY, time);
  out[I.counterparty_amount_sum_24h] = counterparty.windowSum / perMajor;
}

export function keepCounterparty({ counterparty: table }: FeatureState, event: ObservedEvent): void {
  const { counterpartyId } = event.transaction;
  if (counterpartyId === undefined) return;
  storeHistory(
    counterparty,
    table,
    counterpartyEntry < 0 ? table.findOrAdd(counterpartyId) : counterpartyEntry,
  );
}

const DELAYED_WINDOWS = [
  { seconds: DAY, count: I.merchant_tx_count_1d_delayed, rate: I.merchant_fraud_rate_1d_delayed },
  { seconds: 7 * DAY, count: I.merchant_tx_count_7d_delayed, rate: I.merchant_fraud_rate_7d_delayed },
  { seconds: 30 * DAY, count: I.merchant_tx_count_30d_delayed, rate: I.merchant_fraud_rate_30d_delayed },
];

function merchantGroup(
  state: FeatureState,
  merchantId: string,
  perMajor: number,
  time: number,
  logAmount: number,
  out: Float64Array,
): void {
  merchantEntry = state.merchant.find(merchantId);
  loadHistory(merchant, state.merchant, merchantEntry);
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
  if (merchant.count > 0 && merchant.firstSeen <= time)
    out[I.merchant_age_days] = ageDays(time, merchant.firstSeen);
}

/** What the loaded merchant's known frauds tell; labels are taken as complete up to `end`. */
function merchantFrauds(perMajor: number, time: number, end: number, out: Float64Array): void {
  const last = merchant.lastFraudAt <= time ? merchant.lastFraudAt : merchant.lastFraudUntil(time);
  if (last > 0 && time - last < AGE_LIMIT_DAYS * DAY) {
    out[I.merchant_days_since_known_fraud] = ageDays(time, last);
    merchant.window(last, Math.max(end, last));
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

/** Adds an event to the merchant that is loaded. */
function addToMerchant(amountMinor: number, time: number, logAmount: number): void {
  merchant.logSum += logAmount;
  merchant.logSquareSum += logAmount * logAmount;
  merchant.add(time, amountMinor);
}

/** Devices, IP addresses and payees: who else uses them. `first` is the group's first feature. */
function sharedGroup(
  table: EntityTable,
  history: History,
  entry: number,
  accountHash: number,
  time: number,
  first: number,
  out: Float64Array,
): void {
  loadHistory(history, table, entry);
  const [accounts] = history.keySets;
  out[first] = distinctKeys(accounts, time - DAY, time, accountHash);
  out[first + 1] = distinctKeys(accounts, time - 30 * DAY, time, accountHash);
  history.window(time - DAY, time);
  out[first + 2] = history.windowCount + 1;
  out[first + 3] = history.count > 0 ? ageDays(time, history.firstSeen) : 0;
  out[first + 4] = history.knownFrauds;
}

/** Adds an event to the device, IP address or payee that is loaded. */
function addToShared(history: History, accountHash: number, amountMinor: number, time: number): void {
  keepKey(history.keySets[0], accountHash, time);
  history.add(time, amountMinor);
}

/** What the account received as the payee of others. */
export function inboundGroup(
  state: FeatureState,
  { transaction, time, perMajor }: ObservedEvent,
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
    addToMerchant(amountMinor, timeSeconds, event.logAmount);
    storeHistory(merchant, state.merchant, entry);
  }
  const add = (table: EntityTable, history: History, key: string | undefined): void => {
    if (key === undefined) return;
    const entry = table.findOrAdd(key);
    loadToAdd(history, table, entry, timeSeconds);
    addToShared(history, accountHash, amountMinor, timeSeconds);
    storeHistory(history, table, entry);
  };
  add(state.device, device, event.deviceId);
  add(state.ip, ip, event.ip);
  add(state.counterparty, counterparty, event.counterpartyId);
}
