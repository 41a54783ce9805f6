// Whether what samples tell of precision and recall is true: weeks of a real scored stream, drawn from, labelled as a team and
// chargebacks would, and estimated; how often the interval holds the truth: npm run bench -- unbiased --weeks 200 --volumes 100000
import { parseArgs } from 'node:util';
import { createRandom, type Random } from '../src/domain/random.ts';
import { wilsonInterval } from '../src/domain/wilson.ts';
import { type DrawPlan, draw, drawPlan, UNIFORM_PART } from '../src/models/draw-plan.ts';
import type { ThresholdCurve } from '../src/models/threshold-curve.ts';
import { DEFAULT_FLOORS, thresholdsFor } from '../src/models/thresholds.ts';
import { type LookedAt, type Unbiased, unbiasedQuality } from '../src/models/unbiased.ts';
import type { Estimate } from '../src/models/weighted-count.ts';
import { firstHour } from './first-model.ts';
import { count, median, type Row } from './report.ts';

/** Of the default desk: of all transactions the team can look at, and of these so much is samples. */
const CAPACITY_SHARE = 0.008;
/** Analysts come to so many in time, of what is flagged and of samples; so many frauds are reported by somebody else in time. */
const LOOKED_AT = { flagged: 0.95, samples: 0.85 } as const;
const REPORTED = 0.5;

type Scored = { readonly score: number; readonly fraud: boolean };
type World = {
  readonly rows: readonly Scored[];
  readonly threshold: number;
  readonly plan: Omit<DrawPlan, 'seed'>;
};
type Week = {
  readonly told: Unbiased;
  readonly truth: { readonly precision: number; readonly recall: number };
  /** As labels alone tell it: what has none is taken as genuine. */
  readonly byLabels: { readonly caught: number; readonly frauds: number };
};

function worldOf(rows: readonly Scored[], curve: ThresholdCurve, sampleShare: number): World {
  const sampled = sampleShare * CAPACITY_SHARE;
  const thresholds = thresholdsFor(curve, (CAPACITY_SHARE - sampled) * curve.rows, DEFAULT_FLOORS);
  const { uniform, perRoot } = drawPlan(curve, thresholds.review, sampled, '');
  return { rows, threshold: thresholds.review, plan: { uniform, perRoot } };
}

/** Payments of a week are those of the scored hour, drawn with replacement, each with an id of its own. */
function weekOf({ rows, threshold, plan }: World, volume: number, week: number, random: Random): Week {
  const draws: DrawPlan = { ...plan, seed: `week ${week}` };
  const asked: LookedAt[] = [];
  let [flagged, caught, frauds, missedReported, caughtKnown] = [0, 0, 0, 0, 0];
  for (let i = 0; i < volume; i++) {
    const { score, fraud } = rows[random.below(rows.length)];
    const isFlagged = score >= threshold;
    if (fraud) frauds++;
    if (isFlagged) {
      flagged++;
      if (fraud) caught++;
    }
    const drawn = draw(draws, `payment-${i}`, isFlagged, score);
    const isReported = fraud && random.next() < REPORTED;
    if (!drawn) {
      if (isReported) missedReported++;
      continue;
    }
    const comesFirst = isReported && random.next() < 0.5;
    const isLookedAt = random.next() < (isFlagged ? LOOKED_AT.flagged : LOOKED_AT.samples);
    const toldBy = comesFirst ? 'others' : isLookedAt ? 'analyst' : isReported ? 'others' : 'nobody';
    asked.push({ isFlagged, score, chance: drawn.chance, toldBy, isFraud: fraud && toldBy !== 'nobody' });
    if (fraud && toldBy !== 'nobody') {
      if (isFlagged) caughtKnown++;
      else missedReported++;
    }
  }
  return {
    told: unbiasedQuality(asked, missedReported),
    truth: { precision: caught / flagged, recall: caught / frauds },
    byLabels: { caught: caughtKnown, frauds: caughtKnown + missedReported },
  };
}

const holds = (
  interval: { readonly low: number; readonly high: number } | undefined,
  truth: number,
): boolean => interval !== undefined && interval.low <= truth && truth <= interval.high;

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
const known = (all: readonly (Estimate | undefined)[]): Estimate[] =>
  all.flatMap((one) => (one ? [one] : []));

function rowOf(volume: number, sampleShare: number, weeks: readonly Week[]): Row {
  const recalls = known(weeks.map(({ told }) => told.recall));
  const samples = mean(weeks.map(({ told }) => told.samples.asked));
  const found = mean(weeks.map(({ told }) => told.samples.frauds));
  const share = (isHeld: (week: Week) => boolean): string =>
    `${weeks.filter(isHeld).length} of ${weeks.length}`;
  const middle = (pick: (estimate: Estimate) => number): string => percent(median(recalls.map(pick)));
  const truth = mean(weeks.map((week) => week.truth.recall));
  return {
    what: `${count(volume)} payments a week, ${percent(sampleShare)} of the work: ${count(samples)} samples, ${found.toFixed(1)} of them fraud`,
    figure:
      `recall held in ${share(({ told, truth: is }) => holds(told.recall, is.recall))} weeks, precision in ${share(({ told, truth: is }) => holds(told.precision, is.precision))}; ` +
      `recall is ${percent(truth)}, told as ${percent(mean(recalls.map(({ value }) => value)))}, in the median week as ${middle(({ low }) => low)} to ${middle(({ high }) => high)}`,
    baseline:
      `labels alone: held in ${share(({ byLabels, truth: is }) => holds(wilsonInterval(byLabels.caught, byLabels.frauds), is.recall))}, ` +
      `told as ${percent(mean(weeks.map(({ byLabels }) => byLabels.caught / byLabels.frauds)))}`,
    goal: 'held in ≥ 95 of 100',
  };
}

export async function benchUnbiased(options: readonly string[] = []): Promise<Row[]> {
  const { values } = parseArgs({
    args: [...options],
    options: {
      weeks: { type: 'string', default: '200' },
      volumes: { type: 'string', default: '100000,400000' },
      shares: { type: 'string', default: '0.05,0.25' },
      rate: { type: 'string', default: '40' },
      seed: { type: 'string', default: '1' },
    },
  });
  const seed = Number(values.seed);
  const { scored, curve } = await firstHour({ seed, rate: Number(values.rate), startHour: 9 });
  if (!curve) throw new Error('the first model does not say what other thresholds would bring');
  const rows: Row[] = [];
  for (const volume of values.volumes.split(',').map(Number)) {
    for (const sampleShare of values.shares.split(',').map(Number)) {
      const world = worldOf(scored, curve, sampleShare);
      const random = createRandom(seed, volume);
      const weeks = Array.from({ length: Number(values.weeks) }, (_, week) =>
        weekOf(world, volume, week, random),
      );
      const row = rowOf(volume, sampleShare, weeks);
      console.error(`even part ${UNIFORM_PART}, ${row.what}: ${row.figure} | ${row.baseline}`);
      rows.push(row);
    }
  }
  return rows;
}
