// How each part of the pipeline was, minute by minute, for the last day: kept in memory, since only what is in memory measures it.
import { type LatencySummary, NOTHING_MEASURED, slowestOf } from '../../engine/latency-window.ts';
import type { PartHealth } from '../../ports/desk.ts';
import type { MinuteCount } from '../../protocol/figures.ts';
import type { PartFigures, PipelineMinutes, PipelinePoint } from '../../protocol/pipeline.ts';

const MINUTE_MS = 60_000;
export const KEPT_FIGURE_MINUTES = 24 * 60;
export const LONGEST_STEP_MINUTES = 15;
/** A chart shows no more points than it has room for. */
const STEPS = [
  { untilMinutes: 60, stepMinutes: 1 },
  { untilMinutes: 360, stepMinutes: 5 },
  { untilMinutes: KEPT_FIGURE_MINUTES, stepMinutes: LONGEST_STEP_MINUTES },
] as const;

type Mean = { sum: number; samples: number };
type PartMinute = {
  latency: LatencySummary;
  readonly perSecond: Mean;
  waiting: number | undefined;
  errors: number;
};
type Minute = { decision: LatencySummary; readonly parts: Map<string, PartMinute> };

export type MinuteFigures = {
  /** Takes down how everything is; to be called several times a minute. */
  note(parts: readonly PartHealth[], decision: LatencySummary, nowMs: number): void;
  /** What was noted in a period, beside the counts of its minutes. */
  points(periodMinutes: number, nowMs: number, counts: readonly MinuteCount[]): PipelineMinutes;
};

export function createMinuteFigures(): MinuteFigures {
  const minutes = new Map<number, Minute>();
  /** Errors that each part had counted when it was looked at last: counters begin anew with their process. */
  const counted = new Map<string, number>();

  function minuteAt(nowMs: number): Minute {
    const key = Math.floor(nowMs / MINUTE_MS);
    const found = minutes.get(key);
    if (found) return found;
    const made: Minute = { decision: NOTHING_MEASURED, parts: new Map() };
    minutes.set(key, made);
    for (const old of minutes.keys()) if (old <= key - KEPT_FIGURE_MINUTES) minutes.delete(old);
    return made;
  }

  return {
    note(parts, decision, nowMs) {
      const minute = minuteAt(nowMs);
      minute.decision = decision;
      for (const part of parts) {
        const before = counted.get(part.name);
        counted.set(part.name, part.errors);
        const fresh = before === undefined ? 0 : part.errors - before;
        notePart(minute.parts, part, fresh < 0 ? part.errors : fresh);
      }
    },
    points(periodMinutes, nowMs, counts) {
      const stepMinutes =
        STEPS.find(({ untilMinutes }) => periodMinutes <= untilMinutes)?.stepMinutes ?? LONGEST_STEP_MINUTES;
      const points: PipelinePoint[] = [];
      const first = Math.floor((nowMs - periodMinutes * MINUTE_MS) / MINUTE_MS / stepMinutes) * stepMinutes;
      for (let key = first; key * MINUTE_MS <= nowMs; key += stepMinutes) {
        const keys = Array.from({ length: stepMinutes }, (_, i) => key + i);
        points.push(
          pointOf(
            key,
            keys.flatMap((each) => minutes.get(each) ?? []),
            transactionsIn(counts, keys),
          ),
        );
      }
      return { periodMinutes, stepMinutes, points };
    },
  };
}

function notePart(parts: Minute['parts'], part: PartHealth, errors: number): void {
  const known = parts.get(part.name);
  const noted: PartMinute = known ?? {
    latency: NOTHING_MEASURED,
    perSecond: { sum: 0, samples: 0 },
    waiting: undefined,
    errors: 0,
  };
  if (!known) parts.set(part.name, noted);
  noted.latency = part.latency;
  noted.errors += errors;
  if (part.perSecond !== undefined) {
    noted.perSecond.sum += part.perSecond;
    noted.perSecond.samples++;
  }
  if (part.waiting !== undefined) noted.waiting = Math.max(noted.waiting ?? 0, part.waiting);
}

function transactionsIn(counts: readonly MinuteCount[], keys: readonly number[]): number {
  const times = new Set(keys.map((key) => new Date(key * MINUTE_MS).toISOString()));
  return counts.reduce((sum, { minute, transactions }) => sum + (times.has(minute) ? transactions : 0), 0);
}

function pointOf(key: number, minutes: readonly Minute[], transactions: number): PipelinePoint {
  const names = new Set(minutes.flatMap(({ parts }) => [...parts.keys()]));
  return {
    at: new Date(key * MINUTE_MS).toISOString(),
    transactions,
    measured: minutes.length > 0,
    decisionMs: slowestOf(minutes.map(({ decision }) => decision)),
    parts: [...names].map((name) =>
      partOf(
        name,
        minutes.flatMap(({ parts }) => parts.get(name) ?? []),
      ),
    ),
  };
}

function partOf(name: string, minutes: readonly PartMinute[]): PartFigures {
  const samples = minutes.reduce((sum, { perSecond }) => sum + perSecond.samples, 0);
  const waiting = minutes.flatMap((minute) => minute.waiting ?? []);
  return {
    name,
    latencyMs: slowestOf(minutes.map(({ latency }) => latency)),
    perSecond:
      samples === 0 ? null : minutes.reduce((sum, { perSecond }) => sum + perSecond.sum, 0) / samples,
    waiting: waiting.length === 0 ? null : Math.max(...waiting),
    errors: minutes.reduce((sum, { errors }) => sum + errors, 0),
  };
}
