// What the desk knows of itself, measured: counts, health of its parts, live quality of the model.
import type { Boundary } from '../../ports/boundary.ts';
import type { Desk, PartHealth } from '../../ports/desk.ts';
import type { Restarts } from '../../ports/restarts.ts';
import type { MinuteCount, Stats } from '../../protocol/figures.ts';
import type { ModelPanel, QualityFigures } from '../../protocol/model-panel.ts';
import type { Pipeline, PipelineMinutes } from '../../protocol/pipeline.ts';
import { createLiveCounts, KEPT_MINUTES, type LiveCounts } from '../figures/live-counts.ts';
import { liveQuality, modelPanel } from '../models/live-quality.ts';
import { createMinuteFigures, LONGEST_STEP_MINUTES } from './minute-figures.ts';
import {
  type FeedState,
  feedHealth,
  type ProducerState,
  processHealth,
  producerHealth,
  quarantineHealth,
  serviceHealth,
} from './part-health.ts';

const MINUTE_MS = 60_000;
const PROBE_MS = 2000;
const MODEL_MS = 5000;
const FIGURES_MS = 5000;
/** A second start stays quick however busy the last day was; older minutes then show no scores. */
const MAX_SCORES_LOADED = 200_000;

export type Monitor = {
  readonly counts: LiveCounts;
  readonly restarts: Restarts;
  stats(periodMinutes: number): Stats;
  /** Every part, with what only machines are told. */
  parts(): readonly PartHealth[];
  pipeline(): Pipeline;
  /** How each part was in the last minutes. */
  pipelineMinutes(periodMinutes: number): PipelineMinutes;
  model(): ModelPanel;
  stop(): void;
};

export type MonitorSources = {
  readonly boundary: Boundary;
  readonly restarts: Restarts;
  readonly desk: Desk;
  readonly producer: () => ProducerState;
  readonly feed: () => FeedState;
  /** Labels of decisions older than this are taken as complete. */
  readonly maturityMs: number;
  /** How many raise an alarm; undefined while nothing is known. */
  readonly driftAlarms: () => number | undefined;
};

/** Counts of the last two days, added to as decisions are committed. */
async function countsOf(desk: Desk): Promise<LiveCounts> {
  const { store, clock } = desk;
  const counts = createLiveCounts();
  const nowMs = clock.nowMs();
  counts.load(await store.counts(nowMs - KEPT_MINUTES * MINUTE_MS, nowMs + MINUTE_MS));
  counts.loadScores(await store.scoreCounts(nowMs - KEPT_MINUTES * MINUTE_MS, MAX_SCORES_LOADED));
  desk.onCommitted((output) => counts.add(output.counts));
  return counts;
}

/** What was found in the database last. */
type Found = {
  queue: { readonly open: number; readonly expectedLossMinor: number };
  deadLetters: { readonly total: number; readonly quarantined: number };
  live: QualityFigures | null;
};

/** Asks the database now and then. */
async function watchDatabase({
  desk,
  maturityMs,
  boundary,
}: MonitorSources): Promise<{ readonly found: Readonly<Found>; stop(): void }> {
  const { store, clock, office } = desk;
  const found: Found = {
    queue: await store.openAlerts(),
    deadLetters: await office.deadLetters.count(),
    live: await liveQuality(store, clock.nowMs() - maturityMs),
  };
  async function probe(): Promise<void> {
    found.queue = await store.openAlerts();
    found.deadLetters = await office.deadLetters.count();
  }
  async function measureModel(): Promise<void> {
    found.live = await liveQuality(store, clock.nowMs() - maturityMs);
  }
  const stops = [
    // A database that does not answer shows in the health of the database.
    boundary.every('counts', PROBE_MS, () => probe().catch(() => undefined)),
    boundary.every('live quality', MODEL_MS, () => measureModel().catch(() => undefined)),
  ];
  return {
    found,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

/** What was decided of a simulated past came by no road: it is no throughput. */
function passed(minutes: readonly MinuteCount[], past: Desk['simulatedPast']): readonly MinuteCount[] {
  if (!past) return minutes;
  const joinMs = Math.floor(past.untilMs / MINUTE_MS) * MINUTE_MS;
  return minutes.flatMap((one) => {
    const atMs = Date.parse(one.minute);
    if (atMs !== joinMs) return atMs > joinMs ? one : [];
    return { ...one, transactions: Math.max(0, one.transactions - past.inLastMinute) };
  });
}

function statsOf(
  { clock, measurements, simulatedPast }: Desk,
  counts: LiveCounts,
  queue: Found['queue'],
  periodMinutes: number,
): Stats {
  const now = clock.nowMs();
  const from = now - periodMinutes * MINUTE_MS;
  return {
    periodMinutes,
    current: counts.totals(from, now),
    previous: counts.totals(from - periodMinutes * MINUTE_MS, from),
    transactionsPerMinute: counts.lastMinute(now),
    pendingAlerts: queue.open,
    pendingLossMinor: queue.expectedLossMinor,
    minutes: counts.minutes(from, now),
    regions: counts.regions(from, now),
    scoreBins: counts.scoreBins(from, now),
    latencyMs: measurements.decision.summary(now),
    simulatedUntil: simulatedPast ? new Date(simulatedPast.untilMs).toISOString() : null,
  };
}

export async function startMonitor(sources: MonitorSources): Promise<Monitor> {
  const { desk, maturityMs, driftAlarms, boundary, restarts } = sources;
  const { clock } = desk;
  const startMs = clock.nowMs();
  const counts = await countsOf(desk);
  const { found, stop } = await watchDatabase(sources);
  const parts = (nowMs = clock.nowMs()): readonly PartHealth[] => [
    producerHealth(sources.producer(), nowMs),
    ...desk.health(nowMs, counts.lastMinute(nowMs) / 60),
    ...quarantineHealth(found.deadLetters.quarantined),
    feedHealth(sources.feed(), nowMs),
    processHealth(boundary, restarts, startMs, nowMs),
  ];
  const figures = createMinuteFigures();
  const note = (): void => {
    const nowMs = clock.nowMs();
    figures.note(parts(nowMs), desk.measurements.decision.summary(nowMs), nowMs);
  };
  note();
  const stopFigures = boundary.every('figures of minutes', FIGURES_MS, async () => note());
  return {
    counts,
    restarts,
    stats: (periodMinutes) => statsOf(desk, counts, found.queue, periodMinutes),
    parts: () => parts(),
    pipeline() {
      const nowMs = clock.nowMs();
      return {
        measuredAt: new Date(nowMs).toISOString(),
        deadLetters: found.deadLetters.total,
        quarantined: found.deadLetters.quarantined,
        services: parts(nowMs).map(serviceHealth),
      };
    },
    model: () => modelPanel(desk.inService().serving, found.live, maturityMs, driftAlarms()),
    pipelineMinutes(periodMinutes) {
      const nowMs = clock.nowMs();
      // The first point may begin before the period.
      const fromMs = nowMs - (periodMinutes + LONGEST_STEP_MINUTES) * MINUTE_MS;
      const decided = counts.minutes(fromMs, nowMs);
      return figures.points(periodMinutes, nowMs, passed(decided, desk.simulatedPast));
    },
    stop() {
      stopFigures();
      stop();
    },
  };
}
