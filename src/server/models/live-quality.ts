// How good the model in service is: as it was held out, and as it decided here since.
import { isoTime } from '../../domain/iso-time.ts';
import { qualityOfBins } from '../../models/binned-quality.ts';
import { type Quality, ratesOf } from '../../models/metrics.ts';
import type { ModelInfo } from '../../models/model.ts';
import { DEFAULT_WORK, mostFlagged } from '../../models/review-work.ts';
import type { Serving } from '../../models/serving.ts';
import { expectedAt } from '../../models/thresholds.ts';
import type { Store } from '../../ports/store.ts';
import type { ModelPanel, QualityFigures, ReviewWork } from '../../protocol/model-panel.ts';
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

/** What thresholds follow from and bring; null where the model does not say what others would. */
function workOf({ champion, work = DEFAULT_WORK }: Serving): ReviewWork | null {
  const { curve, info } = champion;
  if (!curve) return null;
  const { reviewsADay, reviewPrecision, declinePrecision, volume } = work;
  const { flagged, precision, recall, valueRecall } = expectedAt(curve, info.thresholds.review);
  return {
    reviewsADay: reviewsADay ?? null,
    mostFlagged: mostFlagged(curve, work),
    reviewPrecision,
    declinePrecision,
    flagged,
    precision: known(precision),
    recall: known(recall),
    valueRecall: known(valueRecall),
    volumeADay: volume?.perDay ?? null,
    volumeBefore: volume?.beforePerDay ?? null,
    volumeSince: volume ? isoTime(volume.sinceMs) : null,
  };
}

export const modelPanel = (
  serving: Serving,
  live: QualityFigures | null,
  maturityMs: number,
  driftAlarms: number | undefined,
): ModelPanel => panelOf(serving.champion.info, workOf(serving), live, maturityMs, driftAlarms);

const panelOf = (
  info: ModelInfo,
  work: ReviewWork | null,
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
  work,
  heldOut: info.heldOut
    ? { ...figures(info.heldOut), from: info.heldOut.from, until: info.heldOut.until }
    : null,
  live,
  maturityMinutes: maturityMs / MINUTE_MS,
  driftAlarms: driftAlarms ?? null,
});
