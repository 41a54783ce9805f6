// The sinks of a distributed installation, as they report, and how far what they store is.
import type { Pool } from 'pg';
import type { ProcessRegistry, SinkReport } from '../adapters/redis/process-registry.ts';
import type { FillProgress } from '../domain/catalogue-version.ts';
import { slowestOf } from '../engine/latency-window.ts';
import type { Clock } from '../ports/clock.ts';
import type { PartHealth } from '../ports/desk.ts';
import { watchProgress } from '../ports/progress-watch.ts';
import { OUTPUTS, type Output } from '../ports/stream/stream.ts';
import {
  LAGGING_RECORDS,
  missingText,
  processFigures,
  startedAgain,
  sum,
  troubleOf,
  whyStill,
} from './process-words.ts';
import { stillOf } from './still.ts';

/** Where the partitions of the outputs end; nothing of one that could not be asked. */
export type OutputEnds = Partial<Record<Output, readonly number[]>>;

export type SinksWatch = {
  /** Reads what sinks report. */
  read(): Promise<void>;
  /** Looks how far each output is stored. */
  look(pool: Pool, ends: OutputEnds): Promise<void>;
  /** What one of them reports of the histories that it fills. */
  filling(): FillProgress | undefined;
  /** `storedAtMs` is when the database was last there. */
  health(storedAtMs: number | undefined): PartHealth;
};

/** Watches sinks; a partition that nobody has stands still as well. */
export function watchSinks(
  registry: ProcessRegistry<SinkReport>,
  clock: Clock,
  partitions: number,
): SinksWatch {
  let sinks: readonly SinkReport[] = [];
  let lag: number | undefined;
  /** When one said something last; from the start on, where none ever did. */
  let heardAtMs = clock.nowMs();
  /** By output and partition. */
  const storing = watchProgress();

  return {
    async read() {
      sinks = await registry.live(clock.nowMs());
      if (sinks.length > 0) heardAtMs = clock.nowMs();
    },
    async look(pool, ends) {
      const { rows } = await pool.query('select output, partition, next_offset from stream_progress');
      const stored = new Map(rows.map((row) => [`${row.output} ${row.partition}`, Number(row.next_offset)]));
      const atMs = clock.nowMs();
      const waits = OUTPUTS.flatMap((output) =>
        (ends[output] ?? []).map((end, partition) => {
          const key = `${output} ${partition}`;
          const position = stored.get(key) ?? 0;
          storing.sample(key, { atMs, position, waiting: end - position });
          // Where the topic ends was asked a moment before.
          return Math.max(0, end - position);
        }),
      );
      lag = sum(waits);
    },
    filling: () => sinks.find((sink) => sink.filling)?.filling ?? undefined,
    health(storedAtMs) {
      const missing = partitions - new Set(sinks.flatMap((sink) => sink.partitions)).size;
      const latency = slowestOf(sinks.map((sink) => sink.latency));
      const still = stillOf(storing, (key) => {
        const [output, partition] = key.split(' ');
        const holders = sinks.map((sink) => ({ ...sink, holds: sink.partitions }));
        return `${output}: ${whyStill(Number(partition), holders, 'sink')}`;
      });
      const behind = lag !== undefined && lag > LAGGING_RECORDS;
      const silent = { sinceMs: heardAtMs, why: 'no sink reports' };
      return {
        name: 'sink',
        title: sinks.length > 1 ? 'Sinks' : 'Sink',
        status:
          lag === undefined
            ? 'unknown'
            : sinks.length === 0
              ? 'down'
              : (still?.status ?? (missing > 0 || behind ? 'degraded' : 'up')),
        ...troubleOf(still, sinks.length > 0 ? undefined : silent),
        measures: 'published to stored',
        latency,
        perSecond: latency.count / 60,
        waiting: lag,
        errors: sum(sinks.map((sink) => sink.errors)),
        lastAtMs: storedAtMs,
        detail: detailOf(sinks, lag, missing, partitions),
        figures: processFigures(sinks),
      };
    },
  };
}

function detailOf(
  sinks: readonly SinkReport[],
  lag: number | undefined,
  missing: number,
  partitions: number,
): string {
  return [
    lag === undefined ? 'not measured yet' : `${lag.toLocaleString('en')} records to store`,
    ...(sinks.length === 0 ? ['none reports'] : missingText(missing, partitions)),
    ...sinks.flatMap(({ filling }) =>
      filling
        ? [
            `filling catalogue version ${filling.version}: ${filling.records.toLocaleString('en')} of ${filling.of.toLocaleString('en')} records`,
          ]
        : [],
    ),
    ...startedAgain(sinks),
  ].join(', ');
}
