// What the desk knows of itself, measured: counts, service health, live model quality.

import { createLatencyWindow, type LatencyWindow } from '../engine/latency-window.ts';
import { FEATURE_COUNT } from '../features/catalogue.ts';
import { ENTITY_KINDS } from '../features/observe.ts';
import { qualityOfBins } from '../models/binned-quality.ts';
import { type Quality, ratesOf } from '../models/metrics.ts';
import type { Desk } from '../ports/desk.ts';
import type {
  Latency,
  ModelPanel,
  Pipeline,
  QualityFigures,
  ServiceHealth,
  Stats,
} from '../protocol/messages.ts';
import { createLiveCounts, KEPT_MINUTES, type LiveCounts } from './live-counts.ts';

const MINUTE_MS = 60_000;
const PROBE_MS = 2000;
const MODEL_MS = 5000;
const STALE_MS = 10_000;
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
  stats(periodMinutes: number): Stats;
  pipeline(): Pipeline;
  model(): ModelPanel;
  stop(): void;
};

export type MonitorSources = {
  readonly desk: Desk;
  readonly producer: () => ProducerState;
  readonly feed: () => FeedState;
  /** Labels of decisions older than this are taken as complete. */
  readonly maturityMs: number;
};

/** NaN and infinities become null: unknown is shown as unknown. */
const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

function latencyOf(window: LatencyWindow, nowMs: number): Latency {
  return {
    p50: window.percentile(0.5, nowMs) ?? null,
    p99: window.percentile(0.99, nowMs) ?? null,
    count: window.count(nowMs),
  };
}

const isoOrNull = (ms: number | undefined): string | null =>
  ms === undefined ? null : new Date(ms).toISOString();

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

/** A second start stays quick however busy the last day was; older minutes then show no scores. */
const MAX_SCORES_LOADED = 200_000;

export async function startMonitor(sources: MonitorSources): Promise<Monitor> {
  const { desk, maturityMs } = sources;
  const { store, clock, measurements } = desk;
  const counts = createLiveCounts();
  const start = clock.nowMs();
  counts.load(await store.counts(start - KEPT_MINUTES * MINUTE_MS, start + MINUTE_MS));
  counts.loadScores(await store.scoreCounts(start - KEPT_MINUTES * MINUTE_MS, MAX_SCORES_LOADED));
  desk.onCommitted((output) => counts.add(output));

  const databaseLatency = createLatencyWindow();
  const stateLatency = createLatencyWindow();
  let databaseErrors = 0;
  let databaseOkAtMs: number | undefined;
  let stateOkAtMs: number | undefined;
  let pendingAlerts = await store.openAlerts();
  let deadLetters = (await store.deadLetters(1)).total;
  let live: QualityFigures | null = null;

  async function probe(): Promise<void> {
    const started = performance.now();
    try {
      await desk.query('select 1');
      databaseLatency.add(performance.now() - started, clock.nowMs());
      databaseOkAtMs = clock.nowMs();
      pendingAlerts = await store.openAlerts();
      deadLetters = (await store.deadLetters(1)).total;
    } catch {
      databaseErrors++;
    }
    const { account } = desk.engine.state;
    if (account.size > 0) {
      const looked = performance.now();
      const entry = account.find(account.keyOf(Math.floor(Math.random() * account.size)));
      if (entry >= 0 && account.payloadLength(entry) > 0) {
        stateLatency.add(performance.now() - looked, clock.nowMs());
        stateOkAtMs = clock.nowMs();
      }
    }
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
  const timers = [
    setInterval(() => void probe(), PROBE_MS),
    setInterval(
      () =>
        measureModel().catch(() => {
          databaseErrors++;
        }),
      MODEL_MS,
    ),
  ];
  for (const timer of timers) timer.unref();

  function service(
    part: Omit<ServiceHealth, 'lastSuccessAt'> & { lastAtMs: number | undefined },
  ): ServiceHealth {
    const { lastAtMs, ...rest } = part;
    return { ...rest, lastSuccessAt: isoOrNull(lastAtMs) };
  }

  function pipeline(): Pipeline {
    const now = clock.nowMs();
    const producer = sources.producer();
    const feed = sources.feed();
    const perSecond = counts.lastMinute(now) / 60;
    const fresh = (at: number | undefined): boolean => at !== undefined && now - at < STALE_MS;
    const bytes = ENTITY_KINDS.reduce((sum, kind) => sum + desk.engine.state[kind].bytesReserved, 0);
    const entities = ENTITY_KINDS.reduce((sum, kind) => sum + desk.engine.state[kind].size, 0);
    const producerStatus = !producer.running ? 'unknown' : fresh(producer.lastAtMs) ? 'up' : 'degraded';
    return {
      measuredAt: new Date(now).toISOString(),
      deadLetters,
      services: [
        service({
          name: 'producer',
          title: 'Source',
          status: producerStatus,
          measures: 'send to durable in the log',
          latencyMs: latencyOf(producer.latency, now),
          perSecond: producer.running ? (producer.targetPerSecond ?? null) : null,
          waiting: null,
          errors: producer.errors,
          lastAtMs: producer.lastAtMs,
          detail: producer.detail,
        }),
        service({
          name: 'log',
          title: 'Log',
          status: desk.log.lastAppendMs === undefined ? 'unknown' : 'up',
          measures: 'append to committed',
          latencyMs: latencyOf(measurements.append, now),
          perSecond,
          waiting: desk.log.pending,
          errors: 0,
          lastAtMs: measurements.lastCommitAtMs,
          detail: `${desk.log.endOffset().toLocaleString('en')} records`,
        }),
        service({
          name: 'engine',
          title: 'Scoring engine',
          status:
            desk.backlog > 5000 ? 'degraded' : measurements.lastCommitAtMs === undefined ? 'unknown' : 'up',
          measures: 'features, model, rules and reasons of one transaction',
          latencyMs: latencyOf(measurements.engine, now),
          perSecond,
          waiting: desk.backlog,
          errors: [...desk.engine.ruleset.errors.values()].reduce((sum, n) => sum + n, 0),
          lastAtMs: measurements.lastCommitAtMs,
          detail: `${FEATURE_COUNT} features, ${desk.engine.ruleset.rules.length} rules`,
        }),
        service({
          name: 'state',
          title: 'State',
          status: fresh(stateOkAtMs) ? 'up' : 'unknown',
          measures: 'look-up of one account',
          latencyMs: latencyOf(stateLatency, now),
          perSecond: null,
          waiting: null,
          errors: 0,
          lastAtMs: stateOkAtMs,
          detail: `${entities.toLocaleString('en')} histories in ${(bytes / 1e6).toFixed(0)} MB`,
        }),
        service({
          name: 'database',
          title: 'Database',
          status: fresh(databaseOkAtMs) ? 'up' : 'down',
          measures: 'round trip of a query',
          latencyMs: latencyOf(databaseLatency, now),
          perSecond: null,
          waiting: null,
          errors: databaseErrors,
          lastAtMs: databaseOkAtMs,
          detail: `commit p50 ${(measurements.commit.percentile(0.5, now) ?? Number.NaN).toFixed(1)} ms`,
        }),
        service({
          name: 'feed',
          title: 'Live feed',
          status: feed.clients === 0 ? 'unknown' : fresh(feed.lastSentAtMs) ? 'up' : 'degraded',
          measures: 'WebSocket ping to pong',
          latencyMs: latencyOf(feed.latency, now),
          perSecond: null,
          waiting: null,
          errors: 0,
          lastAtMs: feed.lastSentAtMs,
          detail: `${feed.clients} ${feed.clients === 1 ? 'client' : 'clients'}, ${feed.resyncs} resyncs`,
        }),
      ],
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
      latencyMs: latencyOf(measurements.decision, now),
    };
  }

  function model(): ModelPanel {
    const { info } = desk.engine.scorer;
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
    };
  }

  return {
    counts,
    stats,
    pipeline,
    model,
    stop: () => {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
