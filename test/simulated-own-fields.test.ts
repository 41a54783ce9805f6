// What the simulator at work sends of own fields: as they are declared where it sends them to, on payments, events and labels.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CustomerEvent } from '../src/domain/customer-event.ts';
import { type DataModel, NO_DATA_MODEL } from '../src/domain/data-model.ts';
import type { Label } from '../src/domain/label.ts';
import type { Transaction } from '../src/domain/transaction.ts';
import { type ProducerOptions, startProducer } from '../src/runtimes/producer.ts';
import { makeTemporaryFolder } from '../src/stack/temporary-folder.ts';

const folder = makeTemporaryFolder('test');
after(() => rmSync(folder, { recursive: true, force: true }));

const START_MS = Date.UTC(2026, 0, 5, 12);
/** A minute passes in less than a second: labels come soon. */
const TIMES = 100;

type Sent = {
  readonly transactions: Transaction[];
  readonly events: CustomerEvent[];
  readonly labels: Label[];
};

/** Runs a simulator until what it sent is enough. */
async function sentBy(
  options: Pick<ProducerOptions, 'preset' | 'ownFields'>,
  isEnough: (sent: Sent) => boolean,
  model: DataModel = NO_DATA_MODEL,
): Promise<Sent> {
  const sent: Sent = { transactions: [], events: [], labels: [] };
  const began = performance.now();
  const producer = await startProducer(
    {
      clock: { nowMs: () => Math.round(START_MS + (performance.now() - began) * TIMES) },
      accept: async (some) => void sent.transactions.push(...some),
      acceptEvents: async (some) => void sent.events.push(...some),
      label: async (some) => void sent.labels.push(...some),
      dataModel: () => model,
      catalogue: { keyFields: () => model.entities.flatMap(({ key }) => key) },
    },
    {
      ...options,
      rate: 50,
      seed: 1,
      logFile: join(folder, 'producer.log'),
      events: true,
      people: { accounts: 500 },
    },
  );
  while (!isEnough(sent)) await sleep(20);
  await producer.stop();
  return sent;
}

test('Y76 own fields come with payments and events, and labels name what entities are keyed by', async () => {
  const { transactions, events, labels } = await sentBy(
    { preset: 'default', ownFields: true },
    ({ events, labels }) => events.length > 20 && labels.length > 5,
    { ...NO_DATA_MODEL, entities: [{ name: 'customer', description: 'Customer', key: ['customerId'] }] },
  );
  assert.ok(transactions.every(({ attributes }) => attributes?.customerId !== undefined));
  assert.ok(events.every(({ attributes }) => attributes?.customerId !== undefined));
  const customers = new Map(transactions.map(({ id, attributes }) => [id, attributes?.customerId]));
  for (const { transactionId, attributes } of labels)
    assert.equal(attributes?.customerId, customers.get(transactionId));
});

test('Y11 Y76 what does not fit what is declared is left out, and the rest comes', async () => {
  const maximum = 0.12;
  const { transactions } = await sentBy(
    { preset: 'default', ownFields: true },
    (sent) => sent.transactions.length > 1000,
    {
      ...NO_DATA_MODEL,
      fields: [
        { name: 'risk.deviceScore', type: 'number', description: '', personal: false, minimum: 0, maximum },
        { name: 'customer.segment', type: 'boolean', description: '', personal: false },
      ],
    },
  );
  const scores = transactions.flatMap(({ attributes }) => attributes?.['risk.deviceScore'] ?? []);
  assert.ok(scores.length > 20 && scores.every((score) => Number(score) <= maximum));
  assert.ok(transactions.every(({ attributes }) => attributes?.['customer.segment'] === undefined));
  const atADevice = transactions.filter(({ deviceId }) => deviceId !== undefined);
  assert.ok(atADevice.length > scores.length);
  assert.ok(atADevice.every(({ attributes }) => attributes?.['session.durationSeconds'] !== undefined));
});

test('Y76 who asks for none has none, and the classic preset has none', async () => {
  const enough = ({ transactions }: Sent): boolean => transactions.length > 200;
  for (const options of [
    { preset: 'default', ownFields: false },
    { preset: 'classic', ownFields: true },
  ] as const) {
    const { transactions, events } = await sentBy(options, enough);
    for (const { attributes } of [...transactions, ...events]) assert.equal(attributes, undefined);
  }
});
