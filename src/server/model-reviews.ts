// Reviews of models on the latest labelled transactions: the same ones for every model that is looked at together.
import { decodeVector } from '../engine/vector-codec.ts';
import { CATALOGUE_HASH, INDEX } from '../features/catalogue.ts';
import { type Drift, driftOf } from '../models/drift.ts';
import { type GateCheck, gateOf } from '../models/gate.ts';
import { type Review, type ReviewRow, reviewModel } from '../models/review.ts';
import type { Desk } from '../ports/desk.ts';
import type { StoredTransaction } from '../ports/store.ts';
import type { ScorerOf } from './past-scorers.ts';

const MAX_ROWS = 30_000;
const PAGE = 500;
const KEPT_MS = 30_000;
const FEWEST_FOR_DRIFT = 1000;

export type LabelledPeriod = {
  readonly rows: readonly ReviewRow[];
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
  /** What a model shows beside the champion. */
  gate(version: string): Promise<readonly GateCheck[] | undefined>;
};

const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function toReviewRow(stored: StoredTransaction): ReviewRow {
  const { transaction } = stored;
  const vector = decodeVector(stored.vector);
  return {
    fraud: stored.isFraud === true,
    amountMinor: transaction.amountMinor,
    vector,
    score: (scorer) => scorer.score(transaction, vector),
  };
}

export function createModelReviews(desk: Desk, scorerOf: ScorerOf, maturityMs: number): ModelReviews {
  let kept: { readonly atMs: number; readonly period: Promise<LabelledPeriod> } | undefined;
  let reviews = new Map<string, Promise<Review | undefined>>();

  async function load(): Promise<LabelledPeriod> {
    const untilMs = desk.clock.nowMs() - maturityMs;
    const rows: ReviewRow[] = [];
    let fromMs: number | undefined;
    let verdicts = 0;
    for (let before: number | undefined; rows.length < MAX_ROWS; ) {
      const page = await desk.store.transactions({ untilMs, ...(before !== undefined && { before }) }, PAGE);
      for (const stored of page) {
        if (stored.decision.catalogueHash !== CATALOGUE_HASH) continue;
        rows.push(toReviewRow(stored));
        fromMs = stored.decision.decidedAtMs;
        if (stored.isFraud !== undefined) verdicts++;
      }
      if (page.length < PAGE) break;
      before = page[page.length - 1].offset;
      await pause();
    }
    return { rows, fromMs, untilMs, verdicts: verdicts / Math.max(1, rows.length) };
  }

  function period(): Promise<LabelledPeriod> {
    const now = desk.clock.nowMs();
    if (!kept || now - kept.atMs > KEPT_MS) {
      kept = { atMs: now, period: load() };
      kept.period.catch(() => {
        kept = undefined;
      });
      reviews = new Map();
    }
    return kept.period;
  }

  async function reviewOf(version: string): Promise<Review | undefined> {
    const { rows } = await period();
    const scorer = await scorerOf(version);
    return scorer && reviewModel(scorer, rows, pause);
  }

  async function review(version: string): Promise<Review | undefined> {
    await period();
    const found = reviews.get(version) ?? reviewOf(version);
    reviews.set(version, found);
    found.catch(() => reviews.delete(version));
    return found;
  }

  return {
    period,
    review,
    async drift() {
      const { version } = desk.inService().serving.champion.info;
      const { rows } = await period();
      const baseline = (await desk.models.load(version))?.baseline;
      const scorer = await scorerOf(version);
      if (!baseline || !scorer || rows.length < FEWEST_FOR_DRIFT) return undefined;
      const values = new Float64Array(rows.length);
      const scores = new Float64Array(rows.length);
      for (const [i, row] of rows.entries()) {
        scores[i] = row.score(scorer);
        if (i % PAGE === 0) await pause();
      }
      const found: Drift[] = [driftOf('score', baseline.score, scores)];
      for (const name of scorer.info.features) {
        const before = baseline.features[name];
        if (!before) continue;
        for (const [i, row] of rows.entries()) values[i] = row.vector[INDEX[name]];
        found.push(driftOf(name, before, values));
        await pause();
      }
      return found.sort((a, b) => b.index - a.index);
    },
    async gate(version) {
      const champion = await review(desk.inService().serving.champion.info.version);
      const candidate = await review(version);
      return candidate && champion && gateOf(candidate, champion);
    },
  };
}
