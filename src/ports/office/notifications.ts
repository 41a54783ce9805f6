// Channels by which others are told, and deliveries: each is kept until it arrived or was given up.
import type { EventType } from '../../domain/event.ts';
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
  /** Why the desk itself stopped it; undefined where nobody or a person did. */
  readonly stoppedBecause: string | undefined;
  /** The receiver asked to be left alone until then, or did; undefined when it is told at full speed. */
  readonly heldUntilMs: number | undefined;
  readonly createdBy: string;
  readonly createdAtMs: number;
};

export type NewChannel = Omit<Channel, 'id' | 'enabled' | 'stoppedBecause' | 'heldUntilMs'>;

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

/**
 * **Contract**
 * - NOTICE1 Nothing goes out by a channel that is paused or stopped; what waits stays, and goes at once when somebody goes on.
 * - NOTICE2 A channel that is held is left alone until then, and told one delivery at a time for a while after.
 * - NOTICE3 A channel is stopped once, and says why until somebody goes on.
 */
export type Channels = {
  channels(): Promise<readonly Channel[]>;
  /** Of an id that is not there, undefined. */
  channel(id: number): Promise<Channel | undefined>;
  add(channel: NewChannel, secret: string, entry: AuditEntry): Promise<number>;
  remove(id: number, entry: AuditEntry): Promise<boolean>;
  /** What waits goes at once when a channel goes on. */
  setEnabled(id: number, enabled: boolean, entry: AuditEntry): Promise<boolean>;
  /** Stops a channel whose receiver is gone; false where it is stopped already. */
  stop(id: number, because: string, entry: AuditEntry): Promise<boolean>;
  /** Nothing goes out by the channel until then, and one delivery at a time for a while after. */
  hold(id: number, untilMs: number): Promise<void>;
};

/**
 * **Contract**
 * - NOTICE4 What happened since a channel was added is one delivery for each channel that asks for it, however often it is gathered.
 * - NOTICE5 A delivery that was taken is nobody else's until its lease is over.
 * - NOTICE6 A delivery that arrived, or was given up, is taken no more.
 *
 * **Caller invariants**
 * - Whoever took a delivery says what became of it before the lease is over, or makes it again under its id.
 */
export type Deliveries = {
  /** Makes deliveries of what happened since the last time: exactly one for each event and channel. */
  gather(nowMs: number, limit: number): Promise<number>;
  deliverTest(channel: number, nowMs: number): Promise<void>;
  /**
   * Deliveries that are due, of channels that are enabled and not held back; each is left alone for `leaseMs` by others. Of a
   * channel that was held back a short while ago, one.
   */
  take(nowMs: number, leaseMs: number, limit: number): Promise<readonly Due[]>;
  delivered(id: number, nowMs: number): Promise<void>;
  failed(id: number, error: string, nextAtMs: number | undefined): Promise<void>;
  /** Newest first. */
  deliveries(limit: number): Promise<readonly Delivery[]>;
  /** Undelivered that were tried, and given up. */
  troubles(): Promise<{ readonly failing: number; readonly givenUp: number }>;
  forgetBefore(ms: number): Promise<void>;
};

export type Notifications = Channels & Deliveries;
