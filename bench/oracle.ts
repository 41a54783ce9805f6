// The best that any model of the simulated stream could say: an oracle that was told how the simulator works.
//
// It knows each person's habits (home and trips, wealth, devices, address, payees, merchants), how often each kind of fraud begins and
// what it looks like, and from the first step of a campaign on that it is under way. What it does not know is which of two things
// that both may happen did. It says the odds of fraud by Bayes' rule: how often this very payment of this account comes about by each
// kind of fraud, over how often it comes about at all. What its owner cannot have done is fraud.
import type { Transaction } from '../src/domain/transaction.ts';
import { FRAUD_MIX, FRAUD_TYPES, type FraudType } from '../src/simulator/fraud.ts';
import { createMerchants, type SimulatedMerchant } from '../src/simulator/merchants.ts';
import { PLACES } from '../src/simulator/places.ts';
import { createPopulation, type Habits } from '../src/simulator/population.ts';
import { accountsFor, DEFAULT_FRAUD_SHARE, MERCHANTS_PER_PLACE } from '../src/simulator/simulator.ts';
import { placeAt } from '../src/simulator/spending.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Campaigns whose steps look like what the owner of the card does, and how long after a step the next one comes. */
const AFTER_A_STEP = {
  stolen_card_spree: { fromMs: 4 * MINUTE_MS, toMs: 25 * MINUTE_MS, goesOn: 4.5 / 5.5, factor: [1, 2.5] },
  merchant_compromise: { fromMs: 0.2 * HOUR_MS, toMs: 4 * HOUR_MS, goesOn: 19 / 20, factor: [1.5, 5] },
  first_party_bust_out: { fromMs: 0.3 * HOUR_MS, toMs: 6 * HOUR_MS, goesOn: 8 / 9, factor: [2, 5] },
} as const;
type Alike = keyof typeof AFTER_A_STEP;
const ALIKE = Object.keys(AFTER_A_STEP) as Alike[];

const MEAN_SIZE = FRAUD_TYPES.reduce(
  (sum, type) => sum + FRAUD_MIX[type].share * FRAUD_MIX[type].meanSize,
  0,
);

/** Density of the logarithm of an amount around a median. */
function lognormal(major: number, median: number, spread: number): number {
  const z = Math.log(major / median) / spread;
  return Math.exp(-0.5 * z * z) / (spread * Math.sqrt(2 * Math.PI));
}

/** The same where the amount was multiplied by anything between two factors. */
function raised(
  major: number,
  median: number,
  spread: number,
  [low, high]: readonly [number, number],
): number {
  const points = 12;
  let sum = 0;
  for (let i = 0; i < points; i++)
    sum += lognormal(major / (low + ((high - low) * (i + 0.5)) / points), median, spread);
  return sum / points;
}

type Shares = { readonly usual: Map<string, number>; readonly fraud: Map<string, number> };

function sharesOf(merchants: readonly SimulatedMerchant[]): Shares {
  const shares = (weight: (merchant: SimulatedMerchant, i: number) => number): Map<string, number> => {
    const total = merchants.reduce((sum, merchant, i) => sum + weight(merchant, i), 0);
    return new Map(merchants.map((merchant, i) => [merchant.id, weight(merchant, i) / total]));
  };
  return {
    usual: shares(({ kind }, i) => kind.weight / (1 + (i % 7))),
    fraud: shares(({ kind }) => kind.fraudWeight),
  };
}

/** How often the owner makes this payment, of a thousand that the owner makes: 0 for never. */
function ownerShare(
  transaction: Transaction,
  habits: Habits,
  place: number,
  merchants: ReadonlyMap<string, SimulatedMerchant>,
  shares: (online: boolean) => Shares,
): number {
  const { type, channel, merchant, deviceId, ip, amountMinor, occurredAtMs, counterpartyId } = transaction;
  if (deviceId !== undefined && !habits.devices.includes(deviceId)) return 0;
  if (ip !== undefined && ip !== habits.ip) return 0;
  if (transaction.city !== undefined && transaction.city !== PLACES[place].city) return 0;
  const { transferShare, cashShare, onlineShare } = habits;
  if (type === 'withdrawal') return amountMinor <= 20_000 ? cashShare / 10 : 0;
  if (type === 'payment') return 0.03;
  // Whoever is paid by nobody but thieves is known as such.
  if (type === 'transfer')
    return habits.payees.includes(counterpartyId ?? '') || !/^payee-x|^acc-/.test(counterpartyId ?? '')
      ? transferShare
      : 0;
  const known = merchants.get(merchant?.id ?? '');
  if (!known) return 0;
  const online = channel === 'ecommerce';
  const usual = habits.favourites.filter(({ kind }) => kind.online === online);
  const loyal = usual.length > 0 && (online || place === habits.home) ? habits.loyalty : 0;
  const favourite = usual.filter(({ id }) => id === known.id).length / Math.max(1, usual.length);
  const chosen = loyal * favourite + (1 - loyal) * (shares(online).usual.get(known.id) ?? 0);
  const sinceSalary = (new Date(occurredAtMs).getUTCDate() - habits.salaryDay + 31) % 31;
  const wealth = habits.wealth * (sinceSalary < 4 ? 1.25 : 1);
  const amount = lognormal(amountMinor / 100, known.kind.median * wealth, known.kind.spread);
  const touch = amountMinor < 5000 ? 0.97 : 0.97 * 0.4;
  const by = online ? 1 : channel === 'magstripe' ? 0.03 : channel === 'contactless' ? touch : 0.97 - touch;
  const purchases = 1 - transferShare - cashShare - 0.03;
  return purchases * (online ? onlineShare : 1 - onlineShare) * chosen * amount * by;
}

/** How likely a step of a kind of fraud is this payment. */
function thiefShare(
  kind: Alike,
  { channel, amountMinor }: Transaction,
  merchant: SimulatedMerchant,
  habits: Habits,
  { usual, fraud }: Shares,
): number {
  const online = channel === 'ecommerce';
  const by = {
    stolen_card_spree: channel === 'contactless' || channel === 'magstripe' ? 0.5 : 0,
    merchant_compromise: channel === 'magstripe' ? 1 : 0,
    first_party_bust_out: online || channel === 'chip' ? 0.5 : 0,
  }[kind];
  if (by === 0 || (online && kind !== 'first_party_bust_out')) return 0;
  const chosen = (kind === 'merchant_compromise' ? usual : fraud).get(merchant.id) ?? 0;
  const { median, spread } = merchant.kind;
  return by * chosen * raised(amountMinor / 100, median * habits.wealth, spread, AFTER_A_STEP[kind].factor);
}

export type Oracle = {
  /** The probability that a payment is fraud, from what came before it. */
  score(transaction: Transaction): number;
  /** What the payment was. */
  tell(transaction: Transaction, fraudType: string | undefined): void;
};

export function createOracle(seed: number, rate: number): Oracle {
  const all = createMerchants(seed, MERCHANTS_PER_PLACE);
  const population = createPopulation(seed, all);
  const merchants = new Map(all.map((merchant) => [merchant.id, merchant]));
  const online = sharesOf(all.filter(({ kind }) => kind.online));
  const inPlace = PLACES.map((_, place) => sharesOf(all.filter((m) => !m.kind.online && m.place === place)));
  const accounts = accountsFor(rate);
  /** When a campaign had its last step, by kind and by the account or merchant that it is about. */
  const under = new Map<string, number>();
  const keyOf = (kind: Alike, { accountId, merchant }: Transaction): string =>
    `${kind} ${kind === 'merchant_compromise' ? merchant?.id : accountId}`;

  /** Steps a millisecond of a campaign that had its last one then. */
  function pace(kind: Alike, sinceMs: number): number {
    const { fromMs, toMs, goesOn } = AFTER_A_STEP[kind];
    if (sinceMs < fromMs || sinceMs >= toMs) return 0;
    const passed = (sinceMs - fromMs) / (toMs - fromMs);
    return goesOn / (toMs - fromMs) / (1 - goesOn * passed);
  }

  return {
    score(transaction) {
      const { accountId, occurredAtMs } = transaction;
      const account = Number.parseInt(accountId.slice('acc-'.length), 36);
      const habits = population.habits(account);
      const place = placeAt(habits, account, occurredAtMs);
      const shares = (isOnline: boolean): Shares => (isOnline ? online : inPlace[place]);
      const genuine = ownerShare(transaction, habits, place, merchants, shares);
      if (genuine === 0) return 1;
      const merchant = merchants.get(transaction.merchant?.id ?? '');
      if (!merchant || transaction.type !== 'purchase') return 0;
      // Payments a millisecond of everybody, and of this account.
      const everybody = rate / 1000;
      const own = (everybody / accounts) * (0.625 * Math.max(0.5 / accounts, account / accounts) ** -0.375);
      let fraud = 0;
      for (const kind of ALIKE) {
        const looks = thiefShare(kind, transaction, merchant, habits, shares(merchant.kind.online));
        const begins = (DEFAULT_FRAUD_SHARE / MEAN_SIZE) * FRAUD_MIX[kind].share;
        const last = under.get(keyOf(kind, transaction));
        const goesOn = last === undefined ? 0 : pace(kind, occurredAtMs - last);
        // A compromised merchant strikes anybody there, at that merchant.
        const atMerchant = kind === 'merchant_compromise';
        const chosen = atMerchant ? (shares(false).usual.get(merchant.id) ?? 1) : 1;
        fraud += looks * (begins + (atMerchant ? goesOn / everybody / chosen : goesOn / own));
      }
      return fraud / (fraud + genuine);
    },
    tell(transaction, fraudType) {
      const kind = ALIKE.find((one) => one === (fraudType as FraudType | undefined));
      if (kind) under.set(keyOf(kind, transaction), transaction.occurredAtMs);
    },
  };
}
