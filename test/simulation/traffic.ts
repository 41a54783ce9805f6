// What comes in, the same with faults and without: transactions and events, some sent again, records that cannot be read, labels,
// poison.

import type { CustomerEvent } from '../../src/domain/customer-event.ts';
import type { Label } from '../../src/domain/label.ts';
import { createRandom, type Random } from '../../src/domain/random.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import { quarantinedEvent } from '../../src/ports/office/dead-letters.ts';
import {
  type EncodedRecord,
  encodeEvent,
  encodeLabel,
  encodeTransaction,
  HEADERS,
} from '../../src/stream/record-codec.ts';
import { EVENT_POISONS, POISONS, type Poison } from './faults.ts';
import { BUSY_MS, PARTITIONS, START_MS, type World } from './world.ts';

const TRANSACTIONS = 16;
const ACCOUNT_COUNT = 4;
export const ACCOUNTS = Array.from({ length: ACCOUNT_COUNT }, (_, account) => `a${account}`);

export type Traffic = {
  readonly accepted: readonly string[];
  readonly transactions: readonly Transaction[];
  readonly labels: readonly Label[];
  readonly acceptedEvents: readonly string[];
  /** Poisoned transactions and events, by `quarantinedIdOf`, and at what each makes the program fail. */
  readonly poisoned: ReadonlyMap<string, Poison>;
  /** Records that cannot be read. */
  unreadable(): number;
  /** Sends all there is; resolves when nothing more comes. */
  produce(): Promise<void>;
};

const transactionOf = (i: number, account: number, amountMinor: number): Transaction => ({
  id: `t${i}`,
  accountId: `a${account}`,
  occurredAtMs: START_MS - 3_600_000 + i * 60_000,
  amountMinor,
  currency: 'EUR',
  type: 'purchase',
  merchant: { id: `m${i % 3}` },
  deviceId: `d${account % 2}`,
});

const eventOf = (id: string, account: number, occurredAtMs: number): CustomerEvent => ({
  id,
  kind: 'failed_login',
  accountId: `a${account}`,
  occurredAtMs,
  deviceId: `d${account % 2}`,
});

const labelOf = ({ id, accountId, occurredAtMs, merchant }: Transaction, fraud: boolean): Label => ({
  transactionId: id,
  fraud,
  source: 'customer',
  labelledAtMs: START_MS,
  accountId,
  occurredAtMs,
  merchantId: merchant?.id,
});

/** The poison that comes before a transaction, if any; `again` where it is sent twice. */
function poisonBefore(
  { faults }: World,
  venom: Random,
): { readonly poison: Poison; readonly again: boolean } | undefined {
  const poison = POISONS[Math.floor(venom.next() * POISONS.length)];
  const wanted = venom.next() < 0.25;
  const again = venom.next() < 0.4;
  if (!wanted || faults.poison === 'none' || (faults.poison === 'storing' && poison !== 'storing')) return;
  return { poison, again };
}

export function createTraffic(world: World): Traffic {
  const { seed, time, log, faults } = world;
  const random = createRandom(seed, 2);
  /** Drawn by itself: what comes beside it is the same with poison and without. */
  const venom = createRandom(seed, 3);
  /** And so are events. */
  const logins = createRandom(seed, 4);
  const chance = (share: number): boolean => random.next() < share;
  const between = (low: number, high: number): number => low + random.next() * (high - low);
  const accepted: string[] = [];
  const transactions: Transaction[] = [];
  const labels: Label[] = [];
  const acceptedEvents: string[] = [];
  const poisoned = new Map<string, Poison>();
  let unreadable = 0;

  function appendEvent(event: CustomerEvent, account: number): void {
    const { key, value, kind } = encodeEvent(event);
    world.append(log[account % PARTITIONS], key, value, new Map([[HEADERS.kind, kind]]));
  }

  function sendEvent(id: string): void {
    const account = Math.floor(logins.next() * ACCOUNT_COUNT);
    const event = eventOf(id, account, START_MS - 3_600_000 + Math.floor(logins.next() * 600) * 1000);
    const poison = EVENT_POISONS[Math.floor(logins.next() * EVENT_POISONS.length)];
    const isPoisoned = logins.next() < 0.2 && (faults.poison === 'all' || faults.poison === poison);
    const [now, later] = [logins.next() < 0.2, logins.next() < 0.15];
    const afterMs = 10 + logins.next() * 790;
    if (isPoisoned) {
      const bad = { ...event, id: `poison-${id}`, attributes: { poison } };
      poisoned.set(quarantinedEvent(bad.id), poison);
      appendEvent(bad, account);
      if (now) appendEvent(bad, account);
    }
    appendEvent(event, account);
    acceptedEvents.push(id);
    if (now) appendEvent(event, account);
    if (later) void time.sleep(world.process, afterMs).then(() => appendEvent(event, account));
  }

  function send(i: number): void {
    const account = Math.floor(random.next() * ACCOUNT_COUNT);
    const transaction = transactionOf(i, account, 100 + Math.floor(random.next() * 10_000));
    const append = ({ key, value }: Pick<EncodedRecord, 'key' | 'value'>, kind = 'transaction'): void =>
      world.append(log[account % PARTITIONS], key, value, new Map([[HEADERS.kind, kind]]));
    const found = poisonBefore(world, venom);
    if (found) {
      const id = `poison-${transaction.id}`;
      const encoded = encodeTransaction({ ...transaction, id, city: found.poison });
      poisoned.set(id, found.poison);
      append(encoded);
      if (found.again) append(encoded);
    }
    const encoded = encodeTransaction(transaction);
    append(encoded);
    accepted.push(transaction.id);
    transactions.push(transaction);
    // A producer that had no answer sends again, now or later.
    if (chance(0.15)) append(encoded);
    if (chance(0.1)) void time.sleep(world.process, between(10, 800)).then(() => append(encoded));
    if (chance(0.1)) {
      append({ key: Buffer.from('x'), value: Buffer.from('{"not a transaction"') });
      unreadable++;
    }
    if (chance(0.2)) {
      const label = labelOf(transaction, chance(0.7));
      labels.push(label);
      append(encodeLabel(label), 'label');
    }
  }

  return {
    accepted,
    transactions,
    labels,
    acceptedEvents,
    poisoned,
    unreadable: () => unreadable,
    async produce() {
      for (let i = 0; i < TRANSACTIONS; i++) {
        await time.sleep(world.process, between(0, (1.5 * BUSY_MS) / TRANSACTIONS));
        if (logins.next() < 0.5) sendEvent(`e${i}`);
        send(i);
        if (logins.next() < 0.3) sendEvent(`f${i}`);
      }
      await time.sleep(world.process, 1000);
    },
  };
}
