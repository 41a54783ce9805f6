// Where to send a transaction to review and where to decline it: what costs least of what the team can do, and of what is fraud
// often enough.
import { type CurvePoint, type ThresholdCurve, thresholdCurve } from './threshold-curve.ts';

export type Costs = {
  /** Cost of one review by an analyst, in major units. */
  readonly review: number;
  /** Cost of declining a genuine payment: an angry customer. */
  readonly falseDecline: number;
  /** Fee on top of the amount when a fraud goes through. */
  readonly chargebackFee: number;
  /** Share of transactions that the review team can look at, where nobody says how many it can: all that is flagged waits for it. */
  readonly reviewCapacity: number;
};

export const DEFAULT_COSTS: Costs = {
  review: 4,
  falseDecline: 25,
  chargebackFee: 15,
  reviewCapacity: 0.008,
};

/** Of what the team looks at, and of what is declined, so much has to be fraud, where the model can tell that well. */
export type Floors = { readonly reviewPrecision: number; readonly declinePrecision: number };
export const DEFAULT_FLOORS: Floors = { reviewPrecision: 0.6, declinePrecision: 0.9 };

export type Thresholds = { readonly review: number; readonly decline: number };

const NOTHING: CurvePoint = { score: 1, rows: 0, frauds: 0, fraudMajor: 0 };

/**
 * Tries every point of a curve. Approving a fraud costs its amount and the fee, reviewing costs a review and stops the fraud, declining
 * a genuine payment costs `falseDecline`. `mostFlagged` rows can be flagged at most. Where no threshold keeps the floor of reviews,
 * somebody looks at what is most suspicious all the same; nothing is declined below its own.
 */
export function thresholdsFor(
  { costs, points }: ThresholdCurve,
  mostFlagged: number,
  { reviewPrecision, declinePrecision }: Floors,
): Thresholds {
  const possible = points.filter(({ rows }) => rows <= mostFlagged);
  const declineSaving = ({ rows, frauds }: CurvePoint): number =>
    frauds * costs.review + (rows - frauds) * (costs.review - costs.falseDecline);
  const decline = cheapest(
    possible.filter(({ rows, frauds }) => frauds >= declinePrecision * rows),
    declineSaving,
  );
  const reviewSaving = ({ rows, frauds, fraudMajor }: CurvePoint): number =>
    fraudMajor + frauds * costs.chargebackFee - rows * costs.review;
  const below = possible.filter(
    ({ rows, frauds }) => rows > decline.rows && frauds >= reviewPrecision * rows,
  );
  const review = cheapest(
    below.length > 0 || decline.rows > 0 ? [decline, ...below] : possible,
    reviewSaving,
  );
  return { review: review.score, decline: decline.score };
}

/** The point that saves most; one at which nothing is flagged where none saves anything. */
function cheapest(points: readonly CurvePoint[], saving: (point: CurvePoint) => number): CurvePoint {
  return points.reduce((best, point) => (saving(point) > saving(best) ? point : best), NOTHING);
}

/** As `thresholdsFor`, on scored rows, with what the costs say that the team can do. */
export function chooseThresholds(
  scores: Float64Array,
  labels: Uint8Array,
  amounts: Float64Array,
  costs: Costs,
): { readonly curve: ThresholdCurve; readonly thresholds: Thresholds } {
  const curve = thresholdCurve(scores, labels, amounts, costs);
  return { curve, thresholds: thresholdsFor(curve, costs.reviewCapacity * curve.rows, DEFAULT_FLOORS) };
}

/** What a threshold for review brings, as it was on the rows of the curve. */
export type Expected = {
  /** Share of transactions. */
  readonly flagged: number;
  /** Share of what is flagged that is fraud. */
  readonly precision: number;
  /** Shares of the frauds, and of what they are worth, that are flagged. */
  readonly recall: number;
  readonly valueRecall: number;
};

export function expectedAt({ points, ...all }: ThresholdCurve, threshold: number): Expected {
  const at = points.findLast(({ score }) => score >= threshold) ?? NOTHING;
  return {
    flagged: at.rows / all.rows,
    precision: at.frauds / at.rows,
    recall: at.frauds / all.frauds,
    valueRecall: at.fraudMajor / all.fraudMajor,
  };
}
