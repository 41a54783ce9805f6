// What simulated people do besides paying: they log in before they pay, and whoever takes an account over guesses passwords,
// changes them and brings a device along. Drawn from random numbers of its own, so that payments are the same with and without it.
import type { CustomerEvent, StandardEventKind } from '../domain/customer-event.ts';
import { createRandom } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { SimulatedEvent } from './simulator.ts';

export type AccountEvents = {
  /** What happened before a payment, in the order of time. */
  before(payment: SimulatedEvent): CustomerEvent[];
};

export type AccountEventsOptions = {
  readonly seed: number;
  readonly startMs: number;
  /** Ids are this and a running number. */
  readonly idPrefix: string;
};

/** Of payments with a device, those before which somebody logs in. */
const LOGIN_SHARE = 0.3;
/** Of logins, those before which a password was mistyped. */
const MISTYPED_SHARE = 0.06;
/** Of logins, those after which something of the account is changed by its owner. */
const CHANGED_SHARE = 0.01;
const OWN_CHANGES = ['password_change', 'address_change', 'device_bound', 'limit_raised'] as const;
/** Of transfers by their owners, those to somebody who was added just before. */
const NEW_PAYEE_SHARE = 0.05;
const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
/** Payments of one takeover come one after another; what comes before the first is told once. */
const TAKEOVER_MS = 3 * 3_600_000;
const MAX_TAKEOVERS = 1000;
/** Apart from the streams that payments and labels are drawn from. */
const STREAM = 0x65766e74;

/** So many milliseconds before the payment. */
type Step = { readonly kind: StandardEventKind; readonly aheadMs: number };

export function createAccountEvents({ seed, startMs, idPrefix }: AccountEventsOptions): AccountEvents {
  const random = createRandom(seed, STREAM ^ Math.floor(startMs / 1000));
  /** Accounts that were taken over lately, each with when. */
  const takenOver = new Map<string, number>();
  let numbered = 0;
  const chance = (share: number): boolean => random.next() < share;
  const between = (low: number, high: number): number => low + (high - low) * random.next();

  function isNewTakeover({ accountId, occurredAtMs }: Transaction): boolean {
    const before = takenOver.get(accountId);
    takenOver.delete(accountId);
    takenOver.set(accountId, occurredAtMs);
    const { value: oldest } = takenOver.keys().next();
    if (takenOver.size > MAX_TAKEOVERS && oldest !== undefined) takenOver.delete(oldest);
    return before === undefined || occurredAtMs - before > TAKEOVER_MS;
  }

  /** Guesses, the login that succeeds, and what keeps the owner out. */
  function takeover(): Step[] {
    const steps: Step[] = [];
    let aheadMs = between(6, 25) * MINUTE_MS;
    const next = (kind: StandardEventKind, share: number): void => {
      if (chance(share)) steps.push({ kind, aheadMs });
      aheadMs *= between(0.6, 0.9);
    };
    for (let guesses = 2 + random.below(5); guesses > 0; guesses--) next('failed_login', 1);
    next('login', 1);
    const bindsDevice = chance(0.6);
    next('device_bound', bindsDevice ? 1 : 0);
    next('password_change', bindsDevice ? 0.4 : 1);
    next('limit_raised', 0.3);
    next('payee_added', 0.8);
    return steps;
  }

  function ordinary({ type, counterpartyId }: Transaction): Step[] {
    if (!chance(LOGIN_SHARE)) return [];
    const loginMs = between(20, 240) * SECOND_MS;
    const steps: Step[] = [];
    for (let wrong = chance(MISTYPED_SHARE) ? 1 + random.below(2) : 0; wrong > 0; wrong--)
      steps.push({ kind: 'failed_login', aheadMs: loginMs + wrong * 12 * SECOND_MS });
    steps.push({ kind: 'login', aheadMs: loginMs });
    if (chance(CHANGED_SHARE))
      steps.push({ kind: OWN_CHANGES[random.below(OWN_CHANGES.length)], aheadMs: loginMs * 0.6 });
    if (type === 'transfer' && counterpartyId !== undefined && chance(NEW_PAYEE_SHARE))
      steps.push({ kind: 'payee_added', aheadMs: loginMs * 0.4 });
    return steps;
  }

  function eventOf({ kind, aheadMs }: Step, payment: Transaction): CustomerEvent {
    const { accountId, occurredAtMs, deviceId, ip, counterpartyId, country } = payment;
    return {
      id: `${idPrefix}${(numbered++).toString(36)}`,
      kind,
      occurredAtMs: Math.round(occurredAtMs - aheadMs),
      accountId,
      ...(deviceId !== undefined && { deviceId }),
      ...(ip !== undefined && { ip }),
      ...(kind === 'payee_added' && counterpartyId !== undefined && { counterpartyId }),
      ...(country !== undefined && { country }),
    };
  }

  return {
    before({ transaction, fraudType }) {
      // Nobody logs in to pay at a till.
      if (transaction.deviceId === undefined) return [];
      const isTakeover = fraudType === 'account_takeover';
      if (isTakeover && !isNewTakeover(transaction)) return [];
      const steps = isTakeover ? takeover() : ordinary(transaction);
      return steps.map((step) => eventOf(step, transaction));
    },
  };
}
