// Channels over HTTP: who is told of what, and whether it arrived.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Static, Type } from 'typebox';
import { EVENT_TYPES, type EventType } from '../../domain/event.ts';
import { isoTime } from '../../domain/iso-time.ts';
import type { Desk } from '../../ports/desk.ts';
import { Identifier, SafeInteger } from '../../protocol/fields.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { timeOrNull } from '../edge/unknown.ts';
import { ProblemSchema } from '../schemas.ts';
import type { Notifier } from './notifier.ts';
import type { Targets } from './webhook-targets.ts';

const MAX_CHANNELS = 50;
const DELIVERIES = 100;
const isEvent = (text: string): text is EventType => EVENT_TYPES.some((event) => event === text);

const ChannelBody = Type.Object(
  {
    kind: Type.String({ enum: ['webhook', 'email'] }),
    target: Identifier(500, {
      minLength: 3,
      description:
        'An https address on the public internet, or what the operator allows; or an e-mail address',
    }),
    events: Type.Array(Type.String({ enum: EVENT_TYPES.filter((event) => event !== 'test') }), {
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
);
const ChannelParams = Type.Object({ id: SafeInteger({ minimum: 1 }) });
const EnabledBody = Type.Object({ enabled: Type.Boolean() }, { additionalProperties: false });

const isMailbox = (text: string): boolean => /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(text);

export function channelRoutes(app: FastifyInstance, desk: Desk, notifier: Notifier, targets: Targets): void {
  const { clock } = desk;
  const { notifications } = desk.office;
  const tags = ['Notifications'];
  const config = { permission: 'administer' } as const;
  const problems = { 400: ProblemSchema, 404: ProblemSchema, 409: ProblemSchema };
  const notFound = (reply: FastifyReply, id: number): FastifyReply =>
    sendProblem(reply, 404, 'Not found', `There is no channel ${id}.`);

  app.get(
    '/v1/channels',
    { config, schema: { summary: 'Who is told of what, and whether it arrived', tags } },
    async () => {
      const [channels, deliveries, troubles] = await Promise.all([
        notifications.channels(),
        notifications.deliveries(DELIVERIES),
        notifications.troubles(),
      ]);
      return {
        canMail: notifier.canMail,
        ...troubles,
        channels: channels.map(({ createdAtMs, stoppedBecause, heldUntilMs, ...channel }) => ({
          ...channel,
          stoppedBecause: stoppedBecause ?? null,
          heldUntil: timeOrNull(heldUntilMs),
          createdAt: isoTime(createdAtMs),
        })),
        deliveries: deliveries.map(({ createdAtMs, nextAtMs, deliveredAtMs, ...delivery }) => ({
          ...delivery,
          lastError: delivery.lastError ?? null,
          createdAt: isoTime(createdAtMs),
          nextAt: nextAtMs === 0 ? null : isoTime(nextAtMs),
          deliveredAt: timeOrNull(deliveredAtMs),
        })),
      };
    },
  );

  app.post<{ Body: Static<typeof ChannelBody> }>(
    '/v1/channels',
    {
      config,
      schema: {
        summary: 'Tell somebody from now on',
        description:
          'A webhook’s secret is shown this once; receivers check signatures with it (docs/notifications.md).',
        tags,
        body: ChannelBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { kind, target, events, minLossMinor = 0 } = request.body;
      const mailProblem = isMailbox(target) ? undefined : `"${target}" is no e-mail address.`;
      const problem = kind === 'email' ? mailProblem : targets.problem(target);
      if (problem) return sendProblem(reply, 400, 'Bad request', problem);
      if (kind === 'email' && !notifier.canMail) {
        return sendProblem(
          reply,
          409,
          'Conflict',
          'No mail can be sent: set SMTP_URL and SMTP_FROM and start again.',
        );
      }
      if ((await notifications.channels()).length >= MAX_CHANNELS) {
        return sendProblem(
          reply,
          409,
          'Conflict',
          `There are ${MAX_CHANNELS} channels already; remove one first.`,
        );
      }
      const secret = `whsec_${randomBytes(32).toString('base64')}`;
      const id = await notifications.add(
        {
          kind: kind === 'email' ? 'email' : 'webhook',
          target,
          events: events.filter(isEvent),
          minLossMinor,
          createdBy: actorOf(request).name,
          createdAtMs: clock.nowMs(),
        },
        secret,
        entryOf(request, clock, 'added a channel', 'channel {channel}', { kind, target, events }),
      );
      return reply.code(201).send({ id, secret: kind === 'webhook' ? secret : null });
    },
  );

  app.put<{ Params: Static<typeof ChannelParams>; Body: Static<typeof EnabledBody> }>(
    '/v1/channels/:id/enabled',
    {
      config,
      schema: {
        summary: 'Pause a channel, or go on',
        tags,
        params: ChannelParams,
        body: EnabledBody,
        response: problems,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { enabled } = request.body;
      if (!(await notifications.channel(id))) return notFound(reply, id);
      const entry = entryOf(
        request,
        clock,
        enabled ? 'went on with a channel' : 'paused a channel',
        `channel ${id}`,
      );
      await notifications.setEnabled(id, enabled, entry);
      return { id, enabled };
    },
  );

  app.post<{ Params: Static<typeof ChannelParams> }>(
    '/v1/channels/:id/test',
    {
      config,
      schema: { summary: 'Send a test', tags, params: ChannelParams, response: problems },
    },
    async (request, reply) => {
      const { id } = request.params;
      const channel = await notifications.channel(id);
      if (!channel) return notFound(reply, id);
      // It would wait with the others, and whoever asks waits for it.
      if (!channel.enabled) {
        return sendProblem(reply, 409, 'Conflict', `Channel ${id} is paused; go on with it first.`);
      }
      await notifications.deliverTest(id, clock.nowMs());
      await desk.office.audit.append(entryOf(request, clock, 'tested a channel', `channel ${id}`));
      await notifier.push();
      return { id };
    },
  );

  app.delete<{ Params: Static<typeof ChannelParams> }>(
    '/v1/channels/:id',
    {
      config,
      schema: { summary: 'Tell nobody there any more', tags, params: ChannelParams, response: problems },
    },
    async (request, reply) => {
      const { id } = request.params;
      const entry = entryOf(request, clock, 'removed a channel', `channel ${id}`);
      if (!(await notifications.remove(id, entry))) return notFound(reply, id);
      return { id, removed: true };
    },
  );
}
