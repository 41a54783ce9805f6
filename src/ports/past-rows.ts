// Past transactions for backtests: many at once, only what rules can read.
import type { SegmentKind } from '../domain/segment.ts';
import type { LookedAt } from '../models/unbiased.ts';
import type { StoredPast } from '../rules/past-columns.ts';

/**
 * **Contract**
 * - ROWS1 Pages hold each decision once, with the catalogue it was made with, newest first, and end when nothing is left.
 * - ROWS2 Outcomes, sources and hits are of the newest rows at most, each counted once, and what is not labelled is not called genuine.
 * - ROWS3 Delays are of labels that came in within the time asked for, and never below nothing.
 * - ROWS4 What people were asked about is told back to the first of it that was decided while nothing was drawn, and what nobody told of is called nothing.
 */
export type PastRows = {
  /** Newest first; `before` is the last offset of the page before. */
  page(
    before: number | undefined,
    limit: number,
  ): Promise<{ readonly rows: readonly StoredPast[]; readonly last: number | undefined }>;
  /** How decisions before a moment turned out, by each part they can be told into; of the newest `maxRows` at most. */
  outcomes(untilMs: number, maxRows: number): Promise<readonly SegmentOutcome[]>;
  /** Where labels come from and how late; of the newest `maxRows` at most. */
  labelSources(maxRows: number): Promise<readonly LabelSourceFigures[]>;
  /**
   * From decision to label, in milliseconds, of labels that came in from `fromMs` (inclusive) to `untilMs` (exclusive); of
   * the newest `maxRows` at most.
   */
  labelDelays(fromMs: number, untilMs: number, maxRows: number): Promise<Float64Array>;
  /** What people were asked about, flagged or drawn, of what was decided before a moment; of the newest `maxRows` at most. */
  askedAbout(untilMs: number, maxRows: number): Promise<AskedAbout>;
  /** What each rule held for among the newest transactions, and how many of these were fraud; mature is what was decided before a moment. */
  hits(newest: number, matureUntilMs: number): Promise<readonly RuleHits[]>;
};

export type AskedAbout = {
  readonly rows: readonly LookedAt[];
  /** When the first of them was decided; undefined where there is none. */
  readonly sinceMs: number | undefined;
  /** Approved since then, and known as fraud by whoever told of it. */
  readonly missedForCertain: number;
};

export type SegmentOutcome = {
  readonly kind: SegmentKind;
  readonly name: string;
  readonly rows: number;
  /** With a verdict; the others are taken as genuine once they are old enough. */
  readonly labelled: number;
  readonly frauds: number;
  /** Sent to review or declined. */
  readonly flagged: number;
  readonly caught: number;
  /** Of frauds, and of those that were caught; minor units of the base currency. */
  readonly fraudMinor: number;
  readonly caughtMinor: number;
};

export type LabelSourceFigures = {
  readonly source: string;
  readonly labels: number;
  readonly frauds: number;
  /** From decision to label: half of them by then, nine in ten by then; undefined where no decision is stored any more. */
  readonly medianDelayMs: number | undefined;
  readonly p90DelayMs: number | undefined;
  readonly latestAtMs: number;
};

export type RuleHits = {
  readonly id: string;
  readonly version: number;
  readonly shadow: boolean;
  readonly hits: number;
  readonly labelled: number;
  readonly frauds: number;
  /** Old enough for their labels, and the frauds among them. */
  readonly mature: number;
  readonly matureFrauds: number;
};
