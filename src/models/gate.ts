// What a model must show before it decides: beside the champion, on the same labelled transactions.
import type { Review } from './review.ts';

export type GateCheck = {
  readonly name: 'labels' | 'quality' | 'calibration' | 'explanation' | 'latency' | 'alerts';
  readonly passed: boolean;
  /** What was found, beside what is asked. */
  readonly text: string;
};

const FEWEST_FRAUDS = 30;
/** So much less average precision than the champion's is within what chance does. */
const QUALITY_SLACK = 0.02;
const MOST_CALIBRATION_ERROR = 0.02;
const MOST_EXPLANATION_ERROR = 1e-6;
const MOST_SCORE_MICROS = 1000;
/** So many times the champion's alerts are more than a review team can take at once. */
const MOST_ALERTS = 2;

const figure = (value: number, digits = 3): string =>
  Number.isFinite(value) ? value.toFixed(digits) : 'unknown';

/** All checks, in the order in which they are shown. */
export function gateOf(candidate: Review, champion: Review): readonly GateCheck[] {
  const check = (name: GateCheck['name'], passed: boolean, text: string): GateCheck => ({
    name,
    passed,
    text,
  });
  return [
    check(
      'labels',
      candidate.frauds >= FEWEST_FRAUDS,
      `${candidate.frauds} frauds among ${candidate.rows} labelled transactions; at least ${FEWEST_FRAUDS}`,
    ),
    check(
      'quality',
      candidate.averagePrecision >= champion.averagePrecision - QUALITY_SLACK,
      `average precision ${figure(candidate.averagePrecision)}, the champion's ${figure(champion.averagePrecision)}; at most ${QUALITY_SLACK} less`,
    ),
    check(
      'calibration',
      candidate.calibrationError <= Math.max(MOST_CALIBRATION_ERROR, champion.calibrationError),
      `calibration error ${figure(candidate.calibrationError, 4)}; at most ${MOST_CALIBRATION_ERROR}, or the champion's ${figure(champion.calibrationError, 4)}`,
    ),
    check(
      'explanation',
      candidate.explanationError <= MOST_EXPLANATION_ERROR,
      `contributions add up to within ${candidate.explanationError.toExponential(1)}; at most ${MOST_EXPLANATION_ERROR.toExponential(0)}`,
    ),
    check(
      'latency',
      candidate.scoreMicros <= MOST_SCORE_MICROS,
      `a score takes ${figure(candidate.scoreMicros, 1)} µs, the champion's ${figure(champion.scoreMicros, 1)}; at most ${MOST_SCORE_MICROS}`,
    ),
    check(
      'alerts',
      candidate.flagged <= Math.max(MOST_ALERTS * champion.flagged, FEWEST_FRAUDS),
      `flags ${candidate.flagged} of ${candidate.rows}, the champion ${champion.flagged}; at most ${MOST_ALERTS} times as many`,
    ),
  ];
}
