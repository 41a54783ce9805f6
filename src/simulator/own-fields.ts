// What a simulated bank knows beside the fields of every payment: the customer behind the account, the session, a device score of a
// provider. Each value follows from the seed and what it is of (a customer, a device, a payment), so that payments are the same with
// and without them.
import type { CustomerEvent } from '../domain/customer-event.ts';
import type { Attributes } from '../domain/data-model.ts';
import { createRandom, type Random } from '../domain/random.ts';
import type { Transaction } from '../domain/transaction.ts';
import type { SimulatedEvent } from './simulator.ts';

export type OwnFields = {
  /** Of a payment; how it came about shows in them, though never for certain. */
  ofPayment(payment: SimulatedEvent): Attributes;
  /** Of what somebody did before a payment. */
  ofEvent(event: CustomerEvent, payment: Transaction): Attributes;
};

/** Accounts side by side belong to one customer, or to several: so many ways there are, each as often as the others. */
const HOUSEHOLD = 4;
const OWNERS: readonly (readonly number[])[] = [
  [0, 1, 2, 3],
  [0, 0, 1, 2],
  [0, 0, 1, 1],
  [0, 1, 1, 1],
  [0, 1, 2, 2],
];
/** Each with the share of customers up to it. */
const SEGMENTS = [
  { name: 'retail', upTo: 0.76 },
  { name: 'private', upTo: 0.91 },
  { name: 'business', upTo: 1 },
] as const;
const GIVEN =
  'anna ben carla david elif finn greta hugo ines jonas katja liam mara nico olga paul rosa sami tilda umut vera yusuf'.split(
    ' ',
  );
const FAMILY =
  'adler berg castro dubois ek fischer garcia haas ivanov jansen klein lopez moser novak olsen petit rossi silva toth weber'.split(
    ' ',
  );
const MAILBOXES = ['post.example', 'mail.example', 'inbox.example', 'letters.example'] as const;
/** Mailboxes that are used once. */
const THROWAWAY = ['minutemail.example', 'quickbox.example'] as const;
/** Of customers, those who have such a mailbox all the same. */
const THROWAWAY_SHARE = 0.02;
const MAILBOX_MISSING_SHARE = 0.04;
const SCORE_MISSING_SHARE = 0.05;
/** Frauds that whoever owns the account makes, or is talked into: by the usual device. */
const BY_THE_OWNER: ReadonlySet<string> = new Set(['app_scam', 'first_party_bust_out']);
/** How often somebody looks on from elsewhere while a session lasts. */
const REMOTE_SHARE = { usual: 0.004, app_scam: 0.3, account_takeover: 0.12 } as const;
/** The median of how long a session is before the payment. */
const SESSION_SECONDS = {
  usual: 95,
  app_scam: 240,
  account_takeover: 150,
  card_testing: 14,
  thief: 60,
} as const;
/** What random numbers are drawn from, apart from those of payments. */
const OF = { customer: 0x63757374, device: 0x64657669, payment: 0x6f776e66, mailbox: 0x6d61696c } as const;

const hasOwn = <T extends object>(table: T, name: string): name is keyof T & string =>
  Object.hasOwn(table, name);

/** FNV-1a: what tells one from another as a number to draw by. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

const oneOf = <T>(values: readonly T[], random: Random): T => values[random.below(values.length)];

function addressOf(random: Random, domains: readonly string[]): string {
  const name = `${oneOf(GIVEN, random)}.${oneOf(FAMILY, random)}${random.below(900) + 10}`;
  return `${name}@${oneOf(domains, random)}`;
}

function segmentOf(random: Random): string {
  const drawn = random.next();
  return SEGMENTS.find(({ upTo }) => drawn < upTo)?.name ?? SEGMENTS[0].name;
}

type Customer = { readonly customerId: string; readonly segment: string; readonly email: string };

export function createOwnFields(seed: number): OwnFields {
  const drawn = (stream: number, of: number): Random => createRandom(seed ^ of, stream);

  function customerOf(accountId: string): Customer {
    const counted = /^acc-([0-9a-z]{5,8})$/.exec(accountId)?.[1];
    const account = counted === undefined ? numberOf(accountId) : Number.parseInt(counted, 36);
    const household = Math.floor(account / HOUSEHOLD);
    const owners = oneOf(OWNERS, drawn(OF.customer, household));
    const number = household * HOUSEHOLD + owners[account % HOUSEHOLD];
    const random = drawn(OF.customer + 1, number);
    const segment = segmentOf(random);
    const email = addressOf(random, random.next() < THROWAWAY_SHARE ? THROWAWAY : MAILBOXES);
    return { customerId: `cust-${number.toString(36)}`, segment, email };
  }

  function platformOf({ channel, deviceId = '' }: Pick<Transaction, 'channel' | 'deviceId'>): string {
    const random = drawn(OF.device, numberOf(deviceId));
    const phone = random.next() < 0.6 ? 'android' : 'ios';
    if (channel === 'online_banking') return 'web';
    return channel === 'mobile_app' || random.next() < 0.55 ? phone : 'web';
  }

  /** A provider's opinion of the device, 0 to 1: higher where a thief brought it, and often wrong. */
  function scoreOf(deviceId: string, byThief: boolean, random: Random): number | undefined {
    const odds =
      -2.1 +
      (byThief ? 1.2 : 0) +
      0.6 * drawn(OF.device + 1, numberOf(deviceId)).normal() +
      0.5 * random.normal();
    return random.next() < SCORE_MISSING_SHARE ? undefined : Math.round(100 / (1 + Math.exp(-odds))) / 100;
  }

  /** What was typed in at the shop: a thief has a mailbox of the thief's own, the same wherever the device is used, or types the customer's. */
  function mailboxOf(
    customer: Customer,
    deviceId: string,
    byThief: boolean,
    random: Random,
  ): string | undefined {
    if (random.next() < MAILBOX_MISSING_SHARE) return undefined;
    const thief = drawn(OF.mailbox, numberOf(deviceId));
    if (!byThief || thief.next() < 0.25) return customer.email;
    return addressOf(thief, thief.next() < 0.6 ? THROWAWAY : MAILBOXES);
  }

  return {
    ofPayment({ transaction, fraudType = '' }) {
      const { id, accountId, deviceId, channel } = transaction;
      const customer = customerOf(accountId);
      const known = { customerId: customer.customerId, 'customer.segment': customer.segment };
      // At a till there is neither session nor device.
      if (deviceId === undefined) return known;
      const random = drawn(OF.payment, numberOf(id));
      const byThief = fraudType !== '' && !BY_THE_OWNER.has(fraudType);
      const usual = byThief ? SESSION_SECONDS.thief : SESSION_SECONDS.usual;
      const median = hasOwn(SESSION_SECONDS, fraudType) ? SESSION_SECONDS[fraudType] : usual;
      const seconds = Math.max(2, Math.round(median * Math.exp(0.7 * random.normal())));
      const remote = hasOwn(REMOTE_SHARE, fraudType) ? REMOTE_SHARE[fraudType] : REMOTE_SHARE.usual;
      const isRemote = random.next() < remote;
      const score = scoreOf(deviceId, byThief, random);
      const atShop = channel === 'ecommerce';
      const email = atShop ? mailboxOf(customer, deviceId, byThief, random) : undefined;
      return {
        ...known,
        ...(email !== undefined && { 'customer.email': email }),
        ...(score !== undefined && { 'risk.deviceScore': score }),
        'session.durationSeconds': seconds,
        'session.platform': platformOf(transaction),
        // Only of its own sessions does a bank know it.
        ...(!atShop && { 'session.remoteAccess': isRemote }),
      };
    },
    ofEvent: ({ accountId }, payment) => ({
      ...(accountId !== undefined && { customerId: customerOf(accountId).customerId }),
      ...(payment.deviceId !== undefined && { 'session.platform': platformOf(payment) }),
    }),
  };
}
