// A seeded stream of believable transactions with frauds among them, in event-time order.
//
// Arrivals are a Poisson process at the asked rate. The population is as large as the rate needs, so that each
// account pays as often as people do whatever the rate; one that paid a moment ago is passed over.
import { createRandom, type Random } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import { type Arrivals, advance, rateAt } from './arrivals.ts';
import { createCampaigns, type StartedCampaign } from './campaigns.ts';
import type { FraudType } from './fraud.ts';
import { createLastSeen } from './last-seen.ts';
import { createMerchants } from './merchants.ts';
import { createPopulation } from './population.ts';
import { type Draft, ordinary } from './spending.ts';

export type SimulatedEvent = {
  readonly transaction: Transaction;
  readonly fraudType: string | undefined;
  /** Of a campaign that was started by hand. */
  readonly campaign?: number;
};

export type Simulator = {
  /** The next transaction; their times never go back. */
  next(): SimulatedEvent;
  /** Starts a campaign of a chosen type at a time; one that would last for long is told faster. Undefined where there are none. */
  inject(type: FraudType, atMs: number): StartedCampaign | undefined;
  /** Another rate from a moment on; ordinary transactions that would have come before it are left out. */
  retune(rate: number, fromMs: number): void;
  readonly accounts: number;
};

export type SimulatorOptions = {
  readonly seed: number;
  /** Mean transactions a second. */
  readonly rate: number;
  readonly startMs: number;
  readonly fraudShare?: number;
  /** Accounts at least; there are always as many as the rate needs. */
  readonly accounts?: number;
  /** Whether the rate follows the time of day. */
  readonly dayRhythm?: boolean;
  /** Ids are this and a running number. */
  readonly idPrefix?: string;
  /** When an account paid last, before this stream began; 0 for never. */
  readonly lastSeenMs?: (accountId: string) => number;
};

export const DEFAULT_FRAUD_SHARE = 0.005;
export const MERCHANTS_PER_PLACE = 150;
const MAX_ACCOUNTS = 2_000_000;
const USUAL_GAP_MS = 40 * 60_000;
/** What an account does on a usual day; the population is as large as the rate needs. */
const PAYMENTS_PER_DAY = 4;
const DAY_SECONDS = 86_400;
const HOUR_MS = 3_600_000;

export const accountsFor = (perSecond: number): number =>
  Math.min(MAX_ACCOUNTS, Math.ceil((perSecond * DAY_SECONDS) / PAYMENTS_PER_DAY));

export function createSimulator(options: SimulatorOptions): Simulator {
  const { fraudShare = DEFAULT_FRAUD_SHARE, idPrefix = 'tx-' } = options;
  const random = createRandom(options.seed, Math.floor(options.startMs / 1000));
  const merchants = createMerchants(options.seed, MERCHANTS_PER_PLACE);
  const population = createPopulation(options.seed, merchants);
  const seen = createLastSeen(Math.max(options.accounts ?? 100, accountsFor(options.rate)));
  // Frauds are arrivals, too.
  const ordinaryRate = (rate: number): number => rate * (1 - fraudShare);
  const arrivals: Arrivals = {
    atMs: options.startMs,
    rate: ordinaryRate(options.rate),
    dayRhythm: options.dayRhythm ?? false,
    // Most of the population lives an hour ahead of UTC.
    aheadMs: HOUR_MS,
  };
  let numbered = 0;

  /** Some people pay far more often than others. */
  const oneOf = (accounts: number, chance: Random): number => Math.floor(accounts * chance.next() ** 1.6);
  /** As many as there are by the rate alone, so that a later stream draws the same. */
  let victims = seen.accounts;

  function drawAccount(): number {
    for (let attempt = 0; attempt < 6; attempt++) {
      const account = oneOf(seen.accounts, random);
      if (seen.at(account) === 0) seen.set(account, options.lastSeenMs?.(population.accountId(account)) ?? 1);
      if (arrivals.atMs - seen.at(account) > USUAL_GAP_MS * random.next() * 2) return account;
    }
    if (seen.accounts >= MAX_ACCOUNTS) return random.below(seen.accounts);
    seen.growTo(seen.accounts + 1);
    return seen.accounts - 1;
  }

  const finish = (draft: Draft): Transaction => ({ id: `${idPrefix}${(numbered++).toString(36)}`, ...draft });

  const campaigns = createCampaigns(
    { population, random, drawAccount },
    {
      seed: options.seed,
      startMs: options.startMs,
      fraudShare,
      drawVictim: (chance) => oneOf(victims, chance),
    },
  );
  const nowAt = (timeMs: number): number => rateAt(arrivals, timeMs) / (1 - fraudShare);
  /** Arrivals have no memory: from a change of the rate on they are drawn anew. */
  function changeRate(rate: number, fromMs: number): void {
    campaigns.beginUntil(fromMs, nowAt);
    arrivals.rate = ordinaryRate(rate);
    arrivals.atMs = fromMs;
    victims = Math.max(victims, accountsFor(rate));
    seen.growTo(Math.max(seen.accounts, victims));
    advance(arrivals, random);
  }

  campaigns.beginUntil(options.startMs, nowAt);
  advance(arrivals, random);
  return {
    next() {
      campaigns.beginUntil(arrivals.atMs, nowAt);
      const step = campaigns.take(arrivals.atMs);
      if (step)
        return {
          transaction: finish({ ...step.draft, occurredAtMs: Math.round(step.draft.occurredAtMs) }),
          fraudType: step.type,
          ...(step.started !== undefined && { campaign: step.started }),
        };
      const at = Math.round(arrivals.atMs);
      const account = drawAccount();
      advance(arrivals, random);
      seen.set(account, at);
      return { transaction: finish(ordinary(population, account, at, random)), fraudType: undefined };
    },
    inject: campaigns.inject,
    retune(rate, fromMs) {
      changeRate(rate, Math.max(arrivals.atMs, fromMs));
    },
    get accounts() {
      return seen.accounts;
    },
  };
}
