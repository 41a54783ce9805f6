// Where to send a transaction to review and where to decline it, so that the expected cost is lowest.

export type Costs = {
  /** Cost of one review by an analyst, in major units. */
  readonly review: number;
  /** Cost of declining a genuine payment: an angry customer. */
  readonly falseDecline: number;
  /** Fee on top of the amount when a fraud goes through. */
  readonly chargebackFee: number;
  /** Share of transactions that the review team can look at. */
  readonly reviewCapacity: number;
};

export const DEFAULT_COSTS: Costs = { review: 4, falseDecline: 25, chargebackFee: 15, reviewCapacity: 0.008 };

export type Thresholds = { readonly review: number; readonly decline: number };

/**
 * Tries every score as a threshold on scored rows. Approving a fraud costs its amount and the fee, reviewing
 * costs a review and stops the fraud, declining a genuine payment costs `falseDecline`.
 */
export function chooseThresholds(
  scores: Float64Array,
  labels: Uint8Array,
  amounts: Float64Array,
  costs: Costs,
): Thresholds {
  const order = Uint32Array.from(scores, (_, i) => i)
    .filter((row) => !Number.isNaN(scores[row]))
    .sort((a, b) => scores[b] - scores[a]);
  // From the highest score down: each further row moves from the milder outcome to the stricter one.
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  // Frauds that are certain to be found do not use up the reviewers.
  const capacity = frauds + costs.reviewCapacity * order.length;
  let declineSaving = 0;
  let bestDeclineSaving = 0;
  let decline = 1;
  let reviewSaving = 0;
  let bestReviewSaving = 0;
  let review = 1;
  for (let i = 0; i < order.length; i++) {
    const row = order[i];
    declineSaving += labels[row] ? costs.review : costs.review - costs.falseDecline;
    reviewSaving += labels[row] ? amounts[row] + costs.chargebackFee - costs.review : -costs.review;
    const next = i + 1 < order.length ? scores[order[i + 1]] : 0;
    if (scores[row] === next) continue;
    const limit = (scores[row] + next) / 2;
    if (declineSaving > bestDeclineSaving) {
      bestDeclineSaving = declineSaving;
      decline = limit;
    }
    if (reviewSaving > bestReviewSaving && i < capacity) {
      bestReviewSaving = reviewSaving;
      review = limit;
    }
  }
  return { review: Math.min(review, decline), decline: Math.max(review, decline) };
}
