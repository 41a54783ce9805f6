// How good the model in service is: as it was held out, and as it decided here since.
import { qualityOfBins } from '../../models/binned-quality.ts';
import { type Quality, ratesOf } from '../../models/metrics.ts';
import type { ModelInfo } from '../../models/model.ts';
import type { Store } from '../../ports/store.ts';
import type { ModelPanel, QualityFigures } from '../../protocol/model-panel.ts';
import { known } from '../edge/unknown.ts';

const MINUTE_MS = 60_000;
const MATURE_ROWS = 100_000;

function figures(quality: Omit<Quality, 'brierScore' | 'calibrationError' | 'threshold'>): QualityFigures {
  return {
    rows: quality.rows,
    frauds: quality.frauds,
    precision: known(quality.precision),
    recall: known(quality.recall),
    f1: known(quality.f1),
    accuracy: known(quality.accuracy),
    auc: known(quality.auc),
    averagePrecision: known(quality.averagePrecision),
    confusion: quality.confusion,
  };
}

/** Of decisions before a moment, which are old enough for their labels; null while there are none. */
export async function liveQuality(store: Store, untilMs: number): Promise<QualityFigures | null> {
  const scores = await store.matureScores(untilMs, MATURE_ROWS);
  const rows = scores.total.reduce((sum, n) => sum + n, 0);
  if (rows === 0) return null;
  const confusion = {
    truePositives: scores.flagged.frauds,
    falsePositives: scores.flagged.genuine,
    trueNegatives: scores.passed.genuine,
    falseNegatives: scores.passed.frauds,
  };
  return figures({
    rows,
    frauds: scores.frauds.reduce((sum, n) => sum + n, 0),
    ...qualityOfBins(scores.total, scores.frauds),
    confusion,
    ...ratesOf(confusion),
  });
}

export const modelPanel = (
  info: ModelInfo,
  live: QualityFigures | null,
  maturityMs: number,
  driftAlarms: number | undefined,
): ModelPanel => ({
  version: info.version,
  kind: info.kind,
  trainedAt: info.createdAt,
  features: info.features.length,
  trainingRows: info.trainingWindow.rows,
  trainingFrauds: info.trainingWindow.frauds,
  trainingFrom: info.trainingWindow.from,
  trainingUntil: info.trainingWindow.until,
  thresholds: info.thresholds,
  heldOut: info.heldOut
    ? { ...figures(info.heldOut), from: info.heldOut.from, until: info.heldOut.until }
    : null,
  live,
  maturityMinutes: maturityMs / MINUTE_MS,
  driftAlarms: driftAlarms ?? null,
});
