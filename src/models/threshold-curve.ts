// What every threshold would bring, counted once on scored rows that a model was not trained on: whoever moves a threshold later
// needs no rows.
import type { Costs } from './thresholds.ts';

/** Rows that score at least so much. */
export type CurvePoint = {
  /** Between this row and the next: nothing scores exactly that. */
  readonly score: number;
  readonly rows: number;
  readonly frauds: number;
  /** What the frauds were worth, in units of the base currency. */
  readonly fraudMajor: number;
};

export type ThresholdCurve = {
  /** What it was chosen by, at first. */
  readonly costs: Costs;
  /** Of all rows. */
  readonly rows: number;
  readonly frauds: number;
  readonly fraudMajor: number;
  /** From the highest score down. */
  readonly points: readonly CurvePoint[];
};

/** A file has at most so many points. */
export const MOST_POINTS = 400;
/** Every one of the first ranks is a point, later ones are further and further apart. */
const RANK_STEP = 1.03;
/** What is less suspicious than this share of the rows is never looked at. */
const DEEPEST_SHARE = 0.2;

/** Rows without a score are left out. */
export function thresholdCurve(
  scores: Float64Array,
  labels: Uint8Array,
  amounts: Float64Array,
  costs: Costs,
): ThresholdCurve {
  const order = Uint32Array.from(scores, (_, i) => i)
    .filter((row) => !Number.isNaN(scores[row]))
    .sort((a, b) => scores[b] - scores[a]);
  const points: CurvePoint[] = [];
  let [frauds, fraudMajor, nextRank] = [0, 0, 1];
  order.forEach((row, i) => {
    const rows = i + 1;
    if (labels[row] !== 0) {
      frauds++;
      fraudMajor += amounts[row];
    }
    const next = rows < order.length ? scores[order[rows]] : 0;
    const isDeep = rows > DEEPEST_SHARE * order.length && frauds > 0 && points.length > 0;
    if (rows < nextRank || scores[row] === next || isDeep || points.length === MOST_POINTS) return;
    points.push({ score: (scores[row] + next) / 2, rows, frauds, fraudMajor });
    nextRank = Math.max(rows + 1, Math.ceil(rows * RANK_STEP));
  });
  return { costs, rows: order.length, frauds, fraudMajor, points };
}
