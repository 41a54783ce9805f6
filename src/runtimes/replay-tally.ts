// What a replay comes to: counts, latencies, and how good the decisions were.
import { baseMinor } from '../domain/base-amount.ts';
import { createLatencyWindow, type LatencyWindow } from '../engine/latency-window.ts';
import type { BatchOutput, Decided } from '../engine/process-batch.ts';
import { averagePrecision, ratesOf, rocAuc } from '../models/metrics.ts';

/** Ids are kept up to here; beyond, they are only counted. */
export const MAX_DEAD_LETTERS = 10_000;

export type ReplayReport = {
  readonly sent: number;
  readonly decided: number;
  /** Sent again just as they were decided before. */
  readonly duplicates: number;
  /** Rows whose id was decided with other content: they are among the dead letters. */
  readonly conflicts: number;
  /** Rows that the engine or the database could not take; they are among the dead letters. */
  readonly quarantined: number;
  readonly labels: number;
  readonly badRows: number;
  readonly firstProblem: string | undefined;
  readonly seconds: number;
  readonly perSecond: number;
  readonly outcomes: { readonly approve: number; readonly review: number; readonly decline: number };
  /** Received to committed, milliseconds. */
  readonly latencyMs: Percentiles;
  /** Inside the engine, milliseconds. */
  readonly engineMs: Percentiles;
  /** Of labelled rows after the training stretch; undefined without any fraud among them. */
  readonly quality:
    | {
        readonly rows: number;
        readonly frauds: number;
        readonly auc: number;
        readonly averagePrecision: number;
        readonly flagged: number;
        readonly precision: number;
        readonly recall: number;
        /** Share of the money in fraud that was in flagged transactions. */
        readonly valueRecall: number;
      }
    | undefined;
};

type Percentiles = { readonly p50: number; readonly p99: number };

/** What was sent, as whoever sends it counts. */
export type Sending = {
  sent: number;
  labels: number;
  badRows: number;
  firstProblem: string | undefined;
};

export type ReplayTally = {
  /** What a transaction that is being sent is known to be. */
  expect(transactionId: string, fraud: boolean): void;
  /** Takes in what was committed just now. */
  add(output: BatchOutput, nowMs: number): void;
  /** Ids that were decided with other content, the first of them. */
  readonly conflicting: readonly string[];
  report(sending: Sending, seconds: number): ReplayReport;
};

/** `onFlaggedGenuine` hears of what was flagged and is genuine; quality counts what happened from a time on. */
export function createTally(
  qualityFromMs: number,
  onFlaggedGenuine: (decided: Decided) => void,
): ReplayTally {
  const truth = new Map<string, boolean>();
  const latency = createLatencyWindow();
  const engine = createLatencyWindow();
  const outcomes = { approve: 0, review: 0, decline: 0 };
  const counts = { duplicates: 0, conflicts: 0, quarantined: 0 };
  const conflicting: string[] = [];
  const scored = createScored();

  function addDecided(item: Decided, nowMs: number): void {
    const { transaction, decision, receivedAtMs, engineMs } = item;
    outcomes[decision.outcome]++;
    latency.add(nowMs - receivedAtMs, 0);
    engine.add(engineMs, 0);
    const fraud = truth.get(transaction.id);
    if (fraud === undefined) return;
    const isFlagged = decision.outcome !== 'approve';
    if (!fraud && isFlagged) onFlaggedGenuine(item);
    if (transaction.occurredAtMs >= qualityFromMs)
      scored.add(decision.score, fraud, isFlagged, baseMinor(transaction));
  }

  return {
    conflicting,
    expect: (transactionId, fraud) => {
      truth.set(transactionId, fraud);
    },
    add({ decided, results }, nowMs) {
      for (const item of decided) addDecided(item, nowMs);
      for (const result of results) {
        truth.delete(result.kind === 'quarantined' ? result.transactionId : result.decision.transactionId);
        if (result.kind === 'duplicate' && result.sameContent) counts.duplicates++;
        else if (result.kind === 'duplicate') {
          counts.conflicts++;
          if (counts.conflicts <= MAX_DEAD_LETTERS) conflicting.push(result.decision.transactionId);
        }
        if (result.kind === 'quarantined') counts.quarantined++;
      }
    },
    report: ({ sent, labels, badRows, firstProblem }, seconds) => ({
      sent,
      decided: outcomes.approve + outcomes.review + outcomes.decline,
      ...counts,
      labels,
      badRows,
      firstProblem,
      seconds,
      perSecond: sent / seconds,
      outcomes,
      latencyMs: percentiles(latency),
      engineMs: percentiles(engine),
      quality: scored.quality(),
    }),
  };
}

const percentiles = (window: LatencyWindow): Percentiles => ({
  p50: window.percentile(0.5, 0) ?? Number.NaN,
  p99: window.percentile(0.99, 0) ?? Number.NaN,
});

/** Scores and truths as they come, in growing flat arrays. */
function createScored() {
  let scores = new Float64Array(1 << 14);
  let truths = new Uint8Array(1 << 14);
  let rows = 0;
  const confusion = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
  let fraudMinor = 0;
  let caughtMinor = 0;
  return {
    add(score: number, fraud: boolean, isFlagged: boolean, amountInBase: number): void {
      if (rows === scores.length) {
        const largerScores = new Float64Array(rows * 2);
        largerScores.set(scores);
        scores = largerScores;
        const largerTruths = new Uint8Array(rows * 2);
        largerTruths.set(truths);
        truths = largerTruths;
      }
      scores[rows] = score;
      truths[rows++] = fraud ? 1 : 0;
      if (isFlagged) fraud ? confusion.truePositives++ : confusion.falsePositives++;
      else fraud ? confusion.falseNegatives++ : confusion.trueNegatives++;
      if (fraud) fraudMinor += amountInBase;
      if (fraud && isFlagged) caughtMinor += amountInBase;
    },
    quality(): ReplayReport['quality'] {
      const frauds = confusion.truePositives + confusion.falseNegatives;
      if (frauds === 0 || frauds === rows) return undefined;
      const rates = ratesOf(confusion);
      const s = scores.subarray(0, rows);
      const t = truths.subarray(0, rows);
      return {
        rows,
        frauds,
        auc: rocAuc(s, t),
        averagePrecision: averagePrecision(s, t),
        flagged: confusion.truePositives + confusion.falsePositives,
        precision: rates.precision,
        recall: rates.recall,
        valueRecall: caughtMinor / fraudMinor,
      };
    },
  };
}
