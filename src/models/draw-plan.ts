// Which approved transactions people are asked about: with which chance each score is drawn, and the draw itself.
import { type Draw, FLAGGED } from '../domain/draw.ts';
import type { CurvePoint, ThresholdCurve } from './threshold-curve.ts';

export type DrawPlan = {
  /** Of the desk, and secret: who does not know it cannot choose ids that are never drawn. */
  readonly seed: string;
  /** The chance that every approved transaction has, whatever its score. */
  readonly uniform: number;
  /** Times the root of the score: the chance that comes to it. */
  readonly perRoot: number;
};

/**
 * So much of what is drawn is drawn whatever its score: it bounds how much one fraud that the model has no idea of can count for. The
 * rest goes by the root of the score, by which a sum over rare frauds is told with the least variance.
 */
export const UNIFORM_PART = 0.5;

const NO_POINT: CurvePoint = { score: 1, rows: 0, frauds: 0, fraudMajor: 0 };

/** At most the mean root of a score below a threshold, a row of the curve counting the more the more rows lie beside it. */
export function meanRootBelow({ points, rows, frauds }: ThresholdCurve, threshold: number): number {
  const below = points.filter(({ score }) => score < threshold);
  const first = points.findLast(({ score }) => score >= threshold) ?? NO_POINT;
  let sum = 0;
  let [above, from] = [threshold, first.rows];
  for (const point of below) {
    sum += (point.rows - from) * Math.sqrt((above + point.score) / 2);
    [above, from] = [point.score, point.rows];
  }
  const last = below.at(-1) ?? first;
  const rest = rows - last.rows;
  // Of what lies deeper the mean of the scores is known where they are calibrated; the root of a mean is at least the mean of roots.
  if (rest > 0) sum += rest * Math.sqrt(Math.min(above, (frauds - last.frauds + 1) / rest));
  return sum / Math.max(1, rows - first.rows);
}

/** A plan by which about `share` of the transactions are drawn, of those that score below a threshold. */
export function drawPlan(
  curve: ThresholdCurve | undefined,
  threshold: number,
  share: number,
  seed: string,
): DrawPlan {
  const meanRoot = curve === undefined ? 0 : meanRootBelow(curve, threshold);
  if (!(meanRoot > 0)) return { seed, uniform: share, perRoot: 0 };
  return { seed, uniform: UNIFORM_PART * share, perRoot: ((1 - UNIFORM_PART) * share) / meanRoot };
}

/** With which chance what is approved at a score is drawn: above 0, rising with the score, at most 1. */
export const chanceAt = ({ uniform, perRoot }: DrawPlan, score: number): number =>
  Math.min(1, uniform + perRoot * Math.sqrt(score));

const TWO_TO_32 = 2 ** 32;

/** From 0 up to 1, the same for the same seed and id wherever it is asked: FNV-1a, its bits mixed as MurmurHash3 ends. */
export function placeOf(seed: string, id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / TWO_TO_32;
}

/** Whether people look at a decision, and why. */
export function draw(plan: DrawPlan, id: string, isFlagged: boolean, score: number): Draw | undefined {
  if (isFlagged) return FLAGGED;
  const place = placeOf(plan.seed, id);
  const chance = chanceAt(plan, score);
  if (place >= chance) return undefined;
  return { by: place < plan.uniform ? 'random' : 'uncertain', chance };
}

export const samePlan = (one: DrawPlan | undefined, other: DrawPlan | undefined): boolean =>
  one?.seed === other?.seed && one?.uniform === other?.uniform && one?.perRoot === other?.perRoot;
