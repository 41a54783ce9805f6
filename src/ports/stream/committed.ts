// What was committed, as those who follow a stream need it: counts of all, and of the decisions themselves only what is shown.
import { baseHundredths } from '../../domain/base-amount.ts';
import type { Decision } from '../../domain/decision.ts';
import { countryOf } from '../../domain/transaction.ts';
import type { Decided, Labelled } from '../../engine/process-batch.ts';

/** What is counted of a decision. */
export type DecisionCount = Pick<Decision, 'outcome' | 'score' | 'decidedAtMs'> & {
  readonly country: string;
  /** Its amount in hundredths of the base currency's unit; 0 when it was approved. */
  readonly flaggedMinor: number;
};

/**
 * **Contract**
 * - TOLD1 Every decision is counted once; those that were flagged, and all labels, are there whole.
 * - TOLD2 The latest are the newest of all decisions, in their order, and no more than asked for.
 */
export type Committed = {
  /** Of every decision. */
  readonly counts: readonly DecisionCount[];
  readonly flagged: readonly Decided[];
  /** The newest of all decisions, at most so many, in their order; read when they are asked for. */
  latest(atMost: number): readonly Decided[];
  readonly labelled: readonly Labelled[];
};

export const flaggedMinorOf = ({ decision, transaction }: Decided): number =>
  decision.outcome === 'approve' ? 0 : baseHundredths(transaction);

/** Of decisions that are there as a whole. */
export const committedOf = (decided: readonly Decided[], labelled: readonly Labelled[]): Committed => ({
  counts: decided.map((item) => ({
    outcome: item.decision.outcome,
    score: item.decision.score,
    decidedAtMs: item.decision.decidedAtMs,
    country: countryOf(item.transaction),
    flaggedMinor: flaggedMinorOf(item),
  })),
  flagged: decided.filter(({ decision }) => decision.outcome !== 'approve'),
  latest: (atMost) => decided.slice(-atMost),
  labelled,
});
