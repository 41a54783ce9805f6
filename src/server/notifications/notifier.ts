// Tells others what happened: webhooks signed as Standard Webhooks asks (standardwebhooks.com), e-mail by SMTP. At least once;
// a delivery that fails is tried again, later each time, and shown. A receiver that says it is gone is told nothing more, and one
// that is under load is left alone.
import { createHmac } from 'node:crypto';
import { createTransport, type Transporter } from 'nodemailer';
import { InputError } from '../../domain/input-error.ts';
import type { Boundary } from '../../ports/boundary.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Due, Notifications } from '../../ports/office/notifications.ts';
import { retryAfterMs } from './retry-after.ts';
import { NotTaken, sendWebhook } from './send-webhook.ts';
import type { Targets } from './webhook-targets.ts';

const EVERY_MS = 1000;
const EVENTS_AT_ONCE = 500;
const DELIVERIES_AT_ONCE = 20;
const LEASE_MS = 30_000;
const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 3_600_000;
/** As long as a receiver may ask to be left alone: who asks for a year has made a mistake. */
const LONGEST_ASKED_MS = 86_400_000;
/** Over about ten hours. */
const MAX_ATTEMPTS = 15;
const KEPT_MS = 30 * 86_400_000;
const FORGET_EVERY_MS = 3_600_000;

/** The receiver is no more: whoever added the channel has to look. */
const GONE = 410;
/** The receiver, or what stands before it, is under load or away: everything else would meet the same. */
const UNDER_LOAD: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const THE_DESK = { kind: 'local', id: '', name: 'Goshawk' } as const;

const backoffMs = (tries: number): number => Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (tries - 1));

export type MailSettings = { readonly url: string; readonly from: string };

/** From SMTP_URL and SMTP_FROM; undefined where SMTP_URL is not set. Throws InputError that names the setting. */
export function mailSettings(env: Readonly<Record<string, string | undefined>>): MailSettings | undefined {
  const { SMTP_URL: url, SMTP_FROM: from } = env;
  if (!url) return undefined;
  if (!/^smtps?:\/\/./.test(url))
    throw new InputError('SMTP_URL must look like smtp://user:password@host:587.');
  if (!from?.includes('@'))
    throw new InputError('SMTP_URL is set; SMTP_FROM must be the address that mail comes from.');
  return { url, from };
}

/** What a receiver computes from its secret, the id, the time and the body, and compares. */
export function webhookSignature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

export type Notifier = {
  /** Looks now; resolves when what is due was tried. */
  push(): Promise<void>;
  readonly canMail: boolean;
  stop(): Promise<void>;
};

export function startNotifier(
  notifications: Notifications,
  clock: Clock,
  mail: MailSettings | undefined,
  publicUrl: string | undefined,
  targets: Targets,
  onTrouble: (error: Error) => void,
  boundary: Boundary,
): Notifier {
  const transport: Transporter | undefined = mail && createTransport(mail.url);
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let forgottenAt = 0;
  /** By channel: how often in a row it was held back, and until when. */
  const holds = new Map<number, { readonly count: number; readonly untilMs: number }>();

  async function sendSigned({ id, payload, secret, channel }: Due): Promise<void> {
    const name = `msg_${id}`;
    const timestamp = Math.floor(clock.nowMs() / 1000);
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'Goshawk',
      'webhook-id': name,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': webhookSignature(secret, name, timestamp, payload),
    };
    await sendWebhook(targets, channel.target, headers, payload, stopping.signal);
  }

  async function sendMail({ id, event, payload, channel }: Due): Promise<void> {
    if (!mail || !transport) throw new Error('SMTP_URL is not set, so no mail can be sent');
    const said = JSON.parse(payload) as { subject?: string; topReason?: string; who?: string };
    const title = [event, said.subject, said.topReason ?? said.who].filter(Boolean).join(', ');
    const link =
      publicUrl && said.subject?.startsWith('alert ')
        ? `\n\n${publicUrl}/alerts?alert=${said.subject.slice(6)}`
        : '';
    await transport.sendMail({
      from: mail.from,
      to: channel.target,
      subject: `Goshawk: ${title}`.replaceAll(/[\r\n]+/g, ' ').slice(0, 200),
      text: `${JSON.stringify(said, null, 2)}${link}\n`,
      headers: { 'X-Goshawk-Delivery': String(id) },
    });
  }

  async function deliver(due: Due): Promise<void> {
    try {
      await (due.channel.kind === 'webhook' ? sendSigned(due) : sendMail(due));
      await notifications.delivered(due.id, clock.nowMs());
      holds.delete(due.channel.id);
    } catch (error) {
      const { message, cause } = error as Error;
      const why = cause instanceof Error ? `${message}: ${cause.message}` : message;
      await notArrived(due, why.slice(0, 500), error instanceof NotTaken ? error : undefined);
    }
  }

  async function notArrived(due: Due, why: string, answer: NotTaken | undefined): Promise<void> {
    const { id, attempts, channel } = due;
    const nowMs = clock.nowMs();
    if (answer?.status === GONE) {
      await notifications.stop(channel.id, why, {
        atMs: nowMs,
        actor: THE_DESK,
        action: 'stopped a channel',
        subject: `channel ${channel.id}`,
        detail: { because: why },
      });
      // It waits with the others until somebody goes on with the channel, however often it was tried.
      return notifications.failed(id, why, nowMs);
    }
    const askedMs = Math.min(LONGEST_ASKED_MS, retryAfterMs(answer?.retryAfter, nowMs) ?? 0);
    const heldMs = answer && UNDER_LOAD.has(answer.status) ? await holdBack(channel.id, askedMs, nowMs) : 0;
    const waitMs = Math.max(backoffMs(attempts), askedMs, heldMs);
    return notifications.failed(id, why, attempts >= MAX_ATTEMPTS ? undefined : nowMs + waitMs);
  }

  /** For how long the channel is left alone now: longer each time in a row, and at least as long as was asked. */
  async function holdBack(channel: number, askedMs: number, nowMs: number): Promise<number> {
    const before = holds.get(channel) ?? { count: 0, untilMs: 0 };
    // Answers to what was on its way together are one.
    const count = before.untilMs > nowMs ? before.count : before.count + 1;
    const untilMs = Math.max(before.untilMs, nowMs + Math.max(backoffMs(count), askedMs));
    holds.set(channel, { count, untilMs });
    await notifications.hold(channel, untilMs);
    return untilMs - nowMs;
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
    canMail: transport !== undefined,
    async stop() {
      stopLooking();
      // What is on its way is tried again by the next start.
      stopping.abort(new Error('the desk stopped'));
      await running;
      transport?.close();
    },
  };
}
