// Health of the parts of the pipeline, measured.
import { type Static, Type } from 'typebox';
import { Latency } from './figures.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

export const SERVICE_STATES = ['up', 'degraded', 'down', 'unknown'] as const;

export const ServiceHealth = Component('ServiceHealth', {
  name: Type.String({
    description: 'producer, log, engine, state, database, feed; with a stream also workers and sink',
  }),
  title: Type.String(),
  status: OneOf(SERVICE_STATES),
  measures: Type.String({ description: 'What the latency is of, in words' }),
  latencyMs: Latency,
  perSecond: Nullable(Type.Number()),
  waiting: Nullable(Type.Number()),
  errors: Type.Integer(),
  lastSuccessAt: Nullable(At()),
  detail: Type.String(),
  trouble: Nullable(Type.Object({ since: At(), why: Type.String() })),
});
export type ServiceHealth = Static<typeof ServiceHealth>;

export const Pipeline = Component('Pipeline', {
  services: List(ServiceHealth),
  deadLetters: Type.Integer(),
  quarantined: Type.Integer({
    description: 'Accepted records that could not be dealt with and wait for somebody',
  }),
  measuredAt: At(),
});
export type Pipeline = Static<typeof Pipeline>;

export const PartFigures = Component('PartFigures', {
  name: Type.String({ description: 'As among the services' }),
  latencyMs: Latency,
  perSecond: Nullable(Type.Number({ description: 'Mean' })),
  waiting: Nullable(Type.Number({ description: 'The most that waited at once' })),
  errors: Type.Integer({ description: 'In this time' }),
});
export type PartFigures = Static<typeof PartFigures>;

export const PipelinePoint = Component('PipelinePoint', {
  at: At({ description: 'Where its time begins' }),
  transactions: Type.Integer({ description: 'Decided in its time' }),
  measured: Type.Boolean({ description: 'Whether this process was there to measure anything else' }),
  decisionMs: Latency,
  parts: List(PartFigures),
});
export type PipelinePoint = Static<typeof PipelinePoint>;

export const PipelineMinutes = Component(
  'PipelineMinutes',
  {
    periodMinutes: Type.Integer(),
    stepMinutes: Type.Integer({ description: 'What each point stands for' }),
    points: List(PipelinePoint, { description: 'Oldest first; the last one is still under way' }),
  },
  {
    description:
      'Of several minutes, and of several processes, p50 and p99 are those of the slowest. Counts outlive a restart, latencies do not.',
  },
);
export type PipelineMinutes = Static<typeof PipelineMinutes>;

const capability = 'pipeline';

export const getPipeline = operation({
  id: 'getPipeline',
  method: 'GET',
  path: '/v1/pipeline',
  capability,
  summary: 'Health of each service, measured',
  permission: 'read',
  answers: { 200: Pipeline },
});

export const getPipelineMinutes = operation({
  id: 'getPipelineMinutes',
  method: 'GET',
  path: '/v1/pipeline/minutes',
  capability,
  summary: 'Throughput, latency, lag and errors of the last hour or day',
  permission: 'read',
  query: Type.Object(
    { minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1440, default: 60 })) },
    { additionalProperties: false },
  ),
  answers: { 200: PipelineMinutes },
});

export const getMetrics = operation({
  id: 'getMetrics',
  method: 'GET',
  path: '/metrics',
  capability,
  summary: 'Figures for Prometheus',
  permission: 'read',
  answers: { 200: Type.String() },
  answerType: 'text/plain',
});

export const getLiveness = operation({
  id: 'getLiveness',
  method: 'GET',
  path: '/healthz',
  capability,
  summary: 'The process lives',
  permission: 'anyone',
  answers: { 200: Component('Liveness', { status: OneOf(['ok']) }) },
});

export const getReadiness = operation({
  id: 'getReadiness',
  method: 'GET',
  path: '/readyz',
  capability,
  summary: 'A transaction that is sent now is decided',
  description: 'Not ready, with the reason, while something stands in the way of a decision.',
  permission: 'anyone',
  answers: { 200: Component('Readiness', { status: OneOf(['ready']), restarts: Type.Integer() }) },
});
