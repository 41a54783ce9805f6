// What the API says of models, as the dashboard reads it.

export type OutcomesMessage = {
  /** Decisions before this are old enough for their labels. */
  readonly until: string;
  readonly segments: readonly {
    readonly kind: 'fraud type' | 'channel' | 'type' | 'country';
    readonly name: string;
    readonly rows: number;
    readonly labelled: number;
    readonly frauds: number;
    readonly flagged: number;
    readonly caught: number;
    readonly fraudMinor: number;
    readonly caughtMinor: number;
  }[];
  readonly labels: readonly {
    readonly source: string;
    readonly labels: number;
    readonly frauds: number;
    readonly medianDelayMs: number | null;
    readonly p90DelayMs: number | null;
    readonly latestAt: string;
  }[];
};

export type ModelState = 'candidate' | 'shadow' | 'challenger' | 'champion' | 'retired';

export type GateCheckMessage = { readonly name: string; readonly passed: boolean; readonly text: string };

export type ListedModel = {
  readonly version: string;
  readonly sha256: string;
  readonly state: ModelState;
  readonly share: number;
  readonly filedAt: string;
  readonly filedBy: string;
  readonly notes: string;
  readonly kind: string;
  readonly features: readonly string[];
  readonly trainingWindow: { readonly source: string; readonly rows: number; readonly frauds: number };
  readonly thresholds: { readonly review: number; readonly decline: number };
  /** Transactions that it could not score or explain in this process, which were reviewed; null out of service. */
  readonly failures: { readonly count: number; readonly last: string | null } | null;
};

export type ModelEventMessage = {
  readonly id: number;
  readonly at: string;
  readonly version: string;
  readonly action: 'filed' | 'moved' | 'rolled back';
  readonly from: ModelState | null;
  readonly to: ModelState;
  readonly share: number;
  readonly who: string;
  readonly note: string;
  readonly gate: readonly GateCheckMessage[] | null;
};

export type ListedModels = {
  readonly models: readonly ListedModel[];
  readonly events: readonly ModelEventMessage[];
  readonly retraining: {
    readonly running: boolean;
    readonly step: string;
    readonly done: number;
    readonly last: { readonly ok: boolean; readonly text: string } | null;
  };
};

/** A model on the latest labelled transactions; `genuine`, `fraud` and `fraudAmountMinor` count by step of the score. */
export type ReviewMessage = {
  readonly version: string;
  readonly rows: number;
  readonly frauds: number;
  readonly auc: number | null;
  readonly averagePrecision: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly brierScore: number | null;
  readonly calibrationError: number | null;
  readonly flagged: number;
  readonly genuine: readonly number[];
  readonly fraud: readonly number[];
  readonly fraudAmountMinor: readonly number[];
  readonly reliability: readonly { readonly said: number; readonly came: number; readonly rows: number }[];
  readonly scoreMicros: number | null;
  readonly thresholds: { readonly review: number; readonly decline: number };
};

export type ReviewsMessage = {
  readonly from: string | null;
  readonly until: string;
  readonly rows: number;
  /** Share of the transactions that somebody gave a verdict on. */
  readonly verdictShare: number;
  readonly stepStarts: readonly number[];
  readonly reviews: readonly ReviewMessage[];
};

/** `before`, `now` and `probability` are null where they are not known. */
export type ShiftMessage = {
  readonly name: string;
  readonly unit: 'share' | 'per hour' | 'ms';
  readonly before: number | null;
  readonly now: number | null;
  readonly probability: number | null;
  readonly alarm: boolean;
};

export type DriftMessage = {
  readonly input: readonly ShiftMessage[];
  readonly rows: number;
  readonly alarmFrom: number;
  readonly features:
    | readonly {
        readonly name: string;
        readonly index: number;
        readonly probability: number;
        readonly missingBefore: number;
        readonly missingAfter: number;
        readonly alarm: boolean;
      }[]
    | null;
};
