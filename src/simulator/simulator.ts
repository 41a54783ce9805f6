// A seeded stream of believable transactions with frauds among them, in event-time order.
//
// Arrivals are a Poisson process at the asked rate. The population is as large as the rate needs, so that each
// account pays as often as people do whatever the rate; one that paid a moment ago is passed over.
import { createRandom } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import { createEventQueue } from './event-queue.ts';
import { campaign, FRAUD_MIX, FRAUD_TYPES, type FraudType } from './fraud.ts';
import { createMerchants } from './merchants.ts';
import { createPopulation } from './population.ts';
import { activityAt, type Draft, ordinary } from './spending.ts';

export type SimulatedEvent = {
  readonly transaction: Transaction;
  readonly fraudType: string | undefined;
  /** Of a campaign that was started by hand. */
  readonly campaign?: number;
};

/** A campaign that was started by hand. */
export type StartedCampaign = {
  readonly campaign: number;
  readonly accounts: readonly string[];
  readonly transactions: number;
  readonly untilMs: number;
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
  /** Other rates from moments on, in the order of time. */
  readonly later?: readonly LaterRate[];
};
export type LaterRate = { readonly fromMs: number; readonly rate: number; readonly dayRhythm: boolean };

export const DEFAULT_FRAUD_SHARE = 0.005;
const MERCHANTS_PER_PLACE = 150;
const MAX_ACCOUNTS = 2_000_000;
const USUAL_GAP_MS = 40 * 60_000;
/** What an account does on a usual day; the population is as large as the rate needs. */
const PAYMENTS_PER_DAY = 4;
/** Campaigns last for hours: those that began in this time before the stream go on in it. */
const UNDER_WAY_MS = 6 * 3_600_000;
const MAX_UNDER_WAY = 5000;
const DAY_SECONDS = 86_400;
const HOUR_MS = 3_600_000;
/** A campaign that somebody starts by hand is watched: one of days is told in this time. */
const LONGEST_INJECTED_MS = 60_000;

export function createSimulator(options: SimulatorOptions): Simulator {
  const random = createRandom(options.seed, Math.floor(options.startMs / 1000));
  const merchants = createMerchants(options.seed, MERCHANTS_PER_PLACE);
  const population = createPopulation(options.seed, merchants);
  const fraudShare = options.fraudShare ?? DEFAULT_FRAUD_SHARE;
  const pending = createEventQueue<{ draft: Draft; type: FraudType; started?: number }>();
  let started = 0;
  const idPrefix = options.idPrefix ?? 'tx-';
  const accountsFor = (perSecond: number): number =>
    Math.min(MAX_ACCOUNTS, Math.ceil((perSecond * DAY_SECONDS) / PAYMENTS_PER_DAY));
  let accounts = Math.max(options.accounts ?? 100, accountsFor(options.rate));
  let lastSeen = new Float64Array(Math.max(accounts, 1024));
  let clockMs = options.startMs;
  let { rate } = options;
  let later = options.later ?? [];
  let dayRhythm = options.dayRhythm ?? false;
  let numbered = 0;
  const meanSize = FRAUD_TYPES.reduce(
    (sum, type) => sum + FRAUD_MIX[type].share * FRAUD_MIX[type].meanSize,
    0,
  );
  const campaignShare = fraudShare / meanSize;

  function drawAccount(): number {
    for (let attempt = 0; attempt < 6; attempt++) {
      // Some people pay far more often than others.
      const account = Math.floor(accounts * random.next() ** 1.6);
      if (lastSeen[account] === 0)
        lastSeen[account] = options.lastSeenMs?.(population.accountId(account)) ?? 1;
      if (clockMs - lastSeen[account] > USUAL_GAP_MS * random.next() * 2) return account;
    }
    if (accounts >= MAX_ACCOUNTS) return random.below(accounts);
    growTo(accounts + 1);
    return accounts - 1;
  }

  function growTo(wanted: number): void {
    if (wanted > lastSeen.length) {
      const longer = new Float64Array(wanted * 2);
      longer.set(lastSeen);
      lastSeen = longer;
    }
    accounts = wanted;
  }

  function drawFraudType(): FraudType {
    let target = random.next();
    for (const type of FRAUD_TYPES) {
      target -= FRAUD_MIX[type].share;
      if (target < 0) return type;
    }
    return 'cnp_stolen_credentials';
  }

  const context = { population, random, drawAccount };

  function start(type: FraudType, atMs: number): void {
    for (const draft of campaign(type, atMs, context)) pending.push(draft.occurredAtMs, { draft, type });
  }

  function inject(type: FraudType, atMs: number): StartedCampaign {
    const drafts = campaign(type, atMs, context);
    const span = Math.max(...drafts.map(({ occurredAtMs }) => occurredAtMs)) - atMs;
    const pace = Math.min(1, LONGEST_INJECTED_MS / Math.max(1, span));
    const number = ++started;
    for (const draft of drafts) {
      const occurredAtMs = Math.round(atMs + pace * (draft.occurredAtMs - atMs));
      pending.push(occurredAtMs, { draft: { ...draft, occurredAtMs }, type, started: number });
    }
    return {
      campaign: number,
      accounts: [...new Set(drafts.map(({ accountId }) => accountId))],
      transactions: drafts.length,
      untilMs: atMs + pace * span,
    };
  }

  const finish = (draft: Draft): Transaction => ({ id: `${idPrefix}${(numbered++).toString(36)}`, ...draft });

  /** Time of the next ordinary arrival (Lewis and Shedler's thinning where the rate follows the day). */
  function advance(): number {
    for (;;) {
      clockMs += random.exponential(1000 / rate) / (dayRhythm ? 2.1 : 1);
      if (!dayRhythm) return clockMs;
      // Most of the population lives an hour ahead of UTC.
      const local = clockMs + HOUR_MS;
      const weekday = (Math.floor(local / 86_400_000) + 3) % 7;
      if (random.next() < activityAt(Math.floor(local / HOUR_MS) % 24, weekday) / 2.1) return clockMs;
    }
  }

  const campaigns = Math.min(MAX_UNDER_WAY, (UNDER_WAY_MS / 1000) * rate * campaignShare);
  for (let i = 0; i < campaigns; i++) {
    const type = drawFraudType();
    for (const draft of campaign(type, options.startMs - UNDER_WAY_MS * random.next(), context)) {
      if (draft.occurredAtMs >= options.startMs) pending.push(draft.occurredAtMs, { draft, type });
    }
  }
  let arrivalMs = advance();
  return {
    next() {
      for (;;) {
        const [change] = later;
        if (change && arrivalMs >= change.fromMs) {
          // Arrivals have no memory: from the moment of the change on they are drawn anew.
          ({ rate, dayRhythm } = change);
          clockMs = change.fromMs;
          later = later.slice(1);
          growTo(Math.max(accounts, accountsFor(rate)));
          arrivalMs = advance();
        }
        if (pending.peekTime() <= arrivalMs) {
          const item = pending.pop();
          if (item)
            return {
              transaction: finish({ ...item.draft, occurredAtMs: Math.round(item.draft.occurredAtMs) }),
              fraudType: item.type,
              ...(item.started !== undefined && { campaign: item.started }),
            };
        }
        const at = Math.round(arrivalMs);
        clockMs = arrivalMs;
        const isCampaign = random.next() < campaignShare;
        const account = drawAccount();
        arrivalMs = advance();
        if (isCampaign) {
          start(drawFraudType(), at);
          continue;
        }
        lastSeen[account] = at;
        return { transaction: finish(ordinary(population, account, at, random)), fraudType: undefined };
      }
    },
    inject,
    retune(next, fromMs) {
      rate = next;
      later = [];
      growTo(Math.max(accounts, accountsFor(rate)));
      clockMs = Math.max(clockMs, fromMs);
      arrivalMs = advance();
    },
    get accounts() {
      return accounts;
    },
  };
}
