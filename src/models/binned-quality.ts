// Quality from score histograms: what can be said without keeping every row.

/** AUC and average precision of rows whose scores are known by bin only (ties inside a bin count half). */
export function qualityOfBins(
  total: Float64Array,
  frauds: Float64Array,
): { auc: number; averagePrecision: number } {
  let positives = 0;
  let negatives = 0;
  let area = 0;
  let precisionSum = 0;
  const allFrauds = frauds.reduce((sum, n) => sum + n, 0);
  for (let bin = total.length - 1; bin >= 0; bin--) {
    const fraud = frauds[bin];
    const genuine = total[bin] - fraud;
    area += genuine * (positives + fraud / 2);
    positives += fraud;
    negatives += genuine;
    if (fraud > 0) precisionSum += (fraud / allFrauds) * (positives / (positives + negatives));
  }
  return { auc: area / (positives * negatives), averagePrecision: allFrauds > 0 ? precisionSum : Number.NaN };
}
