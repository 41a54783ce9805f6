// A person erased at a desk of one process, over its API: nothing of them is in its database, log or segments, whatever dies meanwhile.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { openEmbeddedDatabase } from '../src/adapters/embedded/database.ts';
import type { CatalogueDocument } from '../src/protocol/catalogue-document.ts';
import type { Erasure } from '../src/protocol/erasures.ts';
import { type DeskProcess, makeFolder, startDesk } from './desk-process.ts';
import { clientOf } from './people.ts';
import { rowsNaming } from './rows-naming.ts';

const IBAN = 'DE89370400440532013000';
const CUSTOMER = 'cust-0077-x';
const EMAIL = 'ann.berg@example.com';
const DEVICE = 'device-of-ann-1';
const ADDRESS = '203.0.113.77';
const HERS = [IBAN, CUSTOMER, EMAIL, DEVICE, ADDRESS, 'Ann Berg'];
const OTHER = 'GB82WEST12345698765432';
const PERSON = [
  { field: 'accountId', value: 'DE89 3704 0044 0532 0130 00' },
  { field: 'customerId', value: CUSTOMER },
  { field: 'customer.email', value: 'Ann.Berg@Example.com' },
];
const MANY = 3000;

const CATALOGUE: CatalogueDocument = {
  format: 'goshawk-catalogue-1',
  standard: 'all',
  data: {
    fields: [
      { name: 'customerId', type: 'id', description: 'Customer', personal: true },
      { name: 'customer.email', type: 'email', description: 'E-mail', personal: true },
      { name: 'customer.segment', type: 'category', description: 'Segment', personal: false },
    ],
    entities: [
      { name: 'customer', description: 'Customer', key: ['customerId'] },
      { name: 'customerAtDevice', description: 'Customer at a device', key: ['customerId', 'deviceId'] },
    ],
  },
  features: [
    {
      kind: 'aggregate',
      name: 'customer_payments_7d',
      entity: 'customer',
      measure: 'count',
      window: '7d',
      description: 'Payments of the customer',
    },
    {
      kind: 'aggregate',
      name: 'pair_payments_7d',
      entity: 'customerAtDevice',
      measure: 'count',
      window: '7d',
      description: 'Payments at the device',
    },
  ],
};

const folder = makeFolder();
let desk: DeskProcess;
before(async () => {
  desk = await startDesk(folder.path, ['--no-simulator']);
});
after(async () => {
  await desk.stop();
  folder.remove();
});

const at = (secondsAgo: number): string => new Date(Date.now() - secondsAgo * 1000).toISOString();

const payment = (id: string, more: object = {}) => ({
  id,
  accountId: OTHER,
  occurredAt: at(60),
  amountMinor: 1234,
  currency: 'EUR',
  type: 'purchase',
  ...more,
});
const hers = (id: string, more: object = {}) =>
  payment(id, {
    accountId: IBAN,
    deviceId: DEVICE,
    ip: ADDRESS,
    city: 'Bad Vilbel',
    merchant: { id: 'shop', name: 'Shop' },
    attributes: {
      customerId: CUSTOMER,
      'customer.email': EMAIL,
      'customer.segment': 'gold',
      'remitter.name': 'Ann Berg',
    },
    ...more,
  });

async function settled(): Promise<void> {
  for (;;) {
    const { services } = await clientOf(desk).call('getPipeline');
    if (services.find(({ name }) => name === 'engine')?.waiting === 0) return;
    await new Promise((next) => setTimeout(next, 50));
  }
}

async function send(transactions: readonly object[]): Promise<void> {
  await clientOf(desk).call('addTransactions', {
    body: transactions.map((one) => JSON.stringify(one)).join('\n'),
    type: 'application/x-ndjson',
  });
  await settled();
}

async function untilDone(id: number): Promise<Erasure> {
  for (let tries = 0; ; tries++) {
    const erasure = await clientOf(desk).call('getErasure', { params: { id } });
    if (erasure.doneAt !== null) return erasure;
    assert.ok(tries < 1200, JSON.stringify(erasure));
    await new Promise((next) => setTimeout(next, 100));
  }
}

/** The database and the files of a desk that was stopped. */
async function tracesIn(path: string, values: readonly string[]): Promise<readonly string[]> {
  const database = openEmbeddedDatabase(join(path, 'var', 'database'), (error) => {
    throw error;
  });
  try {
    const found = [...(await rowsNaming(database.query, values))];
    for (const row of await database.query('select base_offset, payload from log_batches', [])) {
      const text = zstdDecompressSync(row.payload as Uint8Array).toString('utf8');
      found.push(
        ...values.filter((value) => text.includes(value)).map((value) => `log ${row.base_offset}: ${value}`),
      );
    }
    const state = join(path, 'var', 'state');
    for (const name of readdirSync(state)) {
      const bytes = readFileSync(join(state, name));
      found.push(...values.filter((value) => bytes.includes(value)).map((value) => `${name}: ${value}`));
    }
    return found;
  } finally {
    await database.close();
  }
}

test('P2 somebody with an open alert is not erased, and hears what to do; what is not personal names nobody', async () => {
  const client = clientOf(desk);
  const { draft } = await client.call('getCatalogue');
  const { version } = await client.call('writeCatalogueDraft', {
    body: { document: CATALOGUE, seen: draft?.version ?? null },
  });
  await client.call('moveCatalogue', { body: { version, state: 'live' } });
  await client.call('fileRule', {
    body: {
      id: 'much',
      expression: 'transaction.amount > 90000.0',
      action: 'review',
      text: 'Much',
      priority: 1,
    },
  });
  await client.call('moveRule', { params: { id: 'much', version: 1 }, body: { state: 'live' } });
  await send([
    ...Array.from({ length: 40 }, (_, i) => hers(`h-${i}`)),
    hers('h-flagged', { amountMinor: 9_500_000 }),
    payment('o-1', {
      deviceId: 'other-device',
      counterpartyId: IBAN,
      type: 'transfer',
      counterpartyName: 'A. Berg',
    }),
    ...Array.from({ length: MANY }, (_, i) => payment(`o-many-${i}`, { accountId: `acct-${i % 500}` })),
  ]);
  const login = {
    id: 'v-1',
    kind: 'login',
    occurredAt: at(30),
    accountId: IBAN,
    deviceId: DEVICE,
    ip: ADDRESS,
  };
  await client.call('addEvents', { body: JSON.stringify(login), type: 'application/json' });
  const plan = await client.call('planErasure', { body: { person: PERSON } });
  assert.equal(plan.counts.transactions, 41);
  assert.deepEqual(
    plan.holds.map(({ kind, todo }) => [kind, todo.startsWith('give a verdict on alert')]),
    [['alert', true]],
  );
  await assert.rejects(
    client.call('erasePerson', { body: { person: PERSON, reference: 'DSR-1' } }),
    /give a verdict on alert \d+/,
  );
  await assert.rejects(
    client.call('planErasure', { body: { person: [{ field: 'customer.segment', value: 'gold' }] } }),
    /not personal/,
  );
  await assert.rejects(
    client.call('erasePerson', { body: { person: PERSON, reference: `of ${IBAN}` } }),
    /must not name them/,
  );
  const genuine = { transactionId: 'h-flagged', fraud: false, source: 'analyst' };
  await client.call('addLabels', { body: JSON.stringify(genuine), type: 'application/json' });
  await settled();
  for (let open = 1; open > 0; ) {
    open = (await client.call('planErasure', { body: { person: PERSON } })).holds.length;
    await new Promise((next) => setTimeout(next, 50));
  }
});

test('P1 P3 P4 a desk that is killed in the middle of an erasure goes on with it, and nothing of the person is left', async () => {
  const { id, token } = await clientOf(desk).call('erasePerson', {
    body: { person: PERSON, reference: 'DSR-2026-1' },
  });
  assert.match(token, /^erased-/);
  for (let kill = 0; kill < 3; kill++) {
    await new Promise((next) => setTimeout(next, 30 + kill * 60));
    await desk.kill();
    desk = await startDesk(folder.path, ['--no-simulator']);
  }
  const done = await untilDone(id);
  assert.equal(done.counts.transactions, 41);
  assert.equal(done.counts.events, 1);
  assert.equal(done.trouble, null);
  // What she does afterwards is anybody's: her histories begin anew.
  await send([hers('h-later', { amountMinor: 555 })]);
  const story = await clientOf(desk).call('getTransaction', { params: { id: 'h-later' } });
  assert.equal(story.transaction.accountId, IBAN);
  const first = await clientOf(desk).call('getTransaction', { params: { id: 'h-0' } });
  const { accountId } = first.transaction;
  assert.match(accountId, /^erased-/);
  assert.notEqual(accountId, token, 'the list of erasures does not lead to rows');
  const { items } = await clientOf(desk).call('listTransactions', { query: { accountId, limit: 100 } });
  assert.equal(items.length, 41, 'what stays belongs together');
  await desk.stop();
  const left = await tracesIn(folder.path, HERS);
  const later = new Set(['transactions', 'log_batches', 'log', 'segment', 'observed_fields']);
  // Only what came in later names her.
  assert.deepEqual(
    left.filter((where) => ![...later].some((one) => where.startsWith(one))),
    [],
  );
  assert.deepEqual(
    left.filter((where) => where.startsWith('transactions') && !where.endsWith('(1)')),
    [],
  );
  desk = await startDesk(folder.path, ['--no-simulator']);
});

test('P3 P7 erased again, what came in since goes as well, and then nothing names her anywhere', async () => {
  const { id } = await clientOf(desk).call('erasePerson', {
    body: { person: PERSON, reference: 'DSR-2026-2' },
  });
  const done = await untilDone(id);
  assert.equal(done.counts.transactions, 1);
  assert.ok(done.counts.histories >= 3, JSON.stringify(done.counts));
  assert.equal(done.counts.records, 1);
  await desk.stop();
  assert.deepEqual(await tracesIn(folder.path, HERS), []);
  desk = await startDesk(folder.path, ['--no-simulator']);
  const { items } = await clientOf(desk).call('listErasures');
  assert.deepEqual(
    items.map(({ reference, doneAt }) => [reference, doneAt !== null]),
    [
      ['DSR-2026-2', true],
      ['DSR-2026-1', true],
    ],
  );
});
