// From a transaction and the histories it touches to its feature vector, and on to the next histories.
// One group of features per entity; each reads that entity's past and the current transaction, nothing else.
import { minorPerMajor } from '../domain/codes.ts';
import type { Label } from '../domain/label.ts';
import type { Transaction } from '../domain/transaction.ts';
import {
  AGE_LIMIT_DAYS,
  HIGH_AMOUNT_MAJOR,
  INDEX,
  LABEL_DELAY_DAYS,
  SMALL_AMOUNT_MAJOR,
  UNUSUAL_TIMES,
} from './catalogue.ts';
import { createEntityTable, type EntityTable } from './entity-table.ts';
import { History, type HistoryShape } from './history.ts';
import { loadHistory, loadToAdd, storeHistory } from './history-codec.ts';
import { distinctKeys, keepKey, keyLastSeen } from './key-set.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;
const LABEL_DELAY = LABEL_DELAY_DAYS * DAY;
const MERCHANT_RETENTION = 30 * DAY + LABEL_DELAY;
const EARTH_RADIUS_KM = 6371.0088;

/** The kinds of entities that have a history, and how much of it is kept. */
export const ENTITY_SHAPES = {
  account: { retentionSeconds: 30 * DAY, exactEvents: 256, keySets: [24, 8, 8, 12] },
  merchant: { retentionSeconds: MERCHANT_RETENTION, exactEvents: 256, keySets: [] },
  device: { retentionSeconds: DAY, exactEvents: 64, keySets: [16] },
  ip: { retentionSeconds: DAY, exactEvents: 64, keySets: [16] },
  counterparty: { retentionSeconds: DAY, exactEvents: 64, keySets: [16] },
} as const satisfies Record<string, HistoryShape>;

export type EntityKind = keyof typeof ENTITY_SHAPES;
export const ENTITY_KINDS: readonly EntityKind[] = ['account', 'merchant', 'device', 'ip', 'counterparty'];

/** All histories, by kind of entity. */
export type FeatureState = { readonly [K in EntityKind]: EntityTable };

export function createFeatureState(): FeatureState {
  return {
    account: createEntityTable(),
    merchant: createEntityTable(),
    device: createEntityTable(),
    ip: createEntityTable(),
    counterparty: createEntityTable(),
  };
}

const account = new History(ENTITY_SHAPES.account);
const merchant = new History(ENTITY_SHAPES.merchant);
const device = new History(ENTITY_SHAPES.device);
const ip = new History(ENTITY_SHAPES.ip);
const counterparty = new History(ENTITY_SHAPES.counterparty);
const inbound = new History(ENTITY_SHAPES.counterparty);
const scratchByKind: { readonly [K in EntityKind]: History } = {
  account,
  merchant,
  device,
  ip,
  counterparty,
};

/** 32-bit hash of a key, never 0 (FNV-1a). */
export function keyHash(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash ^= hash >>> 15;
  return hash >>> 0 || 1;
}

function countryCode(country: string): number {
  return country.charCodeAt(0) * 256 + country.charCodeAt(1);
}

/** Great-circle distance in km (haversine). */
export function distanceKm(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const radians = Math.PI / 180;
  const a =
    Math.sin(((lat2 - lat1) * radians) / 2) ** 2 +
    Math.cos(lat1 * radians) * Math.cos(lat2 * radians) * Math.sin(((lon2 - lon1) * radians) / 2) ** 2;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(a)));
}

/** Standard score of a log amount against the running sums of a history; NaN with fewer than 3 values. */
function zscore(history: History, logAmount: number): number {
  if (history.count < 3) return Number.NaN;
  const mean = history.logSum / history.count;
  const variance = Math.max(history.logSquareSum / history.count - mean * mean, 0.01);
  return (logAmount - mean) / Math.sqrt(variance);
}

const I = INDEX;

const ageDays = (time: number, since: number): number =>
  Math.min(AGE_LIMIT_DAYS, Math.max(0, time - since) / DAY);

/** The usual amount of a history with events, in major units; at least a hundredth. */
const usualAmount = (history: History): number => Math.max(Math.expm1(history.logSum / history.count), 0.01);

/**
 * What a transaction does to one history, in the order in which it does it. `account` and `inbound` belong to its
 * account, the others to whom it names; `inbound` reads what the account received as the payee of others.
 */
export const ROLES = ['account', 'inbound', 'merchant', 'device', 'ip', 'counterparty'] as const;
export type Role = (typeof ROLES)[number];

/** The key of the history that a role is about; undefined when the transaction has none. */
export function roleKey(role: Role, transaction: Transaction): string | undefined {
  switch (role) {
    case 'account':
    case 'inbound':
      return transaction.accountId;
    case 'merchant':
      return transaction.merchant?.id;
    case 'device':
      return transaction.deviceId;
    case 'ip':
      return transaction.ip;
    case 'counterparty':
      return transaction.counterpartyId;
  }
}

/**
 * Computes the feature vector of a transaction into `out` (FEATURE_COUNT values; the fitted category
 * encodings are left NaN for the model to fill) and adds the transaction to the histories it belongs to.
 * Returns false when it came so late that the account's windows no longer hold its time.
 */
export function observe(state: FeatureState, transaction: Transaction, out: Float64Array): boolean {
  out.fill(Number.NaN);
  const event = eventOf(transaction);
  transactionGroup(event.time, event.amount, event.logAmount, out);
  const inTime = accountGroup(state, transaction, event.time, event.perMajor, event.logAmount, out);
  inboundGroup(state, transaction, event.time, event.perMajor, out);
  merchantRole(state, event, out);
  deviceRole(state, event, out);
  ipRole(state, event, out);
  counterpartyRole(state, event, out);
  return inTime;
}

/**
 * The part of `observe` that is about one history; the other features are left NaN. A history that is given all
 * its roles in order is the one that `observe` keeps, and the parts together are its vector.
 */
export function observeRole(
  state: FeatureState,
  role: Role,
  transaction: Transaction,
  out: Float64Array,
): void {
  out.fill(Number.NaN);
  ROLE_PARTS[role](state, eventOf(transaction), out);
}

type ObservedEvent = {
  readonly transaction: Transaction;
  readonly time: number;
  readonly perMajor: number;
  readonly amount: number;
  readonly logAmount: number;
  readonly accountHash: number;
};

function eventOf(transaction: Transaction): ObservedEvent {
  const perMajor = minorPerMajor(transaction.currency);
  const amount = transaction.amountMinor / perMajor;
  return {
    transaction,
    time: Math.floor(transaction.occurredAtMs / 1000),
    perMajor,
    amount,
    logAmount: Math.log1p(amount),
    accountHash: keyHash(transaction.accountId),
  };
}

function merchantRole(
  state: FeatureState,
  { transaction, time, perMajor, logAmount }: ObservedEvent,
  out: Float64Array,
): void {
  if (transaction.merchant)
    merchantGroup(state, transaction.merchant.id, transaction.amountMinor, perMajor, time, logAmount, out);
}

function deviceRole(
  state: FeatureState,
  { transaction, time, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  const { deviceId, amountMinor } = transaction;
  if (deviceId !== undefined)
    sharedGroup(state.device, device, deviceId, accountHash, amountMinor, time, I.device_accounts_24h, out);
}

function ipRole(
  state: FeatureState,
  { transaction, time, accountHash }: ObservedEvent,
  out: Float64Array,
): void {
  const { amountMinor } = transaction;
  if (transaction.ip !== undefined)
    sharedGroup(state.ip, ip, transaction.ip, accountHash, amountMinor, time, I.ip_accounts_24h, out);
}

function counterpartyRole(
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

const ROLE_PARTS: Readonly<
  Record<Role, (state: FeatureState, event: ObservedEvent, out: Float64Array) => void>
> = {
  account(state, { transaction, time, perMajor, amount, logAmount }, out) {
    transactionGroup(time, amount, logAmount, out);
    accountGroup(state, transaction, time, perMajor, logAmount, out);
  },
  inbound: (state, { transaction, time, perMajor }, out) =>
    inboundGroup(state, transaction, time, perMajor, out),
  merchant: merchantRole,
  device: deviceRole,
  ip: ipRole,
  counterparty: counterpartyRole,
};

function transactionGroup(time: number, amount: number, logAmount: number, out: Float64Array): void {
  const hour = Math.floor(time / HOUR) % 24;
  // 1970-01-01 was a Thursday.
  const dayOfWeek = (Math.floor(time / DAY) + 3) % 7;
  out[I.amount] = amount;
  out[I.amount_log] = logAmount;
  out[I.hour] = hour;
  out[I.day_of_week] = dayOfWeek;
  out[I.is_night] = hour <= 6 ? 1 : 0;
  out[I.is_weekend] = dayOfWeek >= 5 ? 1 : 0;
  out[I.is_high_amount] = amount >= HIGH_AMOUNT_MAJOR ? 1 : 0;
}

const ACCOUNT_WINDOWS = [
  { seconds: HOUR, count: I.account_tx_count_1h, sum: I.account_amount_sum_1h, mean: -1 },
  {
    seconds: DAY,
    count: I.account_tx_count_24h,
    sum: I.account_amount_sum_24h,
    mean: I.account_amount_mean_24h,
  },
  {
    seconds: 7 * DAY,
    count: I.account_tx_count_7d,
    sum: I.account_amount_sum_7d,
    mean: I.account_amount_mean_7d,
  },
  {
    seconds: 30 * DAY,
    count: I.account_tx_count_30d,
    sum: I.account_amount_sum_30d,
    mean: I.account_amount_mean_30d,
  },
];

function accountGroup(
  state: FeatureState,
  transaction: Transaction,
  time: number,
  perMajor: number,
  logAmount: number,
  out: Float64Array,
): boolean {
  const { amountMinor } = transaction;
  const entry = state.account.findOrAdd(transaction.accountId);
  loadHistory(account, state.account, entry);
  const known = account.count > 0;
  for (const window of ACCOUNT_WINDOWS) {
    account.window(time - window.seconds, time);
    const count = account.windowCount + 1;
    const sum = account.windowSum + amountMinor;
    out[window.count] = count;
    out[window.sum] = sum / perMajor;
    if (window.mean >= 0) out[window.mean] = sum / perMajor / count;
  }
  // The last window was the 30 days.
  out[I.account_known_frauds_30d] = account.windowFrauds;
  const others = account.windowCount;
  if (others > 0) out[I.amount_to_account_mean] = amountMinor / Math.max(account.windowSum / others, 1);
  const smallLimit = SMALL_AMOUNT_MAJOR * perMajor;
  out[I.account_small_amount_count_1h] =
    account.countBelow(time - HOUR, time, smallLimit) + (amountMinor < smallLimit ? 1 : 0);
  if (known) {
    out[I.account_age_days] = ageDays(time, account.firstSeen);
    const usualMinor = usualAmount(account) * perMajor;
    out[I.amount_to_account_usual] = amountMinor / usualMinor;
    // Tiles do not know single amounts.
    if (!account.tiled) {
      const limit = UNUSUAL_TIMES * usualMinor;
      const own = amountMinor >= limit ? 1 : 0;
      account.scan(time - 30 * DAY, time - 7 * DAY, time, limit);
      out[I.account_unusual_count_7d] = account.scanAboveRecent + own;
      out[I.account_unusual_count_30d] = account.scanAbove + own;
      if (others > 0) out[I.amount_to_account_max_30d] = amountMinor / Math.max(account.scanLargest, 1);
    }
    out[I.amount_zscore] = zscore(account, logAmount);
    out[I.account_seconds_since_last] = Math.max(0, time - account.lastSeen);
  }
  accountKeys(transaction, time, known, out);
  accountPlace(transaction, time, known, out);
  if (account.knownFrauds > 0 && time - account.lastFraudAt < AGE_LIMIT_DAYS * DAY) {
    out[I.account_days_since_known_fraud] = ageDays(time, account.lastFraudAt);
  }
  account.logSum += logAmount;
  account.logSquareSum += logAmount * logAmount;
  const inTime = account.add(time, amountMinor);
  storeHistory(account, state.account, entry);
  return inTime;
}

function accountKeys(transaction: Transaction, time: number, known: boolean, out: Float64Array): void {
  const [merchants, devices, countries, counterparties] = account.keySets;
  const merchantHash = transaction.merchant ? keyHash(transaction.merchant.id) : 0;
  const deviceHash = transaction.deviceId !== undefined ? keyHash(transaction.deviceId) : 0;
  const country = transaction.country !== undefined ? countryCode(transaction.country) : 0;
  const payee = transaction.counterpartyId !== undefined ? keyHash(transaction.counterpartyId) : 0;
  if (known) {
    if (merchantHash) out[I.is_unknown_merchant] = keyLastSeen(merchants, merchantHash) ? 0 : 1;
    if (deviceHash) out[I.is_new_device] = keyLastSeen(devices, deviceHash) ? 0 : 1;
    if (country) out[I.is_new_country] = keyLastSeen(countries, country) ? 0 : 1;
    if (payee) out[I.is_new_counterparty] = keyLastSeen(counterparties, payee) ? 0 : 1;
  }
  out[I.account_distinct_merchants_24h] = distinctKeys(merchants, time - DAY, time, merchantHash);
  out[I.account_distinct_merchants_30d] = distinctKeys(merchants, time - 30 * DAY, time, merchantHash);
  out[I.account_distinct_devices_24h] = distinctKeys(devices, time - DAY, time, deviceHash);
  out[I.account_distinct_devices_30d] = distinctKeys(devices, time - 30 * DAY, time, deviceHash);
  out[I.account_distinct_countries_24h] = distinctKeys(countries, time - DAY, time, country);
  out[I.account_distinct_countries_30d] = distinctKeys(countries, time - 30 * DAY, time, country);
  out[I.account_distinct_counterparties_24h] = distinctKeys(counterparties, time - DAY, time, payee);
  if (merchantHash) keepKey(merchants, merchantHash, time);
  if (deviceHash) keepKey(devices, deviceHash, time);
  if (country) keepKey(countries, country, time);
  if (payee) keepKey(counterparties, payee, time);
}

function accountPlace(transaction: Transaction, time: number, known: boolean, out: Float64Array): void {
  if (transaction.country !== undefined) {
    const country = countryCode(transaction.country);
    if (known && account.homeWeight > 0) out[I.is_foreign_country] = country === account.homeCountry ? 0 : 1;
    // Majority vote of Boyer and Moore (1981): two bytes find the country that most payments were made in.
    if (account.homeWeight === 0) {
      account.homeCountry = country;
      account.homeWeight = 1;
    } else if (country === account.homeCountry) account.homeWeight = Math.min(account.homeWeight + 1, 200);
    else account.homeWeight--;
  }
  if (transaction.location === undefined) return;
  const { lat, lon } = transaction.location;
  if (account.locatedAt > 0) {
    const distance = distanceKm(account.lat, account.lon, lat, lon);
    // A minute at least: two stamps of the same second are no proof of infinite speed.
    const elapsedHours = Math.max(Math.abs(time - account.locatedAt), 60) / HOUR;
    out[I.distance_from_last_km] = distance;
    out[I.speed_from_last_kmh] = distance / elapsedHours;
  }
  if (time >= account.locatedAt) {
    account.lat = lat;
    account.lon = lon;
    account.locatedAt = time;
  }
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
  const end = time - LABEL_DELAY;
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
  merchant.scanFrauds(time - MERCHANT_RETENTION, time);
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

/** What a transaction adds to the histories that accounts share: enough to bring another copy of them up to date. */
export type SharedEvent = {
  readonly timeSeconds: number;
  readonly amountMinor: number;
  /** ln(1 + amount in major units) */
  readonly logAmount: number;
  readonly accountHash: number;
} & SharedKeys;

export type SharedKeys = {
  readonly merchantId?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly ip?: string | undefined;
  readonly counterpartyId?: string | undefined;
};

export function sharedEventOf(transaction: Transaction): SharedEvent {
  return {
    timeSeconds: Math.floor(transaction.occurredAtMs / 1000),
    amountMinor: transaction.amountMinor,
    logAmount: Math.log1p(transaction.amountMinor / minorPerMajor(transaction.currency)),
    accountHash: keyHash(transaction.accountId),
    merchantId: transaction.merchant?.id,
    deviceId: transaction.deviceId,
    ip: transaction.ip,
    counterpartyId: transaction.counterpartyId,
  };
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

/** What the account received as the payee of others. */
function inboundGroup(
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
  const history = scratchByKind[kind];
  loadHistory(history, table, entry);
  history.label(time, fraud);
  history.knownFrauds = Math.max(0, history.knownFrauds + (fraud ? 1 : -1));
  if (fraud) history.lastFraudAt = Math.max(history.lastFraudAt, time);
  else if (history.knownFrauds === 0) history.lastFraudAt = 0;
  storeHistory(history, table, entry);
}
