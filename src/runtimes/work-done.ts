// What a worker does, counted for its report, traced and told.
import { createLatencyWindow, type LatencyWindow } from '../engine/latency-window.ts';
import type { BatchOutput } from '../engine/process-batch.ts';
import { failuresOf } from '../models/serving.ts';
import { systemClock } from '../ports/clock.ts';
import type { InService } from '../ports/desk.ts';
import type { WorkerParts } from '../stream/worker.ts';
import type { ObservedKeeper } from './keep-observed.ts';
import type { Tracing } from './tracing.ts';

/** What a worker did since it started, and how long that took lately. */
export type WorkDone = {
  readonly counts: { decided: number; duplicates: number; deadLetters: number };
  readonly engine: LatencyWindow;
  readonly commit: LatencyWindow;
  /** By partition: the catalogue that decides, by its hash, and its first record. */
  readonly catalogues: Map<number, { readonly hash: string; readonly from: number }>;
};

export const createWorkDone = (): WorkDone => ({
  counts: { decided: 0, duplicates: 0, deadLetters: 0 },
  engine: createLatencyWindow(),
  commit: createLatencyWindow(),
  catalogues: new Map(),
});

export type EventParts = {
  readonly tracing: Tracing;
  readonly onNotice: (message: string) => void;
  readonly trouble: (text: string) => void;
  /** Something of the partition was committed or published. */
  readonly onProgress: (partition: number) => void;
  readonly observed: Pick<ObservedKeeper, 'look'>;
};

/** Counts, traces and tells what happens in a worker. */
export const workerEvents = (
  { counts, engine, commit, catalogues }: WorkDone,
  { tracing, onNotice, trouble, onProgress, observed }: EventParts,
): WorkerParts['events'] => ({
  onDecided(output, { duplicates, traces }) {
    const now = systemClock.nowMs();
    counts.decided += output.decided.length;
    counts.duplicates += duplicates;
    observed.look(output);
    if (traces.size > 0) traceDecisions(tracing, output, traces);
    for (const item of output.decided) engine.add(item.engineMs, now);
  },
  onCommitted(partition, _records, ms) {
    commit.add(ms, systemClock.nowMs());
    onProgress(partition);
  },
  onPublished: (partition) => onProgress(partition),
  onDeadLetter: () => {
    counts.deadLetters++;
  },
  onCatalogue(partition, hash, from) {
    const before = catalogues.get(partition);
    if (before?.hash === hash) return;
    catalogues.set(partition, { hash, from });
    if (before) onNotice(`partition ${partition}: another catalogue decides from offset ${from} on`);
  },
  onRebuild: (partition, from, to) =>
    onNotice(`partition ${partition}: rebuilding its histories, offsets ${from} to ${to}`),
  onStoreAway: (partition) =>
    onNotice(`partition ${partition}: Redis is away, decisions are made without histories until it is back`),
  onTrouble: (partition, what, error) => trouble(`partition ${partition}, ${what}: ${error.message}`),
});

/** Of a worker's report, what it did. */
export const workReport = (
  { counts, engine, commit }: WorkDone,
  { serving, ruleset }: InService,
  nowMs: number,
) => ({
  ...counts,
  ruleErrors: [...ruleset.errors.values()].reduce((sum, n) => sum + n, 0),
  modelFailures: failuresOf(serving),
  modelVersion: serving.champion.info.version,
  engine: engine.summary(nowMs),
  commit: commit.summary(nowMs),
});

/** A span for each transaction that came with a trace: from when it was written to when it was decided. */
function traceDecisions(
  tracing: Tracing,
  { partition, decided }: BatchOutput,
  traces: ReadonlyMap<number, string>,
): void {
  for (const { offset, receivedAtMs, decision, engineMs } of decided) {
    const parent = traces.get(offset);
    if (parent === undefined) continue;
    tracing.begin('decide', 'consumer', parent, receivedAtMs).end({
      'messaging.system': 'kafka',
      'messaging.destination.partition.id': String(partition),
      'messaging.kafka.offset': offset,
      'goshawk.transaction.id': decision.transactionId,
      'goshawk.outcome': decision.outcome,
      'goshawk.score': decision.score,
      'goshawk.model.version': decision.modelVersion,
      'goshawk.engine.ms': engineMs,
    });
  }
}
