// What is asked again and again whether it is there: how soon it answers, and what was wrong the last time.
import { createLatencyWindow, type LatencyWindow } from '../engine/latency-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { PartHealth } from '../ports/desk.ts';

export type Probe = {
  readonly latency: LatencyWindow;
  okAtMs: number | undefined;
  errors: number;
  /** Nothing while it answers. */
  trouble: string;
};

/** Parts that every runtime has. */
export const ENGINE_PART = {
  name: 'engine',
  measures: 'features, model, rules and reasons of one transaction',
} as const;
export const DATABASE_PART = { name: 'database', measures: 'round trip of a query' } as const;

export const createProbe = (): Probe => ({
  latency: createLatencyWindow(),
  okAtMs: undefined,
  errors: 0,
  trouble: '',
});

/** It answered what was asked at `started` of `performance.now()`. */
export function answered(probe: Probe, started: number, clock: Clock): void {
  probe.latency.add(performance.now() - started, clock.nowMs());
  probe.okAtMs = clock.nowMs();
  probe.trouble = '';
}

/** Asks; a failure is kept in the probe and goes no further. */
export async function timed(probe: Probe, clock: Clock, ask: () => Promise<unknown>): Promise<void> {
  const started = performance.now();
  try {
    await ask();
    answered(probe, started, clock);
  } catch (error) {
    probe.errors++;
    probe.trouble = (error as Error).message.slice(0, 200);
  }
}

/** What a probe says of its part: nothing passes through it that could be counted. */
export const probedFigures = (
  { latency, errors, okAtMs }: Probe,
  nowMs: number,
): Pick<PartHealth, 'latency' | 'perSecond' | 'waiting' | 'errors' | 'lastAtMs'> => ({
  latency: latency.summary(nowMs),
  perSecond: undefined,
  waiting: undefined,
  errors,
  lastAtMs: okAtMs,
});
