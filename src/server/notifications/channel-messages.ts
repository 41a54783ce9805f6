// Channels and deliveries as the API tells them.
import { isoTime } from '../../domain/iso-time.ts';
import type { Channel, Delivery } from '../../ports/office/notifications.ts';
import type { Channel as ChannelMessage, Delivery as DeliveryMessage } from '../../protocol/notifications.ts';
import { timeOrNull } from '../edge/unknown.ts';

export const channelMessage = ({
  createdAtMs,
  stoppedBecause,
  heldUntilMs,
  ...channel
}: Channel): ChannelMessage => ({
  ...channel,
  stoppedBecause: stoppedBecause ?? null,
  heldUntil: timeOrNull(heldUntilMs),
  createdAt: isoTime(createdAtMs),
});

export const deliveryMessage = ({
  createdAtMs,
  nextAtMs,
  deliveredAtMs,
  lastError,
  ...delivery
}: Delivery): DeliveryMessage => ({
  ...delivery,
  lastError: lastError ?? null,
  createdAt: isoTime(createdAtMs),
  nextAt: nextAtMs === 0 ? null : isoTime(nextAtMs),
  deliveredAt: timeOrNull(deliveredAtMs),
});
