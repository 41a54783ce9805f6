// A file through the engine: transactions in event time, each label once it would have been known.

import { setTimeout as sleep } from 'node:timers/promises';
import type { InputRow } from '../adapters/files/csv-rows.ts';
import { baseMinor } from '../domain/base-amount.ts';
import { shown } from '../domain/fields.ts';
import { createLatencyWindow } from '../engine/latency-window.ts';
import type { LogRecord } from '../engine/records.ts';
import { averagePrecision, ratesOf, rocAuc } from '../models/metrics.ts';
import { OverCapacityError } from '../ports/desk.ts';
import { createLabelClock, labelFor } from '../training/label-clock.ts';
import type { EmbeddedDesk } from './embedded.ts';

const DAY_MS = 86_400_000;
/** Records under way at most: enough for full batches, little enough for an honest latency. */
const MAX_UNDER_WAY = 4000;
const WAIT_MS = 2;
/** Bad rows go to the dead letters one by one up to here; beyond, they are only counted. */
const MAX_DEAD_LETTERS = 10_000;

export type ReplayOptions = {
  readonly batches: AsyncIterable<readonly InputRow[]>;
  readonly source: string;
  readonly delayDays: number;
  /** Rows at or after this time are not sent. */
  readonly untilMs: number;
  /** Event time passes this many times faster than the clock; Infinity for as fast as it goes. */
  readonly speed: number;
  /** Quality counts rows from here on: what came before, the model has seen. */
  readonly qualityFromMs: number;
  readonly stopped: () => boolean;
  readonly onProgress: (sent: number, perSecond: number, eventTimeMs: number) => void;
};

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

/** Sends a file through a desk and waits until every row is decided and committed. */
export async function replay(desk: EmbeddedDesk, options: ReplayOptions): Promise<ReplayReport> {
  const labels = createLabelClock();
  const truth = new Map<string, boolean>();
  const latency = createLatencyWindow();
  const engine = createLatencyWindow();
  const outcomes = { approve: 0, review: 0, decline: 0 };
  const scored = createScored();
  let sent = 0;
  let sentLabels = 0;
  let duplicates = 0;
  let conflicts = 0;
  const conflicting: string[] = [];
  let quarantined = 0;
  let badRows = 0;
  let firstProblem: string | undefined;
  let lastEventMs = 0;

  desk.onOutput((output) => {
    const now = desk.clock.nowMs();
    for (const { transaction, decision, receivedAtMs, engineMs } of output.decided) {
      outcomes[decision.outcome]++;
      latency.add(now - receivedAtMs, 0);
      engine.add(engineMs, 0);
      const fraud = truth.get(transaction.id);
      if (fraud === undefined) continue;
      // What is flagged and genuine closes its alert when that would have become known.
      if (!fraud && decision.outcome !== 'approve')
        labels.schedule(
          labelFor(transaction, false, transaction.occurredAtMs + options.delayDays * DAY_MS, 'import'),
        );
      if (transaction.occurredAtMs >= options.qualityFromMs) {
        scored.add(decision.score, fraud, decision.outcome !== 'approve', baseMinor(transaction));
      }
    }
    for (const result of output.results) {
      truth.delete(result.kind === 'quarantined' ? result.transactionId : result.decision.transactionId);
      if (result.kind === 'duplicate' && result.sameContent) duplicates++;
      else if (result.kind === 'duplicate') {
        conflicts++;
        if (conflicts <= MAX_DEAD_LETTERS) conflicting.push(result.decision.transactionId);
      }
      if (result.kind === 'quarantined') quarantined++;
    }
  });

  async function send(records: LogRecord[]): Promise<void> {
    if (records.length === 0) return;
    while (desk.backlog > MAX_UNDER_WAY && !options.stopped()) await sleep(WAIT_MS);
    for (;;) {
      try {
        await desk.append(records);
        return;
      } catch (error) {
        // A full disk is waited for: space may be freed.
        if (!(error instanceof OverCapacityError) || options.stopped()) throw error;
        await sleep(Math.min(error.retryAfterSeconds * 1000, 1000));
      }
    }
  }

  const started = performance.now();
  let firstEventMs: number | undefined;
  reading: for await (const batch of options.batches) {
    let records: LogRecord[] = [];
    for (const row of batch) {
      if (options.stopped()) break reading;
      if (!row.ok) {
        badRows++;
        firstProblem ??= `line ${row.line}: ${row.problems[0]?.message}`;
        if (badRows <= MAX_DEAD_LETTERS) {
          const source = `${options.source} line ${row.line}`;
          await desk.store.addDeadLetter(source, row.raw, row.problems, desk.clock.nowMs());
        }
        continue;
      }
      const { transaction, fraud } = row;
      const at = transaction.occurredAtMs;
      if (at >= options.untilMs) {
        await send(records);
        break reading;
      }
      firstEventMs ??= at;
      if (options.speed !== Number.POSITIVE_INFINITY) {
        const dueMs = started + (at - firstEventMs) / options.speed;
        if (dueMs > performance.now()) {
          await send(records);
          records = [];
          while (performance.now() < dueMs && !options.stopped()) {
            await sleep(Math.min(100, Math.max(1, dueMs - performance.now())));
          }
        }
      }
      for (const label of labels.due(at)) {
        records.push({ kind: 'label', label });
        sentLabels++;
      }
      if (fraud !== undefined) truth.set(transaction.id, fraud);
      if (fraud) labels.schedule(labelFor(transaction, true, at + options.delayDays * DAY_MS, 'import'));
      records.push({ kind: 'transaction', transaction, receivedAtMs: desk.clock.nowMs() });
      sent++;
      lastEventMs = at;
    }
    await send(records);
    options.onProgress(sent, sent / ((performance.now() - started) / 1000), lastEventMs);
  }
  await desk.settled();
  for (const id of conflicting) {
    const message = `The id ${shown(id)} was used before with other content; that one stands.`;
    await desk.store.addDeadLetter(options.source, id, [{ pointer: '/id', message }], desk.clock.nowMs());
  }
  const seconds = (performance.now() - started) / 1000;
  const percentiles = (window: typeof latency): Percentiles => ({
    p50: window.percentile(0.5, 0) ?? Number.NaN,
    p99: window.percentile(0.99, 0) ?? Number.NaN,
  });
  return {
    sent,
    decided: outcomes.approve + outcomes.review + outcomes.decline,
    duplicates,
    conflicts,
    quarantined,
    labels: sentLabels,
    badRows,
    firstProblem,
    seconds,
    perSecond: sent / seconds,
    outcomes,
    latencyMs: percentiles(latency),
    engineMs: percentiles(engine),
    quality: scored.quality(),
  };
}

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
