// A decision: what the engine answers for one transaction, with its reasons and what made it.

import type { Concept } from './concept.ts';
import { type Draw, sampleOf } from './draw.ts';

export const OUTCOMES = ['approve', 'review', 'decline'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** One reason: the feature, its value, its share of the score (in log-odds or as a share of votes, see the model), in words. */
export type Reason = {
  readonly feature: string;
  readonly value: number | null;
  readonly contribution: number;
  readonly text: string;
};

export const RULE_ACTIONS = ['approve', 'review', 'decline', 'tag'] as const;
export type RuleAction = (typeof RULE_ACTIONS)[number];

export type RuleHit = {
  readonly id: string;
  readonly version: number;
  readonly action: RuleAction;
  /** 1 is the most important. */
  readonly priority: number;
  readonly text: string;
  /** What names it screened fit, where it screened some: the listed name, how well, and which parts fit how. */
  readonly why?: string;
  /** Told, and without effect. */
  readonly shadow?: boolean;
};

export type Decision = {
  readonly transactionId: string;
  readonly outcome: Outcome;
  /** Calibrated probability of fraud, 0 to 1. */
  readonly score: number;
  readonly reasons: readonly Reason[];
  /** What moved the score, by concept: what is told first. None of an approval, of what no model scored, and of before they were kept. */
  readonly concepts: readonly Concept[];
  readonly rules: readonly RuleHit[];
  readonly modelVersion: string;
  readonly rulesetVersion: string;
  readonly catalogueHash: string;
  readonly decidedAtMs: number;
  /** With which chance people look at it; absent where it was not drawn, and where nothing was drawn at all. */
  readonly draw?: Draw;
};

/** Whether people are asked about it: it was flagged, or is a sample. */
export const isLookedAt = ({ outcome, draw }: Pick<Decision, 'outcome' | 'draw'>): boolean =>
  outcome !== 'approve' || sampleOf(draw) !== undefined;

const SEVERITY: Readonly<Record<Outcome, number>> = { approve: 0, review: 1, decline: 2 };

/** The stricter of two outcomes. */
export function stricter(a: Outcome, b: Outcome): Outcome {
  return SEVERITY[a] >= SEVERITY[b] ? a : b;
}
