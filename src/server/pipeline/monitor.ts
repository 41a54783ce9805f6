// What the desk knows of itself, measured: counts, service health, live model quality.

import { type LatencyWindow, NOTHING_MEASURED } from '../../engine/latency-window.ts';
import { qualityOfBins } from '../../models/binned-quality.ts';
import { type Quality, ratesOf } from '../../models/metrics.ts';
import { type Boundary, shownError } from '../../ports/boundary.ts';
import type { Desk, PartHealth } from '../../ports/desk.ts';
import { type Restarts, restartsText } from '../../ports/restarts.ts';
import type { Stats } from '../../protocol/figures.ts';
import type { ModelPanel, QualityFigures } from '../../protocol/model-panel.ts';
import type { Pipeline, ServiceHealth } from '../../protocol/pipeline.ts';
import { known, timeOrNull } from '../edge/unknown.ts';
import { createLiveCounts, KEPT_MINUTES, type LiveCounts } from '../figures/live-counts.ts';

const MINUTE_MS = 60_000;
const PROBE_MS = 2000;
const MODEL_MS = 5000;
const STALE_MS = 10_000;
/** So long the pipeline shows that something was caught at last resort, or that the process was started again. */
const TROUBLED_MS = 600_000;
const MATURE_ROWS = 100_000;

/** What feeds transactions in: the simulator, or callers of the API. */
export type ProducerState = {
  readonly running: boolean;
  readonly detail: string;
  readonly produced: number;
  readonly errors: number;
  readonly lastAtMs: number | undefined;
  readonly latency: LatencyWindow;
  readonly targetPerSecond: number | undefined;
};

export type FeedState = {
  readonly clients: number;
  readonly lastSentAtMs: number | undefined;
  readonly latency: LatencyWindow;
  readonly resyncs: number;
};

export type Monitor = {
  readonly counts: LiveCounts;
  readonly restarts: Restarts;
  stats(periodMinutes: number): Stats;
  /** Every part, with what only machines are told. */
  parts(): readonly PartHealth[];
  pipeline(): Pipeline;
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

function figures(quality: Omit<Quality, 'brierScore' | 'calibrationError' | 'threshold'>): QualityFigures {
  return {
    rows: quality.rows,
    frauds: quality.frauds,
    precision: known(quality.precision),
    recall: known(quality.recall),
    f1: known(quality.f1),
    accuracy: known(quality.accuracy),
    auc: known(quality.auc),
    averagePrecision: known(quality.averagePrecision),
    confusion: quality.confusion,
  };
}

/** What is down and does not say why has not been heard of since then. */
function troubleOf(
  trouble: PartHealth['trouble'],
  status: PartHealth['status'],
  lastAtMs: number | undefined,
): ServiceHealth['trouble'] {
  if (trouble) return { since: new Date(trouble.sinceMs).toISOString(), why: shownError(trouble.why) };
  if (status !== 'down' || lastAtMs === undefined) return null;
  return { since: new Date(lastAtMs).toISOString(), why: 'no answer since then' };
}

/** A second start stays quick however busy the last day was; older minutes then show no scores. */
const MAX_SCORES_LOADED = 200_000;

export async function startMonitor(sources: MonitorSources): Promise<Monitor> {
  const { desk, maturityMs, driftAlarms, boundary, restarts } = sources;
  const { store, clock, measurements } = desk;
  const counts = createLiveCounts();
  const start = clock.nowMs();
  counts.load(await store.counts(start - KEPT_MINUTES * MINUTE_MS, start + MINUTE_MS));
  counts.loadScores(await store.scoreCounts(start - KEPT_MINUTES * MINUTE_MS, MAX_SCORES_LOADED));
  desk.onCommitted((output) => counts.add(output.counts));

  let pendingAlerts = await store.openAlerts();
  let deadLetters = await desk.office.deadLetters.count();
  let live: QualityFigures | null = null;

  async function probe(): Promise<void> {
    pendingAlerts = await store.openAlerts();
    deadLetters = await desk.office.deadLetters.count();
  }

  async function measureModel(): Promise<void> {
    const scores = await store.matureScores(clock.nowMs() - maturityMs, MATURE_ROWS);
    const rows = scores.total.reduce((sum, n) => sum + n, 0);
    if (rows === 0) {
      live = null;
      return;
    }
    const confusion = {
      truePositives: scores.flagged.frauds,
      falsePositives: scores.flagged.genuine,
      trueNegatives: scores.passed.genuine,
      falseNegatives: scores.passed.frauds,
    };
    live = figures({
      rows,
      frauds: scores.frauds.reduce((sum, n) => sum + n, 0),
      ...qualityOfBins(scores.total, scores.frauds),
      confusion,
      ...ratesOf(confusion),
    });
  }

  await probe();
  await measureModel();
  const stops = [
    // A database that does not answer shows in the health of the database.
    boundary.every('counts', PROBE_MS, () => probe().catch(() => undefined)),
    boundary.every('live quality', MODEL_MS, () => measureModel().catch(() => undefined)),
  ];

  /** This process: what nobody caught, and how often it was started again. */
  function processHealth(nowMs: number): PartHealth {
    const { count, last } = boundary;
    const before = restartsText(restarts);
    const recent = last !== undefined && nowMs - last.atMs < TROUBLED_MS;
    const errors =
      last === undefined
        ? 'no error came to the last resort'
        : `errors caught at last resort: ${count}, the last one at ${new Date(last.atMs).toISOString()}, ${last.what}: ${last.text}`;
    return {
      name: 'process',
      title: 'Process',
      status: recent || (before !== '' && nowMs - start < TROUBLED_MS) ? 'degraded' : 'up',
      measures: 'nothing: errors that nobody caught, and restarts',
      latency: NOTHING_MEASURED,
      perSecond: undefined,
      waiting: undefined,
      errors: count,
      lastAtMs: nowMs,
      detail: [errors, ...(before ? [before] : [])].join('; '),
      figures: { errors_at_last_resort: count, restarts: restarts.count },
    };
  }

  /** Shown as long as somebody has to look at it. */
  function quarantine(): PartHealth[] {
    const { quarantined } = deadLetters;
    if (quarantined === 0) return [];
    return [
      {
        name: 'quarantine',
        title: 'Quarantine',
        status: 'degraded',
        measures: 'nothing',
        latency: NOTHING_MEASURED,
        perSecond: undefined,
        waiting: quarantined,
        errors: 0,
        lastAtMs: undefined,
        detail: `${quarantined} accepted ${quarantined === 1 ? 'record' : 'records'} could not be decided or stored: see the dead letters`,
      },
    ];
  }

  function parts(now = clock.nowMs()): readonly PartHealth[] {
    const producer = sources.producer();
    const feed = sources.feed();
    const fresh = (at: number | undefined): boolean => at !== undefined && now - at < STALE_MS;
    return [
      {
        name: 'producer',
        title: 'Source',
        status: !producer.running ? 'unknown' : fresh(producer.lastAtMs) ? 'up' : 'degraded',
        measures: 'send to durable in the log',
        latency: producer.latency.summary(now),
        perSecond: producer.running ? producer.targetPerSecond : undefined,
        waiting: undefined,
        errors: producer.errors,
        lastAtMs: producer.lastAtMs,
        detail: producer.detail,
      },
      ...desk.health(now, counts.lastMinute(now) / 60),
      ...quarantine(),
      {
        name: 'feed',
        title: 'Live feed',
        status: feed.clients === 0 ? 'unknown' : fresh(feed.lastSentAtMs) ? 'up' : 'degraded',
        measures: 'WebSocket ping to pong',
        latency: feed.latency.summary(now),
        perSecond: undefined,
        waiting: undefined,
        errors: 0,
        lastAtMs: feed.lastSentAtMs,
        detail: `${feed.clients} ${feed.clients === 1 ? 'client' : 'clients'}, ${feed.resyncs} resyncs`,
      },
      processHealth(now),
    ];
  }

  function pipeline(): Pipeline {
    const now = clock.nowMs();
    return {
      measuredAt: new Date(now).toISOString(),
      deadLetters: deadLetters.total,
      quarantined: deadLetters.quarantined,
      services: parts(now).map(
        ({
          latency,
          perSecond,
          waiting,
          lastAtMs,
          trouble,
          figures: _forMetrics,
          ...rest
        }): ServiceHealth => ({
          ...rest,
          trouble: troubleOf(trouble, rest.status, lastAtMs),
          latencyMs: latency,
          perSecond: perSecond ?? null,
          waiting: waiting ?? null,
          lastSuccessAt: timeOrNull(lastAtMs),
        }),
      ),
    };
  }

  function stats(periodMinutes: number): Stats {
    const now = clock.nowMs();
    const from = now - periodMinutes * MINUTE_MS;
    return {
      periodMinutes,
      current: counts.totals(from, now),
      previous: counts.totals(from - periodMinutes * MINUTE_MS, from),
      transactionsPerMinute: counts.lastMinute(now),
      pendingAlerts,
      minutes: counts.minutes(from, now),
      regions: counts.regions(from, now),
      scoreBins: counts.scoreBins(from, now),
      latencyMs: measurements.decision.summary(now),
    };
  }

  function model(): ModelPanel {
    const { info } = desk.inService().serving.champion;
    return {
      version: info.version,
      kind: info.kind,
      trainedAt: info.createdAt,
      features: info.features.length,
      trainingRows: info.trainingWindow.rows,
      trainingFrauds: info.trainingWindow.frauds,
      trainingFrom: info.trainingWindow.from,
      trainingUntil: info.trainingWindow.until,
      thresholds: info.thresholds,
      heldOut: info.heldOut
        ? { ...figures(info.heldOut), from: info.heldOut.from, until: info.heldOut.until }
        : null,
      live,
      maturityMinutes: maturityMs / MINUTE_MS,
      driftAlarms: driftAlarms() ?? null,
    };
  }

  return {
    counts,
    restarts,
    stats,
    parts: () => parts(),
    pipeline,
    model,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}
