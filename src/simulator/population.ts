// The people: each account's habits follow from the seed and its number alone, so that nobody is stored.
import { createRandom, type Random } from '../domain/random.ts';
import type { SimulatedMerchant } from './merchants.ts';
import { HOME_PLACES, PLACES } from './places.ts';

export type Habits = {
  readonly accountId: string;
  readonly home: number;
  /** Multiplies usual amounts. */
  readonly wealth: number;
  readonly onlineShare: number;
  readonly transferShare: number;
  readonly cashShare: number;
  /** Share of payments at one of the favourite merchants. */
  readonly loyalty: number;
  readonly favourites: readonly SimulatedMerchant[];
  readonly devices: readonly string[];
  readonly ip: string;
  readonly payees: readonly string[];
  readonly nightOwl: boolean;
  /** Every how many days a trip starts, and how long it is. */
  readonly tripEveryDays: number;
  readonly tripDays: number;
  readonly salaryDay: number;
};

export type Population = {
  habits(account: number): Habits;
  accountId(account: number): string;
  /** A merchant of the place (or an online one), by how often people go there. */
  merchantNear(place: number, online: boolean, random: Random): SimulatedMerchant;
  /** A merchant as thieves choose it. */
  merchantForFraud(place: number, online: boolean, random: Random): SimulatedMerchant;
};

const ACCOUNTS_KEPT = 10_000;

/** Index in cumulative weights. */
function drawWeighted(cumulative: Float64Array, random: Random): number {
  const target = random.next() * cumulative[cumulative.length - 1];
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle] > target) high = middle;
    else low = middle + 1;
  }
  return low;
}

function cumulate(weights: readonly number[]): Float64Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  weights.forEach((weight, i) => {
    sum += weight;
    sums[i] = sum;
  });
  return sums;
}

type Choice = {
  readonly merchants: readonly SimulatedMerchant[];
  readonly usual: Float64Array;
  readonly fraud: Float64Array;
};

function choiceOf(merchants: readonly SimulatedMerchant[]): Choice {
  // The first merchants of a kind are the popular ones.
  const weights = merchants.map((merchant, i) => merchant.kind.weight / (1 + (i % 7)));
  return {
    merchants,
    usual: cumulate(weights),
    fraud: cumulate(merchants.map((merchant) => merchant.kind.fraudWeight)),
  };
}

export function createPopulation(seed: number, merchants: readonly SimulatedMerchant[]): Population {
  const byPlace = PLACES.map((_, place) =>
    choiceOf(merchants.filter((m) => !m.kind.online && m.place === place)),
  );
  const online = choiceOf(merchants.filter((m) => m.kind.online));
  const homeWeights = cumulate(HOME_PLACES.map((place) => PLACES[place].weight));
  // Two generations: when the newer one is full, the older one is forgotten.
  let newer = new Map<number, Habits>();
  let older = new Map<number, Habits>();
  const accountId = (account: number): string => `acc-${account.toString(36).padStart(5, '0')}`;

  function make(account: number): Habits {
    const random = createRandom(seed, 100_000 + account);
    const home = HOME_PLACES[drawWeighted(homeWeights, random)];
    const favourites = Array.from({ length: 5 + random.below(9) }, () => {
      const choice = random.next() < 0.25 ? online : byPlace[home];
      return choice.merchants[drawWeighted(choice.usual, random)];
    });
    const id = account.toString(36);
    return {
      accountId: accountId(account),
      home,
      wealth: Math.exp(0.45 * random.normal()),
      onlineShare: 0.1 + 0.35 * random.next(),
      transferShare: 0.04 + 0.08 * random.next(),
      cashShare: 0.02 + 0.06 * random.next(),
      loyalty: 0.65 + 0.3 * random.next(),
      favourites,
      devices: random.next() < 0.3 ? [`dev-${id}-a`, `dev-${id}-b`] : [`dev-${id}-a`],
      // Households share a line; a few sit behind the same large gateway.
      ip:
        random.next() < 0.03
          ? `100.64.0.${random.below(60)}`
          : `10.${(account >> 17) & 255}.${(account >> 9) & 255}.${(account >> 1) & 255}`,
      // Landlords and relatives are shared with a few neighbours, whatever the size of the population; billers by all.
      payees: Array.from({ length: 2 + random.below(5) }, () =>
        random.next() < 0.15
          ? `biller-${random.below(40)}`
          : `payee-${(account >> 3).toString(36)}-${random.below(24)}`,
      ),
      nightOwl: random.next() < 0.12,
      tripEveryDays: 30 + random.below(200),
      tripDays: 3 + random.below(10),
      salaryDay: random.next() < 0.7 ? 25 + random.below(4) : 1 + random.below(15),
    };
  }

  return {
    accountId,
    habits(account) {
      const known = newer.get(account);
      if (known) return known;
      const habits = older.get(account) ?? make(account);
      if (newer.size >= ACCOUNTS_KEPT) {
        older = newer;
        newer = new Map();
      }
      newer.set(account, habits);
      return habits;
    },
    merchantNear(place, isOnline, random) {
      const choice = isOnline ? online : byPlace[place];
      return choice.merchants[drawWeighted(choice.usual, random)];
    },
    merchantForFraud(place, isOnline, random) {
      const choice = isOnline ? online : byPlace[place];
      return choice.merchants[drawWeighted(choice.fraud, random)];
    },
  };
}
