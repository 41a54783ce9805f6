// Messages between server and dashboard: a hello, a snapshot, then differences. Version 1.
import type { Amount } from '../domain/base-amount.ts';
import type { Decision, Outcome } from '../domain/decision.ts';

export const PROTOCOL_VERSION = 1;

/** One decided transaction as a table shows it. */
export type FeedRow = {
  readonly id: string;
  readonly offset: number;
  readonly accountId: string;
  readonly occurredAt: string;
  readonly decidedAt: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** In the desk's base currency, where that is another. */
  readonly base?: Amount;
  readonly type: string;
  readonly channel?: string;
  readonly merchantName?: string;
  readonly mcc?: string;
  readonly country?: string;
  readonly city?: string;
  readonly score: number;
  readonly outcome: Outcome;
  readonly topReason?: string;
  readonly isFraud?: boolean;
};

export type AlertRow = {
  readonly transactionId: string;
  readonly offset: number;
  readonly accountId: string;
  readonly createdAt: string;
  readonly outcome: Outcome;
  readonly score: number;
  readonly amountMinor: number;
  readonly currency: string;
  /** In the desk's base currency, where that is another. */
  readonly base?: Amount;
  readonly country?: string;
  readonly merchantName?: string;
  readonly topReason?: string;
  readonly isFraud: boolean;
  readonly status: 'open' | 'confirmed' | 'dismissed' | 'unsure';
};

export type MinuteCount = {
  readonly minute: string;
  readonly transactions: number;
  readonly reviews: number;
  readonly declines: number;
  readonly scoreSum: number;
  readonly flaggedMinor: number;
};

export type RegionCount = {
  /** ISO 3166-1 alpha-2, or "??" where the transaction named no country. */
  readonly country: string;
  readonly transactions: number;
  readonly flagged: number;
  readonly flaggedMinor: number;
};

export type PeriodTotals = {
  readonly transactions: number;
  readonly reviews: number;
  readonly declines: number;
  readonly flaggedMinor: number;
  /** null when there were no transactions. */
  readonly averageScore: number | null;
};

export type Stats = {
  /** The period the totals stand for, in minutes, ending now; `previous` is the one before it. */
  readonly periodMinutes: number;
  readonly current: PeriodTotals;
  readonly previous: PeriodTotals;
  /** Decisions in the last 60 seconds. */
  readonly transactionsPerMinute: number;
  readonly pendingAlerts: number;
  readonly minutes: readonly MinuteCount[];
  readonly regions: readonly RegionCount[];
  /** Decisions of the period by score, 20 equal bins. */
  readonly scoreBins: readonly number[];
  readonly latencyMs: Latency;
};

/** Measured in the last minute; null where nothing was. */
export type Latency = { readonly p50: number | null; readonly p99: number | null; readonly count: number };

export type ServiceHealth = {
  /** producer, log, engine, state, database, feed; with a stream also workers and sink. */
  readonly name: string;
  readonly title: string;
  readonly status: 'up' | 'degraded' | 'down' | 'unknown';
  /** What the latency is of, in words. */
  readonly measures: string;
  readonly latencyMs: Latency;
  readonly perSecond: number | null;
  readonly waiting: number | null;
  readonly errors: number;
  readonly lastSuccessAt: string | null;
  readonly detail: string;
  /** Of one that is down or slow: since when, and why. */
  readonly trouble: { readonly since: string; readonly why: string } | null;
};
export type Pipeline = {
  readonly services: readonly ServiceHealth[];
  readonly deadLetters: number;
  /** Accepted records that could not be dealt with and wait for somebody. */
  readonly quarantined: number;
  readonly measuredAt: string;
};

export type QualityFigures = {
  readonly rows: number;
  readonly frauds: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly accuracy: number | null;
  readonly auc: number | null;
  readonly averagePrecision: number | null;
  readonly confusion: {
    readonly truePositives: number;
    readonly falsePositives: number;
    readonly trueNegatives: number;
    readonly falseNegatives: number;
  };
};

export type ModelPanel = {
  readonly version: string;
  readonly kind: string;
  readonly trainedAt: string;
  readonly features: number;
  readonly trainingRows: number;
  readonly trainingFrauds: number;
  readonly trainingFrom: string;
  readonly trainingUntil: string;
  readonly thresholds: { readonly review: number; readonly decline: number };
  readonly heldOut: (QualityFigures & { readonly from: string; readonly until: string }) | null;
  /** From decisions older than `maturityMinutes`, whose labels have come in; null while there are none. */
  readonly live: QualityFigures | null;
  readonly maturityMinutes: number;
  /** Features, the score and what comes in that no longer look like training; null while nothing is known. */
  readonly driftAlarms: number | null;
};

export type ServerMessage =
  | {
      readonly type: 'hello';
      readonly protocol: number;
      readonly serverVersion: string;
      readonly serverTime: string;
      /** What sums and losses are in. */
      readonly baseCurrency: string;
    }
  | {
      readonly type: 'snapshot';
      readonly rows: readonly FeedRow[];
      readonly alerts: readonly AlertRow[];
      readonly stats: Stats;
      readonly pipeline: Pipeline;
      readonly model: ModelPanel;
      readonly presence: readonly Presence[];
    }
  | {
      readonly type: 'diff';
      readonly serverTime: string;
      /** Newest last; when more were decided than are shown, `decided` is larger than the rows. */
      readonly rows?: readonly FeedRow[];
      readonly decided?: number;
      readonly alerts?: readonly AlertRow[];
      readonly labels?: readonly { readonly transactionId: string; readonly fraud: boolean }[];
      readonly stats?: Stats;
      readonly pipeline?: Pipeline;
      readonly model?: ModelPanel;
      /** Somebody did something with alerts. */
      readonly queueChanged?: boolean;
      /** Who looks at which alert now; all of them, whenever that changes. */
      readonly presence?: readonly Presence[];
    };

export type Presence = { readonly alert: number; readonly name: string };

/** What a dashboard tells over the feed: the alert it shows, or none. */
export type ClientMessage = { readonly type: 'looking'; readonly alert: number | null };

/** The whole story of one transaction, as GET /v1/transactions/{id} answers it. */
export type TransactionStory = {
  readonly transaction: Record<string, unknown>;
  readonly decision: Omit<Decision, 'decidedAtMs'> & { readonly decidedAt: string };
  readonly offset: number;
  /** How many transactions of its type and channel it is compared with. */
  readonly peers: number;
  /** The alert that it belongs to. */
  readonly alertId: number | null;
  readonly isFraud: boolean | null;
  readonly fraudType: string | null;
  readonly features: readonly {
    readonly name: string;
    readonly group: string;
    readonly unit: string;
    readonly description: string;
    readonly value: number | null;
    readonly text: string;
    /** null when the model that decided is not in service any more. */
    readonly contribution: number | null;
    /** Middle four fifths of the account's earlier transactions; null where there are fewer than five. */
    readonly usual: { readonly low: number; readonly high: number } | null;
    /** The same of the latest transactions of this type and channel, whoever made them; null where there are too few. */
    readonly peers: { readonly low: number; readonly high: number } | null;
  }[];
  /** What contributions add up to: shares of a forest's vote, or log-odds of boosted trees. */
  readonly contributionUnit: 'vote' | 'log-odds' | null;
  readonly baseVote: number | null;
  readonly vote: number | null;
  /** Rules that held, with what each of their conditions was; empty for rules that are not filed any more. */
  readonly rules: readonly {
    readonly id: string;
    readonly version: number;
    readonly action: string;
    readonly text: string;
    /** What the names that it screened fitted when it was decided; null where it screened none. */
    readonly why: string | null;
    readonly shadow: boolean;
    readonly conditions: readonly {
      readonly text: string;
      readonly holds: boolean | null;
      readonly values: readonly { readonly text: string; readonly value: string | number | boolean | null }[];
    }[];
  }[];
  /** The account's transactions around this one, oldest first. */
  readonly neighbours: readonly FeedRow[];
};
