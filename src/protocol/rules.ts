// Rules and their trials as the API answers them.
import type { RuleAction } from '../domain/decision.ts';

export type RuleMessage = {
  readonly id: string;
  readonly version: number;
  /** Null where they are hidden. */
  readonly expression: string | null;
  readonly action: RuleAction;
  readonly text: string | null;
  /** 1 is the most important. */
  readonly priority: number;
  readonly state: 'draft' | 'shadow' | 'live' | 'retired';
  readonly author: string;
  readonly createdAt: string;
  readonly movedBy: string | null;
  readonly movedAt: string | null;
  /** Among the newest decisions; null while it is not in service. */
  readonly hits: { readonly count: number; readonly labelled: number; readonly frauds: number } | null;
  /** In this process; null while it is not in service here. */
  readonly costs: {
    readonly errors: number;
    readonly lastError: string | null;
    readonly meanMicros: number | null;
    readonly suspended: boolean;
    /** Why, in words. */
    readonly suspendedBecause: string | null;
  } | null;
};

export type RulesMessage = {
  readonly rules: readonly RuleMessage[];
  readonly rulesetVersion: string;
  /** How many of the newest decisions the hits are counted in. */
  readonly counted: number;
  readonly fourEyes: boolean;
};

export type NameMessage = {
  readonly name: string;
  readonly type: string;
  readonly about: string;
};

/** Writing `text` between two characters puts it right. */
export type FixMessage = { readonly start: number; readonly end: number; readonly text: string };
export type HintMessage = {
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly fix?: FixMessage;
};
export type CheckMessage =
  | {
      readonly ok: true;
      readonly features: readonly string[];
      readonly lists: readonly string[];
      readonly warnings: readonly HintMessage[];
    }
  | ({ readonly ok: false } & HintMessage);

export type BacktestMessage = {
  readonly id: string;
  readonly state: 'reading' | 'running' | 'done' | 'cancelled' | 'failed';
  readonly done: number;
  readonly of: number;
  readonly problem: string | null;
  readonly runMs: number | null;
  readonly threads: number | null;
  readonly result: {
    readonly rows: number;
    readonly from: string;
    readonly until: string;
    readonly days: number;
    readonly labelled: number;
    readonly frauds: number;
    readonly hits: number;
    readonly hitsPerDay: number;
    readonly newHits: number;
    readonly newHitsPerDay: number;
    /** Among labelled hits; null where none is labelled. */
    readonly precision: number | null;
    /** Of labelled frauds; null where there is none. */
    readonly recall: number | null;
    /** Hundredths of a currency unit; currencies are not converted. */
    readonly fraudMinor: number;
    readonly caughtMinor: number;
    readonly newCaughtMinor: number;
    readonly newHitFrauds: number;
    readonly errors: number;
    readonly firstError: string | null;
    readonly overlap: readonly { readonly id: string; readonly both: number; readonly theirs: number }[];
    readonly sample: readonly string[];
  } | null;
};
