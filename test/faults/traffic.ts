// What a round of faults sends: transactions of new accounts, repetitions, labels, and records that nobody can read.
import { randomUUID } from 'node:crypto';
import { openKafkaClient } from '../../src/adapters/kafka/client.ts';
import { openRecordProducer } from '../../src/adapters/kafka/producer.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { Transaction } from '../../src/domain/transaction.ts';
import type { StreamSettings } from '../../src/runtimes/stream-settings.ts';
import { type EncodedRecord, encodeLabel, encodeTransaction } from '../../src/stream/record-codec.ts';
import { type Poison, poisoned } from './poison.ts';

export type TrafficOptions = {
  readonly settings: StreamSettings;
  readonly seed: number;
  readonly round: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** What this installation cannot deal with. */
  readonly poisons: readonly Poison[];
  /** Where API callers send theirs, if a server runs. */
  readonly url: () => string | undefined;
};

export type Sent = {
  /** Ids whose append was acknowledged, or whose POST was answered with a decision. */
  readonly accepted: Set<string>;
  readonly posted: number;
  readonly answered: number;
  readonly badRecords: number;
  /** Transactions that cannot be dealt with, by id; none of them is among the accepted. */
  readonly poisoned: ReadonlyMap<string, Poison>;
};

const TICK_MS = 50;
const POISON_SHARE = 0.02;
const APPEND_TIMEOUT_MS = 120_000;

/** Sends for the time given and resolves once everything was acknowledged. */
export async function sendTraffic(options: TrafficOptions): Promise<Sent> {
  const { settings, round, perSecond, seconds } = options;
  const random = createRandom(options.seed, 7);
  const client = openKafkaClient(settings.kafka, 'traffic');
  const producer = openRecordProducer(client, settings.topics.transactions);
  const accepted = new Set<string>();
  const outstanding: Promise<unknown>[] = [];
  let posted = 0;
  let answered = 0;
  let badRecords = 0;
  const poisonedIds = new Map<string, Poison>();
  const venom = createRandom(options.seed, 8);
  const startMs = Date.now();

  const append = async (records: readonly EncodedRecord[], ids: readonly string[]): Promise<void> => {
    await producer.append(records, APPEND_TIMEOUT_MS);
    for (const id of ids) accepted.add(id);
  };

  async function post(transaction: Transaction): Promise<void> {
    const url = options.url();
    if (!url) return;
    posted++;
    const { occurredAtMs, ...rest } = transaction;
    try {
      const answer = await fetch(`${url}/v1/decisions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...rest, occurredAt: new Date(occurredAtMs).toISOString() }),
        signal: AbortSignal.timeout(15_000),
      });
      await answer.arrayBuffer();
      if (answer.status !== 200) return;
      answered++;
      accepted.add(transaction.id);
    } catch {
      // The server was killed: nothing was promised.
    }
  }

  function make(number: number): Transaction {
    const bare = random.next() < 0.6;
    return {
      id: `${round}-${number}`,
      accountId: `${round}-account-${random.below(200)}`,
      occurredAtMs: startMs - 7_200_000 + number * 20,
      amountMinor: 100 + random.below(100_000),
      currency: 'EUR',
      type: bare ? 'transfer' : 'purchase',
      // The others have histories that accounts share: those may differ by who came first.
      ...(!bare && {
        channel: 'ecommerce' as const,
        merchant: { id: `merchant-${random.below(30)}`, mcc: '5411' },
        deviceId: `device-${random.below(100)}`,
        ip: `10.0.0.${random.below(50)}`,
        country: 'DE',
      }),
    };
  }

  let number = 0;
  const late: EncodedRecord[] = [];
  while (Date.now() < startMs + seconds * 1000) {
    const due = Math.floor((perSecond * (Date.now() - startMs)) / 1000) - number;
    const records: EncodedRecord[] = [];
    const ids: string[] = [];
    for (let i = 0; i < due; i++) {
      const transaction = make(number++);
      if (random.next() < 0.05) {
        outstanding.push(post(transaction));
        continue;
      }
      const encoded = encodeTransaction(transaction);
      records.push(encoded);
      ids.push(transaction.id);
      if (random.next() < 0.03) records.push(encoded);
      if (random.next() < 0.03) late.push(encoded);
      if (random.next() < 0.02) {
        records.push(
          encodeLabel({
            transactionId: transaction.id,
            fraud: true,
            source: 'customer',
            labelledAtMs: Date.now(),
            accountId: transaction.accountId,
            occurredAtMs: transaction.occurredAtMs,
            ...(transaction.merchant && { merchantId: transaction.merchant.id }),
          }),
        );
      }
      const poison = options.poisons[venom.below(3)];
      if (venom.next() < POISON_SHARE && poison) {
        const id = `${transaction.id}-poison`;
        const dose = encodeTransaction(poisoned({ ...transaction, id }, poison));
        poisonedIds.set(id, poison);
        records.push(dose);
        if (venom.next() < 0.3) records.push(dose);
        if (venom.next() < 0.3) late.push(dose);
      }
      if (random.next() < 0.01) {
        records.push({
          key: Buffer.from(`bad-${randomUUID()}`),
          value: Buffer.from('{"not": "a transaction"'),
          kind: 'transaction',
        });
        badRecords++;
      }
    }
    // Some come again long after, in another order.
    if (late.length > 20) records.push(...late.splice(0).reverse());
    if (records.length > 0) outstanding.push(append(records, ids));
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(outstanding);
  await client.close();
  return { accepted, posted, answered, badRecords, poisoned: poisonedIds };
}
