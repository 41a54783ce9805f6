// What a desk measures of its road.
import { createLatencyWindow } from '../engine/latency-window.ts';
import type { BatchOutput } from '../engine/process-batch.ts';
import type { Measurements } from '../ports/desk.ts';

export const createMeasurements = (): Measurements => ({
  decision: createLatencyWindow(),
  engine: createLatencyWindow(),
  append: createLatencyWindow(),
  commit: createLatencyWindow(),
  lastCommitAtMs: undefined,
});

/** Takes in a batch that was committed just now, in so many milliseconds. */
export function measureCommit(
  measurements: Measurements,
  { decided }: BatchOutput,
  commitMs: number,
  nowMs: number,
): void {
  measurements.commit.add(commitMs, nowMs);
  measurements.lastCommitAtMs = nowMs;
  for (const item of decided) {
    measurements.decision.add(nowMs - item.receivedAtMs, nowMs);
    measurements.engine.add(item.engineMs, nowMs);
  }
}
