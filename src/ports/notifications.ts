// Channels by which others are told, and deliveries: each is kept until it arrived or was given up.
import type { EventType } from '../domain/event.ts';
import type { AuditEntry } from './audit.ts';

export type Channel = {
  readonly id: number;
  readonly kind: 'webhook' | 'email';
  /** An http(s) address, or an e-mail address. */
  readonly target: string;
  readonly events: readonly EventType[];
  /** Alerts are told of from this loss on, in hundredths of a currency unit. */
  readonly minLossMinor: number;
  readonly enabled: boolean;
  readonly createdBy: string;
  readonly createdAtMs: number;
};

export type Delivery = {
  readonly id: number;
  readonly channel: number;
  readonly event: EventType;
  readonly createdAtMs: number;
  readonly attempts: number;
  readonly nextAtMs: number;
  readonly deliveredAtMs: number | undefined;
  readonly givenUp: boolean;
  readonly lastError: string | undefined;
};

/** A delivery to be made now. */
export type Due = {
  readonly id: number;
  readonly attempts: number;
  readonly event: EventType;
  readonly payload: string;
  readonly channel: Pick<Channel, 'id' | 'kind' | 'target'>;
  readonly secret: string;
};

export type Notifications = {
  channels(): Promise<readonly Channel[]>;
  /** Of an id that is not there, undefined. */
  channel(id: number): Promise<Channel | undefined>;
  add(channel: Omit<Channel, 'id' | 'enabled'>, secret: string, entry: AuditEntry): Promise<number>;
  remove(id: number, entry: AuditEntry): Promise<boolean>;
  setEnabled(id: number, enabled: boolean, entry: AuditEntry): Promise<boolean>;
  /** Makes deliveries of what happened since the last time: exactly one for each event and channel. */
  gather(nowMs: number, limit: number): Promise<number>;
  deliverTest(channel: number, nowMs: number): Promise<void>;
  /** Deliveries that are due; each is left alone for `leaseMs` by others. */
  take(nowMs: number, leaseMs: number, limit: number): Promise<readonly Due[]>;
  delivered(id: number, nowMs: number): Promise<void>;
  failed(id: number, error: string, nextAtMs: number | undefined): Promise<void>;
  /** Newest first. */
  deliveries(limit: number): Promise<readonly Delivery[]>;
  /** Undelivered that were tried, and given up. */
  troubles(): Promise<{ readonly failing: number; readonly givenUp: number }>;
  forgetBefore(ms: number): Promise<void>;
};
