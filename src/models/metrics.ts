// Quality of scores against labels, on flat arrays. Scores are higher for more suspicious rows.

export type Confusion = {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
};

/** NaN where a figure is not defined (no positives, nothing flagged …). */
export type Quality = {
  readonly rows: number;
  readonly frauds: number;
  readonly auc: number;
  readonly averagePrecision: number;
  readonly brierScore: number;
  readonly calibrationError: number;
  readonly threshold: number;
  readonly confusion: Confusion;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly accuracy: number;
};

/** Each distinct score, highest first, with how many rows of it there are and how many of them are frauds. */
function eachScore(
  scores: Float64Array,
  labels: Uint8Array,
  onScore: (rows: number, frauds: number) => void,
): void {
  // Sorted as numbers: by a comparison of ours it takes ten times as long, and nothing else goes on meanwhile.
  const all = scores.slice().sort();
  const frauds = scores.filter((_, i) => labels[i] !== 0).sort();
  let fraud = frauds.length - 1;
  for (let i = all.length - 1; i >= 0; ) {
    const score = all[i];
    let rows = 0;
    let found = 0;
    for (; i >= 0 && all[i] === score; i--) rows++;
    for (; fraud >= 0 && frauds[fraud] === score; fraud--) found++;
    // What is no number is like nothing else, itself included.
    if (rows === 0) {
      rows = 1;
      i--;
    }
    onScore(rows, found);
  }
}

/** Area under the ROC curve; ties count half. */
export function rocAuc(scores: Float64Array, labels: Uint8Array): number {
  let positives = 0;
  let negatives = 0;
  let area = 0;
  eachScore(scores, labels, (rows, frauds) => {
    area += (rows - frauds) * (positives + frauds / 2);
    positives += frauds;
    negatives += rows - frauds;
  });
  return area / (positives * negatives);
}

/** Average precision: the precision at each distinct score, weighted by the recall gained there. */
export function averagePrecision(scores: Float64Array, labels: Uint8Array): number {
  let total = 0;
  for (const label of labels) total += label;
  let found = 0;
  let seen = 0;
  let sum = 0;
  eachScore(scores, labels, (rows, frauds) => {
    found += frauds;
    seen += rows;
    sum += (frauds / total) * (found / seen);
  });
  return sum;
}

/**
 * Card precision at k (Fraud Detection Handbook, chapter 4): per day the highest score of each card, the k
 * highest cards, the share of them with a fraud that day; cards found leave the following days; mean over days.
 */
export function cardPrecision(
  scores: Float64Array,
  labels: Uint8Array,
  cards: readonly string[],
  days: Int32Array,
  k: number,
): number {
  const caught = new Set<string>();
  const dayList = [...new Set(days)].sort((a, b) => a - b);
  let sum = 0;
  for (const day of dayList) {
    const byCard = new Map<string, { score: number; fraud: number }>();
    for (let row = 0; row < scores.length; row++) {
      if (days[row] !== day || caught.has(cards[row])) continue;
      const card = byCard.get(cards[row]);
      if (!card) byCard.set(cards[row], { score: scores[row], fraud: labels[row] });
      else {
        card.score = Math.max(card.score, scores[row]);
        card.fraud = Math.max(card.fraud, labels[row]);
      }
    }
    const top = [...byCard].sort((a, b) => b[1].score - a[1].score).slice(0, k);
    const hits = top.filter(([, card]) => card.fraud === 1);
    sum += hits.length / k;
    for (const [card] of hits) caught.add(card);
  }
  return sum / dayList.length;
}

export function confusionAt(scores: Float64Array, labels: Uint8Array, threshold: number): Confusion {
  let truePositives = 0;
  let falsePositives = 0;
  let trueNegatives = 0;
  let falseNegatives = 0;
  for (let row = 0; row < scores.length; row++) {
    if (scores[row] >= threshold) labels[row] ? truePositives++ : falsePositives++;
    else labels[row] ? falseNegatives++ : trueNegatives++;
  }
  return { truePositives, falsePositives, trueNegatives, falseNegatives };
}

/** Precision, recall, F1 and accuracy of a confusion matrix; NaN where nothing was flagged or nothing was fraud. */
export function ratesOf(c: Confusion): { precision: number; recall: number; f1: number; accuracy: number } {
  const total = c.truePositives + c.falsePositives + c.trueNegatives + c.falseNegatives;
  const precision = c.truePositives / (c.truePositives + c.falsePositives);
  const recall = c.truePositives / (c.truePositives + c.falseNegatives);
  return {
    precision,
    recall,
    f1: (2 * c.truePositives) / (2 * c.truePositives + c.falsePositives + c.falseNegatives),
    accuracy: (c.truePositives + c.trueNegatives) / total,
  };
}

/** Mean squared distance between probability and outcome (Brier 1950). */
export function brierScore(scores: Float64Array, labels: Uint8Array): number {
  let sum = 0;
  for (let row = 0; row < scores.length; row++) sum += (scores[row] - labels[row]) ** 2;
  return sum / scores.length;
}

/** Expected calibration error over ten bins of equal width. */
export function calibrationError(scores: Float64Array, labels: Uint8Array): number {
  const counts = new Float64Array(10);
  const predicted = new Float64Array(10);
  const seen = new Float64Array(10);
  for (let row = 0; row < scores.length; row++) {
    const bin = Math.min(9, Math.floor(scores[row] * 10));
    counts[bin]++;
    predicted[bin] += scores[row];
    seen[bin] += labels[row];
  }
  let error = 0;
  for (let bin = 0; bin < 10; bin++) error += Math.abs(predicted[bin] - seen[bin]) / scores.length;
  return error;
}

export function measureQuality(scores: Float64Array, labels: Uint8Array, threshold: number): Quality {
  const confusion = confusionAt(scores, labels, threshold);
  return {
    rows: labels.length,
    frauds: labels.reduce((sum, label) => sum + label, 0),
    auc: rocAuc(scores, labels),
    averagePrecision: averagePrecision(scores, labels),
    brierScore: brierScore(scores, labels),
    calibrationError: calibrationError(scores, labels),
    threshold,
    confusion,
    ...ratesOf(confusion),
  };
}
