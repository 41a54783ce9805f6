// Values of a feature that does not serve yet, on transactions of the past.
import type { TurnedOut, ValueBin } from '../features/value-histogram.ts';

export type PreviewQuestion = {
  /** A document that was checked. */
  readonly document: unknown;
  /** A feature that it has. */
  readonly feature: string;
};

export type PreviewRow = {
  readonly id: string;
  readonly atMs: number;
  readonly value: number;
  /** What an analyst would read. */
  readonly text: string;
  readonly turnedOut: TurnedOut;
};

export type FeaturePreview = {
  /** Transactions that were looked at, the newest. */
  readonly rows: number;
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
  /** How many have a value, and how many of all are labelled. */
  readonly known: number;
  readonly frauds: number;
  readonly genuine: number;
  /** What a transaction takes for it, with what it uses, by itself; undefined where that cannot be told. */
  readonly meanMicros: number | undefined;
  readonly bins: readonly ValueBin[];
  /** Those that have a value, newest first. */
  readonly latest: readonly PreviewRow[];
};

/**
 * **Contract**
 * - PREVIEW1 Values are those that the code that decides computes, for the newest 5,000 transactions at most, with histories that
 *   begin at the first of them; nothing of it is kept.
 * - PREVIEW2 One is computed at once and few wait; one that takes longer than twenty seconds ends.
 *
 * **Caller invariants**
 * - The document was checked, and has the feature.
 */
export type FeaturePreviewer = {
  /** Throws OverCapacityError where too many wait, InputError where it takes too long. */
  preview(question: PreviewQuestion): Promise<FeaturePreview>;
};
