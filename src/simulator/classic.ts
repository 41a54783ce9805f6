// The classic preset: 5 % fraud that the thirteen classic features can tell apart, at every hour of the day.
import { createRandom } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import { type Arrivals, advance } from './arrivals.ts';
import { createLastSeen } from './last-seen.ts';
import { createMerchants, type SimulatedMerchant } from './merchants.ts';
import { HOME_PLACES, PLACES } from './places.ts';
import type { SimulatedEvent, Simulator } from './simulator.ts';

export type ClassicOptions = {
  readonly seed: number;
  readonly rate: number;
  readonly startMs: number;
  readonly accounts?: number;
  readonly dayRhythm?: boolean;
  readonly idPrefix?: string;
};

export const CLASSIC_FRAUD_SHARE = 0.05;
export const CLASSIC_TRANSACTIONS = 50_000;
const HOUR_MS = 3_600_000;
const DISTANT = ['NG', 'BR', 'ID', 'TH', 'RO', 'MX', 'TR'];

/** A thief is busier at night: relative number of frauds per UTC hour, mean about 1. */
const FRAUD_BY_HOUR = (hour: number): number => (hour <= 6 ? 1.9 : 0.65);

export function createClassicSimulator(options: ClassicOptions): Simulator {
  const random = createRandom(options.seed, Math.floor(options.startMs / 1000) ^ 0x5eed);
  const merchants = createMerchants(options.seed, 40);
  const shops = merchants.filter((m) => !m.kind.online && HOME_PLACES.includes(m.place));
  const fences = merchants.filter((m) => m.kind.online).slice(0, 60);
  const idPrefix = options.idPrefix ?? 'classic-';
  const seen = createLastSeen(options.accounts ?? 4000);
  const arrivals: Arrivals = {
    atMs: options.startMs,
    rate: options.rate,
    dayRhythm: options.dayRhythm ?? false,
    aheadMs: 0,
  };
  let numbered = 0;

  const favourites = (account: number): readonly SimulatedMerchant[] => {
    const own = createRandom(options.seed, 500_000 + account);
    return Array.from({ length: 6 }, () => shops[own.below(shops.length)]);
  };
  const homeOf = (account: number): string => PLACES[HOME_PLACES[account % HOME_PLACES.length]].country;

  function drawAccount(): number {
    for (let attempt = 0; attempt < 6; attempt++) {
      const account = random.below(seen.accounts);
      if (arrivals.atMs - seen.at(account) > 3 * HOUR_MS * random.next()) return account;
    }
    seen.growTo(seen.accounts + 1);
    return seen.accounts - 1;
  }

  function genuine(account: number): Omit<Transaction, 'id' | 'occurredAtMs'> {
    const own = favourites(account);
    const choice = random.next();
    const pool = choice < 0.84 ? own : choice < 0.97 ? shops : fences;
    const merchant = pool[random.below(pool.length)];
    const major = random.next() < 0.01 ? 400 + 900 * random.next() : 38 * Math.exp(0.75 * random.normal());
    const kind = random.next();
    const away = random.next() < 0.04;
    return {
      accountId: `acc-${account.toString(36).padStart(5, '0')}`,
      amountMinor: Math.max(100, Math.round(Math.min(major, 1400) * 100)),
      currency: 'EUR',
      type: kind < 0.88 ? 'purchase' : kind < 0.95 ? 'withdrawal' : kind < 0.985 ? 'payment' : 'transfer',
      channel: kind < 0.88 ? 'contactless' : kind < 0.95 ? 'atm' : 'online_banking',
      merchant: { id: merchant.id, name: merchant.name, mcc: merchant.kind.mcc },
      country: away ? PLACES[random.below(PLACES.length)].country : homeOf(account),
    };
  }

  function fraudulent(account: number): Omit<Transaction, 'id' | 'occurredAtMs'> {
    const pool = random.next() < 0.92 ? fences : shops;
    const merchant = pool[random.below(pool.length)];
    const major = Math.min(9000, 150 + 900 * Math.exp(0.7 * random.normal()));
    const kind = random.next();
    return {
      accountId: `acc-${account.toString(36).padStart(5, '0')}`,
      amountMinor: Math.round(major * 100),
      currency: 'EUR',
      type: kind < 0.35 ? 'purchase' : kind < 0.7 ? 'transfer' : 'withdrawal',
      channel: kind < 0.35 ? 'ecommerce' : kind < 0.7 ? 'mobile_app' : 'atm',
      merchant: { id: merchant.id, name: merchant.name, mcc: merchant.kind.mcc },
      country: random.next() < 0.85 ? DISTANT[random.below(DISTANT.length)] : homeOf(account),
    };
  }

  return {
    next(): SimulatedEvent {
      advance(arrivals, random);
      const at = Math.round(arrivals.atMs);
      const hour = Math.floor(at / HOUR_MS) % 24;
      const isFraud = random.next() < CLASSIC_FRAUD_SHARE * FRAUD_BY_HOUR(hour);
      const account = drawAccount();
      seen.set(account, at);
      const draft = isFraud ? fraudulent(account) : genuine(account);
      return {
        transaction: { id: `${idPrefix}${(numbered++).toString(36)}`, occurredAtMs: at, ...draft },
        fraudType: isFraud ? 'classic' : undefined,
      };
    },
    inject() {
      // This preset has one kind of fraud, drawn one by one: there is no campaign to start.
      return undefined;
    },
    retune(rate, fromMs) {
      arrivals.rate = rate;
      arrivals.atMs = Math.max(arrivals.atMs, fromMs);
    },
    get accounts() {
      return seen.accounts;
    },
  };
}
