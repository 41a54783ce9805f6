// What a round of faults sends: transactions of new accounts, repetitions, labels, and records that nobody can read.
import { randomUUID } from 'node:crypto';
import { openKafkaClient } from '../../src/adapters/kafka/client.ts';
import { openRecordProducer } from '../../src/adapters/kafka/producer.ts';
import { createRandom, type Random } from '../../src/domain/random.ts';
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

/** A transaction of a new account; most have no history that accounts share, for those may differ by who came first. */
function make(random: Random, round: string, number: number, startMs: number): Transaction {
  const bare = random.next() < 0.6;
  return {
    id: `${round}-${number}`,
    accountId: `${round}-account-${random.below(200)}`,
    occurredAtMs: startMs - 7_200_000 + number * 20,
    amountMinor: 100 + random.below(100_000),
    currency: 'EUR',
    type: bare ? 'transfer' : 'purchase',
    ...(!bare && {
      channel: 'ecommerce' as const,
      merchant: { id: `merchant-${random.below(30)}`, mcc: '5411' },
      deviceId: `device-${random.below(100)}`,
      ip: `10.0.0.${random.below(50)}`,
      country: 'DE',
    }),
  };
}

const labelOf = (transaction: Transaction): EncodedRecord =>
  encodeLabel({
    transactionId: transaction.id,
    fraud: true,
    source: 'customer',
    labelledAtMs: Date.now(),
    accountId: transaction.accountId,
    occurredAtMs: transaction.occurredAtMs,
    ...(transaction.merchant && { merchantId: transaction.merchant.id }),
  });

/** Whether a server decided it. */
async function post(url: string, { occurredAtMs, ...rest }: Transaction): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/v1/decisions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...rest, occurredAt: new Date(occurredAtMs).toISOString() }),
      signal: AbortSignal.timeout(15_000),
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    // The server was killed: nothing was promised.
    return false;
  }
}

type Batch = { readonly records: EncodedRecord[]; readonly ids: string[] };

/** Draws what is sent, and counts what comes of it. */
function createSender({ seed, round, poisons, url }: TrafficOptions, startMs: number) {
  const random = createRandom(seed, 7);
  const venom = createRandom(seed, 8);
  const accepted = new Set<string>();
  const poisonedIds = new Map<string, Poison>();
  const posts: Promise<void>[] = [];
  /** Some come again long after, in another order. */
  const late: EncodedRecord[] = [];
  let number = 0;
  let posted = 0;
  let answered = 0;
  let badRecords = 0;

  async function postOne(to: string, transaction: Transaction): Promise<void> {
    posted++;
    if (!(await post(to, transaction))) return;
    answered++;
    accepted.add(transaction.id);
  }

  function poison(transaction: Transaction, records: EncodedRecord[]): void {
    const kind = poisons[venom.below(3)];
    if (venom.next() >= POISON_SHARE || !kind) return;
    const id = `${transaction.id}-poison`;
    const dose = encodeTransaction(poisoned({ ...transaction, id }, kind));
    poisonedIds.set(id, kind);
    records.push(dose);
    if (venom.next() < 0.3) records.push(dose);
    if (venom.next() < 0.3) late.push(dose);
  }

  function next({ records, ids }: Batch): void {
    const transaction = make(random, round, number++, startMs);
    if (random.next() < 0.05) {
      const to = url();
      if (to) posts.push(postOne(to, transaction));
      return;
    }
    const encoded = encodeTransaction(transaction);
    records.push(encoded);
    ids.push(transaction.id);
    if (random.next() < 0.03) records.push(encoded);
    if (random.next() < 0.03) late.push(encoded);
    if (random.next() < 0.02) records.push(labelOf(transaction));
    poison(transaction, records);
    if (random.next() < 0.01) {
      const key = Buffer.from(`bad-${randomUUID()}`);
      records.push({ key, value: Buffer.from('{"not": "a transaction"'), kind: 'transaction' });
      badRecords++;
    }
  }

  return {
    accepted,
    /** The next transactions up to this many in all. */
    batchUntil(count: number): Batch {
      const batch: Batch = { records: [], ids: [] };
      while (number < count) next(batch);
      if (late.length > 20) batch.records.push(...late.splice(0).reverse());
      return batch;
    },
    async sent(): Promise<Sent> {
      await Promise.all(posts);
      return { accepted, posted, answered, badRecords, poisoned: poisonedIds };
    },
  };
}

/** Sends for the time given and resolves once everything was acknowledged. */
export async function sendTraffic(options: TrafficOptions): Promise<Sent> {
  const { settings, perSecond, seconds } = options;
  const client = openKafkaClient(settings.kafka, 'traffic');
  const producer = openRecordProducer(client, settings.topics.transactions);
  const startMs = Date.now();
  const sender = createSender(options, startMs);
  const appends: Promise<void>[] = [];
  const append = async ({ records, ids }: Batch): Promise<void> => {
    await producer.append(records, APPEND_TIMEOUT_MS);
    for (const id of ids) sender.accepted.add(id);
  };
  while (Date.now() < startMs + seconds * 1000) {
    const batch = sender.batchUntil(Math.floor((perSecond * (Date.now() - startMs)) / 1000));
    if (batch.records.length > 0) appends.push(append(batch));
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(appends);
  const sent = await sender.sent();
  await client.close();
  return sent;
}
