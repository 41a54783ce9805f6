// Channels over HTTP: who is told of what, and whether it arrived.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Desk } from '../../ports/desk.ts';
import {
  addChannel,
  enableChannel,
  listChannels,
  removeChannel,
  testChannel,
} from '../../protocol/notifications.ts';
import { actorOf, entryOf } from '../access/access.ts';
import { sendProblem } from '../edge/problem-details.ts';
import { type RequestOf, serve } from '../edge/serve.ts';
import { channelMessage, deliveryMessage } from './channel-messages.ts';
import type { Notifier } from './notifier.ts';
import type { Targets } from './webhook-targets.ts';

const MAX_CHANNELS = 50;
const DELIVERIES = 100;

const isMailbox = (text: string): boolean => /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/.test(text);

const notFound = (reply: FastifyReply, id: number): FastifyReply =>
  sendProblem(reply, 404, 'Not found', `There is no channel ${id}.`);
const conflict = (reply: FastifyReply, detail: string): FastifyReply =>
  sendProblem(reply, 409, 'Conflict', detail);

async function add(
  request: RequestOf<typeof addChannel>,
  reply: FastifyReply,
  { office: { notifications }, clock }: Desk,
  notifier: Notifier,
  targets: Targets,
) {
  const { kind, target, events, minLossMinor = 0 } = request.body;
  const mailProblem = isMailbox(target) ? undefined : `"${target}" is no e-mail address.`;
  const problem = kind === 'email' ? mailProblem : targets.problem(target);
  if (problem) return sendProblem(reply, 400, 'Bad request', problem);
  if (kind === 'email' && !notifier.canMail)
    return conflict(reply, 'No mail can be sent: set SMTP_URL and SMTP_FROM and start again.');
  if ((await notifications.channels()).length >= MAX_CHANNELS)
    return conflict(reply, `There are ${MAX_CHANNELS} channels already; remove one first.`);
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const createdBy = actorOf(request).name;
  const id = await notifications.add(
    { kind, target, events, minLossMinor, createdBy, createdAtMs: clock.nowMs() },
    secret,
    entryOf(request, clock, 'added a channel', 'channel {channel}', { kind, target, events }),
  );
  return { id, secret: kind === 'webhook' ? secret : null };
}

async function sendTest(
  request: RequestOf<typeof testChannel>,
  reply: FastifyReply,
  { office: { notifications, audit }, clock }: Desk,
  notifier: Notifier,
) {
  const { id } = request.params;
  const channel = await notifications.channel(id);
  if (!channel) return notFound(reply, id);
  // It would wait with the others, and whoever asks waits for it.
  if (!channel.enabled) return conflict(reply, `Channel ${id} is paused; go on with it first.`);
  await notifications.deliverTest(id, clock.nowMs());
  await audit.append(entryOf(request, clock, 'tested a channel', `channel ${id}`));
  await notifier.push();
  return { id };
}

export function channelRoutes(app: FastifyInstance, desk: Desk, notifier: Notifier, targets: Targets): void {
  const { clock } = desk;
  const { notifications } = desk.office;

  serve(app, listChannels, async () => {
    const [channels, deliveries, troubles] = await Promise.all([
      notifications.channels(),
      notifications.deliveries(DELIVERIES),
      notifications.troubles(),
    ]);
    return {
      canMail: notifier.canMail,
      ...troubles,
      channels: channels.map(channelMessage),
      deliveries: deliveries.map(deliveryMessage),
    };
  });

  serve(app, addChannel, (request, reply) => add(request, reply, desk, notifier, targets));

  serve(app, enableChannel, async (request, reply) => {
    const { id } = request.params;
    const { enabled } = request.body;
    if (!(await notifications.channel(id))) return notFound(reply, id);
    const action = enabled ? 'went on with a channel' : 'paused a channel';
    await notifications.setEnabled(id, enabled, entryOf(request, clock, action, `channel ${id}`));
    return { id, enabled };
  });

  serve(app, testChannel, (request, reply) => sendTest(request, reply, desk, notifier));

  serve(app, removeChannel, async (request, reply) => {
    const { id } = request.params;
    const entry = entryOf(request, clock, 'removed a channel', `channel ${id}`);
    if (!(await notifications.remove(id, entry))) return notFound(reply, id);
    return { id, removed: true };
  });
}
