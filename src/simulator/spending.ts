// What an account does on an ordinary moment: where it is, what it buys, how it pays.
import type { Random } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { SimulatedMerchant } from './merchants.ts';
import { PLACES } from './places.ts';
import type { Habits, Population } from './population.ts';

const DAY_MS = 86_400_000;

/** A transaction without its id. */
export type Draft = Omit<Transaction, 'id'>;

/** How busy the hour is, mean 1: quiet nights, a lunch peak and an evening peak. */
const HOURLY = [
  0.25, 0.15, 0.1, 0.08, 0.1, 0.2, 0.5, 0.9, 1.2, 1.3, 1.35, 1.5, 1.75, 1.6, 1.35, 1.35, 1.5, 1.75, 1.8, 1.5,
  1.15, 0.9, 0.65, 0.42,
] as const;

/** Relative activity at a local hour and weekday (0 Monday). */
export function activityAt(localHour: number, weekday: number): number {
  return HOURLY[localHour] * (weekday === 6 ? 0.8 : weekday === 5 ? 1.15 : 1);
}

/** Where the account is at a time: at home, or on one of its trips. */
export function placeAt(habits: Habits, account: number, timeMs: number): number {
  const day = Math.floor(timeMs / DAY_MS) + account;
  if (day % habits.tripEveryDays >= habits.tripDays) return habits.home;
  // The trip's number picks the place, so that it stays the same for the whole trip.
  const trip = Math.floor(day / habits.tripEveryDays);
  const pick = (Math.imul(trip + 1, 2654435761) ^ Math.imul(account + 1, 40503)) >>> 0;
  return pick % PLACES.length;
}

export function amountFor(merchant: SimulatedMerchant, wealth: number, random: Random): number {
  const major = merchant.kind.median * wealth * Math.exp(merchant.kind.spread * random.normal());
  return Math.max(50, Math.round(major * 100));
}

/** A point within a few kilometres of a place's centre. */
export function near(place: number, random: Random): { lat: number; lon: number } {
  const { lat, lon } = PLACES[place];
  return {
    lat: Math.round((lat + 0.05 * random.normal()) * 1e4) / 1e4,
    lon: Math.round((lon + 0.05 * random.normal()) * 1e4) / 1e4,
  };
}

export function cardPurchase(
  habits: Habits,
  merchant: SimulatedMerchant,
  timeMs: number,
  amountMinor: number,
  place: number,
  channel: 'chip' | 'contactless' | 'magstripe',
  random: Random,
): Draft {
  const { city, country } = PLACES[place];
  return {
    accountId: habits.accountId,
    occurredAtMs: timeMs,
    amountMinor,
    currency: 'EUR',
    type: 'purchase',
    channel,
    merchant: { id: merchant.id, name: merchant.name, mcc: merchant.kind.mcc },
    country,
    city,
    location: near(place, random),
  };
}

export function onlinePurchase(
  habits: Habits,
  merchant: SimulatedMerchant,
  timeMs: number,
  amountMinor: number,
  deviceId: string,
  ip: string,
): Draft {
  return {
    accountId: habits.accountId,
    occurredAtMs: timeMs,
    amountMinor,
    currency: 'EUR',
    type: 'purchase',
    channel: 'ecommerce',
    merchant: { id: merchant.id, name: merchant.name, mcc: merchant.kind.mcc },
    country: PLACES[merchant.place].country,
    deviceId,
    ip,
  };
}

export function transferTo(
  habits: Habits,
  counterpartyId: string,
  timeMs: number,
  amountMinor: number,
  deviceId: string,
  ip: string,
  channel: 'mobile_app' | 'online_banking',
): Draft {
  return {
    accountId: habits.accountId,
    occurredAtMs: timeMs,
    amountMinor,
    currency: 'EUR',
    type: 'transfer',
    channel,
    country: PLACES[habits.home].country,
    deviceId,
    ip,
    counterpartyId,
  };
}

export function cashWithdrawal(
  habits: Habits,
  timeMs: number,
  amountMinor: number,
  place: number,
  random: Random,
): Draft {
  const { city, country } = PLACES[place];
  return {
    accountId: habits.accountId,
    occurredAtMs: timeMs,
    amountMinor,
    currency: 'EUR',
    type: 'withdrawal',
    channel: 'atm',
    merchant: { id: `atm-${country}-${random.below(40)}`, name: `ATM ${city}`, mcc: '6011' },
    country,
    city,
    location: near(place, random),
  };
}

/** One ordinary transaction of an account. */
export function ordinary(population: Population, account: number, timeMs: number, random: Random): Draft {
  const habits = population.habits(account);
  const place = placeAt(habits, account, timeMs);
  const device = habits.devices[random.below(habits.devices.length)];
  const away = place !== habits.home;
  const date = new Date(timeMs);
  const sinceSalary = (date.getUTCDate() - habits.salaryDay + 31) % 31;
  const wealth = habits.wealth * (sinceSalary < 4 ? 1.25 : 1);
  const kind = random.next();
  if (kind < habits.transferShare) {
    const payee =
      random.next() < 0.08
        ? `payee-${random.below(40_000).toString(36)}`
        : habits.payees[random.below(habits.payees.length)];
    // Rent and other large payments are part of life.
    const major = random.next() < 0.12 ? 600 + 900 * random.next() : 70 * Math.exp(0.9 * random.normal());
    const amount = Math.max(100, Math.round(major * wealth * 100));
    const channel = random.next() < 0.7 ? 'mobile_app' : 'online_banking';
    return transferTo(habits, payee, timeMs, amount, device, habits.ip, channel);
  }
  if (kind < habits.transferShare + habits.cashShare) {
    return cashWithdrawal(habits, timeMs, 2000 * (1 + random.below(10)), place, random);
  }
  if (kind < habits.transferShare + habits.cashShare + 0.03) {
    const bill = Math.round(4500 * wealth * Math.exp(0.5 * random.normal()));
    return {
      ...transferTo(habits, habits.payees[0], timeMs, bill, device, habits.ip, 'online_banking'),
      type: 'payment',
    };
  }
  const wantsOnline = random.next() < habits.onlineShare;
  const usual = habits.favourites.filter((m) => m.kind.online === wantsOnline);
  const loyal = usual.length > 0 && (wantsOnline || !away) && random.next() < habits.loyalty;
  const merchant = loyal
    ? usual[random.below(usual.length)]
    : population.merchantNear(place, wantsOnline, random);
  const amount = amountFor(merchant, wealth, random);
  if (wantsOnline) return onlinePurchase(habits, merchant, timeMs, amount, device, habits.ip);
  const channel =
    random.next() < 0.03 ? 'magstripe' : amount < 5000 || random.next() < 0.4 ? 'contactless' : 'chip';
  return cardPurchase(habits, merchant, timeMs, amount, place, channel, random);
}
