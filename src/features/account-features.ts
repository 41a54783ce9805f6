// Features of a transaction from its account's own past, and the transaction added to that past. Reading changes nothing
// that is stored: a transaction that cannot be decided leaves no trace.
import { INDEX as I } from './catalogue.ts';
import type { ObservedEvent } from './event.ts';
import { AGE_LIMIT_DAYS, SMALL_AMOUNT_MAJOR, UNUSUAL_TIMES } from './feature-definition.ts';
import { ENTITY_SHAPES, type FeatureState } from './feature-state.ts';
import { History } from './history.ts';
import { loadHistory, storeHistory } from './history-codec.ts';
import { ageDays, usualAmount, zscore } from './history-figures.ts';
import { distinctKeys, isKeyKnown, keepKey, keyHash } from './key-set.ts';
import { keepPlace, placeUntil } from './recent-places.ts';
import { DAY, HOUR } from './units.ts';

const EARTH_RADIUS_KM = 6371.0088;

const account = new History(ENTITY_SHAPES.account);
/** The entry that `account` was read from, or -1. */
let accountEntry = -1;

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

export function accountGroup(
  state: FeatureState,
  { transaction, time, amountMinor, perMajor, logAmount }: ObservedEvent,
  out: Float64Array,
): void {
  accountEntry = state.account.find(transaction.accountId);
  loadHistory(account, state.account, accountEntry);
  // What is stamped later than this payment does not make the account known.
  const known = account.count > 0 && account.firstSeen <= time;
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
    const last = account.lastUntil(time);
    if (last > 0) out[I.account_seconds_since_last] = time - last;
  }
  accountKeys(transaction, time, known, out);
  accountPlace(transaction, time, known, out);
  if (account.knownFrauds > 0) {
    const last = account.lastFraudAt <= time ? account.lastFraudAt : account.lastFraudUntil(time);
    if (last > 0 && time - last < AGE_LIMIT_DAYS * DAY)
      out[I.account_days_since_known_fraud] = ageDays(time, last);
  }
}

/** Adds the transaction to the past that `accountGroup` read last; false where it came too late for any window. */
export function keepAccount(
  state: FeatureState,
  { transaction: { accountId }, time, amountMinor, logAmount }: ObservedEvent,
): boolean {
  account.logSum += logAmount;
  account.logSquareSum += logAmount * logAmount;
  const inTime = account.add(time, amountMinor);
  storeHistory(account, state.account, accountEntry < 0 ? state.account.findOrAdd(accountId) : accountEntry);
  return inTime;
}

type Observed = ObservedEvent['transaction'];

function accountKeys(transaction: Observed, time: number, known: boolean, out: Float64Array): void {
  const [merchants, devices, countries, counterparties] = account.keySets;
  const merchantHash = transaction.merchant ? keyHash(transaction.merchant.id) : 0;
  const deviceHash = transaction.deviceId !== undefined ? keyHash(transaction.deviceId) : 0;
  const country = transaction.country !== undefined ? countryCode(transaction.country) : 0;
  const payee = transaction.counterpartyId !== undefined ? keyHash(transaction.counterpartyId) : 0;
  if (known) {
    if (merchantHash) out[I.is_unknown_merchant] = isKeyKnown(merchants, merchantHash, time) ? 0 : 1;
    if (deviceHash) out[I.is_new_device] = isKeyKnown(devices, deviceHash, time) ? 0 : 1;
    if (country) out[I.is_new_country] = isKeyKnown(countries, country, time) ? 0 : 1;
    if (payee) out[I.is_new_counterparty] = isKeyKnown(counterparties, payee, time) ? 0 : 1;
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

function accountPlace(transaction: Observed, time: number, known: boolean, out: Float64Array): void {
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
  const { places } = account;
  const before = placeUntil(places, time);
  if (before >= 0) {
    const distance = distanceKm(places.lats[before], places.lons[before], lat, lon);
    // A minute at least: two stamps of the same second are no proof of infinite speed.
    const elapsedHours = Math.max(time - places.times[before], 60) / HOUR;
    out[I.distance_from_last_km] = distance;
    out[I.speed_from_last_kmh] = distance / elapsedHours;
  }
  keepPlace(places, time, lat, lon);
}
