// Messages of the live feed: a hello, a snapshot, then differences; and what a dashboard tells. Version 1.
import { type Static, Type } from 'typebox';
import { FlaggedTransaction } from './alerts.ts';
import { Stats } from './figures.ts';
import { ModelPanel } from './model-panel.ts';
import { At, Component, List, Nullable, operation } from './operation.ts';
import { Pipeline } from './pipeline.ts';
import { TransactionRow } from './transactions.ts';

export const Presence = Component('Presence', { alert: Type.Integer(), name: Type.String() });
export type Presence = Static<typeof Presence>;

const Hello = Component('Hello', {
  type: Type.Literal('hello'),
  protocol: Type.Integer(),
  serverVersion: Type.String(),
  serverTime: At(),
  baseCurrency: Type.String({ description: 'What sums and losses are in' }),
});

const Snapshot = Component('Snapshot', {
  type: Type.Literal('snapshot'),
  rows: List(TransactionRow),
  alerts: List(FlaggedTransaction),
  stats: Stats,
  pipeline: Pipeline,
  model: ModelPanel,
  presence: List(Presence),
});

const Difference = Component('Difference', {
  type: Type.Literal('diff'),
  serverTime: At(),
  rows: Type.Optional(
    List(TransactionRow, {
      description: 'Newest last; when more were decided than are shown, `decided` is larger than the rows',
    }),
  ),
  decided: Type.Optional(Type.Integer()),
  alerts: Type.Optional(List(FlaggedTransaction)),
  labels: Type.Optional(List(Type.Object({ transactionId: Type.String(), fraud: Type.Boolean() }))),
  stats: Type.Optional(Stats),
  pipeline: Type.Optional(Pipeline),
  model: Type.Optional(ModelPanel),
  queueChanged: Type.Optional(Type.Boolean({ description: 'Somebody did something with alerts' })),
  presence: Type.Optional(
    List(Presence, { description: 'Who looks at which alert now; all of them, whenever that changes' }),
  ),
});

export const ServerMessage = Type.Union([Hello, Snapshot, Difference]);
export type ServerMessage = Static<typeof ServerMessage>;

/** What a dashboard tells over the feed: the alert it shows, or none. */
export const ClientMessage = Component('ClientMessage', {
  type: Type.Literal('looking'),
  alert: Nullable(Type.Integer()),
});
export type ClientMessage = Static<typeof ClientMessage>;

export const openFeed = operation({
  id: 'openFeed',
  method: 'GET',
  path: '/v1/feed',
  capability: 'feed',
  summary: 'Live feed (WebSocket)',
  description: 'Messages of the desk, each a text of JSON: a hello, a snapshot, then differences.',
  permission: 'read',
  answers: { 101: ServerMessage },
  problems: [426],
});
