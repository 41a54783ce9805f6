// What a threshold at the start of each step brings, and what it costs a day.
import type { Reviews } from '../../../src/protocol/models.ts';

const DAY_MS = 86_400_000;
const SHORTEST_DAYS = 1 / 1440;

export type AtStep = {
  readonly alerts: number;
  readonly caught: number;
  readonly caughtMinor: number;
  readonly missed: number;
  readonly missedMinor: number;
};

/** What reviews cost, and what is lost of a fraud that is missed. */
export type Prices = { readonly reviewCost: number; readonly lossPercent: number };

export type ThresholdCosts = {
  readonly days: number;
  /** In the whole period. */
  readonly steps: readonly AtStep[];
  /** Between these there is something to see. */
  readonly first: number;
  readonly last: number;
  /** That of the threshold in service. */
  readonly own: number;
};

function bySteps({ reviews: [review] }: Reviews): AtStep[] {
  const totalMinor = review.fraudAmountMinor.reduce((sum, n) => sum + n, 0);
  const found: AtStep[] = new Array(review.fraud.length);
  let alerts = 0;
  let caught = 0;
  let caughtMinor = 0;
  for (let step = review.fraud.length - 1; step >= 0; step--) {
    alerts += review.fraud[step] + review.genuine[step];
    caught += review.fraud[step];
    caughtMinor += review.fraudAmountMinor[step];
    found[step] = {
      alerts,
      caught,
      caughtMinor,
      missed: review.frauds - caught,
      missedMinor: totalMinor - caughtMinor,
    };
  }
  return found;
}

/** Of the first review of the message; undefined before the first labelled fraud. */
export function thresholdCosts(message: Reviews): ThresholdCosts | undefined {
  const [review] = message.reviews;
  if (message.from === null || review.frauds === 0) return undefined;
  const days = Math.max((Date.parse(message.until) - Date.parse(message.from)) / DAY_MS, SHORTEST_DAYS);
  const steps = bySteps(message);
  const first = Math.max(
    0,
    steps.findIndex(({ alerts }) => alerts < review.rows),
  );
  const last = Math.max(
    first + 1,
    steps.findLastIndex(({ alerts }) => alerts > 0),
  );
  const own = message.stepStarts.findLastIndex((start) => start <= review.thresholds.review);
  return { days, steps, first, last, own };
}

/** In hundredths of the base currency. */
export const costADay = (
  { alerts, missedMinor }: AtStep,
  days: number,
  { reviewCost, lossPercent }: Prices,
): number => (alerts * reviewCost * 100 + (missedMinor * lossPercent) / 100) / days;

export function cheapestStep({ steps, first, last, days }: ThresholdCosts, prices: Prices): number {
  const costOf = (step: number): number => costADay(steps[step], days, prices);
  let cheapest = first;
  for (let step = first; step <= last && step < steps.length; step++)
    if (costOf(step) < costOf(cheapest)) cheapest = step;
  return cheapest;
}
