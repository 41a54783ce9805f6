// What follows when a delivery did not arrive: it is tried again, later each time. A receiver that says it is gone is told nothing
// more, and one that is under load is left alone.
import type { Clock } from '../../ports/clock.ts';
import type { Due, Notifications } from '../../ports/office/notifications.ts';
import { retryAfterMs } from './retry-after.ts';
import { NotTaken } from './send-webhook.ts';

const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 3_600_000;
/** As long as a receiver may ask to be left alone: who asks for a year has made a mistake. */
const LONGEST_ASKED_MS = 86_400_000;
/** Over about ten hours. */
const MAX_ATTEMPTS = 15;

/** The receiver is no more: whoever added the channel has to look. */
const GONE = 410;
/** The receiver, or what stands before it, is under load or away: everything else would meet the same. */
const UNDER_LOAD: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const THE_DESK = { kind: 'local', id: '', name: 'Goshawk' } as const;

const backoffMs = (tries: number): number => Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (tries - 1));

function whyOf(error: unknown): string {
  const { message, cause } = error as Error;
  return (cause instanceof Error ? `${message}: ${cause.message}` : message).slice(0, 500);
}

export type FailedDeliveries = {
  failed(due: Due, error: unknown): Promise<void>;
  /** Something arrived: a channel that was held back begins afresh. */
  arrived(channel: number): void;
};

export function createFailedDeliveries(notifications: Notifications, clock: Clock): FailedDeliveries {
  /** By channel: how often in a row it was held back, and until when. */
  const holds = new Map<number, { readonly count: number; readonly untilMs: number }>();

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

  return {
    async failed({ id, attempts, channel }, error) {
      const why = whyOf(error);
      const answer = error instanceof NotTaken ? error : undefined;
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
    },
    arrived: (channel) => void holds.delete(channel),
  };
}
