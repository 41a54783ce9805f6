// Health of the parts of an embedded desk, each probed for real.
import type { Engine } from '../engine/process-batch.ts';
import { tablesOf } from '../features/feature-state.ts';
import { failuresOf } from '../models/serving.ts';
import type { Boundary } from '../ports/boundary.ts';
import type { Clock } from '../ports/clock.ts';
import type { Measurements, PartHealth } from '../ports/desk.ts';
import { type ProgressWatch, watchProgress } from '../ports/progress-watch.ts';
import type { Log } from '../ports/stream/log.ts';
import {
  answered,
  createProbe,
  DATABASE_PART,
  ENGINE_PART,
  type Probe,
  probedFigures,
  timed,
} from './probe.ts';
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

/** What the probes found, and how far each stretch of the road was when it was looked at. */
type Found = {
  readonly database: Probe;
  readonly state: Probe;
  readonly appends: ProgressWatch;
  readonly commits: ProgressWatch;
  readonly road: ProgressWatch;
};

export function startEmbeddedProbes(parts: ProbedParts): Probes {
  const { engine, log, clock, backlog } = parts;
  const found: Found = {
    database: createProbe(),
    state: createProbe(),
    appends: watchProgress(),
    commits: watchProgress(),
    road: watchProgress(),
  };

  async function probe(): Promise<void> {
    await timed(found.database, clock, () => parts.query('select 1', []));
    const { account } = engine.state;
    if (account.size === 0) return;
    const looked = performance.now();
    const entry = account.find(account.keyOf(Math.floor(Math.random() * account.size)));
    if (entry >= 0 && account.payloadLength(entry) > 0) answered(found.state, looked, clock);
  }
  function look(): void {
    const atMs = clock.nowMs();
    const { decided, committed } = parts.reached();
    found.appends.sample('', { atMs, waiting: log.pending, position: log.endOffset() });
    found.commits.sample('', { atMs, waiting: decided - committed, position: committed });
    found.road.sample('', { atMs, waiting: backlog(), position: committed });
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
    health: (nowMs, perSecond) => [
      logHealth(parts, found, nowMs, perSecond),
      engineHealth(parts, found, nowMs, perSecond),
      stateHealth(parts, found, nowMs),
      databaseHealth(parts, found, nowMs),
    ],
  };
}

/** Why a part stands still, as far as it is known. */
function why({ trouble }: ProbedParts, what: string): string {
  const last = trouble();
  return last === undefined ? what : `${what}: ${last}`;
}

const isFresh = ({ okAtMs }: Probe, nowMs: number): boolean =>
  okAtMs !== undefined && nowMs - okAtMs < STALE_MS;

function logHealth(parts: ProbedParts, found: Found, nowMs: number, perSecond: number): PartHealth {
  const { log, measurements } = parts;
  const still = stillOf(found.appends, why(parts, 'nothing that came in is appended'));
  return {
    name: 'log',
    title: 'Log',
    ...(still ?? { status: log.lastAppendMs === undefined ? 'unknown' : 'up' }),
    measures: 'append to committed',
    latency: measurements.append.summary(nowMs),
    perSecond,
    waiting: log.pending,
    errors: 0,
    lastAtMs: measurements.lastCommitAtMs,
    detail: `${log.endOffset().toLocaleString('en')} records`,
  };
}

function engineHealth(parts: ProbedParts, found: Found, nowMs: number, perSecond: number): PartHealth {
  const { engine, measurements } = parts;
  const waiting = parts.backlog();
  const { catalogue, serving, ruleset } = engine.inService;
  const unscored = failuresOf(serving);
  const still = stillOf(found.road, why(parts, 'nothing is decided while records wait'));
  return {
    ...ENGINE_PART,
    title: 'Scoring engine',
    ...(still ?? {
      status:
        waiting > BUSY_BACKLOG || unscored > 0
          ? 'degraded'
          : measurements.lastCommitAtMs === undefined
            ? 'unknown'
            : 'up',
    }),
    latency: measurements.engine.summary(nowMs),
    perSecond,
    waiting,
    errors: [...ruleset.errors.values()].reduce((sum, n) => sum + n, unscored),
    lastAtMs: measurements.lastCommitAtMs,
    detail:
      `${catalogue.size} features, ${ruleset.rules.length} rules` +
      (unscored > 0 ? `; ${unscored.toLocaleString('en')} that the model could not score or explain` : ''),
  };
}

function stateHealth({ engine }: ProbedParts, { state }: Found, nowMs: number): PartHealth {
  let bytes = 0;
  let entities = 0;
  for (const [, table] of tablesOf(engine.state)) {
    bytes += table.bytesReserved;
    entities += table.size;
  }
  return {
    name: 'state',
    title: 'State',
    status: isFresh(state, nowMs) ? 'up' : 'unknown',
    measures: 'look-up of one account',
    ...probedFigures(state, nowMs),
    detail: `${entities.toLocaleString('en')} histories in ${(bytes / 1e6).toFixed(0)} MB`,
  };
}

function databaseHealth(parts: ProbedParts, { commits, database }: Found, nowMs: number): PartHealth {
  const still = stillOf(commits, why(parts, 'nothing that was decided is committed'));
  const commitMs = parts.measurements.commit.percentile(0.5, nowMs) ?? Number.NaN;
  return {
    ...DATABASE_PART,
    title: 'Database',
    ...(still ?? { status: isFresh(database, nowMs) ? 'up' : 'down' }),
    ...probedFigures(database, nowMs),
    detail: `commit p50 ${commitMs.toFixed(1)} ms`,
  };
}
