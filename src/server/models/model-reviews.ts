// Reviews of models on the latest labelled transactions: the same ones for every model that is looked at together.

import { baseHundredths } from '../../domain/base-amount.ts';
import { InputError } from '../../domain/input-error.ts';
import type { Transaction } from '../../domain/transaction.ts';
import { decodeVector } from '../../engine/vector-codec.ts';
import { INDEX } from '../../features/catalogue.ts';
import { CALENDAR_FEATURES } from '../../features/sets.ts';
import { type Drift, driftOf } from '../../models/drift.ts';
import { type GateCheck, gateOf } from '../../models/gate.ts';
import { type Review, type ReviewRow, reviewModel } from '../../models/review.ts';
import { labelDelayShift, type Shift, unseenShifts, volumeShift } from '../../models/shift.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ModelTrial } from '../../ports/model-trial.ts';
import { decidedAcross } from '../../ports/past-decisions.ts';
import type { CountRow, StoredTransaction } from '../../ports/store.ts';
import { pacer } from '../edge/pace.ts';
import type { ScorerOf } from './past-scorers.ts';

const MAX_ROWS = 30_000;
const ROWS_AT_ONCE = 50;
const KEPT_MS = 30_000;
const FEWEST_FOR_DRIFT = 1000;
const MAX_LABELS = 20_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A whole week, so that every hour and day is in it. */
const SPAN_MS = 7 * DAY_MS;

type PastRow = ReviewRow & { readonly transaction: Transaction };

export type LabelledPeriod = {
  readonly rows: readonly PastRow[];
  readonly fromMs: number | undefined;
  readonly untilMs: number;
  /** Share of the transactions whose verdict somebody gave; the others are taken as genuine once they are old enough. */
  readonly verdicts: number;
};

export type ModelReviews = {
  period(): Promise<LabelledPeriod>;
  /** Undefined for a version that is not in the registry. */
  review(version: string): Promise<Review | undefined>;
  /** Features and score of the latest decisions beside the training of the champion; undefined where it is not known. */
  drift(): Promise<readonly Drift[] | undefined>;
  /**
   * What comes in beside what came in while the champion learnt: volume of the last 24 hours, categories it has never seen,
   * delay of the labels that came in since it was made.
   */
  shifts(): Promise<readonly Shift[]>;
  /** What a model shows beside the champion. */
  gate(version: string): Promise<readonly GateCheck[] | undefined>;
};

type Kept = {
  readonly period: Promise<LabelledPeriod>;
  readonly reviews: Map<string, Promise<Review | undefined>>;
  readonly drift: Map<string, Promise<readonly Drift[] | undefined>>;
  readonly shifts: Map<string, Promise<readonly Shift[]>>;
};

/** What was found for a model, or is being looked for; what failed is tried again. */
function foundOnce<T>(kept: Map<string, Promise<T>>, version: string, find: () => Promise<T>): Promise<T> {
  const found = kept.get(version) ?? find();
  kept.set(version, found);
  found.catch(() => kept.delete(version));
  return found;
}

function toReviewRow(stored: StoredTransaction): PastRow {
  const { transaction } = stored;
  const vector = decodeVector(stored.vector);
  return {
    fraud: stored.isFraud === true,
    transaction,
    amountHundredths: baseHundredths(transaction),
    vector,
    score: (scorer) => scorer.score(transaction, vector),
  };
}

/** Decisions by hour since the epoch, from the first whole hour in which any was made to the last. */
function hoursOf(minutes: readonly CountRow[], nowMs: number): ReadonlyMap<number, number> {
  const hours = new Map<number, number>();
  const firstMs = minutes.reduce((first, { minuteMs }) => Math.min(first, minuteMs), nowMs);
  const end = Math.floor(nowMs / HOUR_MS);
  for (let hour = Math.ceil(firstMs / HOUR_MS); hour < end; hour++) hours.set(hour, 0);
  for (const { minuteMs, transactions } of minutes) {
    const hour = Math.floor(minuteMs / HOUR_MS);
    const count = hours.get(hour);
    if (count !== undefined) hours.set(hour, count + transactions);
  }
  return hours;
}

export function createModelReviews(
  desk: Desk,
  scorerOf: ScorerOf,
  trial: ModelTrial,
  maturityMs: number,
): ModelReviews {
  let kept: Kept | undefined;

  async function load(): Promise<LabelledPeriod> {
    const untilMs = desk.clock.nowMs() - maturityMs;
    const rows: PastRow[] = [];
    let fromMs: number | undefined;
    let verdicts = 0;
    for await (const page of decidedAcross(desk.store, untilMs - SPAN_MS, untilMs, MAX_ROWS)) {
      for (const stored of page) {
        rows.push(toReviewRow(stored));
        fromMs = stored.decision.decidedAtMs;
        if (stored.isFraud !== undefined) verdicts++;
      }
    }
    return { rows, fromMs, untilMs, verdicts: verdicts / Math.max(1, rows.length) };
  }

  /** What is at hand; it is let go after a while, since it takes tens of megabytes. */
  function atHand(): Kept {
    if (kept) return kept;
    const made: Kept = { period: load(), reviews: new Map(), drift: new Map(), shifts: new Map() };
    const forget = (): void => {
      if (kept === made) kept = undefined;
    };
    kept = made;
    made.period.then(() => setTimeout(forget, KEPT_MS).unref(), forget);
    return made;
  }

  const period = (): Promise<LabelledPeriod> => atHand().period;
  const championVersion = (): string => desk.inService().serving.champion.info.version;

  async function reviewOf(version: string, of: Promise<LabelledPeriod>): Promise<Review | undefined> {
    const { rows } = await of;
    // Whatever serves here is asked all the time; what does not, was filed before models were tried.
    const { champion, challenger } = desk.inService().serving;
    const serves = version === champion.info.version || version === challenger?.scorer.info.version;
    const problem = serves ? undefined : await trial.ofFiled(version);
    if (problem !== undefined) throw new InputError(problem);
    const scorer = await scorerOf(version);
    return scorer && reviewModel(scorer, rows, pacer());
  }

  async function review(version: string): Promise<Review | undefined> {
    const { period: of, reviews } = atHand();
    return foundOnce(reviews, version, () => reviewOf(version, of));
  }

  async function driftOver(of: Promise<LabelledPeriod>): Promise<readonly Drift[] | undefined> {
    const { champion } = desk.inService().serving;
    const { baseline, info } = champion;
    const { rows, fromMs, untilMs } = await of;
    const wholeWeek = fromMs !== undefined && untilMs - fromMs > SPAN_MS - DAY_MS;
    if (!baseline || rows.length < FEWEST_FOR_DRIFT) return undefined;
    const pause = pacer();
    const column = (): Float64Array => new Float64Array(rows.length);
    const scores = column();
    const values = info.features.map((name) => ({ name, index: INDEX[name], values: column() }));
    for (const [i, row] of rows.entries()) {
      // Read at once: whoever scores the row next encodes its categories another way.
      scores[i] = row.score(champion);
      for (const feature of values) feature.values[i] = row.vector[feature.index];
      if (i % ROWS_AT_ONCE === 0) await pause();
    }
    const found: Drift[] = [driftOf('score', baseline.score, scores)];
    for (const feature of values) {
      const drift = driftOf(feature.name, baseline.features[feature.name], feature.values);
      // Part of a week is at other hours and days than a whole one; that is no drift.
      found.push(wholeWeek || !CALENDAR_FEATURES.has(feature.name) ? drift : { ...drift, alarm: false });
      await pause();
    }
    return found.sort((a, b) => b.index - a.index);
  }

  async function shiftsOver(of: Promise<LabelledPeriod>): Promise<readonly Shift[]> {
    const { input, info, knows } = desk.inService().serving.champion;
    const { rows } = await of;
    const nowMs = desk.clock.nowMs();
    const madeMs = Date.parse(info.createdAt);
    const [minutes, delays] = await Promise.all([
      desk.store.counts(nowMs - DAY_MS, nowMs),
      desk.office.past.labelDelays(madeMs, nowMs, MAX_LABELS),
    ]);
    return [
      volumeShift(input?.volume, hoursOf(minutes, nowMs)),
      labelDelayShift(input?.labelDelayMs, delays),
      ...unseenShifts(
        input?.unseen,
        rows.map(({ transaction }) => transaction),
        knows,
      ),
    ];
  }

  return {
    period,
    review,
    async drift() {
      const { period: of, drift } = atHand();
      return foundOnce(drift, championVersion(), () => driftOver(of));
    },
    async shifts() {
      const { period: of, shifts } = atHand();
      return foundOnce(shifts, championVersion(), () => shiftsOver(of));
    },
    async gate(version) {
      const champion = await review(championVersion());
      const candidate = await review(version);
      return candidate && champion && gateOf(candidate, champion);
    },
  };
}
