// What the team can do and wants to see, and the thresholds of a model that follow from it.
import { type DrawPlan, drawPlan, samePlan } from './draw-plan.ts';
import type { Scorer } from './model.ts';
import type { Serving } from './serving.ts';
import type { ThresholdCurve } from './threshold-curve.ts';
import { DEFAULT_COSTS, DEFAULT_FLOORS, type Floors, type Thresholds, thresholdsFor } from './thresholds.ts';

/** Transactions a day, as thresholds go by them. */
export type Volume = {
  readonly perDay: number;
  readonly sinceMs: number;
  /** What they went by before. */
  readonly beforePerDay: number | undefined;
};

export type ReviewWork = Floors & {
  /** Flagged transactions that the team can look at in a day; where nobody says it, the share of all that a model was made for. */
  readonly reviewsADay: number | undefined;
  /** Undefined while too little came to tell. */
  readonly volume: Volume | undefined;
  /** Of what the team can look at, so much is samples: approved transactions that were drawn. */
  readonly sampleShare: number;
  /** What draws follow from; undefined where none is kept. */
  readonly drawSeed: string | undefined;
};

export const DEFAULT_WORK: ReviewWork = {
  ...DEFAULT_FLOORS,
  reviewsADay: undefined,
  volume: undefined,
  sampleShare: 0,
  drawSeed: undefined,
};

/** Share of the transactions that the team can look at. */
function mostLookedAt(curve: ThresholdCurve | undefined, { reviewsADay, volume }: ReviewWork): number {
  if (reviewsADay === undefined || volume === undefined)
    return curve?.costs.reviewCapacity ?? DEFAULT_COSTS.reviewCapacity;
  return Math.min(1, reviewsADay / Math.max(1, volume.perDay));
}

/** Share of the transactions that is drawn, about: a part of what the team can look at, from when it is known how much comes. */
export const sampledShare = (curve: ThresholdCurve | undefined, work: ReviewWork): number =>
  work.volume === undefined || work.drawSeed === undefined ? 0 : work.sampleShare * mostLookedAt(curve, work);

/** Share of the transactions that can be flagged at most: what samples leave of what the team can look at. */
export const mostFlagged = (curve: ThresholdCurve, work: ReviewWork): number =>
  mostLookedAt(curve, work) - sampledShare(curve, work);

/** Those that were filed where nothing says what others would bring. */
function thresholdsUnder({ curve, info }: Scorer, work: ReviewWork): Thresholds {
  if (!curve) return info.thresholds;
  return thresholdsFor(curve, mostFlagged(curve, work) * curve.rows, work);
}

function drawsUnder({ curve }: Scorer, { review }: Thresholds, work: ReviewWork): DrawPlan | undefined {
  const share = sampledShare(curve, work);
  if (share === 0 || work.drawSeed === undefined) return undefined;
  return drawPlan(curve, review, share, work.drawSeed);
}

/** The scorer with the thresholds that follow from what the team can do; itself where they are what it has. */
export function scorerUnder(scorer: Scorer, work: ReviewWork): Scorer {
  const thresholds = thresholdsUnder(scorer, work);
  const { review, decline } = scorer.info.thresholds;
  const draws = drawsUnder(scorer, thresholds, work);
  const isSame = thresholds.review === review && thresholds.decline === decline;
  if (isSame && samePlan(draws, scorer.draws)) return scorer;
  const { draws: _, ...rest } = scorer;
  return { ...rest, info: { ...scorer.info, thresholds }, ...(draws && { draws }) };
}

/** The same models with such thresholds; what was given, where nothing is another. */
export function servingUnder(serving: Serving, work: ReviewWork): Serving {
  const champion = scorerUnder(serving.champion, work);
  const { challenger } = serving;
  const scorer = challenger && scorerUnder(challenger.scorer, work);
  const isSame =
    champion === serving.champion && scorer === challenger?.scorer && sameWork(serving.work, work);
  if (isSame) return serving;
  return { champion, ...(challenger && scorer && { challenger: { ...challenger, scorer } }), work };
}

const sameWork = (one: ReviewWork | undefined, other: ReviewWork): boolean =>
  one !== undefined &&
  one.reviewsADay === other.reviewsADay &&
  one.reviewPrecision === other.reviewPrecision &&
  one.declinePrecision === other.declinePrecision &&
  one.sampleShare === other.sampleShare &&
  one.drawSeed === other.drawSeed &&
  one.volume?.sinceMs === other.volume?.sinceMs &&
  one.volume?.perDay === other.volume?.perDay;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** So long something has to have come before a day is told from it. */
const SHORTEST_MS = 60_000;
/** Thresholds stay where the volume is within this factor of what they go by, and for an hour after they moved; at first for half as long as there was something. */
const TOLERATED = 1.25;
const REST_MS = HOUR_MS;

/**
 * The volume that thresholds are to go by from now on, after so many transactions in the last `spanMs`, at most a day; what they go
 * by now where that still holds, so that day and night and a busy hour move nothing.
 */
export function nextVolume(
  now: Volume | undefined,
  transactions: number,
  spanMs: number,
  nowMs: number,
): Volume | undefined {
  if (spanMs < SHORTEST_MS || transactions === 0) return now;
  const perDay = Math.round((transactions * DAY_MS) / Math.min(spanMs, DAY_MS));
  if (!now) return { perDay, sinceMs: nowMs, beforePerDay: undefined };
  const factor = perDay / now.perDay;
  const isNear = factor < TOLERATED && factor > 1 / TOLERATED;
  if (isNear || nowMs - now.sinceMs < Math.min(REST_MS, spanMs / 2)) return now;
  return { perDay, sinceMs: nowMs, beforePerDay: now.perDay };
}
