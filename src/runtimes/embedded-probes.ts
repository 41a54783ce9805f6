// Health of the parts of an embedded desk, each probed for real.
import { createLatencyWindow } from '../engine/latency-window.ts';
import type { Engine } from '../engine/process-batch.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import { ENTITY_KINDS } from '../features/feature-state.ts';
import { failuresOf } from '../models/serving.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { Measurements, PartHealth } from '../ports/desk.ts';
import { watchProgress } from '../ports/progress-watch.ts';
import type { Log } from '../ports/stream/log.ts';
import { stillOf } from './still.ts';

const PROBE_MS = 2000;
const STALE_MS = 10_000;
const BUSY_BACKLOG = 5000;

export type ProbedParts = {
  readonly engine: Engine;
  readonly log: Log;
  readonly clock: Clock;
  readonly measurements: Measurements;
  readonly backlog: () => number;
  /** Up to where records are decided, and up to where that is committed. */
  readonly reached: () => { readonly decided: number; readonly committed: number };
  /** What failed last and is tried again; undefined once something was committed after it. */
  readonly trouble: () => string | undefined;
  readonly boundary: Boundary;
  readonly query: (sql: string, parameters: readonly unknown[]) => Promise<unknown>;
};

export type Probes = { health(nowMs: number, perSecond: number): PartHealth[]; stop(): void };

export function startEmbeddedProbes(parts: ProbedParts): Probes {
  const { engine, log, clock, measurements, backlog } = parts;
  const databaseLatency = createLatencyWindow();
  const stateLatency = createLatencyWindow();
  let databaseErrors = 0;
  let databaseOkAtMs: number | undefined;
  let stateOkAtMs: number | undefined;

  async function probe(): Promise<void> {
    const started = performance.now();
    try {
      await parts.query('select 1', []);
      databaseLatency.add(performance.now() - started, clock.nowMs());
      databaseOkAtMs = clock.nowMs();
    } catch {
      databaseErrors++;
    }
    const { account } = engine.state;
    if (account.size === 0) return;
    const looked = performance.now();
    const entry = account.find(account.keyOf(Math.floor(Math.random() * account.size)));
    if (entry >= 0 && account.payloadLength(entry) > 0) {
      stateLatency.add(performance.now() - looked, clock.nowMs());
      stateOkAtMs = clock.nowMs();
    }
  }
  const appends = watchProgress();
  const commits = watchProgress();
  const road = watchProgress();
  function look(): void {
    const atMs = clock.nowMs();
    const { decided, committed } = parts.reached();
    appends.sample('', { atMs, waiting: log.pending, position: log.endOffset() });
    commits.sample('', { atMs, waiting: decided - committed, position: committed });
    road.sample('', { atMs, waiting: backlog(), position: committed });
  }
  const stops = [
    parts.boundary.every('probes', PROBE_MS, probe),
    parts.boundary.every('progress', PROBE_MS, look),
  ];
  parts.boundary.guarded('probes', probe)();

  return {
    stop() {
      for (const stop of stops) stop();
    },
    health(nowMs, perSecond) {
      const why = (what: string): string => {
        const trouble = parts.trouble();
        return trouble === undefined ? what : `${what}: ${trouble}`;
      };
      const still = {
        log: stillOf(appends, why('nothing that came in is appended')),
        road: stillOf(road, why('nothing is decided while records wait')),
        database: stillOf(commits, why('nothing that was decided is committed')),
      };
      const fresh = (at: number | undefined): boolean => at !== undefined && nowMs - at < STALE_MS;
      const bytes = ENTITY_KINDS.reduce((sum, kind) => sum + engine.state[kind].bytesReserved, 0);
      const entities = ENTITY_KINDS.reduce((sum, kind) => sum + engine.state[kind].size, 0);
      return [
        {
          name: 'log',
          title: 'Log',
          ...(still.log ?? { status: log.lastAppendMs === undefined ? 'unknown' : 'up' }),
          measures: 'append to committed',
          latency: measurements.append.summary(nowMs),
          perSecond,
          waiting: log.pending,
          errors: 0,
          lastAtMs: measurements.lastCommitAtMs,
          detail: `${log.endOffset().toLocaleString('en')} records`,
        },
        {
          name: 'engine',
          title: 'Scoring engine',
          ...(still.road ?? {
            status:
              backlog() > BUSY_BACKLOG || failuresOf(engine.serving) > 0
                ? 'degraded'
                : measurements.lastCommitAtMs === undefined
                  ? 'unknown'
                  : 'up',
          }),
          measures: 'features, model, rules and reasons of one transaction',
          latency: measurements.engine.summary(nowMs),
          perSecond,
          waiting: backlog(),
          errors: [...engine.ruleset.errors.values()].reduce((sum, n) => sum + n, failuresOf(engine.serving)),
          lastAtMs: measurements.lastCommitAtMs,
          detail:
            `${FEATURE_COUNT} features, ${engine.ruleset.rules.length} rules` +
            (failuresOf(engine.serving) > 0
              ? `; ${failuresOf(engine.serving).toLocaleString('en')} that the model could not score or explain`
              : ''),
        },
        {
          name: 'state',
          title: 'State',
          status: fresh(stateOkAtMs) ? 'up' : 'unknown',
          measures: 'look-up of one account',
          latency: stateLatency.summary(nowMs),
          perSecond: undefined,
          waiting: undefined,
          errors: 0,
          lastAtMs: stateOkAtMs,
          detail: `${entities.toLocaleString('en')} histories in ${(bytes / 1e6).toFixed(0)} MB`,
        },
        {
          name: 'database',
          title: 'Database',
          ...(still.database ?? { status: fresh(databaseOkAtMs) ? 'up' : 'down' }),
          measures: 'round trip of a query',
          latency: databaseLatency.summary(nowMs),
          perSecond: undefined,
          waiting: undefined,
          errors: databaseErrors,
          lastAtMs: databaseOkAtMs,
          detail: `commit p50 ${(measurements.commit.percentile(0.5, nowMs) ?? Number.NaN).toFixed(1)} ms`,
        },
      ];
    },
  };
}
