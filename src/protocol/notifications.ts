// Channels by which others are told of what happens, and whether it arrived.
import { type Static, Type } from 'typebox';
import { EVENT_TYPES } from '../domain/event.ts';
import { Identifier, SafeInteger } from './fields.ts';
import { At, Component, List, Nullable, OneOf, operation } from './operation.ts';

const capability = 'notifications';

export const CHANNEL_KINDS = ['webhook', 'email'] as const;

export const Channel = Component('Channel', {
  id: Type.Integer(),
  kind: OneOf(CHANNEL_KINDS),
  target: Type.String({ description: 'An address of the web, or an e-mail address' }),
  events: List(OneOf(EVENT_TYPES)),
  minLossMinor: Type.Integer({ description: 'Alerts from this expected loss on, in hundredths' }),
  enabled: Type.Boolean(),
  stoppedBecause: Nullable(Type.String({ description: 'Why the desk itself stopped it, where it did' })),
  heldUntil: Nullable(At({ description: 'The receiver is left alone until then' })),
  createdBy: Type.String(),
  createdAt: At(),
});
export type Channel = Static<typeof Channel>;

export const Delivery = Component('Delivery', {
  id: Type.Integer(),
  channel: Type.Integer(),
  event: OneOf(EVENT_TYPES),
  createdAt: At(),
  attempts: Type.Integer(),
  nextAt: Nullable(At()),
  deliveredAt: Nullable(At()),
  givenUp: Type.Boolean(),
  lastError: Nullable(Type.String()),
});
export type Delivery = Static<typeof Delivery>;

export const Channels = Component('Channels', {
  canMail: Type.Boolean(),
  failing: Type.Integer({ description: 'Deliveries that were tried and have not arrived' }),
  givenUp: Type.Integer(),
  channels: List(Channel),
  deliveries: List(Delivery, { description: 'The latest 100' }),
});
export type Channels = Static<typeof Channels>;

const ChannelParams = Type.Object({ id: SafeInteger({ minimum: 1 }) });

const common = { capability, permission: 'administer' } as const;

export const listChannels = operation({
  ...common,
  id: 'listChannels',
  method: 'GET',
  path: '/v1/channels',
  summary: 'Who is told of what, and whether it arrived',
  answers: { 200: Channels },
});

export const addChannel = operation({
  ...common,
  id: 'addChannel',
  method: 'POST',
  path: '/v1/channels',
  summary: 'Tell somebody from now on',
  description:
    'A webhook’s secret is shown this once; receivers check signatures with it (docs/notifications.md).',
  audits: ['added a channel'],
  body: Type.Object(
    {
      kind: OneOf(CHANNEL_KINDS),
      target: Identifier(500, {
        minLength: 3,
        description:
          'An https address on the public internet, or what the operator allows; or an e-mail address',
      }),
      events: Type.Array(OneOf(EVENT_TYPES.filter((event) => event !== 'test')), {
        minItems: 1,
        maxItems: EVENT_TYPES.length,
        uniqueItems: true,
      }),
      minLossMinor: Type.Optional(
        SafeInteger({ default: 0, description: 'Alerts from this expected loss on, in hundredths' }),
      ),
    },
    {
      additionalProperties: false,
      examples: [{ kind: 'webhook', target: 'https://example.com/hook', events: ['alert.opened'] }],
    },
  ),
  answers: {
    201: Component('NewChannel', {
      id: Type.Integer(),
      secret: Nullable(Type.String({ description: 'Of a webhook' })),
    }),
  },
  problems: [409],
});

export const enableChannel = operation({
  ...common,
  id: 'enableChannel',
  method: 'PUT',
  path: '/v1/channels/:id/enabled',
  summary: 'Pause a channel, or go on',
  audits: ['went on with a channel', 'paused a channel'],
  params: ChannelParams,
  body: Type.Object({ enabled: Type.Boolean() }, { additionalProperties: false }),
  answers: { 200: Component('EnabledChannel', { id: Type.Integer(), enabled: Type.Boolean() }) },
  problems: [404],
});

export const testChannel = operation({
  ...common,
  id: 'testChannel',
  method: 'POST',
  path: '/v1/channels/:id/test',
  summary: 'Send a test',
  audits: ['tested a channel'],
  params: ChannelParams,
  answers: { 200: Component('TestedChannel', { id: Type.Integer() }) },
  problems: [404, 409],
});

export const removeChannel = operation({
  ...common,
  id: 'removeChannel',
  method: 'DELETE',
  path: '/v1/channels/:id',
  summary: 'Tell nobody there any more',
  audits: ['removed a channel'],
  params: ChannelParams,
  answers: { 200: Component('RemovedChannel', { id: Type.Integer(), removed: Type.Boolean() }) },
  problems: [404],
});
