// The campaigns of fraud that are under way: begun by chance or by hand, and told transaction by transaction.
//
// What begins in a minute follows from the seed, the minute and the rate alone. Whoever starts a stream in the middle of a day
// therefore goes on with the campaigns whose first steps an earlier stream of this seed and rate has told.
import { createRandom, type Random } from '../domain/random.ts';
import { createEventQueue } from './event-queue.ts';
import { type CampaignContext, campaign, FRAUD_MIX, FRAUD_TYPES, type FraudType } from './fraud.ts';
import type { Draft } from './spending.ts';

/** A campaign that was started by hand. */
export type StartedCampaign = {
  readonly campaign: number;
  readonly accounts: readonly string[];
  readonly transactions: number;
  readonly untilMs: number;
};

/** `started` is the number of a campaign that was started by hand. */
export type CampaignStep = { readonly draft: Draft; readonly type: FraudType; readonly started?: number };

export type Campaigns = {
  /** Begins what begins by chance up to a time, at so many transactions a second; what began before the first call goes on. */
  beginUntil(untilMs: number, rateAt: (timeMs: number) => number): void;
  /** Starts one by hand: it is watched, so one of days is told in a minute. */
  inject(type: FraudType, atMs: number): StartedCampaign;
  /** Takes the next transaction of any of them, where it comes up to then. */
  take(untilMs: number): CampaignStep | undefined;
};

export type CampaignsOptions = {
  readonly seed: number;
  readonly startMs: number;
  /** Of transactions. */
  readonly fraudShare: number;
  /** An account to be hit, by random numbers that are the campaign's own. */
  readonly drawVictim: (random: Random) => number;
};

const SLOT_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Most campaigns are over by then; merchants stay compromised and credit is drawn for days. */
const SHORT_MS = 8 * HOUR_MS;
const LONG_MS = 72 * HOUR_MS;
const LONG_TYPES: ReadonlySet<FraudType> = new Set(['merchant_compromise', 'first_party_bust_out']);
/** However fast the stream is: of more than these only the latest go on. */
const MOST_BEFORE = 100_000;
const LONGEST_INJECTED_MS = 60_000;
/** Apart from the streams that people and payments are drawn from. */
const STREAM = 0x63616d70;

const MEAN_SIZE = FRAUD_TYPES.reduce(
  (sum, type) => sum + FRAUD_MIX[type].share * FRAUD_MIX[type].meanSize,
  0,
);

function drawType(random: Random): FraudType {
  let target = random.next();
  for (const type of FRAUD_TYPES) {
    target -= FRAUD_MIX[type].share;
    if (target < 0) return type;
  }
  return 'cnp_stolen_credentials';
}

export function createCampaigns(
  { random, ...people }: CampaignContext,
  { seed, startMs, fraudShare, drawVictim }: CampaignsOptions,
): Campaigns {
  const pending = createEventQueue<CampaignStep>();
  let started = 0;
  /** The first minute whose campaigns have not begun. */
  let nextSlot: number | undefined;

  /** A share of all arrivals begins a campaign: as many in a minute as chance has it. */
  function beginSlot(slot: number, ratePerSecond: number): void {
    const perSlot = ((ratePerSecond * SLOT_MS) / 1000) * (fraudShare / MEAN_SIZE);
    if (perSlot <= 0) return;
    const chance = createRandom(seed, STREAM ^ slot);
    const isOver = (slot + 1) * SLOT_MS < startMs - SHORT_MS;
    for (let at = chance.exponential(1 / perSlot); at < 1; at += chance.exponential(1 / perSlot)) {
      const type = drawType(chance);
      const own = createRandom(chance.below(2 ** 31), slot);
      if (isOver && !LONG_TYPES.has(type)) continue;
      const context = { population: people.population, random: own, drawAccount: () => drawVictim(own) };
      for (const draft of campaign(type, (slot + at) * SLOT_MS, context))
        if (draft.occurredAtMs >= startMs) pending.push(draft.occurredAtMs, { draft, type });
    }
  }

  return {
    beginUntil(untilMs, rateAt) {
      if (nextSlot === undefined) {
        const perMs = (rateAt(startMs) / 1000) * (fraudShare / MEAN_SIZE);
        const lookBackMs = Math.min(LONG_MS, MOST_BEFORE / Math.max(perMs, Number.MIN_VALUE));
        nextSlot = Math.floor((startMs - lookBackMs) / SLOT_MS);
      }
      for (; nextSlot * SLOT_MS <= untilMs; nextSlot++) beginSlot(nextSlot, rateAt(nextSlot * SLOT_MS));
    },
    inject(type, atMs) {
      const drafts = campaign(type, atMs, { ...people, random });
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
    },
    take: (untilMs) => (pending.peekTime() <= untilMs ? pending.pop() : undefined),
  };
}
