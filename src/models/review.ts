// How good a model is on transactions that were decided and labelled since, whoever decided them: the features of each
// decision are stored, so any model can be asked what it would have said.
import { InputError } from '../domain/input-error.ts';
import { averagePrecision, brierScore, calibrationError, rocAuc } from './metrics.ts';
import type { Scorer } from './model.ts';

/** A labelled transaction as a review takes it. */
export type ReviewRow = {
  readonly fraud: boolean;
  /** In the base currency. */
  readonly amountHundredths: number;
  /** Of the scorer's catalogue, encoded categories filled by whatever model decided. */
  readonly vector: Float64Array;
  /** Fills the encoded slots of `vector` as the scorer's model has them, and scores it. */
  score(scorer: Scorer): number;
};

/** Steps of the log-odds that scores are counted in, from −12 to 12. */
export const SCORE_STEPS = 240;
const SPAN = 12;

/** Everything a page needs to draw curves and to weigh thresholds. */
export type Review = {
  readonly version: string;
  readonly rows: number;
  readonly frauds: number;
  readonly auc: number;
  readonly averagePrecision: number;
  readonly brierScore: number;
  readonly calibrationError: number;
  /** At the model's own review threshold. */
  readonly flagged: number;
  readonly precision: number;
  readonly recall: number;
  /** Counts and amounts (hundredths of the base currency's unit) by step of the score; the first step is the least suspicious. */
  readonly genuine: readonly number[];
  readonly fraud: readonly number[];
  readonly fraudAmountMinor: readonly number[];
  /** Ten steps of the score: what was said on average, what came true, and of how many. */
  readonly reliability: readonly { readonly said: number; readonly came: number; readonly rows: number }[];
  /** Largest distance of score and explained score on a sample. */
  readonly explanationError: number;
  /** Mean time of a score, in microseconds. */
  readonly scoreMicros: number;
};

/** The step a score is counted in. */
export function stepOf(score: number): number {
  const p = Math.min(Math.max(score, 1e-9), 1 - 1e-9);
  const place = ((Math.log(p / (1 - p)) + SPAN) / (2 * SPAN)) * SCORE_STEPS;
  return Math.min(SCORE_STEPS - 1, Math.max(0, Math.floor(place)));
}

/** The score at which a step begins. */
export const stepStart = (step: number): number => 1 / (1 + Math.exp(SPAN - (step / SCORE_STEPS) * 2 * SPAN));

/** Between these, whoever asked for it may do something else. */
const ROWS_AT_ONCE = 50;
const EXPLAINED = 50;
const CLOCK_EVERY = 8;
/** Whatever a model takes, this thread is let go after so long, and the model given up after the other. */
const PAUSE_AFTER_MS = 10;
const MOST_MS = 30_000;

/**
 * Scores the rows a few at a time, so that whatever else this thread does goes on: `pause` is awaited between. Throws
 * InputError where a model takes too long.
 */
export async function reviewModel(
  scorer: Scorer,
  rows: readonly ReviewRow[],
  pause: () => Promise<void>,
): Promise<Review> {
  const scores = new Float64Array(rows.length);
  const labels = Uint8Array.from(rows, (row) => (row.fraud ? 1 : 0));
  const genuine = new Array<number>(SCORE_STEPS).fill(0);
  const fraud = new Array<number>(SCORE_STEPS).fill(0);
  const fraudAmountMinor = new Array<number>(SCORE_STEPS).fill(0);
  const bins = Array.from({ length: 10 }, () => ({ said: 0, came: 0, rows: 0 }));
  let explanationError = 0;
  let spentMs = 0;
  let caught = 0;
  let flagged = 0;
  const began = performance.now();
  const giveWay = async (): Promise<void> => {
    if (performance.now() - began > MOST_MS)
      throw new InputError(`Asking model ${scorer.info.version} takes too long: it cannot be reviewed.`);
    await pause();
  };
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const end = Math.min(rows.length, from + ROWS_AT_ONCE);
    let started = performance.now();
    for (let i = from; i < end; i++) {
      scores[i] = rows[i].score(scorer);
      if (i % CLOCK_EVERY !== 0) continue;
      const tookMs = performance.now() - started;
      if (tookMs < PAUSE_AFTER_MS) continue;
      spentMs += tookMs;
      await giveWay();
      started = performance.now();
    }
    spentMs += performance.now() - started;
    for (let i = from; i < end; i++) {
      const row = rows[i];
      const step = stepOf(scores[i]);
      if (row.fraud) {
        fraud[step]++;
        fraudAmountMinor[step] += row.amountHundredths;
      } else genuine[step]++;
      const bin = bins[Math.min(9, Math.floor(scores[i] * 10))];
      bin.rows++;
      bin.said += scores[i];
      bin.came += labels[i];
      if (scores[i] < scorer.info.thresholds.review) continue;
      flagged++;
      caught += labels[i];
    }
    await giveWay();
  }
  const every = Math.max(1, Math.floor(rows.length / EXPLAINED));
  for (let i = 0; i < rows.length; i += every) {
    await giveWay();
    rows[i].score(scorer);
    const shares = scorer.contributions(rows[i].vector);
    let sum = scorer.baseVote;
    for (let k = 0; k < shares.length; k++) sum += shares[k];
    explanationError = Math.max(explanationError, Math.abs(sum - scorer.vote(rows[i].vector)));
    await pause();
  }
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  return {
    version: scorer.info.version,
    rows: rows.length,
    frauds,
    auc: rocAuc(scores, labels),
    // Of nothing, nothing is known.
    averagePrecision: frauds > 0 ? averagePrecision(scores, labels) : Number.NaN,
    brierScore: brierScore(scores, labels),
    calibrationError: rows.length > 0 ? calibrationError(scores, labels) : Number.NaN,
    flagged,
    precision: caught / flagged,
    recall: caught / frauds,
    genuine,
    fraud,
    fraudAmountMinor,
    reliability: bins.map(({ said, came, rows: n }) => ({ said: said / n, came: came / n, rows: n })),
    explanationError,
    scoreMicros: (spentMs * 1000) / rows.length,
  };
}
