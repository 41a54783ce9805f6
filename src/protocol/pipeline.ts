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
