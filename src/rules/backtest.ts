// What a draft would have done to transactions of the past: counts that can be added up over parts.
import type { Outcome, RuleHit } from '../domain/decision.ts';

/** A transaction of the past, as a backtest counts it. */
export type PastRow = {
  readonly id: string;
  readonly decidedAtMs: number;
  /** Hundredths of a currency unit. */
  readonly amountHundredths: number;
  readonly outcome: Outcome;
  /** 1 fraud, 0 genuine, -1 not labelled. */
  readonly label: 1 | 0 | -1;
  readonly hits: readonly Pick<RuleHit, 'id' | 'shadow'>[];
};

export type BacktestCounts = {
  rows: number;
  labelled: number;
  frauds: number;
  /** Amount of all labelled frauds. */
  fraudHundredths: number;
  hits: number;
  hitsLabelled: number;
  /** Hits old enough for their labels, and the frauds among them: what has no label by then is genuine. */
  hitsMature: number;
  hitFraudsMature: number;
  hitFrauds: number;
  hitFraudHundredths: number;
  /** Hits that nothing had flagged, and the frauds among them. */
  newHits: number;
  newHitFrauds: number;
  newHitFraudHundredths: number;
  errors: number;
  firstError: string | undefined;
  fromMs: number;
  untilMs: number;
  /** Hits that a rule of now had, too, by its id. */
  readonly overlap: Map<string, { both: number; theirs: number }>;
  /** Newest hits, for looking at. */
  readonly sample: string[];
};

const SAMPLE = 50;

export const emptyCounts = (): BacktestCounts => ({
  rows: 0,
  labelled: 0,
  frauds: 0,
  fraudHundredths: 0,
  hits: 0,
  hitsLabelled: 0,
  hitsMature: 0,
  hitFraudsMature: 0,
  hitFrauds: 0,
  hitFraudHundredths: 0,
  newHits: 0,
  newHitFrauds: 0,
  newHitFraudHundredths: 0,
  errors: 0,
  firstError: undefined,
  fromMs: Number.POSITIVE_INFINITY,
  untilMs: Number.NEGATIVE_INFINITY,
  overlap: new Map(),
  sample: [],
});

/** Counts one row; rows may come in any order, the sample takes the first. Those decided before `matureUntilMs` are mature. */
export function countRow(counts: BacktestCounts, row: PastRow, holds: boolean, matureUntilMs: number): void {
  counts.rows++;
  if (row.decidedAtMs < counts.fromMs) counts.fromMs = row.decidedAtMs;
  if (row.decidedAtMs > counts.untilMs) counts.untilMs = row.decidedAtMs;
  const fraud = row.label === 1;
  if (row.label >= 0) counts.labelled++;
  if (fraud) {
    counts.frauds++;
    counts.fraudHundredths += row.amountHundredths;
  }
  for (const { id } of row.hits) {
    let both = counts.overlap.get(id);
    if (!both) {
      both = { both: 0, theirs: 0 };
      counts.overlap.set(id, both);
    }
    both.theirs++;
    if (holds) both.both++;
  }
  if (!holds) return;
  counts.hits++;
  if (counts.sample.length < SAMPLE) counts.sample.push(row.id);
  if (row.label >= 0) counts.hitsLabelled++;
  if (row.decidedAtMs < matureUntilMs) {
    counts.hitsMature++;
    if (fraud) counts.hitFraudsMature++;
  }
  if (fraud) {
    counts.hitFrauds++;
    counts.hitFraudHundredths += row.amountHundredths;
  }
  if (row.outcome !== 'approve') return;
  counts.newHits++;
  if (fraud) {
    counts.newHitFrauds++;
    counts.newHitFraudHundredths += row.amountHundredths;
  }
}

/** Adds the counts of another part. */
export function addCounts(into: BacktestCounts, part: BacktestCounts): void {
  into.rows += part.rows;
  into.labelled += part.labelled;
  into.frauds += part.frauds;
  into.fraudHundredths += part.fraudHundredths;
  into.hits += part.hits;
  into.hitsLabelled += part.hitsLabelled;
  into.hitsMature += part.hitsMature;
  into.hitFraudsMature += part.hitFraudsMature;
  into.hitFrauds += part.hitFrauds;
  into.hitFraudHundredths += part.hitFraudHundredths;
  into.newHits += part.newHits;
  into.newHitFrauds += part.newHitFrauds;
  into.newHitFraudHundredths += part.newHitFraudHundredths;
  into.errors += part.errors;
  into.firstError ??= part.firstError;
  into.fromMs = Math.min(into.fromMs, part.fromMs);
  into.untilMs = Math.max(into.untilMs, part.untilMs);
  for (const [id, { both, theirs }] of part.overlap) {
    const known = into.overlap.get(id) ?? { both: 0, theirs: 0 };
    into.overlap.set(id, { both: known.both + both, theirs: known.theirs + theirs });
  }
  for (const id of part.sample) if (into.sample.length < SAMPLE) into.sample.push(id);
}
