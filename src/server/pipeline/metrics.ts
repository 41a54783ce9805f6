// GET /metrics in the text format of Prometheus: what the pipeline panel shows, for machines.
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Desk } from '../../ports/desk.ts';
import { getMetrics, type Pipeline } from '../../protocol/pipeline.ts';
import { serve } from '../edge/serve.ts';
import type { DriftWatch } from '../models/drift-watch.ts';
import type { Monitor } from './monitor.ts';

const STATUS_VALUE = { up: 1, degraded: 0.5, down: 0, unknown: Number.NaN } as const;

const seconds = (ms: number | null): number => (ms === null ? Number.NaN : ms / 1000);

function quantiles(
  of: Gauge<'service' | 'quantile'> | Gauge<'quantile'>,
  labels: object,
  ms: { p50: number | null; p99: number | null },
): void {
  of.set({ ...labels, quantile: '0.5' }, seconds(ms.p50));
  of.set({ ...labels, quantile: '0.99' }, seconds(ms.p99));
}

const gaugesOf =
  (registry: Registry) =>
  <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name: `goshawk_${name}`, help, labelNames, registers: [registry] });
type MakeGauge = ReturnType<typeof gaugesOf>;

/** Sets gauges to what is known now. */
type Measure = (pipeline: Pipeline) => void;

function serviceGauges(gauge: MakeGauge, monitor: Monitor): Measure {
  const health = gauge('service_health', '1 up, 0.5 degraded, 0 down, NaN unknown', ['service']);
  const latency = gauge('service_latency_seconds', 'Latency of the last minute', ['service', 'quantile']);
  const waiting = gauge('service_waiting', 'Records or batches that wait for the service', ['service']);
  const errors = gauge('service_errors', 'Errors since the start', ['service']);
  const perSecond = gauge('service_per_second', 'Records a second through the service', ['service']);
  const figure = gauge('service_figure', 'What else is known of a service; the figure names its unit', [
    'service',
    'figure',
  ]);
  return ({ services }) => {
    for (const service of services) {
      const labels = { service: service.name };
      health.set(labels, STATUS_VALUE[service.status]);
      quantiles(latency, labels, service.latencyMs);
      if (service.waiting !== null) waiting.set(labels, service.waiting);
      if (service.perSecond !== null) perSecond.set(labels, service.perSecond);
      errors.set(labels, service.errors);
    }
    figure.reset();
    for (const { name, figures } of monitor.parts()) {
      for (const [what, value] of Object.entries(figures ?? {}))
        figure.set({ service: name, figure: what }, value);
    }
  };
}

function decisionGauges(gauge: MakeGauge, monitor: Monitor): Measure {
  const rate = gauge('decisions_per_second', 'Decisions a second in the last minute', []);
  const decision = gauge('decision_latency_seconds', 'Received to committed, last minute', ['quantile']);
  const dead = gauge('dead_letters', 'Records that could not be read', []);
  const alerts = gauge('open_alerts', 'Alerts without a verdict', []);
  return ({ deadLetters }) => {
    const stats = monitor.stats(1);
    rate.set(stats.transactionsPerMinute / 60);
    quantiles(decision, {}, stats.latencyMs);
    dead.set(deadLetters);
    alerts.set(stats.pendingAlerts);
  };
}

function driftGauges(gauge: MakeGauge, drift: DriftWatch): Measure {
  const index = gauge(
    'model_drift_index',
    'Population stability index of the score and of each feature against the training of the champion',
    ['feature'],
  );
  const alarms = gauge('model_drift_alarms', 'Features, the score among them, that raise an alarm', []);
  const shifts = gauge(
    'model_input_shift',
    'Volume, label delay and unseen categories beside the training of the champion: 1 alarm, 0 none, NaN not known',
    ['what'],
  );
  return () => {
    const drifted = drift.latest();
    index.reset();
    for (const { name, index: value } of drifted ?? []) index.set({ feature: name }, value);
    alarms.set(drifted ? drifted.filter(({ alarm }) => alarm).length : Number.NaN);
    for (const { name, alarm, probability } of drift.shifts() ?? []) {
      shifts.set({ what: name }, probability === undefined ? Number.NaN : Number(alarm));
    }
  };
}

function partitionGauges(gauge: MakeGauge, desk: Desk): Measure {
  const lags = gauge('partition_lag', 'Records of a partition not decided yet', ['partition', 'worker']);
  const oldest = gauge('partition_oldest_seconds', 'Age of the oldest record read and not decided', [
    'partition',
  ]);
  return () => {
    lags.reset();
    oldest.reset();
    for (const { partition, worker, lag, oldestMs } of desk.partitions()) {
      if (lag !== undefined) lags.set({ partition, worker }, lag);
      const age = oldestMs === undefined ? 0 : (desk.clock.nowMs() - oldestMs) / 1000;
      oldest.set({ partition }, Math.max(0, age));
    }
  };
}

export function metricsRoute(app: FastifyInstance, desk: Desk, monitor: Monitor, drift: DriftWatch): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'goshawk_' });
  const gauge = gaugesOf(registry);
  const measures = [
    serviceGauges(gauge, monitor),
    decisionGauges(gauge, monitor),
    driftGauges(gauge, drift),
    partitionGauges(gauge, desk),
  ];
  serve(app, getMetrics, async (_request, reply) => {
    const pipeline = monitor.pipeline();
    for (const measure of measures) measure(pipeline);
    return reply.type(registry.contentType).send(await registry.metrics());
  });
}
