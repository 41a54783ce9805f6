// The campaigns of fraud that are under way: begun by chance or by hand, and told transaction by transaction.
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
  /** Share of arrivals that begin a campaign. */
  readonly share: number;
  /** Those that began before a stream starts go on in it. */
  beginBefore(startMs: number, rate: number): void;
  /** Begins one, of a type as often as it occurs. */
  begin(atMs: number): void;
  /** Starts one by hand: it is watched, so one of days is told in a minute. */
  inject(type: FraudType, atMs: number): StartedCampaign;
  /** Takes the next transaction of any of them, where it comes up to then. */
  take(untilMs: number): CampaignStep | undefined;
};

/** Campaigns last for hours: those that began in this time before the stream go on in it. */
const UNDER_WAY_MS = 6 * 3_600_000;
const MAX_UNDER_WAY = 5000;
const LONGEST_INJECTED_MS = 60_000;

/** `fraudShare` is that of transactions. */
export function createCampaigns(context: CampaignContext, fraudShare: number): Campaigns {
  const { random } = context;
  const pending = createEventQueue<CampaignStep>();
  let started = 0;
  const meanSize = FRAUD_TYPES.reduce(
    (sum, type) => sum + FRAUD_MIX[type].share * FRAUD_MIX[type].meanSize,
    0,
  );
  const share = fraudShare / meanSize;

  function drawType(): FraudType {
    let target = random.next();
    for (const type of FRAUD_TYPES) {
      target -= FRAUD_MIX[type].share;
      if (target < 0) return type;
    }
    return 'cnp_stolen_credentials';
  }

  return {
    share,
    beginBefore(startMs, rate) {
      const campaigns = Math.min(MAX_UNDER_WAY, (UNDER_WAY_MS / 1000) * rate * share);
      for (let i = 0; i < campaigns; i++) {
        const type = drawType();
        for (const draft of campaign(type, startMs - UNDER_WAY_MS * random.next(), context)) {
          if (draft.occurredAtMs >= startMs) pending.push(draft.occurredAtMs, { draft, type });
        }
      }
    },
    begin(atMs) {
      const type = drawType();
      for (const draft of campaign(type, atMs, context)) pending.push(draft.occurredAtMs, { draft, type });
    },
    inject(type, atMs) {
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
    },
    take: (untilMs) => (pending.peekTime() <= untilMs ? pending.pop() : undefined),
  };
}
