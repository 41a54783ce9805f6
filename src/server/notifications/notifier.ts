// Tells others what happened: by signed webhooks and by e-mail. At least once; what fails is tried again, and shown.
import type { Boundary } from '../../ports/boundary.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Due, Notifications } from '../../ports/office/notifications.ts';
import { createFailedDeliveries } from './failed-deliveries.ts';
import { type MailSettings, openMail } from './mail.ts';
import { sendWebhook } from './send-webhook.ts';
import { webhookHeaders } from './signed-webhook.ts';
import type { Targets } from './webhook-targets.ts';

const EVERY_MS = 1000;
const EVENTS_AT_ONCE = 500;
const DELIVERIES_AT_ONCE = 20;
const LEASE_MS = 30_000;
const KEPT_MS = 30 * 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

export type Notifier = {
  /** Looks now; resolves when what is due was tried. */
  push(): Promise<void>;
  readonly canMail: boolean;
  stop(): Promise<void>;
};

export function startNotifier(
  notifications: Notifications,
  clock: Clock,
  mailSettings: MailSettings | undefined,
  publicUrl: string | undefined,
  targets: Targets,
  onTrouble: (error: Error) => void,
  boundary: Boundary,
): Notifier {
  const mail = mailSettings && openMail(mailSettings, publicUrl);
  const failures = createFailedDeliveries(notifications, clock);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let forgottenAt = 0;

  async function send(due: Due): Promise<void> {
    const { kind, target } = due.channel;
    if (kind === 'webhook') {
      return sendWebhook(targets, target, webhookHeaders(due, clock.nowMs()), due.payload, stopping.signal);
    }
    if (!mail) throw new Error('SMTP_URL is not set, so no mail can be sent');
    return mail.send(due);
  }

  async function deliver(due: Due): Promise<void> {
    try {
      await send(due);
      await notifications.delivered(due.id, clock.nowMs());
      failures.arrived(due.channel.id);
    } catch (error) {
      await failures.failed(due, error);
    }
  }

  async function round(): Promise<void> {
    await notifications.gather(clock.nowMs(), EVENTS_AT_ONCE);
    for (;;) {
      const due = await notifications.take(clock.nowMs(), LEASE_MS, DELIVERIES_AT_ONCE);
      await Promise.all(due.map(deliver));
      if (due.length < DELIVERIES_AT_ONCE) break;
    }
    if (clock.nowMs() - forgottenAt > FORGET_EVERY_MS) {
      forgottenAt = clock.nowMs();
      await notifications.forgetBefore(forgottenAt - KEPT_MS);
    }
  }

  function push(): Promise<void> {
    running ??= round()
      .catch(onTrouble)
      .finally(() => {
        running = undefined;
      });
    return running;
  }
  const stopLooking = boundary.every('notifications', EVERY_MS, push);
  return {
    push,
    canMail: mail !== undefined,
    async stop() {
      stopLooking();
      // What is on its way is tried again by the next start.
      stopping.abort(new Error('the desk stopped'));
      await running;
      mail?.close();
    },
  };
}
