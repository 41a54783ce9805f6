// Simulated people as time passes: what is due of their payments, of what they do besides, and of what becomes known of frauds.
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Label } from '../domain/label.ts';
import { createRandom, type Random } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { Clock } from '../ports/clock.ts';
import { type AccountEvents, createAccountEvents } from '../simulator/account-events.ts';
import { createOwnFields, type OwnFields } from '../simulator/own-fields.ts';
import type { SimulatedEvent, SimulatorOptions } from '../simulator/simulator.ts';
import { createLabelClock, type LabelClock, labelFor } from '../training/label-clock.ts';
import { createPresetSimulator, liveLabelDelayMs, type Preset } from '../training/simulated-past.ts';
import { createLiveSimulator, type LiveSimulator } from './live-simulator.ts';

/** One that goes on has no gap while its desk opens. */
const STARTING_MS = 60_000;

export type StreamOptions = {
  readonly preset: Preset;
  readonly rate: number;
  readonly seed: number;
  readonly startMs: number;
  /** Whether people log in, and do what they do besides paying; nobody does in the classic preset. */
  readonly events: boolean;
  /** Whether payments and events have fields of a bank's own; none do in the classic preset. */
  readonly ownFields: boolean;
  /** Whom it simulates, and when each was seen last. */
  readonly people: Pick<SimulatorOptions, 'accounts' | 'lastSeenMs'>;
};

/** A label that waits until it would be known, with what it is of: entities may be declared until then. */
export type LaterLabel = {
  readonly label: Label;
  readonly of: Transaction;
  readonly labelledAtMs: number;
};

/** What goes on from a stream that ended where this one begins. */
export type GoesOn = {
  /** What will be known of its frauds. */
  readonly labels: LabelClock<LaterLabel>;
  readonly accountEvents: AccountEvents | undefined;
};

export type SimulatedStream = GoesOn & {
  readonly live: LiveSimulator;
  readonly random: Random;
  readonly ownFields: OwnFields | undefined;
};

/** Payments that are due, with what people did before them. */
export type DuePayments = { readonly events: CustomerEvent[]; readonly payments: SimulatedEvent[] };

export function createSimulatedStream(
  { preset, rate, seed, startMs, events, ownFields, people }: StreamOptions,
  clock: Clock,
  before?: GoesOn,
): SimulatedStream {
  const idPrefix = `tx-${startMs.toString(36)}-`;
  const simulator = createPresetSimulator(preset, { seed, rate, startMs, ...people, idPrefix });
  const own = (): GoesOn => ({
    labels: createLabelClock(),
    accountEvents: eventsOf(preset, events, seed, startMs, 'ev-'),
  });
  return {
    live: createLiveSimulator(simulator, clock, rate, before && STARTING_MS),
    random: createRandom(seed, Math.floor(startMs / 1000)),
    ownFields: ownFieldsOf(preset, ownFields, seed),
    ...(before ?? own()),
  };
}

/** Undefined where nobody does anything but pay. */
export function eventsOf(
  preset: Preset,
  wanted: boolean,
  seed: number,
  startMs: number,
  prefix: string,
): AccountEvents | undefined {
  if (!wanted || preset === 'classic') return undefined;
  return createAccountEvents({ seed, startMs, idPrefix: `${prefix}${startMs.toString(36)}-` });
}

/** Undefined where nobody has any. */
export const ownFieldsOf = (preset: Preset, wanted: boolean, seed: number): OwnFields | undefined =>
  wanted && preset !== 'classic' ? createOwnFields(seed) : undefined;

/** A payment with what people did before it, and with what a bank knows of both. */
export function dressed(
  payment: SimulatedEvent,
  { accountEvents, ownFields }: Pick<SimulatedStream, 'accountEvents' | 'ownFields'>,
): { readonly payment: SimulatedEvent; readonly events: CustomerEvent[] } {
  const events = accountEvents?.before(payment) ?? [];
  if (!ownFields) return { payment, events };
  const { transaction } = payment;
  return {
    payment: { ...payment, transaction: { ...transaction, attributes: ownFields.ofPayment(payment) } },
    events: events.map((event) => ({ ...event, attributes: ownFields.ofEvent(event, transaction) })),
  };
}

export function duePayments(stream: SimulatedStream, nowMs: number): DuePayments {
  const due = stream.live.takeDue(nowMs).map((payment) => dressed(payment, stream));
  return { payments: due.map(({ payment }) => payment), events: due.flatMap(({ events }) => events) };
}

/** The label that will be known of a fraud. */
export function laterLabel(transaction: Transaction, fraudType: string, labelledAtMs: number): LaterLabel {
  const label = labelFor(transaction, true, labelledAtMs, 'customer', fraudType);
  return { label, of: transaction, labelledAtMs };
}

/** They were sent at that time: what will be known of frauds among them becomes known later. */
export function scheduleLabels(
  { live, labels, random }: SimulatedStream,
  payments: readonly SimulatedEvent[],
  atMs: number,
): void {
  for (const event of payments) {
    live.sent(event);
    const { transaction, fraudType } = event;
    if (fraudType === undefined) continue;
    labels.schedule(laterLabel(transaction, fraudType, atMs + liveLabelDelayMs(random)));
  }
}
