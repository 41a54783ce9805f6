// Models as the API answers them, each for the sight of whoever asks.
import { isoTime } from '../../domain/iso-time.ts';
import { fraudTypeSeen, type Sight } from '../../domain/sight.ts';
import { DRIFT_ALARM, type Drift } from '../../models/drift.ts';
import type { Review } from '../../models/review.ts';
import { SCORE_STEPS, stepStart } from '../../models/review.ts';
import type { Shift } from '../../models/shift.ts';
import type { Unbiased } from '../../models/unbiased.ts';
import type { FiledModel, ModelEvent } from '../../ports/office/models.ts';
import type { AskedAbout, LabelSourceFigures, SegmentOutcome } from '../../ports/past-rows.ts';
import type {
  DriftReport,
  FiledModel as FiledModelMessage,
  ModelEvent as ModelEventMessage,
  Outcomes,
  Review as ReviewMessage,
  Reviews,
} from '../../protocol/models.ts';
import type { UnbiasedQuality } from '../../protocol/unbiased.ts';
import { textSeen } from '../access/office-seen.ts';
import { known, timeOrNull } from '../edge/unknown.ts';
import type { LabelledPeriod } from './labelled-period.ts';

/** What a fraud is counted under whose label names no kind. */
const NOT_STATED = 'not stated';

export function filedMessage(
  { filedAtMs, info, notes, ...rest }: FiledModel,
  sight: Sight,
): FiledModelMessage {
  const { version, kind, createdAt, features, catalogueHash, seed, parameters, trainingWindow } = info;
  return {
    ...rest,
    notes: textSeen(notes, sight) ?? '',
    filedAt: isoTime(filedAtMs),
    version,
    kind,
    createdAt,
    features: [...features],
    catalogueHash,
    seed,
    parameters,
    trainingWindow,
    thresholds: info.thresholds,
    heldOut: info.heldOut ?? null,
  };
}

export function eventMessage(
  { atMs, from, gate, note, ...event }: ModelEvent,
  sight: Sight,
): ModelEventMessage {
  return {
    ...event,
    note: textSeen(note, sight) ?? '',
    at: isoTime(atMs),
    from: from ?? null,
    gate: gate ?? null,
  };
}

export function reviewMessage(review: Review, thresholds: ReviewMessage['thresholds']): ReviewMessage {
  return {
    ...review,
    auc: known(review.auc),
    averagePrecision: known(review.averagePrecision),
    precision: known(review.precision),
    recall: known(review.recall),
    brierScore: known(review.brierScore),
    calibrationError: known(review.calibrationError),
    explanationError: known(review.explanationError),
    scoreMicros: known(review.scoreMicros),
    reliability: review.reliability.filter(({ rows }) => rows > 0),
    thresholds,
  };
}

export const reviewsMessage = (period: LabelledPeriod, reviews: readonly ReviewMessage[]): Reviews => ({
  from: timeOrNull(period.fromMs),
  until: isoTime(period.untilMs),
  rows: period.rows.length,
  verdictShare: period.verdicts,
  stepStarts: Array.from({ length: SCORE_STEPS }, (_, step) => stepStart(step)),
  reviews,
});

export const driftMessage = (
  period: LabelledPeriod,
  drift: readonly Drift[] | undefined,
  shifts: readonly Shift[],
): DriftReport => ({
  rows: period.rows.length,
  alarmFrom: DRIFT_ALARM,
  features: drift ?? null,
  input: shifts.map(({ before, now, probability, ...shift }) => ({
    ...shift,
    before: before ?? null,
    now: now ?? null,
    probability: probability ?? null,
  })),
});

export const outcomesMessage = (
  untilMs: number,
  segments: readonly SegmentOutcome[],
  labels: readonly LabelSourceFigures[],
  sight: Sight,
): Outcomes => ({
  until: isoTime(untilMs),
  segments: segmentsSeen(segments, sight),
  labels: labels.map(({ latestAtMs, medianDelayMs, p90DelayMs, ...source }) => ({
    ...source,
    medianDelayMs: medianDelayMs ?? null,
    p90DelayMs: p90DelayMs ?? null,
    latestAt: isoTime(latestAtMs),
  })),
});

export const unbiasedMessage = (
  untilMs: number,
  sampleShare: number,
  { sinceMs, missedForCertain }: AskedAbout,
  { precision, recall, missed, flagged, samples }: Unbiased,
): UnbiasedQuality => ({
  since: timeOrNull(sinceMs),
  until: isoTime(untilMs),
  sampleShare,
  precision: precision ?? null,
  recall: recall ?? null,
  missed: missed ?? null,
  missedForCertain,
  flagged,
  samples,
});

const sumOf = (a: SegmentOutcome, b: SegmentOutcome): SegmentOutcome => ({
  ...a,
  rows: a.rows + b.rows,
  labelled: a.labelled + b.labelled,
  frauds: a.frauds + b.frauds,
  flagged: a.flagged + b.flagged,
  caught: a.caught + b.caught,
  fraudMinor: a.fraudMinor + b.fraudMinor,
  caughtMinor: a.caughtMinor + b.caughtMinor,
});

/** Kinds of fraud that a masked sight does not know are one to it. */
function segmentsSeen(segments: readonly SegmentOutcome[], sight: Sight): SegmentOutcome[] {
  const seen = new Map<string, SegmentOutcome>();
  for (const segment of segments) {
    const name =
      segment.kind === 'fraud type' && segment.name !== NOT_STATED
        ? (fraudTypeSeen(segment.name, sight) ?? segment.name)
        : segment.name;
    const key = `${segment.kind} ${name}`;
    const sum = seen.get(key);
    seen.set(key, sum === undefined ? { ...segment, name } : sumOf(sum, segment));
  }
  return [...seen.values()];
}
