// Reviews of models on the latest labelled transactions: the same ones for every model that is looked at together.
import { InputError } from '../../domain/input-error.ts';
import type { Catalogue } from '../../features/catalogue.ts';
import type { Drift } from '../../models/drift.ts';
import { type GateCheck, gateOf } from '../../models/gate.ts';
import type { Scorer } from '../../models/model.ts';
import { type Review, reviewModel } from '../../models/review.ts';
import type { Shift } from '../../models/shift.ts';
import type { Desk } from '../../ports/desk.ts';
import type { ModelTrial } from '../../ports/model-trial.ts';
import { pacer } from '../edge/pace.ts';
import { driftOver } from './input-drift.ts';
import { shiftsOver } from './input-shifts.ts';
import { type LabelledPeriod, loadPeriod } from './labelled-period.ts';
import type { ScorerOf } from './past-scorers.ts';

const KEPT_MS = 30_000;

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
  readonly catalogue: Catalogue;
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

export function createModelReviews(
  desk: Desk,
  scorerOf: ScorerOf,
  trial: ModelTrial,
  maturityMs: number,
): ModelReviews {
  let kept: Kept | undefined;

  /** What is at hand; it is let go after a while, since it takes tens of megabytes. */
  function atHand(): Kept {
    const { catalogue } = desk.inService();
    if (kept?.catalogue === catalogue) return kept;
    const made: Kept = {
      catalogue,
      period: loadPeriod(desk, maturityMs),
      reviews: new Map(),
      drift: new Map(),
      shifts: new Map(),
    };
    const forget = (): void => {
      if (kept === made) kept = undefined;
    };
    kept = made;
    made.period.then(() => setTimeout(forget, KEPT_MS).unref(), forget);
    return made;
  }

  const championOfNow = (): Scorer => desk.inService().serving.champion;

  async function reviewOf(version: string, period: Promise<LabelledPeriod>): Promise<Review | undefined> {
    const { catalogue, rows } = await period;
    // Whatever serves here is asked all the time; what does not, was filed before models were tried.
    const { champion, challenger } = desk.inService().serving;
    const serves = version === champion.info.version || version === challenger?.scorer.info.version;
    const problem = serves ? undefined : await trial.ofFiled(version);
    if (problem !== undefined) throw new InputError(problem);
    const scorer = await scorerOf(version, catalogue);
    return scorer && reviewModel(scorer, rows, pacer());
  }

  async function review(version: string): Promise<Review | undefined> {
    const { period, reviews } = atHand();
    return foundOnce(reviews, version, () => reviewOf(version, period));
  }

  return {
    period: () => atHand().period,
    review,
    async drift() {
      const { period, drift } = atHand();
      const champion = championOfNow();
      return foundOnce(drift, champion.info.version, async () => driftOver(await period, champion));
    },
    async shifts() {
      const { period, shifts } = atHand();
      const champion = championOfNow();
      return foundOnce(shifts, champion.info.version, async () => shiftsOver(await period, desk, champion));
    },
    async gate(version) {
      const champion = await review(championOfNow().info.version);
      const candidate = await review(version);
      return candidate && champion && gateOf(candidate, champion);
    },
  };
}
